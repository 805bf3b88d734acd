"""Documents give way: to commands that wait, up to a bound; and one that a fact does not concern is left alone."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager

import pytest

from domain.case.commands import AddNote, ClaimCase
from tests.cast import CASE, FATHER, ZHOU
from tests.projections.conftest import Followed

NOTE = AddNote(text="已电话联系")


@contextmanager
def held_up(followed: Followed) -> Generator[None]:
    """A command waits, because somebody else has the lock of the log."""
    with closing(sqlite3.connect(followed.centre.folder / "log.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        waiting = followed.centre.submit(followed.call(NOTE, by=ZHOU))
        while followed.centre.writer.waiting:
            time.sleep(0.001)
        yield
        database.execute("ROLLBACK")
        waiting.result(60)


def positions(followed: Followed) -> dict[str, int]:
    """Position of each document that the applicant and the desk hold."""
    followed.settle()
    scopes = [f"person:{FATHER.id}", f"mine:{ZHOU.id}", "office:street"]
    return {row.kind: row.pos for row in followed.reader.page(scopes, (0, "")).rows}


def test_a_note_of_the_desk_changes_nothing_for_the_applicant(followed: Followed) -> None:
    followed.receive()
    followed.do(ClaimCase(), by=ZHOU)
    before, told = positions(followed), followed.body("status")
    followed.batches.clear()

    noted = followed.do(NOTE, by=ZHOU)
    after = positions(followed)

    assert noted.pos is not None
    assert after == {"status": before["status"], "queue": noted.pos, "case": noted.pos}
    assert followed.body("status") == told
    assert {change.kind for batch in followed.batches for change in batch.changes} == {"queue", "case"}
    assert [note["text"] for note in followed.body("case")["notes"]] == [NOTE.text]


def test_the_next_fact_that_concerns_the_applicant_comes_with_its_own_position(followed: Followed) -> None:
    followed.receive()
    followed.do(NOTE, by=ZHOU)

    claimed = followed.do(ClaimCase(), by=ZHOU)

    assert positions(followed)["status"] == claimed.pos


def test_documents_are_made_after_the_commands_that_wait(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.runner.GIVE_WAY_SECONDS", 20.0)
    followed.receive()
    followed.settle()
    with held_up(followed):
        reached = followed.runner.position
        made = followed.runner.wait(reached + 1, timeout=0.05)

    followed.settle()
    assert not made
    assert followed.body("queue")["number"]


def test_documents_that_lag_far_behind_wait_no_longer(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.runner.GIVE_WAY_SECONDS", 120.0)
    monkeypatch.setattr("projections.runner.MOST_FACTS_BEHIND", 1)
    followed.receive()
    head = followed.centre.head()
    with held_up(followed):
        caught_up = followed.runner.wait(head, timeout=60)

    assert caught_up
    assert followed.reader.document("status", str(CASE)) is not None
