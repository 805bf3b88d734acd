"""The clock of a sandbox: it begins at the moment of the scenario, goes on as time does, and leaps over days."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from domain.calendar.calendar import SHANGHAI, Calendar
from domain.training.content import ScenarioMoment

USUAL = ScenarioMoment(weekday=1, time="10:00")
MOST_WEEKS_BACK = 12


class RunClock:
    """Shows the time of a run; it stands still while the sandbox is closed.

    Args:
        start: what it shows first, UTC.
        ticks: seconds of a clock that nobody sets.
    """

    def __init__(self, start: datetime, ticks: Callable[[], float]) -> None:
        self._start = start
        self._ticks = ticks
        self._since = ticks()
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """The time it shows, UTC."""
        with self._lock:
            return self._start + timedelta(seconds=self._ticks() - self._since)

    def leap(self, by: timedelta) -> None:
        """Let that much time be over at once."""
        with self._lock:
            self._start += by

    def seconds(self) -> float:
        """The same time in seconds: whoever watches two clocks sees no jump."""
        return self().timestamp()


def beginning(moment: ScenarioMoment | None, calendar: Calendar, *, before: date) -> datetime:
    """The last time before a day at which a scenario can begin, UTC: on a working day, if its weekday ever is one."""
    moment = moment or USUAL
    day = before - timedelta(days=(before.isoweekday() - moment.weekday) % 7 or 7)
    wanted = day
    if moment.weekday <= max(range(1, 6)):
        for _ in range(MOST_WEEKS_BACK):
            if calendar.is_workday(wanted):
                break
            wanted -= timedelta(days=7)
    return datetime.combine(wanted, time.fromisoformat(moment.time), SHANGHAI).astimezone(UTC)
