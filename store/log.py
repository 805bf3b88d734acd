"""The port between the store and its engines: what the writer and the readers need of an event log.

`store.sqlite` and `store.postgres` implement it; nothing above knows which of them it has. A row's `leaf` is its place
in the transparency log, dense from 0 in the order of positions, and `leaf_hash` the hash that stands there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Event
from typing import NamedTuple, Protocol
from uuid import UUID

LEAF_FORM = b"doorstep leaf 1\n"
"""First bytes of every leaf; another form of leaf gets another line."""

_LEAF_PREFIX = b"\x00"
"""What tells a leaf from an inner node (RFC 6962, section 2.1)."""


RESTORING = "restoring "
"""What the name of a log begins with while it is brought back from a backup; nobody may use it yet."""


class Entry(NamedTuple):
    """An event that is about to be appended."""

    stream: UUID
    version: int
    tag: str
    state: bytes


class Row(NamedTuple):
    """An event of the log with its position."""

    position: int
    stream: UUID
    version: int
    tag: str
    state: bytes


class Leaf(NamedTuple):
    """A row with what stands for it in the transparency log; None where nothing was written, which is damage."""

    row: Row
    number: int | None
    hash: bytes | None


class Mark(NamedTuple):
    """How far a log had been written when it was looked at.

    Attributes:
        file: what was looked at; another one says nothing of this one.
        version: changes with every commit.
        position: of the last event.
    """

    file: object
    version: int
    position: int


class LogUnavailable(Exception):
    """The log cannot be written now.

    Attributes:
        reason: `full`, `read-only`, `gone`, `busy`, `damaged` or `fault`; names what to mend.
        in_doubt: whether a commit was under way whose outcome is not known.
    """

    def __init__(self, reason: str, message: str, *, in_doubt: bool = False) -> None:
        """Say why; `message` is the engine's own and holds no personal data."""
        super().__init__(message)
        self.reason = reason
        self.in_doubt = in_doubt


class NotDurable(RuntimeError):
    """The engine would answer before a commit is on disk; acknowledged commands could be lost in a power cut."""


class ForeignLog(RuntimeError):
    """What was found is no log of this program, or one of a form that this program does not read."""


class Desk(Protocol):
    """The place of the one thread that decides and appends; a connection of its own."""

    def transaction(self) -> AbstractContextManager[None]:
        """Hold the log's lock; on leaving, commit so that it is on disk, or roll back if the body raised.

        Raises:
            LogUnavailable: the engine failed, before, within or while committing.
            IntegrityError: the library's; an appended version was taken already, so the states were stale.
        """
        ...

    def now(self) -> datetime | None:
        """The engine's own clock, UTC, where it has the only one that all nodes share; within a transaction."""
        ...

    def position(self) -> int:
        """Position of the last event, 0 in an empty log."""
        ...

    def streams_since(self, position: int) -> set[UUID]:
        """Streams with events after `position`."""
        ...

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
        ...

    def version(self, stream: UUID) -> int:
        """Version of a stream's last event, 0 if it has none."""
        ...

    def firsts(self, streams: Collection[UUID]) -> list[Row]:
        """The first event of each of `streams` that has one."""
        ...

    def beginnings(self, streams: Collection[UUID], limit: int) -> dict[UUID, list[bytes]]:
        """Stored bytes of the first `limit` events of each of `streams`, in order, all with one question."""
        ...

    def tags_since(self, stream: UUID, position: int) -> list[str]:
        """Tags of a stream's events after `position`, in order."""
        ...

    def append(self, entries: Sequence[Entry]) -> int:
        """Append events at consecutive positions, with their leaves, and return the first position."""
        ...

    def probe(self) -> None:
        """Write something that changes nothing, in a transaction of its own, to see whether the log can be written.

        Raises:
            LogUnavailable: it cannot.
        """
        ...

    def close(self) -> None:
        """Give the connection up."""
        ...


class Log(Protocol):
    """A recorder of the library that the rest of the store can work with. Safe for several threads."""

    listeners: set[Event]
    """Set when this process knows that something was committed; an engine may not tell of other processes at once, so
    a follower also looks by itself."""

    def origin(self, fresh: str) -> str:
        """The id of this log; `fresh` becomes it if it has none yet."""
        ...

    def desk(self) -> Desk:
        """A desk of its own for one writer."""
        ...

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """Stored bytes of a stream's events after version `after`, in order, at most `limit`."""
        ...

    def rows(self, *streams: UUID) -> list[Row]:
        """The events of one or several streams with their positions, in log order, all with one question."""
        ...

    def rows_after(self, position: int, limit: int, *, tags: Collection[str] = ()) -> tuple[int, list[Row]]:
        """The next rows of the log, in order.

        Args:
            position: after which to begin.
            limit: how many rows at most.
            tags: of the rows that are wanted; none of them for all rows.

        Returns:
            The position up to which no wanted row is missing, and the rows.
        """
        ...

    def leaves_after(self, position: int, limit: int) -> list[Leaf]:
        """The next rows with their leaves, in order, for whoever proves or checks the log."""
        ...

    def written_since(self, mark: Mark | None) -> tuple[Mark | None, Collection[UUID] | None]:
        """How far the log has been written, and the streams that were written to since `mark`, by whatever process.

        Returns:
            No mark where the engine cannot tell at once; no streams where it may be any of them.
        """
        ...

    def nodes(self) -> tuple[str, ...]:
        """Names of the processes that have this log open, as far as the engine knows (`store.program.own_name`)."""
        ...

    def load(self, leaves: Sequence[Leaf]) -> None:
        """Write events at the positions and with the leaves that they have elsewhere, after all that are there.

        Raises:
            IntegrityError: the library's; there is an event at such a place.
        """
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a log that is called `old` its name `new`."""
        ...

    def wake(self) -> None:
        """Tell followers that something was committed."""
        ...


def leaf_hash(origin: str, entry: Entry) -> bytes:
    """The hash of an event in the transparency log (RFC 6962), from its stored bytes alone.

    Every field has a fixed place or its length before it, so that two different events never have the same leaf.
    Sealed values are in `entry.state` as ciphertext with the commitment to their key: the hash outlives the key.
    """
    log, tag = origin.encode(), entry.tag.encode()
    leaf = b"".join(
        (
            _LEAF_PREFIX,
            LEAF_FORM,
            len(log).to_bytes(2, "big"),
            log,
            entry.stream.bytes,
            entry.version.to_bytes(8, "big"),
            len(tag).to_bytes(2, "big"),
            tag,
            len(entry.state).to_bytes(8, "big"),
            hashlib.sha256(entry.state).digest(),
        )
    )
    return hashlib.sha256(leaf).digest()
