from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from domain.catalogue.answers import Outcome, Problem, check_answers, check_eligibility, years_later
from domain.catalogue.conditions import Json, filled_form
from domain.catalogue.items import ServiceItem
from tests.domain.catalogue.filled import FILLED_ON, filled_answers
from tests.domain.catalogue.shipped import sample_item, shipped_catalogue


class AnswerCase(Struct, frozen=True):
    name: str
    answers: dict[str, Any]
    problems: tuple[Problem, ...]


class AnswerVectors(Struct, frozen=True):
    on: date
    cases: tuple[AnswerCase, ...]


class EligibilityCase(Struct, frozen=True):
    name: str
    answers: dict[str, Any]
    outcomes: dict[str, Outcome]


class EligibilityVectors(Struct, frozen=True):
    on: date
    cases: tuple[EligibilityCase, ...]


VECTORS = Path(__file__).parents[2] / "vectors"
ANSWERS = msgspec.json.decode((VECTORS / "answers.json").read_bytes(), type=AnswerVectors)
ELIGIBILITY = msgspec.json.decode((VECTORS / "eligibility.json").read_bytes(), type=EligibilityVectors)
ITEM = sample_item()
CATALOGUE = shipped_catalogue()
ANY_JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("case", ANSWERS.cases, ids=lambda case: case.name)
def test_a_form_has_the_problems_of_the_vector(case: AnswerCase) -> None:
    assert check_answers(filled_form(ITEM, case.answers), on=ANSWERS.on) == case.problems


@pytest.mark.parametrize("case", ELIGIBILITY.cases, ids=lambda case: case.name)
def test_answers_meet_the_conditions_that_the_vector_says(case: EligibilityCase) -> None:
    results = check_eligibility(filled_form(ITEM, case.answers), on=ELIGIBILITY.on)

    assert {result.eligibility.id: result.outcome for result in results} == case.outcomes


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_every_item_can_be_filled_in(item: ServiceItem) -> None:
    answers = filled_answers(item)

    assert check_answers(filled_form(item, answers), on=FILLED_ON) == ()
    assert Outcome.UNMET not in {
        result.outcome for result in check_eligibility(filled_form(item, answers), on=FILLED_ON)
    }


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_every_item_can_be_filled_in_with_an_agent_and_by_mail(item: ServiceItem) -> None:
    asked = {field.id for field in item.fields}
    choices: dict[str, Json] = {"has_agent": True, "delivery_method": "mail"}

    answers = filled_answers(item, **{key: value for key, value in choices.items() if key in asked})

    assert check_answers(filled_form(item, answers), on=FILLED_ON) == ()


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_every_required_answer_is_missed_when_it_is_not_there(item: ServiceItem) -> None:
    answers = filled_answers(item)

    for field in filled_form(item, answers).shown:
        rest = {key: answer for key, answer in answers.items() if key != field.id}
        missed = Problem(field.id, "required", {}) in check_answers(filled_form(item, rest), on=FILLED_ON)
        assert missed is field.required, field.id


@given(field=st.sampled_from([field.id for field in ITEM.fields]), answer=ANY_JSON)
def test_no_answer_of_any_shape_breaks_the_checks(field: str, answer: Json) -> None:
    answers = {**filled_answers(ITEM), field: answer}

    assert {problem.field for problem in check_answers(filled_form(ITEM, answers), on=FILLED_ON)} <= {
        each.id for each in ITEM.fields
    }


def test_a_day_in_leap_years_has_no_anniversary_in_others() -> None:
    assert years_later(date(2028, 2, 29), 20) == date(2048, 2, 29)
    assert years_later(date(2028, 2, 29), 1) == date(2029, 2, 28)
