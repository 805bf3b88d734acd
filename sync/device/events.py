"""What goes into the device's core and what comes out of it: data only, with the names of the TypeScript twin.

Instants are milliseconds of the device's clock.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from sync import frames as fr

PendingState = Literal["queued", "sent", "held", "applied", "conflict", "refused", "quarantined"]
ASIDE: frozenset[str] = frozenset({"conflict", "refused", "quarantined"})
FINAL: frozenset[str] = ASIDE | {"applied"}


class Phase(StrEnum):
    """Where a device's connection stands (protocol section 4)."""

    OFF = "off"
    DIAL = "dial"
    HELLO = "hello"
    BOOT = "boot"
    CATCHUP = "catchup"
    LIVE = "live"
    WARMING = "warming"
    BACKOFF = "backoff"
    AUTH_HELD = "auth-held"
    UPGRADE_HELD = "upgrade-held"
    LEASE_EXPIRED = "lease-expired"
    ORIGIN_CHANGED = "origin-changed"
    LOG_ALTERED = "log-altered"


class Pending(Struct, kw_only=True):
    """What the core must know of an intent.

    Attributes:
        needs: intents that must have been applied.
        body: the exact text that travels; once offered, it never changes.
        after: what it comes after now, None if that is what the text says.
        pos: set once applied: the effect shows in rows from there on; None if the server named none.
        at: when it was taken, by the device's clock.
    """

    id: UUID
    seq: int
    lane: UUID
    needs: tuple[UUID, ...] = ()
    body: str
    sig: str | None = None
    after: tuple[UUID, ...] | None = None
    state: PendingState = "queued"
    pos: int | None = None
    at: datetime | None = None


class HeldRow(Struct, frozen=True):
    """Where a row stands."""

    id: str
    kind: str
    pos: int


class Tree(Struct, frozen=True, kw_only=True):
    """What the log had become when the device saw it last, and the keys that it knows of it.

    Attributes:
        origin: name of the log.
        size: events.
        root: of the tree over them, lower-case hex.
        keys: as C2SP notes name them; the first were believed, the others one of them has endorsed.
    """

    origin: str
    size: int
    root: str
    keys: tuple[str, ...]


class Stand(Struct, frozen=True, kw_only=True):
    """Where a stored replica stands.

    Attributes:
        epoch: None before the first commit.
        origin: of the log, None before the first welcome; it is kept with the outbox.
        tree: what the log had become, None if the device never saw that; it is kept with the outbox.
        checkpoint: the last completed one.
        booting: a boot was interrupted; `cursor` continues it.
        rows: those held, at least of the lanes of the outbox.
        digest: of the rows held, None if it is not known.
    """

    epoch: str | None = None
    origin: str | None = None
    tree: Tree | None = None
    cursor: str | None = None
    to: int = 0
    checkpoint: int = 0
    booting: bool = False
    rows: tuple[HeldRow, ...] = ()
    digest: str | None = None


class Seed(Struct, frozen=True, kw_only=True):
    """What the core starts from.

    Attributes:
        next_seq: sequence number that the next intent will get.
        lease: instant at which the lease ends, None if there is none.
    """

    app: str
    device: UUID
    feat: tuple[str, ...] = ()
    schema: int = 1
    stand: Stand
    intents: tuple[Pending, ...] = ()
    next_seq: int = 1
    lease: float | None = None


class Commit(Struct, frozen=True, kw_only=True):
    """Something to be written in one transaction.

    Attributes:
        to: position that the replica has reached with it.
        complete: nothing at or before `to` is missing afterwards.
        start: first page of a boot: begin an empty shadow.
        finish: last page of a boot: the shadow takes the place of the old rows.
        digest: what the rows held afterwards should have, None if the server did not say.
    """

    n: int
    epoch: str
    cursor: str
    rows: tuple[fr.Row, ...]
    gone: tuple[fr.Gone, ...]
    to: int
    complete: bool
    start: bool
    finish: bool
    digest: str | None = None


class Judgement(Struct, frozen=True, kw_only=True):
    """A change to an intent that must be written down; `after` if it comes after others now."""

    id: UUID
    state: PendingState
    pos: int | None = None
    code: str | None = None
    params: dict[str, Any] | None = None
    options: tuple[str, ...] = ()
    after: tuple[UUID, ...] | None = None


class UpgradeAsked(Struct, frozen=True):
    """The server asks for a newer app, at once if `hard`, else until `by`."""

    min_app: str
    hard: bool
    by: datetime | None = None


# Events


class Event(Struct, frozen=True, tag_field="on"):
    """Something has happened."""


class Start(Event, frozen=True, tag="start"):
    """The app was opened."""


class Stop(Event, frozen=True, tag="stop"):
    """The app is being closed."""


class Kick(Event, frozen=True, tag="kick"):
    """Now seems a good moment: the network is back, the app is looked at, "sync now"."""


class Reachable(Event, frozen=True, tag="reachable"):
    """The server has just answered another request."""


class SignedIn(Event, frozen=True, tag="signed-in"):
    """The person has signed in."""


class Tick(Event, frozen=True, tag="tick"):
    """The alarm of the last `Wake` has rung."""


class Opened(Event, frozen=True, tag="opened"):
    """The socket is open, and there is a ticket."""

    link: int
    ticket: str


class Closed(Event, frozen=True, tag="closed"):
    """The connection has ended, or could not be opened."""

    link: int
    code: int
    reason: str = ""


class TicketRefused(Event, frozen=True, tag="ticket-refused"):
    """Nobody is signed in."""

    link: int


class Ticket(Event, frozen=True, tag="ticket"):
    """A ticket for renewing the sign-in on the open connection."""

    link: int
    ticket: str


class FrameCame(Event, frozen=True, tag="frame"):
    """A frame has come."""

    link: int
    frame: fr.AnyServerFrame


class Committed(Event, frozen=True, tag="committed"):
    """A commit is on disk; `digest` of the rows that are held then."""

    n: int
    digest: str | None = None


class CommitFailed(Event, frozen=True, tag="commit-failed"):
    """A commit could not be written."""


class Submitted(Event, frozen=True, tag="submitted"):
    """Intents have been written into the outbox."""

    intents: tuple[Pending, ...]


class Removed(Event, frozen=True, tag="removed"):
    """Intents were cancelled, withdrawn or replaced."""

    ids: tuple[UUID, ...]


class BatchEmpty(Event, frozen=True, tag="batch-empty"):
    """Everything in this batch was cancelled before it left."""

    b: int


class Uploaded(Event, frozen=True, tag="uploaded"):
    """All bytes of a file of this lane have been delivered."""

    lane: UUID


class Kept(Event, frozen=True, tag="kept"):
    """Answer to `Reoffer`: intents applied in the last seven days, and open ones that were offered before."""

    intents: tuple[Pending, ...]


AnyEvent = (
    Start
    | Stop
    | Kick
    | Reachable
    | SignedIn
    | Tick
    | Opened
    | Closed
    | TicketRefused
    | Ticket
    | FrameCame
    | Committed
    | CommitFailed
    | Submitted
    | Removed
    | BatchEmpty
    | Uploaded
    | Kept
)


# Actions


class Action(Struct, frozen=True, tag_field="do"):
    """Something is to be done; the driver carries actions out in order."""


class Dial(Action, frozen=True, tag="dial"):
    """Get a ticket, open the socket, report `Opened`, `TicketRefused` or `Closed`."""

    link: int


class Renew(Action, frozen=True, tag="renew"):
    """Get a ticket for the open connection, report `Ticket` or `TicketRefused`."""

    link: int


class SendFrame(Action, frozen=True, tag="send"):
    """Send a frame."""

    link: int
    frame: fr.AnyClientFrame


class CloseLink(Action, frozen=True, tag="close"):
    """Hang up."""

    link: int
    code: int


class CommitRows(Action, frozen=True, tag="commit"):
    """Write rows and cursor in one transaction, report `Committed` or `CommitFailed`."""

    commit: Commit


class Forget(Action, frozen=True, tag="forget"):
    """Take rows away; all of them if `ids` is None."""

    ids: tuple[str, ...] | None


class Sent(Action, frozen=True, tag="sent"):
    """These intents are leaving: they can no longer be edited."""

    ids: tuple[UUID, ...]


class JudgeIntents(Action, frozen=True, tag="judge"):
    """Write down what has become of intents."""

    changes: tuple[Judgement, ...]


class Settle(Action, frozen=True, tag="settle"):
    """The effect of these intents shows in rows now: move them from the outbox to what is kept for seven days."""

    ids: tuple[UUID, ...]


class EnterPhase(Action, frozen=True, tag="phase"):
    """The connection stands elsewhere now."""

    phase: Phase
    upgrade: UpgradeAsked | None = None


class Wake(Action, frozen=True, tag="wake"):
    """Report `Tick` at this instant; replaces the earlier one."""

    at: float | None


class Reoffer(Action, frozen=True, tag="reoffer"):
    """The log was restored from a backup: report what was applied lately, and what was offered, as `Kept`."""


class FollowLog(Action, frozen=True, tag="origin"):
    """Write down, beside the outbox, which log this device agrees with."""

    origin: str


class RememberTree(Action, frozen=True, tag="tree"):
    """Write down, beside the outbox, what the log had become."""

    tree: Tree


class Lease(Action, frozen=True, tag="lease"):
    """Write down until when the device may be used without being heard again."""

    until: float | None


class Blocked(Action, frozen=True, tag="blocked"):
    """The device was blocked: drop caches of drafts and photographs too; the sealed outbox stays."""


AnyAction = (
    Dial
    | Renew
    | SendFrame
    | CloseLink
    | CommitRows
    | Forget
    | Sent
    | JudgeIntents
    | Settle
    | EnterPhase
    | Wake
    | Reoffer
    | FollowLog
    | RememberTree
    | Lease
    | Blocked
)
