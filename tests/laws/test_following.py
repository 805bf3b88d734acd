"""Laws of the projections: they are a function of the log alone, however it was followed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from projections.cases.status import status_of
from projections.database import ProjectionFile
from projections.folding import row_text
from projections.following import advance
from projections.generations import file_in
from projections.history import case_at, view_at
from projections.reader import Reader
from projections.rebuilding import rebuild
from projections.runner import Runner
from tests.cast import Clock
from tests.laws.histories import CASES, History
from tests.laws.projected import content, followed
from tests.premises import opened

SEEDS = range(6)
STEPS = 200


@pytest.fixture
def history(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[History]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        yield History(premises, clock, request.param)


@pytest.mark.parametrize("history", SEEDS, indirect=True)
def test_following_while_it_happens_equals_rebuilding_from_nothing(history: History, tmp_path: Path) -> None:
    live, anew = tmp_path / "live", tmp_path / "anew"
    live.mkdir()
    anew.mkdir()
    runner = Runner(history.centre, live, publish=lambda _: None)
    runner.start()
    history.walk(STEPS)
    assert runner.wait(history.centre.head())
    runner.stop()

    rebuilt = rebuild(history.centre, anew)

    assert content(file_in(live)) == content(rebuilt)
    assert content(rebuilt)["rows"]


@pytest.mark.parametrize("history", SEEDS, indirect=True)
def test_the_size_of_a_page_of_facts_does_not_matter(history: History, tmp_path: Path) -> None:
    history.walk(STEPS)

    one_by_one = content(followed(history.centre, tmp_path / "1", page=1))

    for page in (2, 7, 1_000):
        assert content(followed(history.centre, tmp_path / str(page), page=page)) == one_by_one


@pytest.mark.parametrize("history", SEEDS[:1], indirect=True)
def test_a_file_that_is_built_up_to_a_position_does_not_pass_it_where_positions_have_gaps(
    history: History, tmp_path: Path
) -> None:
    history.walk(STEPS)
    with closing(sqlite3.connect(tmp_path / "centre" / "log.db")) as log, log:
        log.execute("DELETE FROM stored_events WHERE topic LIKE 'command.%'")
        there = [position for (position,) in log.execute("SELECT rowid FROM stored_events ORDER BY rowid")]
    step_by_step = tmp_path / "step by step"

    for until in range(there[-1] + 1):
        with closing(ProjectionFile(followed(history.centre, step_by_step, until=until))) as target:
            assert until >= target.position() >= max((at for at in there if at <= until), default=0)

    assert content(file_in(step_by_step)) == content(followed(history.centre, tmp_path / "at once"))


@pytest.mark.parametrize("history", SEEDS, indirect=True)
def test_the_same_facts_again_change_nothing(history: History, tmp_path: Path) -> None:
    history.walk(STEPS)
    path = followed(history.centre, tmp_path / "once", page=10)
    once = content(path)

    for back_to in (0, history.centre.head() // 2, history.centre.head() - 1):
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE progress SET position=?", (back_to,))
        followed(history.centre, tmp_path / "once", page=7)
        assert content(path) == once


@pytest.mark.parametrize("history", SEEDS, indirect=True)
def test_a_case_replayed_to_any_position_is_the_document_of_that_position(history: History, tmp_path: Path) -> None:
    history.walk(STEPS)
    target = ProjectionFile(tmp_path / "steps.db")
    reader = Reader(tmp_path / "steps.db")
    told: dict[tuple[str, int], str] = {}
    while (batch := advance(history.centre, target, limit=1)) is not None:
        told |= {(c.id, batch.position): c.row for c in batch.changes if c.kind == "status" and c.row is not None}
    lookups = reader.lookups()

    for (case, position), row in told.items():
        view = view_at(history.centre, UUID(case), lookups, position=position)
        assert row_text("status", view, status_of(view, lookups)) == row
    for case_id in CASES:
        newest = case_at(history.centre, case_id, lookups)
        stored = reader.document("status", str(case_id))
        assert (newest is None) == (stored is None)
        if newest is not None and stored is not None:
            shown = newest[1].view
            answered = tuple(one for one in shown.look_ups if one.outcome != "asked")
            applicants = replace(shown, look_ups=answered)
            assert msgspec.json.decode(msgspec.json.encode(applicants)) == msgspec.json.decode(stored)["body"]
    reader.close()
    target.close()
