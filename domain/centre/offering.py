"""What is recorded of the offer beside its items: days that come, orders of delegation, the list of all items."""

from __future__ import annotations

from datetime import date, datetime

from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.listing import ListedItem
from domain.facts import Fact


class ItemCameIntoForce(Fact, frozen=True, kw_only=True, tag="item.came_into_force"):
    """The day came from which a published version is in force; it follows the one before.

    Attributes:
        effective_at: UTC.
    """

    version: int
    effective_at: datetime


class ItemEnded(Fact, frozen=True, kw_only=True, tag="item.ended"):
    """The planned end of a version passed: nothing can be filed under it any more, its cases go on.

    Attributes:
        effective_at: UTC.
    """

    version: int
    effective_at: datetime


class ItemWithdrawn(Fact, frozen=True, kw_only=True, tag="item.withdrawn"):
    """A version was withdrawn (取消): nothing can be filed under it from now on, its cases go on.

    Attributes:
        reason: in words; names nobody.
    """

    version: int
    reason: str


class DelegationOrdered(Fact, frozen=True, kw_only=True, tag="delegation.ordered"):
    """An order was recorded by which the district hands items down (事项下放)."""

    order: DelegationOrder


class DelegationBegan(Fact, frozen=True, kw_only=True, tag="delegation.began"):
    """The day came from which an order is in force; cases accepted before it finish as they were accepted.

    Attributes:
        number: of the order.
        effective_at: UTC.
    """

    number: str
    effective_at: datetime


class DelegationRevoked(Fact, frozen=True, kw_only=True, tag="delegation.revoked"):
    """An order got an end, or an earlier one.

    Attributes:
        number: of the order.
        ends_on: last local day on which cases are accepted under it.
        reason: in words; names nobody.
    """

    number: str
    ends_on: date
    reason: str


class DelegationEnded(Fact, frozen=True, kw_only=True, tag="delegation.ended"):
    """The last day of an order passed; cases accepted under it finish as they were accepted.

    Attributes:
        number: of the order.
        effective_at: UTC.
    """

    number: str
    effective_at: datetime


class ListingPublished(Fact, frozen=True, kw_only=True, tag="listing.published"):
    """The list of items that have no handbook page yet came into force in place of the one before.

    Attributes:
        version: from 1.
    """

    version: int
    entries: tuple[ListedItem, ...]
