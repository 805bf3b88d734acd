"""Commands of the centre on itself: open, publish items and calendars, enrol and certify staff."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta

from domain.calendar.calendar import Calendar
from domain.case.commands import Command
from domain.case.commands.base import Reason, ShortText
from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import ServiceItem
from domain.catalogue.listing import ListedItem
from domain.catalogue.trials import ItemTrial
from domain.centre.centre import Arrangement, Particulars


class OpenCentre(Command, frozen=True, kw_only=True):
    """Set the centre's particulars."""

    type: ClassVar[str] = "centre.open@1"
    particulars: Particulars


Version = Annotated[int, Meta(ge=1, le=2**31)]


class PublishItem(Command, frozen=True, kw_only=True):
    """Publish a version of an item, whose test cases are run first.

    Attributes:
        effective_on: first local day on which it is in force; None: at once.
        ends_on: last such day; None: until a newer version follows.
    """

    type: ClassVar[str] = "item.publish@1"
    item: ServiceItem
    trials: tuple[ItemTrial, ...] = ()
    effective_on: date | None = None
    ends_on: date | None = None


class WithdrawItem(Command, frozen=True, kw_only=True):
    """Withdraw a version of an item (取消): nothing is filed under it any more, its cases go on.

    Attributes:
        reason: names nobody; it stays readable.
    """

    type: ClassVar[str] = "item.withdraw@1"
    item_id: ShortText
    version: Version
    reason: Reason


class OrderDelegation(Command, frozen=True, kw_only=True):
    """Record an order by which the district hands items down (事项下放)."""

    type: ClassVar[str] = "delegation.order@1"
    order: DelegationOrder


class RevokeDelegation(Command, frozen=True, kw_only=True):
    """Give an order an end, or an earlier one.

    Attributes:
        ends_on: last local day on which cases are accepted under it; not before today.
        reason: names nobody; it stays readable.
    """

    type: ClassVar[str] = "delegation.revoke@1"
    number: ShortText
    ends_on: date
    reason: Reason


class PublishListing(Command, frozen=True, kw_only=True):
    """Replace the list of items for which there is no handbook page yet."""

    type: ClassVar[str] = "listing.publish@1"
    entries: tuple[ListedItem, ...]


class ArrangeCatalogue(Command, frozen=True, kw_only=True):
    """Bring departments, roles, bundles and themes into force."""

    type: ClassVar[str] = "catalogue.arrange@1"
    arrangement: Arrangement


class PublishCalendar(Command, frozen=True, kw_only=True):
    """Bring a version of the working-day calendar into force."""

    type: ClassVar[str] = "calendar.publish@1"
    calendar: Calendar


class EnrolStaff(Command, frozen=True, kw_only=True):
    """Enrol a member of staff; the lane is the person's stream.

    Attributes:
        password_hash: argon2id, made at the edge.
    """

    type: ClassVar[str] = "staff.enrol@1"
    username: str
    name: str
    roles: tuple[str, ...]
    office: str
    password_hash: str


class CertifyStaff(Command, frozen=True, kw_only=True):
    """Record that a member of staff holds a certificate for an item."""

    type: ClassVar[str] = "staff.certify@1"
    item_id: str
    valid_until: date
    staff: UUID


BY_OPERATORS: tuple[type[Command], ...] = (
    PublishItem,
    WithdrawItem,
    OrderDelegation,
    RevokeDelegation,
    PublishListing,
    PublishCalendar,
)
"""Commands that an operator may give from the app; the others are the centre's own."""
