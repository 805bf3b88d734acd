"""Judging calls one after another at the head of the log: each leaves its facts and receipt, or nothing at all."""

from __future__ import annotations

import logging
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from uuid import UUID, uuid5

import msgspec

from domain.actors import Role
from domain.case.commands import FileBundle, FileCase, OpenBundle, OpenCase
from domain.case.state import Case
from domain.decisions import Call, decide
from domain.facts import Envelope, Fact, Meta, Sealed, sealed_fields
from domain.refusals import AfterPending, Held, NeedsRefused, Refusal
from domain.staff.staff import Staff
from store import passing
from store.answers import FAULT, REUSED, Answer, busy, repeated
from store.bench import LogBench
from store.floods import Floods
from store.itself import CENTRE_ID
from store.keys import KeyDamaged, KeysMadeElsewhere, KeyVault, WrongMasterKey
from store.log import Desk, Entry, LogUnavailable, Row
from store.mapper import FactMapper, NewerFact
from store.program import fingerprint
from store.receipts import (
    CommandApplied,
    CommandFaulted,
    CommandRefused,
    Receipt,
    RefusalsCounted,
    receipt_stream,
    refusals_stream,
)
from store.shelf import ShelfUnavailable
from store.states import CASE, STAFF, Head, States, kind_of

RECEIPTS = "receipts"
"""Purpose of the key under which the bytes of a command are hashed (BLAKE2b, RFC 7693, with a key)."""
DIGEST_BYTES = 32
NOT_THE_CALLS_FAULT = (
    LogUnavailable,
    ShelfUnavailable,
    WrongMasterKey,
    KeyDamaged,
    KeysMadeElsewhere,
    NewerFact,
    MemoryError,
)
"""What is no answer to the call that met it: it concerns the whole transaction, or ends when the keys are mended or the
program is renewed."""

_log = logging.getLogger("doorstep.writer")

Gate = Callable[[Call, Sequence[tuple[UUID, Fact]]], None]
"""Looks at what a call is about to record; it may refuse it."""

Later = Callable[[int], Answer]
"""An answer, once the position of the transaction's first event is known."""


class Group:
    """What one transaction has gathered.

    Attributes:
        entries: to be appended.
        answers: for each call, its answer.
        receipts: of this transaction, with their place in `entries`.
        stored: receipts of earlier transactions that this one asks for, with their positions.
        streams: author and command to the stream of the receipt.
        retried: receipts of faults of another program, with their versions; their commands are judged anew.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.answers: list[Later] = []
        self.receipts: dict[UUID, tuple[Receipt, int]] = {}
        self.stored: dict[UUID, tuple[Receipt, int]] = {}
        self.streams: dict[tuple[UUID, UUID], UUID] = {}
        self.retried: dict[UUID, int] = {}

    def receipt_of(self, author: UUID, command_id: UUID) -> Receipt | None:
        """The receipt of a command that one of the calls has named."""
        stream = self.streams[author, command_id]
        receipt, _ = self.receipts.get(stream) or self.stored.get(stream) or (None, 0)
        return receipt


class Judge:
    """Decides calls within a transaction of one desk."""

    def __init__(
        self,
        desk: Desk,
        rows: Callable[[UUID], list[Row]],
        states: States,
        mapper: FactMapper,
        floods: Floods,
        vault: KeyVault,
        gate: Gate | None = None,
    ) -> None:
        """Sit down at a desk.

        Args:
            desk: where receipts are looked up.
            rows: a stream of the log.
            states: heads of streams, over the same desk.
            mapper: encodes and seals.
            floods: who is not judged for now.
            vault: has the key under which the bytes of a command are hashed, and those of days.
            gate: may refuse what was decided.
        """
        self._desk = desk
        self._gate = gate
        self._rows = rows
        self._states = states
        self._mapper = mapper
        self._floods = floods
        self._vault = vault
        self._key = vault.named(RECEIPTS)

    def judge(self, calls: Sequence[Call], now: Callable[[], datetime], group: Group) -> None:
        """Judge the calls in order; what they record is added to the group, and not appended yet."""
        self._recall(calls, group)
        self._states.foresee(call.lane for call in calls)
        for call in calls:
            group.answers.append(self._answer(call, now(), group))

    def count(self, counted: Iterable[RefusalsCounted], now: datetime, group: Group) -> None:
        """Add what was sent back unjudged."""
        meta = Meta(actor=CENTRE_ID, role="centre", recorded_at=now)
        for fact in counted:
            self._add(refusals_stream(fact.device), fact, meta, group)

    def _recall(self, calls: Sequence[Call], group: Group) -> None:
        """Read the receipts that the calls may ask for, all with one question."""
        for call in calls:
            for id in (call.id, *call.after, *call.needs):
                group.streams[call.by.id, id] = receipt_stream(call.by.id, id)
        for row in self._desk.firsts(group.streams.values()):
            receipt = self._mapper.decode(row.tag, row.state, row.stream, row.version).fact
            assert isinstance(receipt, Receipt)
            group.stored[row.stream] = receipt, row.position
            if isinstance(receipt, CommandFaulted) and receipt.program != fingerprint():
                self._recall_last(row.stream, group)

    def _recall_last(self, stream: UUID, group: Group) -> None:
        """After the fault of another program the last receipt counts, and none if this program has not judged yet."""
        last = self._rows(stream)[-1]
        receipt = self._mapper.decode(last.tag, last.state, stream, last.version).fact
        assert isinstance(receipt, Receipt)
        group.stored[stream] = receipt, last.position
        if isinstance(receipt, CommandFaulted) and receipt.program != fingerprint():
            group.retried[stream] = last.version

    def _answer(self, call: Call, now: datetime, group: Group) -> Later:
        stream = group.streams[call.by.id, call.id]
        sent, call = call, self._as_of_now(self._with_keyed_digest(call))
        if (again := _known(stream, call, group)) is not None:
            return again
        device = call.by.device
        if device and (retry_ms := self._floods.stops(device, call.by.id, now)) is not None:
            return _at_once(busy(retry_ms))
        bench = LogBench(self._states, now, pending=group.entries)
        meta = _meta(call, now, role=self._role(call, sent))
        try:
            _require_order(call, group)
            decided = list(decide(call.command, call, bench))
            if self._gate is not None:
                self._gate(call, decided)
            return self._apply(call, [*bench.minted, *decided], stream, meta, group)
        except Held as refusal:
            return _at_once(Answer(verdict="held", code=refusal.code, params=refusal.params))
        except Refusal as refusal:
            if device:
                self._floods.refused(device, call.by.id, now)
            return self._refuse(call, refusal, stream, meta, group)
        except NOT_THE_CALLS_FAULT:
            raise
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))  # no message: it may hold personal data
            _log.error("command %s faulted: %s\n%s", call.command.type, type(error).__name__, where)
            return self._fault(call, error, stream, meta, group)

    def _with_keyed_digest(self, call: Call) -> Call:
        """A bare hash of a command could be guessed at long after the person was erased; under a key it cannot."""
        return msgspec.structs.replace(call, digest=keyed(call.digest, self._key))

    def _as_of_now(self, call: Call) -> Call:
        """A member of staff acts in the roles held at this moment, whatever the edge knew when the command came in."""
        staff = self._states.head(call.by.id, STAFF).state
        if not isinstance(staff, Staff) or staff.id is None:
            return call
        now = msgspec.structs.replace(call.by, roles=frozenset(map(Role, staff.roles)), office=staff.office)
        return call if now == call.by else msgspec.structs.replace(call, by=now)

    def _role(self, call: Call, sent: Call) -> str:
        """In which role somebody acts; who holds none any more is named by one that they held, if there was any."""
        staff = self._states.head(call.by.id, STAFF).state if not call.by.roles else None
        former = staff.former if isinstance(staff, Staff) else ()
        return min(map(str, call.by.roles or sent.by.roles or former), default="none")

    def _payload(self, call: Call, at: datetime) -> Sealed:
        """What was sent: under the key of the person of whom it speaks, to be erased with them, and under the day's."""
        said = passing.sealed(self._vault, msgspec.to_builtins(call.command), at=at, bound_to=call.id)
        return Sealed(self._subject(call), value=said)

    def _signed(self, call: Call, decided: Iterable[tuple[UUID, Fact]]) -> Sealed | None:
        """What the device signed it with: under the key of the person of whom it speaks, to be erased with them.

        That is whoever the facts keep something of, a caller for whom a clerk booked an appointment too.
        """
        if not call.signed:
            return None
        kept = (getattr(fact, field) for _, fact in decided for field in sealed_fields(type(fact)))
        others = (one.person for one in kept if isinstance(one, Sealed) and one.person != call.by.id)
        return Sealed(next(others, None) or self._subject(call), value=b64encode(call.signed).decode())

    def _subject(self, call: Call) -> UUID:
        """The applicant, for what staff and agents send; a resident who has no part in the case speaks for themself."""
        if isinstance(call.command, FileCase | FileBundle) and call.command.answers.get("has_agent") is True:
            return uuid5(call.lane, "applicant")
        case = self._states.head(call.lane, CASE).state
        if not isinstance(case, Case) or case.applicant is None:
            opens = isinstance(call.command, OpenCase | OpenBundle)
            return uuid5(call.lane, "applicant") if opens else call.by.id
        is_outsider = Role.RESIDENT in call.by.roles and not case.belongs_to(call.by.id)
        return call.by.id if is_outsider else case.applicant

    def _apply(self, call: Call, decided: list[tuple[UUID, Fact]], stream: UUID, meta: Meta, group: Group) -> Later:
        """Add the facts and their receipt; if that fails, the group and the states are as they were before."""
        mark, before = len(group.entries), dict[UUID, Head]()
        try:
            for target, fact in decided:
                head = self._add(target, fact, meta, group)
                before.setdefault(target, head)
            offset = next((n for n, (to, _) in enumerate(reversed(decided), 1) if to == call.lane), 0)
            receipt = CommandApplied(
                type=call.command.type,
                digest=call.digest,
                lane=call.lane,
                offset=offset,
                signed=self._signed(call, decided),
            )
            index = self._receipt(stream, receipt, meta, group)
        except Exception:
            del group.entries[mark:]
            self._states.put_back(before)
            raise
        return lambda first: Answer(verdict="applied", pos=first + index - offset)

    def _refuse(self, call: Call, refusal: Refusal, stream: UUID, meta: Meta, group: Group) -> Later:
        options: tuple[str, ...] = tuple(getattr(refusal, "options", ()))
        receipt = CommandRefused(
            type=call.command.type,
            digest=call.digest,
            lane=call.lane,
            verdict=refusal.verdict,
            code=refusal.code,
            params=refusal.params,
            options=options,
            payload=self._payload(call, meta.recorded_at),
        )
        self._receipt(stream, receipt, meta, group)
        return _at_once(Answer(verdict=refusal.verdict, code=refusal.code, params=refusal.params, options=options))

    def _fault(self, call: Call, error: Exception, stream: UUID, meta: Meta, group: Group) -> Later:
        """Keep what was sent for whoever mends the program; if that is what fails, keep that it failed."""
        faulted = CommandFaulted(
            type=call.command.type,
            digest=call.digest,
            lane=call.lane,
            fault=type(error).__name__,
            program=fingerprint(),
            payload=None,
        )
        try:
            whole = msgspec.structs.replace(faulted, payload=self._payload(call, meta.recorded_at))
            self._receipt(stream, whole, meta, group)
        except NOT_THE_CALLS_FAULT:
            raise
        except Exception:
            self._receipt(stream, faulted, meta, group)
        return _at_once(FAULT)

    def _receipt(self, stream: UUID, receipt: Receipt, meta: Meta, group: Group) -> int:
        """Add a receipt; it is the first of its stream, unless another program failed before."""
        entry = self._written(Envelope(stream, group.retried.get(stream, 0) + 1, receipt, meta))
        index = len(group.entries)
        group.entries.append(entry)
        group.receipts[stream] = (receipt, index)
        return index

    def _add(self, stream: UUID, fact: Fact, meta: Meta, group: Group) -> Head:
        """Add a fact and fold it; return the head before."""
        kind = kind_of(fact)
        head = self._states.head(stream, kind)
        envelope = Envelope(stream, head.version + 1, fact, meta)
        entry = self._written(envelope)
        self._states.record(envelope, head, kind)
        group.entries.append(entry)
        return head

    def _written(self, envelope: Envelope) -> Entry:
        """A fact as it will be stored, read once: one that cannot be read would stop every reader of the log for ever.

        Raises:
            MapperDeserialisationError: a value is not of the type that the fact declares.
        """
        stream, version = envelope.originator_id, envelope.originator_version
        stored = self._mapper.to_stored_event(envelope)
        self._mapper.decode(stored.topic, stored.state, stream, version)
        return Entry(stream, version, stored.topic, stored.state)


def keyed(digest: bytes, key: bytes) -> bytes:
    """The hash of a command's exact bytes as its receipt keeps it (BLAKE2b with the key `RECEIPTS`)."""
    return blake2b(digest, key=key, digest_size=DIGEST_BYTES).digest()


def _require_order(call: Call, group: Group) -> None:
    """Commands named in `after` have been judged, those in `needs` have been applied."""
    for earlier in (*call.after, *call.needs):
        receipt = group.receipt_of(call.by.id, earlier)
        if receipt is None or (earlier in call.needs and isinstance(receipt, CommandFaulted)):
            raise AfterPending(after=str(earlier))
        if earlier in call.needs and isinstance(receipt, CommandRefused):
            raise NeedsRefused(needs=str(earlier))


def _known(stream: UUID, call: Call, group: Group) -> Later | None:
    """The answer given before to the same id, if any."""
    if stream in group.receipts:
        earlier, index = group.receipts[stream]
        return lambda first: repeated(earlier, first + index, call)
    if stream not in group.stored:
        return None
    answer = repeated(*group.stored[stream], call)
    return None if stream in group.retried and answer != REUSED else _at_once(answer)


def _at_once(answer: Answer) -> Later:
    return lambda _first: answer


def _meta(call: Call, now: datetime, *, role: str) -> Meta:
    return Meta(
        actor=call.by.id,
        role=role,
        office=call.by.office,
        device=call.by.device,
        command=call.id,
        recorded_at=now,
        captured_at=call.captured_at,
        entered_by=call.entered_by,
    )
