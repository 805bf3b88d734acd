"""What devices have said over their connections and is not in the log yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from sync import frames as fr

CONFIRM_EVERY = timedelta(minutes=5)
MOST_PENDING = 10_000


class Said(Struct, frozen=True, kw_only=True):
    """What a device said last.

    Attributes:
        leaves: whether the connection has ended.
        moved: whether anything but what devices say of themselves has changed for it since it was met.
        since: when the connection began.
        began: position up to which its rows were complete then.
    """

    person: UUID
    device: UUID
    office: str
    epoch: str
    position: int
    outbox: fr.Outbox
    app: str
    leaves: bool = False
    moved: bool = False
    since: datetime | None = None
    began: int = 0


class DeviceBook:
    """What has been said and is not in the log yet. For one thread (the event loop)."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._met: dict[tuple[UUID, UUID], Said] = {}
        self._said: dict[tuple[UUID, UUID], Said] = {}
        self._kept: dict[tuple[UUID, UUID], tuple[datetime, fr.Outbox, int]] = {}

    def met(self, said: Said) -> None:
        """A device has said hello."""
        _bounded(self._met)[said.person, said.device] = said

    def hear(self, said: Said) -> None:
        """A device has said what it holds, or has gone."""
        _bounded(self._said)[said.person, said.device] = said

    def arrivals(self) -> list[Said]:
        """Devices that have said hello and were not looked at since."""
        return list(self._met.values())

    def looked_at(self, said: Said) -> None:
        """Whether announced work is missing is in the log."""
        _drop(self._met, said)

    def due(self, now: datetime) -> list[Said]:
        """What has to be kept now: at the end of a connection, and every few minutes while something moves.

        A device that was not looked at waits: what it announced before is still compared with what it says now.
        """
        for key, said in tuple(self._said.items()):
            if said.leaves and not self._is_due(key, said, now):
                del self._said[key]
        return [said for key, said in self._said.items() if key not in self._met and self._is_due(key, said, now)]

    def kept(self, said: Said, now: datetime) -> None:
        """It is in the log."""
        _bounded(self._kept)[said.person, said.device] = now, said.outbox, said.position
        if said.leaves:
            _drop(self._said, said)

    def _is_due(self, key: tuple[UUID, UUID], said: Said, now: datetime) -> bool:
        at, outbox, position = self._kept.get(key, (None, None, 0))
        owes_the_same = outbox is not None and (outbox.n, outbox.next_seq) == (said.outbox.n, said.outbox.next_seq)
        owes_something_else = said.outbox.n > 0 if outbox is None else not owes_the_same
        changed = (said.leaves and outbox is None) or owes_something_else or (said.moved and said.position > position)
        is_late = at is None or now - at >= CONFIRM_EVERY
        return (changed or is_late) if said.leaves else (changed and is_late)


def _drop(entries: dict[tuple[UUID, UUID], Said], said: Said) -> None:
    """Forget what was said, unless the device has said something else meanwhile."""
    if entries.get((said.person, said.device)) is said:
        del entries[said.person, said.device]


def _bounded(entries: dict[Any, Any]) -> dict[Any, Any]:
    if len(entries) >= MOST_PENDING:
        del entries[next(iter(entries))]
    return entries
