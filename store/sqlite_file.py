"""The file of the log on SQLite: its form and marks, its connections, and the appending that every way in shares."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import quote
from uuid import uuid4

from eventsourcing.persistence import InterfaceError
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool

from store.log import Entry, ForeignLog, LogUnavailable, NotDurable, leaf_hash
from store.sqlite_errors import engine_errors, library_errors
from store.sqlite_lock import LockTimeout, Turnstile

APPLICATION_ID = int.from_bytes(b"Door", "big")
"""What stands in the file's header, so that nobody takes another program's file for a log."""
FORM = 1
"""Form of the log; a file of another form is refused."""
FULL = 2
LEAF_BYTES = 32
WAIT_SECONDS = 10.0
"""How long a connection waits for one that writes."""

TABLES = (
    # rowid is the position: AUTOINCREMENT never gives one out twice, and VACUUM leaves it alone
    "CREATE TABLE IF NOT EXISTS stored_events ("
    "rowid INTEGER PRIMARY KEY AUTOINCREMENT, "
    "originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, "
    "topic TEXT NOT NULL, "
    "state BLOB NOT NULL, "
    "leaf_index INTEGER NOT NULL, "
    "leaf_hash BLOB NOT NULL, "
    "UNIQUE (originator_id, originator_version))",
    "CREATE TABLE IF NOT EXISTS log_origin (id INTEGER PRIMARY KEY CHECK (id = 1), origin TEXT NOT NULL)",
    # for people: `sqlite3 log.db "SELECT * FROM facts"` reads the log without this program
    "CREATE VIEW IF NOT EXISTS facts AS SELECT "
    "rowid AS position, originator_id AS stream, originator_version AS version, topic AS tag, "
    "json_extract(CAST(state AS TEXT), '$.meta.recorded_at') AS recorded_at, "
    "json_extract(CAST(state AS TEXT), '$.meta.actor') AS actor, "
    "json_extract(CAST(state AS TEXT), '$.meta.role') AS role, "
    "json_extract(CAST(state AS TEXT), '$.meta.office') AS office, "
    "json_extract(CAST(state AS TEXT), '$.meta.command') AS command, "
    "json_extract(CAST(state AS TEXT), '$.fact') AS fact, "
    "leaf_index, lower(hex(leaf_hash)) AS leaf_hash FROM stored_events",
)
_INSERT = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state, leaf_index, leaf_hash) "
    "VALUES (?,?,?,?,?,?)"
)


class LogConnection(SQLiteConnection):
    """A connection of the log; `database` is SQLite's own."""

    def __init__(
        self, path: str, database: sqlite3.Connection, turnstile: Turnstile, *, max_age: float | None = None
    ) -> None:
        """Take over connection and turnstile of the file `path`; they are closed with this one."""
        super().__init__(sqlite_conn=database, max_age=max_age)
        self._turnstile = turnstile
        self._path = path
        self._file = _identity(path)

    @property
    def database(self) -> sqlite3.Connection:
        """The connection of the `sqlite3` module."""
        return self._sqlite_conn

    @property
    def is_elsewhere(self) -> bool:
        """Whether another file than this connection's lies in the place of the log."""
        with contextlib.suppress(FileNotFoundError):
            return _identity(self._path) != self._file
        return False

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One transaction that may write from its start; rolled back if the body raises."""
        with self.turn(), immediate(self.database):
            yield self.database

    @contextmanager
    def turn(self) -> Generator[None]:
        """Hold the right to write to the file.

        Raises:
            FileNotFoundError: it is not where it was; SQLite would go on writing to a file that nobody will find again.
            LockTimeout: somebody else has written for too long.
        """
        with self._turnstile.passed():
            if _identity(self._path) != self._file:
                raise FileNotFoundError(errno.ENOENT, "the file of the log was moved or replaced")
            yield

    def _close(self) -> None:
        super()._close()
        self._turnstile.close()


class LogPool(SQLiteConnectionPool):
    """Connections of the log, each in WAL mode with `synchronous=FULL`."""

    def __init__(self, *, db_name: str, lock_timeout: int | None = None) -> None:
        """Open the file, making it with its marks if it is not there.

        Args:
            db_name: the file.
            lock_timeout: seconds to wait for one that writes.

        Raises:
            ForeignLog: the file is something else.
            InterfaceError: the file cannot be opened.
        """
        self._reading = threading.Lock()
        self._reader: LogConnection | None = None
        super().__init__(db_name=db_name, lock_timeout=lock_timeout)
        _make(Path(db_name))
        _require_own(Path(db_name))
        with (
            contextlib.closing(self.open_connection()) as connection,
            library_errors(),
            connection.writing() as database,
        ):
            _mark(database)

    def _create_connection(self) -> LogConnection:
        return self.open_connection()

    def open_connection(self) -> LogConnection:
        """A connection of its own, outside the pool.

        Raises:
            InterfaceError: the file cannot be opened.
            NotDurable: full synchronisation was not accepted.
        """
        timeout = self.lock_timeout or WAIT_SECONDS
        try:
            turnstile = Turnstile(self.db_name, timeout=timeout)
            with turnstile.passed():  # the first connection changes the file's mode, which nobody may disturb
                database = _connect(self.db_name, timeout)
        except (sqlite3.Error, OSError, LockTimeout) as error:
            raise InterfaceError(error) from error
        return LogConnection(self.db_name, database, turnstile, max_age=self.max_age)

    def reading(self) -> Reading:
        """One connection that all readers of this process take in turns; its rows are plain tuples.

        Raises:
            LogUnavailable: the file cannot be read.
        """
        return Reading(self._reading, self._common)

    def _common(self) -> sqlite3.Connection:
        if self._reader is None:
            self._reader = self.open_connection()
            self._reader.database.row_factory = None
        return self._reader.database

    def leave_replaced_file(self) -> None:
        """Close what is open of a file in whose place another lies, such as a copy that was brought back.

        As long as none lies there, readers go on with the one that they have.
        """
        with self._reading:
            if self._reader is not None and self._reader.is_elsewhere:
                self._reader.close()
                self._reader = None
        with self._put_condition:
            for connection in [each for each in self._pool if cast("LogConnection", each).is_elsewhere]:
                self._pool.remove(connection)
                connection.close()

    def close(self) -> None:
        """Close every connection."""
        with self._reading:  # closing a connection under a running query would end the process
            if self._reader is not None:
                self._reader.close()
                self._reader = None
        super().close()


class Reading:
    """A turn on the connection that readers share; no generator, since every read of the log takes one."""

    __slots__ = ("_common", "_errors", "_turn")

    def __init__(self, turn: threading.Lock, common: Callable[[], sqlite3.Connection]) -> None:
        """Take the lock of the turns, and what gives the connection to whoever holds it."""
        self._turn = turn
        self._common = common
        self._errors = engine_errors()

    def __enter__(self) -> sqlite3.Connection:
        """Wait for the turn."""
        self._turn.acquire()
        try:
            with self._errors:
                return self._common()
        except BaseException:
            self._turn.release()
            raise

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Give the turn up; an error of the engine gets the port's name."""
        self._turn.release()
        self._errors.__exit__(kind, error, trace)


def _connect(path: str, timeout: float) -> sqlite3.Connection:
    """A connection in WAL mode that synchronises fully; it makes no file."""
    database = _database(path, timeout)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    if database.execute("PRAGMA synchronous").fetchone()[0] != FULL:
        raise NotDurable("PRAGMA synchronous=FULL was not accepted")
    database.row_factory = sqlite3.Row
    return database


def _database(path: str, timeout: float) -> sqlite3.Connection:
    uri = f"file:{quote(path)}?mode=rw"
    return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=timeout)


def _identity(path: str) -> tuple[int, int]:
    known = os.stat(path)  # noqa: PTH116 - before every transaction, and three times as fast as a Path
    return known.st_dev, known.st_ino


def _make(path: Path) -> None:
    """Make the file for its owner alone; the engine gives the files beside it the same mode."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise InterfaceError(error) from error


def _require_own(path: Path) -> None:
    """See that the file is a log of this form or empty, before anything is changed in it."""
    try:
        with contextlib.closing(_database(str(path), WAIT_SECONDS)) as database:
            application, form = _marks(database)
            empty = database.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None
    except UnicodeDecodeError as error:  # SQLite names what is damaged, in the damaged letters
        raise InterfaceError("the file is damaged: its schema cannot be read") from error
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise InterfaceError(error) from error
        raise ForeignLog(f"{path.name} is no database: it is left as it is") from error
    if empty and (application, form) == (0, 0):
        return
    if application != APPLICATION_ID:
        raise ForeignLog(f"{path.name} is not a log of this program, or is older than form 1: it is left as it is")
    if form != FORM:
        raise ForeignLog(f"{path.name} has form {form} and this program reads form {FORM}: it is left as it is")


def _mark(database: sqlite3.Connection) -> None:
    """Put the marks on a new file."""
    if _marks(database) == (0, 0):
        database.execute(f"PRAGMA application_id={APPLICATION_ID}")
        database.execute(f"PRAGMA user_version={FORM}")


def _marks(database: sqlite3.Connection) -> tuple[int, int]:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (form,) = database.execute("PRAGMA user_version").fetchone()
    return int(application), int(form)


def origin_of(database: sqlite3.Connection, fresh: Callable[[], str] = lambda: str(uuid4())) -> str:
    """The id of the log, within a transaction; `fresh` gives it one if it has none yet."""
    row = database.execute("SELECT origin FROM log_origin").fetchone()
    if row is not None:
        return str(row[0])
    origin = fresh()
    database.execute("INSERT INTO log_origin VALUES (1, ?)", (origin,))
    return origin


def append(database: sqlite3.Connection, origin: str, entries: Sequence[Entry]) -> int:
    """Append entries with their leaves, within an immediate transaction, and return the first position.

    Raises:
        LogUnavailable: the last event has no leaf, so that none can follow it.
        sqlite3.Error: as the engine says.
    """
    number = _next_leaf(database)
    rows = [
        (entry.stream.hex, entry.version, entry.tag, entry.state, leaf, leaf_hash(origin, entry))
        for leaf, entry in enumerate(entries, number)
    ]
    database.executemany(_INSERT, rows)
    last = database.execute("SELECT last_insert_rowid()").fetchone()[0]
    return int(last) - len(rows) + 1


def _next_leaf(database: sqlite3.Connection) -> int:
    row = database.execute(
        "SELECT rowid, leaf_index, leaf_hash FROM stored_events ORDER BY rowid DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return 0
    position, number, digest = row
    if type(number) is not int or type(digest) is not bytes or len(digest) != LEAF_BYTES:
        raise LogUnavailable("damaged", f"the event at position {position} has no leaf: check the log")
    return number + 1


@contextmanager
def immediate(database: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """One transaction that holds the write lock from its start; rolled back if the body raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    except BaseException:
        roll_back(database)
        raise


def roll_back(database: sqlite3.Connection) -> None:
    """Give a transaction up; an engine that cannot even do that has dropped it by itself."""
    if database.in_transaction:
        with contextlib.suppress(sqlite3.Error):
            database.rollback()
