"""When a case asks for attention by time alone: its next timers, from its state and nothing else.

A timer's id follows from its stream, kind and instant, so that two nodes that see the same state make the same one, and
firing it twice records once. What a timer leads to is decided anew on the state of the moment (`timer.fire@1`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from msgspec import Struct

from domain.calendar.calendar import Calendar
from domain.calendar.hours import ladder
from domain.calendar.limits import Due
from domain.case.acts import CaseStatus
from domain.case.standing import GAPS_RUN, Case

AFTER = timedelta(seconds=1)
"""A limit ends with its last instant: it has passed a moment later."""


class TimerKind(StrEnum):
    """What a timer is for."""

    LAPSE = "filing-lapse"
    NOTICE = "notice-limit"
    RETURN = "correction-return"
    NEARED = "deadline-neared"
    OVERDUE = "case-overdue"
    STEP = "step-overdue"
    PROCEDURE = "procedure-overrun"
    GAP = "gap-overdue"
    CLAIM = "claim-expiry"
    DELIVERY = "delivery-overdue"


class Timer(Struct, frozen=True):
    """Something to be looked at when its time has come.

    Attributes:
        id: derived from stream, kind, subject and instant.
        at: UTC.
        about: clock, step, procedure or material concerned.
        share: per cent of the limit, for an alarm.
    """

    id: UUID
    kind: TimerKind
    at: datetime
    stream: UUID
    about: str = ""
    share: int = 0


def timers_of(stream: UUID, case: Case, calendar: Calendar) -> tuple[Timer, ...]:
    """The timers that a case waits for now, the earliest first; at most one of a kind, subject and share.

    Args:
        stream: the case.
        case: as it stands.
        calendar: for alarms after part of a limit.
    """
    found = [
        Timer(timer_id(stream, kind, at, about), kind, at, stream, about, share)
        for kind, at, about, share in _waiting(case, calendar)
    ]
    return tuple(sorted(found, key=lambda timer: (timer.at, timer.kind, timer.about, timer.share)))


def timer_id(stream: UUID, kind: TimerKind, at: datetime, about: str = "") -> UUID:
    """The id of a timer; the same wherever it is computed."""
    return uuid5(stream, f"timer:{kind.value}:{about}:{at.isoformat()}")


Waiting = Iterator[tuple[TimerKind, datetime, str, int]]


def _waiting(case: Case, calendar: Calendar) -> Waiting:
    match case.status:
        case CaseStatus.FILED:
            yield from _at(TimerKind.LAPSE, case.lapses)
        case CaseStatus.RECEIVED:
            yield from _at(TimerKind.NOTICE, case.notice)
        case CaseStatus.CORRECTION:
            yield from _at(TimerKind.RETURN, case.respond_by)
        case CaseStatus.ACCEPTED | CaseStatus.SUSPENDED:
            yield from _in_review(case, calendar)
        case CaseStatus.GRANTED | CaseStatus.ISSUED | CaseStatus.POSTED:
            if not case.delivery_overdue:
                yield from _at(TimerKind.DELIVERY, case.deliver_by)
        case _:
            pass
    if case.status in GAPS_RUN:
        yield from _gaps(case)
    if case.claimed_by is not None and case.claim_until is not None:
        yield TimerKind.CLAIM, case.claim_until, "", 0


def _at(kind: TimerKind, due: Due | None, about: str = "") -> Waiting:
    if due is not None:
        yield kind, due.at + AFTER, about, 0


def _in_review(case: Case, calendar: Calendar) -> Waiting:
    for clock, due in (("promised", case.promised), ("statutory", case.statutory)):
        if due is None or clock in case.late:
            continue
        yield from _at(TimerKind.OVERDUE, due, clock)
        for share, at in ladder(calendar, due):
            if (clock, share) not in case.alarmed:
                yield TimerKind.NEARED, at, clock, share
    if not case.step_overdue and case.status is CaseStatus.ACCEPTED:
        yield from _at(TimerKind.STEP, case.step_due, str(case.reviews_done))
    for id, procedure in case.running.items():
        if procedure.protects:
            yield TimerKind.PROCEDURE, calendar.end_of_day(procedure.ends_on), str(id), 0


def _gaps(case: Case) -> Waiting:
    for material in case.open_gaps:
        if not case.gaps[material].overdue:
            yield from _at(TimerKind.GAP, case.gaps[material].due, material)
