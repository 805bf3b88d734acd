"""How long a staff device may be used without being heard, in milliseconds of its own clock."""

from __future__ import annotations

from datetime import timedelta

from sync import frames as fr


class Lease:
    """The lease of a device.

    Attributes:
        until: instant at which it ends, None if there is none.
    """

    def __init__(self, until: float | None) -> None:
        """Go on from what is on disk."""
        self.until = until
        self._term: float | None = None

    def is_past(self, now: float) -> bool:
        """Whether it is over."""
        return self.until is not None and now >= self.until

    def named(self, welcome: fr.Welcome, now: float) -> bool:
        """The server names the end by its own clock; returns whether the instant here has changed."""
        end = welcome.lease_until
        self._term = None if end is None else (end - welcome.now) / timedelta(milliseconds=1)
        return self.heard(now)

    def heard(self, now: float) -> bool:
        """The server is heard now: the lease runs from here; returns whether the instant has changed."""
        before, self.until = self.until, None if self._term is None else now + self._term
        return self.until != before
