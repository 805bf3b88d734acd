"""The tree of one log, kept in tiles beside it: what checkpoints and proofs are made from.

Leaves stand in the log itself, written with their events. This file follows them, computes each leaf anew from the
stored bytes, and keeps what is derived: tiles of 256 hashes (C2SP tlog-tiles). It can be deleted at any time, and is
made again. What it has once seen must stay: a log that is shorter than the tree, or whose leaves are not the hashes of
its events, is refused. `looked_over` holds everything against it again, for what changed on the disk since.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from store import merkle
from store.log import Entry, Leaf, Log, LogUnavailable, leaf_hash

WIDTH = 256
"""Hashes in a whole tile."""
_TILE_HEIGHT = 8
_PAGE = 2_000
_LOOKED_AT_ONCE = 500
_TABLES = """
CREATE TABLE IF NOT EXISTS tiles (
    level INTEGER, number INTEGER, hashes BLOB NOT NULL, PRIMARY KEY (level, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stand (
    id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, size INTEGER NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS found (what TEXT NOT NULL);
"""


class Beginning(NamedTuple):
    """Where a tree begins.

    Attributes:
        origin: id of the log, which stands in every leaf.
        name: of the tree; the log goes on under another name after it was restored from a backup.
        since: position after which its leaves come.
        until: position of the last of them, None for a tree that grows.
    """

    origin: str
    name: str
    since: int = 0
    until: int | None = None


class LogAltered(Exception):
    """The log is not the one that the tree was made from; nothing is signed any more."""


class Tree:
    """The tree of a log. Safe for several threads."""

    def __init__(self, path: Path, log: Log, begins: Beginning) -> None:
        """Open or make the file of tiles.

        Args:
            path: of the file; one of another name is made anew.
            log: whose leaves are followed.
            begins: where.
        """
        self._begins = begins
        self._log = log
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _TABLES)
        self._levels = lru_cache(1024)(self._expanded)
        self._altered = ""
        try:
            self._load()
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @property
    def size(self) -> int:
        """Leaves that the tree holds."""
        return self._size

    @property
    def position(self) -> int:
        """Position of the last of them in the log."""
        return self._position

    def catch_up(self) -> int:
        """Take in all leaves that the log has now, however many come meanwhile; returns the size.

        Raises:
            LogAltered: a leaf is missing, doubled, or not the hash of its event, an event cannot be read any more, or
                the log is shorter than it was.
        """
        with self._lock:
            for _ in self.taken_in():
                pass
            return self._size

    def taken_in(self) -> Iterator[int]:
        """The same, a page at a time; yields the size after each. Raises as `catch_up` does."""
        is_last = False
        while not is_last:
            with self._lock:
                self.require_whole()
                leaves = self._next()
                hashes: list[bytes] = []
                for leaf in leaves:
                    due = self._size + len(hashes)
                    if leaf.number != due:
                        raise LogAltered(
                            f"leaf {leaf.number} stands at position {leaf.row.position} in place of leaf {due}"
                        )
                    computed = leaf_hash(self._begins.origin, Entry(*leaf.row[1:]))
                    if leaf.hash != computed:
                        raise LogAltered(f"leaf {due} is not the hash of the event at position {leaf.row.position}")
                    hashes.append(computed)
                if leaves:
                    self._extend(hashes, leaves[-1].row.position)
                is_last = len(leaves) < _PAGE
            yield self._size

    def looked_over(self) -> Iterator[int]:
        """Read everything anew that was taken in before, and hold it against the tiles, a page at a time.

        What is found is kept, also for whoever opens the file next, until somebody has looked and found nothing.

        Yields:
            How many leaves have been looked at.

        Raises:
            LogAltered: an event, its leaf or a tile is not what it was; from then on the tree answers nothing else.
        """
        number, position, peaks = 0, self._begins.since, merkle.Peaks()
        self._levels.cache_clear()
        while number < self._size:
            with self._lock:
                leaves, what = self._leaves(position, min(_LOOKED_AT_ONCE, self._size - number))
                what = what or self._difference(leaves, number, peaks)
                if what:
                    self._keep(what)
                    self.require_whole()
            number, position = peaks.size, leaves[-1].row.position
            yield number
        with self._lock:
            self._keep("")

    def require_whole(self) -> None:
        """Refuse to go on with a log of which `looked_over` has found something.

        Raises:
            LogAltered: it has.
        """
        if self._altered:
            raise LogAltered(self._altered)

    def _keep(self, what: str) -> None:
        """Keep what was found, in the file too."""
        if what != self._altered:
            self._altered = what
            self._database.execute("DELETE FROM found")
            self._database.execute("INSERT INTO found SELECT ? WHERE ? <> ''", (what, what))

    def _leaves(self, position: int, limit: int) -> tuple[list[Leaf], str]:
        """Leaves after a position, or that they cannot be read any more."""
        try:
            return self._log.leaves_after(position, limit), ""
        except LogUnavailable as error:
            if error.reason != "damaged":
                raise
            return [], f"what stands after position {position} cannot be read any more"

    def _difference(self, leaves: list[Leaf], number: int, peaks: merkle.Peaks) -> str:
        """What is not as it was among the leaves from `number` on, and nothing else; adds them to `peaks`."""
        held: list[bytes] = []
        if not leaves:
            return f"the log ends before leaf {number} of {self._size}"
        for due, leaf in enumerate(leaves, number):
            tile, within = divmod(due, WIDTH)
            if due == number or within == 0:
                held = _hashes(self._tile(0, tile))
            computed = leaf_hash(self._begins.origin, Entry(*leaf.row[1:]))
            if (leaf.number, leaf.hash, held[within : within + 1]) != (due, computed, [computed]):
                return f"the event at position {leaf.row.position} is not the one that was taken in as leaf {due}"
            if within == WIDTH - 1 and not self._is_above(tile, held):
                return f"the tiles over the first {due + 1} leaves are not what they were"
            peaks.add(computed)
        try:
            is_same = merkle.root(self, peaks.size) == peaks.root
        except IndexError:  # a tile is too short
            is_same = False
        return "" if is_same else f"the tiles over the first {peaks.size} leaves are not what they were"

    def _is_above(self, number: int, hashes: list[bytes]) -> bool:
        """Whether the root of a whole tile of leaves stands where it must, and so on upwards."""
        level, within = 0, WIDTH - 1
        while within == WIDTH - 1:
            level, (number, within) = level + 1, divmod(number, WIDTH)
            above = _hashes(self._tile(level, number))
            if len(hashes) != WIDTH or above[within : within + 1] != _folded(hashes)[-1]:
                return False
            hashes = above
        return True

    def _next(self) -> list[Leaf]:
        until = self._begins.until
        leaves, what = self._leaves(self._position, _PAGE)
        if what:
            raise LogAltered(what)
        return leaves if until is None else [leaf for leaf in leaves if leaf.row.position <= until]

    def root(self, size: int | None = None) -> bytes:
        """Root over the first `size` leaves; over all of them by default."""
        with self._lock:
            self.require_whole()
            return merkle.root(self, self._within(self._size if size is None else size))

    def inclusion(self, number: int, size: int) -> list[bytes]:
        """See `merkle.inclusion`."""
        with self._lock:
            self.require_whole()
            return merkle.inclusion(self, number, self._within(size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """See `merkle.consistency`."""
        with self._lock:
            self.require_whole()
            return merkle.consistency(self, old, self._within(new))

    def tile(self, level: int, number: int, width: int = WIDTH) -> bytes | None:
        """The first `width` hashes of a tile, None if there are not so many."""
        with self._lock:
            self.require_whole()
            hashes = self._tile(level, number)
            return hashes[: width * merkle.HASH_BYTES] if len(hashes) >= width * merkle.HASH_BYTES else None

    def node(self, height: int, number: int) -> bytes:
        """Root of a complete subtree; see `merkle.Subtrees`."""
        level, within = divmod(height, _TILE_HEIGHT)
        first = number << within
        tile, at = divmod(first, WIDTH)
        if (tile + 1) << _TILE_HEIGHT * (level + 1) <= self._size:
            return self._levels(level, tile)[within][at >> within]
        return _folded(_hashes(self._tile(level, tile))[at : at + (1 << within)])[-1][0]

    def _within(self, size: int) -> int:
        if not 0 <= size <= self._size:
            raise IndexError(f"{size} of {self._size} leaves")
        return size

    def _load(self) -> None:
        name, since = self._begins.name, self._begins.since
        found = self._database.execute("SELECT name, size, position FROM stand").fetchone()
        if found is None or found[0] != name:
            with self._database:
                self._database.execute("BEGIN")
                self._database.execute("DELETE FROM tiles")
                self._database.execute("DELETE FROM found")
                self._database.execute("INSERT OR REPLACE INTO stand VALUES (1, ?, 0, ?)", (name, since))
            found = (name, 0, since)
        self._size, self._position = int(found[1]), int(found[2])
        kept = self._database.execute("SELECT what FROM found").fetchone()
        self._altered = str(kept[0]) if kept else ""
        if self._size:
            self._require_last()

    def _require_last(self) -> None:
        """The last leaf that was taken in must still stand in the log as it was."""
        leaves = self._log.leaves_after(self._position - 1, 1)
        number, within = divmod(self._size - 1, WIDTH)
        expected = _hashes(self._tile(0, number))[within]
        if not leaves or leaves[0].row.position != self._position or leaves[0].hash != expected:
            raise LogAltered(f"the log has not the {self._size} leaves that it had")

    def _extend(self, hashes: Iterable[bytes], position: int) -> None:
        changed: dict[tuple[int, int], bytes] = {}
        size = self._size
        for one in hashes:
            self._push(changed, 0, size, one)
            size += 1
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._database.executemany(
                "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)", [(*place, tile) for place, tile in changed.items()]
            )
            self._database.execute("UPDATE stand SET size = ?, position = ?", (size, position))
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._size, self._position = size, position

    def _push(self, changed: dict[tuple[int, int], bytes], level: int, number: int, one: bytes) -> None:
        """Put hash `number` of a level into its tile; a tile that is whole gives the next level a hash."""
        place = level, number // WIDTH
        held = changed[place] if place in changed else (self._tile(*place) if number % WIDTH else b"")
        tile = changed[place] = held + one
        if len(tile) == WIDTH * merkle.HASH_BYTES:
            self._push(changed, level + 1, number // WIDTH, _folded(_hashes(tile))[-1][0])

    def _tile(self, level: int, number: int) -> bytes:
        found = self._database.execute(
            "SELECT hashes FROM tiles WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return bytes(found[0]) if found else b""

    def _expanded(self, level: int, number: int) -> list[list[bytes]]:
        return _folded(_hashes(self._tile(level, number)))


def discard(path: Path) -> None:
    """Remove a file of tiles, closed before, so that it is made anew."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def position_and_number(log: Log, position: int) -> int | None:
    """Number of the leaf at a position of the log, None if there is none."""
    leaves = log.leaves_after(position - 1, 1)
    return leaves[0].number if leaves and leaves[0].row.position == position else None


def _hashes(tile: bytes) -> list[bytes]:
    return [tile[at : at + merkle.HASH_BYTES] for at in range(0, len(tile), merkle.HASH_BYTES)]


def _folded(row: list[bytes]) -> list[list[bytes]]:
    """The rows from these hashes up to their one root."""
    rows = [row]
    while len(row) > 1:
        row = [merkle.parent(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        rows.append(row)
    return rows
