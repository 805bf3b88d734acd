"""One-use tickets of 60 seconds: they let a signed-in page open its socket without a cookie being enough for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

LIFETIME = timedelta(seconds=60)
MOST_WAITING = 10_000

Session = TypeVar("Session")


class Tickets(Generic[Session]):
    """Tickets that wait to be redeemed, in memory: after a restart of the service pages ask for new ones."""

    def __init__(self, *, clock: Callable[[], datetime], find: Callable[[str], Session | None]) -> None:
        """Start with no tickets.

        Args:
            clock: the time in UTC.
            find: the open session of a token, None if it has ended.
        """
        self._clock = clock
        self._find = find
        self._waiting: dict[str, tuple[str, datetime]] = {}

    def issue(self, token: str) -> str:
        """A new ticket for the session of that token."""
        self._forget_expired()
        ticket = secrets.token_urlsafe(24)
        self._waiting[ticket] = (token, self._clock() + LIFETIME)
        return ticket

    def redeem(self, ticket: str) -> Session | None:
        """The session that the ticket was issued for; None if it is unknown, used or too old, or the session over."""
        token, until = self._waiting.pop(ticket, ("", None))  # one step, since threads may redeem at the same time
        return self._find(token) if until is not None and self._clock() < until else None

    def _forget_expired(self) -> None:
        now = self._clock()
        while self._waiting:  # in order of issue, hence of expiry
            oldest, (_, until) = next(iter(self._waiting.items()))
            if until > now and len(self._waiting) < MOST_WAITING:
                return
            self._waiting.pop(oldest, None)
