"""How many notices stand where, counted from the log when somebody asks; what was counted before is kept in memory."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import cast
from uuid import UUID

from msgspec import Struct

from domain.effects import notices
from domain.effects.notices import (
    APP,
    FACTS,
    NoticeClaimed,
    NoticeDelivered,
    NoticeFailed,
    NoticeGiven,
    Notices,
    NoticeSent,
    NoticeUncertain,
)
from domain.facts import Envelope, tag_of
from store.centre import Centre
from store.states import NOTICES

PAGE_OF_FACTS = 5_000
TAGS = frozenset(tag_of(kind) for kind in FACTS)

_One = tuple[UUID, notices.Key]
"""A notice on its channel: the stream on which it stands, and its key there."""


class NoticeCount(Struct, frozen=True, kw_only=True):
    """Notices of one channel in one state.

    Attributes:
        channel: `app`, `sms` or `push`.
        state: `given` in the app; `claimed`, `sent`, `delivered`, `failed` or `uncertain` elsewhere.
    """

    channel: str
    state: str
    n: int


class NoticeQueue(Struct, frozen=True, kw_only=True):
    """The notices of the centre.

    Attributes:
        counts: by channel and state.
        unreached: notices that reached nobody by any channel and that staff have not looked after.
        oldest_claimed_at: since when the oldest is on its way whose carrier has said nothing, None if none is.
    """

    counts: tuple[NoticeCount, ...]
    unreached: int
    oldest_claimed_at: datetime | None


class NoticeBook:
    """Follows the log as far as it has come whenever it is asked. Safe for several threads: they wait for one another.

    It keeps counts, and single notices only while they are claimed, failed or uncertain. What is given or delivered
    stays so (`domain.effects.notices.FOLLOWS`); an outcome of a notice that is not kept therefore follows on `sent`.

    Args:
        centre: the log.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._position = 0
        self._counts: Counter[tuple[str, str]] = Counter()
        self._claimed: dict[_One, datetime] = {}
        self._failed: dict[_One, str] = {}
        self._unreached: dict[UUID, int] = {}
        self._changed: set[UUID] = set()
        self._turn = threading.Lock()
        self._closing = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="notices-counted")

    def __len__(self) -> int:
        """How many single notices it keeps."""
        return len(self._claimed) + len(self._failed)

    async def asked(self) -> NoticeQueue:
        """How the notices stand, counted in a thread of its own: the first time the whole log is read."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.queue)

    def queue(self) -> NoticeQueue:
        """How the notices stand at the head of the log."""
        with self._turn:
            self._catch_up()
            return NoticeQueue(
                counts=tuple(
                    NoticeCount(channel=channel, state=state, n=n)
                    for (channel, state), n in sorted(self._counts.items())
                    if n
                ),
                unreached=sum(self._unreached.values()),
                oldest_claimed_at=min(self._claimed.values(), default=None),
            )

    def close(self) -> None:
        """Stop reading, and end the thread."""
        self._closing.set()
        self._thread.shutdown(cancel_futures=True)

    def _catch_up(self) -> None:
        while not self._closing.is_set():
            reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=TAGS)
            for _, envelope in page:
                self._count(envelope)
            self._position = reached
            if not page:
                break
        while self._changed and not self._closing.is_set():
            stream = next(iter(self._changed))
            self._look_whom_it_reached(stream)
            self._changed.discard(stream)

    def _count(self, envelope: Envelope) -> None:
        stream, fact = envelope.originator_id, envelope.fact
        match fact:
            case NoticeGiven():
                self._counts[APP, "given"] += 1
            case NoticeClaimed():
                self._counts[fact.channel, "claimed"] += 1
                self._claimed[stream, (fact.position, fact.person, fact.channel)] = envelope.meta.recorded_at
            case NoticeSent():
                self._move(stream, fact, "sent")
            case NoticeDelivered():
                self._move(stream, fact, "delivered")
            case NoticeFailed():
                self._move(stream, fact, "failed")
            case NoticeUncertain():
                self._move(stream, fact, "uncertain")
            case _:
                pass
        if isinstance(fact, NoticeFailed | NoticeUncertain) or stream in self._unreached:
            self._changed.add(stream)

    def _move(
        self, stream: UUID, fact: NoticeSent | NoticeDelivered | NoticeFailed | NoticeUncertain, state: str
    ) -> None:
        """Count a notice under its new state, and no more under the one before."""
        one = stream, (fact.position, fact.person, fact.channel)
        was_claimed = self._claimed.pop(one, None) is not None
        before = "claimed" if was_claimed else self._failed.pop(one, "sent")
        self._counts[fact.channel, before] -= 1
        self._counts[fact.channel, state] += 1
        if state in ("failed", "uncertain"):
            self._failed[one] = state

    def _look_whom_it_reached(self, stream: UUID) -> None:
        told = cast("Notices", self._centre.state(stream, NOTICES))
        if n := len(told.unreached):
            self._unreached[stream] = n
        else:
            self._unreached.pop(stream, None)
