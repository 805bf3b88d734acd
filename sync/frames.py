"""The frames of the sync protocol (`doorstep.sync.1`): data only. The TypeScript twin is generated from them.

A text frame is one JSON object; a binary frame is the zlib (level 1) form of one, used for pages. The tag is `t`.
Unknown fields are ignored and unknown tags are answered with a non-fatal `error`: both sides may be newer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from domain.case.commands import FileRef, Position

SUBPROTOCOL = "doorstep.sync.1"
MAX_CLIENT_FRAME_BYTES = 65_536
MAX_SERVER_FRAME_BYTES = 1_048_576

Short = Annotated[str, Meta(max_length=200)]


class Outbox(Struct, frozen=True):
    """What a device still owes.

    Attributes:
        n: intents without a final verdict.
        next_seq: sequence number that the next intent will get; a lower one than before means lost work.
        oldest_at: when the oldest was queued, by the device's clock.
        bytes: size of the photographs still to be sent.
    """

    n: int
    next_seq: int
    oldest_at: datetime | None = None
    bytes: int = 0


class Base(Struct, frozen=True):
    """What the device had received when the command was given."""

    pos: Position


class IntentBody(Struct, frozen=True, kw_only=True):
    """A command taken on a device, perhaps offline, for the server to judge.

    Attributes:
        id: UUIDv7 made on the device; a second push of it gets the first one's verdict.
        seq: dense per device and person; gaps show lost work; never used for ordering on the server.
        lane: the case it concerns; intents of one lane are judged in order.
        type: command and version, e.g. `case.claim@1`.
        args: the command's own fields.
        base: position of the last change of the case that the device had received.
        after: intents that must have a final verdict first (the previous one of the lane).
        needs: intents that must have been applied, else this one is set aside with them.
        files: files that the command names before their bytes arrive.
        at: the device's clock.
        by: the person, as the device believes.
    """

    id: UUID
    seq: int
    lane: UUID
    type: Short
    args: msgspec.Raw
    base: Base | None = None
    after: tuple[UUID, ...] = ()
    needs: tuple[UUID, ...] = ()
    files: tuple[FileRef, ...] = ()
    at: datetime
    by: UUID


class SignedIntent(Struct, frozen=True, omit_defaults=True):
    """An intent as it travels: the exact JSON text, and the device's signature over those bytes if it has one."""

    body: str
    sig: str | None = None


class ClientFrame(Struct, frozen=True, tag_field="t", kw_only=True):
    """From a device to the server."""


class Hello(ClientFrame, frozen=True, kw_only=True, tag="hello"):
    """First frame on a connection.

    Attributes:
        v: lowest and highest protocol version spoken.
        app: build of the app.
        ticket: one-use proof of sign-in, from `POST /session/ticket`.
        cursor: where the device's replica stands, None for a fresh one.
        wall: the device's clock, to measure its skew.
        feat: `zlib` if binary pages are understood.
    """

    v: tuple[int, int]
    app: Short
    device: UUID
    ticket: Short
    cursor: Short | None = None
    outbox: Outbox
    wall: datetime
    feat: tuple[str, ...] = ()


class Auth(ClientFrame, frozen=True, kw_only=True, tag="auth"):
    """Renewed sign-in on the same socket; must be the same person."""

    ticket: Short


class Pull(ClientFrame, frozen=True, kw_only=True, tag="pull"):
    """Send rows changed after `cursor`; `credit` pages may be sent unasked (1 to 4)."""

    cursor: Short | None = None
    credit: Annotated[int, Meta(ge=1, le=4)] = 2


class Credit(ClientFrame, frozen=True, kw_only=True, tag="credit"):
    """`n` more pages may be sent: that many have been committed on the device."""

    n: Annotated[int, Meta(ge=1, le=4)] = 1


class Push(ClientFrame, frozen=True, kw_only=True, tag="push"):
    """A batch of intents; the answer is an `ack` with the same `b`."""

    b: int
    intents: tuple[SignedIntent, ...]


class Ask(ClientFrame, frozen=True, kw_only=True, tag="ask"):
    """Verdicts of intents in doubt."""

    ids: tuple[UUID, ...]


class Seen(ClientFrame, frozen=True, kw_only=True, tag="seen"):
    """What the device holds and still owes, at checkpoints and every minute."""

    cursor: Short
    outbox: Outbox


class Ping(ClientFrame, frozen=True, kw_only=True, tag="ping"):
    """Is the server there?"""


class Pong(ClientFrame, frozen=True, kw_only=True, tag="pong"):
    """The device is there."""


AnyClientFrame = Hello | Auth | Pull | Credit | Push | Ask | Seen | Ping | Pong


class ServerFrame(Struct, frozen=True, tag_field="t", kw_only=True, omit_defaults=True):
    """From the server to a device."""


class Limits(Struct, frozen=True):
    """What one push may hold and how many may be under way; bytes of a page."""

    intents: int = 50
    bytes: int = 61_440
    inflight: int = 4
    page: int = 262_144


class Welcome(ServerFrame, frozen=True, kw_only=True, tag="welcome"):
    """Answer to `hello`: the server's epoch, head and clock.

    Attributes:
        epoch: shape of the rows and origin of the log; another one means the device must boot anew.
        head: last position.
        mode: `warming` while projections are being built; pushes are taken all the same.
    """

    v: int
    epoch: str
    head: int
    now: datetime
    limits: Limits
    mode: Literal["live", "warming"]


class Row(Struct, frozen=True):
    """A document as a device holds it; `body` depends on `kind`."""

    id: str
    kind: str
    pos: int
    body: Any


class Gone(Struct, frozen=True):
    """A document that left the person's scope.

    Attributes:
        why: `revoked`, `reassigned` or `purged`.
    """

    id: str
    kind: str
    why: str


class PageFrame(ServerFrame, frozen=True, kw_only=True, tag="page"):
    """Rows in order of change; the device writes rows and cursor in one transaction.

    Attributes:
        to: position that the cursor stands at; with `more` false everything up to it has been received.
    """

    cursor: str
    to: int
    rows: tuple[Row, ...]
    gone: tuple[Gone, ...] = ()
    more: bool
    phase: Literal["boot", "delta"]


class Delta(ServerFrame, frozen=True, kw_only=True, tag="delta"):
    """Live changes, `from` (exclusive) `to` (inclusive) a position."""

    from_: int = msgspec.field(name="from")
    to: int
    cursor: str
    rows: tuple[Row, ...]
    gone: tuple[Gone, ...] = ()


class Behind(ServerFrame, frozen=True, kw_only=True, tag="behind"):
    """The connection's queue was full: pull when you can."""

    head: int


class Verdict(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer to one intent.

    Attributes:
        verdict: class of the answer (protocol section 5).
        pos: position after which the effect shows in rows.
        code: what is so, for all but applied and duplicate.
        params: values for the sentence.
        options: what the person may choose, for a conflict.
        retry_ms: when to try again.
    """

    id: UUID
    verdict: Literal["applied", "duplicate", "retry", "auth", "held", "conflict", "refused", "quarantined"]
    pos: int | None = None
    code: str | None = None
    params: dict[str, Any] | None = None
    options: tuple[str, ...] | None = None
    retry_ms: int | None = None


class Ack(ServerFrame, frozen=True, kw_only=True, tag="ack"):
    """Verdicts of a push (same `b`) or of an `ask` (`b` is 0); an unknown id of an `ask` is left out."""

    b: int
    r: tuple[Verdict, ...]


class Reset(ServerFrame, frozen=True, kw_only=True, tag="reset"):
    """The replica can no longer be continued: boot into shadow stores and swap; the outbox stays."""

    epoch: str
    why: str


class Revoke(ServerFrame, frozen=True, kw_only=True, tag="revoke"):
    """Rows or the whole scope are taken away at once."""

    cases: tuple[str, ...] = ()
    wipe: bool = True


class Wait(ServerFrame, frozen=True, kw_only=True, tag="wait"):
    """Not yet: the projections are being built, or this node lags behind the cursor."""

    why: str
    done: int = 0
    total: int = 0
    retry_ms: int = 1000


class AuthRequired(ServerFrame, frozen=True, kw_only=True, tag="auth-required"):
    """The sign-in has ended or must be renewed."""

    why: str
    grace_ms: int = 0


class Upgrade(ServerFrame, frozen=True, kw_only=True, tag="upgrade"):
    """The app is too old; `hard` if it cannot go on."""

    min_app: str
    hard: bool


class Error(ServerFrame, frozen=True, kw_only=True, tag="error"):
    """A frame could not be used; the connection goes on unless `fatal`."""

    code: str
    fatal: bool = False


class ServerPing(ServerFrame, frozen=True, kw_only=True, tag="ping"):
    """Is the device there?"""


class ServerPong(ServerFrame, frozen=True, kw_only=True, tag="pong"):
    """The server is there."""


AnyServerFrame = (
    Welcome
    | PageFrame
    | Delta
    | Behind
    | Ack
    | Reset
    | Revoke
    | Wait
    | AuthRequired
    | Upgrade
    | Error
    | ServerPing
    | ServerPong
)


class CloseCode:
    """WebSocket close codes of the protocol."""

    MALFORMED = 4400
    AUTH = 4401
    BLOCKED = 4403
    REPLACED = 4409
    TOO_LARGE = 4413
    UPGRADE = 4426
    SLOW_DOWN = 4429
    RESTARTING = 4503
