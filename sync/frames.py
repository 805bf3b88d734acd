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
MOST_ASKED = 200
"""Ids that one `ask` may name."""

Short = Annotated[str, Meta(max_length=200)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A number that every language can hold."""


class Outbox(Struct, frozen=True):
    """What a device still owes.

    Attributes:
        n: intents without a final verdict.
        next_seq: sequence number that the next intent will get; a lower one than before means lost work.
        oldest_at: when the oldest was queued, by the device's clock.
        bytes: size of the photographs still to be sent.
    """

    n: Count
    next_seq: Count
    oldest_at: datetime | None = None
    bytes: Count = 0


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
    seq: Count
    lane: UUID
    type: Short
    args: msgspec.Raw
    base: Base | None = None
    after: tuple[UUID, ...] = ()
    needs: tuple[UUID, ...] = ()
    files: tuple[FileRef, ...] = ()
    at: datetime
    by: UUID


class Links(Struct, frozen=True):
    """What an intent waits for now, in place of what its text names: a text that was offered once never changes.

    Attributes:
        after: intents that must have a final verdict first.
        needs: intents that must have been applied.
    """

    after: tuple[UUID, ...] = ()
    needs: tuple[UUID, ...] = ()


class SignedIntent(Struct, frozen=True, omit_defaults=True):
    """An intent as it travels.

    Attributes:
        body: the exact JSON text, the same ever after.
        sig: the device's signature over a statement that names the intent and the hash of those bytes (`sync.signing`):
            64 bytes in base64url without padding; None if the device signs nothing.
        links: what it waits for now, None if that is what the text says.
    """

    body: str
    sig: str | None = None
    links: Links | None = None


class TreeHead(Struct, frozen=True):
    """What the log had become when a device saw it last.

    Attributes:
        origin: name of the log.
        size: events.
        root: of the tree over them, lower-case hex.
    """

    origin: Short
    size: Count
    root: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class ClientFrame(Struct, frozen=True, tag_field="t", kw_only=True):
    """From a device to the server."""


class Hello(ClientFrame, frozen=True, kw_only=True, tag="hello"):
    """First frame on a connection.

    Attributes:
        v: lowest and highest protocol version spoken.
        app: build of the app.
        schema: form of the intents and rows that the app knows.
        ticket: one-use proof of sign-in, from `POST /session/ticket`; empty on the long poll, where the cookie counts.
        cursor: where the device's replica stands, None for a fresh one.
        tree: what the log had become when the device saw it last, None if it never did: the device is a witness.
        wall: the device's clock, to measure its skew.
        feat: `zlib` if binary pages are understood.
    """

    v: tuple[Count, Count]
    app: Short
    schema: Count = 1
    device: UUID
    ticket: Annotated[str, Meta(max_length=600)]
    cursor: Short | None = None
    tree: TreeHead | None = None
    outbox: Outbox
    wall: datetime
    feat: tuple[str, ...] = ()


class Auth(ClientFrame, frozen=True, kw_only=True, tag="auth"):
    """Renewed sign-in on the same socket; must be the same person."""

    ticket: Annotated[str, Meta(max_length=600)]


class Pull(ClientFrame, frozen=True, kw_only=True, tag="pull"):
    """Send rows changed after `cursor`; `credit` pages may be sent unasked (1 to 4)."""

    cursor: Short | None = None
    credit: Annotated[int, Meta(ge=1, le=4)] = 2


class Credit(ClientFrame, frozen=True, kw_only=True, tag="credit"):
    """`n` more pages may be sent: that many have been committed on the device."""

    n: Annotated[int, Meta(ge=1, le=4)] = 1


class Push(ClientFrame, frozen=True, kw_only=True, tag="push"):
    """A batch of intents; the answer is an `ack` with the same `b`."""

    b: Count
    intents: tuple[SignedIntent, ...]


class Ask(ClientFrame, frozen=True, kw_only=True, tag="ask"):
    """Verdicts of intents in doubt."""

    ids: Annotated[tuple[UUID, ...], Meta(max_length=MOST_ASKED)]


class Seen(ClientFrame, frozen=True, kw_only=True, tag="seen"):
    """What the device holds and still owes, at checkpoints and every minute.

    Attributes:
        digest: of the rows held at `cursor`, as in a page; None if the device does not keep one.
    """

    cursor: Short
    digest: Short | None = None
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


class Restored(Struct, frozen=True, omit_defaults=True):
    """The log was restored from a backup.

    Attributes:
        origin: id of the log before.
        size: position up to which the backup reached.
        names: every id that the log had, the first one first and `origin` last: a device may have been away for long.
    """

    origin: str
    size: int
    names: tuple[str, ...] = ()


class LogKey(Struct, frozen=True, omit_defaults=True):
    """A key with which the log signs, as C2SP notes name it, and a note of it signed with the key before."""

    key: str
    endorsement: str = ""


class Proven(Struct, frozen=True, omit_defaults=True):
    """What the log has become, signed.

    Attributes:
        note: a checkpoint (C2SP signed note).
        keys: of the log in order.
        before: the checkpoint that the log which the device saw last was restored from, if that was another one.
    """

    note: str
    keys: tuple[LogKey, ...]
    before: str = ""


class Welcome(ServerFrame, frozen=True, kw_only=True, tag="welcome"):
    """Answer to `hello`: the server's epoch, head and clock.

    Attributes:
        epoch: shape of the rows and origin of the log; another one means the device must boot anew.
        origin: id of the log; another one without `restored` means that this is not the centre the device knew.
        head: last position.
        lease_until: until when a staff device may be used without being heard again; None for residents.
        min_app: oldest build that is not asked to upgrade, empty if any will do.
        mode: `warming` while projections are being built; pushes are taken all the same.
        restored: where the log came from, if it was restored from a backup.
        tree: what the log has become, None if that cannot be proven now.
        proof: that the log of `tree`, or the one that it was restored from, begins with what `hello` named; each hash
            in lower-case hex. Empty where nothing needs a proof, or none leads there.
    """

    v: int
    epoch: str
    origin: str = ""
    head: int
    now: datetime
    lease_until: datetime | None = None
    limits: Limits
    min_app: str = ""
    mode: Literal["live", "warming"]
    restored: Restored | None = None
    tree: Proven | None = None
    proof: tuple[str, ...] = ()


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
        digest: of all rows held after this page, with `more` false: `f"{n:x}-{s:x}"`, n rows with the sum s of
            `crc32(f"{kind} {id} {pos}")` modulo 2**52. None if the server does not know it now.
    """

    cursor: str
    to: int
    rows: tuple[Row, ...]
    gone: tuple[Gone, ...] = ()
    more: bool
    phase: Literal["boot", "delta"]
    digest: str | None = None


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
    """The replica can no longer be continued: boot into shadow stores and swap; the outbox stays.

    Attributes:
        why: `cursor`, `epoch`, `scopes`, `too-old` or `digest`.
    """

    epoch: str
    why: str


class Revoke(ServerFrame, frozen=True, kw_only=True, tag="revoke"):
    """Rows are taken away at once: those of `cases`, or every one if `wipe` is true and no case is named.

    The outbox stays: what waits in it is offered, and ends as `refused` where the right has gone.
    """

    cases: tuple[str, ...] = ()
    wipe: bool = False


class Wait(ServerFrame, frozen=True, kw_only=True, tag="wait"):
    """Instead of a page: not yet. The pull is forgotten: pull again after `retry_ms`. Pushes are taken all the same.

    Attributes:
        why: `warming` while rows are being built, `lagging` where this node has not come as far as the cursor,
            `log-away` while the log cannot be read.
        done: positions behind.
        total: positions in all; 0 if unknown.
        retry_ms: when to pull again.
    """

    why: Literal["warming", "lagging", "log-away"]
    done: int = 0
    total: int = 0
    retry_ms: int


class AuthRequired(ServerFrame, frozen=True, kw_only=True, tag="auth-required"):
    """The sign-in has ended or must be renewed.

    Attributes:
        why: `expired`, `blocked` or `erased`.
        grace_ms: how long the socket stays open for `auth`; without it the socket closes now.
    """

    why: str
    grace_ms: int = 0


class Upgrade(ServerFrame, frozen=True, kw_only=True, tag="upgrade"):
    """The app is too old; `hard` if it cannot go on, else it can until `by`."""

    min_app: str
    by: datetime | None = None
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
