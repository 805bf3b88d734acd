"""Reads of the projection file: rows by scope and position, single documents, search."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from projections.database import connect
from projections.lookups import Lookups

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
    """Rows and departures after a place, and the place reached."""

    rows: list[StoredRow]
    gone: list[Departure]
    reached: tuple[int, str]
    more: bool


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


class Reader:
    """One read-only connection to the projection file; for one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file for reading."""
        self._database: sqlite3.Connection = connect(path, read_only=True)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def position(self) -> int:
        """Position of the last fact folded."""
        row = self._database.execute("SELECT position FROM progress WHERE name='all'").fetchone()
        return int(row[0]) if row else 0

    def page(self, scopes: Iterable[str], after: tuple[int, str], *, page_bytes: int = PAGE_BYTES) -> Page:
        """The next rows of all `scopes` after a place, in order of change, up to about `page_bytes`.

        Args:
            scopes: scope keys the person holds.
            after: position and id of the last row received.
            page_bytes: size of the rows' text after which the page ends.
        """
        with self._snapshot():
            return self._page(sorted(scopes), after, page_bytes)

    def _page(self, keys: list[str], after: tuple[int, str], page_bytes: int) -> Page:
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
        gone = [d for key in keys for d in self._departures(key, after[0], reached[0], keys)]
        return Page(rows, gone, reached, more)

    def document(self, kind: str, id: str) -> str | None:
        """A document by kind and id as JSON text, whoever may hold it."""
        row = self._database.execute("SELECT row FROM rows WHERE kind=? AND id=? LIMIT 1", (kind, id)).fetchone()
        return str(row[0]) if row else None

    def rows_of(self, scope: str, kind: str) -> list[str]:
        """All rows of one kind in a scope, newest change first, as JSON text."""
        found = self._database.execute("SELECT row FROM rows WHERE scope=? AND kind=? ORDER BY pos DESC", (scope, kind))
        return [str(row[0]) for row in found]

    def search(self, query: str, *, limit: int = 50) -> list[Found]:
        """Cases by number, applicant's name or item name; newest change first."""
        like = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found = self._database.execute(
            "SELECT id, filing_number, case_number, item_id, item_name, applicant, status, pos FROM case_index "
            "WHERE filing_number LIKE :q ESCAPE '\\' OR case_number LIKE :q ESCAPE '\\' "
            "OR applicant LIKE :q ESCAPE '\\' OR item_name LIKE :q ESCAPE '\\' ORDER BY pos DESC LIMIT :n",
            {"q": like, "n": limit},
        )
        return [Found(*row) for row in found]

    def case_with_code(self, code: str) -> str | None:
        """The case whose result carries this verification code."""
        row = self._database.execute("SELECT id FROM case_index WHERE verification_code=?", (code,)).fetchone()
        return str(row[0]) if row else None

    @contextmanager
    def _snapshot(self) -> Generator[None]:
        """One state of the file for several questions."""
        self._database.execute("BEGIN")
        try:
            yield
        finally:
            self._database.execute("ROLLBACK")

    def lookups(self) -> Lookups:
        """The published data folded so far."""
        row = self._database.execute("SELECT body FROM lookups").fetchone()
        return msgspec.msgpack.decode(row[0], type=Lookups) if row else Lookups()

    def _rows(self, scope: str, after: tuple[int, str]) -> Iterator[StoredRow]:
        found = self._database.execute(
            "SELECT pos, id, kind, row FROM rows WHERE scope=? AND (pos, id) > (?, ?) ORDER BY pos, id",
            (scope, *after),
        )
        while some := found.fetchmany(ROWS_AT_ONCE):
            yield from map(StoredRow._make, some)

    def _departures(self, scope: str, after: int, until: int, held: list[str]) -> Iterator[Departure]:
        """What left `scope` in between, unless another scope of the person still holds it."""
        marks = ",".join("?" * len(held))
        found = self._database.execute(
            "SELECT pos, id, kind, why FROM departures d WHERE scope=? AND pos>? AND pos<=? AND NOT EXISTS "
            f"(SELECT 1 FROM rows r WHERE r.kind=d.kind AND r.id=d.id AND r.scope IN ({marks}))",
            (scope, after, until, *held),
        )
        return (Departure(*row) for row in found)
