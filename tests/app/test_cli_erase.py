"""`doorstep erase`: who is erased is gone from everywhere, after it was said what that means."""

from pathlib import Path
from uuid import UUID

import pytest

from domain.case.commands import WithdrawCase
from domain.identity.erasure import PersonErased
from projections.follower import catch_up
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import CASE, FATHER
from tests.premises import Premises

PHONE = "13800004711"
NAME = "陈志远".encode()
WHY = ("--reason", "retention-ended", "--basis", "appraisal 2026-14")


def with_a_withdrawn_case(home: Home) -> UUID:
    """The id of somebody whose one case was withdrawn, and whose values stand in the read models."""
    with home.opened() as premises:
        person = known(premises)
        premises.do(WithdrawCase(), by=FATHER)
        (home.data / "views").mkdir()
        catch_up(premises.centre, home.data / "views")
    assert NAME in everything(home.data / "views")
    return person


def known(premises: Premises) -> UUID:
    premises.receive()
    return FATHER.id


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def erased(home: Home) -> list[UUID]:
    with home.opened() as premises:
        _, facts = premises.centre.stretch(0, 10_000, tags=("person.erased",))
        return [envelope.originator_id for _, envelope in facts if isinstance(envelope.fact, PersonErased)]


def test_a_person_is_erased_from_log_and_read_models(home: Home) -> None:
    person = with_a_withdrawn_case(home)

    said = home.types("erase", "--person", str(person), *WHY, "--yes")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Person {person}, cases: 1, open: 0.\n")
    assert said.out.endswith(f"Person {person} is erased.\n")
    assert erased(home) == [person]
    assert NAME not in everything(home.data / "views")
    with home.opened() as premises:
        filed = next(e for e in premises.centre.read(CASE) if hasattr(e.fact, "answers"))
        assert premises.centre.unseal(filed, "answers") is None
    assert home.types("check").code == 0
    assert home.types("rebuild", "--verify").code == 0


def test_nobody_is_erased_unless_the_question_is_answered_with_yes(home: Home) -> None:
    person = with_a_withdrawn_case(home)

    said = home.answers("erase", "--person", str(person), *WHY, answers="n\n")

    assert said.code == 1
    assert "Gone for ever" in said.out
    assert erased(home) == []


def test_a_telephone_number_is_asked_for_so_that_it_stays_in_no_history(home: Home) -> None:
    with home.opened() as premises:
        person = premises.centre.person_for_phone(PHONE)

    said = home.answers("erase", *WHY, "--phone", answers=f"{PHONE}\ny\n")

    assert said.code == 0
    assert erased(home) == [person]


def test_a_telephone_number_may_be_given_and_is_not_repeated(home: Home) -> None:
    with home.opened() as premises:
        person = premises.centre.person_for_phone(PHONE)

    said = home.types("erase", "--phone", PHONE, *WHY, "--yes")
    again = home.types("erase", "--phone", PHONE, *WHY, "--yes")

    assert said.code == 0
    assert erased(home) == [person]
    assert (again.code, again.err) == (1, "Nobody is known by that telephone number.\n")
    assert PHONE not in said.out + said.err + again.out + again.err


def test_open_cases_stop_it_and_are_named(home: Home) -> None:
    with home.opened() as premises:
        person = known(premises)
        number = premises.centre.case(CASE).filing_number

    stopped = home.types("erase", "--person", str(person), *WHY, "--yes")
    confirmed = home.types("erase", "--person", str(person), *WHY, "--yes", "--with-open-cases")

    assert stopped.code == 1
    assert stopped.out == f"Person {person}, cases: 1, open: 1.\n"
    assert stopped.err.startswith(f"These cases have not ended: {number}; ")
    assert confirmed.code == 0
    assert erased(home) == [person]


def test_erasing_twice_does_no_more(home: Home) -> None:
    person = with_a_withdrawn_case(home)

    codes = [home.types("erase", "--person", str(person), *WHY, "--yes").code for _ in range(2)]

    assert codes == [0, 0]
    assert erased(home) == [person]


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_basis_that_names_somebody_and_a_stranger_are_refused(home: Home) -> None:
    person = with_a_withdrawn_case(home)

    named = home.types("erase", "--person", str(person), "--reason", "retention-ended", "--basis", PHONE, "--yes")
    unknown = home.types("erase", "--person", str(UUID(int=7)), *WHY, "--yes")

    assert (named.code, unknown.code) == (1, 1)
    assert named.err.startswith("The basis holds the number")
    assert PHONE not in named.out + named.err
    assert unknown.err == "Nobody is known by that id.\n"
    assert erased(home) == []


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "words",
    [
        [*WHY],
        ["--person", str(FATHER.id), "--phone", PHONE, *WHY],
        ["--person", "chen", *WHY],
        ["--person", str(FATHER.id), "--reason", "because", "--basis", "x"],
        ["--person", str(FATHER.id), "--basis", "x"],
    ],
)
def test_a_wrong_command_line_ends_with_2(home: Home, words: list[str]) -> None:
    said = home.types("erase", *words)

    assert said.code == 2
    assert PHONE not in said.err


def test_a_service_that_runs_knows_of_it(home: Home) -> None:
    person = with_a_withdrawn_case(home)
    with home.opened(name="service") as premises:
        said = home.types("erase", "--person", str(person), *WHY, "--yes")

        assert said.code == 0
        assert premises.centre.person(person).erased
