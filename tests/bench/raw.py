"""Engines without anything around them: the limit that the store is measured against."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import psycopg

StoredRow = tuple[str, int, str, bytes]
"""Stream, version, tag and body, as the log keeps them."""

Numbered = tuple[int, str, str, bytes]
"""Position, stream, tag and body."""

_SQLITE_TABLE = """
CREATE TABLE IF NOT EXISTS stored_events (
    rowid INTEGER PRIMARY KEY AUTOINCREMENT, originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL, state BLOB NOT NULL, UNIQUE (originator_id, originator_version))
"""
_POSTGRES_TABLE = b"""
CREATE TABLE IF NOT EXISTS stored_events (
    notification_id BIGSERIAL PRIMARY KEY, originator_id UUID NOT NULL, originator_version BIGINT NOT NULL,
    topic TEXT NOT NULL, state BYTEA NOT NULL, UNIQUE (originator_id, originator_version))
"""


class RawLog(Protocol):
    """A database with the log's table and the log's durability, and only its driver before it."""

    def one_by_one(self, rows: Iterable[StoredRow]) -> None:
        """Insert each row in a transaction of its own."""
        ...

    def together(self, rows: Sequence[StoredRow]) -> None:
        """Insert all rows in one transaction."""
        ...

    def stream(self, stream: UUID) -> Sequence[tuple[object, ...]]:
        """Version, tag and body of a stream's events, in order."""
        ...

    def stream_until(self, stream: UUID, position: int) -> Sequence[tuple[object, ...]]:
        """The same, up to and with a position."""
        ...

    def page(self, position: int, limit: int) -> Sequence[Numbered]:
        """The next events of the log."""
        ...

    def close(self) -> None:
        """Give the connection up."""
        ...


class RawSqlite:
    """The `sqlite3` module, in WAL mode with `synchronous=FULL`."""

    _insert = "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"
    _stream = (
        "SELECT originator_version, topic, state FROM stored_events WHERE originator_id=? {}ORDER BY originator_version"
    )
    _page = "SELECT rowid, originator_id, topic, state FROM stored_events WHERE rowid>? ORDER BY rowid LIMIT ?"

    def __init__(self, path: Path) -> None:
        """Open the file, with the log's table in it."""
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=FULL")
        self.database.execute(_SQLITE_TABLE)

    def one_by_one(self, rows: Iterable[StoredRow]) -> None:
        """Insert each row in a transaction of its own."""
        for row in rows:
            self.database.execute(self._insert, row)

    def together(self, rows: Sequence[StoredRow]) -> None:
        """Insert all rows in one transaction."""
        self.database.execute("BEGIN IMMEDIATE")
        self.database.executemany(self._insert, rows)
        self.database.execute("COMMIT")

    def stream(self, stream: UUID) -> Sequence[tuple[object, ...]]:
        """Version, tag and body of a stream's events, in order."""
        return self.database.execute(self._stream.format(""), (stream.hex,)).fetchall()

    def stream_until(self, stream: UUID, position: int) -> Sequence[tuple[object, ...]]:
        """The same, up to and with a position."""
        return self.database.execute(self._stream.format("AND rowid<=? "), (stream.hex, position)).fetchall()

    def page(self, position: int, limit: int) -> Sequence[Numbered]:
        """The next events of the log."""
        return self.database.execute(self._page, (position, limit)).fetchall()

    def close(self) -> None:
        """Give the connection up."""
        self.database.close()


class RawPostgres:
    """`psycopg`, with statements prepared and results in binary form, each commit flushed to disk."""

    _insert = b"INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (%b,%b,%b,%b)"
    _stream = (
        b"SELECT originator_version, topic, state FROM stored_events WHERE originator_id=%b ORDER BY originator_version"
    )
    _until = (
        b"SELECT originator_version, topic, state FROM stored_events "
        b"WHERE originator_id=%b AND notification_id<=%b ORDER BY originator_version"
    )
    _page = (
        b"SELECT notification_id, originator_id, topic, state FROM stored_events "
        b"WHERE notification_id>%b ORDER BY notification_id LIMIT %b"
    )

    def __init__(self, database: psycopg.Connection[Any]) -> None:
        """Work on a connection of its own, with the log's table in the database."""
        self.database = database
        self.database.prepare_threshold = 0
        self.database.execute(_POSTGRES_TABLE)
        self._cursor = self.database.cursor(binary=True)

    def one_by_one(self, rows: Iterable[StoredRow]) -> None:
        """Insert each row in a transaction of its own."""
        for stream, *rest in rows:
            self._cursor.execute(self._insert, (UUID(stream), *rest))

    def together(self, rows: Sequence[StoredRow]) -> None:
        """Insert all rows in one transaction, as one pipeline."""
        with self.database.transaction():
            self._cursor.executemany(self._insert, [(UUID(stream), *rest) for stream, *rest in rows])

    def stream(self, stream: UUID) -> Sequence[tuple[object, ...]]:
        """Version, tag and body of a stream's events, in order."""
        return self._cursor.execute(self._stream, (stream,)).fetchall()

    def stream_until(self, stream: UUID, position: int) -> Sequence[tuple[object, ...]]:
        """The same, up to and with a position."""
        return self._cursor.execute(self._until, (stream, position)).fetchall()

    def page(self, position: int, limit: int) -> Sequence[Numbered]:
        """The next events of the log."""
        found = self._cursor.execute(self._page, (position, limit)).fetchall()
        return [(position, stream.hex, topic, state) for position, stream, topic, state in found]

    def close(self) -> None:
        """Give the connection up."""
        self.database.close()


@contextmanager
def raw_log(path: Path) -> Generator[RawSqlite]:
    """A SQLite file with nothing around it."""
    with closing(RawSqlite(path)) as log:
        yield log


def fresh(rows: Sequence[StoredRow]) -> list[StoredRow]:
    """The same rows on streams that nobody has yet."""
    return [(uuid4().hex, 1, tag, body) for _, _, tag, body in rows]


def a_second(number: int, work: Callable[[], object]) -> float:
    """How many of `number` things `work` does a second."""
    began = time.perf_counter()
    work()
    return number / (time.perf_counter() - began)
