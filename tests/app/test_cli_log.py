"""`doorstep log show`: the story of one case, found by any of its numbers."""

import pytest

from domain.case.commands import AddNote, ClaimCase
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import CASE, ZHOU


def test_a_case_is_shown_in_order_without_what_is_sealed(home: Home) -> None:
    with home.opened() as premises:
        premises.receive()
        premises.do(ClaimCase(), by=ZHOU)
        premises.do(AddNote(text="her son is ill"), by=ZHOU)
        number, rows = premises.centre.case(CASE).filing_number, premises.centre.event_log.rows(CASE)

    by_number, by_id = home.types("log", "show", "--case", number), home.types("log", "show", "--case", str(CASE))

    assert by_number.code == 0
    assert by_number.out == by_id.out
    assert [line.split()[0] for line in by_id.out.splitlines()] == [str(row.position) for row in rows]
    assert by_id.out.splitlines()[0].split()[2:] == ["case.filed", "resident"]
    assert by_id.out.splitlines()[-1].split()[2:] == ["case.noted", "window-clerk", ZHOU.office]
    assert "her son" not in by_id.out


@pytest.mark.parametrize("number", ["BQ-1", "01939c6f-5e00-7000-8000-000000000001"])
def test_a_case_that_is_not_there_is_said(home: Home, number: str) -> None:
    with home.opened():
        pass

    said = home.types("log", "show", "--case", number)

    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[-1] == f"There is no case {number}."
