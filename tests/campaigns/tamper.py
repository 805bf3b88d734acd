"""The campaign `tamper`: an administrator with every right on the database, and then with the log's key too.

Each trial makes an honest log in a real database, which an auditor's verifier sees and remembers. Somebody then alters
the tables with plain SQL. Without new hashes the service must refuse to sign; with new hashes, and even signed anew,
the verifier must name what was done. Honest logs that only grow must pass, every time.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast
from uuid import UUID

import psycopg
from eventsourcing.utils import Environment

from store import notes
from store.exporting import write_export
from store.log import Entry, Leaf, Log, Row, leaf_hash
from store.merkle import Peaks
from store.postgres import LogFactory as PostgresFactory
from store.sqlite import LogFactory as SQLiteFactory
from store.tree import Beginning, LogAltered, Tree
from tests.campaigns.campaign import Broken, Run
from tests.postgres import USER, Server, running
from tests.test_verifier import verify

HONEST, TAMPERED = 1_000, 100
"""Honest logs, and logs tampered with in each way, on each engine."""
ORIGIN = "5d0f6a1c-0000-4000-8000-00000000000d"
SIGNER, FORGER = notes.Signer(f"doorstep/{ORIGIN}", bytes(range(32))), notes.Signer(f"doorstep/{ORIGIN}", bytes(32))


class Tables(Protocol):
    """The tables of a log under the hands of an administrator."""

    log: Log

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Carry out any statement."""
        ...


Engine = Callable[[], AbstractContextManager[Tables]]
"""Opens an empty log."""


class Tampering(NamedTuple):
    """One way to alter a log.

    Attributes:
        alter: what is done to the events, in memory; the tables are then written to match.
        names: what the verifier's sentence must begin with; `at` is the event's number, `before` how many there
            were, `lost` how many are gone.
    """

    alter: Callable[[list[Leaf], int, random.Random], list[Leaf]]
    names: str


def _edit(events: list[Leaf], at: int, chance: random.Random) -> list[Leaf]:
    events[at] = _other(events[at], chance)
    return events


def _insert(events: list[Leaf], at: int, chance: random.Random) -> list[Leaf]:
    return [*events[:at], _fresh(chance), *events[at:]]


def _delete(events: list[Leaf], at: int, _: random.Random) -> list[Leaf]:
    return [*events[:at], *events[at + 1 :]]


def _swap(events: list[Leaf], at: int, _: random.Random) -> list[Leaf]:
    events[at], events[at + 1] = events[at + 1], events[at]
    return events


def _cut(events: list[Leaf], at: int, _: random.Random) -> list[Leaf]:
    return events[:at]


def _rewrite(events: list[Leaf], at: int, chance: random.Random) -> list[Leaf]:
    return [*events[:at], *(_other(one, chance) for one in events[at:])]


TAMPERINGS = {
    "edit": Tampering(_edit, "1 event was altered, the first of them event {at}"),
    "delete": Tampering(_delete, "1 event was removed, the first of them event {at}"),
    "insert": Tampering(_insert, "1 event was added among the events that were there, from event {at} on"),
    "swap": Tampering(_swap, "events were put into another order, from event {at} on"),
    "truncate or an old database": Tampering(
        _cut, "the last {lost} events were cut off: the log had {before} and has {at}"
    ),
    "rewrite with new hashes": Tampering(_rewrite, "the log was written anew from event {at} on"),
}


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    honest, named = run.count(HONEST), run.count(TAMPERED)
    with running() as server, _in_server(server) as in_server, run.progress("tampering") as told:
        for number, engine in enumerate((_in_files(run.folder), in_server)):
            chance = run.chance(number)
            for trial in range(honest):
                with engine() as tables:
                    _grow_honestly(tables, run.folder, chance)
                told(number * honest + trial, 2 * honest)
            for what, tampering in TAMPERINGS.items():
                for _ in range(named):
                    with engine() as tables:
                        _tamper(tables, what, tampering, run.folder, chance)
    return (
        f"{2 * honest:,} honest logs passed on SQLite and PostgreSQL; {len(TAMPERINGS)} ways to tamper, {named:,} of "
        "each on each: all refused by the service, and named by the verifier when signed anew; none that another key "
        "had signed passed"
    )


def _grow_honestly(tables: Tables, folder: Path, chance: random.Random) -> None:
    memory = folder / "memory"
    memory.unlink(missing_ok=True)
    for _ in range(chance.randint(1, 4)):
        _append(tables, chance.randint(0, 20), chance)
        said = _checked(tables, folder, SIGNER)
        if not said.startswith("In order: "):
            raise Broken(f"an honest log did not pass: {said}")


def _tamper(tables: Tables, what: str, tampering: Tampering, folder: Path, chance: random.Random) -> None:
    (folder / "memory").unlink(missing_ok=True)
    _append(tables, chance.randint(4, 60), chance)
    _checked(tables, folder, SIGNER)
    before = tables.log.leaves_after(0, 1_000)
    at = chance.randrange(1, len(before) - 1)
    altered = tampering.alter(list(before), at, chance)

    _write(tables, altered, rehash=False)
    if what != "truncate or an old database" and _is_signed(tables, folder):
        raise Broken(f"{what} at {at} of {len(before)}: the service signed it")
    _write(tables, altered, rehash=True)
    said = _checked(tables, folder, SIGNER)
    sentence = tampering.names.format(at=at, before=len(before), lost=len(before) - at)
    if not said.startswith(f"NOT in order: {sentence}"):
        raise Broken(f"{what} at {at} of {len(before)}: the verifier said {said!r} and not {sentence!r}")
    if not _checked(tables, folder, FORGER).startswith("NOT in order: the checkpoint is not signed with the key"):
        raise Broken(f"{what}: a checkpoint of another key passed")


def _append(tables: Tables, count: int, chance: random.Random) -> None:
    held = tables.log.leaves_after(0, 10_000)
    position, number = (held[-1].row.position, len(held)) if held else (0, 0)
    fresh = [_fresh(chance) for _ in range(count)]
    if fresh:
        tables.log.load(_placed(fresh, position, number))


def _placed(events: Sequence[Leaf], position: int, number: int) -> list[Leaf]:
    """Events at consecutive places with right leaves."""
    return [
        Leaf(one.row._replace(position=position + at), number + at - 1, leaf_hash(ORIGIN, Entry(*one.row[1:])))
        for at, one in enumerate(events, 1)
    ]


def _write(tables: Tables, events: list[Leaf], *, rehash: bool) -> None:
    """Put these events into the tables, by SQL; without `rehash` their old numbers and hashes stay in place."""
    tables.ask("DELETE FROM stored_events")
    right = _placed(events, 0, 0)
    tables.log.load(right if rehash else _stale(right, events))


def _stale(right: list[Leaf], events: list[Leaf]) -> list[Leaf]:
    """What somebody leaves who alters rows and not what stands beside them."""
    return [
        Leaf(placed.row, placed.number if was.number is None else was.number, was.hash)
        for placed, was in zip(right, events, strict=True)
    ]


def _is_signed(tables: Tables, folder: Path) -> bool:
    for path in folder.glob("tree.db*"):
        path.unlink()
    with closing(Tree(folder / "tree.db", tables.log, Beginning(ORIGIN, SIGNER.name))) as tree:
        try:
            tree.catch_up()
        except LogAltered:
            return False
    return True


def _checked(tables: Tables, folder: Path, signer: notes.Signer) -> str:
    """What the verifier says of an export that whoever holds `signer` makes of the tables as they are."""
    events, peaks = tables.log.leaves_after(0, 10_000), Peaks()
    for leaf in events:
        peaks.add(leaf_hash(ORIGIN, Entry(*leaf.row[1:])))
    note = notes.signed(notes.Checkpoint(signer.name, peaks.size, peaks.root).text, [signer])
    export = folder / "export"
    export.mkdir(exist_ok=True)
    write_export(export, events, origin=ORIGIN, note=note, key=signer.verifier_key)
    keys = verify.keys_of(SIGNER.verifier_key)
    try:
        return str(verify.log(str(export), keys, str(folder / "memory")))
    except verify.Wrong as wrong:
        return f"NOT in order: {wrong}"


def _fresh(chance: random.Random) -> Leaf:
    row = Row(0, UUID(int=chance.getrandbits(128)), 1, chance.choice(("case.noted", "case.filed")), _state(chance))
    return Leaf(row, None, leaf_hash(ORIGIN, Entry(*row[1:])))


def _other(leaf: Leaf, chance: random.Random) -> Leaf:
    return leaf._replace(row=leaf.row._replace(state=_state(chance)))


def _state(chance: random.Random) -> bytes:
    return b'{"meta":{},"fact":{"text":"%x"}}' % chance.getrandbits(64)


class _Files:
    def __init__(self, path: Path, log: Log) -> None:
        self._path = path
        self.log = log

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Carry out any statement, past the service."""
        with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
            return database.execute(sql, values).fetchall()


def _in_files(folder: Path) -> Engine:
    @contextmanager
    def opened() -> Generator[Tables]:
        path = folder / "log.db"
        for old in folder.glob("log.db*"):
            old.unlink()
        with closing(SQLiteFactory(Environment("doorstep", {"SQLITE_DBNAME": str(path)}))) as factory:
            log = cast("Log", factory.application_recorder())
            log.origin(ORIGIN)
            yield _Files(path, log)

    return opened


class _Server:
    def __init__(self, connection: psycopg.Connection[Any], log: Log) -> None:
        self._connection = connection
        self.log = log

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Carry out any statement, past the service."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql.encode(), values)
            return []


@contextmanager
def _in_server(server: Server) -> Generator[Engine]:
    """One database whose tables every trial empties."""
    with server.database() as database:
        env = server.env(database, database)
        with (
            closing(PostgresFactory(Environment("doorstep", env))) as factory,
            psycopg.connect(host=env["POSTGRES_HOST"], user=USER, dbname=database, autocommit=True) as connection,
        ):
            log = cast("Log", factory.application_recorder())
            log.origin(ORIGIN)
            tables = _Server(connection, log)

            @contextmanager
            def opened() -> Generator[Tables]:
                tables.ask("DELETE FROM stored_events")
                yield tables

            yield opened
