"""What a device keeps: the outbox, which only the person empties, and the cache, which may be lost at any time."""

from __future__ import annotations

from uuid import UUID
from zlib import crc32

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sync import frames as fr
from sync.device import events as ev
from sync.replica import DIGEST_MODULUS
from tests.simulation.invariants import hold

Key = tuple[str, str]


class Settled(Struct):
    """An applied intent whose effect shows."""

    intent: ev.Pending
    pos: int | None
    at: float


class Overtaken(Exception):
    """Another tab has written meanwhile."""


class Cache:
    """Rows and where they stand."""

    def __init__(self) -> None:
        """Begin empty."""
        self.rows: dict[Key, fr.Row] = {}
        self.shadow: dict[Key, fr.Row] | None = None
        self.stand = ev.Stand()

    def write(self, commit: ev.Commit) -> str:
        """Rows and cursor in one transaction; returns the digest of what is held then."""
        before = self.stand
        if before.epoch == commit.epoch and not commit.start and before.cursor is not None:
            hold("I7", commit.to >= before.to, f"the cursor would go from {before.to} back to {commit.to}")
        if commit.start:
            self.shadow = {}
        self.put(commit)
        if commit.finish and self.shadow is not None:
            self.rows, self.shadow = self.shadow, None
        checkpoint = commit.to if commit.complete else 0 if commit.start else before.checkpoint
        self.stand = ev.Stand(
            epoch=commit.epoch,
            cursor=commit.cursor,
            to=commit.to,
            checkpoint=checkpoint,
            booting=self.shadow is not None,
        )
        return self.digest()

    def put(self, commit: ev.Commit) -> None:
        """Write the rows."""
        into = self.rows if self.shadow is None else self.shadow
        for gone in commit.gone:
            into.pop((gone.kind, gone.id), None)
        for row in commit.rows:
            into[row.kind, row.id] = row

    def digest(self) -> str:
        """Of the rows that the next page changes."""
        rows = (self.rows if self.shadow is None else self.shadow).values()
        total = sum(crc32(f"{row.kind} {row.id} {row.pos}".encode()) for row in rows)
        return f"{len(rows):x}-{total % DIGEST_MODULUS:x}"

    def forget(self, ids: tuple[str, ...] | None) -> None:
        """Take rows away; all of them if `ids` is None."""
        if ids is None:
            self.rows, self.shadow, self.stand = {}, None, ev.Stand(epoch=self.stand.epoch)
            return
        for held in (self.rows, self.shadow or {}):
            for key in [key for key in held if key[1] in ids]:
                del held[key]

    def seed(self) -> ev.Stand:
        """What a core starts from."""
        held = (self.rows if self.shadow is None else self.shadow).values()
        rows = tuple(ev.HeldRow(row.id, row.kind, row.pos) for row in held)
        return replace(self.stand, rows=rows, digest=self.digest() if self.stand.cursor else None)


class Disk:
    """The outbox and the cache of one person on one device; the log's origin and tree are kept with the outbox.

    Attributes:
        open: intents without a final verdict, and applied ones whose effect does not show yet.
        aside: intents that were set aside, with the code.
        settled: applied intents whose effect shows.
        superseded: what the person has replaced or withdrawn.
        offered_again: what a restored log had lost.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.cache = Cache()
        self.open: dict[UUID, ev.Pending] = {}
        self.aside: dict[UUID, tuple[ev.Pending, str | None]] = {}
        self.settled: dict[UUID, Settled] = {}
        self.superseded: set[UUID] = set()
        self.offered_again: set[UUID] = set()
        self.next_seq = 1
        self.lease: float | None = None
        self.origin: str | None = None
        self.tree: ev.Tree | None = None

    def seed(self, *, app: str, device: UUID) -> ev.Seed:
        """What a core starts from."""
        asides = [pending for pending, _ in self.aside.values()]
        intents = sorted((*self.open.values(), *asides), key=lambda one: one.seq)
        return ev.Seed(
            app=app,
            device=device,
            stand=replace(self.cache.seed(), origin=self.origin, tree=self.tree),
            intents=tuple(msgspec.structs.replace(one) for one in intents),
            next_seq=self.next_seq,
            lease=self.lease,
        )

    def take(self, intent: ev.Pending) -> None:
        """A new intent."""
        self.open[intent.id] = intent
        self.next_seq = max(self.next_seq, intent.seq + 1)

    def sent(self, ids: tuple[UUID, ...]) -> None:
        """They are leaving."""
        for id in ids:
            if (intent := self.open.get(id)) is not None:
                intent.state = "sent"

    def judged(self, change: ev.Judgement) -> None:
        """Write down what has become of an intent."""
        intent = self.open.get(change.id)
        if intent is None and change.state == "queued" and change.id in self.settled:
            intent = self.settled.pop(change.id).intent
            self.open[change.id] = intent
        if intent is not None and change.state == "queued" and intent.state == "applied":
            self.offered_again.add(change.id)
        if intent is None or (intent.state == "applied" and change.state != "queued"):
            return
        intent.state, intent.pos = change.state, change.pos
        if change.after is not None:
            intent.after = change.after
        if change.state in ev.ASIDE:
            self.aside[change.id] = self.open.pop(change.id), change.code

    def settle(self, ids: tuple[UUID, ...], now: float) -> tuple[ev.Pending, ...]:
        """Their effect shows: they are kept for a while in case the log is restored.

        Returns what stays, because another tab offers it again to a log that has lost it.
        """
        for id in ids:
            if id in self.open and self.open[id].state == "applied":
                intent = self.open.pop(id)
                self.settled[id] = Settled(intent, intent.pos, now)
        return tuple(replace(self.open[id]) for id in ids if id in self.open)

    def kept(self) -> tuple[ev.Pending, ...]:
        """Intents applied lately, whether their effect shows or not, and open ones that were offered before."""
        lately = [one.intent for one in self.settled.values()]
        unsettled = [one for one in self.open.values() if one.state != "queued" or one.id in self.offered_again]
        return tuple(replace(one) for one in sorted((*lately, *unsettled), key=lambda one: one.seq))

    def withdraw(self, ids: tuple[UUID, ...]) -> None:
        """The person takes them out."""
        for id in ids:
            if self.open.pop(id, None) or self.aside.pop(id, None):
                self.superseded.add(id)
