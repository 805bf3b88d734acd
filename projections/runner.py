"""Follows the log: folds each page of facts into the projection file and tells who listens what changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from msgspec import Struct

from domain.facts import Envelope
from projections.database import SHAPE, Change, ProjectionFile
from projections.folding import FOLDED_TAGS, fold_page
from store.centre import Centre

PAGE_OF_FACTS = 1_000
POLL_SECONDS = 0.25
RETRY_SECONDS = 1.0
GIVE_WAY_SECONDS = 0.2
MOST_FACTS_BEHIND = 5_000

_log = logging.getLogger("doorstep.projections")


class Batch(Struct, frozen=True):
    """What one page of facts changed, up to and with `position`."""

    position: int
    changes: tuple[Change, ...]


def file_in(folder: Path) -> Path:
    """Where the projection file of the current shape lies."""
    return folder / f"projections-{SHAPE}.db"


def advance(centre: Centre, target: ProjectionFile, *, limit: int = PAGE_OF_FACTS) -> Batch | None:
    """Fold the next page of facts into `target`; None if there is none."""
    started = target.position()
    reached, page = centre.stretch(started, limit, tags=FOLDED_TAGS)
    if reached == started:
        return None
    try:
        return _write(page, centre, target, position=reached)
    except BaseException:
        target.forget_lookups()
        raise


def _write(page: list[tuple[int, Envelope]], centre: Centre, target: ProjectionFile, *, position: int) -> Batch:
    lookups = target.lookups()
    folded = fold_page(page, lookups, view_of=target.view, unseal=centre.unseal)
    target.write(
        folded.held.values(),
        folded.changes,
        folded.index,
        lookups=lookups if folded.lookups_changed else None,
        position=position,
    )
    return Batch(position, tuple(folded.changes))


def rebuild(centre: Centre, folder: Path, *, progress: Callable[[int, int], None] | None = None) -> Path:
    """Build the projections anew beside the old file and swap them in.

    Args:
        centre: the log.
        folder: where the projection file lies; nobody may follow into it meanwhile.
        progress: called with position reached and head.
    """
    wanted, beside = file_in(folder), folder / "projections-new.db"
    _remove(beside)
    target = ProjectionFile(beside)
    while (batch := advance(centre, target)) is not None:
        if progress:
            progress(batch.position, centre.head())
    target.close()
    _remove(wanted)
    beside.replace(wanted)
    return wanted


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class Runner:
    """A thread that keeps the projection file at the head of the log."""

    def __init__(self, centre: Centre, folder: Path, *, publish: Callable[[Batch], None]) -> None:
        """Open the projection file, making it if it is not there.

        Args:
            centre: the log to follow.
            folder: where the projection file lies.
            publish: called on the runner's thread with what each page changed, after it has been committed.
        """
        self._centre = centre
        self._publish = publish
        self._file = ProjectionFile(file_in(folder))
        self._position = self._file.position()
        self._woken = Event()
        self._moved = threading.Condition()
        self._stopping = Event()
        self._thread = threading.Thread(target=self._run, name="projections", daemon=True)

    @property
    def path(self) -> Path:
        """The projection file."""
        return self._file.path

    @property
    def position(self) -> int:
        """Position of the last fact folded."""
        return self._position

    def start(self) -> None:
        """Begin to follow."""
        self._centre.log_recorder.listeners.add(self._woken)
        self._thread.start()

    def stop(self) -> None:
        """Stop following and close the file."""
        self._stopping.set()
        self._centre.log_recorder.listeners.discard(self._woken)
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        self._file.close()

    def wait(self, position: int, *, timeout: float = 10.0) -> bool:
        """Wait until `position` has been folded; False if that took longer than `timeout` seconds."""
        with self._moved:
            return self._moved.wait_for(lambda: self._position >= position, timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                while (batch := self._next_page()) is not None:
                    self._arrived(batch)
                    if self._stopping.is_set():
                        return
            except Exception:
                _log.exception("projections stopped at position %s and try again", self._position)
                time.sleep(RETRY_SECONDS)
            self._woken.wait(POLL_SECONDS)

    def _next_page(self) -> Batch | None:
        """Fold the next page, after the commands that wait: an answer is more urgent than a view, up to a bound."""
        writer = self._centre.writer
        if writer.position - self._position < MOST_FACTS_BEHIND:
            writer.rest(GIVE_WAY_SECONDS)
        return advance(self._centre, self._file)

    def _arrived(self, batch: Batch) -> None:
        with self._moved:
            self._position = batch.position
            self._moved.notify_all()
        self._publish(batch)
