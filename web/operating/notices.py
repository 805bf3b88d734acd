"""How many notices stand where, counted from the log when somebody asks; what was counted before is kept in memory."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.effects import notices
from domain.effects.notices import FACTS, NoticeClaimed, Notices, evolve
from domain.facts import tag_of
from store.centre import Centre

PAGE_OF_FACTS = 5_000
TAGS = frozenset(tag_of(kind) for kind in FACTS)


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

    Args:
        centre: the log.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._position = 0
        self._streams: defaultdict[UUID, Notices] = defaultdict(Notices)
        self._claimed: dict[tuple[UUID, notices.Key], datetime] = {}
        self._turn = threading.Lock()

    def queue(self) -> NoticeQueue:
        """How the notices stand at the head of the log."""
        with self._turn:
            self._catch_up()
            standing = Counter((key[2], state) for one in self._streams.values() for key, state in one.state.items())
            waiting = (
                at for (stream, key), at in self._claimed.items() if self._streams[stream].state[key] == "claimed"
            )
            return NoticeQueue(
                counts=tuple(
                    NoticeCount(channel=channel, state=state, n=n) for (channel, state), n in sorted(standing.items())
                ),
                unreached=sum(len(one.unreached) for one in self._streams.values()),
                oldest_claimed_at=min(waiting, default=None),
            )

    def _catch_up(self) -> None:
        while True:
            reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=TAGS)
            for _, envelope in page:
                stream, fact = envelope.originator_id, envelope.fact
                self._streams[stream] = evolve(fact, self._streams[stream])
                if isinstance(fact, NoticeClaimed):
                    key = fact.position, fact.person, fact.channel
                    self._claimed[stream, key] = envelope.meta.recorded_at
            self._position = reached
            if not page:
                return
