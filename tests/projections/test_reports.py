"""Reports of a period, against what the facts of the log say by other means."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from domain.calendar.calendar import SHANGHAI, Calendar
from domain.case import facts as f
from domain.facts import Envelope
from projections.reader import Reader
from projections.reports import report
from tests.cast import CALENDAR, Clock
from tests.laws.histories import CASES, History
from tests.laws.projected import followed
from tests.premises import Premises, opened

WHOLE = (date(2026, 11, 1), date(2027, 12, 31))
HALVES = (
    (date(2026, 11, 1), date(2026, 11, 26)),
    (date(2026, 11, 27), date(2027, 12, 31)),
)
ENDS = (f.CaseDeclined, f.CaseRedirected, f.CaseWithdrawn, f.CaseVoided, f.CaseTerminated, f.CaseReturned, f.CaseLapsed)


class Told:
    """What one case came to, read from its facts alone."""

    def __init__(self, premises: Premises, facts: list[Envelope]) -> None:
        self.received: datetime | None = None
        self.accepted: datetime | None = None
        self.decided: datetime | None = None
        self.ended: datetime | None = None
        self.outcome = ""
        self.item = self.channel = ""
        self.filed: datetime | None = None
        self.suspended = premises.centre.case(facts[0].originator_id).suspended if facts else ()
        for envelope in facts:
            self._take(envelope)

    def _take(self, envelope: Envelope) -> None:
        at, fact = envelope.meta.recorded_at, envelope.fact
        if isinstance(fact, f.CaseFiled):
            self.filed, self.item, self.channel = at, fact.item_id, fact.channel
        elif isinstance(fact, f.CaseReceived):
            self.received = at
        elif isinstance(fact, f.CaseAccepted):
            self.accepted = at
        elif isinstance(fact, f.CaseDecided):
            self.decided, self.outcome = at, fact.outcome
        elif isinstance(fact, ENDS):
            self.ended = at
        elif isinstance(fact, f.ActUndone):
            self._undo(fact.act)
        elif isinstance(fact, f.CaseReopened):
            self.decided, self.ended, self.outcome = None, None, ""

    def _undo(self, act: str) -> None:
        if act == "case.accept":
            self.accepted = None
        elif act == "case.decide":
            self.decided, self.outcome = None, ""
        elif act in ("case.decline", "case.redirect", "case.terminate"):
            self.ended = None

    def minutes(self, calendar: Calendar) -> int:
        """Working minutes from the complete set to the decision, counted minute by minute."""
        assert self.received is not None
        assert self.decided is not None
        at, end, total = self.received, self.decided, 0
        while at < end:
            here = at.astimezone(SHANGHAI)
            off = any(first <= here.date() <= last for first, last in self.suspended)
            works = calendar.is_workday(here.date()) and not off
            total += works and any(s.starts <= here.time() < s.ends for s in calendar.shifts.shifts)
            at += timedelta(minutes=1)
        return total


def within(at: datetime | None, first: date, last: date) -> bool:
    return at is not None and first <= at.astimezone(SHANGHAI).date() <= last


@pytest.mark.parametrize("seed", range(4))
def test_a_report_counts_what_the_facts_say(tmp_path: Path, seed: int) -> None:
    folder, clock = tmp_path, Clock()
    with opened(folder / "centre", clock) as premises:
        History(premises, clock, seed).walk(160)
        reader = Reader(followed(premises.centre, folder / "read"))
        told = [Told(premises, facts) for case in CASES if (facts := premises.centre.read(case))]
        told = [one for one in told if one.filed is not None]

        for first, last in (WHOLE, *HALVES):
            found = report(reader, first, last).all
            decided = [one for one in told if within(one.decided, first, last)]
            assert found.filed == sum(within(one.filed, first, last) for one in told)
            assert found.accepted == sum(within(one.accepted, first, last) for one in told)
            assert found.granted == sum(one.outcome == "granted" for one in decided)
            assert found.rejected == sum(one.outcome == "rejected" for one in decided)
            assert found.ended_otherwise == sum(within(one.ended, first, last) for one in told)
            minutes = [one.minutes(CALENDAR) for one in decided]
            assert found.median_minutes == (median(minutes) if minutes else None)
            assert found.slowest_minutes == max(minutes, default=None)
        whole = report(reader, *WHOLE)
        assert sum(row.filed for row in whole.by_item) == whole.all.filed == sum(row.filed for row in whole.by_channel)
        assert {row.key for row in whole.by_item} == {one.item for one in told}
        reader.close()


def test_a_period_without_cases_is_empty(tmp_path: Path) -> None:
    folder, clock = tmp_path, Clock()
    with opened(folder / "centre", clock) as premises:
        premises.receive()
        reader = Reader(followed(premises.centre, folder / "read"))

        found = report(reader, date(2020, 1, 1), date(2020, 12, 31))

        assert (found.all.filed, found.all.median_minutes, found.by_item) == (0, None, ())
        reader.close()
