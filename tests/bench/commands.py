"""Commands a second through the real WebSocket of a real process, against one raw durable commit an event.

The limit writes what the commands record (not their receipts), each event in a transaction of its own.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator

from domain.case.commands import AddNote
from tests.bench import town
from tests.bench.engines import Engine, stored_rows
from tests.bench.figures import Figure, interleaved
from tests.bench.fleet import Fleet, fleet
from tests.bench.intents import Act, pushes
from tests.bench.raw import StoredRow, a_second, fresh
from tests.bench.service import Service, serving
from tests.cast import ZHOU

CASES = 2_000
DEVICES = 4
NOTES_A_ROUND = 2_000
MIXED_A_ROUND = 2_000
FILED_OF_MIXED = 10
ROUNDS = 7
REACH = 1.5


def measure(engine: Engine) -> Iterator[Figure]:
    """Notes of the desk, at once and with the read models kept up; then a mix in which every tenth files a case."""
    home = engine.home("commands")
    with home.opened() as centre:
        town.give(centre, town.filed("commands", range(CASES), people=200))
        town.give(centre, town.noted("commands", range(CASES), each=1))
        staff = [town.signed_in(centre, ZHOU) for _ in range(DEVICES)]
        residents = [town.signed_in(centre, town.person(n)) for n in range(DEVICES)]
        notes = stored_rows(centre, ("case.noted",), CASES)
        filings = stored_rows(centre, ("case.filed", "number.minted"), 2 * CASES // FILED_OF_MIXED)
    mixed = [*filings, *notes[: CASES - CASES // FILED_OF_MIXED]]
    with (
        engine.home("raw").raw() as raw,
        serving(home.folder, home.env) as service,
        fleet(service, staff + residents) as devices,
    ):
        load = _Load(service, devices)

        def limit(rows: list[StoredRow]) -> Callable[[], float]:
            return lambda: a_second(CASES, functools.partial(raw.one_by_one, fresh(rows)))

        yield _figure(f"commands a second: {NOTES_A_ROUND:,} notes", load.notes, limit(notes), reach=REACH)
        yield _figure("  until the read models show them", load.notes_shown, limit(notes))
        yield _figure("commands a second: every 10th files a case", load.mixed, limit(mixed), reach=REACH)


def _figure(job: str, ours: Callable[[], float], limit: Callable[[], float], *, reach: float | None = None) -> Figure:
    mine, theirs, ratio = interleaved(ours, limit, rounds=ROUNDS)
    return Figure(job=job, ours=mine, limit=theirs, ratio=ratio, unit="commands/s", reach=reach)


class _Load:
    """What the devices do in a round: the first half of them are the desk's, the other half residents'."""

    def __init__(self, service: Service, devices: Fleet) -> None:
        self._service = service
        self._devices = devices
        self._filed = 0

    def notes(self) -> float:
        """Commands a second, from the first push to the last answer."""
        seconds = self._pushed(self._notes())
        self._service.caught_up()
        return NOTES_A_ROUND / seconds

    def notes_shown(self) -> float:
        """The same, until the read models have caught up."""
        frames = self._notes()
        began = time.perf_counter()
        self._pushed(frames)
        self._service.caught_up()
        return NOTES_A_ROUND / (time.perf_counter() - began)

    def mixed(self) -> float:
        """Commands a second of desk and residents together."""
        each = MIXED_A_ROUND // DEVICES
        filings = each // FILED_OF_MIXED
        frames = [pushes(_on_cases(each - filings, first), ZHOU) for first in range(DEVICES)]
        frames += [pushes(self._filings(filings), town.person(n)) for n in range(DEVICES)]
        seconds = self._pushed(frames)
        self._service.caught_up()
        return each * DEVICES / seconds

    def _notes(self) -> list[list[bytes]]:
        each = NOTES_A_ROUND // DEVICES
        frames = [pushes(_on_cases(each, first), ZHOU) for first in range(DEVICES)]
        return [*frames, *([] for _ in range(DEVICES))]

    def _filings(self, number: int) -> Iterator[Act]:
        for _ in range(number):
            self._filed += 1
            case = town.case_id("mixed", self._filed)
            handed_in = town.filing(case, self._filed)
            yield handed_in.command, case, handed_in.files

    def _pushed(self, frames: list[list[bytes]]) -> float:
        pushed = self._devices.push(frames)
        assert set(pushed.verdicts) == {"applied"}, pushed
        return pushed.seconds


def _on_cases(number: int, first: int) -> Iterator[Act]:
    for n in range(number):
        yield AddNote(text=town.NOTE), town.case_id("commands", (first + n * DEVICES) % CASES), ()
