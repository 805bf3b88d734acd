"""Times for the demonstration's history, counted back from now over working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from domain.calendar import limits
from domain.calendar.calendar import SHANGHAI, Calendar
from domain.calendar.hours import working_hours

LOOK_BACK_DAYS = 90
AWAKE = (time(6, 30), time(23, 30))
"""When people take their phones to file something, local."""


class Diary:
    """The last weeks of the centre.

    Args:
        calendar: which days are worked.
        now: the end of the history, UTC.
    """

    def __init__(self, calendar: Calendar, now: datetime) -> None:
        self.calendar = calendar
        self.now = now
        self.today = limits.local_day(now)

    def workday(self, back: int) -> date:
        """The working day that lies `back` working days before today, from 1."""
        day = self.today
        for _ in range(back):
            day -= timedelta(days=1)
            while not self.calendar.is_workday(day):
                day -= timedelta(days=1)
        return day

    def at(self, back: int, clock: str) -> datetime:
        """An instant on that working day, at a local time written `HH:MM`."""
        return datetime.combine(self.workday(back), time.fromisoformat(clock), SHANGHAI).astimezone(UTC)

    def fresh(self, share: float) -> datetime:
        """An instant since the last close of business by day: nothing filed then is due before the next close.

        Args:
            share: 0 for close of business, 1 for now; hours of the night do not count.
        """
        closed = self.calendar.close_of_business(self.today).astimezone(UTC)
        if not self.calendar.is_workday(self.today) or closed >= self.now:
            closed = self.calendar.close_of_business(self.workday(1)).astimezone(UTC)
        awake = list(self._awake(closed))
        left = share * sum((ends - starts for starts, ends in awake), timedelta())
        for starts, ends in awake:
            if left <= ends - starts:
                return starts + left
            left -= ends - starts
        return self.now

    def _awake(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Stretches from `since` to now that do not lie in the night."""
        day = limits.local_day(since)
        while day <= self.today:
            starts, ends = (datetime.combine(day, clock, SHANGHAI).astimezone(UTC) for clock in AWAKE)
            if max(starts, since) < min(ends, self.now):
                yield max(starts, since), min(ends, self.now)
            day += timedelta(days=1)

    def later(self, start: datetime, hours: float) -> datetime:
        """The instant by which `hours` of working time have passed."""
        return working_hours(self.calendar, start, hours)

    def accepted_for(self, promised_days: int, due_on: date) -> datetime:
        """When a case must have been accepted, at half past nine, so that its promise ends on a working day."""
        for back in range(1, LOOK_BACK_DAYS):
            start = self.at(back, "09:30")
            if limits.working_days(self.calendar, start, promised_days, rule=limits.DueRule.PROMISED).due.on == due_on:
                return start
        raise LookupError(f"nothing accepted lately is due on {due_on}")

    def due_today(self) -> date:
        """Today, or the next working day where today is a day off."""
        return self.today if self.calendar.is_workday(self.today) else self.calendar.next_workday(self.today)
