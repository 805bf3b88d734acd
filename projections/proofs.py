"""Due dates with their day-by-day proof."""

from __future__ import annotations

from functools import lru_cache

from domain.calendar.calendar import Calendar
from domain.calendar.limits import COUNTS_KEPT, CountedDay, Due
from domain.calendar.reckoning import proof
from domain.exact import Exact
from projections.documents import DueDate, ProofDay


def explained(due: Due, calendar: Calendar) -> DueDate:
    """A recorded date with every day from the start of its clock to the due day.

    Args:
        due: as recorded.
        calendar: the version named by `due`.
    """
    reckoning = proof(calendar, due)
    shown = _shown(Exact(reckoning.days)) if reckoning else ()
    return DueDate(due.at, due.on, due.rule, due.provisional, shown)


@lru_cache(maxsize=COUNTS_KEPT)
def _shown(days: Exact[tuple[CountedDay, ...]]) -> tuple[ProofDay, ...]:
    return tuple(ProofDay(day.on, day.kind.value, day.n, day.is_due, day.minutes) for day in days.value)
