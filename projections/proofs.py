"""Due dates with their day-by-day proof, recomputed from the fact that set them."""

from __future__ import annotations

from datetime import datetime

from domain.calendar import limits
from domain.calendar.calendar import Calendar
from domain.calendar.limits import Due, DueRule, Reckoning
from domain.case.decide import CORRECTION_CALENDAR_DAYS, NOTICE_WORKING_DAYS
from domain.catalogue.items import ServiceItem
from projections.documents import DueDate, ProofDay


def explained(due: Due, *, start: datetime, item: ServiceItem, calendar: Calendar) -> DueDate:
    """The due date with every day from the start to the due day.

    Args:
        due: as recorded.
        start: when the clock started.
        item: for the promised and statutory limits.
        calendar: the version named by `due`.
    """
    days = _reckon(due.rule, start, item, calendar).days
    proof = tuple(ProofDay(day.on, day.kind.value, day.n, day.is_due) for day in days)
    return DueDate(due.at, due.on, due.rule, due.provisional, proof)


def _reckon(rule: str, start: datetime, item: ServiceItem, calendar: Calendar) -> Reckoning:
    match rule:
        case DueRule.IMMEDIATE:
            return limits.immediate(calendar, start)
        case DueRule.NOTICE:
            return limits.working_days(calendar, start, NOTICE_WORKING_DAYS, rule=rule)
        case DueRule.PROMISED:
            return limits.working_days(calendar, start, item.promised_working_days, rule=rule)
        case DueRule.STATUTORY:
            return limits.working_days(calendar, start, item.statutory_working_days or 1, rule=rule)
        case DueRule.STATUTORY_CALENDAR:
            return limits.calendar_days(calendar, start, item.statutory_calendar_days or 1, rule=rule)
        case _:
            return limits.calendar_days(calendar, start, CORRECTION_CALENDAR_DAYS, rule=rule)
