"""Whose record a register holds: the applicant's, a party's, a child's; nobody is asked whom the form does not name."""

from __future__ import annotations

from typing import Any

import pytest

from domain.catalogue.conditions import filled_form, materials_needed
from domain.catalogue.items import Material, ServiceItem
from domain.catalogue.records import Holder, can_be_asked, holder_of
from tests.cast import CATALOGUE
from tests.domain.catalogue.filled import filled_answers

ITEMS = {item.id: item for item in CATALOGUE.items}
SHARED = [
    pytest.param(item, material, id=f"{item.id} {material.id}")
    for item in CATALOGUE.items
    for material in item.materials
    if material.source == "shared"
]
OF_SOMEBODY_NOT_NAMED = {
    ("unattended-child-allowance", "death-proof"),
    ("unattended-child-allowance", "parent-absence-proof"),
    ("birth-registration", "birth-medical-certificate"),
    ("family-planning-special-support", "death-proof"),
    ("family-planning-special-support", "disability-certificate"),
}
"""The form asks for nobody whose record this is: the paper is handed in, and no register is asked."""


def asked(item_id: str, material: str, **choices: Any) -> tuple[Holder | None, dict[str, Any]]:
    """Whose record is asked for, and the answers of the form."""
    item = ITEMS[item_id]
    answers = filled_answers(item, **choices)
    wanted = item.material(material)
    assert wanted is not None
    assert wanted in [one.material for one in materials_needed(filled_form(item, answers))]
    return holder_of(wanted, answers), answers


def test_a_paper_of_ones_own_is_asked_of_the_applicant() -> None:
    holder, answers = asked("temporary-assistance", "household-register")

    assert holder == Holder(answers["applicant_name"], answers["applicant_id_no"])


def test_a_birth_paper_is_asked_of_the_child_whom_the_form_names() -> None:
    holder, answers = asked("childcare-subsidy", "birth-medical-certificate", child_name="陈小禾")

    assert holder == Holder("陈小禾", answers["child_id_no"])
    assert answers["child_id_no"] != answers["applicant_id_no"]


@pytest.mark.parametrize("party", ["lessor", "lessee"])
def test_a_licence_is_asked_of_the_party_that_has_it(party: str) -> None:
    holder, answers = asked("house-lease-filing", f"{party}-licence", **{f"{party}_kind": "organisation"})

    assert holder == Holder(answers[f"{party}_name"], answers[f"{party}_uscc"])


def test_in_a_filing_of_an_organisation_a_persons_record_is_asked_of_nobody_and_a_licence_of_the_organisation() -> None:
    choices = {"applicant_kind": "legal-person", "group": "unemployed"}

    licence, answers = asked("startup-loan-qualification", "business-licence", **choices)
    record, _ = asked("startup-loan-qualification", "unemployment-record", **choices)

    assert licence == Holder(answers["org_name"], answers["org_uscc"])
    assert record is None


def test_a_business_is_asked_for_by_its_number_alone_where_the_form_asks_no_more() -> None:
    holder, answers = asked("startup-loan-qualification", "business-licence", applicant_kind="natural-person")

    assert holder == Holder("", answers["business_uscc"])


@pytest.mark.parametrize(("item", "material"), SHARED)
def test_every_shared_paper_says_whose_record_it_is_and_who_is_not_named_is_not_asked_about(
    item: ServiceItem, material: Material
) -> None:
    assert can_be_asked(item, material) is ((item.id, material.id) not in OF_SOMEBODY_NOT_NAMED)
    if material.type in ("death-proof", "birth-medical-certificate", "business-licence"):
        assert material.record_of != "applicant"


def test_what_no_register_holds_cannot_be_asked_for() -> None:
    lease = ITEMS["house-lease-filing"]
    contract = lease.material("lease-contract")

    assert contract is not None
    assert not can_be_asked(lease, contract)
