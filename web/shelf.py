"""What the centre has published, as the app fetches it: items encoded once a version, opening hours day by day."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.calendar.calendar import Calendar
from domain.calendar.limits import local_day
from domain.catalogue.bundles import bundle_form
from domain.catalogue.delegation import as_accepted, route_of
from domain.catalogue.items import ServiceItem
from domain.catalogue.summaries import item_summary
from domain.centre.centre import (
    Arrangement,
    CalendarPublished,
    CatalogueArranged,
    CentreOpened,
    ItemPublished,
    Particulars,
    Published,
    evolve,
)
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
from domain.facts import Envelope, Fact, tag_of
from domain.refusals import NotFound
from domain.visits import reception as receptions
from domain.visits.reception import Openings, Reception
from projections.reception_documents import stretches
from store.centre import Centre
from web.results.guides import Offer

ITEMS = (ItemPublished, ItemCameIntoForce, ItemEnded, ItemWithdrawn)
ORDERS = (DelegationOrdered, DelegationBegan, DelegationRevoked, DelegationEnded)
OTHERS = (CentreOpened, CalendarPublished, CatalogueArranged, ListingPublished)
DOORS = (receptions.ReceptionPublished, receptions.OfficeDayChanged, receptions.OfficeDayRestored)
PUBLISHED = tuple(tag_of(kind) for kind in (*OTHERS, *ITEMS, *ORDERS, *DOORS))
PAGE = 1000


class Encoded(Struct, frozen=True):
    """JSON and its entity tag."""

    json: bytes
    etag: str


class OpenDay(Struct, frozen=True):
    """A local day of the centre.

    Attributes:
        shifts: in which time limits run, as `09:00-12:00`; none on a day off.
        openings: in which people are received, those without a break between them as one; they may be longer than the
            shifts, and lie on days off.
    """

    on: date
    shifts: tuple[str, ...]
    openings: tuple[str, ...]


class Shelf:
    """What the centre has published: particulars, calendar, items and their arrangement. Safe for several threads."""

    def __init__(self, centre: Centre) -> None:
        """Read what `centre` has published so far when it is first asked for."""
        self._centre = centre
        self._seen = 0
        self._particulars: Particulars | None = None
        self._calendar: Calendar | None = None
        self._arrangement = Arrangement()
        self._versions: dict[UUID, Published] = {}
        self._orders = Published()
        self._listing = Published()
        self._reception = Reception()
        self._today = date.min
        self._items: dict[str, ServiceItem] = {}
        self._encoded: dict[str, Encoded] = {}
        self._overview: Encoded | None = None
        self._turn = threading.Lock()

    def particulars(self) -> Particulars | None:
        """Who the centre is; None before it has been opened."""
        with self._turn:
            self._look()
            return self._particulars

    def days(self, first: date, n: int) -> list[OpenDay]:
        """`n` local days from `first` with their shifts and openings; none before a calendar was published."""
        with self._turn:
            self._look()
            calendar, reception = self._calendar, self._reception
        if calendar is None:
            return []
        return [_open_day(calendar, reception, first + timedelta(days=ahead)) for ahead in range(n)]

    def offer(self) -> Offer | None:
        """Everything that handbooks and guides are made of; None before the centre has been opened."""
        with self._turn:
            self._look()
            if self._particulars is None:
                return None
            return Offer(
                items=tuple(self._sorted()),
                orders=tuple(self._orders.orders.values()),
                arrangement=self._arrangement,
                centre=self._particulars,
                on=self._today,
            )

    def bundle(self, bundle_id: str, wanted: frozenset[str] = frozenset()) -> Encoded:
        """The common form of a bundle, of those of its items that are offered.

        Args:
            bundle_id: of the bundle.
            wanted: ids of the items that shall be in the form; none of them for all.

        Raises:
            NotFound: there is no such bundle, or nothing of it is offered.
        """
        with self._turn:
            self._look()
            bundle = next((one for one in self._arrangement.bundles if one.id == bundle_id), None)
            offered = [self._items[item] for item in bundle.items if item in self._items] if bundle else []
        items = [item for item in offered if not wanted or item.id in wanted]
        if bundle is None or not items:
            raise NotFound
        return _encode(bundle_form(bundle, items))

    def overview(self) -> Encoded:
        """Summaries of all items, with the departments and themes they refer to."""
        with self._turn:
            self._look()
            if self._overview is None:
                self._overview = _encode_overview(self._sorted(), self._arrangement, self._listing)
            return self._overview

    def item(self, item_id: str) -> Encoded:
        """One item in full.

        Raises:
            NotFound: the centre does not offer it.
        """
        with self._turn:
            self._look()
            if item_id not in self._items:
                raise NotFound
            if item_id not in self._encoded:
                self._encoded[item_id] = _encode(self._items[item_id])
            return self._encoded[item_id]

    def _sorted(self) -> list[ServiceItem]:
        return sorted(self._items.values(), key=lambda item: (item.high_frequency_rank, item.id))

    def _look(self) -> None:
        """Take up what was published since the last look, and what a new day brings."""
        head, today = self._centre.head(), local_day(self._centre.clock())
        changed = today != self._today
        if head != self._seen:
            for envelope in self._published_after(self._seen):
                self._take_up(envelope.originator_id, envelope.fact)
                changed = True
            self._seen = head
        if changed:
            self._today = today
            self._offer()

    def _offer(self) -> None:
        """What is offered today; what has not changed keeps its encoded form."""
        orders = tuple(self._orders.orders.values())
        offered: dict[str, ServiceItem] = {}
        for published in self._versions.values():
            version = published.offered(self._today)
            if version is not None:
                item = published.items[version]
                handling = route_of(item, orders, on=self._today)
                offered[item.id] = item if handling.own else as_accepted(item, handling.street_role, handling.route)
        if offered != self._items:
            self._items, self._encoded, self._overview = offered, {}, None

    def _take_up(self, stream: UUID, fact: Fact) -> None:
        match fact:
            case CentreOpened():
                self._particulars = fact.particulars
            case CalendarPublished():
                self._calendar = fact.calendar
            case CatalogueArranged():
                self._arrangement, self._overview = fact.arrangement, None
            case ListingPublished():
                self._listing, self._overview = evolve(fact, self._listing), None
            case DelegationOrdered() | DelegationBegan() | DelegationRevoked() | DelegationEnded():
                self._orders = evolve(fact, self._orders)
            case receptions.ReceptionPublished() | receptions.OfficeDayChanged() | receptions.OfficeDayRestored():
                self._reception = receptions.evolve(fact, self._reception)
            case _:
                self._versions[stream] = evolve(fact, self._versions.get(stream, Published()))

    def _published_after(self, position: int) -> Iterator[Envelope]:
        recorder, mapper = self._centre.recorder, self._centre.mapper
        while notes := recorder.select_notifications(position, PAGE, topics=PUBLISHED, inclusive_of_start=False):
            for note in notes:
                yield cast("Envelope", mapper.to_domain_event(note))
            position = notes[-1].id


def _encode(value: Any) -> Encoded:
    json = msgspec.json.encode(value)
    return Encoded(json, hashlib.sha256(json).hexdigest()[:20])


def _encode_overview(items: list[ServiceItem], arrangement: Arrangement, listing: Published) -> Encoded:
    body = {
        "items": [item_summary(item) for item in items],
        "departments": arrangement.departments,
        "themes": arrangement.themes,
        "bundles": arrangement.bundles,
        "listed": list(listing.listing.values()),
    }
    version = _encode(body).etag
    return Encoded(msgspec.json.encode({"version": version, **body}), version)


def _open_day(calendar: Calendar, reception: Reception, on: date) -> OpenDay:
    """A day; a centre that has published nothing about receiving people does so while it works."""
    shifts = calendar.shifts.shifts if calendar.is_workday(on) else ()
    worked = tuple(f"{shift.starts:%H:%M}-{shift.ends:%H:%M}" for shift in shifts)
    received = tuple(_stretches(reception.openings(on, calendar))) if reception.plan(on) else worked
    return OpenDay(on, worked, received)


def _stretches(openings: Openings) -> Iterator[str]:
    for starts, ends in stretches(openings):
        yield f"{starts:%H:%M}-{ends:%H:%M}"
