"""The items that persons and organisations may apply for ask first for whom, and then the fields of the one."""

import pytest
from msgspec.structs import replace

from domain.case.acts import CaseStatus
from domain.catalogue.answers import check_answers, derived_answers
from domain.catalogue.conditions import filled_form, materials_needed, sealed_answers
from domain.catalogue.form import Field
from domain.catalogue.items import ServiceItem
from domain.catalogue.soundness import faults_of
from tests.cast import CATALOGUE, LEASE, Filing
from tests.domain.case.desk import Desk
from tests.domain.catalogue.filled import FILLED_ON, filled_answers

BOTH = [item for item in CATALOGUE.items if len(item.subject) == 2]
PERSON = {"applicant_name", "applicant_id_type", "applicant_id_no", "applicant_phone", "applicant_address"}
ORGANISATION = {"org_name", "org_uscc", "org_legal_rep", "applicant_name", "applicant_phone"}


def shown(item: ServiceItem, kind: str) -> list[Field]:
    return list(filled_form(item, {"applicant_kind": kind}).shown)


def test_the_sample_has_three_such_items() -> None:
    assert [item.id for item in BOTH] == ["house-lease-filing", "house-lease-change", "startup-loan-qualification"]


@pytest.mark.parametrize("item", BOTH, ids=lambda item: item.id)
def test_the_form_asks_first_for_whom_and_then_shows_the_fields_of_the_one_or_the_other(item: ServiceItem) -> None:
    assert item.fields[0].id == "applicant_kind"
    assert {f.id for f in filled_form(item, {}).shown} & (PERSON | ORGANISATION) == set()
    assert {f.id for f in shown(item, "natural-person") if f.group.startswith("applicant-p")} == PERSON
    assert {f.id for f in shown(item, "legal-person") if f.group == "applicant-organisation"} == ORGANISATION


@pytest.mark.parametrize("item", BOTH, ids=lambda item: item.id)
def test_the_contact_of_an_organisation_is_asked_for_under_its_own_name(item: ServiceItem) -> None:
    labels = {
        kind: next(f.label_zh for f in shown(item, kind) if f.id == "applicant_name")
        for kind in ("natural-person", "legal-person")
    }

    assert labels == {"natural-person": "姓名", "legal-person": "经办人姓名"}


@pytest.mark.parametrize("item", BOTH, ids=lambda item: item.id)
def test_an_organisation_files_with_its_credit_code_and_shows_no_identity_card_of_its_own(item: ServiceItem) -> None:
    answers = filled_answers(item, applicant_kind="legal-person")
    form = filled_form(item, answers)

    assert check_answers(form, on=FILLED_ON) == ()
    assert "id-card" not in {needed.material.id for needed in materials_needed(form)}
    assert {"org_name", "org_uscc", "applicant_name"} <= set(sealed_answers(form))
    assert derived_answers(form, on=FILLED_ON) == {}


@pytest.mark.parametrize("code", ["12441500196720244X", "12441500196720244", "91420100MA4K0IOSVZ"])
def test_a_wrong_credit_code_is_named(code: str) -> None:
    answers = filled_answers(LEASE, applicant_kind="legal-person", org_uscc=code)

    (problem,) = check_answers(filled_form(LEASE, answers), on=FILLED_ON)

    assert (problem.field, problem.code.partition("-")[0]) == ("org_uscc", "uscc")


def test_answers_of_the_other_kind_are_left_aside() -> None:
    both = {**filled_answers(LEASE), "org_name": "测试单位", "org_uscc": "12441500196720244T"}

    form = filled_form(LEASE, both)

    assert "org_name" not in form.answers
    assert check_answers(form, on=FILLED_ON) == ()


def test_an_organisation_that_rents_hands_in_no_card_of_a_lessee() -> None:
    answers = filled_answers(LEASE, applicant_kind="legal-person", lessee_kind="organisation")
    needed = {one.material.id for one in materials_needed(filled_form(LEASE, answers))}

    assert "lessee-licence" in needed
    assert "lessee-id" not in needed


@pytest.mark.parametrize("item", BOTH, ids=lambda item: item.id)
def test_a_case_of_an_organisation_is_filed_and_received(item: ServiceItem) -> None:
    desk = Desk()
    desk.items[item.id, item.version] = item

    desk.receive(Filing(item, applicant_kind="legal-person"))

    assert desk.case().choices["applicant_kind"] == "legal-person"
    assert desk.status() is CaseStatus.RECEIVED


def test_fields_of_one_id_may_stand_twice_only_where_never_both_are_shown() -> None:
    first, second = (field for field in LEASE.fields if field.id == "lessee_name")
    always = replace(second, show_if=None)
    other = replace(second, type="name")
    at = LEASE.fields.index(second)

    for wrong in (always, other, replace(second, show_if=first.show_if)):
        fields = (*LEASE.fields[:at], wrong, *LEASE.fields[at + 1 :])
        assert faults_of(replace(LEASE, fields=fields)) == ("fields: lessee_name stands twice",)
    assert faults_of(LEASE) == ()
