"""Who is called next: everybody in the order in which they came, some counted as if they had come a fixed time earlier.

An appointment counts from a while before its slot, and never for less than coming without one; whoever has priority
counts from a while before they came. These credits do not add up and do not grow. So nobody waits for ever: a ticket is
overtaken only by those taken within `head_start` after its own rank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.visits.hall import Hall, OpenCounter
from domain.visits.line import Line, Ticket, TicketStatus
from domain.visits.reception import Group, Rules


def rank(rules: Rules, now: datetime, *, slot: datetime | None = None, has_priority: bool = False) -> datetime:
    """The instant by which somebody who came at `now` is ordered.

    Args:
        rules: with the credits.
        now: when they came.
        slot: begin of the slot that was booked and is still kept.
        has_priority: see `Rules.priority_minutes`.
    """
    counts_from = [now]
    if slot is not None:
        counts_from.append(slot - timedelta(minutes=rules.appointment_minutes))
    if has_priority:
        counts_from.append(now - timedelta(minutes=rules.priority_minutes))
    return min(counts_from)


def head_start(rules: Rules, group: Group) -> timedelta:
    """How much later than a ticket's rank somebody may come and still be called before it."""
    kept = rules.appointment_minutes + group.slot_minutes + rules.grace_minutes
    return timedelta(minutes=max(kept, rules.priority_minutes))


class Waiting(NamedTuple):
    """A ticket that waits, and the line on which it stands."""

    line: UUID
    id: UUID
    ticket: Ticket


def in_order(lines: Mapping[UUID, Line]) -> list[Waiting]:
    """Everybody who waits in these lines, in the order in which they are called."""
    waiting = [
        Waiting(stream, id, ticket)
        for stream, line in lines.items()
        for id, ticket in line.tickets.items()
        if ticket.status is TicketStatus.WAITING
    ]
    return sorted(waiting, key=lambda one: (one.ticket.rank, one.ticket.serial, one.ticket.number))


def may_call(counter_id: str, counter: OpenCounter, ticket: Ticket, hall: Hall, suits: Callable[[str], bool]) -> bool:
    """Whether a ticket that waits may be called to a counter.

    Args:
        counter_id: the counter.
        counter: who sits there, and what for.
        ticket: waits for one counter only while that is open, else for its group.
        hall: tells which are open.
        suits: tells of an item whether whoever sits there holds a valid certificate for it.
    """
    if ticket.counter and ticket.counter in hall.counters:
        return ticket.counter == counter_id
    if ticket.group not in counter.groups:
        return False
    items = ticket.open_items
    return not items or any(map(suits, items))
