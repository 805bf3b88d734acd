"""The event log on PostgreSQL: the library's recorder and factory with what the rest of the store needs of a log."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import closing
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InterfaceError,
    ListenNotifySubscription,
    OperationalError,
    StoredEvent,
    Subscription,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresFactory
from eventsourcing.utils import Environment, EnvType

from store.log import Entry, Leaf, Mark, Row
from store.postgres_desk import ROW, STATES, LogDesk, append, as_row
from store.postgres_keys import PostgresShelf
from store.postgres_listening import POLL_SECONDS, Listening
from store.postgres_server import DESK_SILENT_SECONDS, LogPool, Waits, ask
from store.postgres_tables import LOCK, MAKING_LOCK, make_tables
from store.program import NODE
from store.shelf import KeyShelf

ATTEMPTS = 10
ATTEMPT_SECONDS = 0.2
LOCK_SECONDS = 10
"""Longer than a session may idle in its transaction, so that a hung holder of the lock is outlasted."""

KEYS_DBNAME = "POSTGRES_KEYS_DBNAME"
"""The one setting that is not the library's: the database of the keys."""

_DEFAULTS = {
    "POSTGRES_CONNECT_TIMEOUT": "5",
    "POSTGRES_LOCK_TIMEOUT": str(LOCK_SECONDS),
    "POSTGRES_POOL_SIZE": "2",
    "POSTGRES_MAX_OVERFLOW": "8",
}
_AT = f"SELECT {ROW} FROM stored_events WHERE originator_id=%s AND originator_version=%s"

_LOAD = """
WITH loaded AS (
    INSERT INTO stored_events (
        originator_id, originator_version, topic, state, notification_id, leaf_index, leaf_hash
    )
    SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[], %b::bigint[], %b::bytea[])
    RETURNING 1
)
SELECT count(*) FROM loaded"""


class LogRecorder(PostgresApplicationRecorder):
    """Recorder of the log; satisfies `store.log.Log`."""

    desk_class: ClassVar[type[LogDesk]] = LogDesk

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        """Make the recorder; arguments as the library's."""
        super().__init__(datastore, events_table_name=events_table_name)
        self._origin = ""
        self.listeners: set[Event] = set()
        self._pool.on_close(Listening(self._pool.open_connection, self.wake).stop)

    def create_table(self) -> None:
        """Make what a log consists of, unless it is there."""
        with self.datastore.get_connection() as connection:
            make_tables(connection, self.datastore.schema)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events in one call of the log's function.

        A session that is lost on the way leaves it open whether they were committed. Before they are tried again, the
        log is asked under its lock what stands there already: that is done. Should the lost session write later than
        that, the version is taken.

        Raises:
            IntegrityError: a stream has another event of that version.
            InterfaceError: the server cannot be reached.
            OperationalError: the log cannot be written now.
        """
        entries = [Entry(_uuid(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        if not entries:
            return []
        origin = self._known_origin()
        try:
            with self.datastore.get_connection() as connection:
                first = append(connection, origin, entries)
        except (InterfaceError, OperationalError):
            first = self._append_again(origin, entries)
        self.wake()
        return list(range(first, first + len(entries)))

    def origin(self, fresh: str) -> str:
        """The id of this log; `fresh` becomes it if it has none yet."""
        self._pool.ask("INSERT INTO log_origin VALUES (1, %s) ON CONFLICT DO NOTHING RETURNING origin", (fresh,))
        ((self._origin,),) = self._pool.ask("SELECT origin FROM log_origin")
        return self._origin

    def desk(self) -> LogDesk:
        """A desk of its own for one writer; the log has an origin before it has a desk."""
        connect = partial(self._pool.open_connection, patience=DESK_SILENT_SECONDS)
        return self.desk_class(connect, self._known_origin())

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
        return [state for (state,) in self._pool.ask(STATES, (stream, after, limit))]

    def rows(self, *streams: UUID) -> list[Row]:
        """The events of one or several streams with their positions, in log order, all with one question."""
        asked = f"SELECT {ROW} FROM stored_events WHERE originator_id = ANY(%s) ORDER BY notification_id"
        return self._pool.ask(asked, (list(streams),), make=as_row)

    def rows_after(self, position: int, limit: int, *, tags: Collection[str] = ()) -> tuple[int, list[Row]]:
        """The next rows of the log, in order; see `store.log.Log`."""
        if tags:
            return self._wanted_after(position, limit, list(tags))
        asked = f"SELECT {ROW} FROM stored_events WHERE notification_id>%s ORDER BY notification_id LIMIT %s"
        rows = self._pool.ask(asked, (position, limit), make=as_row)
        return rows[-1].position if rows else position, rows

    def nodes(self) -> tuple[str, ...]:
        """Names of the processes that have this log open; see `store.program.own_name`."""
        asked = (
            "SELECT DISTINCT application_name FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE %s"
        )
        return tuple(name for (name,) in self._pool.ask(asked, (f"{NODE} %",)))

    def written_since(self, mark: Mark | None) -> tuple[None, None]:
        """Nothing is told at once: to ask the server for what was written takes as long as to read a stream."""
        return None, None

    def leaves_after(self, position: int, limit: int) -> list[Leaf]:
        """The next rows with their leaves, in order."""
        asked = (
            f"SELECT {ROW}, leaf_index, leaf_hash FROM stored_events "
            "WHERE notification_id>%s ORDER BY notification_id LIMIT %s"
        )
        found = self._pool.ask(asked, (position, limit))
        return [Leaf(Row._make(row), number, hash) for *row, number, hash in found]

    def load(self, leaves: Sequence[Leaf]) -> None:
        """Write events at the positions and with the leaves that they have elsewhere."""
        rows = [(*row, number, hash) for row, number, hash in leaves]
        positions, streams, versions, tags, states, numbers, hashes = map(list, zip(*rows, strict=True))
        with self.datastore.get_connection() as connection, connection.transaction():
            ask(connection, "SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            ask(connection, _LOAD, (streams, versions, tags, states, positions, numbers, hashes))
            ask(connection, "SELECT setval('stored_events_notification_id_seq', %s)", (positions[-1],))
        self.wake()

    def rename(self, old: str, new: str) -> None:
        """Give a log that is called `old` its name `new`."""
        self._pool.ask("UPDATE log_origin SET origin=%s WHERE origin=%s RETURNING origin", (new, old))
        self._origin = ""

    def wake(self) -> None:
        """Tell followers that something was committed."""
        for listener in tuple(self.listeners):
            listener.set()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Follow the log after position `gt`."""
        return LogSubscription(self, gt=gt, topics=topics)

    @property
    def _pool(self) -> LogPool:
        return cast("LogPool", self.datastore.pool)

    def _wanted_after(self, position: int, limit: int, tags: list[str]) -> tuple[int, list[Row]]:
        ((head,),) = self._pool.ask("SELECT coalesce(max(notification_id), 0) FROM stored_events")
        asked = (
            f"SELECT {ROW} FROM stored_events WHERE notification_id>%s AND notification_id<=%s AND topic = ANY(%s) "
            "ORDER BY notification_id LIMIT %s"
        )
        rows = self._pool.ask(asked, (position, head, tags, limit), make=as_row)
        return rows[-1].position if len(rows) == limit else max(head, position), rows

    def _known_origin(self) -> str:
        return self._origin or self.origin(str(uuid4()))

    def _append_again(self, origin: str, entries: Sequence[Entry]) -> int:
        for attempt in range(ATTEMPTS):
            time.sleep(ATTEMPT_SECONDS)
            try:
                with self.datastore.get_connection() as connection, connection.transaction():
                    ask(connection, "SELECT pg_advisory_xact_lock(%s)", (LOCK,))
                    return self._position_of(connection, entries) or append(connection, origin, entries)
            except (InterfaceError, OperationalError):
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def _position_of(self, connection: psycopg.Connection[Any], entries: Sequence[Entry]) -> int | None:
        """Where the first of `entries` stands, if it does to the byte; the others came with it or not at all."""
        entry = entries[0]
        for position, *stored in ask(connection, _AT, (entry.stream, entry.version)):
            if tuple(stored) == entry:
                return int(position)
        return None


class LogSubscription(ListenNotifySubscription[LogRecorder]):
    """Follows the log, also over a restart of the server: it takes up again where it was."""

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
                self._pull_if_there()
                self._has_been_notified.wait(POLL_SECONDS)
        except BaseException as error:
            self._thread_error = self._thread_error or error
            self.stop()

    def _pull_if_there(self) -> None:
        try:
            self._pull()
        except (InterfaceError, OperationalError):
            self._has_been_notified.clear()


class LogFactory(PostgresFactory):
    """The library's factory with the log's pool and recorder (`PERSISTENCE_MODULE=store.postgres:LogFactory`).

    `POSTGRES_HOST` may name several hosts, separated by commas; the one that takes writes is used. An empty
    `POSTGRES_PASSWORD` leaves it to libpq's own password file.

    Its process recorder is the library's own, whose events have no leaves; nothing here asks for one.
    """

    application_recorder_class = LogRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Read the library's own settings from `env`."""
        given = env if isinstance(env, Environment) else Environment(env=env)
        for name, value in _DEFAULTS.items():
            given.setdefault(name, value)
        super().__init__(given)
        waits = Waits(lock=self.datastore.lock_timeout, idle=self.datastore.idle_in_transaction_session_timeout)
        self.datastore.pool = LogPool(self.datastore.pool, schema=self.datastore.schema, waits=waits)

    def application_recorder(self) -> ApplicationRecorder:
        """The log's recorder; its table has the same name whatever the application is called.

        Raises:
            LogUnavailable: the server cannot be reached.
            NotDurable: it would answer before a commit is on disk.
            ForeignLog: the database holds something else.
        """
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """The library's recorder of a table of its own, as for snapshots; made unless it is there."""
        name = f"stored_{purpose}"
        with closing(self._pool.open_connection()) as session:
            ask(session, "SELECT 1 FROM pg_advisory_lock(%s)", (MAKING_LOCK,))
            recorder = self.aggregate_recorder_class(self.datastore, events_table_name=name)
            ((found,),) = ask(session, "SELECT to_regclass(%s) IS NOT NULL", (name,))
            if self.env_create_table() and not found:
                recorder.create_table()
        return recorder

    @cached_property
    def _recorder(self) -> LogRecorder:
        self._pool.open_connection().close()  # says in one sentence what a pool would only wait for
        recorder = self.application_recorder_class(self.datastore)
        if self.env_create_table():
            recorder.create_table()
        return recorder

    @property
    def _pool(self) -> LogPool:
        return cast("LogPool", self.datastore.pool)

    def key_shelf(self, folder: Path) -> KeyShelf:
        """The shelf of the keys, in a database of its own beside the log's; nothing of it is in `folder`.

        Raises:
            OSError: the settings name no database for it.
        """
        database = self.env.get(KEYS_DBNAME)
        if not database:
            raise OSError(f"the database of the keys is not named: set {KEYS_DBNAME}")
        return PostgresShelf(self._pool.twin(database))


def _uuid(stream: UUID | str) -> UUID:
    return stream if isinstance(stream, UUID) else UUID(stream)
