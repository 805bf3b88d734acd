"""Delegation orders 事项下放: dated data that say who handles an item from when on, and with what training.

The catalogue and an order together hold two routes for an item: one of them is the catalogue's own, the other stands in
the order. An order that was recorded after its items were published as delegated carries the route `before`; one that
delegates an item which the catalogue still shows with its district steps carries the route `after`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.catalogue.items import RouteStep, ServiceItem
from domain.catalogue.soundness import faults_of

StreetRole = Literal["decide", "preliminary-review", "intake"]


class Handled(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an item is handled on one side of an order.

    Attributes:
        street_role: what the subdistrict does: `decide`, or a part of it before the district decides.
        route: every step, from receipt to delivery.
    """

    street_role: StreetRole
    route: tuple[RouteStep, ...]


class DelegatedItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of an order.

    Attributes:
        item: its id.
        before: how it is handled while the order is not in force; None: as the catalogue has it.
        after: how it is handled while the order is in force; None: as the catalogue has it.
        certificates: what a window clerk must hold beside the item's own certificate, while the order is in force.
    """

    item: str
    before: Handled | None = None
    after: Handled | None = None
    certificates: tuple[str, ...] = ()


class DelegationOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order by which the district hands items down (事项下放), or takes them back at its end.

    Attributes:
        number: as on the paper, such as 阳政规〔2024〕3号; names the order.
        batch: 批次, from 1.
        issued_on: local day of the paper.
        effective_on: first local day on which cases are accepted under it.
        ends_on: last such day; None: until further notice.
    """

    number: str
    title_zh: str
    title_en: str
    batch: int
    issued_on: date
    effective_on: date
    ends_on: date | None = None
    items: tuple[DelegatedItem, ...]

    def covers(self, on: date) -> bool:
        """Whether cases that are accepted on that local day are accepted under the order."""
        return self.effective_on <= on and (self.ends_on is None or on <= self.ends_on)

    def entry(self, item_id: str) -> DelegatedItem | None:
        """What the order says of an item, or None."""
        return next((entry for entry in self.items if entry.item == item_id), None)


class Handling(Struct, frozen=True, kw_only=True):
    """How a case of an item is handled that is accepted on some day.

    Attributes:
        delegated: whether an order that is in force covers the item.
        order: number of that order, empty without one.
        batch: its batch, 0 without one.
        certificates: what a window clerk must hold, the item's own first.
        own: whether the route is the one of the item's own version.
    """

    street_role: StreetRole
    route: tuple[RouteStep, ...]
    delegated: bool
    order: str
    batch: int
    certificates: tuple[str, ...]
    own: bool

    def steps_at(self, role: str) -> tuple[RouteStep, ...]:
        """The steps that a role does."""
        return tuple(step for step in self.route if step.role == role)


def route_of(item: ServiceItem, orders: Iterable[DelegationOrder], *, on: date) -> Handling:
    """How a case of `item` is handled that is accepted on the local day `on`.

    The order that took effect last is followed. Before the first one begins, and after the last one has ended, the item
    is handled as it was before; without any order, as the catalogue has it.
    """
    concerning = sorted(_concerning(item.id, orders), key=lambda pair: (pair[0].effective_on, pair[0].number))
    running = [pair for pair in concerning if pair[0].covers(on)]
    if running:
        order, entry = running[-1]
        return _handling(item, entry.after, order=order, certificates=entry.certificates)
    coming = [entry for order, entry in concerning if order.effective_on > on]
    ended = [entry for order, entry in concerning if order.effective_on <= on]
    side = ended[-1].before if ended else coming[0].before if coming else None
    return _handling(item, side)


def as_accepted(item: ServiceItem, street_role: str, route: tuple[RouteStep, ...]) -> ServiceItem:
    """The item as a case goes through it that was accepted with a route of its own; otherwise the item itself."""
    return replace(item, street_role=street_role, route=route) if route else item


def order_faults(order: DelegationOrder, items: Iterable[ServiceItem]) -> tuple[str, ...]:
    """What is wrong with an order, each as `where: what`.

    Args:
        order: to be recorded.
        items: the items that it names, as far as they are known.
    """
    return tuple(_order_faults(order, {item.id: item for item in items}))


def _concerning(item_id: str, orders: Iterable[DelegationOrder]) -> Iterator[tuple[DelegationOrder, DelegatedItem]]:
    for order in orders:
        if entry := order.entry(item_id):
            yield order, entry


def _handling(
    item: ServiceItem,
    side: Handled | None,
    *,
    order: DelegationOrder | None = None,
    certificates: tuple[str, ...] = (),
) -> Handling:
    return Handling(
        street_role=side.street_role if side else item.street_role,
        route=side.route if side else item.route,
        delegated=order is not None,
        order=order.number if order else "",
        batch=order.batch if order else 0,
        certificates=tuple(dict.fromkeys((item.id, *certificates))),
        own=side is None or (side.street_role, side.route) == (item.street_role, item.route),
    )


def _order_faults(order: DelegationOrder, items: dict[str, ServiceItem]) -> Iterator[str]:
    if order.ends_on is not None and order.ends_on < order.effective_on:
        yield "ends_on: it lies before effective_on"
    if not order.items:
        yield "items: there are none"
    for number, entry in enumerate(order.items):
        if entry.item in {other.item for other in order.items[:number]}:
            yield f"items: {entry.item} stands twice"
        if entry.item not in items:
            yield f"items: {entry.item}: there is no such item"
            continue
        if (entry.before is None) == (entry.after is None):
            yield f"items: {entry.item}: one of before and after is the catalogue's own and the other stands here"
        for side in filter(None, (entry.before, entry.after)):
            changed = as_accepted(items[entry.item], side.street_role, side.route)
            yield from (f"items: {entry.item}: {fault}" for fault in faults_of(changed))
