"""A disk whose power is cut, and one that is full, under the service's own log and key database.

The writes of `apsw`'s SQLite, which may be another version than the service's own, are recorded on their way to real
files, by a layer between SQLite and the system. What the power leaves is computed from the record: what was synced is
there; of every write since, all, nothing, some sectors or rubbish in their place, in any order.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from unittest.mock import patch

import apsw

from store import shelf, sqlite_file

SECTOR = 512
"""Bytes at such places of a file are written whole or not at all, or spoilt. What was not written stays as it was, as
SQLite takes for granted (powersafe overwrite): a disk that spoils what lies beside a write is not simulated."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a file costs no disk, for `tempfile`; None where there is no such place."""
_NAMES = itertools.count()
_JOURNALS = ("-wal", "-journal")
"""Files that are not there at all where nothing of them was kept."""


class Write(NamedTuple):
    """Bytes on their way to a file."""

    file: str
    offset: int
    data: bytes


class Size(NamedTuple):
    """A file was cut to a size."""

    file: str
    size: int


class Removal(NamedTuple):
    """A file was removed; that is on the disk when the folder is."""

    file: str


class Sync(NamedTuple):
    """All of a file is on the disk."""

    file: str


class FolderSync(NamedTuple):
    """Which files there are is on the disk."""


class Promise(NamedTuple):
    """Somebody was told that something is on the disk; the harness knows what `amount` counts."""

    what: str
    amount: int


Step = Write | Size | Removal | Sync | FolderSync | Promise
Image = dict[str, bytes]
"""What a disk holds: files by name."""


class Cut(NamedTuple):
    """The power went.

    Attributes:
        promised: how much of what had been promised by then.
        left: what the disk holds when the power comes back.
    """

    promised: dict[str, int]
    left: Image


class Disk(apsw.VFS):
    """The files of one folder, as SQLite reads and writes them.

    Attributes:
        steps: what was done, in order.
        lies: whether it says that it has synced and has not.
        hurries: whether connections synchronise normally, so that commits are told of before they are synced.
        room: bytes that all files together may have, None for as many as anybody likes.
        connections: those that were opened, in order.
    """

    def __init__(self, *, lies: bool = False, hurries: bool = False, room: int | None = None) -> None:
        self.name = f"disk-{next(_NAMES)}"
        super().__init__(self.name, base="")
        self.steps: list[Step] = []
        self.lies = lies
        self.hurries = hurries
        self.room = room
        self.connections: list[_Connection] = []
        self._sizes: dict[str, int] = {}
        self._unlisted: set[str] = set()

    @property
    def used(self) -> int:
        """Bytes in all files together."""
        return sum(self._sizes.values())

    def promise(self, what: str, amount: int) -> None:
        """Note that somebody was told so."""
        self.steps.append(Promise(what, amount))

    def take(self, step: Step) -> None:
        """Note a step that is about to be done.

        Raises:
            apsw.FullError: there is no room for it.
        """
        match step:
            case Write(file, offset, data):
                size = max(self._sizes.get(file, 0), offset + len(data))
                if self.room is not None and self.used - self._sizes.get(file, 0) + size > self.room:
                    raise apsw.exception_for(apsw.SQLITE_FULL)
                self._sizes[file] = size
            case Size(file, size):
                self._sizes[file] = size
            case Removal(file):
                self._sizes.pop(file, None)
            case _:
                pass
        self.steps.append(step)

    def sync(self, file: str) -> None:
        """Note that a file was synced; with the first sync of a journal that it opened, SQLite syncs the folder too."""
        if self.lies:
            return
        self.steps.append(Sync(file))
        if file in self._unlisted:
            self._unlisted.discard(file)
            self.steps.append(FolderSync())

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file; what it holds already is known to be on the disk."""
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name) if name else None
        if path is not None and path.name not in self._sizes and path.exists():
            self._sizes[path.name] = path.stat().st_size
        if path is not None and path.name.endswith(_JOURNALS) and flags[0] & apsw.SQLITE_OPEN_CREATE:
            self._unlisted.add(path.name)
        return _File(self, path.name if path else "", name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - as SQLite calls it
        """Remove a file."""
        self.take(Removal(Path(filename).name))
        if syncdir and not self.lies:
            self.steps.append(FolderSync())
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, file: str, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        self._file = file
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._file:
            self._disk.take(Write(self._file, offset, bytes(data)))
        cast("Any", super()).xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        if self._file:
            self._disk.take(Size(self._file, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - what the real disk keeps matters to nobody
        if self._file:
            self._disk.sync(self._file)


@contextmanager
def mounted(disk: Disk) -> Generator[None]:
    """Logs and key databases that are opened meanwhile lie on `disk`."""
    connect = partial(_Connection, disk)

    def database(path: str, timeout: float) -> _Connection:
        return connect(path, timeout=timeout)

    with (
        patch.object(sqlite_file, "_database", database),
        patch.object(shelf, "sqlite3", SimpleNamespace(connect=connect, Error=sqlite3.Error)),
    ):
        yield


def cuts(steps: Sequence[Step], before: Image, chance: random.Random, count: int) -> Iterator[Cut]:
    """So many cuts, spread over all steps after which something was not synced yet.

    Args:
        steps: what a disk did.
        before: what it held when it began.
        chance: for what is left of what was not synced.
        count: of cuts.
    """
    moments = sum(bool(pending) for _, _, pending in _moments(steps, before))
    for moment, (promised, synced, pending) in enumerate(one for one in _moments(steps, before) if one[2]):
        for _ in range(count * (moment + 1) // moments - count * moment // moments):
            yield Cut(dict(promised), _left(synced, pending, chance))


_Moment = tuple[dict[str, int], dict[str, bytearray], dict[str, list[Step]]]


def _moments(steps: Iterable[Step], before: Image) -> Iterator[_Moment]:
    """After each step: what was promised, what is on the disk, and what is on its way there, by file."""
    promised: dict[str, int] = {}
    synced = {file: bytearray(data) for file, data in before.items()}
    pending: dict[str, list[Step]] = {}
    for step in steps:
        match step:
            case Promise(what, amount):
                promised[what] = amount
            case Sync(file):
                _carry_out(synced, pending.pop(file, []))
            case FolderSync():
                pending = {file: left for file, steps in pending.items() if (left := _removed(synced, steps))}
            case _:
                pending.setdefault(step.file, []).append(step)
        yield promised, synced, pending


def _removed(synced: dict[str, bytearray], steps: list[Step]) -> list[Step]:
    """What is still on its way to a file once its removals are on the disk."""
    last = max((at for at, step in enumerate(steps) if isinstance(step, Removal)), default=-1)
    _carry_out(synced, steps[: last + 1])
    return steps[last + 1 :]


def _left(synced: Mapping[str, bytearray], pending: Mapping[str, Sequence[Step]], chance: random.Random) -> Image:
    held = {file: bytearray(data) if file in pending else data for file, data in synced.items()}
    for steps in pending.values():
        _carry_out(held, _survivors(steps, chance))
    return {file: bytes(data) for file, data in held.items() if data or not file.endswith(_JOURNALS)}


def _survivors(steps: Sequence[Step], chance: random.Random) -> Iterator[Step]:
    """Which of some steps of one file reached the disk, and what of each."""
    fate = chance.choice(("none", "all", "some", "some", "torn", "spoilt"))
    for step in steps:
        if fate == "none" or (fate != "all" and chance.random() < 0.5):
            if isinstance(step, Removal):
                return  # what came after it went into another file of that name
            continue
        if fate in ("torn", "spoilt") and isinstance(step, Write):
            yield from _sectors(step, chance, spoilt=fate == "spoilt")
        else:
            yield step


def _sectors(write: Write, chance: random.Random, *, spoilt: bool) -> Iterator[Write]:
    at, end = write.offset, write.offset + len(write.data)
    while at < end:
        upto = min((at // SECTOR + 1) * SECTOR, end)
        data = write.data[at - write.offset : upto - write.offset]
        if chance.random() < 0.5:
            yield Write(write.file, at, data)
        elif spoilt and chance.random() < 0.5:
            yield Write(write.file, at, chance.randbytes(len(data)))
        at = upto


def _carry_out(held: dict[str, bytearray], steps: Iterable[Step]) -> None:
    for step in steps:
        match step:
            case Write(file, offset, data):
                content = held.setdefault(file, bytearray())
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
            case Size(file, size):
                content = held.setdefault(file, bytearray())
                del content[size:]
            case Removal(file):
                held.pop(file, None)
            case _:
                pass


class _Connection:
    """A connection of `apsw` with what the service uses of one of `sqlite3`."""

    def __init__(self, disk: Disk, path: str | Path, *, timeout: float = 0, **_: object) -> None:
        self._disk = disk
        self.row_factory: object = None
        with _as_sqlite3():
            self._it: Any = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=disk.name)
            self._it.set_busy_timeout(round(timeout * 1_000))
        disk.connections.append(self)

    @property
    def in_transaction(self) -> bool:
        return bool(self._it.in_transaction)

    def cursor(self) -> _Cursor:
        return _Cursor(self, self._it.cursor())

    def execute(self, sql: str, values: Any = ()) -> _Cursor:
        if self._disk.hurries and sql.startswith("BEGIN"):
            self._it.pragma("synchronous", 1)
        return self.cursor().execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Any]) -> _Cursor:
        with _as_sqlite3():
            return _Cursor(self, self._it.executemany(sql, [tuple(row) for row in rows]))

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        if self in self._disk.connections:
            self._disk.connections.remove(self)
        with _as_sqlite3():
            self._it.close(force=True)


class _Cursor:
    def __init__(self, connection: _Connection, it: apsw.Cursor) -> None:
        self.connection = connection
        self._it: Any = it

    def execute(self, sql: str, values: Any = ()) -> _Cursor:
        with _as_sqlite3():
            self._it.execute(sql, values or None)
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        with _as_sqlite3():
            return cast("tuple[Any, ...] | None", self._it.fetchone())

    def fetchall(self) -> list[tuple[Any, ...]]:
        with _as_sqlite3():
            return cast("list[tuple[Any, ...]]", self._it.fetchall())

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def close(self) -> None:
        self._it.close()


@contextmanager
def _as_sqlite3() -> Generator[None]:
    """Errors as `sqlite3` has them."""
    try:
        yield
    except apsw.Error as error:
        kind = sqlite3.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlite3.OperationalError
        named = kind(str(error))
        code = int(getattr(error, "extendedresult", apsw.SQLITE_ERROR))
        named.sqlite_errorcode = code
        named.sqlite_errorname = str(apsw.mapping_extended_result_codes.get(code, ""))
        raise named from error
