"""Decisions on what the centre publishes: versions of items, delegation orders, the list of all items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from domain.calendar.calendar import SHANGHAI
from domain.case.decide import Bench, Call, Decided, decide
from domain.catalogue.delegation import order_faults
from domain.catalogue.items import ServiceItem
from domain.catalogue.listing import entry_faults
from domain.catalogue.soundness import faults_of
from domain.catalogue.trials import failures_of
from domain.catalogue.values import FIRST_DAY, LAST_DAY
from domain.centre import commands as c
from domain.centre.centre import DELEGATION_STREAM, LISTING_STREAM, Arrangement, ItemPublished, Published, item_stream
from domain.centre.offering import (
    DelegationBegan,
    DelegationEnded,
    DelegationOrdered,
    DelegationRevoked,
    ItemWithdrawn,
    ListingPublished,
)
from domain.facts import Fact
from domain.refusals import (
    ItemUnsound,
    ListingUnsound,
    OrderTaken,
    OrderUnsound,
    PlanWrong,
    TrialsFailed,
    UnknownItem,
    UnknownOrder,
    VersionTaken,
)

"""Who may publish: the operator, and the centre itself on the command line."""

Recorded = list[tuple[UUID, Fact]]


class PublishingBench(Bench, Protocol):
    """The bench with everything that is published on it."""

    def published(self, item_id: str) -> Published:
        """Every version of an item, with the days that are planned for it."""
        ...

    def published_in(self, stream: UUID) -> Published:
        """What is published in a stream; nothing, if it is a stream of another kind."""
        ...

    def arrangement(self) -> Arrangement:
        """Departments, roles, bundles and themes."""
        ...

    def delegations(self) -> Published:
        """The delegation orders, and which of them have begun and ended."""
        ...

    def listing(self) -> Published:
        """The list of items that are only listed."""
        ...


def midnight(day: date) -> datetime:
    """The instant at which a local day begins, UTC.

    A day before or beyond the years that a form takes counts as the first or the last of them.
    """
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time(0), tzinfo=SHANGHAI).astimezone(UTC)


def midnight_after(day: date) -> datetime:
    """The instant at which a local day is over, UTC; as `midnight`."""
    return midnight(min(day, LAST_DAY - timedelta(days=1)) + timedelta(days=1))


# Items


@decide.register
def _(command: c.PublishItem, call: Call, bench: PublishingBench) -> Decided:
    item, published = command.item, bench.published(command.item.id)
    known = published.items.get(item.version)
    if known == item:
        return []
    if known is not None:
        raise VersionTaken(item=item.id, version=item.version)
    _require_plan(command, published, bench.today)
    require_sound(item, bench.arrangement())
    failures = (
        failures_of(item, command.trials, orders=bench.orders(), calendar=bench.calendar()) if command.trials else ()
    )
    if failures:
        raise TrialsFailed(item=item.id, version=item.version, failures=msgspec.to_builtins(failures))
    at_once = command.effective_on is None or command.effective_on == bench.today
    fact = ItemPublished(
        item=item,
        trials=command.trials,
        effective_on=None if at_once else command.effective_on,
        ends_on=command.ends_on,
    )
    return [(item_stream(item.id), fact)]


def _require_plan(command: c.PublishItem, published: Published, today: date) -> None:
    newest = max(published.items, default=0)
    if command.item.version <= newest:
        raise PlanWrong(why="version", newest=newest)
    starts = command.effective_on or today
    if starts < today:
        raise PlanWrong(why="past")
    if command.ends_on is not None and command.ends_on < starts:
        raise PlanWrong(why="order")


def require_sound(item: ServiceItem, arrangement: Arrangement) -> None:
    """Let an item pass that can be published.

    Raises:
        ItemUnsound: it contradicts itself, or refers to a department, theme or role that is not arranged.
    """
    faults = [*faults_of(item), *_reference_faults(item, arrangement)]
    if faults:
        raise ItemUnsound(item=item.id, version=item.version, faults=faults)


def _reference_faults(item: ServiceItem, arrangement: Arrangement) -> Iterator[str]:
    """Nothing is asked of a centre that has not arranged its catalogue yet."""
    if not arrangement.departments:
        return
    if item.department_id not in {one.id for one in arrangement.departments}:
        yield f"department_id: there is no {item.department_id}"
    if item.theme not in {"", *(one.id for one in arrangement.themes)}:
        yield f"theme: there is no {item.theme}"


@decide.register
def _(command: c.WithdrawItem, call: Call, bench: PublishingBench) -> Decided:
    published = bench.published(command.item_id)
    if command.version not in published.items:
        raise UnknownItem(item=command.item_id, version=command.version)
    if command.version != published.in_force and command.version not in published.plans:
        return []
    return [(item_stream(command.item_id), ItemWithdrawn(version=command.version, reason=command.reason))]


# Delegation orders


@decide.register
def _(command: c.OrderDelegation, call: Call, bench: PublishingBench) -> Decided:
    order, known = command.order, bench.delegations().orders.get(command.order.number)
    if known == order:
        return []
    if known is not None:
        raise OrderTaken(number=order.number)
    if faults := order_faults(order, _items_of(command, bench)):
        raise OrderUnsound(number=order.number, faults=list(faults))
    facts: Recorded = [(DELEGATION_STREAM, DelegationOrdered(order=order))]
    if order.effective_on <= bench.today:
        began = DelegationBegan(number=order.number, effective_at=midnight(order.effective_on))
        facts.append((DELEGATION_STREAM, began))
    return facts


def _items_of(command: c.OrderDelegation, bench: PublishingBench) -> Iterator[ServiceItem]:
    for entry in command.order.items:
        published = bench.published(entry.item)
        version = published.offered(bench.today) or max(published.items, default=None)
        if version is not None:
            yield published.items[version]


@decide.register
def _(command: c.RevokeDelegation, call: Call, bench: PublishingBench) -> Decided:
    delegations = bench.delegations()
    order = delegations.orders.get(command.number)
    if order is None:
        raise UnknownOrder(number=command.number)
    if command.ends_on < bench.today or command.number in delegations.ended:
        raise PlanWrong(why="past")
    if command.ends_on < order.effective_on or (order.ends_on is not None and command.ends_on > order.ends_on):
        raise PlanWrong(why="order")
    if command.ends_on == order.ends_on:
        return []
    fact = DelegationRevoked(number=command.number, ends_on=command.ends_on, reason=command.reason)
    return [(DELEGATION_STREAM, fact)]


def ended(number: str, ends_on: date) -> DelegationEnded:
    """What is recorded once the last day of an order has passed."""
    return DelegationEnded(number=number, effective_at=midnight_after(ends_on))


# The list


@decide.register
def _(command: c.PublishListing, call: Call, bench: PublishingBench) -> Decided:
    listing = bench.listing()
    if tuple(listing.listing.values()) == command.entries:
        return []
    faults = list(entry_faults(command.entries))
    taken = [entry.id for entry in command.entries if bench.published(entry.id).items]
    faults += [f"{id}: there is an item of that id" for id in taken]
    if faults:
        raise ListingUnsound(faults=faults)
    fact = ListingPublished(version=listing.listing_version + 1, entries=command.entries)
    return [(LISTING_STREAM, fact)]
