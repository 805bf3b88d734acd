"""Codes by which a form moves to another browser: ten digits, ten minutes, one use; hashes only, and only in memory."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

LIFETIME = timedelta(minutes=10)
DIGITS = 10
MOST_WAITING = 10_000


class Form(NamedTuple):
    """Whose form a code or pass is for."""

    person: UUID
    draft: UUID


class ResumeCodes:
    """Codes that wait to be typed in, and the passes that they were exchanged for: these fetch the form's pages.

    A new code for a form replaces the one before.
    """

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        """Start with none; `clock` gives the time in UTC."""
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._codes: dict[bytes, tuple[Form, datetime]] = {}
        self._passes: dict[bytes, tuple[Form, datetime]] = {}

    def issue(self, form: Form) -> tuple[str, datetime]:
        """A new code for a form, and until when it serves."""
        self._codes = {digest: kept for digest, kept in self._codes.items() if kept[0] != form}
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        return code, self._keep(self._codes, code, form)

    def redeem(self, code: str) -> Form | None:
        """Use a code up; None if there is none, or it is too old."""
        form, until = self._codes.pop(self._digest(code), (None, None))
        return form if until is not None and self._clock() < until else None

    def pass_for(self, form: Form) -> str:
        """What fetches the pages of a form for as long as a code serves."""
        secret = secrets.token_urlsafe(24)
        self._keep(self._passes, secret, form)
        return secret

    def form_of(self, secret: str) -> Form | None:
        """The form of a pass, None if it is unknown or too old."""
        form, until = self._passes.get(self._digest(secret), (None, None))
        return form if until is not None and self._clock() < until else None

    def forget(self, form: Form) -> None:
        """Let no code and no pass serve for a form any more."""
        for kept in (self._codes, self._passes):
            for digest in [digest for digest, (one, _) in kept.items() if one == form]:
                del kept[digest]

    def _keep(self, kept: dict[bytes, tuple[Form, datetime]], secret: str, form: Form) -> datetime:
        now = self._clock()
        while kept:  # in order of issue, hence of expiry
            oldest = next(iter(kept))
            if kept[oldest][1] > now and len(kept) < MOST_WAITING:
                break
            del kept[oldest]
        kept[self._digest(secret)] = form, now + LIFETIME
        return now + LIFETIME

    def _digest(self, secret: str) -> bytes:
        return hmac.digest(self._key, secret.encode(), hashlib.sha256)
