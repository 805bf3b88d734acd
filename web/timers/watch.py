"""A wall clock that is watched: it never goes back, and a jump against the steady clock is noticed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

MOST_SECONDS = 300
"""By how much the wall clock may move against the steady one between two looks."""


def steady() -> float:
    """Seconds that pass whatever is done to the wall clock, those in which the machine slept included."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Watch:
    """Looks at two clocks.

    Args:
        clock: the wall clock, UTC.
        ticks: seconds of a clock that nobody sets.
        since: an instant that has passed, such as that of the last fact; None if nothing is known.
    """

    def __init__(self, clock: Callable[[], datetime], ticks: Callable[[], float], *, since: datetime | None) -> None:
        self._clock = clock
        self._ticks = ticks
        self._ticked = ticks()
        self._looked = max(clock(), since) if since else clock()
        self.now = self._looked

    def look(self) -> int | None:
        """Look at both clocks and move `now` on; if they disagree leave it, and tell by how many seconds."""
        wall, ticked = self._clock(), self._ticks()
        moved = (wall - self._looked) - timedelta(seconds=ticked - self._ticked)
        if abs(moved) > timedelta(seconds=MOST_SECONDS):
            return round(moved.total_seconds())
        self._looked, self._ticked = wall, ticked
        self.now = max(self.now, wall)
        return None

    def trust(self) -> None:
        """Take the wall clock as it is now for right."""
        self._looked, self._ticked = self._clock(), self._ticks()
        self.now = max(self.now, self._looked)
