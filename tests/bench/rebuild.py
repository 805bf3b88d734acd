"""Rebuild of all projections, against a raw loop with `json` and SQL for each event over the same log."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from projections.runner import rebuild
from store.centre import Centre
from tests.bench import town
from tests.bench.figures import Figure, interleaved

CASES = (100, 400, 1_200)
ROUNDS = 3
PAGE = 1_000
REACH = 1.0

_SELECT = "SELECT rowid, originator_id, topic, state FROM stored_events WHERE rowid>? ORDER BY rowid LIMIT ?"
_UPSERT = (
    "INSERT INTO documents VALUES (?,?,?,?) ON CONFLICT (kind, id) DO UPDATE SET pos=excluded.pos, body=excluded.body"
)


def measure(folder: Path) -> Iterator[Figure]:
    """Whole cases of 20 facts each, in three sizes of log."""
    for cases in CASES:
        (folder / str(cases)).mkdir()
        with town.opened(folder / str(cases) / "centre") as centre:
            town.give(centre, town.whole_stories("rebuild", range(cases), people=50))
            yield _figure(centre, folder / str(cases), cases)


def _figure(centre: Centre, folder: Path, cases: int) -> Figure:
    events = centre.head()

    def ours() -> float:
        began = time.perf_counter()
        rebuild(centre, folder)
        return events / (time.perf_counter() - began)

    def limit() -> float:
        began = time.perf_counter()
        _raw_loop(centre.folder / "log.db", folder / "raw.db")
        return events / (time.perf_counter() - began)

    mine, theirs, ratio = interleaved(ours, limit, rounds=ROUNDS, warm=False)
    whole = cases == CASES[-1]
    return Figure(
        job=f"rebuild of all projections, {events:,} events" if whole else f"  {events:,} events",
        ours=mine,
        limit=theirs,
        ratio=ratio,
        unit="events/s",
        reach=REACH if whole else None,
    )


def _raw_loop(log: Path, target: Path) -> None:
    """What a program without a fold in memory does: read the documents, change them and write them, event by event.

    It keeps the same three documents of a case, each with nothing but the event's own fields in it.
    """
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(log)) as source, closing(sqlite3.connect(target, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE documents (kind TEXT, id TEXT, pos INT, body TEXT, PRIMARY KEY (kind, id))")
        position = 0
        while rows := source.execute(_SELECT, (position, PAGE)).fetchall():
            database.execute("BEGIN")
            for position, stream, tag, body in rows:
                _take(database, position, stream, tag, json.loads(body))
            database.execute("COMMIT")


def _take(database: sqlite3.Connection, position: int, stream: str, tag: str, event: dict[str, Any]) -> None:
    if not tag.startswith("case.") and not tag.startswith("file."):
        return
    for kind in ("status", "queue", "case"):
        found = database.execute("SELECT body FROM documents WHERE kind=? AND id=?", (kind, stream)).fetchone()
        document: dict[str, Any] = json.loads(found[0]) if found else {}
        document |= event["fact"] | {"changed_at": event["meta"]["recorded_at"]}
        database.execute(_UPSERT, (kind, stream, position, json.dumps(document, ensure_ascii=False)))
