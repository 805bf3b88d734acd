"""Connections to PostgreSQL: what the server must promise, how long anything may wait, and what its errors mean."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore
from typing import Any, NamedTuple, cast

import psycopg
from eventsourcing import persistence
from eventsourcing.postgres import ConnectionPool
from psycopg import Connection
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import RowFactory, TupleRow, tuple_row

from store.log import LogUnavailable, NotDurable
from store.program import own_name

DEFAULT_SCHEMA = "public"
OLDEST = 14
"""First major version that is taken."""
STATEMENT_SECONDS = 60
"""The longest that the server works on one statement."""
SILENT_SECONDS = STATEMENT_SECONDS + 10.0
"""After how long without an answer the server counts as gone, though the network says that it is there."""
DESK_SILENT_SECONDS = 45.0
"""The same for whoever decides, for whom everybody waits: a little longer than Patroni takes by default (ttl and loop,
40 s) to replace a standby for which commits wait."""
QUIET_SECONDS = 5
"""After how long without a sign of life the network asks the other end, so that a cut cable is noticed in 15 s."""
PROBES = 5
PROBE_SECONDS = 2
GIVE_UP_SECONDS = 1.0
"""The pool tries as long by itself to replace a lost connection; the next caller makes it try again at once."""

_NETWORK = {
    "keepalives_idle": QUIET_SECONDS,
    "keepalives_interval": PROBE_SECONDS,
    "keepalives_count": PROBES,
    "tcp_user_timeout": (QUIET_SECONDS + PROBES * PROBE_SECONDS) * 1000,
    # of several hosts, the one that takes writes: a node finds the new primary by itself
    "target_session_attrs": "read-write",
}
PROMISES = "current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes')"
"""What makes a commit sure, as `require_promises` judges it."""
_REASONS = {
    "53100": "full",  # disk_full
    "25006": "read-only",  # read_only_sql_transaction
    "55P03": "busy",  # lock_not_available
    "57014": "busy",  # query_canceled: the statement's time was up
    "53300": "busy",  # too_many_connections
    "40P01": "busy",  # deadlock_detected
    "XX001": "damaged",  # data_corrupted
    "XX002": "damaged",  # index_corrupted
}
_GONE = ("08", "57P", "25P03")
"""Connection lost, server going down or starting, session ended because it idled in its transaction."""


class Waits(NamedTuple):
    """How long, in seconds, a session may wait for the log's lock and idle while it holds it."""

    lock: float
    idle: float


class Session(Connection[Any]):
    """A session that is lost when an answer takes too long: the server's disk hangs, or its machine stands still.

    Whoever listens for notices has no question under way, and looks by itself every second.

    Attributes:
        patience: how many seconds an answer may take.
    """

    patience = SILENT_SECONDS

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer, as the driver does; `timeout` in seconds comes before `patience`.

        Raises:
            OperationalError: there was none; the session is closed then, since the answer may still come.
        """
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            was_silent = error.sqlstate is None and self.pgconn.transaction_status == TransactionStatus.ACTIVE
            if timeout is None and was_silent:
                self.pgconn.finish()
            raise


class LogPool(ConnectionPool[Connection[Any]]):
    """Connections of the log, each of them to a server that has a commit on disk before it answers."""

    def __init__(self, plain: ConnectionPool[Any], *, schema: str, waits: Waits, database: str = "") -> None:
        """Make the pool that stands in for the library's own.

        Args:
            plain: the library's pool, for its settings; it was never opened.
            schema: in which the tables are.
            waits: how long sessions may wait.
            database: another one than `plain` names.
        """
        self._waits = waits
        self._idle: deque[Connection[Any]] = deque()
        self._seats = BoundedSemaphore(plain.max_size)
        self._is_closing = False
        self._endings: list[Callable[[], None]] = []
        settings: dict[str, Any] = {**_settings(plain), **_NETWORK, "options": _options(schema, waits)}
        settings["application_name"] = own_name()
        settings["autocommit"] = True
        if database:
            settings["dbname"] = database
        super().__init__(
            get_password_func=plain.get_password_func,
            connection_class=Session,
            kwargs=settings,
            min_size=plain.min_size,
            max_size=plain.max_size,
            open=False,
            configure=require_durable,
            timeout=plain.timeout,
            max_waiting=plain.max_waiting,
            max_lifetime=plain.max_lifetime,
            reconnect_timeout=GIVE_UP_SECONDS,
        )

    def twin(self, database: str) -> LogPool:
        """A pool for another database of the same server, in its default schema."""
        return LogPool(self, schema=DEFAULT_SCHEMA, waits=self._waits, database=database)

    def open_connection(self, *, patience: float = SILENT_SECONDS) -> Connection[TupleRow]:
        """A connection of its own, outside the pool; each statement is committed by itself.

        Args:
            patience: how many seconds an answer may take.

        Raises:
            LogUnavailable: the server cannot be reached.
            NotDurable: it would answer before a commit is on disk.
        """
        settings: dict[str, Any] = {**_settings(self), "row_factory": tuple_row, "connect_timeout": round(self.timeout)}
        if self.get_password_func:
            settings["password"] = self.get_password_func()
        with engine_errors():
            connection = Session.connect(**settings)
            connection.patience = patience
            try:
                require_durable(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def ask(self, question: str, values: Sequence[Any] = (), *, make: RowFactory[Any] = tuple_row) -> list[Any]:
        """Rows that the server gives for a question that may as well be asked twice.

        Sessions for this are kept apart from the pool's, whose way in and out costs more than most answers, and which
        lets whoever asks while the server is away wait.

        Args:
            question: in SQL.
            values: for its placeholders.
            make: what a row becomes.

        Raises:
            LogUnavailable: the server gives none; sessions that a restart has broken are replaced first.
        """
        with self._seats:
            try:
                return self._ask(self._idle_or_new(), question, values, make)
            except LogUnavailable as unavailable:
                if unavailable.reason != "gone" or self._is_closing:
                    raise
            self._leave()
            return self._ask(self.open_connection(), question, values, make)

    @contextmanager
    def session(self) -> Generator[Connection[Any]]:
        """A session for a change that is not made twice; it answered a moment ago.

        Raises:
            LogUnavailable: the server cannot be reached.
        """
        self.ask("SELECT 1")  # replaces what a restart has broken
        with self._seats:
            session = self._idle_or_new()
            try:
                yield session
            finally:
                self._keep(session)

    def on_close(self, do: Callable[[], None]) -> None:
        """Let something be done before the pool closes."""
        self._endings.append(do)

    def close(self, timeout: float = 5.0) -> None:
        """Close every connection, after what was to be done before."""
        while self._endings:
            self._endings.pop()()
        self._is_closing = True
        self._leave()
        super().close(timeout)

    def _ask(self, session: Connection[Any], question: str, values: Sequence[Any], make: RowFactory[Any]) -> list[Any]:
        try:
            with engine_errors():
                return ask(session, question, values, make=make)
        finally:
            self._keep(session)

    def _idle_or_new(self) -> Connection[Any]:
        if self._is_closing:
            raise LogUnavailable("gone", "the connections were closed")
        try:
            return self._idle.pop()
        except IndexError:
            return self.open_connection()

    def _keep(self, session: Connection[Any]) -> None:
        if session.broken or self._is_closing:
            session.close()
        else:
            self._idle.append(session)

    def _leave(self) -> None:
        """Close the sessions that nobody uses now."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()


def ask(
    connection: Connection[Any], question: str, values: Sequence[Any] = (), *, make: RowFactory[Any] = tuple_row
) -> list[Any]:
    """Rows that the server gives for a question; it is prepared once, and values travel as they are."""
    with connection.cursor(binary=True, row_factory=make) as cursor:
        return cursor.execute(question.encode(), values, prepare=True).fetchall()


def require_durable(connection: Connection[Any]) -> None:
    """Look whether this session's commits are on disk before they are answered.

    Raises:
        NotDurable: they are not, by a setting of the server or of the role, or the server is too old.
    """
    if connection.info.server_version < OLDEST * 10_000:
        raise NotDurable(f"PostgreSQL {connection.info.server_version // 10_000} is too old: {OLDEST} is needed")
    require_promises(*ask(connection, f"SELECT {PROMISES}")[0])


def require_promises(commit: str, fsync: str, pages: str) -> None:
    """Judge the values of `PROMISES`.

    Raises:
        NotDurable: a commit may be answered before it is on disk.
    """
    if commit not in {"on", "remote_apply"}:
        raise NotDurable(f"PostgreSQL has synchronous_commit = {commit} for this role: set it to on")
    if (fsync, pages) != ("on", "on"):
        raise NotDurable(f"PostgreSQL has fsync = {fsync} and full_page_writes = {pages}: set both to on")


def is_gone(error: psycopg.Error) -> bool:
    """Whether the session is lost, so that a new one may help."""
    return reason_of(error) == "gone"


def reason_of(error: psycopg.Error) -> str:
    """What is to be mended, as `LogUnavailable.reason` names it."""
    state = error.sqlstate
    if state is None:
        return "gone" if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else "fault"
    return "gone" if state.startswith(_GONE) else _REASONS.get(state, "fault")


def unavailable(error: psycopg.Error, *, in_doubt: bool = False) -> LogUnavailable:
    """What an error of the engine means for whoever must mend it; only its first line, since others quote rows."""
    said = error.diag.message_primary or next(iter(str(error).splitlines()), type(error).__name__)
    return LogUnavailable(reason_of(error), said, in_doubt=in_doubt)


@contextmanager
def engine_errors() -> Generator[None]:
    """Errors of the engine as the port names them; a version that is taken is the library's `IntegrityError`."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise persistence.IntegrityError(error.diag.message_primary) from error
    except psycopg.Error as error:
        raise unavailable(error) from error


def _settings(pool: ConnectionPool[Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", pool.kwargs)


def _options(schema: str, waits: Waits) -> str:
    """What a session sets as it begins."""
    settings = {
        "search_path": '"{}"'.format(schema.replace('"', '""')),
        "TimeZone": "UTC",
        "client_min_messages": "warning",  # that a standby was not waited for is told by a warning alone
        "default_transaction_isolation": "read committed",  # what is read under the lock must be newer than the lock
        "lock_timeout": _milliseconds(waits.lock),
        "statement_timeout": _milliseconds(STATEMENT_SECONDS),
        "idle_in_transaction_session_timeout": _milliseconds(waits.idle),
        "tcp_keepalives_idle": QUIET_SECONDS,
        "tcp_keepalives_interval": PROBE_SECONDS,
        "tcp_keepalives_count": PROBES,
        "tcp_user_timeout": _NETWORK["tcp_user_timeout"],
    }
    return " ".join(_option(name, str(value)) for name, value in settings.items())


def _option(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(" ", "\\ ")
    return f"-c {name}={escaped}"


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"
