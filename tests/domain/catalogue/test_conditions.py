from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from domain.catalogue.conditions import (
    NeededMaterial,
    clear_answers,
    filled_form,
    materials_needed,
    sealed_answers,
)
from domain.catalogue.items import ServiceItem
from tests.domain.catalogue.filled import filled_answers
from tests.domain.catalogue.shipped import sample_item, shipped_catalogue


class Case(Struct, frozen=True):
    name: str
    answers: dict[str, Any]
    visible: list[str]
    materials: list[tuple[str, bool, str]]
    clear: dict[str, Any]
    sealed: dict[str, Any]


class Vectors(Struct, frozen=True):
    cases: tuple[Case, ...]


VECTORS = msgspec.json.decode((Path(__file__).parents[2] / "vectors/conditions.json").read_bytes(), type=Vectors)
ITEM = sample_item()
CATALOGUE = shipped_catalogue()
LEASE = CATALOGUE.items[0]


def demand(needed: NeededMaterial) -> str:
    if needed.signature_demanded:
        return "signature"
    if needed.photograph_demanded:
        return "photograph"
    return "may-photograph" if needed.photographable else "none"


@pytest.mark.parametrize("case", VECTORS.cases, ids=lambda case: case.name)
def test_the_form_asks_for_what_the_vector_says(case: Case) -> None:
    needed = materials_needed(filled_form(ITEM, case.answers))

    assert [field.id for field in filled_form(ITEM, case.answers).shown] == case.visible
    assert [(one.material.id, one.required, demand(one)) for one in needed] == case.materials
    assert clear_answers(filled_form(ITEM, case.answers)) == case.clear
    assert sealed_answers(filled_form(ITEM, case.answers)) == case.sealed


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_clear_and_sealed_answers_together_are_the_whole_form(item: ServiceItem) -> None:
    answers = filled_answers(item)

    clear, sealed = clear_answers(filled_form(item, answers)), sealed_answers(filled_form(item, answers))

    assert {**clear, **sealed} == answers
    assert not clear.keys() & sealed.keys()


def test_a_lease_between_two_people_needs_the_four_papers_of_the_evening() -> None:
    answers = filled_answers(LEASE, lessor_kind="person", lease_kind="direct", house_co_owned=False)

    demanded = [one.material.id for one in materials_needed(filled_form(LEASE, answers)) if one.photograph_demanded]

    assert demanded == ["property-certificate", "lease-contract", "lessor-id", "lessee-id"]


def test_a_lease_filed_by_an_agent_needs_a_signature_and_the_agents_card() -> None:
    needed = {
        one.material.id: demand(one)
        for one in materials_needed(filled_form(LEASE, filled_answers(LEASE, has_agent=True)))
    }

    assert needed["agent-authorization"] == "signature"
    assert needed["agent-id"] == "photograph"
