"""What the centre has published, as the app fetches it: items encoded once a version, opening hours day by day."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, cast

import msgspec
from msgspec import Struct

from domain.calendar.calendar import Calendar
from domain.catalogue.items import ServiceItem
from domain.catalogue.summaries import item_summary
from domain.centre.centre import (
    Arrangement,
    CalendarPublished,
    CatalogueArranged,
    CentreOpened,
    ItemPublished,
    Particulars,
)
from domain.facts import Envelope, Fact, tag_of
from domain.refusals import NotFound
from store.centre import Centre

PUBLISHED = tuple(tag_of(kind) for kind in (CentreOpened, CalendarPublished, CatalogueArranged, ItemPublished))
PAGE = 1000


class Encoded(Struct, frozen=True):
    """JSON and its entity tag."""

    json: bytes
    etag: str


class OpenDay(Struct, frozen=True):
    """A local day of the centre.

    Attributes:
        shifts: as `09:00-12:00`; none on a day off.
    """

    on: date
    shifts: tuple[str, ...]


class Shelf:
    """What the centre has published: particulars, calendar, items and their arrangement. Safe for several threads."""

    def __init__(self, centre: Centre) -> None:
        """Read what `centre` has published so far when it is first asked for."""
        self._centre = centre
        self._seen = 0
        self._particulars: Particulars | None = None
        self._calendar: Calendar | None = None
        self._arrangement = Arrangement()
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
        """`n` local days from `first` with their shifts; none before a calendar was published."""
        with self._turn:
            self._look()
            calendar = self._calendar
        if calendar is None:
            return []
        return [_open_day(calendar, first + timedelta(days=ahead)) for ahead in range(n)]

    def overview(self) -> Encoded:
        """Summaries of all items, with the departments and themes they refer to."""
        with self._turn:
            self._look()
            if self._overview is None:
                self._overview = _encode_overview(self._sorted(), self._arrangement)
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
        """Take up what was published since the last look."""
        head = self._centre.head()
        if head == self._seen:
            return
        for fact in self._published_after(self._seen):
            self._take_up(fact)
        self._seen = head

    def _take_up(self, fact: Fact) -> None:
        match fact:
            case CentreOpened():
                self._particulars = fact.particulars
            case CalendarPublished():
                self._calendar = fact.calendar
            case CatalogueArranged():
                self._arrangement, self._overview = fact.arrangement, None
            case ItemPublished():
                self._items[fact.item.id], self._overview = fact.item, None
                self._encoded.pop(fact.item.id, None)
            case _:
                raise AssertionError(fact)

    def _published_after(self, position: int) -> Iterator[Fact]:
        recorder, mapper = self._centre.recorder, self._centre.mapper
        while notes := recorder.select_notifications(position, PAGE, topics=PUBLISHED, inclusive_of_start=False):
            for note in notes:
                yield cast("Envelope", mapper.to_domain_event(note)).fact
            position = notes[-1].id


def _encode(value: Any) -> Encoded:
    json = msgspec.json.encode(value)
    return Encoded(json, hashlib.sha256(json).hexdigest()[:20])


def _encode_overview(items: list[ServiceItem], arrangement: Arrangement) -> Encoded:
    body = {
        "items": [item_summary(item) for item in items],
        "departments": arrangement.departments,
        "themes": arrangement.themes,
        "bundles": arrangement.bundles,
    }
    version = _encode(body).etag
    return Encoded(msgspec.json.encode({"version": version, **body}), version)


def _open_day(calendar: Calendar, on: date) -> OpenDay:
    shifts = calendar.shifts.shifts if calendar.is_workday(on) else ()
    return OpenDay(on, tuple(f"{shift.starts:%H:%M}-{shift.ends:%H:%M}" for shift in shifts))
