"""What the centre has published: its own particulars, items and calendars, and the numbers it has minted."""

from __future__ import annotations

from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar.calendar import Calendar
from domain.catalogue.items import Bundle, Department, Role, ServiceItem, Theme
from domain.facts import Fact

NAMESPACE = UUID("6f6f7273-7465-7043-8e74-7265646f6f72")
"""Namespace of every stream id that is derived from a name."""

DERIVED_ID = 5
"""Version of such ids (RFC 9562). What devices name anew has another: nobody takes a stream before its time."""


class Particulars(Struct, frozen=True, kw_only=True):
    """Who the centre is, as people see it.

    Attributes:
        number_prefix: short Latin prefix of filing and case numbers.
        document_prefix: prefix of document numbers on paper.
        is_demo: whether it is a demonstration: papers say 示例 and messages go to the demo inbox.
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


class CentreOpened(Fact, frozen=True, kw_only=True, tag="centre.opened"):
    """The centre began to use the system, or changed its particulars."""

    particulars: Particulars


class ItemPublished(Fact, frozen=True, kw_only=True, tag="item.published"):
    """A version of a service item came into force; cases keep the version they were filed under."""

    item: ServiceItem


class Arrangement(Struct, frozen=True, kw_only=True):
    """How the items are grouped and who stands behind them: what their ids refer to."""

    departments: tuple[Department, ...] = ()
    roles: tuple[Role, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    themes: tuple[Theme, ...] = ()


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


class Published(Struct, frozen=True):
    """The versions of one item, or of the calendar, by version."""

    items: dict[int, ServiceItem] = {}
    calendars: dict[int, Calendar] = {}
    particulars: Particulars | None = None
    arrangement: Arrangement = Arrangement()


def evolve(fact: Fact, published: Published) -> Published:
    """What is published after `fact`."""
    match fact:
        case ItemPublished():
            return replace(published, items={**published.items, fact.item.version: fact.item})
        case CalendarPublished():
            calendars = {**published.calendars, fact.calendar.version: fact.calendar}
            return replace(published, calendars=calendars)
        case CatalogueArranged():
            return replace(published, arrangement=fact.arrangement)
        case CentreOpened():
            return replace(published, particulars=fact.particulars)
        case _:
            return published


def item_stream(item_id: str) -> UUID:
    """The stream of one item's versions."""
    return uuid5(NAMESPACE, f"item:{item_id}")


CALENDAR_STREAM = uuid5(NAMESPACE, "calendar")
CATALOGUE_STREAM = uuid5(NAMESPACE, "catalogue")
CENTRE_STREAM = uuid5(NAMESPACE, "centre")


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
