"""One-use tickets of 60 seconds: they let a signed-in page open its socket without a cookie being enough for it.

A ticket is good at every node of the centre, whichever issued it: it is a session's token under a key that all of them
have. A node takes each ticket once; at another node it could be used again for what is left of its minute, by whoever
has seen it, and they would have had to see it inside an encrypted connection.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from cryptography.fernet import Fernet, InvalidToken

LIFETIME = timedelta(seconds=60)

Session = TypeVar("Session")


class Tickets(Generic[Session]):
    """Issues and redeems tickets.

    Args:
        clock: the time in UTC.
        find: the open session of a token, None if it has ended.
        key: 32 bytes that all nodes have.
    """

    def __init__(
        self, *, clock: Callable[[], datetime], find: Callable[[str], Session | None], key: Callable[[], bytes]
    ) -> None:
        self._clock = clock
        self._find = find
        self._key = key
        self._used: dict[str, datetime] = {}
        self._turn = Lock()

    def issue(self, token: str) -> str:
        """A new ticket for the session of that token."""
        until = self._clock() + LIFETIME
        return self._box().encrypt(f"{secrets.token_urlsafe(16)} {until.timestamp()} {token}".encode()).decode()

    def redeem(self, ticket: str) -> Session | None:
        """The session that the ticket was issued for; None if it is none, used or too old, or the session over."""
        try:
            id, until, token = self._box().decrypt(ticket).decode().split(" ")
        except (InvalidToken, ValueError):  # ValueError: it has letters that no ticket has
            return None
        now, ends = self._clock(), datetime.fromtimestamp(float(until), tz=UTC)
        with self._turn:  # threads may redeem at the same time
            is_used = id in self._used
            self._forget(now)
            self._used[id] = ends
        return None if is_used or now >= ends else self._find(token)

    def _forget(self, now: datetime) -> None:
        """Let go of those that are too old to be used again; they stand nearly in order of age."""
        while self._used and next(iter(self._used.values())) <= now:
            self._used.pop(next(iter(self._used)))

    def _box(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._key()))
