"""The runner keeps the file at the head, publishes what it has committed, and recovers when it could not."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from domain.case.commands import AddNote
from projections.generations import file_in
from projections.reader import Reader
from projections.rebuilding import rebuild
from projections.runner import Runner
from tests.cast import CASE, ZHOU
from tests.premises import opened
from tests.projections.conftest import Followed


def test_what_was_recorded_is_published_in_order_after_it_can_be_read(followed: Followed) -> None:
    followed.receive()
    followed.settle()

    positions = [batch.position for batch in followed.batches]

    assert positions == sorted(positions)
    assert positions[-1] == followed.centre.head()
    assert followed.reader.position() == followed.centre.head()
    changed = [change for batch in followed.batches for change in batch.changes]
    assert {change.kind for change in changed if change.id == str(CASE)} == {"status", "queue"}
    assert {change.kind for change in changed if change.id != str(CASE)} == {"colleague"}


def test_waiting_for_a_position_that_does_not_come_ends(followed: Followed) -> None:
    assert not followed.runner.wait(followed.centre.head() + 1, timeout=0.05)


def test_a_file_that_was_closed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with opened(tmp_path / "centre") as premises:
        first = Runner(premises.centre, tmp_path, publish=lambda _: None)
        first.start()
        premises.receive()
        assert first.wait(premises.centre.head())
        first.stop()
        premises.do(AddNote(text="在停机期间"), by=ZHOU)

        second = Followed(premises, tmp_path)
        second.settle()

        assert [change.kind for batch in second.batches for change in batch.changes] == ["queue"]
        second.close()


def test_a_file_that_cannot_be_written_is_tried_again(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.runner.RETRY_SECONDS", 0.01)
    with closing(sqlite3.connect(followed.runner.path, isolation_level=None)) as database:
        database.execute("CREATE TRIGGER no_space BEFORE INSERT ON rows BEGIN SELECT RAISE(ABORT, 'no space'); END")
        followed.receive()
        assert not followed.runner.wait(followed.centre.head(), timeout=0.3)
        database.execute("DROP TRIGGER no_space")
    followed.settle()

    assert followed.body("status")["status"] == "received"


def test_the_file_holds_personal_values_and_only_its_owner_may_read_it(followed: Followed) -> None:
    assert stat.S_IMODE(followed.runner.path.stat().st_mode) == 0o600


def test_rebuilding_tells_how_far_it_is_and_replaces_the_file(followed: Followed, tmp_path: Path) -> None:
    followed.receive()
    progress: list[tuple[int, int]] = []
    folder = tmp_path / "rebuilt"
    folder.mkdir()

    path = rebuild(followed.centre, folder, progress=lambda reached, head: progress.append((reached, head)))

    assert path == file_in(folder)
    assert progress[-1] == (followed.centre.head(), followed.centre.head())
    assert sorted(each.name for each in folder.glob("*.db*")) == [path.name]
    with closing(Reader(path)) as reader:
        followed.settle()
        assert reader.document("status", str(CASE)) == followed.reader.document("status", str(CASE))


def test_what_a_case_refers_to_is_at_hand_for_readers(followed: Followed) -> None:
    followed.settle()
    lookups = followed.reader.lookups()

    assert lookups.name(ZHOU.id) == "Zhoumin"
    assert lookups.particulars is not None
    assert [item.id for item in lookups.newest_items()] == ["house-lease-filing", "employment-hardship-recognition"]
