"""The projection file: one SQLite database a node, disposable, written a page of facts at a time with sqlite-utils."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import sqlite_utils

from projections.case_view import CaseView
from projections.lookups import Lookups

SHAPE = 1
"""Version of rows and tables; another one is built beside the old file and swapped in."""

CACHED_VIEWS = 20_000

# Tables with long texts are no WITHOUT ROWID tables: those would keep the texts in the inner pages of the tree.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    scope TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, pos INTEGER NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (scope, kind, id)
);
CREATE INDEX IF NOT EXISTS rows_by_position ON rows (scope, pos, id);
CREATE TABLE IF NOT EXISTS departures (
    scope TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, pos INTEGER NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (scope, kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS departures_by_position ON departures (scope, pos);
CREATE TABLE IF NOT EXISTS views (id TEXT PRIMARY KEY, view BLOB NOT NULL, scopes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lookups (id INTEGER PRIMARY KEY CHECK (id = 1), body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS case_index (
    id TEXT PRIMARY KEY, filing_number TEXT NOT NULL, case_number TEXT, item_id TEXT NOT NULL, item_name TEXT NOT NULL,
    applicant TEXT NOT NULL, status TEXT NOT NULL, verification_code TEXT, pos INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS case_by_code ON case_index (verification_code);
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
"""

Scopes = dict[str, frozenset[str]]


class Held(NamedTuple):
    """A view with the scopes that hold its documents."""

    view: CaseView
    scopes: Scopes


class Change(NamedTuple):
    """A document that changed in a scope, or left it (`row` is None and `why` says why)."""

    scope: str
    kind: str
    id: str
    pos: int
    row: str | None
    why: str = ""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to the projection file; the file is made with mode 0600."""
    if not read_only:
        path.touch(mode=0o600)
        path.chmod(0o600)
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA query_only=ON" if read_only else "PRAGMA synchronous=NORMAL")
    return database


class ProjectionFile:
    """What the runner writes: views, documents by scope, departures and progress, a page in one transaction."""

    def __init__(self, path: Path) -> None:
        """Open the file, making its tables if it is new."""
        self.path = path
        self._database = connect(path)
        self._database.executescript(_SCHEMA)
        self._utils = sqlite_utils.Database(self._database, execute_plugins=False)
        self._upserts = {table.name: _upsert_statement(table) for table in self._utils.tables}
        self._lookups: Lookups | None = None
        self._views: OrderedDict[UUID, Held] = OrderedDict()
        self._decoder = msgspec.msgpack.Decoder(CaseView)
        self._encoder = msgspec.msgpack.Encoder()

    def position(self) -> int:
        """Position of the last fact folded."""
        row = self._database.execute("SELECT position FROM progress WHERE name='all'").fetchone()
        return int(row[0]) if row else 0

    def lookups(self) -> Lookups:
        """The published data folded so far; whoever folds a page folds facts into them, and writes or forgets them."""
        if self._lookups is None:
            row = self._database.execute("SELECT body FROM lookups").fetchone()
            self._lookups = msgspec.msgpack.decode(row[0], type=Lookups) if row else Lookups()
        return self._lookups

    def forget_lookups(self) -> None:
        """Read the published data again, after a page that was not written."""
        self._lookups = None

    def view(self, case_id: UUID) -> Held:
        """The view of a case; a fresh one if it has none yet."""
        held = self._views.get(case_id)
        if held is None:
            row = self._database.execute("SELECT view, scopes FROM views WHERE id=?", (str(case_id),)).fetchone()
            held = Held(CaseView(id=case_id), {}) if row is None else self._read(row)
        return held

    def _read(self, row: tuple[bytes, str]) -> Held:
        return Held(self._decoder.decode(row[0]), msgspec.json.decode(row[1], type=Scopes))

    def write(
        self,
        held: Iterable[Held],
        changes: Iterable[Change],
        index: Iterable[dict[str, Any]],
        *,
        lookups: Lookups | None,
        position: int,
    ) -> None:
        """Write one page: views, documents, departures and progress together.

        Args:
            held: views that changed.
            changes: documents that changed or left.
            index: lines of the search index.
            lookups: published data, if they changed.
            position: of the last fact of the page.
        """
        kept, all_changes = list(held), list(changes)
        with self._utils.atomic():
            self._upsert("views", (self._view_row(h) for h in kept))
            self._upsert("rows", (_row(c) for c in all_changes if c.row is not None))
            self._upsert("departures", (_departure(c) for c in all_changes if c.row is None))
            self._drop(all_changes)
            self._upsert("case_index", index)
            if lookups is not None:
                self._upsert("lookups", [{"id": 1, "body": self._encoder.encode(lookups)}])
            self._upsert("progress", [{"name": "all", "position": position}])
        for h in kept:
            self._remember(h)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _upsert(self, table: str, records: Iterable[dict[str, Any]]) -> None:
        self._database.executemany(self._upserts[table], records)

    def _drop(self, changes: list[Change]) -> None:
        """A document that left has no row, one that is there has no departure."""
        gone = [(c.scope, c.kind, c.id) for c in changes if c.row is None]
        here = [(c.scope, c.kind, c.id) for c in changes if c.row is not None]
        self._database.executemany("DELETE FROM rows WHERE scope=? AND kind=? AND id=?", gone)
        self._database.executemany("DELETE FROM departures WHERE scope=? AND kind=? AND id=?", here)

    def _view_row(self, held: Held) -> dict[str, Any]:
        scopes = msgspec.json.encode(held.scopes, order="deterministic").decode()
        return {"id": str(held.view.id), "view": self._encoder.encode(held.view), "scopes": scopes}

    def _remember(self, held: Held) -> None:
        self._views[held.view.id] = held
        self._views.move_to_end(held.view.id)
        if len(self._views) > CACHED_VIEWS:
            self._views.popitem(last=False)


def _upsert_statement(table: sqlite_utils.db.Table) -> str:
    """The statement that inserts a record or replaces the one with its key.

    The library's own `upsert_all` asks for the table's columns at every call: that costs more than writing a page.
    """
    columns, keys = list(table.columns_dict), table.pks
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}"
    )


def _row(change: Change) -> dict[str, Any]:
    return {"scope": change.scope, "kind": change.kind, "id": change.id, "pos": change.pos, "row": change.row}


def _departure(change: Change) -> dict[str, Any]:
    return {"scope": change.scope, "kind": change.kind, "id": change.id, "pos": change.pos, "why": change.why}
