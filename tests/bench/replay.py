"""Replay of one case of 20 facts to its state, against selecting the same rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

from tests.bench import town
from tests.bench.figures import Figure, interleaved

CASES = 300
FACTS = 20
ROUNDS = 9
REACH = 0.5

_SELECT = "SELECT originator_version, topic, state FROM stored_events WHERE originator_id=? ORDER BY originator_version"


def measure(folder: Path) -> Iterator[Figure]:
    """Cases from the filing to the delivery, read one after another."""
    cases = [town.case_id("replay", number) for number in range(CASES)]
    with town.opened(folder / "centre") as centre:
        town.give(centre, town.whole_stories("replay", range(CASES), people=30))
        assert len(centre.read(cases[0])) == FACTS
        with closing(sqlite3.connect(folder / "centre" / "log.db", isolation_level=None)) as database:

            def limit() -> float:
                return _rate(cases, lambda case: database.execute(_SELECT, (case.hex,)).fetchall())

            replayed = interleaved(lambda: _rate(cases, centre.case), limit, rounds=ROUNDS)
            read = interleaved(lambda: _rate(cases, centre.read), limit, rounds=ROUNDS)
    yield _figure("replay of a case of 20 facts", replayed, reach=REACH)
    yield _figure("  reading its facts as envelopes", read)


def _rate(cases: list[UUID], read: Callable[[UUID], object]) -> float:
    began = time.thread_time()  # nothing here waits for the disk, and others on the machine do not count
    for case in cases:
        read(case)
    return len(cases) / (time.thread_time() - began)


def _figure(job: str, measured: tuple[float, float, float], *, reach: float | None = None) -> Figure:
    mine, theirs, ratio = measured
    return Figure(job=job, ours=mine, limit=theirs, ratio=ratio, unit="cases/s", reach=reach)
