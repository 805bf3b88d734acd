"""The hours of the night in which no text message is sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

from domain.calendar.calendar import SHANGHAI

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class Quiet(Struct, frozen=True):
    """From one time of the day until another, local; over midnight where it ends before it begins."""

    since: time
    until: time

    def over(self, now: datetime) -> datetime:
        """When messages may be sent, UTC: `now` itself outside of the quiet hours."""
        here = now.astimezone(SHANGHAI)
        at = here.time()
        over_midnight = self.since > self.until
        if not (at >= self.since or at < self.until if over_midnight else self.since <= at < self.until):
            return now
        day = here.date() + timedelta(days=1 if over_midnight and at >= self.since else 0)
        return datetime.combine(day, self.until, tzinfo=SHANGHAI).astimezone(UTC)


def quiet_hours(said: str) -> Quiet | None:
    """Quiet hours as an operator writes them (`21:00-08:00`); None for an empty text or for hours of no length.

    Raises:
        ValueError: it is written otherwise.
    """
    if not said:
        return None
    found = _FORM.fullmatch(said)
    if found is None:
        raise ValueError(f"quiet hours are written as 21:00-08:00, not {said!r}")
    hours = [int(part) for part in found.groups()]
    since, until = time(hours[0], hours[1]), time(hours[2], hours[3])
    return None if since == until else Quiet(since, until)
