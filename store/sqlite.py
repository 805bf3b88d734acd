"""The event log on SQLite: stable positions, immediate transactions, FULL synchronisation, followers woken."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.persistence import (
    InterfaceError,
    ListenNotifySubscription,
    PersistenceError,
    StoredEvent,
    Subscription,
)
from eventsourcing.sqlite import (
    SQLITE3_DEFAULT_LOCK_TIMEOUT,
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteFactory,
)
from eventsourcing.utils import Environment, EnvType

FULL = 2
POLL_SECONDS = 0.25


class NotDurable(RuntimeError):
    """The log's connection does not synchronise fully; acknowledged commands could be lost in a power cut."""


class LogConnection(SQLiteConnection):
    """A connection of the log; `database` is SQLite's own."""

    @property
    def database(self) -> sqlite3.Connection:
        """The connection of the `sqlite3` module."""
        return self._sqlite_conn


class LogPool(SQLiteConnectionPool):
    """Connections of the log, each in WAL mode with `synchronous=FULL`."""

    def _create_connection(self) -> LogConnection:
        return self.open_connection()

    def open_connection(self) -> LogConnection:
        """A connection of its own, outside the pool.

        Raises:
            InterfaceError: the file cannot be opened.
            NotDurable: full synchronisation was not accepted.
        """
        try:
            database = sqlite3.connect(
                self.db_name,
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=self.lock_timeout or SQLITE3_DEFAULT_LOCK_TIMEOUT,
            )
        except sqlite3.Error as error:
            raise InterfaceError(error) from error
        if not self.is_sqlite_memory_mode:
            database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        if database.execute("PRAGMA synchronous").fetchone()[0] != FULL:
            raise NotDurable("PRAGMA synchronous=FULL was not accepted")
        database.row_factory = sqlite3.Row
        return LogConnection(sqlite_conn=database, max_age=self.max_age)


class LogRecorder(SQLiteApplicationRecorder):
    """Recorder of the log: positions are never reused, and followers are woken by commits of this process."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the recorder; arguments as the library's."""
        super().__init__(*args, **kwargs)
        self.listeners: set[Event] = set()
        columns = "(originator_id, originator_version, topic, state)"
        self.insert_events_statement = f"INSERT INTO {self.events_table_name} {columns} VALUES (?,?,?,?)"

    def construct_create_table_statements(self) -> list[str]:
        """The table, whose rowid (the position) is an AUTOINCREMENT key: never reused and safe under VACUUM."""
        return [
            f"CREATE TABLE IF NOT EXISTS {self.events_table_name} ("
            "rowid INTEGER PRIMARY KEY AUTOINCREMENT, "
            "originator_id TEXT NOT NULL, "
            "originator_version INTEGER NOT NULL, "
            "topic TEXT NOT NULL, "
            "state BLOB NOT NULL, "
            "UNIQUE (originator_id, originator_version))",
            "CREATE TABLE IF NOT EXISTS log_origin (id INTEGER PRIMARY KEY CHECK (id = 1), origin TEXT NOT NULL)",
        ]

    def origin(self, fresh: str) -> str:
        """The id of this log; `fresh` becomes it if it has none yet."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("INSERT OR IGNORE INTO log_origin VALUES (1, ?)", (fresh,))
            cursor.execute("SELECT origin FROM log_origin")
            return str(cursor.fetchone()[0])

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events in one immediate transaction and wake the followers.

        Raises:
            IntegrityError: a stream has an event of that version already.
            OperationalError: the file cannot be written now.
        """
        with self.connection() as connection, _library_errors(), immediate(connection.database) as database:
            ids = self._insert_events(SQLiteCursor(database.cursor()), stored_events, **kwargs)
        self.wake()
        return ids

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Insert in one statement; under the write lock the positions of one batch follow one another."""
        rows = [(_key(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        c.executemany(self.insert_events_statement, rows)
        last = int(c.sqlite_cursor.connection.execute("SELECT last_insert_rowid()").fetchone()[0])
        return list(range(last - len(rows) + 1, last + 1))

    def rows_after(
        self, position: int, limit: int, *, tags: Collection[str] = ()
    ) -> tuple[int, list[tuple[int, str, int, str, bytes]]]:
        """The next rows of the log, in order.

        Args:
            position: after which to begin.
            limit: how many rows at most.
            tags: of the rows that are wanted; none of them for all rows.

        Returns:
            The position up to which no wanted row is missing, and rows as position, stream, version, tag and bytes.
        """
        marks = f"AND topic IN ({','.join('?' * len(tags))}) " if tags else ""
        table = self.events_table_name
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(f"SELECT MAX(rowid) FROM {table}")
            head = int(cursor.fetchone()[0] or 0)
            cursor.execute(
                "SELECT rowid, originator_id, originator_version, topic, state "
                f"FROM {table} WHERE rowid>? AND rowid<=? {marks}ORDER BY rowid LIMIT ?",
                (position, head, *sorted(tags), limit),
            )
            rows = [tuple(row) for row in cursor.fetchall()]
        return rows[-1][0] if len(rows) == limit else max(head, position), rows

    @contextmanager
    def connection(self) -> Generator[LogConnection]:
        """A connection of the pool, for writing."""
        with self.datastore.get_connection(commit=True) as connection:
            assert isinstance(connection, LogConnection)
            yield connection

    def own_connection(self) -> LogConnection:
        """A connection outside the pool, for one owner."""
        pool = self.datastore.pool
        assert isinstance(pool, LogPool)
        return pool.open_connection()

    def wake(self) -> None:
        """Tell followers that something was committed."""
        for listener in tuple(self.listeners):
            listener.set()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[LogRecorder]:
        """Follow the log after position `gt`."""
        return LogSubscription(self, gt=gt, topics=topics)


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


def _key(stream: UUID | str) -> str:
    return stream.hex if isinstance(stream, UUID) else stream


@contextmanager
def immediate(database: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """One transaction that holds the write lock from its start; rolled back if the body raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.rollback()
        raise


@contextmanager
def _library_errors() -> Generator[None]:
    """Errors of the database as the event-sourcing library names them."""
    try:
        yield
    except sqlite3.Error as error:
        kind = getattr(persistence, type(error).__name__, PersistenceError)
        raise kind(error) from error


class LogFactory(SQLiteFactory):
    """The library's factory with the log's pool and recorder (`PERSISTENCE_MODULE=store.sqlite:LogFactory`)."""

    application_recorder_class = LogRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Read the library's own settings from `env`."""
        super().__init__(env)
        plain = self.datastore.pool
        self.datastore.pool = LogPool(db_name=plain.db_name, lock_timeout=plain.lock_timeout)
        plain.close()
