"""Decisions on a bad rating: it is put right, or its date is deferred with a reason, or it is explained; and answered.

The rated never act on it. Every open one has a next actor: the lead until somebody is named, then that person, and the
lead again once the rater has been told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from enum import StrEnum
from uuid import UUID

from domain.calendar.limits import Due, DueRule
from domain.case.commands import FireTimer
from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.effects.notices import NoticeHandled, notices_stream
from domain.ratings import commands as c
from domain.ratings import facts as f
from domain.ratings.deciding import RatingBench, about_rater, is_erased, require_lead
from domain.ratings.rating import Rating, Rectification
from domain.refusals import (
    CallBackFirst,
    ColleagueUnfit,
    Invalid,
    NotFound,
    RectificationStateChanged,
    ReplyFirst,
)
from domain.timers import AFTER, Timer, timer

LONGEST = 366
"""Days by which it may be deferred at once: the ledger names a date that somebody will see."""


@decide.register
def _(command: c.AssignRectification, call: Call, bench: RatingBench) -> Decided:
    rating, one = _open(call, bench)
    require_lead(call, rating)
    colleague = bench.staff(command.to)
    if colleague.id is None:
        raise NotFound
    if command.to in rating.staff:
        raise ColleagueUnfit(why="rated")
    if colleague.absence(bench.today) is not None:
        raise ColleagueUnfit(why="absent")
    if one.responsible == command.to:
        return []
    return [(call.lane, f.RectificationAssigned(to=command.to))]


@decide.register
def _(command: c.CallBack, call: Call, bench: RatingBench) -> Decided:
    rating, _one = _mine(call, bench)
    called = f.RaterCalledBack(reached=command.reached, words=about_rater(rating, words=command.words))
    told = bench.notices(call.lane).unreached if command.reached else ()
    handled = (NoticeHandled(position=at, person=person, how="by-phone", words=None) for at, person in told)
    return [(call.lane, called), *((notices_stream(call.lane), fact) for fact in handled)]


@decide.register
def _(command: c.DeferRectification, call: Call, bench: RatingBench) -> Decided:
    rating, one = _mine(call, bench)
    if one.outcome is not None:
        raise RectificationStateChanged(state=one.outcome)
    words = about_rater(rating, reason=command.reason)
    furthest = bench.today + timedelta(days=LONGEST)
    if not max(bench.today, one.due.on) < command.on <= furthest or not bench.calendar().is_workday(command.on):
        raise Invalid(where="on")
    return [(call.lane, f.RectificationDeferred(due=_due_on(command, bench), words=words))]


def _due_on(command: c.DeferRectification, bench: RatingBench) -> Due:
    """Close of business of the day that was named; nothing was counted to come to it."""
    calendar = bench.calendar()
    return Due(
        at=calendar.close_of_business(command.on).astimezone(UTC),
        on=command.on,
        rule=DueRule.RECTIFICATION.value,
        provisional=calendar.provisional(command.on),
        calendar_version=calendar.version,
    )


@decide.register
def _(command: c.SettleRectification, call: Call, bench: RatingBench) -> Decided:
    rating, one = _mine(call, bench)
    if one.outcome is not None:
        raise RectificationStateChanged(state=one.outcome)
    if not one.call_backs:
        raise CallBackFirst
    words = about_rater(rating, words=command.words)
    return [(call.lane, f.RectificationSettled(outcome=command.outcome, words=words))]


@decide.register
def _(command: c.ReplyToRater, call: Call, bench: RatingBench) -> Decided:
    rating, one = _mine(call, bench)
    if one.outcome is None or one.replied:
        raise RectificationStateChanged(state="replied" if one.replied else "open")
    return [(call.lane, f.RaterAnswered(words=about_rater(rating, words=command.words)))]


@decide.register
def _(_command: c.CloseRectification, call: Call, bench: RatingBench) -> Decided:
    rating, one = _open(call, bench)
    require_lead(call, rating)
    if not one.replied and not is_erased(rating, bench):
        raise ReplyFirst
    return [(call.lane, f.RectificationClosed())]


def _open(call: Call, bench: RatingBench) -> tuple[Rating, Rectification]:
    rating = bench.rating(call.lane)
    if rating.rectification is None or call.by.is_resident:
        raise NotFound
    if rating.rectification.closed:
        raise RectificationStateChanged(state="closed")
    return rating, rating.rectification


def _mine(call: Call, bench: RatingBench) -> tuple[Rating, Rectification]:
    """An open rectification of which the author is in charge, or a lead without part in it."""
    rating, one = _open(call, bench)
    if call.by.id != one.responsible:
        require_lead(call, rating)
    return rating, one


# Time


class RatingTimer(StrEnum):
    """What a timer of a rating is for."""

    OVERDUE = "rectification-overdue"


def timers_of(stream: UUID, rating: Rating) -> tuple[Timer[RatingTimer], ...]:
    """The timers that a rating waits for now."""
    return tuple(_waiting(stream, rating))


def _waiting(stream: UUID, rating: Rating) -> Iterator[Timer[RatingTimer]]:
    one = rating.rectification
    if one is not None and one.outcome is None and not one.overdue:
        yield timer(stream, RatingTimer.OVERDUE, one.due.at + AFTER)


def fire(command: FireTimer, call: Call, bench: RatingBench) -> Decided:
    """Decide a timer of a rating anew on the state of the moment; one that is not due, or no more, records nothing."""
    rating = bench.rating(call.lane)
    wanted = (command.kind, command.at.astimezone(UTC), command.about)
    due = next((one for one in timers_of(call.lane, rating) if (one.kind.value, one.at, one.about) == wanted), None)
    if due is None or bench.now < due.at or rating.rectification is None:
        return []
    return [(call.lane, f.RectificationOverdue(due=rating.rectification.due))]
