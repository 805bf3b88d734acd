"""Who follows the log here, and how each fares: kept by the followers themselves, read by the status page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct


class Turns(Struct, frozen=True, kw_only=True):
    """One follower of the log.

    Attributes:
        name: of what it does.
        ended_at: when its last turn ended well, None before the first.
        failing_since: since when every turn has stopped short, None if the last one ended well.
    """

    name: str
    ended_at: datetime | None = None
    failing_since: datetime | None = None


class Roster:
    """The followers of this process. Safe for several threads.

    Args:
        clock: the time, UTC.
    """

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._turns: dict[str, Turns] = {}
        self._lock = threading.Lock()

    def ended(self, name: str) -> None:
        """A turn has ended well: everything that was there is done."""
        with self._lock:
            self._turns[name] = Turns(name=name, ended_at=self._clock())

    def failed(self, name: str) -> None:
        """A turn has stopped short."""
        with self._lock:
            before = self._turns.get(name, Turns(name=name))
            since = before.failing_since or self._clock()
            self._turns[name] = Turns(name=name, ended_at=before.ended_at, failing_since=since)

    def all(self) -> tuple[Turns, ...]:
        """Each of them, by name."""
        with self._lock:
            return tuple(sorted(self._turns.values(), key=lambda one: one.name))
