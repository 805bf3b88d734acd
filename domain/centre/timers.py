"""When something published asks for attention by time alone: versions and orders that begin or end on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from enum import StrEnum
from uuid import UUID

from domain.case.commands import FireTimer
from domain.case.decide import Call, Decided
from domain.centre.centre import Published
from domain.centre.offering import DelegationBegan, ItemCameIntoForce, ItemEnded
from domain.centre.publishing import PublishingBench, ended, midnight, midnight_after
from domain.facts import Fact
from domain.timers import Timer, timer


class PublicationTimer(StrEnum):
    """What a timer of something published is for."""

    ITEM_BEGINS = "item-begins"
    ITEM_ENDS = "item-ends"
    ORDER_BEGINS = "delegation-begins"
    ORDER_ENDS = "delegation-ends"


def timers_of(stream: UUID, published: Published) -> tuple[Timer[PublicationTimer], ...]:
    """The timers that an item, or the delegation orders, wait for now; the earliest first.

    Args:
        stream: of the item, or of the orders.
        published: as it stands.
    """
    return tuple(sorted(_waiting(stream, published), key=lambda one: (one.at, one.kind, one.about)))


def _waiting(stream: UUID, published: Published) -> Iterator[Timer[PublicationTimer]]:
    for version, plan in published.plans.items():
        if plan.effective_on is not None:
            yield timer(stream, PublicationTimer.ITEM_BEGINS, midnight(plan.effective_on), str(version))
        elif plan.ends_on is not None:
            yield timer(stream, PublicationTimer.ITEM_ENDS, midnight_after(plan.ends_on), str(version))
    for number, order in published.orders.items():
        if number not in published.began:
            yield timer(stream, PublicationTimer.ORDER_BEGINS, midnight(order.effective_on), number)
        elif order.ends_on is not None and number not in published.ended:
            yield timer(stream, PublicationTimer.ORDER_ENDS, midnight_after(order.ends_on), number)


def fire(command: FireTimer, call: Call, bench: PublishingBench) -> Decided:
    """Decide a timer anew on the state of the moment; one that is not due, or no more, records nothing."""
    published = bench.published_in(call.lane)
    wanted = (command.kind, command.at.astimezone(UTC), command.about)
    due = next((one for one in timers_of(call.lane, published) if (one.kind.value, one.at, one.about) == wanted), None)
    if due is None or bench.now < due.at:
        return []
    return [(call.lane, _fired(due, published))]


def _fired(due: Timer[PublicationTimer], published: Published) -> Fact:
    match due.kind:
        case PublicationTimer.ITEM_BEGINS:
            return ItemCameIntoForce(version=int(due.about), effective_at=due.at)
        case PublicationTimer.ITEM_ENDS:
            return ItemEnded(version=int(due.about), effective_at=due.at)
        case PublicationTimer.ORDER_BEGINS:
            return DelegationBegan(number=due.about, effective_at=due.at)
        case PublicationTimer.ORDER_ENDS:
            ends_on = published.orders[due.about].ends_on
            assert ends_on is not None
            return ended(due.about, ends_on)
