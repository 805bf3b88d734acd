"""The outbox as the protocol sees it: which intents may go now, in what order, and what each verdict means.

L1 intents of one lane go in the order of `seq`; lanes are independent.
L2 an intent waits for the intents it `needs`. One that needs a refused one is offered all the same, so that the server
   keeps its words, and is set aside with it; one that needs a quarantined one waits. One that is not here any more
   and that the server, when asked, does not know or has quarantined was taken out by the person: what needs it is set
   aside.
L3 `retry`, `auth` and `held` charge nothing and keep the lane's place.
L4 an intent sent without an answer is pushed again with the same id after a reconnect; the server answers `duplicate`.
L5 whatever closes the connection as malformed is found by pushing one intent at a time; it is set aside, unless the
   server knows it when asked: then something else was malformed. So is an intent that is left out of an answer twice,
   because the server cannot read it.
L6 an intent never waits for an earlier one of its lane that has its final verdict here, or that waits for a quarantined
   one itself: the server may never hear of it.
L7 an intent is offered in the same words ever after, or it would not be known again where its answer was lost; what
   it waits for now travels beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from sync import frames as fr
from sync.device.backoff import Random, full_jitter
from sync.device.events import ASIDE, Judgement, Pending, PendingState

HOLD_MS = {"file-missing": 30_000.0, "app-too-old": 600_000.0}
"""How long a hold lasts before the intent is offered again by itself; what it waits for usually wakes it earlier."""
AFTER_PENDING_MS = 1_000.0
ASKED = 0
"""Number of the answer to a question; batches are counted from 1."""
MALFORMED_ONCE_MORE = 2
NEEDS_REFUSED = "needs-refused"

_encoder = msgspec.json.Encoder()


class _Order(Struct):
    after: tuple[UUID, ...] = ()


_order = msgspec.json.Decoder(_Order)


class Slot(Struct):
    """An intent with what the core adds to it.

    Attributes:
        wire: bytes that it takes up inside a push.
        not_before: instant before which it is not offered.
        tries: how often it was put off.
        malformed: how often a connection ended over it.
    """

    it: Pending
    signed: fr.SignedIntent
    wire: int
    not_before: float = 0.0
    tries: int = 0
    malformed: int = 0


class Flight(Struct):
    """A push without an answer."""

    ids: tuple[UUID, ...]
    since: float


class Batch(Struct):
    """What is to be pushed."""

    b: int
    intents: tuple[fr.SignedIntent, ...]
    ids: tuple[UUID, ...]


class Lanes:
    """Intents of one person on one device, in order of `seq`."""

    def __init__(self, random: Random) -> None:
        """Begin empty."""
        self.batches = 0
        self.last_seq = 0
        self._random = random
        self._open: dict[UUID, Slot] = {}
        self._applied: dict[UUID, Slot] = {}
        self._aside: dict[UUID, PendingState] = {}
        self._flights: dict[int, Flight] = {}
        self._timed: set[UUID] = set()
        self._suspects: set[UUID] = set()
        self._accused: dict[UUID, None] = {}

    def add(self, intents: Iterable[Pending]) -> None:
        """Add intents in the order of `seq`; one that is known stays as it is."""
        in_order = True
        last = next(reversed(self._open.values())).it.seq if self._open else 0
        for intent in intents:
            if not self._knows(intent.id):
                self._put(intent)
                in_order = in_order and intent.seq > last
                last = intent.seq
        if not in_order:
            self._open = dict(sorted(self._open.items(), key=lambda item: item[1].it.seq))

    def _knows(self, id: UUID) -> bool:
        return id in self._open or id in self._applied or id in self._aside

    def _put(self, intent: Pending) -> None:
        self.last_seq = max(self.last_seq, intent.seq)
        if intent.state in ASIDE:
            self._aside[intent.id] = intent.state
            return
        signed = _signed(intent)
        slot = Slot(intent, signed, _wire(signed))
        (self._applied if intent.state == "applied" else self._open)[intent.id] = slot

    def remove(self, ids: Iterable[UUID]) -> list[Judgement]:
        """Take intents out that the person cancelled, withdrew or replaced; returns what is set aside with them."""
        gone: list[UUID] = []
        for id in ids:
            if self._aside.pop(id, None) or self._open.pop(id, None):
                gone.append(id)
            self._applied.pop(id, None)
            self._timed.discard(id)
            self._suspects.discard(id)
            self._accused.pop(id, None)
        return self._set_aside_with(gone)

    def _set_aside_with(self, gone: Iterable[UUID]) -> list[Judgement]:
        """What needs an intent that will never be applied can never be applied either."""
        lost, changes, more = set(gone), list[Judgement](), True
        while more:
            more = False
            for slot in list(self._open.values()):
                if needs := [id for id in slot.it.needs if id in lost]:
                    lost.add(slot.it.id)
                    changes.append(self._needs_refused(slot, needs))
                    more = True
        return changes

    def _needs_refused(self, slot: Slot, needs: list[UUID]) -> Judgement:
        self._finish(slot, "refused")
        params = {"needs": [str(id) for id in needs]}
        return Judgement(id=slot.it.id, state="refused", code=NEEDS_REFUSED, params=params)

    def requeue(self, intents: Sequence[Pending]) -> list[Judgement]:
        """Take intents back that were applied in a log which has lost them.

        What they and the others of their lanes name in `after` may be lost with them: each names the one before it now.
        """
        lost = [intent for intent in intents if intent.id not in self._aside]
        for intent in lost:
            self._applied.pop(intent.id, None)
            if (slot := self._open.get(intent.id)) is not None:
                slot.it.state, slot.not_before, slot.tries = "queued", 0.0, 0  # another tab may know of an answer
                self._timed.discard(intent.id)
        self.add(msgspec.structs.replace(intent, state="queued", pos=None) for intent in lost)
        back = {intent.id for intent in lost}
        moved = self._chain({intent.lane for intent in lost})
        there = (slot.it for id, slot in self._open.items() if id in back or id in moved)
        return [Judgement(id=one.id, state=one.state, after=one.after if one.id in moved else None) for one in there]

    def _chain(self, lanes: set[UUID]) -> set[UUID]:
        """Let each open intent of these lanes come after the one before it; returns those that came after others."""
        last: dict[UUID, UUID] = {}
        moved: set[UUID] = set()
        for id, slot in self._open.items():
            if slot.it.lane not in lanes or not _is_readable(slot.it.body):
                continue
            before = last.get(slot.it.lane)
            wanted = () if before is None else (before,)
            if _after(slot.it) != wanted:
                self._relink(slot, wanted)
                moved.add(id)
            if self._will_be_judged(id):
                last[slot.it.lane] = id
        return moved

    def _relink(self, slot: Slot, after: tuple[UUID, ...]) -> None:
        """Let an intent come after others; its words stay (L7)."""
        slot.it.after = after
        slot.signed = _signed(slot.it)
        slot.wire = _wire(slot.signed)

    def ask(self, now: float) -> tuple[UUID, ...]:
        """Intents that look malformed or are missed: the server is asked before they, or what needs them, go aside."""
        if not self._accused or ASKED in self._flights:
            return ()
        ids = tuple(self._accused)[: fr.MOST_ASKED]
        self._flights[ASKED] = Flight(ids, now)
        return ids

    def next(self, limits: fr.Limits, now: float) -> Batch | None:
        """The next batch to push, None if nothing may go now."""
        isolating = bool(self._suspects)
        if len(self._flights) >= (1 if isolating else limits.inflight) or not self._open:
            return None
        chosen = self._choose(1 if isolating else limits.intents, limits.bytes, now)
        if not chosen:
            return None
        self.batches += 1
        ids = tuple(slot.it.id for slot in chosen)
        self._flights[self.batches] = Flight(ids, now)
        for slot in chosen:
            slot.it.state = "sent"
        return Batch(self.batches, tuple(slot.signed for slot in chosen), ids)

    def _choose(self, most: int, most_bytes: int, now: float) -> list[Slot]:
        flying = self._in_flight()
        going = set(flying)
        stopped: set[UUID] = set()
        chosen: list[Slot] = []
        size = 0
        for id, slot in self._open.items():
            if id in flying or slot.it.lane in stopped:
                continue
            if slot.it.needs and (need := self._neediness(slot, going)) != "met":
                if need == "later":
                    stopped.add(slot.it.lane)
                continue
            if slot.not_before > now:
                stopped.add(slot.it.lane)
                continue
            if len(chosen) >= most or (chosen and size + slot.wire > most_bytes):
                break
            size += slot.wire
            chosen.append(slot)
            going.add(id)
        return chosen

    def _neediness(self, slot: Slot, going: set[UUID]) -> str:
        """Whether what it needs is met, comes `later`, or is quarantined (`aside`), be it at the end of a chain."""
        result = "met"
        for id in slot.it.needs:
            if self._aside.get(id) == "quarantined":
                return "aside"
            needed = None if id in going else self._open.get(id)
            if needed is not None:
                if self._neediness(needed, going) == "aside":
                    return "aside"
                result = "later"
        return result

    def judge(self, b: int, verdicts: Iterable[fr.Verdict], now: float) -> list[Judgement]:
        """Take the verdicts of an `ack`; returns what must be written."""
        flight = self._flights.pop(b, None)
        unread = set(flight.ids) if flight else set[UUID]()
        changes: list[Judgement] = []
        for verdict in verdicts:
            unread.discard(verdict.id)
            slot = self._open.get(verdict.id)
            if slot is None:
                changes += self._told_of_missing(verdict) if b == ASKED else []
                continue
            self._suspects.discard(verdict.id)
            changes.append(self._take(slot, verdict, now))
        if flight and unread:
            for id in flight.ids:
                changes += self._unread(id, is_asked=b == ASKED) if id in unread else []
        return changes

    def _told_of_missing(self, verdict: fr.Verdict) -> list[Judgement]:
        """What the server says of an intent that is not open here.

        One that it has set aside too, and that is not in the tray here any more, was taken out by the person.
        """
        self._accused.pop(verdict.id, None)
        is_taken_out = verdict.verdict == "quarantined" and not self._knows(verdict.id)
        return self._set_aside_with([verdict.id]) if is_taken_out else []

    def _unread(self, id: UUID, *, is_asked: bool) -> list[Judgement]:
        """An answer leaves it out."""
        slot = self._open.get(id)
        if slot is None:
            self._accused.pop(id, None)
            return self._set_aside_with([id]) if is_asked and not self._knows(id) else []
        if not is_asked:
            self._charge(slot)
            return []
        self._finish(slot, "quarantined")
        return [Judgement(id=id, state="quarantined", code="malformed")]

    def landed(self, b: int) -> None:
        """Everything in this batch was cancelled before it left."""
        self._flights.pop(b, None)

    def _take(self, slot: Slot, verdict: fr.Verdict, now: float) -> Judgement:
        after: tuple[UUID, ...] | None = None
        match verdict.verdict:
            case "applied" | "duplicate":
                slot.it.pos = verdict.pos
                self._finish(slot, "applied")
            case "conflict" | "refused" | "quarantined":
                self._finish(slot, verdict.verdict)
            case "held":
                if verdict.code == "after-pending":
                    if needs := self._refused_needs(slot):
                        return self._needs_refused(slot, needs)
                    self._doubt_needs(slot, verdict)
                    after = self._freed(slot)
                slot.it.state = "held"
                self._put_off(slot, now, verdict, lambda: self._hold_ms(slot, verdict.code or ""))
            case "auth":
                slot.it.state = "queued"
                self._put_off(slot, 0.0, None, lambda: 0.0)
            case "retry":
                slot.it.state = "queued"
                self._put_off(slot, now, verdict, lambda: full_jitter(slot.tries, self._random))
        return Judgement(
            id=slot.it.id,
            state=slot.it.state,
            pos=slot.it.pos,
            code=verdict.code,
            params=verdict.params,
            options=verdict.options or (),
            after=after,
        )

    def _finish(self, slot: Slot, state: PendingState) -> None:
        slot.it.state = state
        id = slot.it.id
        del self._open[id]
        self._timed.discard(id)
        self._suspects.discard(id)
        self._accused.pop(id, None)
        if state == "applied":
            self._applied[id] = slot
        else:
            self._aside[id] = state

    def _put_off(self, slot: Slot, now: float, verdict: fr.Verdict | None, otherwise: Callable[[], float]) -> None:
        told = verdict.retry_ms if verdict else None
        slot.not_before = now + (otherwise() if told is None else told)
        slot.tries += 1
        self._timed.add(slot.it.id)

    def _hold_ms(self, slot: Slot, code: str) -> float:
        hold = HOLD_MS.get(code)
        return AFTER_PENDING_MS + full_jitter(slot.tries, self._random) if hold is None else hold

    def _refused_needs(self, slot: Slot) -> list[UUID]:
        return [id for id in slot.it.needs if self._aside.get(id) in ("conflict", "refused")]

    def _doubt_needs(self, slot: Slot, verdict: fr.Verdict) -> None:
        """Have the server asked for what it waits for and what is not here: perhaps taken out while no core heard."""
        awaited = (verdict.params or {}).get("after")
        for id in slot.it.needs:
            if str(id) == awaited and not self._knows(id):
                self._accused[id] = None

    def _freed(self, slot: Slot) -> tuple[UUID, ...] | None:
        """What it comes after from now on, if nothing that it names is open here any more (L6).

        What is open in the lane before it takes that place, so that the lane keeps its order.
        """
        after = _after(slot.it)
        if not after or any(self._will_be_judged(id) for id in after):
            return None
        earlier = [
            id
            for id, one in self._open.items()
            if one.it.lane == slot.it.lane and one.it.seq < slot.it.seq and self._will_be_judged(id)
        ]
        self._relink(slot, tuple(earlier[-1:]))
        return slot.it.after

    def _will_be_judged(self, id: UUID) -> bool:
        slot = self._open.get(id)
        return slot is not None and self._neediness(slot, set()) != "aside"

    def disconnected(self, *, malformed: bool = False) -> None:
        """The connection is gone: what was in flight is in doubt and will be pushed again."""
        self._flights.pop(ASKED, None)
        doubtful = [id for flight in self._flights.values() for id in flight.ids]
        self._flights.clear()
        if not malformed:
            return
        self._suspects = set(doubtful)
        if len(doubtful) == 1 and (slot := self._open.get(doubtful[0])) is not None:
            self._charge(slot)

    def _charge(self, slot: Slot) -> None:
        slot.malformed += 1
        if slot.malformed >= MALFORMED_ONCE_MORE:
            self._suspects.discard(slot.it.id)
            self._accused[slot.it.id] = None

    def _in_flight(self) -> set[UUID]:
        return {id for flight in self._flights.values() for id in flight.ids}

    @property
    def has_applied(self) -> bool:
        """Whether the effect of an applied intent does not show yet."""
        return bool(self._applied)

    @property
    def waiting_since(self) -> float | None:
        """When the oldest batch that has no answer was pushed, None if all have one."""
        return next((flight.since for flight in self._flights.values()), None)

    def rush(self, lane: UUID | None = None) -> None:
        """Everything that waits for time may go now."""
        for id in list(self._timed):
            slot = self._open[id]
            if lane is None or slot.it.lane == lane:
                slot.not_before = 0.0
                self._timed.discard(id)

    def wake_at(self, now: float) -> float | None:
        """The earliest instant after `now` at which a waiting intent may go, None if none waits for time."""
        if not self._timed:
            return None
        self._timed = {id for id in self._timed if self._open[id].not_before > now}
        return min((self._open[id].not_before for id in self._timed), default=None)

    def settle(self, shown: Callable[[str, int], bool]) -> tuple[UUID, ...]:
        """Drop applied intents whose effect has come back, as `shown` tells, and return their ids."""
        if not self._applied:
            return ()
        settled = tuple(
            id
            for id, slot in sorted(self._applied.items(), key=lambda item: item[1].it.seq)
            if slot.it.pos is None or shown(str(slot.it.lane), slot.it.pos)
        )
        for id in settled:
            del self._applied[id]
        return settled

    def owed(self, next_seq: int) -> fr.Outbox:
        """What the device tells the server of it."""
        oldest = next(iter(self._open.values()), None)
        return fr.Outbox(n=len(self._open), next_seq=next_seq, oldest_at=oldest.it.at if oldest else None)

    def all(self) -> Sequence[Pending]:
        """Intents without a final verdict, and applied ones whose effect does not show yet, as they stand."""
        return [slot.it for slot in (*self._open.values(), *self._applied.values())]


def _wire(signed: fr.SignedIntent) -> int:
    return len(_encoder.encode(signed)) + 1


def _signed(intent: Pending) -> fr.SignedIntent:
    links = None if intent.after is None else fr.Links(intent.after, intent.needs)
    return fr.SignedIntent(intent.body, intent.sig, links)


def _after(intent: Pending) -> tuple[UUID, ...]:
    return _order.decode(intent.body).after if intent.after is None else intent.after


def _is_readable(body: str) -> bool:
    try:
        _order.decode(body)
    except msgspec.MsgspecError:
        return False
    return True
