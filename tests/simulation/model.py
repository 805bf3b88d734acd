"""A small centre in memory with the verdict classes of the real one: real calls, answers and receipts, no engine.

The log has gaps in its positions, rows follow the log later, and everything can be copied for a backup.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID
from zlib import crc32

import msgspec
from msgspec import Struct

from domain.actors import Actor, Role
from domain.case import commands as c
from domain.decisions import Call
from projections.database import Change
from projections.following import Batch
from projections.reader import NOWHERE, Departure, Page, StoredRow
from store.answers import FAULT, Answer, repeated
from store.receipts import CommandApplied, CommandFaulted, CommandRefused, Receipt
from sync.replica import DIGEST_MODULUS

POISON = "poison"
STAFF = frozenset({Role.WINDOW_CLERK, Role.LEAD})
OFFICE = "office:street"
_encode = msgspec.json.Encoder().encode


class Effect(Struct, frozen=True):
    """An applied intent in the log."""

    pos: int
    author: UUID
    id: UUID
    lane: UUID


class Doc(Struct, frozen=True):
    """A case as decisions see it."""

    owner: UUID
    pos: int = 0
    material: int = 0
    claimed_by: UUID | None = None
    status: str = "filed"
    files: frozenset[UUID] = frozenset()
    acts: tuple[str, ...] = ()


class Refuse(Exception):
    """The command cannot be done."""

    def __init__(self, verdict: str, code: str, **params: str) -> None:
        super().__init__(code)
        self.verdict, self.code, self.params = verdict, code, params


class Centre:
    """The log, its receipts, and the rows that follow.

    Attributes:
        head: last position of the log.
        position: up to which rows have followed.
        arrived: files that are there.
        holders: of each row, where a device may have it from.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.head = 0
        self.position = 0
        self.log: list[Effect] = []
        self.receipts: dict[tuple[UUID, UUID], tuple[Receipt, int]] = {}
        self.docs: dict[UUID, Doc] = {}
        self.arrived: set[UUID] = set()
        self.rows: dict[str, dict[tuple[str, str], StoredRow]] = {}
        self.left: dict[str, list[Departure]] = {}
        self.behind: deque[tuple[int, tuple[Change, ...]]] = deque()

    def copy(self) -> Centre:
        """A backup."""
        other = Centre()
        other.head, other.position = self.head, self.position
        other.log, other.receipts, other.docs = list(self.log), dict(self.receipts), dict(self.docs)
        other.arrived = set(self.arrived)
        other.rows = {scope: dict(rows) for scope, rows in self.rows.items()}
        other.left = {scope: list(left) for scope, left in self.left.items()}
        other.behind = deque(self.behind)
        return other

    # Judging

    def judge(self, calls: Sequence[Call], now: datetime, actors: dict[UUID, Actor]) -> list[Answer]:
        """Judge calls in order at the head of the log, each with the rights that its author has now."""
        return [self.answer(call, now, actors[call.by.id]) for call in calls]

    def answer(self, call: Call, now: datetime, by: Actor) -> Answer:
        """Judge one call; a second one gets the first one's answer."""
        known = self.receipts.get((by.id, call.id))
        if known is not None:
            return repeated(*known, call)
        try:
            self.require_order(call, by)
            doc = self.decide(call, now, by, self.docs.get(call.lane))
        except Refuse as refusal:
            return self.refused(call, by, refusal)
        except ZeroDivisionError:
            return self.faulted(call, by)
        return self.applied(call, by, doc)

    def require_order(self, call: Call, by: Actor) -> None:
        """What is named in `after` has been judged, what is named in `needs` has been applied."""
        for earlier in (*call.after, *call.needs):
            receipt, _ = self.receipts.get((by.id, earlier), (None, 0))
            if receipt is None or (earlier in call.needs and isinstance(receipt, CommandFaulted)):
                raise Refuse("held", "after-pending", after=str(earlier))
            if earlier in call.needs and isinstance(receipt, CommandRefused):
                raise Refuse("refused", "needs-refused", needs=str(earlier))

    def decide(self, call: Call, now: datetime, by: Actor, doc: Doc | None) -> Doc:
        """The case afterwards, without what every act does to it."""
        match call.command:
            case c.FileCase():
                if doc is not None or not by.is_resident:
                    raise Refuse("refused", "forbidden")
                return Doc(by.id, files=frozenset(file.id for file in call.files))
            case c.SupplementCase() | c.WithdrawCase():
                return self._by_resident(call, by, doc)
            case c.AddNote() | c.ClaimCase() | c.ReleaseCase() | c.AcceptCase() | c.DecideCase():
                return self._by_staff(call, by, doc)
            case c.Unusable():
                raise Refuse("refused", call.command.why)
            case _:
                raise Refuse("refused", "forbidden")

    def _by_resident(self, call: Call, by: Actor, doc: Doc | None) -> Doc:
        if doc is None or doc.owner != by.id:
            raise Refuse("refused", "not-found")
        if isinstance(call.command, c.SupplementCase):
            return doc
        if doc.status in ("withdrawn", "decided"):
            raise Refuse("conflict", "state-changed", status=doc.status)
        return msgspec.structs.replace(doc, status="withdrawn", claimed_by=None)

    def _by_staff(self, call: Call, by: Actor, doc: Doc | None) -> Doc:
        if not by.roles & STAFF or by.office != "street":
            raise Refuse("refused", "permission-lost")
        if isinstance(call.command, c.AddNote) and call.command.text == POISON:
            raise ZeroDivisionError
        if doc is None:
            raise Refuse("refused", "not-found")
        if isinstance(call.command, c.AddNote):
            return doc
        if doc.status in ("withdrawn", "decided"):
            raise Refuse("refused", "case-is-closed")
        if doc.claimed_by not in (None, by.id):
            raise Refuse("conflict", "already-claimed", by=str(doc.claimed_by))
        match call.command:
            case c.ClaimCase():
                return msgspec.structs.replace(doc, claimed_by=by.id)
            case c.ReleaseCase():
                return msgspec.structs.replace(doc, claimed_by=None)
            case c.AcceptCase() if not doc.files <= self.arrived:
                raise Refuse("held", "file-missing")
            case c.AcceptCase() if doc.status != "filed":
                raise Refuse("conflict", "state-changed", status=doc.status)
            case c.AcceptCase():
                return msgspec.structs.replace(doc, status="accepted", claimed_by=by.id)
            case _ if call.base is not None and doc.material > call.base:
                raise Refuse("conflict", "stale-decision")
            case _:
                return msgspec.structs.replace(doc, status="decided")

    def refused(self, call: Call, by: Actor, refusal: Refuse) -> Answer:
        """Keep what was refused; what is only held leaves no trace."""
        if refusal.verdict == "held":
            return Answer(verdict="held", code=refusal.code, params=refusal.params)
        options = ("watch",) if refusal.verdict == "conflict" else ()
        receipt = CommandRefused(
            type=call.command.type,
            digest=call.digest,
            lane=call.lane,
            verdict=refusal.verdict,
            code=refusal.code,
            params=refusal.params,
            options=options,
            payload=None,  # type: ignore[arg-type]
        )
        self.keep(by.id, call.id, receipt)
        return Answer(verdict=refusal.verdict, code=refusal.code, params=refusal.params, options=options)

    def faulted(self, call: Call, by: Actor) -> Answer:
        """The program has failed on it."""
        receipt = CommandFaulted(
            type=call.command.type, digest=call.digest, lane=call.lane, fault="", program="", payload=None
        )
        self.keep(by.id, call.id, receipt)
        return FAULT

    def keep(self, author: UUID, id: UUID, receipt: Receipt) -> None:
        """Write a receipt."""
        self.head += 1
        self.receipts[author, id] = (receipt, self.head)

    def applied(self, call: Call, by: Actor, doc: Doc) -> Answer:
        """Write the effect and its receipt."""
        before = self.docs.get(call.lane)
        self.head += 1 + len(self.log) % 3  # positions have gaps
        pos = self.head
        is_material = not isinstance(call.command, c.AddNote)
        self.docs[call.lane] = after = msgspec.structs.replace(
            doc, pos=pos, acts=(*doc.acts, str(call.id)), material=pos if is_material else doc.material
        )
        self.log.append(Effect(pos, by.id, call.id, call.lane))
        self.keep(by.id, call.id, CommandApplied(type=call.command.type, digest=call.digest, lane=call.lane, offset=1))
        self.behind.append((pos, tuple(_changes(str(call.lane), before, after))))
        return Answer(verdict="applied", pos=pos)

    def answer_to(self, author: UUID, id: UUID) -> Answer | None:
        """The answer given to a command, None if it was never judged."""
        known = self.receipts.get((author, id))
        return None if known is None else repeated(*known)

    def done_by(self, pos: int) -> set[UUID]:
        """Commands with an effect at or before a position."""
        return {effect.id for effect in self.log if effect.pos <= pos}

    # Rows

    def follow(self) -> Batch:
        """Let the rows follow the log."""
        last: dict[tuple[str, str, str], Change] = {}
        while self.behind:
            for change in self.behind.popleft()[1]:
                last.pop((change.scope, change.kind, change.id), None)
                last[change.scope, change.kind, change.id] = change
        changes = tuple(last.values())
        for change in changes:
            rows = self.rows.setdefault(change.scope, {})
            if change.row is None:
                rows.pop((change.kind, change.id), None)
                self.left.setdefault(change.scope, []).append(Departure(change.pos, change.id, change.kind, change.why))
            else:
                rows[change.kind, change.id] = StoredRow(change.pos, change.id, change.kind, change.row)
        self.position = self.head
        return Batch(position=self.head, changes=changes)

    def page(self, scopes: Iterable[str], after: tuple[int, str], page_bytes: int, since: int) -> Page:
        """The next rows after a place, as `projections.reader` gives them."""
        keys = sorted(scopes)
        held = [row for key in keys for row in self.rows.get(key, {}).values()]
        rows: list[StoredRow] = []
        size, more = 0, False
        for row in sorted(row for row in held if row[:2] > after):
            if rows and size + len(row.row) > page_bytes and row[:2] != rows[-1][:2]:
                more = True
                break
            rows.append(row)
            size += len(row.row)
        reached = (rows[-1].pos, rows[-1].id) if more else (max(self.position, after[0]), "")
        gone: list[Departure] = []
        if after != NOWHERE:
            there = {(row.kind, row.id) for row in held}
            told = max(after[0], since)
            gone = [
                left
                for key in keys
                for left in self.left.get(key, ())
                if told < left.pos <= reached[0] and (left.kind, left.id) not in there
            ]
        digest = None if more else digest_of(held)
        return Page(rows, gone, reached, more, digest, self.position)

    def digest(self, scopes: Iterable[str], after: int) -> str | None:
        """The digest of all rows of the scopes at a position; None if they have changed since."""
        held = [row for key in scopes for row in self.rows.get(key, {}).values()]
        moved = any(row.pos > after for row in held) or any(
            left.pos > after for key in scopes for left in self.left.get(key, ())
        )
        return None if moved or self.position < after else digest_of(held)

    def visible(self, scopes: Iterable[str]) -> dict[tuple[str, str], int]:
        """What a complete replica holds: kind and id of each row, and its position."""
        return {key: row.pos for scope in scopes for key, row in self.rows.get(scope, {}).items()}


def digest_of(rows: list[StoredRow]) -> str:
    """The digest of rows, as devices compute it."""
    total = sum(crc32(f"{row.kind} {row.id} {row.pos}".encode()) for row in rows)
    return f"{len(rows):x}-{total % DIGEST_MODULUS:x}"


def _changes(lane: str, before: Doc | None, after: Doc) -> Iterable[Change]:
    yield _row(f"person:{after.owner}", "status", lane, after)
    if after.status in ("withdrawn", "decided"):
        if before is not None and before.status not in ("withdrawn", "decided"):
            yield Change(OFFICE, "queue", lane, after.pos, None, "purged")
    else:
        yield _row(OFFICE, "queue", lane, after)
    if before is not None and before.claimed_by not in (None, after.claimed_by):
        yield Change(f"mine:{before.claimed_by}", "case", lane, after.pos, None, "reassigned")
    if after.claimed_by is not None:
        yield _row(f"mine:{after.claimed_by}", "case", lane, after)


def _row(scope: str, kind: str, lane: str, doc: Doc) -> Change:
    body = _encode({"scope": scope, "status": doc.status, "acts": doc.acts}).decode()
    return Change(scope, kind, lane, doc.pos, f'{{"id":"{lane}","kind":"{kind}","pos":{doc.pos},"body":{body}}}')
