"""Snapshots: the state of a long stream, kept so that its first facts need not be folded again. Disposable.

A snapshot counts only for the program that took it and only where the event after which it was taken still stands in
the log: every other one is passed over, and the stream is folded from its beginning.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import msgspec
from eventsourcing.persistence import AggregateRecorder, PersistenceError, StoredEvent

from store.program import fingerprint

SNAPSHOT_EVERY = 200
"""Facts after which the next snapshot of a stream is due; also how long a stream is before anybody looks for one."""

_log = logging.getLogger("doorstep.snapshots")


class Source(Protocol):
    """Where a stream's stored bytes come from: a log or a desk."""

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
        ...


class Snapshot(NamedTuple):
    """What was found.

    Attributes:
        kind: name of the kind of stream.
        version: of the last event that is folded into `state`.
        rest: stored bytes of the events after it.
    """

    kind: str
    version: int
    state: Any
    rest: list[bytes]


class _Kept(msgspec.Struct, array_like=True):
    event: bytes
    state: msgspec.Raw


class Taken(NamedTuple):
    """A state that is to be kept; `event` are the stored bytes of the event of `version`."""

    stream: UUID
    version: int
    kind: str
    event: bytes
    state: Any


class Snapshots:
    """Snapshots in a recorder of the library."""

    def __init__(self, recorder: AggregateRecorder, shapes: Mapping[str, Any], *, program: str | None = None) -> None:
        """Use a recorder.

        Args:
            recorder: keeps them beside the log.
            shapes: types of states by the name of their kind; kinds that are not there have no snapshots.
            program: stands in the topic; by default the fingerprint of this program.
        """
        self._recorder = recorder
        self._program = program or fingerprint()
        self._decoders = {name: msgspec.msgpack.Decoder(shape) for name, shape in shapes.items()}

    def after(self, stream: UUID, source: Source) -> Snapshot | None:
        """The last snapshot of a stream that counts, with the events after it."""
        try:
            return self._found(stream, source)
        except (PersistenceError, msgspec.MsgspecError) as error:
            _log.warning("a snapshot of stream %s is passed over: %s", stream, type(error).__name__)
            return None

    def keep(self, taken: Sequence[Taken]) -> None:
        """Keep states; one that cannot be kept is logged and missed by nobody."""
        try:
            stored = [
                StoredEvent(one.stream, one.version, f"{one.kind}@{self._program}", _written(one))
                for one in taken
                if one.kind in self._decoders
            ]
            if stored:
                self._recorder.insert_events(stored)
        except PersistenceError as error:  # another process has taken the same, or the disk is full
            _log.info("%d snapshots were not kept: %s", len(taken), type(error).__name__)
        except Exception:  # a defect; the writer, who asks for this after it has answered, must go on
            _log.exception("%d snapshots were not kept", len(taken))

    def _found(self, stream: UUID, source: Source) -> Snapshot | None:
        for stored in self._recorder.select_events(stream, desc=True, limit=1):
            kind, _, program = stored.topic.partition("@")
            if program != self._program or kind not in self._decoders:
                return None
            kept = msgspec.msgpack.decode(stored.state, type=_Kept)
            version = stored.originator_version
            last, *rest = source.states(stream, after=version - 1) or [b""]
            if _hash(last) != kept.event:
                return None
            return Snapshot(kind, version, self._decoders[kind].decode(kept.state), rest)
        return None


def _written(taken: Taken) -> bytes:
    state = msgspec.Raw(msgspec.msgpack.encode(taken.state))
    return msgspec.msgpack.encode(_Kept(_hash(taken.event), state))


def _hash(event: bytes) -> bytes:
    return hashlib.sha256(event).digest()
