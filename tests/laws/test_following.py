"""Laws of the projections: they are a function of the log alone, however it was followed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.catalogue.conditions import Json
from projections.case_view import CaseView
from projections.database import ProjectionFile
from projections.folding import row_text
from projections.history import case_at, view_at
from projections.lookups import Lookups
from projections.reader import Reader
from projections.render import status_of
from projections.runner import Runner, advance, file_in, rebuild
from store.centre import Centre
from tests.cast import Clock
from tests.laws.histories import CASES, History
from tests.premises import opened

SEEDS = range(6)
STEPS = 200


@pytest.fixture
def history(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[History]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        yield History(premises, clock, request.param)


def content(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in order; what is stored in one piece as values, because sets have no order."""
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        tables = {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    tables["views"] = [(id, msgspec.msgpack.decode(view, type=CaseView), held) for id, view, held in tables["views"]]
    tables["lookups"] = [(id, msgspec.msgpack.decode(body, type=Lookups)) for id, body in tables["lookups"]]
    return tables


def followed(centre: Centre, folder: Path, *, page: int) -> Path:
    folder.mkdir(exist_ok=True)
    target = ProjectionFile(file_in(folder))
    while advance(centre, target, limit=page) is not None:
        pass
    target.close()
    return file_in(folder)


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
        assert without_names(row_text("status", view, status_of(view, lookups))) == without_names(row)
    for case_id in CASES:
        newest = case_at(history.centre, case_id, lookups)
        stored = reader.document("status", str(case_id))
        assert (newest is None) == (stored is None)
        if newest is not None and stored is not None:
            assert without_names(msgspec.json.encode(newest[1].view)) == without_names(stored)["body"]
    reader.close()
    target.close()


def without_names(row: str | bytes) -> Any:
    """A row as data; names of staff are those of today in a replay, and those of then in a document."""
    return _strip(msgspec.json.decode(row))


def _strip(value: Json) -> Json:
    match value:
        case dict():
            return {name: _strip(each) for name, each in value.items() if name not in {"by_name", "name"}}
        case list():
            return [_strip(each) for each in value]
        case _:
            return value


def test_an_unreadable_projection_file_of_another_shape_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "projections-0.db").write_text("of an older program")
    with opened(tmp_path / "centre") as premises:
        rebuild(premises.centre, tmp_path)

    assert (tmp_path / "projections-0.db").read_text() == "of an older program"
