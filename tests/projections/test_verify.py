"""A file is compared with a rebuild, and differences are named without personal data."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from domain.case.commands import AddNote
from domain.identity.erasure import ErasePerson
from projections.follower import catch_up
from projections.generations import file_in
from projections.rebuilding import NothingToVerify, verify
from tests.cast import CASE, FATHER, ZHOU
from tests.premises import opened
from tests.projections.conftest import Followed


def test_a_file_that_follows_is_the_same_as_a_rebuild_even_while_it_follows(followed: Followed, tmp_path: Path) -> None:
    followed.receive()
    followed.settle()
    done = threading.Event()

    def note_meanwhile() -> None:
        while not done.is_set():
            followed.do(AddNote(text="又联系"), by=ZHOU)

    noting = threading.Thread(target=note_meanwhile)
    noting.start()
    found = [verify(followed.centre, tmp_path) for _ in range(3)]
    done.set()
    noting.join()

    assert found == [[], [], []]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "UPDATE rows SET row = replace(row, '陈志远', '陈志近')",
            "rows: scope person:{father}, kind status, id {case} differs in row.",
        ),
        ("DELETE FROM rows WHERE kind='queue'", "rows: scope office:street, kind queue, id {case} is missing."),
        (
            "INSERT INTO departures VALUES ('office:x', 'queue', '1', 2, '')",
            "departures: scope office:x, kind queue, id 1 should not be there.",
        ),
        ("UPDATE case_index SET applicant='陈'", "case_index: filed {filed} differs in applicant."),
        ("UPDATE case_words SET words='陈'", "case_words: filed {filed} differs in words."),
        ("UPDATE views SET view = X'80'", "views: id {case} differs in view."),
        ("UPDATE progress SET position = position + 1", None),
    ],
)
def test_what_differs_is_named_by_table_key_and_column(tmp_path: Path, damage: str, said: str | None) -> None:
    with opened(tmp_path / "centre") as premises:
        premises.receive()
        catch_up(premises.centre, tmp_path)
        with closing(sqlite3.connect(file_in(tmp_path), isolation_level=None)) as database:
            filed = database.execute("SELECT filed FROM case_index").fetchone()[0]
            database.execute(damage)

        found = verify(premises.centre, tmp_path)

    if said is None:
        assert found
    else:
        assert found == [said.format(father=FATHER.id, case=CASE, filed=filed)]
    assert "陈" not in str(found)


def test_many_differences_are_counted_and_only_the_first_are_named(tmp_path: Path) -> None:
    with opened(tmp_path / "centre") as premises:
        catch_up(premises.centre, tmp_path)
        with closing(sqlite3.connect(file_in(tmp_path), isolation_level=None)) as database:
            database.executemany("INSERT INTO erased VALUES (?, 1)", [(f"nobody {n}",) for n in range(9)])

        found = verify(premises.centre, tmp_path)

    assert len(found) == 6
    assert found[-1] == "erased: 9 rows differ in all."


def test_an_erasure_that_was_not_followed_is_named_and_one_that_was_is_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.rebuilding.WAIT_SECONDS", 0.0)
    with opened(tmp_path / "centre") as premises:
        premises.receive()
        position = catch_up(premises.centre, tmp_path)
        command = ErasePerson(reason="law-requires", basis="鉴定", cases=(CASE,), open_cases_confirmed=True)
        premises.centre.by_itself(command, lane=FATHER.id)
        premises.centre.vault.destroy(FATHER.id)

        early = verify(premises.centre, tmp_path)
        catch_up(premises.centre, tmp_path)
        late = verify(premises.centre, tmp_path)

    assert early == [f"erased: an erasure after position {position} has not been followed."]
    assert late == []


def test_a_folder_without_a_file_has_nothing_to_verify(tmp_path: Path) -> None:
    with opened(tmp_path / "centre") as premises, pytest.raises(NothingToVerify):
        verify(premises.centre, tmp_path)
