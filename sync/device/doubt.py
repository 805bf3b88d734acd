"""What was applied in a log that was restored from a backup since: asked for by id, and offered again if it is lost.

The new log counts as known only when everything asked was answered, so that a device that ends in between asks again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from uuid import UUID

from sync import frames as fr
from sync.device.events import Pending


class Doubt:
    """What a restored log is asked for.

    Attributes:
        origin: of the log that is being asked, None while nothing is in doubt.
        due: instant at which an answer is overdue, None if none is awaited.
    """

    def __init__(self, patience: float) -> None:
        """Begin without doubt; `patience` is for an answer, in milliseconds."""
        self.origin: str | None = None
        self.due: float | None = None
        self._patience = patience
        self._asked: deque[tuple[Pending, ...]] = deque()

    def begin(self, origin: str, now: float) -> None:
        """The log was restored."""
        self.origin, self.due = origin, now + self._patience

    def ask(self, kept: Sequence[Pending], now: float) -> list[tuple[UUID, ...]]:
        """Ids to be asked for, one tuple for each frame."""
        asked = [tuple(kept[start : start + fr.MOST_ASKED]) for start in range(0, len(kept), fr.MOST_ASKED)]
        self._asked.extend(asked)
        self.due = now + self._patience
        return [tuple(intent.id for intent in some) for some in asked]

    def answered(self, known: Iterable[UUID], now: float) -> list[Pending]:
        """The oldest question was answered; returns what the log does not know."""
        self.due = now + self._patience
        there = set(known)
        return [one for one in self._asked.popleft() if one.id not in there] if self._asked else []

    @property
    def is_over(self) -> bool:
        """Whether everything asked has its answer."""
        return self.origin is not None and not self._asked

    def end(self) -> None:
        """Forget what was asked."""
        self.origin = self.due = None
        self._asked.clear()
