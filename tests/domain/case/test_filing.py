from datetime import datetime
from typing import Any, cast
from uuid import uuid5

import pytest
from msgspec.structs import replace

from domain.calendar.calendar import SHANGHAI
from domain.calendar.limits import DueRule, calendar_days, immediate, working_days
from domain.case.commands import FileCase, PageOf, RejectFile
from domain.case.facts import CaseFiled, CaseReceived, FileStored, NamedPage
from domain.case.state import Case
from domain.centre.centre import series_stream, staff_stream
from domain.facts import Sealed
from domain.refusals import (
    AlreadyFiled,
    AnswersInvalid,
    Forbidden,
    MaterialsMissing,
    NotFound,
    UnknownFile,
    UnknownItem,
)
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    FATHER,
    FRIDAY_EVENING,
    LEASE,
    MONDAY_10AM,
    STRANGER,
    ZHOU,
    Filing,
    page_of,
)
from tests.domain.case.desk import Desk

LATER = uuid5(CASE, "another case")


def words(sealed: Sealed | None) -> dict[str, Any]:
    assert sealed is not None
    return cast("dict[str, Any]", sealed.value)


def filed(desk: Desk, filing: Filing | None = None) -> CaseFiled:
    (fact,) = desk.file(filing)
    assert isinstance(fact, CaseFiled)
    return fact


def test_filing_gives_a_number_and_the_date_by_which_the_centre_must_answer() -> None:
    fact = filed(Desk())

    assert fact.filing_number == "BQS-20261123-0001-6"
    assert fact.answer_by == immediate(CALENDAR, MONDAY_10AM).due
    assert (fact.applicant, fact.agent, fact.item_id, fact.item_version) == (FATHER.id, None, LEASE.id, LEASE.version)


def test_the_numbers_of_a_day_follow_one_another_and_start_again_on_the_next() -> None:
    desk = Desk()
    filed(desk)

    second = desk.file(case=LATER)[0]
    desk.now = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
    third = desk.file(case=uuid5(CASE, "third"))[0]

    assert isinstance(second, CaseFiled)
    assert isinstance(third, CaseFiled)
    assert second.filing_number.startswith("BQS-20261123-0002-")
    assert third.filing_number.startswith("BQS-20261124-0001-")


def test_the_check_digit_of_a_number_tells_one_wrong_digit() -> None:
    digits = filed(Desk()).filing_number.removeprefix("BQS-").replace("-", "")

    assert _is_checked(digits)
    for place, digit in enumerate(digits):
        for other in "0123456789".replace(digit, ""):
            assert not _is_checked(digits[:place] + other + digits[place + 1 :])


def _is_checked(digits: str) -> bool:
    """ISO 7064 MOD 11,10: the remainder over all digits, the check digit included, is 1."""
    remainder = 10
    for digit in digits[:-1]:
        remainder = ((remainder + int(digit)) % 10 or 10) * 2 % 11
    return (remainder + int(digits[-1])) % 10 == 1


def test_yes_or_no_and_choice_answers_stay_readable_and_all_others_are_sealed_for_the_applicant() -> None:
    fact = filed(Desk())

    assert fact.choices == {
        "applicant_kind": "natural-person",
        "applicant_id_type": "resident-id",
        "has_agent": False,
        "delivery_method": "pickup",
        "applicant_role": "lessor",
        "lessor_kind": "person",
        "lessor_id_type": "resident-id",
        "lessee_kind": "person",
        "lessee_id_type": "resident-id",
        "lease_kind": "direct",
        "house_co_owned": False,
        "house_in_area": True,
        "house_use": "residence",
        "for_school": False,
        "no_prohibited_case": True,
        "applicant_age": 36,
        "applicant_sex": "male",
    }
    assert fact.answers.person == FATHER.id
    assert {"applicant_name", "applicant_phone", "lessor_name", "house_address"} <= set(words(fact.answers))
    assert not set(fact.choices) & set(words(fact.answers))


def test_an_agent_files_for_another_person_and_keeps_the_own_answers_under_the_own_key() -> None:
    fact = filed(Desk(), Filing(has_agent=True))

    assert fact.agent == FATHER.id
    assert fact.applicant not in (FATHER.id, STRANGER.id)
    assert fact.answers.person == fact.applicant
    assert fact.agent_answers is not None
    assert fact.agent_answers.person == FATHER.id
    assert set(words(fact.agent_answers)) == {"agent_name", "agent_id_no", "agent_phone"}
    assert not set(words(fact.agent_answers)) & set(words(fact.answers))


def test_a_case_is_filed_before_its_photographs_have_arrived() -> None:
    desk = Desk()

    fact = filed(desk)

    assert len(fact.pages) == len(Filing().files)
    assert len(desk.case().waiting) == len(fact.pages)
    assert str(desk.case().status) == "filed"


def test_a_required_photograph_that_is_missing_is_named() -> None:
    filing = Filing()
    without = replace(filing.command, pages=filing.command.pages[1:])

    with pytest.raises(MaterialsMissing) as refusal:
        Desk().do(without, by=FATHER, files=filing.files)

    assert refusal.value.params == {"materials": [filing.command.pages[0].material]}


def test_a_declaration_that_was_not_signed_is_named() -> None:
    filing = Filing(has_agent=True)
    unsigned = replace(filing.command, declarations=())

    with pytest.raises(MaterialsMissing) as refusal:
        Desk().do(unsigned, by=FATHER, files=filing.files)

    assert refusal.value.params == {"materials": ["agent-authorization"]}


def test_a_paper_that_the_answers_call_for_is_demanded() -> None:
    filing = Filing()
    answers = {**filing.command.answers, "house_co_owned": True}

    with pytest.raises(MaterialsMissing) as refusal:
        Desk().do(replace(filing.command, answers=answers), by=FATHER, files=filing.files)

    assert refusal.value.params == {"materials": ["co-owner-consent"]}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"applicant_id_no": "420105199001010018"}, ("applicant_id_no", "id-check-digit")),
        ({"applicant_phone": "123"}, ("applicant_phone", "phone-format")),
        ({"lease_end": "2020-01-01"}, ("lease_end", "date-before")),
        ({"applicant_name": " "}, ("applicant_name", "required")),
        ({"favourite_colour": "red"}, ("favourite_colour", "unknown-field")),
    ],
)
def test_a_wrong_answer_is_named_with_what_is_wrong_but_not_repeated(
    wrong: dict[str, Any], problem: tuple[str, str]
) -> None:
    filing = Filing()
    command = replace(filing.command, answers={**filing.command.answers, **wrong})

    with pytest.raises(AnswersInvalid) as refusal:
        Desk().do(command, by=FATHER, files=filing.files)

    assert [(each["field"], each["code"]) for each in refusal.value.params["problems"]] == [problem]
    assert str(*wrong.values()) == " " or str(*wrong.values()) not in str(refusal.value.params)


@pytest.mark.parametrize(
    "page",
    [
        PageOf(page_of(CASE, "passport").id, "lease-contract", 2),
        PageOf(page_of(CASE, "lease-contract").id, "no-such-paper", 1),
    ],
    ids=["a file that is not described", "a paper that the item has not"],
)
def test_a_page_must_name_a_described_file_and_a_paper_of_the_item(page: PageOf) -> None:
    filing = Filing()
    command = replace(filing.command, pages=(*filing.command.pages, page))

    with pytest.raises(UnknownFile):
        Desk().do(command, by=FATHER, files=filing.files)


def test_a_version_of_an_item_that_was_never_published_is_refused() -> None:
    filing = Filing()

    with pytest.raises(UnknownItem):
        Desk().do(replace(filing.command, item_version=99), by=FATHER, files=filing.files)


def test_a_case_is_filed_once() -> None:
    desk = Desk()
    filed(desk)

    with pytest.raises(AlreadyFiled):
        desk.file()
    with pytest.raises(Forbidden):
        desk.file(by=STRANGER)


def test_staff_do_not_file_for_themselves() -> None:
    with pytest.raises(Forbidden):
        Desk().file(by=ZHOU)


def test_the_case_is_received_when_its_last_photograph_has_arrived() -> None:
    desk = Desk()
    filing = Filing(pages=2)
    desk.file(filing)

    early = desk.store(*filing.files[:-1])
    last = desk.store(filing.files[-1])

    assert {type(fact) for fact in early} == {FileStored}
    assert [type(fact) for fact in last] == [FileStored, CaseReceived]
    assert str(desk.case().status) == "received"


def test_photographs_may_arrive_before_the_form() -> None:
    desk = Desk()
    filing = Filing()
    desk.store(*filing.files)

    facts = desk.file(filing)

    assert [type(fact) for fact in facts] == [CaseFiled, CaseReceived]


def test_a_form_without_papers_is_received_at_once() -> None:
    item = replace(LEASE, materials=())
    desk = Desk()
    desk.items[item.id, item.version] = item

    facts = desk.file(Filing(item))

    assert [type(fact) for fact in facts] == [CaseFiled, CaseReceived]


def test_an_immediate_item_received_on_friday_evening_is_answered_by_monday_at_close_of_business() -> None:
    desk = Desk(now=FRIDAY_EVENING)
    filing = Filing()
    desk.file(filing)

    receipt = desk.store(*filing.files)[-1]

    assert isinstance(receipt, CaseReceived)
    assert receipt.answer_by.at == datetime(2026, 11, 23, 17, tzinfo=SHANGHAI)
    assert receipt.answer_by.rule == DueRule.IMMEDIATE
    assert receipt.notice == working_days(CALENDAR, FRIDAY_EVENING, 5, rule=DueRule.NOTICE).due


def test_the_time_of_the_last_photograph_starts_the_clock_not_the_filing() -> None:
    desk = Desk(now=FRIDAY_EVENING)
    filing = Filing()
    desk.file(filing)

    desk.now = MONDAY_10AM.replace(day=24)
    receipt = desk.store(*filing.files)[-1]

    assert isinstance(receipt, CaseReceived)
    assert receipt.answer_by.at == datetime(2026, 11, 24, 17, tzinfo=SHANGHAI)


def test_the_same_bytes_stored_twice_are_recorded_once() -> None:
    desk = Desk()
    desk.file()

    assert len(desk.store(Filing().files[0])) == 1
    assert desk.store(Filing().files[0]) == []


def test_a_strangers_upload_neither_completes_a_case_nor_keeps_the_applicants_own_out() -> None:
    desk = Desk()
    filing = Filing()
    desk.file(filing)

    assert CaseReceived not in {type(fact) for fact in desk.store(*filing.files, by=STRANGER)}
    assert CaseReceived in {type(fact) for fact in desk.store(*filing.files)}
    assert desk.store(*filing.files, by=STRANGER) == []


def test_a_file_cannot_take_a_stream_that_the_centre_derives_from_a_name() -> None:
    for derived in (series_stream("filing:20261124"), staff_stream("newcomer")):
        with pytest.raises(NotFound):
            Desk().store(Filing().files[0], case=derived)
        with pytest.raises(NotFound):
            Desk().do(
                RejectFile(file=Filing().files[0], reason="unsafe", uploaded_by=FATHER.id), by=CENTRE, case=derived
            )


def test_other_bytes_under_the_id_of_a_page_do_not_replace_it() -> None:
    desk = Desk()
    desk.bring_to("received")
    first = Filing().files[0]

    assert desk.store(replace(first, sha256="f" * 64)) == []
    assert desk.case().waiting == ()


def test_bytes_that_are_not_the_promised_ones_leave_the_page_waiting() -> None:
    desk = Desk()
    filing = Filing()
    desk.file(filing)

    desk.store(replace(filing.files[0], sha256="f" * 64), *filing.files[1:])

    assert [page.file for page in desk.case().waiting] == [filing.files[0].id]
    assert CaseReceived in {type(fact) for fact in desk.store(filing.files[0])}


def test_the_state_keeps_what_was_named() -> None:
    desk = Desk()
    filing = Filing()
    desk.file(filing)

    case = desk.case()

    assert isinstance(filing.command, FileCase)
    assert case == Case(
        status=case.status,
        item_id=LEASE.id,
        item_version=LEASE.version,
        applicant=FATHER.id,
        filing_number="BQS-20261123-0001-6",
        choices=case.choices,
        pages=tuple(
            NamedPage(ref.id, ref.sha256, ref.size, page.material, page.number)
            for ref, page in zip(filing.files, filing.command.pages, strict=True)
        ),
        declarations=filing.command.declarations,
        lapses=calendar_days(CALENDAR, MONDAY_10AM, 30, rule=DueRule.FILING).due,
    )
