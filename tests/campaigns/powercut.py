"""The campaign `powercut`: the power goes while the log and the keys are written; what was promised is there after it.

Lives follow each other on one disk: the service's own desk appends events and its shelf takes keys, with checkpoints,
readers that hold them up, and restarts. Every step of what SQLite wrote is a moment at which the power may go, and each
such moment is tried with other remains of what was not synced yet. Then the files are opened by the service's own
SQLite, and held against what had been promised.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar, cast
from uuid import UUID

from eventsourcing.persistence import PersistenceError
from eventsourcing.utils import Environment

from store.log import Entry, ForeignLog, leaf_hash
from store.shelf import ForeignShelf, ShelfUnavailable, SQLiteShelf
from store.sqlite import LogFactory, LogRecorder
from tests.campaigns.campaign import Broken, Run, cores
from tests.campaigns.disk import MEMORY, Cut, Disk, Image, Step, cuts, mounted

FULL = 1_000_000
LIVES = 4
"""Lives of one disk; each but the first begins with what the power left of the one before."""
CUTS_OF_A_LIFE = 1_000
COMMITS = 16
ORIGIN = "5d0f6a1c-0000-4000-8000-00000000000d"
KEK = "0011223344556677"
LOG, KEYS = "log.db", "keys.db"
EVENTS, KEPT, DESTROYED = "events", "keys", "destroyed keys"
Content = frozenset[tuple[str, bytes]]
"""Files by name."""
T = TypeVar("T")


class Fault(NamedTuple):
    """What is broken on purpose in a run that must be caught.

    Attributes:
        lies: the disk says that it has synced, and has not.
        hurries: commits are told of before they are synced.
        key_after: the key of an event is kept after the event.
    """

    lies: bool = False
    hurries: bool = False
    key_after: bool = False


SOUND = Fault()


class Event(NamedTuple):
    """An event, the leaf that it must have, and the name of the key that it is sealed by."""

    entry: Entry
    leaf: bytes
    key: str


class Told(NamedTuple):
    """Everything that a disk has been given since it was new, in order.

    Attributes:
        commits: how many events there were after each commit.
        destroyed: names of keys.
    """

    events: list[Event]
    commits: list[int]
    keys: list[str]
    destroyed: list[str]


class Events(NamedTuple):
    """What a log holds after a power cut.

    Attributes:
        entries: in order.
        leaves: number and hash beside each.
    """

    entries: list[Entry]
    leaves: list[tuple[int, bytes]]


class Keys(NamedTuple):
    """What a key database holds after a power cut."""

    wrapped: dict[str, bytes]
    destroyed: frozenset[str]


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    count = run.count(FULL)
    disks = -(-count // (LIVES * CUTS_OF_A_LIFE))
    done = 0
    with (
        ProcessPoolExecutor(min(disks, cores())) as pool,
        run.progress(f"{count:,} power cuts") as told,
    ):
        for some in pool.map(disk_of, (run.seed for _ in range(disks)), range(disks)):
            done += some
            told(min(done, count), count)
    return (
        f"{done:,} power cuts on {disks:,} disks: every event and key that was promised is there, every commit whole, "
        "every event has its leaf, the key that was kept before it is there, and no file holds one that was destroyed"
    )


def disk_of(seed: int, number: int, fault: Fault = SOUND) -> int:
    """Let one disk live, and say how often its power was cut.

    Raises:
        Broken: a promise was broken.
    """
    chance = random.Random(f"{seed} {number}")
    done, image, told, known = 0, Image(), Told([], [0], [], []), (Events([], []), Keys({}, frozenset()))
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        for life in range(LIVES):
            steps = _lived(_filled(folder, image), told, chance, fault)
            moments = list(cuts(steps, image, chance, CUTS_OF_A_LIFE))
            chosen = chance.choice(moments)
            reader = _Reader(folder)
            for moment in moments:
                events, keys = reader.read(moment.left)
                wrong = _readable(moment, told) or _wrong(events, keys, moment, told)
                if wrong:
                    raise Broken(f"disk {number}, life {life}, cut {done}: {wrong}")
                done += 1
                if moment is chosen:
                    image, known = moment.left, (events, keys)
            told = _still_told(told, *known)
    return done


def _lived(folder: Path, told: Told, chance: random.Random, fault: Fault) -> list[Step]:
    """Write to the disk in `folder`, and return what it did; `told` gets everything that it is given."""
    disk = Disk(lies=fault.lies, hurries=fault.hurries)
    for what, count in ((EVENTS, len(told.events)), (KEPT, len(told.keys)), (DESTROYED, 0)):
        disk.promise(what, count)
    with mounted(disk):
        for _ in range(chance.randint(1, 3)):
            with _Service(folder, disk, told, chance) as service:
                for _ in range(chance.randint(2, COMMITS)):
                    service.work(key_after=fault.key_after)
    return disk.steps


class _Service(ExitStack):
    """What writes to a disk, from its start to its end."""

    def __init__(self, folder: Path, disk: Disk, told: Told, chance: random.Random) -> None:
        super().__init__()
        self._disk = disk
        self._told = told
        self._chance = chance
        self._pages = chance.choice((4, 12, 40, 1_000))
        log = self.enter_context(_opened(folder / LOG))
        log.origin(ORIGIN)
        self._desk = self.enter_context(closing(log.desk()))
        self.enter_context(closing(log.desk()))
        self._reader = disk.connections[-1]
        self._shelf = self.enter_context(closing(SQLiteShelf(folder / KEYS)))
        self._shelf.kek(KEK)
        disk.promise(DESTROYED, len(told.destroyed))  # what a cut had left of them is wiped at the start
        for written in disk.connections:
            written.execute(f"PRAGMA wal_autocheckpoint={self._pages}")

    def work(self, *, key_after: bool) -> None:
        """One commit with a key before it; now and then a key is destroyed, or somebody reads for a while."""
        name = f"person/{len(self._told.keys)}"
        if not key_after:
            self._keep(name)
        before = len(self._told.events)
        self._told.events.extend(_event(name, self._chance) for _ in range(self._chance.randint(1, 4)))
        self._told.commits.append(len(self._told.events))
        with self._desk.transaction():
            self._desk.append([event.entry for event in self._told.events[before:]])
        self._disk.promise(EVENTS, len(self._told.events))
        if key_after:
            self._keep(name)
        match self._chance.randrange(8):
            case 0:
                self._destroy(self._chance.choice(self._told.keys))
            case 1 if not self._reader.in_transaction:
                self._reader.execute("BEGIN").execute("SELECT COUNT(*) FROM stored_events").fetchall()
            case 2:
                self._reader.rollback()
            case _:
                pass

    def _keep(self, name: str) -> None:
        self._told.keys.append(name)
        self._shelf.add({name: _wrapped(name)}, kek=KEK)
        self._disk.promise(KEPT, len(self._told.keys))

    def _destroy(self, name: str) -> None:
        self._told.destroyed.append(name)
        self._shelf.destroy([name])
        self._disk.promise(DESTROYED, len(self._told.destroyed))


def _event(key: str, chance: random.Random) -> Event:
    state = chance.randbytes(chance.choice((20, 200, 2_000, 9_000)))
    entry = Entry(UUID(int=chance.getrandbits(128)), 1, "case.noted", state)
    return Event(entry, leaf_hash(ORIGIN, entry), key)


def _wrapped(name: str) -> bytes:
    return hashlib.sha512(name.encode()).digest()


def _filled(folder: Path, image: Image) -> Path:
    """The folder with these files and no others."""
    for path in folder.iterdir():
        path.unlink()
    for name, data in image.items():
        (folder / name).write_bytes(data)
    return folder


@contextmanager
def _opened(path: Path) -> Generator[LogRecorder]:
    with closing(LogFactory(Environment("powercut", {"SQLITE_DBNAME": str(path)}))) as factory:
        yield cast("LogRecorder", factory.application_recorder())


class _Reader:
    """Reads what a cut left, as the service does after its start; the same bytes only once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._logs: dict[Content, Events] = {}
        self._shelves: dict[Content, Keys] = {}

    def read(self, image: Image) -> tuple[Events, Keys]:
        """The events and keys of an image.

        Raises:
            Broken: the service would not start.
        """
        try:
            return self._read(LOG, image, self._logs, _events), self._read(KEYS, image, self._shelves, _keys)
        except (ForeignLog, ForeignShelf, ShelfUnavailable, PersistenceError, sqlite3.Error) as error:
            raise Broken(f"the service does not start: {error}") from error

    def _read(self, name: str, image: Image, known: dict[Content, T], read: Callable[[Path], T]) -> T:
        content = frozenset((file, data) for file, data in image.items() if file.startswith(name))
        if content not in known:
            known[content] = read(_filled(self._folder, dict(content)) / name)
        return known[content]


def _events(path: Path) -> Events:
    with _opened(path) as log:
        leaves = log.leaves_after(0, 1_000_000)
    rows = [(leaf.number or 0, leaf.hash or b"") for leaf in leaves]
    return Events([Entry(*leaf.row[1:]) for leaf in leaves], rows)


def _keys(path: Path) -> Keys:
    with closing(SQLiteShelf(path)) as shelf:
        return Keys(shelf.everything(), frozenset(shelf.destroyed()))


def _readable(cut: Cut, told: Told) -> str | None:
    """Whether the disk, as the cut left it, still holds a key that was destroyed."""
    gone = told.destroyed[: cut.promised[DESTROYED]]
    if any(_wrapped(name) in data for data in cut.left.values() for name in gone):
        return "a key that was destroyed is still on the disk"
    return None


def _wrong(events: Events, keys: Keys, cut: Cut, told: Told) -> str | None:
    """What of the promises was broken."""
    count = len(events.entries)
    written = told.events[:count]
    if count < cut.promised[EVENTS]:
        return f"{count} of {cut.promised[EVENTS]} acknowledged events are there"
    if events.entries != [event.entry for event in written]:
        return "the events are not those that were written"
    if count not in told.commits:
        return f"a commit is there in part: {count} events"
    if events.leaves != [(number, event.leaf) for number, event in enumerate(written)]:
        return "the leaves are not those of the events"
    there = keys.wrapped.keys() | keys.destroyed
    if lost := {*told.keys[: cut.promised[KEPT]]} - there:
        return f"{len(lost)} keys are lost"
    if any(wrapped != _wrapped(name) for name, wrapped in keys.wrapped.items()):
        return "a key is another"
    if {event.key for event in written} - there:
        return "the key of an event that is there is missing"
    gone = {*told.destroyed[: cut.promised[DESTROYED]]}
    if gone - keys.destroyed or gone & keys.wrapped.keys():
        return "a key that was destroyed can still be read"
    return None


def _still_told(told: Told, events: Events, keys: Keys) -> Told:
    """What the next life goes on from: what the cut left."""
    count = len(events.entries)
    return Told(
        told.events[:count],
        [at for at in told.commits if at <= count],
        [name for name in told.keys if name in keys.wrapped or name in keys.destroyed],
        [name for name in told.destroyed if name in keys.destroyed],
    )
