"""What a decision looks at while the writer holds the lock: states at the head, the clock, and numbers to mint."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from domain.calendar.calendar import Calendar
from domain.calendar.limits import local_day
from domain.case.facts import MATERIAL
from domain.case.state import Case
from domain.catalogue.items import ServiceItem
from domain.centre.centre import (
    CALENDAR_STREAM,
    CENTRE_STREAM,
    NumberMinted,
    Particulars,
    Published,
    item_stream,
    series_stream,
)
from domain.facts import Fact
from domain.identity.identity import Session
from domain.refusals import NotFound, UnknownItem
from domain.staff.staff import Staff
from store.states import CASE, PHONE, PUBLISHED, SESSION, STAFF, States

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs that are not mistaken for one another when read from paper."""
CODE_LENGTH = 16

_item_stream = lru_cache(1_024)(item_stream)


class LogBench:
    """The bench of one decision; satisfies `domain.decisions.Bench`."""

    def __init__(
        self,
        states: States,
        database: sqlite3.Connection,
        now: datetime,
        *,
        pending: Sequence[tuple[str, int, str, bytes]] = (),
    ) -> None:
        """Lay the bench for a decision at `now`; `pending` are rows of this transaction that are not inserted yet."""
        self._states = states
        self._database = database
        self.now = now
        self._pending = pending
        self.minted: list[tuple[UUID, Fact]] = []

    @property
    def today(self) -> date:
        """The local day of `now`."""
        return local_day(self.now)

    def case(self, case_id: UUID) -> Case:
        """The case at the head; an unfiled one if there is none.

        Raises:
            NotFound: the stream is no case.
        """
        state = self._states.head(case_id, CASE).state
        if not isinstance(state, Case):
            raise NotFound
        return state

    def item(self, item_id: str, version: int) -> ServiceItem:
        """A published version of an item."""
        published = self._published(_item_stream(item_id))
        if version not in published.items:
            raise UnknownItem(item=item_id, version=version)
        return published.items[version]

    def calendar(self) -> Calendar:
        """The calendar in force."""
        calendars = self._published(CALENDAR_STREAM).calendars
        return calendars[max(calendars)]

    def staff(self, person: UUID) -> Staff:
        """A member of staff at the head."""
        state = self._states.head(person, STAFF).state
        return state if isinstance(state, Staff) else Staff()

    def centre(self) -> Particulars:
        """The centre's particulars."""
        particulars = self._published(CENTRE_STREAM).particulars
        if particulars is None:
            raise LookupError("the centre has not been opened")
        return particulars

    def serial(self, series: str, owner: UUID) -> int:
        """Mint the next number of a series; the version of the series' stream is the serial."""
        stream = series_stream(series)
        serial = self._states.version(stream) + 1
        self.minted.append((stream, NumberMinted(number=str(serial), owner=owner)))
        return serial

    def code(self) -> str:
        """An unguessable code for a paper (79 bits)."""
        return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))

    def material_since(self, case_id: UUID, position: int) -> tuple[str, ...]:
        """Tags of material facts of the case after `position`."""
        rows = self._database.execute(
            "SELECT topic FROM stored_events WHERE originator_id=? AND rowid>? ORDER BY rowid",
            (case_id.hex, position),
        )
        tags = [row[0] for row in rows]
        tags += [tag for stream, _, tag, _ in self._pending if stream == case_id.hex]
        return tuple(tag for tag in tags if tag in MATERIAL)

    def phone_owner(self, link: UUID) -> UUID | None:
        """The person a telephone belongs to."""
        owner = self._states.head(link, PHONE).state
        return owner if isinstance(owner, UUID) else None

    def session(self, stream: UUID) -> Session | None:
        """A session at the head."""
        state = self._states.head(stream, SESSION).state
        return state if isinstance(state, Session) else None

    def _published(self, stream: UUID) -> Published:
        state = self._states.head(stream, PUBLISHED).state
        return state if isinstance(state, Published) else Published()
