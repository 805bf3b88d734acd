"""Reads of the projection file: rows by scope and position, single documents, search."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import msgspec

from projections.cases.view import CaseView
from projections.database import connect
from projections.digests import Digests
from projections.lookups import Lookups
from projections.schema import SHAPE
from projections.search import cases_matching
from projections.training_certificates import CODES, CertificateCode

_views = msgspec.msgpack.Decoder(CaseView)
_codes = msgspec.msgpack.Decoder(CertificateCode)

NOWHERE = (0, "")
"""The place of a device that has received nothing, and so has nothing to give up."""

PAGE_BYTES = 262_144
ROWS_AT_ONCE = 64


class StoredRow(NamedTuple):
    """A row with its place in the order of change; `row` is JSON text ready to be sent."""

    pos: int
    id: str
    kind: str
    row: str


class Departure(NamedTuple):
    """A document that left a scope."""

    pos: int
    id: str
    kind: str
    why: str


class Page(NamedTuple):
    """Rows and departures after a place, and the place reached.

    Attributes:
        digest: of all rows of the scopes (`projections/digests.py`), on the last page; None where it is not known.
        head: position of the last fact that the file shows, None where nobody asked for it.
    """

    rows: list[StoredRow]
    gone: list[Departure]
    reached: tuple[int, str]
    more: bool
    digest: str | None = None
    head: int | None = None


class Newest(NamedTuple):
    """Rows of which the newest change comes first.

    Attributes:
        n: how many.
        last: `position.id` of the last one, None where there are none.
        rows: JSON texts with commas between, as they are sent; None where there are none.
    """

    n: int
    last: str | None
    rows: bytes | None


_NEWEST = """
SELECT COUNT(*), ltrim(MIN(printf('%018d.%s', pos, id)), '0'),
    CAST(group_concat(row, ',' ORDER BY pos DESC, id DESC) AS BLOB) FROM (
    SELECT pos, id, row FROM rows INDEXED BY rows_by_position
    WHERE scope=? AND (pos, id) < (?, ?) AND kind=? ORDER BY pos DESC, id DESC LIMIT ?)
"""
"""Joined by the engine: to take each row as a text of its own and join them here takes twice as long."""


class Found(NamedTuple):
    """A line of the search index."""

    id: str
    filing_number: str
    case_number: str | None
    item_id: str
    item_name: str
    applicant: str
    status: str
    pos: int


class Coded(NamedTuple):
    """The result that carries a verification code; `state` is `issued`, `voided` or `revoked`."""

    id: str
    number: str
    state: str


class OtherShape(RuntimeError):
    """The file is of another shape than the program: it gives pages of rows, and single ones, until it is replaced."""


class Reader:
    """Reads of a projection file; for one thread at a time."""

    def __init__(self, file: Path | sqlite3.Connection, *, digests: Digests | None = None) -> None:
        """Open a file for reading, or read over a connection of somebody else, with what is not committed in it.

        Args:
            file: to be read.
            digests: of the file's rows; without them pages have none.

        Raises:
            sqlite3.OperationalError: there is no such file.
        """
        self.database = connect(file, read_only=True) if isinstance(file, Path) else file
        self._digests = digests
        self._lookups: tuple[int, Lookups] | None = None

    def close(self) -> None:
        """Close the connection."""
        self.database.close()

    def position(self) -> int:
        """Position of the last fact folded."""
        row = self.database.execute("SELECT position FROM progress WHERE name='all'").fetchone()
        return int(row[0]) if row else 0

    def page(
        self, scopes: Iterable[str], after: tuple[int, str], *, page_bytes: int = PAGE_BYTES, since: int = 0
    ) -> Page:
        """The next rows of all `scopes` after a place, in order of change, up to about `page_bytes`.

        Args:
            scopes: scope keys the person holds.
            after: position and id of the last row received.
            page_bytes: size of the rows' text after which the page ends.
            since: what left up to this position is left out.
        """
        with self._snapshot():
            return self._page(sorted(scopes), after, page_bytes, since)

    def digest(self, scopes: Iterable[str], after: int) -> str | None:
        """The digest of all rows of the scopes as they were at a position; None if they have changed since."""
        keys = sorted(scopes)
        with self._snapshot():
            limit = self.position()
            if self._digests is None or limit < after or any(self._has_changed(key, after) for key in keys):
                return None
            return self._digests.of(self.database, keys, limit)

    def _has_changed(self, scope: str, after: int) -> bool:
        asked = (
            "SELECT EXISTS (SELECT 1 FROM rows WHERE scope=:scope AND pos>:after)"
            " OR EXISTS (SELECT 1 FROM departures WHERE scope=:scope AND pos>:after)"
        )
        return bool(self.database.execute(asked, {"scope": scope, "after": after}).fetchone()[0])

    def _page(self, keys: list[str], after: tuple[int, str], page_bytes: int, since: int) -> Page:
        limit = self.position()
        rows: list[StoredRow] = []
        size, more = 0, False
        for row in heapq.merge(*(self._rows(key, after) for key in keys)):
            if rows and size + len(row.row) > page_bytes and row[:2] != rows[-1][:2]:
                more = True  # never between two documents of one case: the cursor could not tell them apart
                break
            rows.append(row)
            size += len(row.row)
        reached = (rows[-1].pos, rows[-1].id) if more else (max(limit, after[0]), "")
        told = max(after[0], since)
        gone = [d for key in keys for d in self._departures(key, told, reached[0], keys)] if after != NOWHERE else []
        digest = self._digests.of(self.database, keys, limit) if self._digests and not more else None
        return Page(rows, gone, reached, more, digest, limit)

    def document(self, kind: str, id: str) -> str | None:
        """A document by kind and id as JSON text, whoever may hold it; all rows are gone through for it."""
        row = self.database.execute("SELECT row FROM rows WHERE kind=? AND id=? LIMIT 1", (kind, id)).fetchone()
        return str(row[0]) if row else None

    def held(self, scope: str, kind: str, id: str) -> str | None:
        """A document of a scope by kind and id as JSON text, None if the scope has none."""
        asked = "SELECT row FROM rows WHERE scope=? AND kind=? AND id=?"
        row = self.database.execute(asked, (scope, kind, id)).fetchone()
        return str(row[0]) if row else None

    def rows_of(self, scope: str, kind: str) -> list[str]:
        """All rows of one kind in a scope, newest change first, as JSON text."""
        found = self.database.execute("SELECT row FROM rows WHERE scope=? AND kind=? ORDER BY pos DESC", (scope, kind))
        return [str(row[0]) for row in found]

    def newest(self, scope: str, kind: str, *, limit: int, before: tuple[int, str] | None = None) -> Newest:
        """The rows of one kind in a scope that changed last, newest change first.

        Args:
            scope: scope key.
            kind: of row.
            limit: most rows.
            before: position and id of the row after which they come.
        """
        position, id = before or (self.position() + 1, "")
        return Newest(*self.database.execute(_NEWEST, (scope, position, id, kind, limit)).fetchone())

    def search(self, query: str, *, limit: int = 50) -> list[Found]:
        """Cases by name, pinyin, initials, number, telephone's end or item; newest change first.

        Raises:
            OtherShape: the file has no index that this program can read.
        """
        lookups = self.lookups()
        statement, values = cases_matching(query, lookups)
        return [Found(*row) for row in self.database.execute(statement, {**values, "limit": limit})]

    def view(self, case_id: UUID) -> CaseView | None:
        """A case as it was last folded, None if there is none.

        Raises:
            OtherShape: the file has none that this program can read.
        """
        self.lookups()
        row = self.database.execute("SELECT view FROM views WHERE id=?", (str(case_id),)).fetchone()
        return _views.decode(row[0]) if row else None

    def case_with_code(self, code: str) -> str | None:
        """The case whose result in force carries this verification code."""
        row = self.database.execute("SELECT id FROM codes WHERE code=? AND state='issued'", (code,)).fetchone()
        return str(row[0]) if row else None

    def result_with_code(self, code: str) -> Coded | None:
        """What a verification code stands for, also where the paper no longer counts."""
        row = self.database.execute("SELECT id, number, state FROM codes WHERE code=?", (code,)).fetchone()
        return Coded(*row) if row else None

    def certificate_with_code(self, code: str) -> UUID | None:
        """The certificate of training on which a verification code stands."""
        asked = (CODES, code)
        row = self.database.execute("SELECT view FROM ledgers WHERE name=? AND id=?", asked).fetchone()
        return _codes.decode(row[0]).certificate if row else None

    @contextmanager
    def _snapshot(self) -> Generator[None]:
        """One state of the file for several questions."""
        self.database.execute("SAVEPOINT reading")
        try:
            yield
        finally:
            self.database.execute("RELEASE reading")

    def lookups(self) -> Lookups:
        """The published data folded so far.

        Raises:
            OtherShape: the file has none that this program can read.
        """
        if self.database.execute("PRAGMA application_id").fetchone()[0] != SHAPE:
            raise OtherShape
        row = self.database.execute("SELECT pos FROM lookups").fetchone()
        if row is None:
            return Lookups()
        if self._lookups is None or self._lookups[0] != row[0]:
            position, body = self.database.execute("SELECT pos, body FROM lookups").fetchone()
            self._lookups = (position, msgspec.msgpack.decode(body, type=Lookups))
        return self._lookups[1]

    def erased(self) -> frozenset[UUID]:
        """Persons whose values are gone."""
        return frozenset(UUID(row[0]) for row in self.database.execute("SELECT person FROM erased"))

    def _rows(self, scope: str, after: tuple[int, str]) -> Iterator[StoredRow]:
        found = self.database.execute(
            "SELECT pos, id, kind, row FROM rows WHERE scope=? AND (pos, id) > (?, ?) ORDER BY pos, id",
            (scope, *after),
        )
        while some := found.fetchmany(ROWS_AT_ONCE):
            yield from map(StoredRow._make, some)

    def _departures(self, scope: str, after: int, until: int, held: list[str]) -> Iterator[Departure]:
        """What left `scope` in between, unless another scope of the person still holds it."""
        marks = ",".join("?" * len(held))
        found = self.database.execute(
            "SELECT pos, id, kind, why FROM departures d WHERE scope=? AND pos>? AND pos<=? AND NOT EXISTS "
            f"(SELECT 1 FROM rows r WHERE r.kind=d.kind AND r.id=d.id AND r.scope IN ({marks}))",
            (scope, after, until, *held),
        )
        return (Departure(*row) for row in found)
