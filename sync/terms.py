"""What the service tells every device alike, and which apps it asks to be renewed."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from domain.actors import Actor
from sync import frames as fr

LEASE = timedelta(hours=72)
BUILD = "0.1.0"
"""Of this program; the app that is built with it says the same."""


class Terms(Struct, frozen=True, kw_only=True):
    """The service's terms.

    Attributes:
        origin: id of the log.
        restored: where the log came from, if it was restored from a backup.
        lease: how long a staff device may be used without being heard.
        min_app: oldest build that is not asked to upgrade, empty if any will do.
        upgrade_by: from when older builds are turned away; None if they are only asked.
        limits: what a push may hold.
    """

    origin: str = ""
    restored: fr.Restored | None = None
    lease: timedelta = LEASE
    min_app: str = ""
    upgrade_by: datetime | None = None
    limits: fr.Limits = fr.Limits()

    def lease_until(self, actor: Actor, now: datetime) -> datetime | None:
        """The end of a device's lease that begins now; residents' devices have none."""
        return None if actor.is_resident else now + self.lease

    def upgrade(self, app: str, now: datetime) -> fr.Upgrade | None:
        """What an app of that build is told, None if it is new enough or its number cannot be read."""
        wanted, has = _numbers(self.min_app), _numbers(app)
        if not wanted or not has or has >= wanted:
            return None
        is_hard = self.upgrade_by is not None and now >= self.upgrade_by
        return fr.Upgrade(min_app=self.min_app, by=self.upgrade_by, hard=is_hard)


def is_newer(app: str) -> bool:
    """Whether an app is of a later build than this program, as while nodes are renewed one after the other."""
    return _numbers(app) > _numbers(BUILD)


def _numbers(build: str) -> tuple[int, ...]:
    """The numbers of a build like `1.12.0+abc`, empty if it has none."""
    parts = build.partition("+")[0].partition("-")[0].split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else ()
