"""The shelf: the port of the key vault to the database of wrapped keys, and its form on SQLite.

A shelf never sees a key in clear. All of its keys are wrapped by one key, whose id it knows: a vault with another
master key is told so instead of reading rubbish. It lies apart from the log, so that a copy of one is useless without
the other.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from store.sqlite_file import immediate

APPLICATION_ID = 0x446F4B79
"""`DoKy`, at a fixed place of the file for `file` and for whoever finds it."""

FORMAT = 1
BUSY_SECONDS = 10.0
"""How long to wait for another process."""

REWRAPPED_AT_ONCE = 10_000

_SCHEMA = (
    "CREATE TABLE key (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE destroyed (name TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE wrapping (id INTEGER PRIMARY KEY CHECK (id = 1), kek TEXT NOT NULL)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)


class ShelfUnavailable(Exception):
    """The shelf cannot be used now; the message is the engine's own and names no person."""


class ForeignShelf(Exception):
    """The file is no key database, or one of another format."""


class OtherKek(Exception):
    """The shelf is wrapped by another key than the caller has: somebody rotated the master key."""


class Place(NamedTuple):
    """What the shelf holds under a name.

    Attributes:
        wrapped: the wrapped key, None if there is none.
        destroyed: whether one was there and was destroyed; there will be none again.
        kek: id of the key that wraps the whole shelf.
    """

    wrapped: bytes | None
    destroyed: bool
    kek: str


class KeyShelf(Protocol):
    """Wrapped keys by name. Safe for several threads; what a method has written is on disk when it returns.

    Every method may raise `ShelfUnavailable`.
    """

    def kek(self, fresh: str) -> str:
        """Id of the key that wraps everything here; `fresh` becomes it on a new shelf."""
        ...

    def read(self, name: str) -> Place:
        """What is held under a name, read in one step with the id of the wrapping key."""
        ...

    def add(self, keys: Mapping[str, bytes], *, kek: str) -> dict[str, bytes]:
        """Put wrapped keys under names that have none, all in one transaction.

        Args:
            keys: wrapped keys by name.
            kek: id of the key that wrapped them.

        Returns:
            The wrapped keys that stand under these names afterwards: another's where another was first, nothing where
            the key was destroyed.

        Raises:
            OtherKek: the shelf is wrapped by another key; nothing was written.
        """
        ...

    def destroy(self, names: Collection[str]) -> None:
        """Remove keys beyond recovery from the database's own files and remember the names, in one transaction.

        A name that has no key is remembered too; doing it twice does nothing.
        """
        ...

    def destroyed(self) -> list[str]:
        """Every name whose key was destroyed, sorted."""
        ...

    def count(self, prefix: str) -> int:
        """How many keys there are whose names begin with `prefix`."""
        ...

    def names(self, prefix: str) -> list[str]:
        """Names of keys that begin with `prefix`, sorted."""
        ...

    def everything(self) -> dict[str, bytes]:
        """Every wrapped key by its name."""
        ...

    def rewrap(self, wrap: Callable[[str, bytes], bytes], *, old: str, new: str) -> None:
        """Replace every wrapped key by `wrap(name, wrapped)`, and the id of the wrapping key, in one transaction.

        Raises:
            OtherKek: the shelf is not wrapped by `old`; nothing was written.
        """
        ...

    def close(self) -> None:
        """Give the database up."""
        ...


class SQLiteShelf:
    """A shelf in a file of its own, mode 0600."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it if it is absent.

        Raises:
            ForeignShelf: the file is something else.
            ShelfUnavailable: it cannot be opened.
        """
        path.touch(mode=0o600)
        self._lock = threading.Lock()
        log = path.with_name(f"{path.name}-wal")
        is_left = False
        with suppress(FileNotFoundError):
            is_left = log.stat().st_size > 0
        with _named():
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
            try:
                self._prepare(path, is_left=is_left)
            except BaseException:
                self._db.close()
                raise

    def kek(self, fresh: str) -> str:
        """See `KeyShelf.kek`."""
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO wrapping VALUES (1, ?)", (fresh,))
            return self._kek()

    def read(self, name: str) -> Place:
        """See `KeyShelf.read`."""
        question = (
            "SELECT (SELECT wrapped FROM key WHERE name=?1), EXISTS (SELECT 1 FROM destroyed WHERE name=?1), kek "
            "FROM wrapping"
        )
        with self._lock, _named():
            wrapped, destroyed, kek = self._db.execute(question, (name,)).fetchone()
        return Place(wrapped, bool(destroyed), kek)

    def add(self, keys: Mapping[str, bytes], *, kek: str) -> dict[str, bytes]:
        """See `KeyShelf.add`."""
        with self._writing() as db:
            self._require(kek)
            db.executemany(
                "INSERT OR IGNORE INTO key SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM destroyed WHERE name=?1)",
                keys.items(),
            )
            rows = (db.execute("SELECT name, wrapped FROM key WHERE name=?", (name,)).fetchone() for name in keys)
            return {row[0]: row[1] for row in rows if row is not None}

    def destroy(self, names: Collection[str]) -> None:
        """See `KeyShelf.destroy`."""
        with self._writing() as db:
            db.executemany("DELETE FROM key WHERE name=?", [(name,) for name in names])
            db.executemany("INSERT OR IGNORE INTO destroyed VALUES (?)", [(name,) for name in names])
        self._wipe()

    def destroyed(self) -> list[str]:
        """See `KeyShelf.destroyed`."""
        with self._lock, _named():
            return [name for (name,) in self._db.execute("SELECT name FROM destroyed ORDER BY name")]

    def count(self, prefix: str) -> int:
        """See `KeyShelf.count`."""
        with self._lock, _named():
            question = "SELECT COUNT(*) FROM key WHERE substr(name, 1, length(?1)) = ?1"
            return int(self._db.execute(question, (prefix,)).fetchone()[0])

    def names(self, prefix: str) -> list[str]:
        """See `KeyShelf.names`."""
        with self._lock, _named():
            question = "SELECT name FROM key WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 ORDER BY name"
            return [name for (name,) in self._db.execute(question, (prefix,))]

    def everything(self) -> dict[str, bytes]:
        """See `KeyShelf.everything`."""
        with self._lock, _named():
            return dict(self._db.execute("SELECT name, wrapped FROM key ORDER BY name").fetchall())

    def rewrap(self, wrap: Callable[[str, bytes], bytes], *, old: str, new: str) -> None:
        """See `KeyShelf.rewrap`."""
        with self._writing() as db:
            self._require(old)
            last = ""
            while rows := db.execute(
                "SELECT name, wrapped FROM key WHERE name>? ORDER BY name LIMIT ?", (last, REWRAPPED_AT_ONCE)
            ).fetchall():
                again = [(wrap(name, wrapped), name) for name, wrapped in rows]
                db.executemany("UPDATE key SET wrapped=? WHERE name=?", again)
                last = rows[-1][0]
            db.execute("UPDATE wrapping SET kek=?", (new,))
        self._wipe()

    def close(self) -> None:
        """See `KeyShelf.close`."""
        with self._lock:
            self._db.close()

    def _prepare(self, path: Path, *, is_left: bool) -> None:
        """Set the connection up; `is_left`: something left a write-ahead log, whether SQLite finds it sound or not."""
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        with immediate(self._db) as db:
            if db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] == 0:
                for statement in _SCHEMA:
                    db.execute(statement)
        form = tuple(self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if form != (APPLICATION_ID, FORMAT):
            raise ForeignShelf(f"{path.name} is no key database of format {FORMAT}")
        # A crash may have come between destroying and wiping; what SQLite takes for rubbish may hold a key too.
        self._empty_log(at_once=is_left)

    def _kek(self) -> str:
        return str(self._db.execute("SELECT kek FROM wrapping").fetchone()[0])

    def _require(self, kek: str) -> None:
        if self._kek() != kek:
            raise OtherKek(f"the key database is wrapped by master key {self._kek()}, not by {kek}")

    def _wipe(self) -> None:
        """Take what was deleted out of the write-ahead log too; deleted pages are zeroed by `secure_delete`.

        Raises:
            ShelfUnavailable: another process kept reading; do it again.
        """
        with self._lock, _named():
            is_empty = self._empty_log(at_once=True)
        if not is_empty:
            raise ShelfUnavailable("the write-ahead log of the key database is in use")

    def _empty_log(self, *, at_once: bool) -> bool:
        """Empty the write-ahead log, on the disk too; whether nobody else's reading was in the way.

        SQLite cuts the file and does not wait for the disk, so that a power cut would bring it back. The next commit
        waits: something is committed, `at_once` even if nothing was in the file, for another process may just have
        cut it.
        """
        _, frames, _ = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if frames or at_once:
            with immediate(self._db) as db:
                db.execute(f"PRAGMA user_version = {FORMAT}")  # written though it is the same; a row would not be
        return not busy

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        with self._lock, _named(), immediate(self._db) as db:
            yield db


@contextmanager
def _named() -> Generator[None]:
    """Errors of the engine under the port's name."""
    try:
        yield
    except sqlite3.Error as error:
        raise ShelfUnavailable(str(error)) from error
