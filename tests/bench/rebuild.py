"""Rebuild of all projections, against a raw loop with `json` and SQL for each event over the same log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from projections.rebuilding import rebuild
from store.centre import Centre
from tests.bench import town
from tests.bench.engines import PAGE, Engine
from tests.bench.figures import Figure, interleaved
from tests.bench.raw import RawLog, a_second

CASES = 600
ROUNDS = 3
REACH = 1.0

_UPSERT = (
    "INSERT INTO documents VALUES (?,?,?,?) ON CONFLICT (kind, id) DO UPDATE SET pos=excluded.pos, body=excluded.body"
)


def measure(engine: Engine) -> Iterator[Figure]:
    """Whole cases of 20 facts each; how it grows is in `growth`."""
    home = engine.home("rebuild")
    with home.opened() as centre, home.raw() as raw:
        town.give(centre, town.whole_stories("rebuild", range(CASES), people=50))
        mine, theirs, ratio = interleaved(
            lambda: ours(centre, home.folder), lambda: limit(raw, centre.head(), home.folder), rounds=ROUNDS, warm=False
        )
        yield Figure(
            job="rebuild of all projections",
            events=centre.head(),
            ours=mine,
            limit=theirs,
            ratio=ratio,
            unit="events/s",
            reach=REACH,
        )


def ours(centre: Centre, folder: Path) -> float:
    """Events a second of a rebuild into `folder`."""
    return a_second(centre.head(), lambda: rebuild(centre, folder))


def limit(raw: RawLog, events: int, folder: Path) -> float:
    """Events a second of the raw loop."""
    return a_second(events, lambda: _raw_loop(raw, folder / "raw.db"))


def _raw_loop(log: RawLog, target: Path) -> None:
    """What a program without a fold in memory does: read the documents, change them and write them, event by event.

    It keeps the same three documents of a case, each with nothing but the event's own fields in it.
    """
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE documents (kind TEXT, id TEXT, pos INT, body TEXT, PRIMARY KEY (kind, id))")
        position = 0
        while rows := log.page(position, PAGE):
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
