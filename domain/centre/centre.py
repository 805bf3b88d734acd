"""What the centre has published: its own particulars, items and calendars, and the numbers it has minted."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar.calendar import Calendar
from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import Bundle, Catalogue, Department, Role, ServiceItem, Theme
from domain.catalogue.listing import ListedItem
from domain.catalogue.trials import ItemTrial
from domain.centre.offering import (
    DelegationBegan,
    DelegationEnded,
    DelegationOrdered,
    DelegationRevoked,
    ItemCameIntoForce,
    ItemEnded,
    ItemWithdrawn,
    ListingPublished,
)
from domain.facts import Fact

NAMESPACE = UUID("6f6f7273-7465-7043-8e74-7265646f6f72")
"""Namespace of every stream id that is derived from a name."""

DERIVED_ID = 5
"""Version of such ids (RFC 9562). What devices name anew has another: nobody takes a stream before its time."""


class Practice(Struct, frozen=True, kw_only=True):
    """Times that the law sets, and those that it leaves to the centre.

    Attributes:
        notice_working_days: to accept, decline or tell all defects (Licensing Law art. 32).
        correction_calendar_days: how long the centre waits for the applicant; not in the statute, so it is written on
            every notice.
        filing_calendar_days: how long a filing waits for its named files.
        claim_working_hours: after how much working time a claim ends by itself: two days, since a home visit without a
            signal may take one.
        link_hours: how long a one-time upload link can be used.
        gap_working_days: by when a promised material is due, unless the clerk says otherwise.
        extension_working_days: how much longer a case may take with approval (art. 42).
        delivery_working_days: by when a granted result must be delivered (art. 44).
        archive_calendar_days: how long an ended case stays at hand: the time in which reconsideration may be asked for.
        rectification_working_days: by when a bad rating must be put right or explained (整改).
        rating_calendar_days: how long after an invitation a case or visit can be rated.
        rating_amend_calendar_days: how long a rating can be changed, once.
    """

    notice_working_days: int = 5
    correction_calendar_days: int = 30
    filing_calendar_days: int = 30
    claim_working_hours: float = 14
    link_hours: int = 72
    gap_working_days: int = 10
    extension_working_days: int = 10
    delivery_working_days: int = 10
    archive_calendar_days: int = 60
    rectification_working_days: int = 5
    rating_calendar_days: int = 30
    rating_amend_calendar_days: int = 10


class Particulars(Struct, frozen=True, kw_only=True):
    """Who the centre is, as people see it.

    Attributes:
        number_prefix: short Latin prefix of filing and case numbers.
        document_prefix: prefix of document numbers on paper.
        is_demo: whether it is a demonstration: papers say 示例 and messages go to the demo inbox.
        practice: what the centre has settled for itself.
    """

    name_zh: str
    name_en: str
    phone: str
    address_zh: str
    address_en: str
    hours_zh: str
    hours_en: str
    number_prefix: str
    document_prefix: str
    is_demo: bool
    practice: Practice = Practice()


class CentreOpened(Fact, frozen=True, kw_only=True, tag="centre.opened"):
    """The centre began to use the system, or changed its particulars."""

    particulars: Particulars


class ItemPublished(Fact, frozen=True, kw_only=True, tag="item.published"):
    """A version of a service item was published; cases keep the version they were filed under.

    Attributes:
        trials: the test cases that it has passed.
        effective_on: first local day on which it is in force; None: at once.
        ends_on: last such day; None: until a newer version follows.
    """

    item: ServiceItem
    trials: tuple[ItemTrial, ...] = ()
    effective_on: date | None = None
    ends_on: date | None = None


class Arrangement(Struct, frozen=True, kw_only=True):
    """How the items are grouped and who stands behind them: what their ids refer to."""

    departments: tuple[Department, ...] = ()
    roles: tuple[Role, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    themes: tuple[Theme, ...] = ()


def arrangement_of(catalogue: Catalogue) -> Arrangement:
    """What the items of a catalogue refer to."""
    return Arrangement(
        departments=catalogue.departments,
        roles=catalogue.roles,
        bundles=catalogue.bundles,
        themes=catalogue.themes,
    )


class CatalogueArranged(Fact, frozen=True, kw_only=True, tag="catalogue.arranged"):
    """Departments, roles, bundles and themes of the catalogue came into force."""

    arrangement: Arrangement


class CalendarPublished(Fact, frozen=True, kw_only=True, tag="calendar.published"):
    """A version of the working-day calendar came into force."""

    calendar: Calendar


class NumberMinted(Fact, frozen=True, kw_only=True, tag="number.minted"):
    """A number was given out. Its stream is one series (a kind in a day or year); its version is the serial."""

    number: str
    owner: UUID


class Plan(Struct, frozen=True):
    """Days that are still to come for a version of an item: the first one in force, the last one."""

    effective_on: date | None = None
    ends_on: date | None = None


class Published(Struct, frozen=True):
    """The versions of one item, or of the calendar, by version; the orders; the list.

    Attributes:
        trials: the test cases that a version of the item has passed.
        in_force: the version of the item under which cases are filed now; None where there is none.
        plans: versions of the item for which days are still to come.
        orders: delegation orders by number.
        began: numbers of the orders that have begun; `ended` of those that have ended.
        listing: items that are only listed, by id.
        listing_version: of the list in force, 0 without one.
    """

    items: dict[int, ServiceItem] = {}
    trials: dict[int, tuple[ItemTrial, ...]] = {}
    calendars: dict[int, Calendar] = {}
    particulars: Particulars | None = None
    arrangement: Arrangement = Arrangement()
    in_force: int | None = None
    plans: dict[int, Plan] = {}
    orders: dict[str, DelegationOrder] = {}
    began: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    listing: dict[str, ListedItem] = {}
    listing_version: int = 0

    def offered(self, on: date) -> int | None:
        """The version under which cases are filed on a local day, by the plans that are known now; None: none is."""
        started = [v for v, plan in self.plans.items() if plan.effective_on is not None and plan.effective_on <= on]
        version = max([*started, *((self.in_force,) if self.in_force else ())], default=None)
        plan = self.plans.get(version) if version else None
        return None if plan is not None and plan.ends_on is not None and plan.ends_on < on else version


def evolve(fact: Fact, published: Published) -> Published:
    """What is published after `fact`."""
    match fact:
        case ItemPublished():
            return _item_published(fact, published)
        case ItemCameIntoForce():
            plan = Plan(ends_on=published.plans[fact.version].ends_on)
            newest = max(fact.version, published.in_force or 0)
            return replace(published, in_force=newest, plans=_planned(published, fact.version, plan))
        case ItemEnded() | ItemWithdrawn():
            in_force = None if published.in_force == fact.version else published.in_force
            return replace(published, in_force=in_force, plans=_planned(published, fact.version, Plan()))
        case DelegationOrdered():
            return replace(published, orders={**published.orders, fact.order.number: fact.order})
        case DelegationRevoked():
            order = replace(published.orders[fact.number], ends_on=fact.ends_on)
            return replace(published, orders={**published.orders, fact.number: order})
        case DelegationBegan():
            return replace(published, began=published.began | {fact.number})
        case DelegationEnded():
            return replace(published, ended=published.ended | {fact.number})
        case ListingPublished():
            entries = {entry.id: entry for entry in fact.entries}
            return replace(published, listing=entries, listing_version=fact.version)
        case CalendarPublished():
            calendars = {**published.calendars, fact.calendar.version: fact.calendar}
            return replace(published, calendars=calendars)
        case CatalogueArranged():
            return replace(published, arrangement=fact.arrangement)
        case CentreOpened():
            return replace(published, particulars=fact.particulars)
        case _:
            return published


def _item_published(fact: ItemPublished, published: Published) -> Published:
    version = fact.item.version
    in_force = version if fact.effective_on is None else published.in_force
    return replace(
        published,
        items={**published.items, version: fact.item},
        trials={**published.trials, version: fact.trials} if fact.trials else published.trials,
        in_force=in_force,
        plans=_planned(published, version, Plan(fact.effective_on, fact.ends_on)),
    )


def _planned(published: Published, version: int, plan: Plan) -> dict[int, Plan]:
    others = {known: planned for known, planned in published.plans.items() if known != version}
    return others if plan == Plan() else {**others, version: plan}


def item_stream(item_id: str) -> UUID:
    """The stream of one item's versions."""
    return uuid5(NAMESPACE, f"item:{item_id}")


CALENDAR_STREAM = uuid5(NAMESPACE, "calendar")
CATALOGUE_STREAM = uuid5(NAMESPACE, "catalogue")
CENTRE_STREAM = uuid5(NAMESPACE, "centre")
DELEGATION_STREAM = uuid5(NAMESPACE, "delegation orders")
LISTING_STREAM = uuid5(NAMESPACE, "listed items")


def staff_stream(username: str) -> UUID:
    """The stream of a member of staff; also their person id."""
    return uuid5(NAMESPACE, f"staff:{username}")


def views_stream(case_id: UUID) -> UUID:
    """The stream of reads of a case, apart from the case so that reading never disturbs a decision."""
    return uuid5(case_id, "views")


def series_stream(series: str) -> UUID:
    """The stream of one number series."""
    return uuid5(NAMESPACE, f"numbers:{series}")


def numbered(prefix: str, day: str, serial: int) -> str:
    """A number of the form `PREFIX-DAY-SERIAL-CHECK`; the check digit is ISO 7064 MOD 11,10 over the digits."""
    digits = f"{day}{serial:04d}"
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return f"{prefix}-{day}-{serial:04d}-{(11 - product) % 10}"
