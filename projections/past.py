"""The projections as of any position of the log: every list, document and search as they were then.

Whoever looks at the past has a file of their own, made of the nearest snapshot and folded forward to the position. It
stays open: a step forward costs its own facts. What is folded after the file was opened is never committed; savepoints
on the way make marks to which a step back returns at once. Marks lie close together near the position and far apart
behind it, so that a step back of any length folds few facts again.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from projections.database import ProjectionFile
from projections.following import advance
from projections.generations import discard, file_in
from projections.reader import Reader
from projections.snapshots import FOLDER, Snapshots, interval_for
from store.centre import Centre

MOST_LOOKING = 8
"""Files of people who look at the past at the same time; the one unused for longest gives way."""

MARKS_BEFORE = (10_000, 1_000, 100, 10, 1)
"""How far before a position marks are set on the way to it, in positions."""

MARGIN = 1_000
"""How far before a position its file begins at least, so that the first steps back are short."""

MOST_MARKS = 32
CACHE_KIB = 32_000

Answer = TypeVar("Answer")


class Past:
    """The past of one folder of projections. Safe for several threads; one at a time for each who looks."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        """Keep snapshots and open files below `folder`, which holds the projection file.

        Args:
            centre: the log.
            folder: of the projections; only the process of their follower may look at the past in it.
        """
        self._centre = centre
        self._folder = folder
        self._snapshots = Snapshots(folder)
        self._looking: OrderedDict[Hashable, _Look] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, who: Hashable, position: int, question: Callable[[Reader], Answer]) -> Answer:
        """What `question` answers about the projections as of `position`.

        Args:
            who: whose file it is; a person, or a window of theirs.
            position: any position from 0 to the head of the log; what lies beyond is answered as of the head.
            question: asks a reader that must not be kept; its position is that of the last fact at or before.

        Raises:
            FactStops: a fact up to the position cannot be read or folded.
        """
        while True:
            with self._look_of(who) as look:
                if not look.is_closed:
                    return question(look.at(min(position, self._centre.head())))

    def position_at(self, moment: datetime) -> int:
        """Position of the last fact recorded at or before `moment`, 0 if there is none.

        The server's clock never goes back in the log, so that halving finds it.
        """
        low, high = 0, self._centre.head()
        while low < high:
            middle = (low + high) // 2
            _, rows = self._centre.event_log.rows_after(middle, 1)
            if rows and self._centre.facts.envelope(*rows[0][1:]).meta.recorded_at <= moment:
                low = rows[0].position
            else:
                high = middle
        return low

    def begin(self) -> None:
        """Remove what a crash left; to be called by the sole follower, before anybody looks."""
        self._snapshots.clear()

    def offer(self, file: ProjectionFile) -> None:
        """Keep a snapshot of the projection file if it has come far enough since the last."""
        self._snapshots.offer(file, head=self._centre.head())

    def leave(self, who: Hashable) -> None:
        """Close the file of one who looks no more."""
        with self._lock:
            look = self._looking.pop(who, None)
        if look is not None:
            look.close()

    def purge(self, file: ProjectionFile) -> None:
        """Take the values of those whom `file` names as erased out of every snapshot, and close every open file.

        What was carried out is noted on the disk, so that it is done again where a crash or a full disk cut it off.
        """
        erased = file.erased_after(self._snapshots.purged_to(file.position()))
        if erased:
            self._close_all()
            self._snapshots.purge(self._centre, erased)
            self._snapshots.note_purged_to(max(erased.values()))

    def close(self) -> None:
        """Close every open file; snapshots stay."""
        self._close_all()

    def _close_all(self) -> None:
        with self._lock:
            looks = list(self._looking.values())
            self._looking.clear()
        for look in looks:
            look.close()

    def _look_of(self, who: Hashable) -> _Look:
        with self._lock:
            look = self._looking.get(who)
            if look is None:
                look = self._looking[who] = _Look(self._centre, self._folder, self._snapshots)
            self._looking.move_to_end(who)
            unused = self._looking.popitem(last=False)[1] if len(self._looking) > MOST_LOOKING else None
        if unused is not None:
            unused.close()
        return look


class _Look:
    """One file of one who looks: base, position and the marks between, the newest last."""

    def __init__(self, centre: Centre, folder: Path, snapshots: Snapshots) -> None:
        self._centre = centre
        self._folder = folder
        self._snapshots = snapshots
        self._path = folder / FOLDER / f"look-{secrets.token_hex(8)}.db"
        self._file: ProjectionFile | None = None
        self._marks: list[int] = []
        self._using = threading.Lock()
        self.is_closed = False

    def __enter__(self) -> _Look:
        self._using.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._using.release()

    def at(self, position: int) -> Reader:
        """A reader of the file, brought to `position`."""
        file = self._file
        if file is None or position < self._marks[0]:
            file = self._open(position)
        elif position < file.position():
            self._go_back(file, position)
        self._go_on(file, position)
        return Reader(file.database)

    def close(self) -> None:
        """Give the file up, after the question that is being answered."""
        with self:
            self.is_closed = True
            self._discard()

    def _discard(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        discard(self._path)

    def _open(self, position: int) -> ProjectionFile:
        """A file of its own as of a place before `position`, from the nearest snapshot; more are made on the way.

        Its base, behind which there are no marks, is at most the first of `MARKS_BEFORE` away.
        """
        self._discard()
        with closing(Reader(file_in(self._folder))) as reader:
            gone = reader.erased()
        self._snapshots.nearest(max(position - MARGIN, 0), self._path)
        file = ProjectionFile(self._path, gone=gone)
        file.database.execute("PRAGMA synchronous=OFF")
        file.database.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        last = max(position - MARKS_BEFORE[0], 0)
        head = self._centre.head()
        interval = interval_for(head)
        while file.position() < last:
            until = min((file.position() // interval + 1) * interval, last)
            while advance(self._centre, file, until=until) is not None:
                pass
            self._snapshots.offer(file, head=head)
        file.database.execute("BEGIN")
        self._file, self._marks = file, []
        self._mark(file)
        return file

    def _go_back(self, file: ProjectionFile, position: int) -> None:
        while self._marks[-1] > position:
            self._marks.pop()
        file.database.execute(f"ROLLBACK TO mark_{self._marks[-1]}")
        file.forget()

    def _go_on(self, file: ProjectionFile, position: int) -> None:
        here = file.position()
        if here < position:
            self._release_close_ones(file, position)
            self._mark(file)
        stops = [position - before for before in MARKS_BEFORE if position - before > here]
        for stop in (*stops, position):
            while advance(self._centre, file, until=stop) is not None:
                pass
            if stop != position:
                self._mark(file)

    def _mark(self, file: ProjectionFile) -> None:
        here = file.position()
        if not self._marks or self._marks[-1] < here:
            file.database.execute(f"SAVEPOINT mark_{here}")
            self._marks.append(here)

    def _release_close_ones(self, file: ProjectionFile, position: int) -> None:
        """Give up the marks that lie closest, where there are too many: each costs at every write."""
        apart = 1
        while len(self._marks) > MOST_MARKS:
            apart *= 10
            close = next((n for n, mark in enumerate(self._marks) if mark > position - apart), len(self._marks))
            first = max(close, 1)  # the base stays
            if first < len(self._marks):
                file.database.execute(f"RELEASE mark_{self._marks[first]}")
                del self._marks[first:]
