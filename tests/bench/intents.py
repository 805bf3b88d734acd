"""Push frames, made before the time is taken."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from uuid import UUID

import msgspec

from domain.actors import Actor
from domain.case.commands import Command, FileRef
from sync.device.lanes import Lanes
from sync.frames import Limits, Push
from sync.outbox import Outbox, uuid7
from tests.bench.town import now

ALL_AT_ONCE = 1_000_000
_encoder = msgspec.json.Encoder()

Act = tuple[Command, UUID, tuple[FileRef, ...]]
"""A command, its case and its files."""


def pushes(acts: Iterable[Act], by: Actor, *, limits: Limits | None = None) -> list[bytes]:
    """Frames that push `acts` in order, as a device's outbox cuts them."""
    outbox = Outbox()
    for command, lane, files in acts:
        id = uuid7(time.time_ns() // 1_000_000, random.Random())
        outbox.add(command.type, _encoder.encode(command), id=id, lane=lane, by=by.id, at=now(), files=files)
    lanes = Lanes(random.random)
    lanes.add(entry.pending for entry in outbox)
    roomy = msgspec.structs.replace(limits or Limits(), inflight=ALL_AT_ONCE)
    frames: list[bytes] = []
    while (batch := lanes.next(roomy, 0.0)) is not None:
        frames.append(_encoder.encode(Push(b=batch.b, intents=batch.intents)))
    return frames
