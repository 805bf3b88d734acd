"""The next instant of every stream that waits for one, in memory, with a copy on the disk to start from again."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from store.drafts import DRAFTS, Draft

FORM = 1
"""Raised when what is kept changes its meaning, so that an older copy is made anew."""


class Entry(Struct, frozen=True, array_like=True):
    """When a stream must be looked at next, in seconds since 1970, and of which family it is."""

    at: float
    family: str


class _Kept(Struct, array_like=True):
    form: int
    origin: str
    position: int
    next: dict[UUID, Entry]


class Agenda:
    """Which stream is due when; one instant a stream is enough, since its state tells all its timers then.

    Args:
        path: where the copy is kept; it may be thrown away.
        origin: the log's id: a copy of another log counts for nothing.
        head: position of the log's last event.

    Attributes:
        position: up to which the log is taken into account.
    """

    def __init__(self, path: Path, *, origin: str, head: int) -> None:
        self._path = path
        self._origin = origin
        kept = self._read()
        usable = kept is not None and (kept.form, kept.origin) == (FORM, origin) and kept.position <= head
        self._next: dict[UUID, Entry] = kept.next if kept and usable else {}
        self.position = kept.position if kept and usable else 0
        self._kept_at = self.position
        self._heap = [(entry.at, stream) for stream, entry in self._next.items()]
        heapq.heapify(self._heap)

    def __len__(self) -> int:
        """How many streams wait."""
        return len(self._next)

    def __contains__(self, stream: UUID) -> bool:
        """Whether a stream waits."""
        return stream in self._next

    def set(self, stream: UUID, entry: Entry | None) -> None:
        """Say when `stream` must be looked at next; None: never, as it stands."""
        if entry is None:
            self._next.pop(stream, None)
            return
        if self._next.get(stream) != entry:
            self._next[stream] = entry
            heapq.heappush(self._heap, (entry.at, stream))

    def due(self, until: float) -> list[tuple[UUID, str]]:
        """Take out every stream that is due up to an instant, the earliest first, with its family."""
        found: list[tuple[UUID, str]] = []
        while self._heap and self._heap[0][0] <= until:
            at, stream = heapq.heappop(self._heap)
            entry = self._next.get(stream)
            if entry is not None and entry.at == at:
                found.append((stream, entry.family))
                del self._next[stream]
        return found

    def first(self) -> float | None:
        """The earliest instant, None where nothing waits."""
        while self._heap:
            at, stream = self._heap[0]
            entry = self._next.get(stream)
            if entry is not None and entry.at == at:
                return at
            heapq.heappop(self._heap)
        return None

    def of_family(self, family: str) -> Iterator[UUID]:
        """The streams of a family that wait."""
        return (stream for stream, entry in self._next.items() if entry.family == family)

    def unkept(self) -> int:
        """How many positions the copy is behind."""
        return self.position - self._kept_at

    def keep(self) -> None:
        """Write the copy."""
        content = msgspec.msgpack.encode(_Kept(FORM, self._origin, self.position, self._next))
        drafts = self._path.parent / DRAFTS
        drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Draft(drafts) as draft:
            draft.write(content)
            draft.keep_as(self._path)
        self._kept_at = self.position

    def _read(self) -> _Kept | None:
        try:
            return msgspec.msgpack.decode(self._path.read_bytes(), type=_Kept)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
