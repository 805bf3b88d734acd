"""What a device still owes, in memory: it writes intents, and keeps each until its final verdict. No I/O."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.case.commands import FileRef
from sync import frames as fr
from sync.device.events import FINAL, Judgement, Pending
from sync.signing import SecretKey

_encoder = msgspec.json.Encoder()


class IntentTooLarge(ValueError):
    """The intent does not fit into a frame that the server takes."""


def uuid7(milliseconds: int, chance: random.Random) -> UUID:
    """A UUIDv7 (RFC 9562 section 5.7) of a Unix time, the rest drawn from `chance`."""
    number = milliseconds << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return UUID(int=number)


class Entry(Struct):
    """An intent without a final verdict.

    Attributes:
        pending: what the core is told of it.
        last: the last verdict, which was not a final one.
    """

    body: fr.IntentBody
    pending: Pending
    last: Judgement | None = None


class Outbox:
    """Intents in the order they were taken. Nothing but a final verdict takes one out."""

    def __init__(self) -> None:
        """Start empty."""
        self.next_seq = 1
        self._open: dict[UUID, Entry] = {}
        self._last_of_lane: dict[UUID, UUID] = {}

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._open.values())

    def get(self, id: UUID) -> Entry | None:
        """An intent without a final verdict."""
        return self._open.get(id)

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
        key: SecretKey | None = None,
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
            key: with which the device signs, if it does.

        Raises:
            IntentTooLarge: no frame could carry it.
        """
        last = self._last_of_lane.get(lane)
        body = fr.IntentBody(
            id=id,
            seq=self.next_seq,
            lane=lane,
            type=type,
            args=msgspec.Raw(args),
            base=None if base is None else fr.Base(base),
            after=(last,) if last is not None and last in self._open else (),
            needs=needs,
            files=files,
            at=at,
            by=by,
        )
        text = _encoder.encode(body).decode()
        sig = key.sign_intent(id=id, lane=lane, type=type, body=text) if key is not None else None
        if len(_encoder.encode(fr.SignedIntent(text, sig))) > fr.Limits().bytes:
            raise IntentTooLarge(f"{type} takes {len(text)} characters")
        entry = Entry(body, Pending(id=id, seq=self.next_seq, lane=lane, needs=needs, body=text, sig=sig, at=at))
        self._open[id], self._last_of_lane[lane] = entry, id
        self.next_seq += 1
        return entry

    def judged(self, change: Judgement) -> bool:
        """Write down what has become of an intent; returns whether that is final."""
        if change.state in FINAL:
            return self._open.pop(change.id, None) is not None
        if (entry := self._open.get(change.id)) is not None:
            entry.last = change
        return False
