"""Who holds an open connection, so that they are told at once what concerns their right to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Literal
from uuid import UUID

News = Literal["erased", "rights"]
"""`erased`: the person is gone. `rights`: look again whether the sign-in, the roles and the device still count."""

Told = Callable[[News], None]
Leave = Callable[[], None]


class Presence:
    """Open connections by what they depend on: person, session, device. For one thread (the event loop)."""

    def __init__(self) -> None:
        """Start with nobody there."""
        self._here: dict[UUID, set[Told]] = defaultdict(set)
        self._seats: dict[tuple[UUID, UUID], Leave] = {}

    def __len__(self) -> int:
        """How many connections have a seat."""
        return len(self._seats)

    def enter(self, ids: Iterable[UUID], told: Told) -> None:
        """A connection has opened that depends on these streams."""
        for id in ids:
            self._here[id].add(told)

    def leave(self, ids: Iterable[UUID], told: Told) -> None:
        """The connection has ended, or depends on them no more."""
        for id in ids:
            self._here[id].discard(told)
            if not self._here[id]:
                del self._here[id]

    def is_here(self, id: UUID) -> bool:
        """Whether a connection depends on a stream now."""
        return id in self._here

    def sit_down(self, person: UUID, device: UUID, leave: Leave) -> None:
        """A person's device has one connection at a time: the older one is asked to leave."""
        older = self._seats.get((person, device))
        self._seats[person, device] = leave
        if older is not None:
            older()

    def has_seat(self, person: UUID, device: UUID) -> bool:
        """Whether a person's device holds a connection now."""
        return (person, device) in self._seats

    def stand_up(self, person: UUID, device: UUID, leave: Leave) -> None:
        """The connection has ended."""
        if self._seats.get((person, device)) == leave:
            del self._seats[person, device]

    def tell(self, id: UUID, news: News) -> None:
        """Tell every connection that depends on a stream."""
        for told in tuple(self._here.get(id, ())):
            told(news)

    def dismiss(self, person: UUID) -> None:
        """End every connection of an erased person."""
        self.tell(person, "erased")
