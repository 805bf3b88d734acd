"""What a device still owes: intents in the order they were taken, and which are under way (protocol section 2 to 5).

No I/O; times are seconds of any clock that never goes back.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.case.commands import FileRef
from sync import frames as fr

FIRST_BACK_OFF_SECONDS = 1.0
LONGEST_BACK_OFF_SECONDS = 60.0
FINAL = frozenset({"applied", "duplicate", "conflict", "refused", "quarantined"})

_encoder = msgspec.json.Encoder()


class IntentTooLarge(ValueError):
    """The intent does not fit into a frame that the server takes."""


def uuid7(milliseconds: int, chance: random.Random) -> UUID:
    """A UUIDv7 (RFC 9562 section 5.7) of a Unix time, the rest drawn from `chance`."""
    number = milliseconds << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return UUID(int=number)


def full_jitter(failures: int, chance: random.Random) -> float:
    """Seconds to wait after so many failures: uniform between 0 and `min(60 s, 1 s * 2^failures)`."""
    return chance.uniform(0, min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2.0 ** min(failures, 16)))


class Entry(Struct):
    """An intent without a final verdict.

    Attributes:
        wire: as it stands in a push; stays the same once it has been sent.
        not_before: instant before which it is not offered.
        tries: how often it was put off.
        last: the last verdict, which was not a final one.
    """

    body: fr.IntentBody
    wire: bytes
    not_before: float = 0.0
    tries: int = 0
    last: fr.Verdict | None = None


class Outbox:
    """Intents in the order they were taken, and which of them are under way.

    Intents of one lane go in order; lanes are independent. Nothing but a final verdict takes an intent out.
    """

    def __init__(self, chance: random.Random) -> None:
        """Start empty; `chance` spreads what is offered again."""
        self.next_seq = 1
        self._chance = chance
        self._open: dict[UUID, Entry] = {}
        self._last_of_lane: dict[UUID, UUID] = {}
        self._flights: dict[int, tuple[UUID, ...]] = {}
        self._flying: set[UUID] = set()
        self._batches = 0

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._open.values())

    def get(self, id: UUID) -> Entry | None:
        """An intent without a final verdict."""
        return self._open.get(id)

    @property
    def owed(self) -> fr.Outbox:
        """What the device tells the server of it."""
        oldest = next(iter(self._open.values()), None)
        return fr.Outbox(n=len(self._open), next_seq=self.next_seq, oldest_at=oldest.body.at if oldest else None)

    def add(
        self,
        type: str,
        args: bytes,
        *,
        id: UUID,
        lane: UUID,
        by: UUID,
        at: datetime,
        files: tuple[FileRef, ...] = (),
        needs: tuple[UUID, ...] = (),
        base: int | None = None,
    ) -> Entry:
        """Take an intent: it gets the next sequence number and comes after the lane's last open one.

        Args:
            type: command and version.
            args: the command's own fields as JSON.
            id: a fresh UUIDv7.
            lane: the case it concerns.
            by: who gave the command.
            at: the device's clock.
            files: files that the command names.
            needs: intents that must have been applied.
            base: position of the last change of the case that was seen.

        Raises:
            IntentTooLarge: no frame could carry it.
        """
        last = self._last_of_lane.get(lane)
        after = (last,) if last is not None and last in self._open else ()
        body = fr.IntentBody(
            id=id,
            seq=self.next_seq,
            lane=lane,
            type=type,
            args=msgspec.Raw(args),
            base=None if base is None else fr.Base(base),
            after=after,
            needs=needs,
            files=files,
            at=at,
            by=by,
        )
        entry = Entry(body, _wire(body))
        self._open[id], self._last_of_lane[lane] = entry, id
        self.next_seq += 1
        return entry

    def next_push(self, limits: fr.Limits, now: float) -> bytes | None:
        """The next `push` frame, None if nothing may go now."""
        if len(self._flights) >= limits.inflight:
            return None
        chosen = self._choose(limits, now)
        if not chosen:
            return None
        self._batches += 1
        ids = tuple(entry.body.id for entry in chosen)
        self._flights[self._batches] = ids
        self._flying.update(ids)
        return b'{"t":"push","b":%d,"intents":[%b]}' % (self._batches, b",".join(entry.wire for entry in chosen))

    def _choose(self, limits: fr.Limits, now: float) -> list[Entry]:
        chosen: list[Entry] = []
        going, stopped, size = set(self._flying), set[UUID](), 0
        for id, entry in self._open.items():
            if id in self._flying or entry.body.lane in stopped:
                continue
            if entry.not_before > now or any(need in self._open and need not in going for need in entry.body.needs):
                stopped.add(entry.body.lane)
                continue
            size += len(entry.wire) + 1
            if len(chosen) == limits.intents or (chosen and size > limits.bytes):
                break
            chosen.append(entry)
            going.add(id)
        return chosen

    def judged(self, b: int, verdicts: Iterable[fr.Verdict], now: float) -> list[fr.Verdict]:
        """Take the verdicts of an `ack`; returns the final ones."""
        self._flying.difference_update(self._flights.pop(b, ()))
        return [verdict for verdict in verdicts if self._take(verdict, now)]

    def _take(self, verdict: fr.Verdict, now: float) -> bool:
        entry = self._open.get(verdict.id)
        if entry is None:
            return False
        if verdict.verdict in FINAL:
            del self._open[verdict.id]
            return True
        entry.last = verdict
        if verdict.verdict == "auth":
            return False
        wait = full_jitter(entry.tries, self._chance) if verdict.retry_ms is None else verdict.retry_ms / 1000
        entry.not_before = now + wait
        entry.tries += 1
        if verdict.code == "after-pending":
            self._free(entry)
        return False

    def _free(self, entry: Entry) -> None:
        """An intent that waits for one that was set aside without a receipt would wait for ever."""
        if not any(earlier in self._open for earlier in entry.body.after):
            entry.body = msgspec.structs.replace(entry.body, after=())
            entry.wire = _wire(entry.body)

    def disconnected(self) -> None:
        """What is under way is in doubt and goes again, in the same words; the server knows what it has judged."""
        self._flights.clear()
        self._flying.clear()

    def hurry(self, lane: UUID | None = None) -> None:
        """What waits for time may go now: something has changed, such as a file that has arrived."""
        for entry in self._open.values():
            if lane in (None, entry.body.lane):
                entry.not_before = 0.0

    def wake_at(self, now: float) -> float | None:
        """When the next intent that waits for time may go, None if none does."""
        return min((entry.not_before for entry in self._open.values() if entry.not_before > now), default=None)


def _wire(body: fr.IntentBody) -> bytes:
    wire = _encoder.encode(fr.SignedIntent(_encoder.encode(body).decode()))
    if len(wire) > fr.Limits().bytes:
        raise IntentTooLarge(f"{body.type} takes {len(wire)} bytes")
    return wire
