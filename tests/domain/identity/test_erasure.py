"""Erasure: what it needs, what it records, and what can no longer be done for whoever was erased."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid5

import pytest

from domain.actors import Actor
from domain.case.acts import CaseStatus
from domain.case.commands import AddNote
from domain.case.facts import CaseWithdrawn
from domain.facts import Fact
from domain.identity.erasure import ErasePerson, ErasureReason, PersonErased
from domain.identity.identity import (
    OpenSession,
    PersonRegistered,
    PhoneLinked,
    PhoneReleased,
    RegisterPerson,
    phone_stream,
)
from domain.refusals import Forbidden, Invalid, NotFound, PersonHasOpenCases, PersonIsErased, RetentionRuns
from tests.cast import CASE, CENTRE, FATHER, MONDAY_10AM, STRANGER, SUN, ZHOU, Filing
from tests.domain.case.desk import Desk

LINK = phone_stream("hash of father's number")
BASIS = "鉴定〔2036〕第 7 号"
OTHER_CASE = uuid5(CASE, "another")


def registered() -> Desk:
    desk = Desk()
    desk.do(RegisterPerson(phone="13800000001", link=LINK), by=CENTRE, case=FATHER.id)
    return desk


def erase(desk: Desk, *cases: UUID, confirmed: bool = False, person: UUID = FATHER.id) -> list[Fact]:
    command = ErasePerson(reason="retention-ended", basis=BASIS, cases=cases, open_cases_confirmed=confirmed)
    return desk.do(command, by=CENTRE, case=person)


def erased(*open_cases: UUID) -> PersonErased:
    return PersonErased(reason="retention-ended", basis=BASIS, open_cases=open_cases)


def test_erasure_releases_the_telephone_and_says_why_on_the_persons_stream() -> None:
    desk = registered()

    facts = erase(desk)

    assert facts == [PhoneReleased(), erased()]
    assert desk.facts[-2:] == [(LINK, PhoneReleased()), (FATHER.id, erased())]


def test_whoever_is_erased_twice_is_erased_once() -> None:
    desk = registered()
    erase(desk)

    assert erase(desk) == []


@pytest.mark.parametrize("by", [FATHER, ZHOU, SUN], ids=["the person", "clerk", "lead"])
def test_only_the_centre_itself_erases(by: Actor) -> None:
    with pytest.raises(Forbidden):
        registered().do(ErasePerson(reason="retention-ended", basis=BASIS), by=by, case=FATHER.id)


def test_nobody_is_erased_whom_the_centre_does_not_know() -> None:
    with pytest.raises(NotFound):
        erase(registered(), person=uuid5(CASE, "nobody"))
    with pytest.raises(NotFound):
        erase(registered(), person=ZHOU.id)


def test_a_person_with_a_case_that_has_not_ended_is_not_erased_silently() -> None:
    desk = registered()
    desk.file()

    with pytest.raises(PersonHasOpenCases) as refusal:
        erase(desk, CASE)

    assert refusal.value.params == {"cases": [str(CASE)]}
    assert not desk.person(FATHER.id).erased


def test_a_confirmed_erasure_withdraws_what_nobody_has_decided() -> None:
    desk = registered()
    desk.file()

    facts = erase(desk, CASE, confirmed=True)

    assert facts == [CaseWithdrawn(), PhoneReleased(), erased(CASE)]
    assert desk.case(CASE).status is CaseStatus.WITHDRAWN


def test_a_granted_case_goes_its_way_after_a_confirmed_erasure() -> None:
    desk = registered()
    desk.bring_to("granted")

    assert erase(desk, CASE, confirmed=True) == [PhoneReleased(), erased(CASE)]
    assert desk.case(CASE).status is CaseStatus.GRANTED


def test_cases_that_have_ended_need_no_confirmation() -> None:
    desk = registered()
    desk.bring_to("declined")

    assert erase(desk, CASE) == [PhoneReleased(), erased()]


@pytest.mark.parametrize("reason", ["purpose-achieved", "retention-ended", "consent-withdrawn"])
def test_while_the_law_has_a_case_kept_its_applicant_is_not_erased(reason: ErasureReason) -> None:
    desk = registered()
    desk.bring_to("archived")
    until = desk.case(CASE).retain_until
    assert until is not None

    desk.now = datetime.combine(until, time(4), UTC)
    with pytest.raises(RetentionRuns) as refusal:
        desk.do(ErasePerson(reason=reason, basis=BASIS, cases=(CASE,)), by=CENTRE, case=FATHER.id)
    assert refusal.value.params == {"cases": {str(CASE): until}}

    desk.now += timedelta(days=1)
    assert erase(desk, CASE) == [PhoneReleased(), erased()]


@pytest.mark.parametrize("reason", ["unlawful-processing", "law-requires"])
def test_what_should_not_have_been_kept_is_erased_before_its_time(reason: ErasureReason) -> None:
    desk = registered()
    desk.bring_to("archived")

    facts = desk.do(ErasePerson(reason=reason, basis=BASIS, cases=(CASE,)), by=CENTRE, case=FATHER.id)

    assert facts == [PhoneReleased(), PersonErased(reason=reason, basis=BASIS, open_cases=())]


def test_the_cases_named_must_be_those_of_the_person() -> None:
    desk = registered()
    desk.file(by=STRANGER, case=OTHER_CASE)

    for case in (OTHER_CASE, uuid5(CASE, "no case at all")):
        with pytest.raises(Invalid):
            erase(desk, case, confirmed=True)


def test_an_applicant_who_never_signed_in_is_known_by_their_case() -> None:
    desk = Desk()
    desk.file(Filing(case=CASE, has_agent=True))
    mother = desk.case(CASE).applicant
    assert mother is not None

    assert erase(desk, CASE, confirmed=True, person=mother) == [CaseWithdrawn(), erased(CASE)]


def test_an_agent_is_erased_while_the_case_of_the_other_goes_on() -> None:
    desk = registered()
    desk.file(Filing(case=CASE, has_agent=True))

    assert erase(desk, CASE) == [PhoneReleased(), erased()]
    assert desk.case(CASE).status is CaseStatus.FILED


@pytest.mark.parametrize("number", ["13800000001", "42010519491231002X", "电话13800000001已核"])
def test_the_basis_holds_no_number_of_a_person(number: str) -> None:
    with pytest.raises(Invalid):
        registered().do(ErasePerson(reason="law-requires", basis=number), by=CENTRE, case=FATHER.id)


def test_a_telephone_that_was_released_makes_a_new_person() -> None:
    desk = registered()
    erase(desk)
    newcomer = uuid5(CASE, "the same telephone, years later")

    facts = desk.do(RegisterPerson(phone="13800000001", link=LINK), by=CENTRE, case=newcomer)

    assert [type(fact) for fact in facts] == [PhoneLinked, PersonRegistered]
    assert desk.phone_owner(LINK) == newcomer
    assert not desk.person(newcomer).erased
    assert erase(desk) == []
    assert desk.phone_owner(LINK) == newcomer


def test_nothing_more_is_sealed_for_an_erased_person() -> None:
    desk = registered()
    desk.bring_to("granted")
    erase(desk, CASE, confirmed=True)

    with pytest.raises(PersonIsErased):
        desk.do(AddNote(text="打过电话"), by=ZHOU)
    with pytest.raises(PersonIsErased):
        desk.file(Filing(case=OTHER_CASE), case=OTHER_CASE)


def test_an_erased_person_does_not_sign_in_any_more() -> None:
    desk = registered()
    erase(desk)
    late = OpenSession(
        person=FATHER.id, kind="resident", method="sms-code", device=None, expires_at=MONDAY_10AM + timedelta(hours=1)
    )

    with pytest.raises(PersonIsErased):
        desk.do(late, by=CENTRE, case=uuid5(CASE, "session"))
