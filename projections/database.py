"""The projection file: one SQLite database a node, disposable, written a page of facts at a time."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import sqlite_utils
from msgspec import Struct, field

from projections import beside
from projections.cases.view import CaseView
from projections.lookups import Lookups
from projections.schema import CONTENT, SCHEMA, SHAPE

CACHED_VIEWS = 20_000
PAIRS = ("parties", "ledger_persons")
"""Tables that are all key."""

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


class Folded(Struct):
    """What one page of facts changes.

    Attributes:
        held: views that changed.
        changes: documents that changed or left.
        index: lines of the index of cases.
        figures: what cases add to reports.
        codes: verification codes of results, with what they stand for.
        words: what cases are found by, where that changed.
        ledgers: views beside cases that changed, by name and id.
        ledger_persons: person, name and id of views that hold values of that person.
        parties: pairs of a person and a case of theirs.
        erased: persons whose values are gone, with the position of the erasure.
        has_remains: whether an erasure took values away that had been folded before.
        published: position of the last fact that changed published data, 0 if none did.
    """

    held: dict[UUID, Held] = field(default_factory=dict[UUID, Held])
    changes: list[Change] = field(default_factory=list[Change])
    index: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    figures: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    codes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    words: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    ledgers: dict[tuple[str, str], Struct] = field(default_factory=dict[tuple[str, str], Struct])
    ledger_persons: set[tuple[UUID, str, str]] = field(default_factory=set[tuple[UUID, str, str]])
    parties: set[tuple[UUID, UUID]] = field(default_factory=set[tuple[UUID, UUID]])
    erased: dict[UUID, int] = field(default_factory=dict[UUID, int])
    has_remains: bool = False
    published: int = 0


def connect(path: Path, *, read_only: bool = False, beside: bool = False) -> sqlite3.Connection:
    """A connection to a projection file; the file is made with mode 0600.

    Args:
        path: of the file.
        read_only: write nothing.
        beside: nobody reads the file yet, and it is thrown away after a crash.
    """
    if not read_only:
        path.touch(mode=0o600)
        path.chmod(0o600)
    address = f"{path.absolute().as_uri()}?mode=rw"  # whoever reads does not make a file that is not there
    database = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    if beside:
        database.execute("PRAGMA journal_mode=MEMORY")
        database.execute("PRAGMA synchronous=OFF")
        return database
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA query_only=ON" if read_only else "PRAGMA synchronous=NORMAL")
    return database


class ProjectionFile:
    """What the runner writes: views, documents by scope, departures and progress, a page in one transaction."""

    def __init__(self, path: Path, *, beside: bool = False, gone: Iterable[UUID] = ()) -> None:
        """Open the file, making its tables if it is new.

        Args:
            path: of the file.
            beside: see `connect`.
            gone: persons whose values must not come back, although they were erased after the file's position.
        """
        self.path = path
        self._gone = frozenset(gone)
        self.database = connect(path, beside=beside)
        self.database.executescript(SCHEMA)
        self.database.execute(f"PRAGMA application_id={SHAPE}")
        self._utils = sqlite_utils.Database(self.database, execute_plugins=False)
        self._upserts = {name: _upsert_statement(self._utils.table(name)) for name in CONTENT if name not in PAIRS}
        self._decoder = msgspec.msgpack.Decoder(CaseView)
        self._encoder = msgspec.msgpack.Encoder()
        self.forget()

    def forget(self) -> None:
        """Read everything from the file again, after a page that was not written or was taken back."""
        self._lookups: Lookups | None = None
        self._erased: set[UUID] | None = None
        self._views: OrderedDict[UUID, Held] = OrderedDict()

    def position(self) -> int:
        """Position of the last fact folded."""
        row = self.database.execute("SELECT position FROM progress WHERE name='all'").fetchone()
        return int(row[0]) if row else 0

    def lookups(self) -> Lookups:
        """The published data folded so far; whoever folds a page folds facts into them, and writes or forgets them."""
        if self._lookups is None:
            row = self.database.execute("SELECT body FROM lookups").fetchone()
            self._lookups = msgspec.msgpack.decode(row[0], type=Lookups) if row else Lookups()
        return self._lookups

    def erased(self) -> set[UUID]:
        """Persons whose values are gone; to be treated as the lookups are."""
        if self._erased is None:
            rows = self.database.execute("SELECT person FROM erased")
            self._erased = {UUID(row[0]) for row in rows} | self._gone
        return self._erased

    def erased_after(self, position: int) -> dict[UUID, int]:
        """Persons whose erasure stands after `position`, with its position, in their order."""
        asked = "SELECT person, pos FROM erased WHERE pos > ? ORDER BY pos"
        return {UUID(person): pos for person, pos in self.database.execute(asked, (position,))}

    def view(self, case_id: UUID) -> Held:
        """The view of a case; a fresh one if it has none yet."""
        held = self._views.get(case_id)
        if held is None:
            row = self.database.execute("SELECT view, scopes FROM views WHERE id=?", (str(case_id),)).fetchone()
            held = Held(CaseView(id=case_id), {}) if row is None else self._read(row)
        return held

    def cases_of(self, person: UUID) -> list[UUID]:
        """Cases of which the person is a party, or once was: where values of theirs may be."""
        return [UUID(row[0]) for row in self.database.execute("SELECT id FROM parties WHERE person=?", (str(person),))]

    def ledger(self, name: str, id: str) -> Struct | None:
        """A view beside cases, None if there is none."""
        row = self.database.execute("SELECT view FROM ledgers WHERE name=? AND id=?", (name, id)).fetchone()
        return None if row is None else beside.read(name, row[0])

    def ledgers_of(self, person: UUID) -> list[tuple[str, str]]:
        """Name and id of the views beside cases where values of a person may be."""
        rows = self.database.execute("SELECT name, id FROM ledger_persons WHERE person=?", (str(person),))
        return [(str(name), str(id)) for name, id in rows]

    def write(self, folded: Folded, *, position: int) -> None:
        """Write what a page of facts changed, in one transaction.

        Args:
            folded: the changes; an erasure marks the file as holding remains until `copy_without_remains`.
            position: of the last fact of the page.
        """
        with self._utils.atomic():
            self._upsert("views", (self._view_row(h) for h in folded.held.values()))
            self._upsert("rows", (_row(c) for c in folded.changes if c.row is not None))
            self._upsert("departures", (_departure(c) for c in folded.changes if c.row is None))
            self._drop(folded.changes)
            self._upsert("case_index", folded.index)
            self._upsert("case_figures", folded.figures)
            self._upsert("codes", folded.codes)
            self._upsert("case_words", folded.words)
            self.database.executemany(
                "INSERT OR IGNORE INTO parties VALUES (?, ?)", ((str(person), str(id)) for person, id in folded.parties)
            )
            self._upsert(
                "ledgers",
                ({"name": name, "id": id, "view": beside.stored(view)} for (name, id), view in folded.ledgers.items()),
            )
            self.database.executemany(
                "INSERT OR IGNORE INTO ledger_persons VALUES (?, ?, ?)",
                ((str(person), name, id) for person, name, id in folded.ledger_persons),
            )
            self._upsert("erased", ({"person": str(person), "pos": pos} for person, pos in folded.erased.items()))
            if folded.published:
                body = self._encoder.encode(self.lookups())
                self._upsert("lookups", [{"id": 1, "pos": folded.published, "body": body}])
            if folded.has_remains:
                self.database.execute("PRAGMA user_version=1")
            self._upsert("progress", [{"name": "all", "position": position}])
        for h in folded.held.values():
            self._remember(h)

    @property
    def has_remains(self) -> bool:
        """Whether erased values may still lie in parts of the file that are not in use."""
        return bool(self.database.execute("PRAGMA user_version").fetchone()[0])

    def copy_without_remains(self, path: Path) -> None:
        """Write a copy of the file that holds nothing but what is in use now; its search index is made anew.

        The file itself goes on saying that it has remains: a crash may come before the copy stands in its place.
        """
        with self._utils.atomic():
            self.database.execute("INSERT INTO case_search (case_search) VALUES ('rebuild')")
        copy_of(self.database, path)
        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            copy.execute("PRAGMA user_version=0")

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def _read(self, row: tuple[bytes, str]) -> Held:
        return Held(self._decoder.decode(row[0]), msgspec.json.decode(row[1], type=Scopes))

    def _upsert(self, table: str, records: Iterable[dict[str, Any]]) -> None:
        self.database.executemany(self._upserts[table], records)

    def _drop(self, changes: list[Change]) -> None:
        """A document that left has no row, one that is there has no departure."""
        gone = [(c.scope, c.kind, c.id) for c in changes if c.row is None]
        here = [(c.scope, c.kind, c.id) for c in changes if c.row is not None]
        self.database.executemany("DELETE FROM rows WHERE scope=? AND kind=? AND id=?", gone)
        self.database.executemany("DELETE FROM departures WHERE scope=? AND kind=? AND id=?", here)

    def _view_row(self, held: Held) -> dict[str, Any]:
        scopes = msgspec.json.encode(held.scopes, order="deterministic").decode()
        return {"id": str(held.view.id), "view": self._encoder.encode(held.view), "scopes": scopes}

    def _remember(self, held: Held) -> None:
        self._views[held.view.id] = held
        self._views.move_to_end(held.view.id)
        if len(self._views) > CACHED_VIEWS:
            self._views.popitem(last=False)


def copy_of(database: sqlite3.Connection, path: Path) -> None:
    """Write a compact copy of what `database` holds now to `path`, mode 0600."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    database.execute("VACUUM INTO ?", (str(path),))


def _upsert_statement(table: sqlite_utils.db.Table) -> str:
    """The statement that inserts a record or replaces the one with its key, unless they are the same.

    The library's own `upsert_all` asks for the table's columns at every call: that costs more than writing a page. To
    write the same record again would cost an entry in every index of its table.
    """
    columns, keys = list(table.columns_dict), table.pks
    values = [name for name in columns if name not in keys]
    updates = ", ".join(f"{name} = excluded.{name}" for name in values)
    differs = f"({', '.join(values)}) IS NOT ({', '.join(f'excluded.{name}' for name in values)})"
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates} WHERE {differs}"
    )


def _row(change: Change) -> dict[str, Any]:
    return {"scope": change.scope, "kind": change.kind, "id": change.id, "pos": change.pos, "row": change.row}


def _departure(change: Change) -> dict[str, Any]:
    return {"scope": change.scope, "kind": change.kind, "id": change.id, "pos": change.pos, "why": change.why}
