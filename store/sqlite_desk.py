"""The desk of the log on SQLite: one connection on which decisions are taken and facts appended."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import msgspec

from store.log import Entry, LogUnavailable, Row
from store.sqlite_errors import engine_errors, names_errors
from store.sqlite_file import FORM, LogConnection, append, roll_back

_STATES = (
    "SELECT state FROM stored_events WHERE originator_id=? AND originator_version>? ORDER BY originator_version LIMIT ?"
)
_ALL = -1
_FIRSTS = (
    "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events "
    "WHERE originator_version=1 AND originator_id IN (SELECT value FROM json_each(?))"
)
_BEGINNINGS = (
    "SELECT originator_id, state FROM json_each(?) JOIN stored_events ON originator_id=value "
    "WHERE originator_version<=? ORDER BY originator_id, originator_version"
)


class LogDesk:
    """Satisfies `store.log.Desk`; for one thread."""

    def __init__(self, connection: LogConnection, origin: str) -> None:
        """Take a connection of its own.

        Args:
            connection: closed with the desk.
            origin: id of the log, which stands in every leaf.
        """
        self._connection = connection
        self._database = connection.database
        self._database.row_factory = None
        self._origin = origin

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold the log's lock; on leaving, commit so that it is on disk, or roll back if the body raised."""
        with engine_errors(), self._connection.turn():
            try:
                self._database.execute("BEGIN IMMEDIATE")
                yield
                with engine_errors(in_doubt=True):
                    self._database.execute("COMMIT")
            except BaseException:
                roll_back(self._database)
                raise

    def now(self) -> datetime | None:
        """None: the nodes of this engine share one machine and its clock."""
        return None

    @names_errors
    def position(self) -> int:
        """Position of the last event, 0 in an empty log."""
        return int(self._one("SELECT MAX(rowid) FROM stored_events") or 0)

    @names_errors
    def streams_since(self, position: int) -> set[UUID]:
        """Streams with events after `position`."""
        asked = "SELECT DISTINCT originator_id FROM stored_events WHERE rowid>?"
        return {UUID(stream) for (stream,) in self._database.execute(asked, (position,))}

    @names_errors
    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
        return stored_states(self._database, stream, after=after, limit=limit)

    @names_errors
    def version(self, stream: UUID) -> int:
        """Version of a stream's last event, 0 if it has none."""
        return int(self._one("SELECT MAX(originator_version) FROM stored_events WHERE originator_id=?", stream) or 0)

    @names_errors
    def firsts(self, streams: Collection[UUID]) -> list[Row]:
        """The first event of each of `streams` that has one, all with one question."""
        names = msgspec.json.encode([stream.hex for stream in streams]).decode()
        return as_rows(self._database.execute(_FIRSTS, (names,)))

    @names_errors
    def beginnings(self, streams: Collection[UUID], limit: int) -> dict[UUID, list[bytes]]:
        """Stored bytes of the first `limit` events of each of `streams`, in order, all with one question."""
        found: dict[str, list[bytes]] = {stream.hex: [] for stream in streams}
        names = msgspec.json.encode(list(found)).decode()
        for name, state in self._database.execute(_BEGINNINGS, (names, limit)):
            found[name].append(_bytes(state))
        return {stream: found[stream.hex] for stream in streams}

    @names_errors
    def tags_since(self, stream: UUID, position: int) -> list[str]:
        """Tags of a stream's events after `position`, in order."""
        asked = "SELECT topic FROM stored_events WHERE originator_id=? AND rowid>? ORDER BY originator_version"
        return [tag for (tag,) in self._database.execute(asked, (stream.hex, position))]

    @names_errors
    def append(self, entries: Sequence[Entry]) -> int:
        """Append events at consecutive positions, with their leaves, and return the first position."""
        return append(self._database, self._origin, entries)

    def probe(self) -> None:
        """Write something that changes nothing, within a transaction of its own."""
        with self.transaction():
            self._database.execute(f"PRAGMA user_version={FORM}")  # written though it is the same; a row would not be

    def close(self) -> None:
        """Give the connection up."""
        self._connection.close()

    def _one(self, question: str, stream: UUID | None = None) -> int | None:
        row = self._database.execute(question, () if stream is None else (stream.hex,)).fetchone()
        return None if row is None else row[0]


def stored_states(
    database: sqlite3.Connection, stream: UUID, *, after: int = 0, limit: int | None = None
) -> list[bytes]:
    """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
    found = database.execute(_STATES, (stream.hex, after, _ALL if limit is None else limit))
    return [_bytes(state) for (state,) in found]


def as_rows(cursor: sqlite3.Cursor) -> list[Row]:
    """Rows of the log as the port has them; the columns in the order of `Row`."""
    return [as_row(*row) for row in cursor.fetchall()]


def as_row(position: int, stream: object, version: object, tag: object, state: object) -> Row:
    """A row of the log as the port has it.

    Raises:
        LogUnavailable: what stands there is no event any more; a damaged file can hold anything.
    """
    try:
        if type(stream) is str and type(version) is int and version > 0 and type(tag) is str:
            return Row(position, UUID(stream), version, tag, _bytes(state))
    except ValueError:
        pass
    raise LogUnavailable("damaged", f"what stands at position {position} is no event: check the log")


def _bytes(state: object) -> bytes:
    """What is stored of an event; nothing, which no event can be read from, where damage has made it something else."""
    return state if type(state) is bytes else b""
