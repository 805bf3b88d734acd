"""How often a sign-in may be tried: by number, by device and by address, so that neither guessing nor flooding pays."""

from __future__ import annotations

import ipaddress
import math
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from web.errors import Problem

MOST_KEYS = 100_000


class Limit(Struct, frozen=True):
    """At most `n` in any span of `within`."""

    n: int
    within: timedelta


_MINUTES_10, _HOUR, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)

CODES_SENT = {
    "number": (Limit(4, _MINUTES_10), Limit(8, _HOUR), Limit(20, _DAY)),
    "device": (Limit(8, _MINUTES_10), Limit(20, _HOUR)),
    "address": (Limit(100, _HOUR),),
}
"""A hall's visitors share an address, so its limit is wide; the one by number keeps the phones of strangers quiet."""

CODES_TRIED = {
    "number": (Limit(12, _MINUTES_10), Limit(30, _HOUR)),
    "device": (Limit(20, _MINUTES_10),),
    "address": (Limit(300, _HOUR),),
}
PASSWORDS_TRIED = {
    "pair": (Limit(10, _MINUTES_10),),
    "number": (Limit(60, _HOUR),),
    "device": (Limit(20, _MINUTES_10),),
    "address": (Limit(200, _HOUR),),
}
"""`number` is the username here, and `pair` the username from one address: a stranger elsewhere who tries passwords
does not soon lock the owner of the name out."""
SECOND_TRIED = {"second": (Limit(8, _MINUTES_10), Limit(30, _HOUR))}
"""Of the one-time codes of one person, whose password was right: six digits, three of which are good at a time."""
PASSKEYS_TRIED = {"device": (Limit(30, _MINUTES_10),), "address": (Limit(300, _HOUR),)}
PROOFS_TRIED = {"person": (Limit(10, _MINUTES_10), Limit(40, _HOUR))}
ENROLMENTS_TRIED = {
    "name": (Limit(6, _MINUTES_10), Limit(20, _HOUR)),
    "device": (Limit(20, _MINUTES_10),),
    "address": (Limit(100, _HOUR),),
}
"""`name` is the username; a code of enrolment has 49 bits and is good for half an hour."""


class Limiter:
    """Counts what each number, device and address has done lately, in memory and under hashes of the process only."""

    def __init__(self, *, clock: Callable[[], datetime], factor: int = 1) -> None:
        """Start with nothing counted.

        Args:
            clock: the time in UTC.
            factor: multiplies every limit.
        """
        self._clock = clock
        self._factor = factor
        self._marks: dict[tuple[str, str, str], deque[datetime]] = {}

    def spend(self, code: str, table: Mapping[str, tuple[Limit, ...]], **keys: str) -> None:
        """Count one try under every key of `table`, or refuse it and count nothing.

        Args:
            code: code of the refusal, and name of what is counted.
            table: limits by kind of key.
            keys: the value of each kind of key, as `number="13800000001"`.

        Raises:
            Problem: 429 with `code` and `retry_s`, the seconds after which the next try is taken.
        """
        now = self._clock()
        marks = {kind: self._lately((code, kind, keys[kind]), table[kind], now) for kind in table}
        wait = max((self._wait(marks[kind], table[kind], now) for kind in table), default=0)
        if wait > 0:
            raise Problem(429, code, retry_s=wait)
        for mine in marks.values():
            mine.append(now)

    def forgive(self, code: str, **keys: str) -> None:
        """Forget the tries under `keys`: the person has shown who they are."""
        for kind, key in keys.items():
            self._marks.pop((code, kind, key), None)

    def _lately(self, key: tuple[str, str, str], limits: tuple[Limit, ...], now: datetime) -> deque[datetime]:
        if len(self._marks) >= MOST_KEYS and key not in self._marks:
            del self._marks[next(iter(self._marks))]
        marks = self._marks.setdefault(key, deque())
        longest = max(limit.within for limit in limits)
        while marks and marks[0] <= now - longest:
            marks.popleft()
        return marks

    def _wait(self, marks: deque[datetime], limits: tuple[Limit, ...], now: datetime) -> int:
        waits = [0.0]
        for limit in limits:
            n = limit.n * self._factor
            if len(marks) >= n and (free_at := marks[-n] + limit.within) > now:
                waits.append((free_at - now).total_seconds())
        return math.ceil(max(waits))


def address_key(host: str | None) -> str:
    """The part of a client's address that one person cannot change at will: an IPv6 address counts by its /64."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
