"""A log that fails where a test says, around a real one of any engine."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from uuid import UUID

from store.log import Desk, Entry, Leaf, Log, LogUnavailable, Mark, Row
from store.snapshots import Snapshots
from store.states import SHAPES
from store.writer import Writer
from tests.premises import Premises


class Lost(Exception):
    """Rolls the real transaction back."""


class Faults:
    """What is going to fail.

    Attributes:
        commits: what happens at the next commits, in order; nothing special once it is empty.
        down: why the log cannot be written at all, None while it can.
        now: what the engine's clock says, None where it has none.
        slow: called within each commit, before it is carried out.
        commits_done: commits of the real desk, those of empty transactions too.
    """

    def __init__(self) -> None:
        """Nothing fails yet."""
        self.commits: deque[str] = deque()
        self.down: str | None = None
        self.now: datetime | None = None
        self.slow: Callable[[], object] | None = None
        self.commits_done = 0
        self.probes = threading.Semaphore(0)

    def require_up(self) -> None:
        """Fail while the log is down."""
        if self.down is not None:
            raise LogUnavailable(self.down, "a test says so")


class FaultyDesk:
    """A desk whose transactions fail as `Faults` say."""

    def __init__(self, desk: Desk, faults: Faults) -> None:
        """Stand before `desk`."""
        self._desk = desk
        self._faults = faults

    @contextmanager
    def transaction(self) -> Generator[None]:
        """As the real one, but for the faults."""
        self._faults.require_up()
        fate = "done"
        try:
            with self._desk.transaction():
                yield
                fate = self._faults.commits.popleft() if self._faults.commits else "done"
                if self._faults.slow:
                    self._faults.slow()
                if fate.startswith("lost"):
                    raise Lost
        except Lost:
            pass
        self._faults.commits_done += not fate.startswith("lost")
        if fate in ("lost", "done but reported as failed"):
            raise LogUnavailable("fault", fate, in_doubt=True)
        if fate == "lost and then down":
            self._faults.down = "gone"
            raise LogUnavailable("gone", fate, in_doubt=True)
        if fate == "done and then down":
            self._faults.down = "gone"
            raise LogUnavailable("gone", fate, in_doubt=True)

    def now(self) -> datetime | None:
        """The engine's clock, as the test has set it."""
        return self._faults.now or self._desk.now()

    def position(self) -> int:
        """As the real one."""
        return self._desk.position()

    def streams_since(self, position: int) -> set[UUID]:
        """As the real one."""
        return self._desk.streams_since(position)

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """As the real one."""
        return self._desk.states(stream, after=after, limit=limit)

    def version(self, stream: UUID) -> int:
        """As the real one."""
        return self._desk.version(stream)

    def firsts(self, streams: Collection[UUID]) -> list[Row]:
        """As the real one."""
        return self._desk.firsts(streams)

    def beginnings(self, streams: Collection[UUID], limit: int) -> dict[UUID, list[bytes]]:
        """As the real one."""
        return self._desk.beginnings(streams, limit)

    def tags_since(self, stream: UUID, position: int) -> list[str]:
        """As the real one."""
        return self._desk.tags_since(stream, position)

    def append(self, entries: Sequence[Entry]) -> int:
        """As the real one."""
        self._faults.require_up()
        return self._desk.append(entries)

    def probe(self) -> None:
        """Fails while the log is down."""
        self._faults.probes.release()
        self._faults.require_up()
        self._desk.probe()

    def close(self) -> None:
        """As the real one."""
        self._desk.close()


class FaultyLog:
    """A log whose desks are faulty; it can be read at any time."""

    def __init__(self, log: Log, faults: Faults) -> None:
        """Stand before `log`."""
        self._log = log
        self._faults = faults
        self.listeners: set[Event] = log.listeners

    def origin(self, fresh: str) -> str:
        """As the real one."""
        return self._log.origin(fresh)

    def desk(self) -> FaultyDesk:
        """A desk that fails."""
        return FaultyDesk(self._log.desk(), self._faults)

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """As the real one."""
        return self._log.states(stream, after=after, limit=limit)

    def rows(self, *streams: UUID) -> list[Row]:
        """As the real one."""
        return self._log.rows(*streams)

    def rows_after(self, position: int, limit: int, *, tags: Collection[str] = ()) -> tuple[int, list[Row]]:
        """As the real one."""
        return self._log.rows_after(position, limit, tags=tags)

    def load(self, leaves: Sequence[Leaf]) -> None:
        """As the real one."""
        self._log.load(leaves)

    def rename(self, old: str, new: str) -> None:
        """As the real one."""
        self._log.rename(old, new)

    def leaves_after(self, position: int, limit: int) -> list[Leaf]:
        """As the real one."""
        return self._log.leaves_after(position, limit)

    def written_since(self, mark: Mark | None) -> tuple[Mark | None, Collection[UUID] | None]:
        """As the real one."""
        return self._log.written_since(mark)

    def nodes(self) -> tuple[str, ...]:
        """As the real one."""
        return self._log.nodes()

    def wake(self) -> None:
        """As the real one."""
        self._log.wake()


def make_faulty(premises: Premises) -> Faults:
    """Give a centre a writer on a faulty log."""
    centre, faults = premises.centre, Faults()
    assert centre.snapshots is not None
    centre.writer.close()
    snapshots = Snapshots(centre.snapshots.recorder, SHAPES)
    log = FaultyLog(centre.event_log, faults)
    centre.writer = Writer(log, centre.facts, centre.vault, snapshots, clock=premises.clock)
    return faults
