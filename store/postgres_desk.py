"""The desk of the log on PostgreSQL: one session that holds the log's lock, decides, appends and commits."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.errors import Diagnostic
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from store.log import Entry, LogUnavailable, NotDurable, Row, leaf_hash
from store.postgres_server import PROMISES, ask, engine_errors, require_promises, unavailable
from store.postgres_tables import LOCK

ROW = "notification_id, originator_id, originator_version, topic, state"
STATES = (
    "SELECT state FROM stored_events WHERE originator_id=%s AND originator_version>%s "
    "ORDER BY originator_version LIMIT %s"
)
_TAGS = "SELECT topic FROM stored_events WHERE originator_id=%s AND notification_id>%s ORDER BY originator_version"
_HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_APPEND = "SELECT append_to_log(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bytea[])"
# One message to the server; the clock is read and the head looked up after the lock was got. Whether commits are sure
# is asked each time, because a reload of the server's settings reaches sessions that are open.
_BEGIN = f"BEGIN; SELECT pg_advisory_xact_lock({LOCK}); SELECT clock_timestamp(), ({_HEAD}), {PROMISES}"
_BEGINNINGS = (
    "SELECT originator_id, state FROM stored_events WHERE originator_id = ANY(%b) AND originator_version <= %b "
    "ORDER BY originator_id, originator_version"
)


class LogDesk:
    """Satisfies `store.log.Desk`; for one thread. A lost session is replaced at the next transaction."""

    def __init__(self, connect: Callable[[], Connection[TupleRow]], origin: str) -> None:
        """Take a place.

        Args:
            connect: opens a session of the desk's own.
            origin: id of the log, which stands in every leaf.
        """
        self._connect = connect
        self._origin = origin
        self._session: Connection[TupleRow] | None = None
        self._warnings: list[str] = []
        self._now: datetime | None = None
        self._head = 0

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Hold the log's lock; on leaving, commit so that it is on disk, or roll back if the body raised."""
        self._begin()
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        self._commit()

    def now(self) -> datetime | None:
        """The server's clock as the lock was got: the nodes that write to one log all go by it."""
        return self._now

    def position(self) -> int:
        """Position of the last event, 0 in an empty log."""
        if not self._in_transaction:
            self._head = int(self._ask(_HEAD)[0][0])
        return self._head

    def streams_since(self, position: int) -> set[UUID]:
        """Streams with events after `position`."""
        asked = "SELECT DISTINCT originator_id FROM stored_events WHERE notification_id>%s"
        return {stream for (stream,) in self._ask(asked, position)}

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
        return [state for (state,) in self._ask(STATES, stream, after, limit)]

    def version(self, stream: UUID) -> int:
        """Version of a stream's last event, 0 if it has none."""
        asked = "SELECT coalesce(max(originator_version), 0) FROM stored_events WHERE originator_id=%s"
        return int(self._ask(asked, stream)[0][0])

    def firsts(self, streams: Collection[UUID]) -> list[Row]:
        """The first event of each of `streams` that has one, all with one question."""
        asked = f"SELECT {ROW} FROM stored_events WHERE originator_version=1 AND originator_id = ANY(%b)"
        if not streams:
            return []
        with engine_errors():
            return ask(self._open(), asked, (list(streams),), make=as_row)

    def beginnings(self, streams: Collection[UUID], limit: int) -> dict[UUID, list[bytes]]:
        """Stored bytes of the first `limit` events of each of `streams`, in order, all with one question."""
        found: dict[UUID, list[bytes]] = {stream: [] for stream in streams}
        if not found:
            return found
        with engine_errors():
            for stream, state in ask(self._open(), _BEGINNINGS, (list(found), limit)):
                found[stream].append(state)
        return found

    def tags_since(self, stream: UUID, position: int) -> list[str]:
        """Tags of a stream's events after `position`, in order."""
        return [tag for (tag,) in self._ask(_TAGS, stream, position)]

    def append(self, entries: Sequence[Entry]) -> int:
        """Append events at consecutive positions, with their leaves, and return the first position."""
        if not entries:
            return self.position() + 1
        with engine_errors():
            first = append(self._open(), self._origin, entries)
        self._head = first + len(entries) - 1
        return first

    def probe(self) -> None:
        """Write something that changes nothing, in a transaction of its own."""
        with self.transaction():
            self._ask("UPDATE log_origin SET origin=origin RETURNING origin")

    def close(self) -> None:
        """Give the session up."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def _in_transaction(self) -> bool:
        return self._session is not None and self._session.info.transaction_status != TransactionStatus.IDLE

    def _ask(self, question: str, *values: Any) -> list[TupleRow]:
        with engine_errors():
            return ask(self._open(), question, values)

    def _open(self) -> Connection[TupleRow]:
        if self._session is not None and self._session.broken:
            self.close()
        if self._session is None:
            self._session = self._connect()
            self._session.add_notice_handler(self._note)
        return self._session

    def _note(self, said: Diagnostic) -> None:
        if said.severity_nonlocalized == "WARNING":
            self._warnings.append(said.message_primary or "a warning")

    def _begin(self) -> None:
        """Get the lock; a session that was lost while it had nothing to do is replaced without a word."""
        had_session = self._session is not None
        try:
            self._lock()
        except LogUnavailable as unavailable:
            if not (had_session and unavailable.reason == "gone"):
                raise
            self._lock()

    def _lock(self) -> None:
        try:
            with engine_errors():
                cursor = self._open().execute(_BEGIN.encode())
            while cursor.nextset():
                pass
            row = cursor.fetchone()
            assert row is not None
            self._now, self._head, *promises = row
            require_promises(*promises)
        except LogUnavailable:
            self._roll_back()
            raise
        except NotDurable as error:
            self._roll_back()
            raise LogUnavailable("fault", str(error)) from error

    def _commit(self) -> None:
        """Commit.

        Raises:
            LogUnavailable: in doubt where the session was lost on the way, or where the server gave up waiting for
                its standby; an error of the statement alone means that nothing was committed.
        """
        session = self._open()
        self._warnings.clear()
        try:
            answer = session.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            self._roll_back()
            raise unavailable(error, in_doubt=error.diag.severity_nonlocalized != "ERROR") from error
        if answer != "COMMIT":
            raise LogUnavailable("fault", "the server rolled back where it was to commit")
        if self._warnings:
            raise LogUnavailable("fault", self._warnings[0], in_doubt=True)

    def _roll_back(self) -> None:
        """Give a transaction up, and the session with it where that is not possible."""
        session = self._session
        if session is None:
            return
        with contextlib.suppress(psycopg.Error):
            if session.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
                session.execute("ROLLBACK")
        if session.info.transaction_status != TransactionStatus.IDLE:
            self.close()


def as_row(_cursor: object) -> Callable[[Sequence[Any]], Row]:
    """Makes rows of the log of columns in the order of `ROW`."""
    return Row._make


def append(connection: Connection[Any], origin: str, entries: Sequence[Entry]) -> int:
    """Append entries with their leaves and return the first position.

    Raises:
        psycopg.Error: as the engine says.
    """
    streams, versions, tags, states = map(list, zip(*entries, strict=True))
    hashes = [leaf_hash(origin, entry) for entry in entries]
    ((first,),) = ask(connection, _APPEND, (streams, versions, tags, states, hashes))
    return int(first)
