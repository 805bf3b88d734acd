"""A closed case becomes a scenario that can be practised, and says nothing of anybody."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest

from domain.case.acts import ENDED
from domain.case.facts import CaseFiled
from domain.facts import sealed_fields
from domain.training.content import Scenario
from store.centre import Centre
from tests.app.demonstration import Demonstration
from tests.practice.rehearsal import Rehearsal
from web.practice.cases import CaseNotOver, scenario_of

LONG_ENOUGH = 2
"""Shorter values are words of every text."""


def values(value: Any) -> set[str]:
    """Every text within a value."""
    within: list[Any] = []
    if isinstance(value, dict):
        within = list(cast("dict[str, Any]", value).values())
    elif isinstance(value, list | tuple):
        within = list(cast("list[Any]", value))
    elif isinstance(value, str):
        return {value}
    return {text for one in within for text in values(one)}


def personal(centre: Centre, case: Any) -> set[str]:
    """Everything sealed in a case, and its numbers."""
    found: set[str] = set()
    for envelope in centre.read(case):
        for field in sealed_fields(type(envelope.fact)):
            if getattr(envelope.fact, field) is not None:
                found |= values(centre.unseal(envelope, field))
        if isinstance(envelope.fact, CaseFiled):
            found.add(envelope.fact.filing_number)
    return {text for text in found if len(text) > LONG_ENOUGH and not text.isdigit()}


def closed(centre: Centre) -> list[Any]:
    """The closed cases of a log."""
    _, page = centre.stretch(0, 100_000, tags=["case.filed"])
    return [one.originator_id for _, one in page if centre.case(one.originator_id).status in ENDED]


def made(centre: Centre) -> list[tuple[Any, Scenario]]:
    """Every scenario that can be made of a closed case."""
    return [(case, scenario_of(centre, case)) for case in closed(centre) if worked_on(centre, case)]


def worked_on(centre: Centre, case: Any) -> bool:
    """Whether staff did anything that can be practised."""
    acts = {"case.accepted", "case.declined", "case.correction_requested", "case.decided"}
    return any(one.fact.__struct_config__.tag in acts and one.meta.role != "centre" for one in centre.read(case))


def test_no_personal_value_of_a_case_occurs_in_its_scenario(demonstration: Demonstration) -> None:
    scenarios = made(demonstration.centre)

    assert len(scenarios) > 5
    for case, scenario in scenarios:
        text = msgspec.json.encode(scenario).decode()
        item = demonstration.centre.item(scenario.item_ids[0])
        public = msgspec.json.encode(item).decode()
        assert {
            value for value in personal(demonstration.centre, case) if value in text and value not in public
        } == set()


async def test_a_scenario_made_of_a_case_begins_and_tells_its_first_step(
    rehearsal: Rehearsal, demonstration: Demonstration
) -> None:
    _, scenario = next(
        one for one in made(demonstration.centre) if {step.expected.action for step in one[1].steps} >= {"accept-case"}
    )

    trainee = await rehearsal.begin(scenario)

    assert trainee.step == scenario.steps[0].id


def test_a_case_that_is_not_over_becomes_no_scenario(demonstration: Demonstration) -> None:
    centre = demonstration.centre
    _, page = centre.stretch(0, 100_000, tags=["case.filed"])
    going = next(one.originator_id for _, one in page if centre.case(one.originator_id).status == "received")

    with pytest.raises(CaseNotOver):
        scenario_of(centre, going)


def test_cases_that_came_at_the_same_time_become_scenarios_of_other_ids(demonstration: Demonstration) -> None:
    for case, scenario in made(demonstration.centre):
        assert case.hex.endswith(scenario.id.rpartition("-")[2]), "a case's id begins with the time of its filing"
