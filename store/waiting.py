"""What waits for the writer: bounded by how long it would wait, because a full queue helps nobody."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from msgspec import Struct

from domain.decisions import Call
from store.answers import Answer, busy

GROUP_LIMIT = 400
"""Calls that are judged in one transaction."""
QUEUE_LIMIT = 10_000
"""Calls that may wait, whatever the pace; a bound on memory."""
LONGEST_WAIT_SECONDS = 3.0
"""A call that would have to wait longer is sent back at once with the time after which it is worth trying."""
FIRST_GUESS_SECONDS = 0.02
"""How long a group takes, before any was measured."""
WEIGHT_OF_LAST = 0.3
SHORTEST_RETRY_MS = 100
LONGEST_RETRY_MS = 30_000
BURST = 20
LULL_SECONDS = 0.005


class Job(Struct):
    """Calls that are judged one after another in one transaction, and who hears the answers."""

    calls: Sequence[Call]
    hear: Callable[[list[Answer]], None]


class Waiting:
    """Jobs in order of arrival, between threads that submit and the one that judges."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin empty; `monotonic` is a clock in seconds that never goes back."""
        self._monotonic = monotonic
        self._jobs: deque[Job] = deque()
        self._gate = threading.Condition()
        self._idle = threading.Event()
        self._calls = 0
        self._began: float | None = None
        self._group_seconds = FIRST_GUESS_SECONDS
        self._in_burst = False
        self._closed = False

    @property
    def calls(self) -> int:
        """How many calls wait."""
        return self._calls

    @property
    def closed(self) -> bool:
        """Whether nothing more is taken."""
        return self._closed

    @property
    def seconds(self) -> float:
        """How long a call that came now would wait, from the pace of the last groups and the age of the one at work."""
        groups = self._calls // GROUP_LIMIT + 1
        age = 0.0 if self._began is None else self._monotonic() - self._began
        return max(groups * self._group_seconds, age)

    def take(self, job: Job) -> None:
        """Queue a job, or answer that the writer is busy."""
        with self._gate:
            retry_ms = self._refusal(len(job.calls))
            if retry_ms is None:
                self._jobs.append(job)
                self._calls += len(job.calls)
                self._idle.clear()
                self._gate.notify()
        if retry_ms is not None:
            job.hear([busy(retry_ms)] * len(job.calls))

    def _refusal(self, calls: int) -> int | None:
        wait = self.seconds
        at_rest = not self._calls and self._began is None  # taken at any pace, or a bad one would never be corrected
        soon = at_rest or wait <= LONGEST_WAIT_SECONDS
        if not self._closed and soon and self._calls + calls <= QUEUE_LIMIT:
            return None
        return min(max(int(wait * 1_000), SHORTEST_RETRY_MS), LONGEST_RETRY_MS)

    def next_group(self, *, timeout: float | None = None) -> list[Job] | None:
        """Whatever waits, up to the limit of a group.

        Args:
            timeout: seconds after which to come back with nothing.

        Returns:
            None once the queue is closed and all is done.
        """
        group: list[Job] = []
        size = 0
        with self._gate:
            self._await_jobs(timeout)
            while self._jobs and (not group or size + len(self._jobs[0].calls) <= GROUP_LIMIT):
                group.append(self._jobs.popleft())
                size += len(group[-1].calls)
            self._calls -= size
            self._in_burst = size >= BURST
            self._began = self._monotonic() if group else None
            return None if self._closed and not group else group

    def _await_jobs(self, timeout: float | None) -> None:
        """Wait for a job; after a large group more are on their way, so that only a lull counts as rest."""
        if self._in_burst and not self._jobs and not self._closed:
            self._gate.wait(LULL_SECONDS)
        while not self._jobs and not self._closed:
            self._idle.set()
            if not self._gate.wait(timeout):
                return

    def finished(self) -> None:
        """The group that was taken last has been answered."""
        with self._gate:
            if self._began is not None:
                took = self._monotonic() - self._began
                self._group_seconds += WEIGHT_OF_LAST * (took - self._group_seconds)
                self._began = None

    def rest(self, timeout: float) -> bool:
        """Wait until no call waits or is being judged; False if that took longer than `timeout` seconds."""
        return self._idle.wait(timeout)

    def close(self) -> None:
        """Take nothing more."""
        with self._gate:
            self._closed = True
            self._gate.notify()

    def end(self) -> None:
        """The one who judged has gone."""
        self._idle.set()
