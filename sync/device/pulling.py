"""Rows on their way in: pulls, pages, live changes, and what a commit on disk leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sync import frames as fr
from sync.device import events as ev
from sync.device.events import Phase
from sync.device.line import Line

if TYPE_CHECKING:
    from sync.device.standing import Standing

CREDIT = 2
SHORTEST_WAIT_MS = 100.0


class Pulling:
    """The rows' half of a device.

    Attributes:
        is_open: a pull is under way.
        is_held: nothing is pulled until what a restored log has lost is offered again, or it would go out of view.
        at: instant at which to pull again because rows cannot be read yet.
        due: instant at which the answer to a pull is overdue.
    """

    def __init__(
        self,
        line: Line,
        standing: Standing,
        *,
        patience: float,
        settle: Callable[[], None],
        complete: Callable[[], None],
    ) -> None:
        """Begin without a pull.

        Args:
            line: of the device.
            standing: of its replica.
            patience: for an answer, in milliseconds.
            settle: called when rows are on disk in which acts may show.
            complete: called when the device has everything.
        """
        self.is_open = False
        self.is_held = False
        self.at: float | None = None
        self.due: float | None = None
        self._wanted = False
        self._line = line
        self._standing = standing
        self._patience = patience
        self._settle = settle
        self._complete = complete

    def start(self) -> None:
        """Pull from where the replica stands, or as soon as nothing is being written any more."""
        self.at = None
        if not self._line.is_ready:
            return
        self._wanted = self._standing.busy or self.is_held
        if self._wanted:
            return
        self._standing.pulling()
        self.is_open = True
        self._await()
        self._line.enter(Phase.BOOT if self._standing.is_booting else Phase.CATCHUP)
        self._line.send(fr.Pull(cursor=self._standing.cursor, credit=CREDIT))

    def end(self) -> None:
        """The connection is gone."""
        self.is_open = self.is_held = self._wanted = False
        self.at = self.due = None

    def _await(self) -> None:
        self.due = self._line.now + self._patience

    # Frames

    def paged(self, page: fr.PageFrame) -> None:
        """A page has come."""
        if not self.is_open:
            if self._line.phase is Phase.LIVE and self._standing.is_elsewhere(page):
                self.start()  # the answer to an earlier pull was taken for that to the last
            return
        self.at = None
        self._await()
        commit = self._standing.page(page)
        if commit is not None:
            self.due = None
            self._line.do(ev.CommitRows(commit))
        elif not page.more and not self._standing.busy:
            if page.cursor == self._standing.cursor and self._standing.differs(page.digest, self._line.now):
                self._boot()
                return
            self._settle()
            self._caught_up()

    def moved(self, delta: fr.Delta) -> None:
        """A live change has come."""
        if self._line.phase is not Phase.LIVE:
            self._wanted = True
            return
        commit = self._standing.delta(delta)
        if commit == "gap":
            self.start()
        elif commit is not None:
            self._line.do(ev.CommitRows(commit))

    def fell_behind(self) -> None:
        """Live changes were left out."""
        if self.is_open or self.at is not None:
            self._wanted = True
        else:
            self.start()

    def waits(self, wait: fr.Wait) -> None:
        """Rows cannot be read yet."""
        if wait.why == "warming":
            self._line.enter(Phase.WARMING)
        self.at, self.due = self._line.now + max(wait.retry_ms, SHORTEST_WAIT_MS), None

    def reset(self, reset: fr.Reset) -> None:
        """The rows held are of no use any more, or the server says so."""
        if reset.why != "digest" or self._standing.doubted(self._line.now):
            self._standing.reset(reset.epoch)
        self.start()

    def revoked(self, revoke: fr.Revoke) -> None:
        """Rows are to be taken away at once."""
        if revoke.cases:
            self._standing.forget(revoke.cases)
            self._line.do(ev.Forget(revoke.cases))
        elif revoke.wipe:
            self._standing.wiped()
            self._line.do(ev.Forget(None))
            self._await()  # for the answer to the open pull, or a reset: another pull would mix the pages of two boots

    # The disk

    def committed(self, n: int, digest: str | None) -> None:
        """A commit is on disk; `digest` of the rows held then."""
        commit = self._standing.committed(n, digest)
        if commit is None:
            return
        if self._standing.differs(commit.digest, self._line.now):
            self._boot()
            return
        self._settle()
        if not self._line.is_ready:
            return
        if self.is_open and commit.complete:
            self._caught_up()
        elif self.is_open:
            self._await()
            self._line.send(fr.Credit(n=1))
        elif self._wanted and self.at is None:
            self.start()

    @property
    def compare_at(self) -> float | None:
        """When to look whether rows that were found to differ still do; None if there is no need."""
        is_idle = self._line.phase is Phase.LIVE and not self.is_open and not self._wanted and self.at is None
        return self._standing.compares_again_at if is_idle else None

    def _boot(self) -> None:
        self._standing.reset(self._standing.epoch or "")
        self.start()

    def _caught_up(self) -> None:
        self.is_open, self.due = False, None
        if self._wanted:
            self.start()
            return
        self._line.enter(Phase.LIVE)
        self._complete()
