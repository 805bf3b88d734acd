"""States at the head of the log: folded from facts, cached, and corrected when another process has written."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from domain.case import state as case
from domain.case.state import Case
from domain.centre import centre
from domain.centre.centre import NumberMinted, Published
from domain.facts import Envelope, Fact
from domain.identity import identity
from domain.identity.identity import PhoneLinked, Session
from domain.staff import staff
from domain.staff.staff import Staff
from store.mapper import FactMapper
from store.receipts import CommandApplied, CommandRefused

CACHED_STREAMS = 50_000


class Kind(NamedTuple):
    """How the facts of one kind of stream are folded."""

    initial: Any
    evolve: Callable[[Fact, Any, UUID, UUID], Any]


class Head(NamedTuple):
    """Version and state of a stream at the head, folded as the kind of stream that it is."""

    version: int
    state: Any
    kind: Kind


def _owner(fact: Fact, owner: UUID | None, _stream: UUID, _by: UUID) -> UUID | None:
    return fact.person if isinstance(fact, PhoneLinked) else owner


def _receipt(fact: Fact, known: Any, _stream: UUID, _by: UUID) -> Any:
    return fact if isinstance(fact, CommandApplied | CommandRefused) else known


def _case(fact: Fact, state: Any, _stream: UUID, by: UUID) -> Case:
    return case.evolve(fact, state, by=by)


def _staff(fact: Fact, state: Any, stream: UUID, _by: UUID) -> Staff:
    return staff.evolve(fact, state, stream=stream)


def _published(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Published:
    return centre.evolve(fact, state)


def _session(fact: Fact, state: Any, stream: UUID, _by: UUID) -> Session | None:
    return identity.evolve_session(fact, state, stream=stream)


def _unfolded(_fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Any:
    return state


CASE = Kind(Case(), _case)
STAFF = Kind(Staff(), _staff)
PUBLISHED = Kind(Published(), _published)
SESSION = Kind(None, _session)
PHONE = Kind(None, _owner)
RECEIPT = Kind(None, _receipt)
UNFOLDED = Kind(None, _unfolded)

SELECT_STREAM = "SELECT state FROM stored_events WHERE originator_id=? ORDER BY originator_version"


def folded(rows: Iterable[tuple[bytes]], mapper: FactMapper, stream: UUID, kind: Kind) -> Head:
    """Version and state after all facts of a stream.

    Args:
        rows: of the stream, as `SELECT_STREAM` gives them.
        mapper: decodes them.
        stream: its id.
        kind: what an empty stream is taken for; facts tell by themselves on which kind of stream they stand.
    """
    recorded = mapper.authored(rows, stream)
    if not recorded:
        return Head(0, kind.initial, kind)
    kind = kind_of(recorded[0].fact)
    evolve, state = kind.evolve, kind.initial
    for one in recorded:
        state = evolve(one.fact, state, stream, one.meta.actor)
    return Head(len(recorded), state, kind)


class States:
    """A bounded cache of stream heads over one connection of the log."""

    def __init__(self, database: sqlite3.Connection, mapper: FactMapper, *, limit: int = CACHED_STREAMS) -> None:
        """Start empty.

        Args:
            database: the connection on which decisions are taken; what it has inserted is seen.
            mapper: decodes facts.
            limit: how many streams are kept.
        """
        self._database = database
        self._mapper = mapper
        self._limit = limit
        self._heads: OrderedDict[UUID, Head] = OrderedDict()

    def head(self, stream: UUID, kind: Kind) -> Head:
        """The stream's version and state; version 0 if it has no facts.

        A stream of another kind comes as what it is: whoever asks looks at the state's type.
        """
        known = self._heads.get(stream)
        if known is not None and (known.version > 0 or known.kind is kind):
            self._heads.move_to_end(stream)
            return known
        return self._keep(stream, self._load(stream, kind))

    def version(self, stream: UUID) -> int:
        """The stream's version, without folding it."""
        known = self._heads.get(stream)
        if known is not None:
            return known.version
        row = self._database.execute(
            "SELECT MAX(originator_version) FROM stored_events WHERE originator_id=?", (stream.hex,)
        ).fetchone()
        return int(row[0] or 0)

    def record(self, envelope: Envelope, kind: Kind) -> None:
        """Fold a fact that is about to be inserted."""
        head = self.head(envelope.originator_id, kind)
        state = kind.evolve(envelope.fact, head.state, envelope.originator_id, envelope.meta.actor)
        self._keep(envelope.originator_id, Head(envelope.originator_version, state, kind))

    def forget(self, stream: UUID) -> None:
        """Drop a stream that another process has written to."""
        self._heads.pop(stream, None)

    def clear(self) -> None:
        """Drop everything, after a rollback."""
        self._heads.clear()

    def _load(self, stream: UUID, kind: Kind) -> Head:
        rows = self._database.execute(SELECT_STREAM, (stream.hex,)).fetchall()
        return folded(rows, self._mapper, stream, kind)

    def _keep(self, stream: UUID, head: Head) -> Head:
        self._heads[stream] = head
        self._heads.move_to_end(stream)
        if len(self._heads) > self._limit:
            self._heads.popitem(last=False)
        return head


def kind_of(fact: Fact) -> Kind:
    """The kind of stream on which a fact stands, for folding it after a decision."""
    return _KINDS.get(type(fact), UNFOLDED)


_KINDS: dict[type[Fact], Kind] = {
    **dict.fromkeys(case.FACTS, CASE),
    staff.StaffEnrolled: STAFF,
    staff.StaffCertified: STAFF,
    centre.ItemPublished: PUBLISHED,
    centre.CalendarPublished: PUBLISHED,
    centre.CentreOpened: PUBLISHED,
    centre.CatalogueArranged: PUBLISHED,
    identity.SessionOpened: SESSION,
    identity.SessionClosed: SESSION,
    PhoneLinked: PHONE,
    CommandApplied: RECEIPT,
    CommandRefused: RECEIPT,
    NumberMinted: UNFOLDED,
}
