"""What every follower of the log needs: a thread that is woken by commits, and a note of how far it has come."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from domain.case.commands import Command
from store.answers import Answer
from store.centre import Centre
from store.drafts import DRAFTS, Draft
from web.operating.roster import Roster

POLL_SECONDS = 1.0
REST_SECONDS = 0.05
RETRY_SECONDS = 5.0
KEEP_SECONDS = 30.0

_log = logging.getLogger("doorstep.followers")


def insist(centre: Centre, command: Command, *, lane: UUID, id: UUID) -> Answer:
    """Let the centre do something as often as it takes; a repeated command has no second effect."""
    while True:
        answer = centre.by_itself(command, lane=lane, id=id)
        if answer.verdict != "retry" or centre.writer.closed:
            return answer


class Worker:
    """A thread that takes turns: whenever something was committed, and once a second.

    Args:
        name: of the thread, and in the service's own log.
        centre: whose log wakes it.
        turn: what is done; a fault is logged and tried again, so it must be safe to repeat.
        rest: seconds between a commit and the turn. A dozen threads that all wake at once would stand in the way of
            what people wait for: the answer, and the change on their screens.
        roster: told how each turn ended.
    """

    def __init__(
        self,
        name: str,
        centre: Centre,
        turn: Callable[[], None],
        *,
        rest: float = REST_SECONDS,
        roster: Roster | None = None,
    ) -> None:
        self._name = name
        self._roster = roster
        self._centre = centre
        self._turn = turn
        self._rest = rest
        self._woken = threading.Event()
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._centre.event_log.listeners.add(self._woken)
        self._thread.start()

    def wake(self) -> None:
        """Take a turn now."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the turn under way and stop."""
        self.stopping.set()
        self._woken.set()
        self._centre.event_log.listeners.discard(self._woken)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self.stopping.is_set():
            self._woken.clear()
            try:
                self._turn()
                if self._roster is not None:
                    self._roster.ended(self._name)
            except Exception:
                if self.stopping.is_set():
                    return
                if self._roster is not None:
                    self._roster.failed(self._name)
                _log.exception("the follower %s stopped short and tries again", self._name)
                self.stopping.wait(RETRY_SECONDS)
            if self._woken.wait(POLL_SECONDS):
                self.stopping.wait(self._rest)


class Progress:
    """The position up to which a follower has nothing left to do, kept in a file.

    A file that is lost, or of another log, means to begin at the start: what was done is known by the log itself.

    Args:
        path: of the file.
        head: position of the log's last event.
    """

    def __init__(self, path: Path, *, head: int) -> None:
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path.parent / DRAFTS).mkdir(mode=0o700, exist_ok=True)
        self._kept_at: float | None = None
        noted = self._noted()
        self.position = noted if noted <= head else 0

    def keep(self, position: int) -> None:
        """Note that everything up to and with `position` is done; on the disk twice a minute at most."""
        now = time.monotonic()
        if position == self.position or (self._kept_at is not None and now < self._kept_at + KEEP_SECONDS):
            return
        self._kept_at = now
        with Draft(self._path.parent / DRAFTS) as draft:
            draft.write(str(position).encode())
            draft.keep_as(self._path)
        self.position = position

    def _noted(self) -> int:
        try:
            return int(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return 0
