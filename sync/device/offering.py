"""Work on its way out: pushes and their verdicts, what a restored log is asked for, and the sign-in that all need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sync import frames as fr
from sync.device import events as ev
from sync.device.doubt import Doubt
from sync.device.line import Line

if TYPE_CHECKING:
    from sync.device.lanes import Lanes
    from sync.device.standing import Standing


class Offering:
    """The outbox's half of a device.

    Attributes:
        limits: of a push, as the server has named them.
        next_seq: sequence number that the next intent will get.
        doubt: what a restored log is asked for.
    """

    def __init__(
        self,
        line: Line,
        lanes: Lanes,
        standing: Standing,
        *,
        next_seq: int,
        patience: float,
        answered: Callable[[], None],
    ) -> None:
        """Begin with what is in `lanes`.

        Args:
            line: of the device.
            lanes: of its outbox.
            standing: of its replica.
            next_seq: sequence number that the next intent will get.
            patience: for an answer, in milliseconds.
            answered: called when a restored log was asked for everything.
        """
        self.limits = fr.Limits()
        self.next_seq = next_seq
        self.doubt = Doubt(patience)
        self._line = line
        self._lanes = lanes
        self._standing = standing
        self._patience = patience
        self._answered = answered
        self._renewing = False
        self._renewed_from = 0

    @property
    def due(self) -> float | None:
        """When an answer to a push is overdue, None if none is awaited."""
        since = self._lanes.waiting_since
        return None if since is None else since + self._patience

    @property
    def owed(self) -> fr.Outbox:
        """What the device tells the server of it."""
        return self._lanes.owed(self.next_seq)

    def submitted(self, intents: Sequence[ev.Pending]) -> None:
        """Intents have been written into the outbox."""
        self._lanes.add(intents)
        self.next_seq = max(self.next_seq, self._lanes.last_seq + 1)

    def removed(self, ids: Sequence[UUID]) -> None:
        """Intents were taken out; what needs them goes aside."""
        self.judged(self._lanes.remove(ids))

    def push(self) -> None:
        """Push what may go."""
        if not self._line.is_ready or self._renewing or self.doubt.origin is not None:
            return
        if ids := self._lanes.ask(self._line.now):
            self._line.send(fr.Ask(ids=ids))
        while (batch := self._lanes.next(self.limits, self._line.now)) is not None:
            self._line.do(ev.Sent(batch.ids))
            self._line.send(fr.Push(b=batch.b, intents=batch.intents))

    def acknowledged(self, ack: fr.Ack) -> bool:
        """Verdicts have come; returns whether they tell that the sign-in has ended."""
        changes = self._lanes.judge(ack.b, ack.r, self._line.now)
        if ack.b == 0 and self.doubt.origin is not None:
            lost = self.doubt.answered((verdict.id for verdict in ack.r), self._line.now)
            changes += self._lanes.requeue(lost)
        self.judged(changes)
        self._asked_enough()
        self.settle()
        return self._is_signed_out(ack)

    def judged(self, changes: Sequence[ev.Judgement]) -> None:
        """Have written down what has become of intents."""
        if changes:
            self._line.do(ev.JudgeIntents(tuple(changes)))

    def settle(self) -> None:
        """Let go of applied intents whose effect shows."""
        ids = self._lanes.settle(self._standing.shows)
        if ids:
            self._line.do(ev.Settle(ids))

    def end(self, *, told: bool) -> None:
        """The connection is gone; `told` when what was in flight is known to be in doubt already."""
        if not told:
            self._lanes.disconnected()
        self._renewing, self._renewed_from = False, 0
        self.doubt.end()

    # Which log it is

    def follow(self, origin: str) -> None:
        """This device agrees with that log from now on; it must be known before anything is pushed."""
        if origin and origin != self._standing.origin:
            self._standing.origin = origin
            self._line.do(ev.FollowLog(origin))

    def reoffer(self, origin: str) -> None:
        """The log was restored: have said what was applied lately."""
        self.doubt.begin(origin, self._line.now)
        self._line.do(ev.Reoffer())

    def ask(self, kept: Sequence[ev.Pending]) -> None:
        """Ask for the verdicts of what was applied before."""
        if not self._line.is_ready or self.doubt.origin is None:
            return
        for ids in self.doubt.ask(kept, self._line.now):
            self._line.send(fr.Ask(ids=ids))
        self._asked_enough()

    def _asked_enough(self) -> None:
        if self.doubt.is_over:
            self.follow(self.doubt.origin or "")
            self.doubt.end()
            self._answered()

    # Sign-in

    def must_renew(self) -> None:
        """The sign-in is over unless it is renewed on this connection."""
        if not self._renewing:
            self._renewing = True
            self._line.do(ev.Renew(self._line.number))

    def renewed(self, ticket: str) -> None:
        """It was: what was pushed before may still be turned down."""
        self._line.send(fr.Auth(ticket=ticket))
        self._renewing = False
        self._renewed_from = self._lanes.batches

    def _is_signed_out(self, ack: fr.Ack) -> bool:
        codes = [verdict.code for verdict in ack.r if verdict.verdict == "auth"]
        healed = self._renewing or ack.b <= self._renewed_from
        return "other-person" in codes or (bool(codes) and not healed)
