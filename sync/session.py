"""One device's connection as a state machine without I/O: data in, outputs out.

The adapter decides nothing: it carries out outputs (`sync/outputs.py`) and hands back what they yield. Rules are those
of protocol sections 3, 5 and 6; what concerns rows is in `sync/feed.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from domain.actors import Actor
from domain.decisions import Call
from domain.devices.devices import DeviceKey
from projections.database import Change
from projections.following import Batch
from projections.reader import Page
from sync import frames as fr
from sync.cursors import Signer
from sync.feed import Feed
from sync.intents import UnreadableIntent, read_intent
from sync.outputs import Admit, Close, Compare, Fetch, Judge, Output, Recall, Send, frame
from sync.reading import read_frame
from sync.scopes import scopes_for
from sync.terms import BUILD, Terms

__all__ = ["Admit", "Close", "Compare", "Fetch", "Judge", "Output", "Recall", "Send", "Session", "State"]

VERSION = 1
ELSEWHERE_MS = 5_000
"""When an app comes again that speaks only newer versions: to a node that is newer too, or to this one when it is."""
GRACE_MS = 120_000
"""How long a socket stays open whose sign-in has expired."""


class State(StrEnum):
    """Where a connection stands."""

    NEW = "new"
    ADMITTING = "admitting"
    IDLE = "idle"
    PULLING = "pulling"
    LIVE = "live"
    CLOSED = "closed"


class Session:
    """The server's side of one connection."""

    def __init__(self, *, epoch: str, signer: Signer, terms: Terms | None = None) -> None:
        """Wait for `hello`.

        Args:
            epoch: shape of the rows and origin of the log.
            signer: of cursors.
            terms: what every device is told.
        """
        self.actor: Actor | None = None
        self.device: UUID | None = None
        self.key: DeviceKey | None = None
        """With which the device signs, as far as is known: the adapter keeps it up to date."""
        self.app = ""
        self.outbox: fr.Outbox | None = None
        self._terms = terms or Terms()
        self._feed = Feed(epoch=epoch, signer=signer, page_bytes=self._terms.limits.page)
        self.may_pack = True
        self._closed = False
        self._cursor: str | None = None

    @property
    def state(self) -> State:
        """Where the connection stands."""
        if self._closed:
            return State.CLOSED
        if self.actor is None:
            return State.ADMITTING if self.device else State.NEW
        return State(self._feed.reach.value)

    @property
    def scopes(self) -> frozenset[str]:
        """Keys of the rows that the person may hold."""
        return self._feed.scopes

    @property
    def confirmed(self) -> int:
        """Position up to which the device has said that it is complete."""
        return self._feed.confirmed

    @property
    def began(self) -> int:
        """Position up to which the device was complete when it first pulled on this connection; 0 if not at all."""
        return self._feed.began or 0

    @property
    def is_held(self) -> bool:
        """Whether the sign-in has to be renewed before anything goes on."""
        return self._feed.held

    # What arrives from the device

    def receive(self, data: str | bytes) -> list[Output]:
        """A message has arrived."""
        if self._closed:
            return []
        match read_frame(data):
            case "too-large":
                return self._fatal("too-large", fr.CloseCode.TOO_LARGE)
            case "malformed":
                return self._fatal("malformed", fr.CloseCode.MALFORMED)
            case "unknown-frame":
                return [frame(fr.Error(code="unknown-frame"))]
            case one:
                return self._handle(one)

    def _handle(self, one: fr.AnyClientFrame) -> list[Output]:
        match one:
            case fr.Ping():
                return [frame(fr.ServerPong())]
            case fr.Pong():
                return []
            case fr.Hello():
                return self._hello(one)
            case _ if self.actor is None:
                return self._fatal("hello-first", fr.CloseCode.AUTH)
            case fr.Auth():
                return [Admit(one.ticket, self.device or UUID(int=0))]
            case fr.Pull():
                return self._feed.pull(one)
            case fr.Credit():
                return self._feed.credit(one.n)
            case fr.Push():
                return self._push(one, self.actor)
            case fr.Ask():
                return self._ask(one, self.actor)
            case fr.Seen():
                self.outbox = one.outbox
                return self._feed.seen(one)

    def _hello(self, hello: fr.Hello) -> list[Output]:
        if self.device is not None:
            return self._fatal("hello-twice", fr.CloseCode.MALFORMED)
        if hello.v[0] > VERSION:
            return self.restarting(ELSEWHERE_MS)
        if hello.v[1] < VERSION:
            min_app = self._terms.min_app or BUILD
            return self._end(frame(fr.Upgrade(min_app=min_app, hard=True)), code=fr.CloseCode.UPGRADE)
        self.app, self.device, self.outbox, self._cursor = hello.app, hello.device, hello.outbox, hello.cursor
        self._feed.packs = self.may_pack and "zlib" in hello.feat
        return [Admit(hello.ticket, hello.device, hello.tree)]

    def _push(self, push: fr.Push, actor: Actor) -> list[Output]:
        if len(push.intents) > self._terms.limits.intents:
            return self._fatal("too-many-intents", fr.CloseCode.TOO_LARGE)
        calls: list[Call | fr.Verdict] = []
        errors: list[Output] = []
        for signed in push.intents:
            try:
                calls.append(read_intent(signed, by=actor, app=self.app, key=self.key))
            except UnreadableIntent:
                errors.append(frame(fr.Error(code="unreadable-intent")))
        if self.is_held:
            return [*errors, *self.judged(push.b, [_unjudged(call) for call in calls])]
        return [*errors, Judge(push.b, tuple(calls))]

    def _ask(self, ask: fr.Ask, actor: Actor) -> list[Output]:
        if self.is_held:
            return [frame(fr.Error(code="auth"))]
        return [Recall(actor.id, ask.ids)]

    # Who is there

    def admitted(
        self,
        actor: Actor,
        *,
        head: int,
        now: datetime,
        warming: bool = False,
        proven: tuple[fr.Proven, tuple[str, ...]] | None = None,
    ) -> list[Output]:
        """The ticket was good: greet the person, or go on if it was a renewal.

        Args:
            actor: the person.
            head: last position.
            now: the server's clock.
            warming: projections are being built.
            proven: what the log has become, and the proof that it begins with what the device saw last.
        """
        if self._closed:
            return []
        if self.actor is not None:
            return self._admitted_again(actor, head, self.actor)
        upgrade = self._terms.upgrade(self.app, now)
        if upgrade is not None and upgrade.hard:
            return self._end(frame(upgrade), code=fr.CloseCode.UPGRADE)
        self.actor = actor
        self._feed.scopes = scopes_for(actor)
        outputs: list[Output] = [self._welcome(actor, head=head, now=now, warming=warming, proven=proven)]
        if upgrade is not None:
            outputs.append(frame(upgrade))
        if self._feed.stands_elsewhere(self._cursor):
            outputs.append(frame(fr.Revoke(wipe=True)))
        self._cursor = None
        return outputs

    def _welcome(
        self,
        actor: Actor,
        *,
        head: int,
        now: datetime,
        warming: bool,
        proven: tuple[fr.Proven, tuple[str, ...]] | None,
    ) -> Send:
        mode: Literal["live", "warming"] = "warming" if warming else "live"
        tree, proof = proven or (None, ())
        welcome = fr.Welcome(
            v=VERSION,
            epoch=self._feed.epoch,
            origin=self._terms.origin,
            head=head,
            now=now,
            lease_until=self._terms.lease_until(actor, now),
            limits=self._terms.limits,
            min_app=self._terms.min_app,
            mode=mode,
            restored=self._terms.restored,
            tree=tree,
            proof=proof,
        )
        return frame(welcome)

    def _admitted_again(self, actor: Actor, head: int, before: Actor) -> list[Output]:
        if actor.id != before.id:
            return self._fatal("other-person", fr.CloseCode.AUTH)
        return [*self.acts_as(actor), *self._feed.healed(head)]

    def acts_as(self, actor: Actor) -> list[Output]:
        """The person's roles or office are these from now on."""
        self.actor = actor
        scopes = scopes_for(actor)
        return [] if self._closed or scopes == self.scopes else self._feed.moved(scopes)

    def turned_away(self) -> list[Output]:
        """The ticket was unknown, used or expired."""
        return self.signed_out("expired")

    def signed_out(self, why: str) -> list[Output]:
        """The sign-in has been ended while the connection was open."""
        return self._end(frame(fr.AuthRequired(why=why)), code=fr.CloseCode.AUTH)

    def expired(self, grace_ms: int = GRACE_MS) -> list[Output]:
        """The time of the sign-in is over: nothing goes on until it is renewed, and the connection ends without."""
        if self._closed or self.is_held:
            return []
        self._feed.held = True
        return [frame(fr.AuthRequired(why="expired", grace_ms=grace_ms))]

    def erased(self) -> list[Output]:
        """The person was erased while the connection was open: the device drops what it holds and signs out."""
        return self._end(
            frame(fr.Revoke(wipe=True)), frame(fr.AuthRequired(why="erased")), code=fr.CloseCode.AUTH
        )  # fmt: skip

    def blocked(self) -> list[Output]:
        """The device was blocked, before or while the connection was open: it drops everything but its outbox."""
        return self._end(frame(fr.Revoke(wipe=True)), code=fr.CloseCode.BLOCKED)

    def replaced(self) -> list[Output]:
        """The same device has opened another connection."""
        return self._end(code=fr.CloseCode.REPLACED)

    def restarting(self, retry_ms: int) -> list[Output]:
        """The service goes down, or cannot serve this connection now; the device comes back after that time."""
        return self._end(code=fr.CloseCode.RESTARTING, reason=str(retry_ms))

    # What the adapter hands back

    def page(self, page: Page) -> list[Output]:
        """A page that was asked for."""
        return [] if self._closed else self._feed.page(page)

    def not_yet(self, why: str, *, done: int = 0, total: int = 0, retry_ms: int = 1_000) -> list[Output]:
        """The page that was asked for cannot be read now: `warming`, `lagging` or `log-away`."""
        return [] if self._closed else self._feed.not_yet(why, done=done, total=total, retry_ms=retry_ms)

    def compared(self, known: str | None, said: str) -> list[Output]:
        """The digest of the rows at the place that a `seen` named, None if it is not known."""
        return [] if self._closed else self._feed.compared(known, said)

    def changed(self, batch: Batch, relevant: Iterable[Change]) -> list[Output]:
        """Documents changed in scopes that the person holds."""
        return [] if self._closed else self._feed.changed(batch, relevant)

    def fell_behind(self, head: int) -> list[Output]:
        """The connection's queue is full."""
        return [] if self._closed else self._feed.fell_behind(head)

    def renewed(self, epoch: str) -> list[Output]:
        """Rows of another shape are served from now on: what the device holds is of no use, and it boots again."""
        if epoch == self._feed.epoch or self._closed:
            return []
        if self.actor is None:
            self._feed.epoch = epoch
            return []
        return self._feed.renewed(epoch)

    def judged(self, b: int, verdicts: Sequence[fr.Verdict]) -> list[Output]:
        """Verdicts of a push or of an `ask`."""
        return [frame(fr.Ack(b=b, r=tuple(verdicts)))]

    def ping(self) -> list[Output]:
        """Time for a heartbeat."""
        return [frame(fr.ServerPing())]

    def _end(self, *last: Send, code: int, reason: str = "") -> list[Output]:
        if self._closed:
            return []
        self._closed = True
        return [*last, Close(code, reason)]

    def _fatal(self, code: str, close: int) -> list[Output]:
        return self._end(frame(fr.Error(code=code, fatal=True)), code=close)


def _unjudged(call: Call | fr.Verdict) -> fr.Verdict:
    return fr.Verdict(id=call.id, verdict="auth", code="expired")
