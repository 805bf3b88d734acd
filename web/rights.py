"""Tells open connections at once when a fact changes somebody's rights: roles, sign-in, device, or all of them."""

from __future__ import annotations

import asyncio
from uuid import UUID

from domain.devices.devices import DeviceBlocked, DeviceKeyRegistered
from domain.facts import tag_of
from domain.identity.erasure import PersonErased
from domain.identity.identity import SessionClosed
from domain.staff.staff import StaffEnrolled
from web.edge import Edge
from web.following import Worker
from web.presence import News

PAGE_OF_FACTS = 1_000
WATCHED: dict[str, News] = {
    tag_of(StaffEnrolled): "rights",
    tag_of(SessionClosed): "rights",
    tag_of(DeviceBlocked): "rights",
    tag_of(DeviceKeyRegistered): "rights",
    tag_of(PersonErased): "erased",
}


class Watch:
    """Follows the log from its head on; whatever process wrote the fact, its stream names who is concerned."""

    def __init__(self, edge: Edge, loop: asyncio.AbstractEventLoop) -> None:
        """Stand at the head of the log; `loop` is the one on which connections live."""
        self._edge = edge
        self._loop = loop
        self._position = edge.centre.head()
        self._worker = Worker("rights", edge.centre, self._turn, rest=0, roster=edge.roster)

    def start(self) -> None:
        """Begin."""
        self._worker.start()

    def stop(self) -> None:
        """Stop, from another thread than the loop's."""
        self._worker.stop()

    def _turn(self) -> None:
        log, tags = self._edge.centre.event_log, self._edge.centre.facts.stored_tags(WATCHED)
        while True:
            reached, rows = log.rows_after(self._position, PAGE_OF_FACTS, tags=tags)
            for row in rows:
                self._loop.call_soon_threadsafe(self._tell, row.stream, row.tag)
            self._position = reached
            if len(rows) < PAGE_OF_FACTS:
                return

    def _tell(self, stream: UUID, tag: str) -> None:
        self._edge.presence.tell(stream, WATCHED.get(tag, "rights"))
