"""When the last backup was taken with this data folder: noted by `doorstep backup`, read by the status page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from store.drafts import DRAFTS, Draft

NOTE = "last-backup.json"
READABLE = 0o644
"""By the service too where another user takes the backups: it says when and how much, and nothing of anybody."""


class Backup(Struct, frozen=True, kw_only=True):
    """A backup that was taken.

    Attributes:
        at: when.
        events: how many events of the log are in it.
    """

    at: datetime
    events: int


def note(data: Path, taken: Backup) -> None:
    """Remember in the data folder that a backup was taken.

    Raises:
        OSError: it cannot be written there; the backup is as good without it.
    """
    (data / DRAFTS).mkdir(mode=0o700, exist_ok=True)
    with Draft(data / DRAFTS) as draft:
        draft.write(msgspec.json.encode(taken))
        draft.keep_as(data / NOTE)
    (data / NOTE).chmod(READABLE)


def last(data: Path) -> Backup | None:
    """The last backup that was taken with this data folder, None if none is known or the note cannot be read."""
    try:
        return msgspec.json.decode((data / NOTE).read_bytes(), type=Backup)
    except (OSError, msgspec.MsgspecError):
        return None
