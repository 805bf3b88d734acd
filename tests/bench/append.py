"""Appending in batches of 100 through our recorder, against `executemany` in a transaction of its own."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from store.centre import Centre
from store.sqlite import immediate
from tests.bench import town
from tests.bench.figures import Figure, interleaved
from tests.bench.raw import INSERT, StoredRow, fresh, raw_log, stored_rows

CASES = 200
BATCH = 100
BATCHES = 40
ROUNDS = 7
REACH = 0.7


def measure(folder: Path) -> Iterator[Figure]:
    """Facts of real cases, each on a stream of its own."""
    with town.opened(folder / "centre") as centre:
        town.give(centre, town.filed("append", range(CASES), people=20))
        town.give(centre, town.noted("append", range(CASES), each=1))
    rows = stored_rows(folder / "centre" / "log.db", ("case.filed", "case.noted"), BATCH)
    with town.opened(folder / "centre") as centre, raw_log(folder / "raw.db") as database:
        mine, theirs, ratio = interleaved(
            lambda: _ours(centre, rows), lambda: _limit(database, rows), rounds=ROUNDS
        )  # fmt: skip
    yield Figure(job="append in batches of 100", ours=mine, limit=theirs, ratio=ratio, unit="events/s", reach=REACH)


def _ours(centre: Centre, rows: list[StoredRow]) -> float:
    batches = [[StoredEvent(UUID(row[0]), *row[1:]) for row in fresh(rows)] for _ in range(BATCHES)]
    began = time.perf_counter()
    for batch in batches:
        centre.recorder.insert_events(batch)
    return BATCH * BATCHES / (time.perf_counter() - began)


def _limit(database: sqlite3.Connection, rows: list[StoredRow]) -> float:
    batches = [fresh(rows) for _ in range(BATCHES)]
    began = time.perf_counter()
    for batch in batches:
        with immediate(database):
            database.executemany(INSERT, batch)
    return BATCH * BATCHES / (time.perf_counter() - began)
