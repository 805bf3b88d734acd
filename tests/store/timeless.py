"""PostgreSQL without its clock, so that a test's counts: `PERSISTENCE_MODULE=tests.store.timeless:Factory`."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from store.postgres import LogFactory, LogRecorder
from store.postgres_desk import LogDesk


class Desk(LogDesk):
    """The desk, which leaves the time to its writer."""

    def now(self) -> datetime | None:
        """None, as if the nodes shared one clock."""
        return None


class Recorder(LogRecorder):
    """The recorder of such desks."""

    desk_class: ClassVar[type[LogDesk]] = Desk


class Factory(LogFactory):
    """The factory of such a recorder."""

    application_recorder_class = Recorder
