"""Copies of the projection file at places of the past, from which any position between can be reached soon."""

from __future__ import annotations

import logging
import re
import sqlite3
import threading
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from projections.database import ProjectionFile
from projections.folding import purged
from projections.following import LogSource
from projections.generations import discard
from projections.schema import SHAPE
from store.centre import Centre
from store.drafts import Draft

MOST = 12
"""Snapshots that are kept; evenly spread over the log they take about half so many times the room of the file."""

MOST_RECENT = 3
"""Those that are kept beside them where the log ends, closer together: most who look at the past look at its end."""

CLOSER = 16
SHORTEST_INTERVAL = 4_096
FOLDER = "past"
PURGED_TO = "purged-to"
"""File that holds the position of the last erasure that every snapshot has followed."""

_log = logging.getLogger("doorstep.projections")
_NAME = re.compile(r"as-of-(\d+)-(\d+)\.db", re.ASCII)


class Snapshot(NamedTuple):
    """A projection file as of a position."""

    position: int
    path: Path


def interval_for(position: int) -> int:
    """How far apart snapshots lie in a log that has come to `position`."""
    interval = SHORTEST_INTERVAL
    while position // interval > MOST:
        interval *= 2
    return interval


def kept(positions: Iterable[int], *, head: int) -> set[int]:
    """Which of `positions` have a snapshot that is kept in a log that has come to `head`.

    The first of each interval, and in the last few closer ones the first of each of those.
    """
    known = sorted(positions)
    interval = interval_for(head)
    closer = max(interval // CLOSER, SHORTEST_INTERVAL)
    recent = (head // closer + 1 - MOST_RECENT) * closer
    return {*_firsts(known, interval), *(each for each in _firsts(known, closer) if each >= recent)}


def _firsts(positions: list[int], interval: int) -> list[int]:
    """The first in each interval but the very first one, in order."""
    firsts: dict[int, int] = {}
    for position in positions:
        firsts.setdefault(position // interval, position)
    return [position for slot, position in firsts.items() if slot]


class Snapshots:
    """The snapshots of one folder, bounded in number. Safe for several threads of one process."""

    def __init__(self, folder: Path) -> None:
        """Keep them below `folder`."""
        self._folder = folder / FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._lock = threading.Lock()
        self._missed: set[int] = set()

    def clear(self) -> None:
        """Remove those of another shape, and what a crash left."""
        for path in self._folder.iterdir():
            name = _NAME.fullmatch(path.name)
            if path.name != PURGED_TO and (name is None or int(name[1]) != SHAPE):
                path.unlink()

    def all(self) -> list[Snapshot]:
        """Every snapshot, the oldest first."""
        found = ((_NAME.fullmatch(path.name), path) for path in self._folder.iterdir())
        return sorted(Snapshot(int(name[2]), path) for name, path in found if name)

    def offer(self, file: ProjectionFile, *, head: int) -> None:
        """Copy `file` as it stands if it has come into an interval of which there is no snapshot yet.

        A file that may hold remains of what was erased is not copied. Where it cannot be, for want of space, the way to
        positions of that interval is longer until the next start.
        """
        position = file.position()
        with self._lock:
            known = {each.position for each in self.all()}
            if position in known or position not in kept({*known, position}, head=head) or file.has_remains:
                return
            if position // SHORTEST_INTERVAL not in self._missed:
                self._copy(file.database, position)
                self._thin(head)

    def nearest(self, position: int, to: Path) -> bool:
        """Copy the last snapshot at or before `position` to the path `to`; False if there is none."""
        with self._lock:
            before = [each for each in self.all() if each.position <= position]
            if not before:
                return False
            with closing(sqlite3.connect(before[-1].path)) as database:
                _copied(database, to)
            return True

    def purge(self, centre: Centre, persons: Collection[UUID]) -> None:
        """Take the values of `persons` out of every snapshot; each is then as if they had never been there."""
        with self._lock:
            for snapshot in self.all():
                self._purge(centre, snapshot, persons)

    def purged_to(self, position: int) -> int:
        """Position of the last erasure that was purged; 0 if none was, or if it lies beyond `position`, the head."""
        try:
            noted = int((self._folder / PURGED_TO).read_text())
        except (FileNotFoundError, ValueError):
            return 0
        return noted if noted <= position else 0

    def note_purged_to(self, position: int) -> None:
        """Note the position of an erasure that was purged, with all before it."""
        with Draft(self._folder) as draft:
            draft.write(str(position).encode())
            draft.keep_as(self._folder / PURGED_TO)

    def _purge(self, centre: Centre, snapshot: Snapshot, persons: Collection[UUID]) -> None:
        copy = self._folder / "purged.db"
        file = ProjectionFile(snapshot.path, gone=persons)
        try:
            folded = purged(persons, file, LogSource(centre), until=snapshot.position + 1)
            if not folded.held and not folded.ledgers:
                return
            file.write(folded, position=snapshot.position)
            file.copy_without_remains(copy)
        finally:
            file.close()
        discard(snapshot.path)
        copy.rename(snapshot.path)

    def _copy(self, database: sqlite3.Connection, position: int) -> None:
        draft = self._folder / "draft.db"
        try:
            _copied(database, draft)
            draft.rename(self._folder / f"as-of-{SHAPE}-{position}.db")
        except (OSError, sqlite3.Error):
            _log.warning("a snapshot of the read models could not be kept")
            self._missed.add(position // SHORTEST_INTERVAL)
            discard(draft)

    def _thin(self, head: int) -> None:
        known = self.all()
        wanted = kept((each.position for each in known), head=head)
        for each in known:
            if each.position not in wanted:
                discard(each.path)


def _copied(database: sqlite3.Connection, to: Path) -> None:
    discard(to)
    to.touch(mode=0o600)
    with closing(sqlite3.connect(to, isolation_level=None)) as copy:
        copy.execute("PRAGMA synchronous=OFF")
        database.backup(copy)
