"""The log on PostgreSQL while the demonstration is made: its time is that of the story, not of the server's clock."""

from __future__ import annotations

from store import postgres
from store.postgres_desk import LogDesk


class StoryDesk(LogDesk):
    """A desk that leaves the time to the centre's own clock."""

    def now(self) -> None:
        """No time of its own."""


class StoryRecorder(postgres.LogRecorder):
    """The log's recorder with such desks."""

    desk_class = StoryDesk


class LogFactory(postgres.LogFactory):
    """The log's factory (`PERSISTENCE_MODULE=web.demo.postgres:LogFactory`); only for a log that nobody uses yet."""

    application_recorder_class = StoryRecorder
