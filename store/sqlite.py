"""The event log on SQLite: the library's recorder and factory with what the rest of the store needs of a log."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import ListenNotifySubscription, StoredEvent, Subscription
from eventsourcing.sqlite import (
    SQLiteAggregateRecorder,
    SQLiteApplicationRecorder,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
    SQLiteProcessRecorder,
)
from eventsourcing.utils import Environment, EnvType

from store.log import Entry, ForeignLog, Leaf, Mark, Row
from store.program import own_name
from store.shelf import KeyShelf, SQLiteShelf
from store.sqlite_desk import LogDesk, as_row, as_rows, stored_states
from store.sqlite_errors import engine_errors, library_errors
from store.sqlite_file import (
    TABLES,
    LogConnection,
    LogPool,
    append,
    origin_of,
)

POLL_SECONDS = 0.25
MOST_WRITTEN = 1_000
"""Events after which it is not looked up any more to which streams they belong."""
_ROW = "rowid, originator_id, originator_version, topic, state"


class LogRecorder(SQLiteApplicationRecorder):
    """Recorder of the log; satisfies `store.log.Log`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the recorder; arguments as the library's."""
        super().__init__(*args, **kwargs)
        self._origin = ""
        self.listeners: set[Event] = set()

    def construct_create_table_statements(self) -> list[str]:
        """What a log consists of."""
        return list(TABLES)

    def create_table(self) -> None:
        """Make what a log consists of, unless it is there."""
        with writing(self.datastore) as database:
            self._create_table(SQLiteCursor(database.cursor()))

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events in one immediate transaction and wake the followers.

        Raises:
            IntegrityError: a stream has an event of that version already.
            OperationalError: the file cannot be written now.
        """
        with writing(self.datastore) as database:
            ids = self._insert_events(SQLiteCursor(database.cursor()), stored_events, **kwargs)
        self.wake()
        return ids

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        database = c.sqlite_cursor.connection
        entries = [Entry(_uuid(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        first = append(database, origin_of(database), entries)
        return list(range(first, first + len(entries)))

    def origin(self, fresh: str) -> str:
        """The id of this log; `fresh` becomes it if it has none yet."""
        with engine_errors(), writing(self.datastore) as database:
            self._origin = origin_of(database, lambda: fresh)
        return self._origin

    def desk(self) -> LogDesk:
        """A desk of its own for one writer; the log has an origin before it has a desk.

        Raises:
            ForeignLog: another log lies in the place of the one that was opened.
        """
        with engine_errors():
            self._pool.leave_replaced_file()
            connection = self._pool.open_connection()
            try:
                with connection.writing() as database:
                    return LogDesk(connection, self._own(origin_of(database)))
            except BaseException:
                connection.close()
                raise

    def _own(self, origin: str) -> str:
        self._origin = self._origin or origin
        if origin != self._origin:
            raise ForeignLog("another log lies in the place of the one that was opened")
        return origin

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
        with self._pool.reading() as database:
            return stored_states(database, stream, after=after, limit=limit)

    def rows(self, *streams: UUID) -> list[Row]:
        """The events of one or several streams with their positions, in log order, all with one question."""
        marks = ",".join("?" * len(streams))
        asked = f"SELECT {_ROW} FROM stored_events WHERE originator_id IN ({marks}) ORDER BY rowid"
        with self._pool.reading() as database:
            return as_rows(database.execute(asked, [stream.hex for stream in streams]))

    def rows_after(self, position: int, limit: int, *, tags: Collection[str] = ()) -> tuple[int, list[Row]]:
        """The next rows of the log, in order; see `store.log.Log`."""
        marks = f"AND topic IN ({','.join('?' * len(tags))}) " if tags else ""
        asked = f"SELECT {_ROW} FROM stored_events WHERE rowid>? AND rowid<=? {marks}ORDER BY rowid LIMIT ?"
        with self._pool.reading() as database:
            head = int(database.execute("SELECT MAX(rowid) FROM stored_events").fetchone()[0] or 0)
            rows = as_rows(database.execute(asked, (position, head, *sorted(tags), limit))) if head > position else []
        return rows[-1].position if len(rows) == limit else max(head, position), rows

    def nodes(self) -> tuple[str, ...]:
        """Nobody but this process is known; see `store.log.Log`."""
        return (own_name(),)

    def written_since(self, mark: Mark | None) -> tuple[Mark, Collection[UUID] | None]:
        """How far the log has been written, and the streams that were written to since; see `store.log.Log`."""
        with self._pool.reading() as database:
            version = int(database.execute("PRAGMA data_version").fetchone()[0])
            if mark is not None and mark.file is database and mark.version == version:
                return mark, ()
            position = int(database.execute("SELECT MAX(rowid) FROM stored_events").fetchone()[0] or 0)
            now = Mark(database, version, position)
            if mark is None or mark.file is not database or position - mark.position > MOST_WRITTEN:
                return now, None
            asked = "SELECT originator_id FROM stored_events WHERE rowid>? AND rowid<=?"
            return now, {UUID(row[0]) for row in database.execute(asked, (mark.position, position))}

    def leaves_after(self, position: int, limit: int) -> list[Leaf]:
        """The next rows with their leaves, in order."""
        asked = f"SELECT {_ROW}, leaf_index, leaf_hash FROM stored_events WHERE rowid>? ORDER BY rowid LIMIT ?"
        with self._pool.reading() as database:
            found = database.execute(asked, (position, limit)).fetchall()
        return [_leaf(as_row(*row), number, hash) for *row, number, hash in found]

    def load(self, leaves: Sequence[Leaf]) -> None:
        """Write events at the positions and with the leaves that they have elsewhere."""
        rows = [
            (row.position, row.stream.hex, row.version, row.tag, row.state, number, hash)
            for row, number, hash in leaves
        ]
        with writing(self.datastore) as database:
            database.executemany(
                f"INSERT INTO stored_events ({_ROW}, leaf_index, leaf_hash) VALUES (?,?,?,?,?,?,?)", rows
            )
        self.wake()

    def rename(self, old: str, new: str) -> None:
        """Give a log that is called `old` its name `new`."""
        with writing(self.datastore) as database:
            database.execute("UPDATE log_origin SET origin=? WHERE origin=?", (new, old))
        self._origin = ""

    def wake(self) -> None:
        """Tell followers that something was committed."""
        for listener in tuple(self.listeners):
            listener.set()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[LogRecorder]:
        """Follow the log after position `gt`."""
        return LogSubscription(self, gt=gt, topics=topics)

    @property
    def _pool(self) -> LogPool:
        return cast("LogPool", self.datastore.pool)


class LogProcessRecorder(SQLiteProcessRecorder, LogRecorder):
    """The library's recorder of events with the position that they come from; its events have leaves as all have."""


class LogSubscription(ListenNotifySubscription[LogRecorder]):
    """Follows the log; polls as a net, for commits of other processes."""

    def __init__(self, recorder: LogRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        """Begin to follow after position `gt`."""
        super().__init__(recorder, gt=gt, topics=topics)
        recorder.listeners.add(self._has_been_notified)

    def stop(self) -> None:
        """Stop following."""
        super().stop()
        self._recorder.listeners.discard(self._has_been_notified)

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(POLL_SECONDS)
        except BaseException as error:
            self._thread_error = self._thread_error or error
            self.stop()


class BesideRecorder(SQLiteAggregateRecorder):
    """The library's recorder of what stands beside the log, such as snapshots; it writes in turn with the log."""

    def create_table(self) -> None:
        """Make its table, unless it is there."""
        with writing(self.datastore) as database:
            self._create_table(SQLiteCursor(database.cursor()))

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Insert in one immediate transaction."""
        with writing(self.datastore) as database:
            return self._insert_events(SQLiteCursor(database.cursor()), stored_events, **kwargs)


class LogFactory(SQLiteFactory):
    """The library's factory with the log's pool and recorder (`PERSISTENCE_MODULE=store.sqlite:LogFactory`)."""

    aggregate_recorder_class = BesideRecorder
    application_recorder_class = LogRecorder
    process_recorder_class = LogProcessRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Read the library's own settings from `env`."""
        super().__init__(env)
        plain = self.datastore.pool
        plain.close()
        self.datastore.pool = LogPool(db_name=plain.db_name, lock_timeout=plain.lock_timeout)

    def key_shelf(self, folder: Path) -> KeyShelf:
        """Where the wrapped keys of this engine's log lie: a database of its own in the centre's folder."""
        return SQLiteShelf(folder / "keys.db")


@contextmanager
def writing(datastore: SQLiteDatastore) -> Generator[sqlite3.Connection]:
    """One transaction on a connection of the pool that may write from its start; errors are the library's."""
    with (
        library_errors(),
        datastore.get_connection(commit=True) as connection,
        cast("LogConnection", connection).writing() as database,
    ):
        yield database


def _leaf(row: Row, number: object, hash: object) -> Leaf:
    """A row with what stands beside it; what is neither a number nor a hash was damaged, and is none."""
    return Leaf(row, number if type(number) is int else None, hash if type(hash) is bytes else None)


def _uuid(stream: UUID | str) -> UUID:
    return stream if isinstance(stream, UUID) else UUID(stream)
