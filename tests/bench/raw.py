"""SQLite without anything around it: the limit that the store is measured against."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

StoredRow = tuple[str, int, str, bytes]
"""Stream, version, tag and body, as the log keeps them."""

_TABLE = """
CREATE TABLE IF NOT EXISTS stored_events (
    rowid INTEGER PRIMARY KEY AUTOINCREMENT, originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL, state BLOB NOT NULL, UNIQUE (originator_id, originator_version))
"""
INSERT = "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"


@contextmanager
def raw_log(path: Path) -> Generator[sqlite3.Connection]:
    """A database with the log's table and the log's durability."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(_TABLE)
        yield database


def fresh(rows: Sequence[StoredRow]) -> list[StoredRow]:
    """The same rows on streams that nobody has yet."""
    return [(uuid4().hex, 1, tag, body) for _, _, tag, body in rows]


def commits_a_second(database: sqlite3.Connection, rows: Sequence[StoredRow]) -> float:
    """Insert each row in a transaction of its own."""
    began = time.perf_counter()
    for row in rows:
        database.execute(INSERT, row)
    return len(rows) / (time.perf_counter() - began)


def stored_rows(path: Path, tags: Sequence[str], limit: int) -> list[StoredRow]:
    """Rows of a closed log with one of the tags."""
    marks = ",".join("?" * len(tags))
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(
            "SELECT originator_id, originator_version, topic, state FROM stored_events "
            f"WHERE topic IN ({marks}) ORDER BY rowid LIMIT ?",
            (*tags, limit),
        )
        return [(str(row[0]), int(row[1]), str(row[2]), bytes(row[3])) for row in found]
