"""The queue in parts: one rule says under which tabs a line stands, so that a list and its count cannot disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from msgspec import Struct

from domain.actors import Actor, Role
from domain.calendar.calendar import Calendar
from domain.calendar.limits import local_day
from projections.documents import QueueBody, WaitingFor

Tab = Literal["mine", "team", "waiting", "returned", "due"]
TABS: tuple[Tab, ...] = get_args(Tab)

Suits = Callable[[str], bool]
"""Whether somebody holds today what the window asks for an item."""

SOON_WORKING_DAYS = 1
"""A case is due when its date has passed, is today, or within so many working days."""

_OTHERS: frozenset[WaitingFor] = frozenset({"applicant", "procedure", "post", "nobody"})
"""Nobody at a desk has to act."""
_NOT_OURS: frozenset[WaitingFor] = frozenset({"applicant", "nobody"})
"""The centre has nothing to see through: a procedure stops the clock, but the centre leads it; a parcel is its own."""

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class Line(NamedTuple):
    """A case in the queue."""

    id: UUID
    body: QueueBody


class Moment(NamedTuple):
    """When a queue is looked at, and the calendar by which days are counted."""

    now: datetime
    calendar: Calendar


class Listing(Struct, frozen=True):
    """A queue as somebody sees it: cases by tab, in the order in which they should be taken."""

    tabs: dict[str, tuple[UUID, ...]]


def listing(lines: Iterable[Line], who: Actor, when: Moment, suits: Suits) -> Listing:
    """The parts of a queue for one member of staff; see `tabs_of`."""
    tabs: dict[str, list[UUID]] = {tab: [] for tab in TABS}
    for line in sorted(lines, key=urgency):
        for tab in tabs_of(line.body, who, when, suits):
            tabs[tab].append(line.id)
    return Listing({tab: tuple(ids) for tab, ids in tabs.items()})


def tabs_of(body: QueueBody, who: Actor, when: Moment, suits: Suits) -> tuple[Tab, ...]:
    """The tabs under which a line stands for somebody.

    `mine`: taken, or free, for one of their roles and of an item that they may handle; `team`: with the centre: at any
    desk, in a special procedure that it leads, or on its way by post; `waiting`: for the applicant and nobody else;
    `returned`: back with a supplement; `due`: at a desk, and its date is near or has passed.

    Args:
        body: the line.
        who: looks.
        when: the moment.
        suits: whether they hold a certificate for an item.
    """
    is_at_desk = body.waiting_for not in _OTHERS
    found: dict[Tab, bool] = {
        "mine": is_taken(body, who) or (body.claimed_by is None and is_for(body, who) and may_take(body, suits)),
        "team": body.waiting_for not in _NOT_OURS,
        "waiting": body.waiting_for == "applicant",
        "returned": is_at_desk and body.returned,
        "due": is_at_desk and is_due(body, when),
    }
    return tuple(tab for tab, is_under in found.items() if is_under)


def is_taken(body: QueueBody, who: Actor) -> bool:
    """Whether somebody has taken the case and has to act, if only to learn that it was withdrawn from under them."""
    is_theirs = body.claimed_by is not None and body.claimed_by.id == who.id
    return is_theirs and (body.waiting_for not in _OTHERS or body.status == "withdrawn")


def is_for(body: QueueBody, who: Actor) -> bool:
    """Whether one of somebody's roles has to act."""
    if asks_lead(body) and Role.LEAD in who.roles:
        return True
    match body.waiting_for:
        case "step":
            return body.step is not None and Role(body.step.role) in who.roles
        case "window":
            return Role.WINDOW_CLERK in who.roles
        case _:
            return False


def may_take(body: QueueBody, suits: Suits) -> bool:
    """Whether somebody may take the due step of a line: at the window that takes a certificate for the item."""
    return body.step is None or body.step.role != Role.WINDOW_CLERK or suits(body.item_id)


def asks_lead(body: QueueBody) -> bool:
    """Whether a lead is asked something: a second notice, more time, evidence after the decision, a sample."""
    return body.second_notice == "asked" or body.extension_asked or body.evidence or body.sampling


def is_due(body: QueueBody, when: Moment) -> bool:
    """Whether the date of a line is near or has passed."""
    if body.due is None:
        return False
    today, on = local_day(when.now), local_day(body.due)
    return when.now > body.due or working_days_between(when.calendar, today, on) <= SOON_WORKING_DAYS


def is_late(body: QueueBody, when: Moment) -> bool:
    """Whether the centre's own date has passed while the case is open.

    An applicant who lets their time pass delays nobody, and in a procedure the clock stands still.
    """
    is_running = body.waiting_for not in _NOT_OURS and body.waiting_for != "procedure"
    return is_running and body.due is not None and body.due < when.now


def urgency(line: Line) -> tuple[datetime, datetime, str]:
    """What orders a queue: its date, the date of the due step, how long it has waited; by id where all are alike."""
    body = line.body
    return body.due or _LAST, body.step_due or body.received_at or _FIRST, str(line.id)


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """Working days after `first` up to and with `last`; as a negative number where `last` is before `first`."""
    if last < first:
        return -working_days_between(calendar, last, first)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_workday(day) for day in days)
