"""Replay of one case of 20 facts to its state, or to its document as of a position, against selecting the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

from projections.history import case_at
from projections.reader import Reader
from projections.rebuilding import rebuild
from store.centre import Centre
from tests.bench import town
from tests.bench.engines import Engine, cases_of
from tests.bench.figures import Figure, interleaved
from tests.bench.raw import RawLog, a_second

CASES = 300
FACTS = 20
ROUNDS = 9
REACH = 0.5


def measure(engine: Engine) -> Iterator[Figure]:
    """Cases from the filing to the delivery, read one after another."""
    cases, home = cases_of("replay", range(CASES)), engine.home("replay")
    with home.opened() as centre, home.raw() as raw:
        town.give(centre, town.whole_stories("replay", range(CASES), people=30))
        assert len(centre.read(cases[0])) == FACTS
        yield _figure("replay of a case of 20 facts", *turns(cases, centre.case, raw.stream), reach=REACH)
        yield _figure("  reading its facts as envelopes", *turns(cases, centre.read, raw.stream))
        document, rows = as_of(centre, raw, middles(centre, cases), rebuild(centre, home.folder))
        yield _figure("history: the case as of a position", *turns(cases, document, rows))


def middles(centre: Centre, cases: list[UUID]) -> dict[UUID, int]:
    """The position at which each case was half done."""
    return {case: sorted(centre.positions(case).values())[FACTS // 2 - 1] for case in cases}


def as_of(
    centre: Centre, raw: RawLog, moments: dict[UUID, int], views: Path
) -> tuple[Callable[[UUID], object], Callable[[UUID], object]]:
    """Ways to read a case as it stood at its moment: its whole document from us, its rows from the database.

    Args:
        centre: ours.
        raw: the database that the centre's log is in.
        moments: position for each case.
        views: file of the read models, which knows the names of items and staff.
    """
    with closing(Reader(views)) as reader:
        lookups = reader.lookups()
    return (
        lambda case: case_at(centre, case, lookups, position=moments[case]),
        lambda case: raw.stream_until(case, moments[case]),
    )


def turns(
    cases: list[UUID], ours: Callable[[UUID], object], limit: Callable[[UUID], object]
) -> tuple[float, float, float]:
    """Cases a second of both, in turn."""
    return interleaved(lambda: _rate(cases, ours), lambda: _rate(cases, limit), rounds=ROUNDS)


def _rate(cases: list[UUID], read: Callable[[UUID], object]) -> float:
    return a_second(len(cases), lambda: [read(case) for case in cases])


def _figure(job: str, mine: float, theirs: float, ratio: float, *, reach: float | None = None) -> Figure:
    return Figure(job=job, ours=mine, limit=theirs, ratio=ratio, unit="cases/s", reach=reach)
