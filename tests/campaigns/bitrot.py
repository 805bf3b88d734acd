"""The campaign `bitrot`: the database is damaged at random; no event reads otherwise without somebody noticing.

A log of real commands, with the tree that was signed of it, lies on a disk that forgets: a bit here, a sector there,
pages in each other's places. Then the log is read as the service reads it, by position and by stream. Whatever reads
otherwise than it was written must be noticed: by SQLite when it is read, by the service when it holds the log against
its tree (`Tree.looked_over`), or by `doorstep check`.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple, cast

from eventsourcing.persistence import PersistenceError
from eventsourcing.utils import Environment

from domain.case.commands import AddNote
from store.log import ForeignLog, Leaf, LogUnavailable, Row
from store.sqlite import LogFactory, LogRecorder
from store.tree import Beginning, LogAltered, Tree
from tests.campaigns.campaign import Broken, Run, cores, summed
from tests.campaigns.disk import MEMORY, SECTOR
from tests.cast import CASE, ZHOU
from tests.premises import opened
from web.cli.check import integrity

FULL = 100_000
LOT = 200
NOTES = 60
LOG, TREE = "log.db", "tree.db"
_REFUSED = (PersistenceError, ForeignLog, LogUnavailable, LogAltered, sqlite3.Error)
"""How damage shows when a file is opened or read."""


class Pattern(NamedTuple):
    """A log before it was damaged.

    Attributes:
        files: its log and its tree.
        origin: of the log.
        leaves: all that is in it.
        streams: the rows of each stream, one after the other.
    """

    files: Mapping[str, bytes]
    origin: str
    leaves: list[Leaf]
    streams: list[Row]


class Seen(NamedTuple):
    """How many damaged logs, and in how many of them an event was gone or read otherwise than it was written.

    Attributes:
        opened: who noticed: the service when it opened the file,
        looked: when it held the log against its tree,
        checked: or `doorstep check` alone.
    """

    damaged: int = 0
    changed: int = 0
    opened: int = 0
    looked: int = 0
    checked: int = 0


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    count, seen = run.count(FULL), Seen()
    pattern = made(run.folder)
    with (
        ProcessPoolExecutor(cores()) as pool,
        run.progress(f"{count:,} damaged logs") as told,
    ):
        lots = [(pattern, f"{run.seed} {low}", min(LOT, count - low)) for low in range(0, count, LOT)]
        for some in pool.map(tried, *zip(*lots, strict=True)):
            seen = summed(seen, some)
            told(seen.damaged, count)
    return (
        f"{seen.damaged:,} damaged logs of {len(pattern.leaves):,} events: in {seen.changed:,} an event was gone or "
        f"read otherwise, and each was noticed: {seen.opened:,} by the service when it opened the file, "
        f"{seen.looked:,} when it looked over its log, {seen.checked:,} by `doorstep check` alone"
    )


def made(folder: Path) -> Pattern:
    """A log of real commands, and the tree that the service keeps of it."""
    with opened(folder / "centre") as premises:
        premises.receive()
        for _ in range(NOTES):
            premises.do(AddNote(text="已电话联系"), by=ZHOU, case=CASE)
        origin = premises.centre.origin
    with _log_of(folder / "centre") as log, _tree_of(folder / "centre", log, origin) as tree:
        tree.catch_up()
        leaves, streams = _read(log)
    with closing(sqlite3.connect(folder / "centre" / TREE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = {name: (folder / "centre" / name).read_bytes() for name in (LOG, TREE)}
    return Pattern(files, origin, leaves, streams)


def tried(pattern: Pattern, seed: str, count: int) -> Seen:
    """Damage the log in so many ways.

    Raises:
        Broken: an event read otherwise than it was written, and nobody noticed.
    """
    chance, by = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        for number in range(count):
            what, damaged = _damaged(pattern.files[LOG], chance)
            for old in Path(name).iterdir():
                old.unlink()
            for file, data in {**pattern.files, LOG: damaged}.items():
                (Path(name) / file).write_bytes(data)
            if not _reads_as_written(Path(name), pattern):
                who = noticed_by(Path(name), pattern.origin)
                if who is None:
                    raise Broken(f"{what} (lot {seed}, {number}): an event reads otherwise, and nobody noticed")
                by[who] += 1
    return Seen(count, by.total(), by["opened"], by["looked"], by["checked"])


def _reads_as_written(folder: Path, pattern: Pattern) -> bool:
    try:
        with _log_of(folder) as log:
            return _read(log) == (pattern.leaves, pattern.streams)
    except _REFUSED:
        return False


def noticed_by(folder: Path, origin: str) -> Literal["opened", "looked", "checked"] | None:
    """Who finds damage in a log: the service when it opens it, or looks over it, or else `doorstep check`."""
    try:
        with _log_of(folder) as log, _tree_of(folder, log, origin) as tree:
            try:
                tree.catch_up()
                for _ in tree.looked_over():
                    pass
            except LogAltered:
                return "looked"
    except LogAltered:
        return "looked"
    except _REFUSED:
        return "opened"
    return "checked" if any(integrity(folder / LOG)) else None


def _damaged(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    damaged = bytearray(data)
    what = chance.choices((*_DAMAGES,), weights=(6, 2, 1, 1, 1))[0]
    _DAMAGES[what](damaged, chance)
    return what, bytes(damaged)


def _bit(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(2, 16)):
        _bit(data, chance)


def _rubbish(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + 64] = chance.randbytes(min(64, len(data) - at))


def _empty_sector(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) // SECTOR) * SECTOR
    data[at : at + SECTOR] = bytes(SECTOR)


def _moved_sector(data: bytearray, chance: random.Random) -> None:
    source, target = (chance.randrange(len(data) // SECTOR) * SECTOR for _ in range(2))
    data[target : target + SECTOR] = data[source : source + SECTOR]


_DAMAGES: dict[str, Callable[[bytearray, random.Random], None]] = {
    "a bit turned": _bit,
    "bits turned": _bits,
    "rubbish of 64 bytes": _rubbish,
    "a sector emptied": _empty_sector,
    "a sector in another's place": _moved_sector,
}


def _read(log: LogRecorder) -> tuple[list[Leaf], list[Row]]:
    """Everything, by position and by stream."""
    leaves = log.leaves_after(0, 1_000_000)
    return leaves, log.rows(*sorted({leaf.row.stream for leaf in leaves}))


@contextmanager
def _log_of(folder: Path) -> Generator[LogRecorder]:
    with closing(LogFactory(Environment("bitrot", {"SQLITE_DBNAME": str(folder / LOG)}))) as factory:
        yield cast("LogRecorder", factory.application_recorder())


@contextmanager
def _tree_of(folder: Path, log: LogRecorder, origin: str) -> Generator[Tree]:
    with closing(Tree(folder / TREE, log, Beginning(origin, f"doorstep/{origin}"))) as tree:
        yield tree
