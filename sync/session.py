"""One device's connection as a state machine without I/O: data in, outputs out.

The adapter decides nothing: it carries out outputs (`Send`, `Close`, `Admit`, `Fetch`, `Judge`, `Recall`) and hands
back what they yield. Rules are those of protocol sections 3, 5 and 6.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.actors import Actor
from domain.decisions import Call
from projections.reader import Page
from projections.runner import Batch
from sync import frames as fr
from sync.cursors import Cursor, Signer, scopes_digest
from sync.intents import UnreadableIntent, read_intent
from sync.scopes import scopes_for

VERSION = 1
MAX_CREDIT = 4
COMPRESS_FROM_BYTES = 1_024

_client_decoder = msgspec.json.Decoder(fr.AnyClientFrame)
_encoder = msgspec.json.Encoder()
_TAGS = frozenset(kind.__struct_config__.tag for kind in fr.ClientFrame.__subclasses__())


class _Tagged(Struct):
    t: str


_tag_decoder = msgspec.json.Decoder(_Tagged)


class Send(Struct, frozen=True):
    """Send this frame."""

    data: str | bytes


class Close(Struct, frozen=True):
    """Close the connection with this code."""

    code: int


class Admit(Struct, frozen=True):
    """Redeem the ticket; answer with `admitted` or `turned_away`."""

    ticket: str
    device: UUID


class Fetch(Struct, frozen=True):
    """Read the next page of rows; answer with `page`."""

    scopes: frozenset[str]
    after: tuple[int, str]
    page_bytes: int


class Judge(Struct, frozen=True):
    """Submit these calls in order; answer with `judged`. Verdicts stand for intents that need no judging."""

    b: int
    calls: tuple[Call | fr.Verdict, ...]


class Recall(Struct, frozen=True):
    """Look up receipts of intents in doubt; answer with `judged` and `b` 0."""

    author: UUID
    ids: tuple[UUID, ...]


Output = Send | Close | Admit | Fetch | Judge | Recall


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

    def __init__(self, *, epoch: str, signer: Signer, limits: fr.Limits | None = None) -> None:
        """Wait for `hello`.

        Args:
            epoch: shape of the rows and origin of the log.
            signer: of cursors.
            limits: what a push may hold.
        """
        self.state = State.NEW
        self.actor: Actor | None = None
        self.scopes: frozenset[str] = frozenset()
        self.device: UUID | None = None
        self.outbox: fr.Outbox | None = None
        self._epoch = epoch
        self._signer = signer
        self._limits = limits or fr.Limits()
        self._credit = 0
        self._fetching = False
        self._outdated = False
        self._missed = 0
        self._reached: tuple[int, str] = (0, "")
        self._phase: str = "boot"
        self._zlib = False

    # What arrives from the device

    def receive(self, data: str | bytes) -> list[Output]:
        """A message has arrived."""
        if self.state is State.CLOSED:
            return []
        if len(data) > fr.MAX_CLIENT_FRAME_BYTES:
            return self._fatal("too-large", fr.CloseCode.TOO_LARGE)
        try:
            frame = _client_decoder.decode(data)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return self._undecodable(data)
        return self._handle(frame)

    def _undecodable(self, data: str | bytes) -> list[Output]:
        """An unknown tag comes from a newer app and is no fault; anything else is."""
        try:
            tag = _tag_decoder.decode(data).t
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return self._fatal("malformed", fr.CloseCode.MALFORMED)
        if tag in _TAGS:
            return self._fatal("malformed", fr.CloseCode.MALFORMED)
        return [_frame(fr.Error(code="unknown-frame"))]

    def _handle(self, frame: fr.AnyClientFrame) -> list[Output]:
        match frame:
            case fr.Ping():
                return [_frame(fr.ServerPong())]
            case fr.Pong():
                return []
            case fr.Hello():
                return self._hello(frame)
            case _ if self.actor is None:
                return self._fatal("hello-first", fr.CloseCode.AUTH)
            case fr.Auth():
                return [Admit(frame.ticket, self.device or UUID(int=0))]
            case fr.Pull():
                return self._pull(frame)
            case fr.Credit():
                return self._more_credit(frame.n)
            case fr.Push():
                return self._push(frame, self.actor)
            case fr.Ask():
                return [Recall(self.actor.id, frame.ids)]
            case fr.Seen():
                self.outbox = frame.outbox
                return []

    def _hello(self, hello: fr.Hello) -> list[Output]:
        if self.state is not State.NEW:
            return self._fatal("hello-twice", fr.CloseCode.MALFORMED)
        if not hello.v[0] <= VERSION <= hello.v[1]:
            upgrade = fr.Upgrade(min_app=hello.app, hard=True)
            self.state = State.CLOSED
            return [_frame(upgrade), Close(fr.CloseCode.UPGRADE)]
        self.state = State.ADMITTING
        self.device = hello.device
        self.outbox = hello.outbox
        self._zlib = "zlib" in hello.feat
        return [Admit(hello.ticket, hello.device)]

    def _pull(self, pull: fr.Pull) -> list[Output]:
        cursor = self._signer.read(pull.cursor) if pull.cursor else None
        if pull.cursor and (why := self._stale(cursor)):
            return [_frame(fr.Reset(epoch=self._epoch, why=why))]
        self._phase = "delta" if cursor else "boot"
        self._reached = (cursor.pos, cursor.id) if cursor else (0, "")
        self._credit = pull.credit
        self._outdated = self._fetching
        self.state = State.PULLING
        return self._fetch()

    def _stale(self, cursor: Cursor | None) -> str:
        """Why a replica at `cursor` cannot be continued, empty if it can."""
        if cursor is None:
            return "cursor"
        if cursor.epoch != self._epoch:
            return "epoch"
        return "" if cursor.scopes == scopes_digest(self.scopes) else "scopes"

    def _more_credit(self, n: int) -> list[Output]:
        self._credit = min(MAX_CREDIT, self._credit + n)
        return self._fetch()

    def _fetch(self) -> list[Output]:
        if self.state is not State.PULLING or self._fetching or self._credit == 0:
            return []
        self._fetching = True
        return [Fetch(self.scopes, self._reached, self._limits.page)]

    def _push(self, push: fr.Push, actor: Actor) -> list[Output]:
        if len(push.intents) > self._limits.intents:
            return self._fatal("too-many-intents", fr.CloseCode.TOO_LARGE)
        calls: list[Call | fr.Verdict] = []
        errors: list[Output] = []
        for signed in push.intents:
            try:
                calls.append(read_intent(signed, by=actor))
            except UnreadableIntent:
                errors.append(_frame(fr.Error(code="unreadable-intent")))
        return [*errors, Judge(push.b, tuple(calls))]

    # What the adapter hands back

    def admitted(self, actor: Actor, *, head: int, now: datetime, warming: bool = False) -> list[Output]:
        """The ticket was good: greet the person, or go on if it was a renewal."""
        if self.actor is not None:
            if actor.id != self.actor.id:
                return self._fatal("other-person", fr.CloseCode.AUTH)
            self.actor = actor
            return []
        self.actor = actor
        self.scopes = scopes_for(actor)
        self.state = State.IDLE
        mode: Literal["live", "warming"] = "warming" if warming else "live"
        return [_frame(fr.Welcome(v=VERSION, epoch=self._epoch, head=head, now=now, limits=self._limits, mode=mode))]

    def turned_away(self) -> list[Output]:
        """The ticket was unknown, used or expired."""
        self.state = State.CLOSED
        return [_frame(fr.AuthRequired(why="expired")), Close(fr.CloseCode.AUTH)]

    def signed_out(self, why: str) -> list[Output]:
        """The sign-in has ended while the connection was open."""
        self.state = State.CLOSED
        return [_frame(fr.AuthRequired(why=why)), Close(fr.CloseCode.AUTH)]

    def page(self, page: Page) -> list[Output]:
        """A page that was asked for."""
        self._fetching = False
        if self.state is not State.PULLING:
            return []
        if self._outdated:
            self._outdated = False
            return self._fetch()
        self._reached = page.reached
        self._credit -= 1
        more = page.more or self._missed > page.reached[0]
        text = self._page_text(page, more=more)
        if not more:
            self.state = State.LIVE
        small = len(text) < COMPRESS_FROM_BYTES or not self._zlib
        return [Send(text if small else zlib.compress(text.encode(), 1)), *self._fetch()]

    def _page_text(self, page: Page, *, more: bool) -> str:
        rows = ",".join(row.row for row in page.rows)
        gone = _encoder.encode([fr.Gone(d.id, d.kind, d.why) for d in page.gone]).decode()
        return (
            f'{{"t":"page","cursor":"{self._cursor()}","to":{self._reached[0]},"rows":[{rows}],"gone":{gone},'
            f'"more":{str(more).lower()},"phase":"{self._phase}"}}'
        )

    def changed(self, batch: Batch, relevant: Iterable[Any]) -> list[Output]:
        """Documents changed in scopes that the person holds; sent at once if the replica is complete so far.

        Args:
            batch: for its position.
            relevant: the changes of the batch in the person's scopes.
        """
        if self.state is not State.LIVE:
            self._missed = batch.position
            return []
        if batch.position <= self._reached[0]:
            return []
        before, self._reached = self._reached[0], (batch.position, "")
        rows = {(c.kind, c.id): c.row for c in relevant if c.row is not None}
        gone = [fr.Gone(c.id, c.kind, c.why) for c in relevant if c.row is None and (c.kind, c.id) not in rows]
        if not rows and not gone:
            return []
        text = (
            f'{{"t":"delta","from":{before},"to":{batch.position},"cursor":"{self._cursor()}",'
            f'"rows":[{",".join(rows.values())}],"gone":{_encoder.encode(gone).decode()}}}'
        )
        return [Send(text)]

    def fell_behind(self, head: int) -> list[Output]:
        """The connection's queue is full: the device must pull when it can; it is told once."""
        if self.state is not State.LIVE:
            self._missed = head
            return []
        self.state = State.IDLE
        return [_frame(fr.Behind(head=head))]

    def judged(self, b: int, verdicts: Sequence[fr.Verdict]) -> list[Output]:
        """Verdicts of a push or of an `ask`."""
        return [_frame(fr.Ack(b=b, r=tuple(verdicts)))]

    def ping(self) -> list[Output]:
        """Time for a heartbeat."""
        return [_frame(fr.ServerPing())]

    def _cursor(self) -> str:
        pos, id = self._reached
        return self._signer.write(Cursor(self._epoch, scopes_digest(self.scopes), pos, id))

    def _fatal(self, code: str, close: int) -> list[Output]:
        self.state = State.CLOSED
        return [_frame(fr.Error(code=code, fatal=True)), Close(close)]


def _frame(frame: fr.AnyServerFrame) -> Send:
    return Send(_encoder.encode(frame).decode())
