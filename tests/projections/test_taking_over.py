"""A file that was built beside takes the place of the one in use: nobody misses a change, and nobody sees one twice."""

import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from domain.case.commands import AddNote, ClaimCase
from projections.database import Change, ProjectionFile
from projections.follower import Follower, catch_up
from projections.following import Batch, advance
from projections.generations import FollowedAlready, RebuildUnderWay, current, file_in, generations, place_beside
from projections.past import Past
from projections.reader import OtherShape, Reader
from projections.rebuilding import Progress, build_beside, rebuild
from projections.runner import Runner
from projections.schema import SHAPE
from store.centre import Centre
from tests.cast import CASE, ZHOU
from tests.laws.projected import content, followed
from tests.premises import Premises, opened
from tests.projections.conftest import Followed

NOTE = AddNote(text="已电话联系")
SCOPES = ("office:street", f"mine:{ZHOU.id}")


class Feed:
    """What a connection would be told, with the rows it holds after."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.rows: dict[tuple[str, str, str], str] = {}

    def __call__(self, batch: Batch) -> None:
        self.batches.append(batch)
        for change in batch.changes:
            self._take(change)

    def _take(self, change: Change) -> None:
        key = (change.scope, change.kind, change.id)
        if change.row is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = change.row

    def told_twice(self) -> list[tuple[str, str, str, int]]:
        told = [(c.scope, c.kind, c.id, c.pos) for batch in self.batches for c in batch.changes]
        return sorted({one for one in told if told.count(one) > 1})


def rows_in(path: Path) -> dict[tuple[str, str, str], str]:
    with closing(sqlite3.connect(path)) as database:
        return {
            (scope, kind, id): row for scope, kind, id, row in database.execute("SELECT scope, kind, id, row FROM rows")
        }


@pytest.fixture
def premises(tmp_path: Path) -> Generator[Premises]:
    with opened(tmp_path / "centre") as furnished:
        yield furnished


@pytest.fixture
def views(tmp_path: Path) -> Path:
    folder = tmp_path / "views"
    folder.mkdir()
    return folder


def cases(count: int) -> list[UUID]:
    return [uuid5(CASE, f"taken over {n}") for n in range(count)]


def test_rebuilding_again_and_again_beside_a_server_loses_no_change_and_repeats_none(
    premises: Premises, views: Path
) -> None:
    feed = Feed()
    runner = Runner(premises.centre, views, publish=feed)
    runner.start()
    done = threading.Event()

    def rebuild_meanwhile() -> None:
        while not done.is_set():
            rebuild(premises.centre, views)

    rebuilding = threading.Thread(target=rebuild_meanwhile)
    rebuilding.start()
    for case in cases(8):
        premises.receive(case=case)
        premises.do(ClaimCase(), by=ZHOU, case=case)
        premises.do(NOTE, by=ZHOU, case=case)
    done.set()
    rebuilding.join()
    first = views / f"projections-{SHAPE}-1.db"
    last = current(views)
    assert runner.wait(premises.centre.head())
    rebuilt = rebuild(premises.centre, views)
    assert goes_on_with(rebuilt, runner)
    premises.do(NOTE, by=ZHOU, case=cases(8)[0])
    assert runner.wait(premises.centre.head())
    runner.stop()

    assert last is not None
    assert last.number > 1
    assert not first.exists()
    assert feed.told_twice() == []
    assert feed.rows == rows_in(file_in(views))
    assert content(file_in(views)) == content(followed(premises.centre, views.parent / "plain"))
    assert len(generations(views)) == 1


def goes_on_with(path: Path, runner: Runner) -> bool:
    """Wait until the runner has taken over a file."""
    deadline = time.monotonic() + 60
    while runner.path != path and time.monotonic() < deadline:
        time.sleep(0.01)
    return runner.path == path


def test_a_file_that_has_come_further_waits_until_the_follower_has_told_of_what_lies_between(
    premises: Premises, views: Path
) -> None:
    past = Past(premises.centre, views)
    follower = Follower(premises.centre, views, past)
    while follower.step() is not None:
        pass
    premises.receive()
    build_beside(premises.centre, views)

    too_early = follower.take_over()
    batch = follower.step()
    in_time = follower.take_over()

    assert (too_early, in_time) == (False, True)
    assert batch is not None
    assert {change.kind for change in batch.changes} == {"status", "queue"}
    assert follower.step() is None
    assert [each.path for each in generations(views)] == [follower.path]
    follower.close()


def test_a_file_that_lags_is_brought_to_the_very_position_before_it_is_read(premises: Premises, views: Path) -> None:
    past = Past(premises.centre, views)
    follower = Follower(premises.centre, views, past)
    build_beside(premises.centre, views)
    premises.receive()
    while follower.step() is not None:
        pass
    premises.do(NOTE, by=ZHOU)
    before = follower.position

    assert follower.take_over()
    after = follower.position
    batch = follower.step()

    assert before == after < premises.centre.head()
    assert batch is not None
    assert [change.kind for change in batch.changes] == ["queue"]
    follower.close()


def test_one_folder_has_one_follower_and_one_builder(premises: Premises, views: Path) -> None:
    past = Past(premises.centre, views)
    follower = Follower(premises.centre, views, past)

    with pytest.raises(FollowedAlready):
        Follower(premises.centre, views, past)
    with place_beside(views), pytest.raises(RebuildUnderWay):
        rebuild(premises.centre, views)

    follower.close()
    Follower(premises.centre, views, past).close()


def test_whoever_finds_a_follower_leaves_the_files_of_those_who_look_alone(premises: Premises, views: Path) -> None:
    premises.receive()
    catch_up(premises.centre, views)
    with closing(Past(premises.centre, views)) as past, closing(Follower(premises.centre, views, past)):
        past.ask(ZHOU.id, 3, lambda reader: reader.position())
        looks = list((views / "past").glob("look-*"))

        with pytest.raises(FollowedAlready):
            catch_up(premises.centre, views)

        assert looks
        assert all(path.exists() for path in looks)


def test_rebuilding_while_nobody_follows_leaves_the_new_file_alone(premises: Premises, views: Path) -> None:
    premises.receive()
    catch_up(premises.centre, views)
    before = file_in(views)

    path = rebuild(premises.centre, views)

    assert path != before
    assert [each.path for each in generations(views)] == [path]
    assert catch_up(premises.centre, views) == premises.centre.head()


def test_a_reader_of_a_file_that_is_gone_makes_no_other(views: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Reader(views / "projections-2-9.db")

    assert list(views.iterdir()) == []


def older_file(premises: Premises, views: Path) -> Path:
    """A file as an older program left it, at the head of the log."""
    made = followed(premises.centre, views)
    with closing(sqlite3.connect(made)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("DROP TABLE case_words")
        database.execute("DROP TABLE case_search")
        database.execute("ALTER TABLE lookups RENAME TO published")
        database.execute("PRAGMA application_id=0")
    return made.rename(views / f"projections-{SHAPE - 1}.db")


def test_an_older_file_is_served_until_one_of_the_current_shape_is_whole(
    premises: Premises, views: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    older = older_file(premises, views)
    premises.do(NOTE, by=ZHOU)
    may_build, lines = threading.Event(), list[str]()

    def build_later(centre: Centre, folder: Path, *, progress: Progress) -> None:
        assert may_build.wait(10)
        build_beside(centre, folder, progress=progress)

    def say(event: str, **_: Any) -> None:
        lines.append(event)

    monkeypatch.setattr("projections.runner.build_beside", build_later)
    feed = Feed()
    runner = Runner(premises.centre, views, publish=feed, say=say)
    runner.start()

    with closing(Reader(runner.path)) as reader:
        served = reader.page(SCOPES, (0, ""))
        with pytest.raises(OtherShape):
            reader.search("陈志远")
    standing, shape = runner.standing(), runner.shape
    may_build.set()
    assert runner.wait(premises.centre.head())
    with closing(Reader(runner.path)) as reader:
        found = reader.search("陈志远")
    premises.do(NOTE, by=ZHOU)
    assert runner.wait(premises.centre.head())
    runner.stop()

    assert [row.id for row in served.rows] == [str(CASE)]
    assert (standing.state, standing.position, shape) == ("building", served.reached[0], SHAPE - 1)
    assert [one.id for one in found] == [str(CASE)]
    assert (runner.shape, older.exists()) == (SHAPE, False)
    assert [batch.is_renewed for batch in feed.batches] == [True, False]
    assert lines == ["projections-building", "projections-built"]


def test_a_service_that_ends_while_it_builds_serves_the_older_file_again(
    premises: Premises, views: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    older = older_file(premises, views)
    building = threading.Event()

    def build_for_ever(_centre: Centre, _folder: Path, *, progress: Progress) -> None:
        building.set()
        while True:
            progress(1, 2)

    monkeypatch.setattr("projections.runner.build_beside", build_for_ever)
    first = Runner(premises.centre, views, publish=lambda _: None)
    first.start()
    assert building.wait(10)
    first.stop()

    again = Runner(premises.centre, views, publish=lambda _: None)

    assert again.path == older
    assert again.standing().state == "building"
    again.stop()


def test_an_older_file_that_cannot_be_read_is_no_hindrance_and_goes(premises: Premises, views: Path) -> None:
    (views / "projections-1.db").write_text("of an older program")

    runner = Runner(premises.centre, views, publish=lambda _: None)

    assert runner.standing().state == "following"
    assert [each.shape for each in generations(views)] == [SHAPE]
    runner.stop()


def test_pages_go_on_where_they_were_when_the_file_is_replaced(followed: Followed, tmp_path: Path) -> None:
    for case in cases(6):
        followed.receive(case=case)
    followed.settle()
    first = followed.reader.page(SCOPES, (0, ""), page_bytes=1)
    rebuild(followed.centre, tmp_path)
    followed.do(NOTE, by=ZHOU, case=cases(6)[0])
    followed.settle()

    with closing(Reader(followed.runner.path)) as reader:
        rest = reader.page(SCOPES, first.reached)

    assert followed.runner.path != followed.reader_path
    assert {row.id for row in (*first.rows, *rest.rows)} == {str(case) for case in cases(6)}
    assert {row.id for row in first.rows} - {str(cases(6)[0])} == {row.id for row in first.rows} - {
        row.id for row in rest.rows
    }


def test_what_was_left_of_a_rebuild_that_was_cut_off_is_removed_by_the_next(premises: Premises, views: Path) -> None:
    with place_beside(views) as beside:
        name = beside.name
    with closing(ProjectionFile(views / name, beside=True)) as half:
        advance(premises.centre, half, limit=3)

    rebuild(premises.centre, views)

    assert content(file_in(views)) == content(followed_plain(premises, views))
    assert not (views / name).exists()


def followed_plain(premises: Premises, views: Path) -> Path:
    return followed(premises.centre, views.parent / "plain")
