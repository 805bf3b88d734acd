"""`doorstep set-aside`: what was not done is found again, with words only where they are asked for."""

from domain.case.commands import AddNote, ClaimCase
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import FATHER, LIN, ZHOU


def test_a_persons_refused_work_is_listed_with_what_became_of_it(home: Home) -> None:
    with home.opened() as premises:
        premises.receive()
        premises.do(ClaimCase(), by=LIN)
        premises.centre.submit(premises.call(ClaimCase(), by=ZHOU)).result()
        premises.centre.submit(premises.call(AddNote(text="字"), by=FATHER)).result()

    said = home.types("set-aside", "--person", str(ZHOU.id))
    words = home.types("set-aside", "--person", str(FATHER.id), "--words")

    first, total = said.out.splitlines()
    assert (said.code, said.err, total) == (0, "", "1 in all.")
    assert "case.claim@1: conflict already-claimed (open)" in first
    assert "字" in words.out
    assert "字" not in home.types("set-aside", "--person", str(FATHER.id)).out


def test_whoever_has_nothing_set_aside_has_an_empty_list(home: Home) -> None:
    with home.opened() as premises:
        premises.receive()

    assert home.types("set-aside", "--person", str(LIN.id)).out == "0 in all.\n"
