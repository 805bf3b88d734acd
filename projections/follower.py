"""Keeps one projection file along the log, takes over a newer one, and leaves nothing of what was erased."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from projections.database import ProjectionFile
from projections.following import Batch, advance
from projections.generations import (
    Generation,
    current,
    discard,
    discard_others,
    file_in,
    put_in_use,
    sole_follower,
)
from projections.past import Past
from store.centre import Centre

PURGED = "projections-purged.db"
STEP_OF_FACTS = 500
"""Facts folded at a time while the service runs: commands that come meanwhile share the processor with a page."""


class Follower:
    """The file in use. For one thread; the past that was made of it is purged with it."""

    def __init__(self, centre: Centre, folder: Path, past: Past) -> None:
        """Open the file in use, making it if there is none.

        Args:
            centre: the log to follow.
            folder: where projection files lie.
            past: what was kept of earlier positions.

        Raises:
            FollowedAlready: the folder has a follower.
        """
        self._sole = ExitStack()
        self._sole.enter_context(sole_follower(folder))
        past.begin()
        self._centre = centre
        self._folder = folder
        self._past = past
        ProjectionFile(file_in(folder)).close()
        generation = current(folder)
        assert generation is not None
        self._generation = generation
        self._file = ProjectionFile(generation.path)
        self._unfinished: Batch | None = None
        self._is_clean = False
        with suppress(OSError, sqlite3.Error):  # for want of space; every step tries again
            self._leave_nothing()

    @property
    def path(self) -> Path:
        """The file in use."""
        return self._generation.path

    @property
    def position(self) -> int:
        """Position of the last fact folded."""
        return self._file.position()

    def step(self) -> Batch | None:
        """Fold the next page of facts; None if there is none. What a page erased is gone when this returns.

        A page whose erasures could not be carried out is given by the next step, which tries them again.

        Raises:
            FactStops: the next fact cannot be read or folded.
        """
        batch = self._unfinished = self._unfinished or advance(self._centre, self._file, limit=STEP_OF_FACTS)
        self._is_clean = self._is_clean and not (batch and batch.erased)
        if not self._is_clean:
            self._leave_nothing()
        self._unfinished = None
        if batch is not None:
            self._past.offer(self._file)
        return batch

    def take_over(self) -> bool:
        """Go on with a file that was built beside, if there is one and it has not come further than this one.

        The other one is first brought to exactly this one's position: readers miss nothing, and see nothing twice.
        """
        newest = current(self._folder)
        if newest is None or newest.number <= self._generation.number:
            return False
        other = ProjectionFile(newest.path)
        here = self.position
        if other.position() > here:
            other.close()
            return False
        while advance(self._centre, other, until=here) is not None:
            pass
        self._change_to(newest, other)
        self._leave_nothing()
        return True

    def discard_older(self) -> None:
        """Remove the files that this one has taken the place of."""
        discard_others(self._generation, self._folder)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._sole.close()

    def _leave_nothing(self) -> None:
        """Purge the past, and put a copy without remains in the place of the file, if it had held what was erased."""
        self._past.purge(self._file)
        if self._file.has_remains:
            copy = self._folder / PURGED
            discard(copy)
            self._file.copy_without_remains(copy)
            newest = put_in_use(copy, self._folder)
            self._change_to(newest, ProjectionFile(newest.path))
        self._is_clean = True

    def _change_to(self, newest: Generation, file: ProjectionFile) -> None:
        self._file.close()
        self._generation, self._file = newest, file
        self.discard_older()


def catch_up(centre: Centre, folder: Path) -> int:
    """Follow the log to its head, once, where no server does; returns the position reached."""
    with closing(Past(centre, folder)) as past, closing(Follower(centre, folder, past)) as follower:
        follower.discard_older()
        while follower.step() is not None:
            pass
        return follower.position
