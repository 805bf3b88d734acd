"""Follows the log in a thread, serves while it builds, and tells who listens what changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Literal
from uuid import UUID

from msgspec import Struct

from projections.follower import Follower
from projections.following import Batch, FactStops
from projections.generations import Generation, current, generations
from projections.past import Past
from projections.reader import Reader
from projections.rebuilding import build_beside
from projections.schema import SHAPE
from store.centre import Centre

POLL_SECONDS = 0.25
RETRY_SECONDS = 1.0
TELL_SECONDS = 5.0
GIVE_WAY_SECONDS = 0.2
MOST_FACTS_BEHIND = 5_000

_log = logging.getLogger("doorstep.projections")

Say = Callable[..., None]
"""Writes a line about the runner: what happened, and fields without personal data."""


class Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the projections stand.

    Attributes:
        state: `following` the log; `building` a file of a new shape while an older one is served; or `stopped` by a
            fact that cannot be read or folded, and is named.
        position: of the last fact that is served.
        built: position that the file which is being built has reached.
    """

    state: Literal["following", "building", "stopped"]
    position: int
    built: int | None = None
    what: str | None = None
    at: int | None = None
    stream: UUID | None = None
    version: int | None = None
    tag: str | None = None


def _say_nothing(_event: str, **_fields: object) -> None:
    pass


class Runner:
    """A thread that keeps the projection file at the head of the log.

    Where only a file of another shape is there, that one is served as it is until one of the current shape has been
    built beside it; the batch that tells of the change `is_renewed`.
    """

    def __init__(
        self, centre: Centre, folder: Path, *, publish: Callable[[Batch], None], say: Say = _say_nothing
    ) -> None:
        """Open the projection file, making it if it is not there.

        Args:
            centre: the log to follow.
            folder: where projection files lie.
            publish: called on the runner's thread with what each page changed, after it has been committed.
            say: told of progress and of what stops the runner.
        """
        self._centre = centre
        self._folder = folder
        self._publish = publish
        self._say = say
        self.past = Past(centre, folder)
        self._served = _older_one(folder)
        self._follower: Follower | None = None
        if self._served is None:
            self._follower = Follower(centre, folder, self.past)
            self._follower.discard_older()
        self._position = self._follower.position if self._follower else _position_of(self._served)
        self._built: int | None = None
        self._stopped_by: FactStops | None = None
        self._woken = Event()
        self._moved = threading.Condition()
        self._stopping = Event()
        self._thread = threading.Thread(target=self._run, name="projections", daemon=True)

    @property
    def path(self) -> Path:
        """The projection file to be read now."""
        return self._follower.path if self._follower else self._older.path

    @property
    def shape(self) -> int:
        """Shape of the file that is read now."""
        return SHAPE if self._follower else self._older.shape

    @property
    def position(self) -> int:
        """Position of the last fact folded into it."""
        return self._position

    def standing(self) -> Standing:
        """How the projections stand now."""
        if (fault := self._stopped_by) is not None:
            return Standing(
                state="stopped",
                position=self._position,
                built=self._built,
                what=fault.what,
                at=fault.position,
                stream=fault.stream,
                version=fault.version,
                tag=fault.tag,
            )
        state: Literal["following", "building"] = "following" if self._follower else "building"
        return Standing(state=state, position=self._position, built=self._built)

    def start(self) -> None:
        """Begin to follow."""
        self._centre.event_log.listeners.add(self._woken)
        self._thread.start()

    def stop(self) -> None:
        """Stop following and close the file."""
        self._stopping.set()
        self._centre.event_log.listeners.discard(self._woken)
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._follower:
            self._follower.close()
        self.past.close()

    def wait(self, position: int, *, timeout: float = 10.0) -> bool:
        """Wait until `position` has been folded; False if that took longer than `timeout` seconds."""
        with self._moved:
            return self._moved.wait_for(lambda: self._position >= position, timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self._work()
            except _Stopping:
                return
            except FactStops as fault:
                self._halt(fault)
                return
            except Exception:
                _log.exception("projections stopped and try again")
                time.sleep(RETRY_SECONDS)
            self._woken.wait(POLL_SECONDS)

    def _halt(self, fault: FactStops) -> None:
        """Stop for good: what cannot be read now cannot be read a second later either."""
        self._stopped_by = fault
        _log.error("projections stopped at a fact", exc_info=fault)
        self._say(
            "projections-stopped",
            what=fault.what,
            position=fault.position,
            stream=fault.stream,
            version=fault.version,
            tag=fault.tag,
        )
        self._publish(Batch(self._position, (), is_last=True))

    def _work(self) -> None:
        follower = self._follower or self._build()
        if follower.take_over():
            self._say("projections-replaced", position=follower.position)
        while (batch := self._next_page(follower)) is not None:
            self._arrived(batch)
            if self._stopping.is_set():
                return

    def _next_page(self, follower: Follower) -> Batch | None:
        """Fold the next page, after the commands that wait: an answer is more urgent than a view, up to a bound."""
        writer = self._centre.writer
        if writer.position - self._position < MOST_FACTS_BEHIND:
            writer.rest(GIVE_WAY_SECONDS)
        return follower.step()

    def _arrived(self, batch: Batch) -> None:
        with self._moved:
            self._position = batch.position
            self._moved.notify_all()
        self._publish(batch)

    # A file of a new shape

    @property
    def _older(self) -> Generation:
        assert self._served is not None
        return self._served

    def _build(self) -> Follower:
        """Build a file of the current shape beside the one that is served, and serve it from now on."""
        self._say("projections-building", shape=SHAPE, served=self._older.shape)
        if current(self._folder) is None:
            build_beside(self._centre, self._folder, progress=_Teller(self._tell))
        follower = Follower(self._centre, self._folder, self.past)
        while follower.position < self._position:
            follower.step()
        self._follower, self._served, self._built = follower, None, None
        follower.discard_older()
        self._say("projections-built", shape=SHAPE, position=follower.position)
        self._arrived(Batch(follower.position, (), is_renewed=True))
        return follower

    def _tell(self, reached: int, head: int, *, is_due: bool) -> None:
        if self._stopping.is_set():
            raise _Stopping
        self._built = reached
        if is_due:
            self._say("projections-building", position=reached, head=head)


class _Stopping(Exception):
    """The service ends while a file is being built."""


class _Teller:
    """Passes progress on, and says now and then that it is time for a line."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self._told = time.monotonic()

    def __call__(self, reached: int, head: int) -> None:
        now = time.monotonic()
        is_due = now - self._told >= TELL_SECONDS
        if is_due:
            self._told = now
        self._tell(reached, head, is_due=is_due)


def _older_one(folder: Path) -> Generation | None:
    """The newest readable file of another shape, if there is none of the current one."""
    if current(folder) is not None:
        return None
    return next((each for each in reversed(generations(folder)) if _can_be_read(each)), None)


def _can_be_read(generation: Generation) -> bool:
    try:
        return _position_of(generation) > 0
    except Exception:
        _log.warning("an older projection file cannot be read")
        return False


def _position_of(generation: Generation | None) -> int:
    assert generation is not None
    with closing(Reader(generation.path)) as reader:
        return reader.position()
