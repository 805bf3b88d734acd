"""How each job of the log grows with the number of events in it; the raw log beside it holds as many.

`docs/explanation/speed.md` shows the curves, which `tests.bench.curves` draws from the rows.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path

from projections.generations import file_in
from projections.past import Past
from projections.reader import Page, Reader
from store.centre import Centre
from tests.bench import append, rebuild, replay, town
from tests.bench.engines import PAGE, Engine, Home, cases_of, stored_rows
from tests.bench.figures import Aim, Figure, interleaved
from tests.bench.raw import RawLog, StoredRow, a_second, fresh
from tests.bench.service import bare, serving

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
OPEN_CASES = 1_000
"""Filed at the beginning, so that the first page of the office's queue is full at every size."""
EVENTS_A_CASE = 41
PEOPLE = 500
SAMPLE = 200
ROUNDS = 5
BATCHES = 4
NOTES = 400
PAGES = 20
JUMPS = 12
SCOPE = "office:street"
LARGEST_RAW_LOOP = 150_000
"""Above it the raw loop, whose speed has shown itself, would only take time."""


def measure(engine: Engine, *, most: int) -> Iterator[Figure]:
    """Every job at every size up to `most` events."""
    logs = _Logs(engine.home("growth"), engine.home("raw"))
    for size in (size for size in SIZES if size <= most):
        logs.grow(size)
        yield from logs.reads()
        yield logs.start()
        yield from logs.writes()


class _Logs:
    """A log of ours and a raw one, which grow together."""

    def __init__(self, ours: Home, raw: Home) -> None:
        self._ours = ours
        self._raw = raw
        self._whole = 0
        self._copied = 0

    def grow(self, size: int) -> None:
        """Whole cases into ours until it holds `size` events, and the same rows into the raw one."""
        with self._ours.opened() as centre, self._raw.raw() as raw:
            if not self._whole:
                town.give(centre, town.filed("open", range(OPEN_CASES), people=PEOPLE))
            while (lacking := size - centre.head()) > 0:
                until = self._whole + lacking // EVENTS_A_CASE + 1
                town.give(centre, town.whole_stories("growth", range(self._whole, until), people=PEOPLE))
                self._whole = until
            while rows := centre.event_log.rows_after(self._copied, PAGE)[1]:
                raw.together([(row.stream.hex, row.version, row.tag, row.state) for row in rows])
                self._copied = rows[-1].position

    def reads(self) -> Iterator[Figure]:
        """Replay, history, rebuild and the first page of a queue."""
        cases = random.Random(self._whole).sample(cases_of("growth", range(self._whole)), min(SAMPLE, self._whole))
        views = self._ours.folder / "views"
        views.mkdir(exist_ok=True)
        with self._ours.opened() as centre, self._ours.raw() as raw:
            figure = partial(_figure, centre.head())
            yield figure("replay of a case of 20 facts", "cases/s", replay.turns(cases, centre.case, raw.stream))
            yield figure("rebuild of all projections", "events/s", _rebuild(centre, raw, views))
            document, rows = replay.as_of(centre, raw, replay.middles(centre, cases), file_in(views))
            yield figure("history: a case as of a position", "cases/s", replay.turns(cases, document, rows))
            yield figure("first page of the queue, cold", "ms", _page(views), aim="at most")
            yield figure("the queue as of any position", "ms", _past(centre, views), aim="at most")

    def start(self) -> Figure:
        """Seconds from the start of the process until it serves with its read models at the head of the log."""
        ours, out = self._ours, self._ours.folder / "bare.out"
        with ours.opened() as centre:
            events = centre.head()
        measured = interleaved(
            lambda: _seconds(serving(ours.folder, ours.env)), lambda: _seconds(bare("accepts", out=out)), rounds=2
        )
        return _figure(events, "start of the service", "s", measured, aim="at most")

    def writes(self) -> Iterator[Figure]:
        """Batches through the recorder, then commands through the writer; both are in the log afterwards."""
        with self._ours.opened() as centre, self._raw.raw() as raw:
            receipts = stored_rows(centre, ("command.applied",), append.BATCH)
            measured = interleaved(
                lambda: append.ours(centre, receipts, BATCHES),
                lambda: append.limit(raw, receipts, BATCHES),
                rounds=ROUNDS,
            )
            yield _figure(centre.head(), "append in batches of 100", "events/s", measured)
            notes = stored_rows(centre, ("case.noted",), NOTES)
            measured = interleaved(lambda: _notes(centre), lambda: _one_by_one(raw, notes), rounds=ROUNDS)
            yield _figure(centre.head(), "commands", "commands/s", measured)
            self._copied = centre.head()


def _figure(events: int, job: str, unit: str, measured: tuple[float, float, float], *, aim: Aim = "at least") -> Figure:
    mine, theirs, ratio = measured
    return Figure(job=job, ours=mine, limit=theirs, ratio=ratio, unit=unit, aim=aim, events=events)


def _past(centre: Centre, views: Path) -> tuple[float, float, float]:
    """Milliseconds of a jump to anywhere in the log and its first page there; the limit reads the page of today.

    Each jump is somebody else's, so that no file is open for them yet. Snapshots lie where earlier jumps left them, as
    they do in use.
    """
    anywhere = random.Random(centre.head())
    with closing(Past(centre, views)) as past:

        def jump() -> None:
            who = object()
            past.ask(who, anywhere.randrange(1, centre.head()), _first_page)
            past.leave(who)

        return interleaved(lambda: _milliseconds(jump), lambda: _milliseconds(partial(_cold_page, views)), rounds=JUMPS)


def _cold_page(views: Path) -> Page:
    with closing(Reader(file_in(views))) as reader:
        return _first_page(reader)


def _first_page(reader: Reader) -> Page:
    return reader.page([SCOPE], (0, ""))


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def _seconds(running: AbstractContextManager[object]) -> float:
    began = time.perf_counter()
    with running:
        return time.perf_counter() - began


def _notes(centre: Centre) -> float:
    """Commands a second on open cases, through the writer and onto the disk."""
    calls = list(town.noted("open", random.sample(range(OPEN_CASES), NOTES), each=1))
    return a_second(NOTES, lambda: town.give(centre, calls))


def _one_by_one(raw: RawLog, notes: Sequence[StoredRow]) -> float:
    rows = fresh(notes)
    return a_second(NOTES, lambda: raw.one_by_one(rows))


def _rebuild(centre: Centre, raw: RawLog, views: Path) -> tuple[float, float, float]:
    mine = rebuild.ours(centre, views)
    theirs = rebuild.limit(raw, centre.head(), views) if centre.head() < LARGEST_RAW_LOOP else 0.0
    return mine, theirs, mine / theirs if theirs else 0.0


def _page(views: Path) -> tuple[float, float, float]:
    """Milliseconds until a connection that was just opened has the first page; the limit reads the same rows."""
    rows = _cold_page(views).rows
    beside = views / "raw-page.db"
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(beside)) as database, database:
        database.execute("CREATE TABLE rows (pos INTEGER, id TEXT, kind TEXT, row TEXT, PRIMARY KEY (pos, id, kind))")
        database.executemany("INSERT INTO rows VALUES (?,?,?,?)", rows)

    def limit() -> None:
        with closing(sqlite3.connect(beside)) as database:
            database.execute("SELECT pos, id, kind, row FROM rows ORDER BY pos, id").fetchall()

    return interleaved(lambda: _milliseconds(partial(_cold_page, views)), lambda: _milliseconds(limit), rounds=PAGES)
