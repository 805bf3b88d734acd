"""Appending in batches of 100 through our recorder, against the driver's `executemany` in a transaction of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from store.centre import Centre
from tests.bench import town
from tests.bench.engines import Engine, stored_rows
from tests.bench.figures import Figure, interleaved
from tests.bench.raw import RawLog, StoredRow, fresh

CASES = 200
BATCH = 100
BATCHES = 40
ROUNDS = 7
REACH = 0.7


def measure(engine: Engine) -> Iterator[Figure]:
    """Facts of real cases, each on a stream of its own."""
    with engine.home("append").opened() as centre, engine.home("raw").raw() as raw:
        town.give(centre, town.filed("append", range(CASES), people=20))
        town.give(centre, town.noted("append", range(CASES), each=1))
        rows = stored_rows(centre, ("case.filed", "case.noted"), BATCH)
        mine, theirs, ratio = interleaved(
            lambda: ours(centre, rows, BATCHES), lambda: limit(raw, rows, BATCHES), rounds=ROUNDS
        )  # fmt: skip
    yield Figure(job="append in batches of 100", ours=mine, limit=theirs, ratio=ratio, unit="events/s", reach=REACH)


def ours(centre: Centre, rows: Sequence[StoredRow], batches: int) -> float:
    """Events a second through the recorder, the same `rows` on fresh streams in each batch."""
    made = [[StoredEvent(UUID(row[0]), *row[1:]) for row in fresh(rows)] for _ in range(batches)]
    began = time.perf_counter()
    for batch in made:
        centre.recorder.insert_events(batch)
    return len(rows) * batches / (time.perf_counter() - began)


def limit(raw: RawLog, rows: Sequence[StoredRow], batches: int) -> float:
    """Events a second with nothing but the driver."""
    made = [fresh(rows) for _ in range(batches)]
    began = time.perf_counter()
    for batch in made:
        raw.together(batch)
    return len(rows) * batches / (time.perf_counter() - began)
