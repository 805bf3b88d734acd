"""One-time codes for residents: six digits, five minutes, five tries; only hashes are kept, and only in memory."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from web.errors import Problem

LIFETIME = timedelta(minutes=5)
TRIES = 5
DIGITS = 6
MOST_WAITING = 100_000


class _Waiting(Struct):
    digest: bytes
    until: datetime
    left: int


class Codes:
    """Codes that wait to be typed in. A new one for the same number replaces the old one."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        """Start with no codes; `clock` gives the time in UTC."""
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._waiting: dict[bytes, _Waiting] = {}

    def issue(self, phone: str) -> str:
        """A new code for `phone`."""
        self._forget_expired()
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        name = self._digest("phone", phone)
        self._waiting.pop(name, None)
        self._waiting[name] = _Waiting(self._digest(phone, code), self._clock() + LIFETIME, TRIES)
        return code

    def redeem(self, phone: str, code: str) -> None:
        """Use up the code of `phone`.

        Raises:
            Problem: 401 `code-expired` if none waits (never asked for, used, too old, too many tries), or `code-wrong`
                with `left`, the tries that remain.
        """
        name = self._digest("phone", phone)
        waiting = self._waiting.get(name)
        if waiting is None or waiting.until <= self._clock():
            self._waiting.pop(name, None)
            raise Problem(401, "code-expired")
        if hmac.compare_digest(waiting.digest, self._digest(phone, code)):
            del self._waiting[name]
            return
        waiting.left -= 1
        if waiting.left <= 0:
            del self._waiting[name]
        raise Problem(401, "code-wrong", left=waiting.left)

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(parts).encode(), hashlib.sha256)

    def _forget_expired(self) -> None:
        now = self._clock()
        while self._waiting:  # in order of issue, hence of expiry
            oldest = next(iter(self._waiting))
            if self._waiting[oldest].until > now and len(self._waiting) < MOST_WAITING:
                return
            del self._waiting[oldest]
