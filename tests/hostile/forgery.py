"""Another history in the place of the one that was: by somebody who has every right on the machine, and every key."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

from store.log import Entry, leaf_hash
from store.tree import discard
from web.settings import Settings

Alter = Callable[[sqlite3.Connection], None]


def rewritten(folder: Path, alter: Alter) -> None:
    """Alter the log as it lies there, with right leaves throughout, and let the tree be made anew from it."""
    settings = Settings(data=folder)
    with closing(sqlite3.connect(settings.centre_folder / "log.db", isolation_level=None)) as log:
        (origin,) = log.execute("SELECT origin FROM log_origin").fetchone()
        alter(log)
        columns = "rowid, originator_id, originator_version, topic, state"
        rows = log.execute(f"SELECT {columns} FROM stored_events ORDER BY rowid").fetchall()
        for number, (place, stream, version, tag, state) in enumerate(rows):
            leaf = leaf_hash(origin, Entry(UUID(stream), version, tag, state))
            log.execute("UPDATE stored_events SET leaf_index = ?, leaf_hash = ? WHERE rowid = ?", (number, leaf, place))
    discard(settings.followers_folder / "tree.db")


def edit(log: sqlite3.Connection) -> None:
    """One event is other than it was."""
    log.execute(
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '\"recorded_at\"', '\"recorded_at\" ') "
        "AS BLOB) WHERE rowid = (SELECT min(rowid) FROM stored_events)"
    )


def cut(log: sqlite3.Connection) -> None:
    """The end is missing."""
    log.execute(
        "DELETE FROM stored_events WHERE rowid > (SELECT max(rowid) FROM stored_events WHERE topic = 'case.filed') - 2"
    )
