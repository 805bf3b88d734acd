"""What signing in keeps in memory while the service runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

SEEN_EVERY = timedelta(minutes=1)
MOST_SEEN = 100_000


class Seen:
    """When each session was last used, to the minute; a session that was not since the start is not here."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        """Start with none; `clock` gives the time in UTC."""
        self._clock = clock
        self._at: dict[UUID, datetime] = {}

    def note(self, session: UUID) -> None:
        """The session is used now."""
        now, known = self._clock(), self._at.get(session)
        if known is None or now - known >= SEEN_EVERY:
            self._at.pop(session, None)
            self._at[session] = now
            if len(self._at) > MOST_SEEN:
                del self._at[next(iter(self._at))]

    def at(self, session: UUID) -> datetime | None:
        """When it was used last."""
        return self._at.get(session)


class SigningIn:
    """Who was seen.

    Attributes:
        seen: when sessions were used.
    """

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        """Start with nothing; `clock` gives the time in UTC."""
        self.seen = Seen(clock=clock)
