"""Papers: looked at page by page, reused, asked of registers, promised for later."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar.calendar import SHANGHAI
from domain.calendar.limits import DueRule, working_days
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.timers import TimerKind
from domain.catalogue.items import ServiceItem
from domain.facts import Sealed
from domain.refusals import (
    CannotFollow,
    CaseIsClosed,
    CopyExpired,
    CopyUnknown,
    FilesOnTheWay,
    Forbidden,
    MaterialsMissing,
    MaterialsUnchecked,
    NotFound,
    NothingToLookUp,
    PageRefused,
    PaperIsThere,
    PromiseOpen,
    PromiseUnsupplied,
    ReasonMissing,
    UnknownFile,
)
from domain.vault.vault import CopyKept, CopyWithdrawn, WithdrawCopy, vault_stream
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    HARDSHIP,
    LEASE,
    LI,
    MONDAY_10AM,
    STRANGER,
    WANG,
    ZHANG,
    ZHOU,
    Filing,
    page_of,
)
from tests.domain.case.desk import DEFECT_MATERIAL, TWIN, Desk

CO_OWNED = Filing(LEASE, house_co_owned=True)
CONSENT = "co-owner-consent"
"""The lease's one paper of the applicant that may follow later."""
LATER_FILING = replace(
    CO_OWNED.command, pages=tuple(p for p in CO_OWNED.command.pages if p.material != CONSENT), later=(CONSENT,)
)
ALLOWED = c.AcceptCase(gaps=(c.GapAllowed(CONSENT, 3),))
PAGE = page_of(CASE, DEFECT_MATERIAL)
CONSENT_PAGE = page_of(CASE, CONSENT)
SUPPLY = c.SupplementCase(pages=(c.PageOf(CONSENT_PAGE.id, CONSENT, 1),))


def received() -> Desk:
    desk = Desk()
    desk.bring_to("received")
    return desk


def verdict(*, good: bool, code: str = "unreadable", words: str = "看不清", until: date | None = None) -> c.VerifyPages:
    return c.VerifyPages(verdicts=(c.VerdictOn(PAGE.id, good=good, code=code, words=words, expires_on=until),))


# Looking at pages


def test_each_page_gets_a_verdict_with_a_reason_in_sealed_words() -> None:
    fact = received().do(verdict(good=False), by=ZHOU)[-1]

    assert fact == f.PagesVerified(
        verdicts=(f.PageVerdict(PAGE.id, good=False, code="unreadable", expires_on=None),),
        words=Sealed(FATHER.id, value=["看不清"]),
    )


def test_a_bad_page_needs_a_kind_and_a_reason() -> None:
    for command in (verdict(good=False, words=""), verdict(good=False, code="")):
        with pytest.raises(ReasonMissing):
            received().do(command, by=ZHOU)
    with pytest.raises(UnknownFile):
        received().do(c.VerifyPages(verdicts=()), by=ZHOU)
    with pytest.raises(UnknownFile):
        received().do(c.VerifyPages(verdicts=(c.VerdictOn(CASE, good=True),)), by=ZHOU)


def test_a_case_with_a_bad_page_is_not_accepted_until_the_page_is_good_or_replaced() -> None:
    desk = received()
    desk.do(verdict(good=False), by=ZHOU)

    with pytest.raises(PageRefused) as refusal:
        desk.do(c.AcceptCase(), by=ZHOU)
    assert refusal.value.params == {"materials": [DEFECT_MATERIAL]}

    desk.do(verdict(good=True), by=ZHOU)
    assert desk.do(c.AcceptCase(), by=ZHOU)


# The vault


def kept(*, until: date | None = None, checked: tuple[str, ...] = ("lessee-id",)) -> tuple[Desk, CopyKept]:
    """The father's identity card was checked with his first lease."""
    desk = received()
    card = next(page.file for page in desk.case().pages if page.material == "lessee-id")
    desk.do(c.VerifyPages(verdicts=(c.VerdictOn(card, good=True, expires_on=until),)), by=ZHOU)
    facts = desk.do(c.AcceptCase(checked=checked), by=ZHOU)
    (copy,) = [fact for fact in facts if isinstance(fact, CopyKept)]
    return desk, copy


def again(copy: UUID, material: str = "lessee-id", item: ServiceItem = LEASE) -> tuple[c.FileCase, list[c.FileRef]]:
    """The second filing, with the copy in place of a page."""
    filing = Filing(item, case=TWIN)
    pages = tuple(page for page in filing.command.pages if page.material != material)
    named = {page.file for page in pages}
    command = replace(filing.command, pages=pages, copies=(c.CopyFor(copy, material),))
    return command, [ref for ref in filing.files if ref.id in named]


def test_a_checked_paper_is_kept_for_later_cases_of_the_same_person() -> None:
    desk, copy = kept(until=date(2030, 1, 1))

    assert (vault_stream(FATHER.id), copy) in desk.facts
    assert (copy.material_type, copy.checked_on, copy.expires_on) == ("lessee-id", desk.today, date(2030, 1, 1))
    assert [page.number for page in copy.pages] == [1]


def test_only_ticked_papers_that_may_be_reused_are_kept() -> None:
    desk = received()
    facts = desk.do(c.AcceptCase(checked=("lease-contract",)), by=ZHOU)
    assert not [fact for fact in facts if isinstance(fact, CopyKept)]

    by_agent = Desk()
    by_agent.receive(Filing(LEASE, has_agent=True))
    facts = by_agent.do(c.AcceptCase(checked=("lessee-id",)), by=ZHOU)
    assert not [fact for fact in facts if isinstance(fact, CopyKept)]


def test_the_same_card_is_not_asked_twice_and_its_reuse_is_recorded() -> None:
    desk, copy = kept()
    command, files = again(copy.copy)

    facts = desk.do(command, by=FATHER, case=TWIN, files=files)
    desk.store(*files, case=TWIN)

    reused = next(fact for fact in facts if isinstance(fact, f.CopyReused))
    assert (reused.copy, reused.material, reused.usable_until) == (
        copy.copy,
        "lessee-id",
        copy.checked_on + timedelta(days=365),
    )
    assert desk.case(TWIN).status is CaseStatus.RECEIVED
    assert {page.sha256 for page in desk.case(TWIN).pages} >= {page.sha256 for page in copy.pages}
    accepted = desk.do(c.AcceptCase(checked=("lessee-id",)), by=ZHOU, case=TWIN)
    assert not [fact for fact in accepted if isinstance(fact, CopyKept)], "a copy of a copy would never grow old"


@pytest.mark.parametrize(
    ("until", "later", "why", "expired_on"),
    [
        (date(2026, 12, 31), 40, "document", "2026-12-31"),
        (None, 366, "age", "2027-11-23"),
    ],
    ids=["the card has expired", "checked too long ago"],
)
def test_an_expired_copy_is_refused_with_the_reason(until: date | None, later: int, why: str, expired_on: str) -> None:
    desk, copy = kept(until=until)
    desk.now += timedelta(days=later)
    command, files = again(copy.copy)

    with pytest.raises(CopyExpired) as refusal:
        desk.do(command, by=FATHER, case=TWIN, files=files)

    assert refusal.value.params == {"material": "lessee-id", "why": why, "expired_on": expired_on}


def test_a_copy_serves_on_its_last_day() -> None:
    desk, copy = kept()
    desk.now += timedelta(days=365)
    command, files = again(copy.copy)

    assert desk.do(command, by=FATHER, case=TWIN, files=files)


def test_nobody_uses_anothers_copy_or_one_for_another_kind_of_paper() -> None:
    desk, copy = kept()
    command, files = again(copy.copy)
    with pytest.raises(CopyUnknown):
        desk.do(command, by=STRANGER, case=TWIN, files=files)
    wrong, files = again(copy.copy, "lessor-id")
    with pytest.raises(CopyUnknown):
        desk.do(wrong, by=FATHER, case=TWIN, files=files)
    unknown, files = again(TWIN)
    with pytest.raises(CopyUnknown):
        desk.do(unknown, by=FATHER, case=TWIN, files=files)


def test_a_person_withdraws_a_copy_of_their_own() -> None:
    desk, copy = kept()
    with pytest.raises(Forbidden):
        desk.do(WithdrawCopy(copy=copy.copy), by=STRANGER, case=vault_stream(FATHER.id))

    assert desk.do(WithdrawCopy(copy=copy.copy), by=FATHER, case=vault_stream(FATHER.id)) == [
        CopyWithdrawn(copy=copy.copy)
    ]

    assert desk.do(WithdrawCopy(copy=copy.copy), by=FATHER, case=vault_stream(FATHER.id)) == []
    command, files = again(copy.copy)
    with pytest.raises(CopyUnknown):
        desk.do(command, by=FATHER, case=TWIN, files=files)


def second_case() -> tuple[Desk, CopyKept, UUID]:
    """A second lease of the father, whose card was photographed again, in vain."""
    desk, copy = kept(until=date(2030, 1, 1))
    desk.receive_twin()
    photo = next(page.file for page in desk.case(TWIN).pages if page.material == "lessee-id")
    glare = c.VerdictOn(photo, good=False, code="unreadable", words="反光")
    desk.do(c.VerifyPages(verdicts=(glare,)), by=ZHOU, case=TWIN)
    return desk, copy, photo


def attach(copy: UUID, material: str = "lessee-id") -> c.AttachCopy:
    return c.AttachCopy(material=material, copy=copy, agreement="by-phone")


def test_with_the_applicants_agreement_a_clerk_lets_a_checked_copy_take_the_place_of_a_bad_page() -> None:
    desk, copy, photo = second_case()

    *stored, reused = desk.do(attach(copy.copy), by=ZHOU, case=TWIN)

    assert isinstance(reused, f.CopyReused)
    assert (reused.copy, reused.material, reused.replaces, reused.agreement) == (
        copy.copy,
        "lessee-id",
        (photo,),
        "by-phone",
    )
    assert [page.sha256 for page in reused.pages] == [page.sha256 for page in copy.pages]
    assert [(type(fact), fact.file) for fact in stored if isinstance(fact, f.FileStored)] == [
        (f.FileStored, page.file) for page in reused.pages
    ]
    case = desk.case(TWIN)
    assert [page.file for page in case.pages if page.material == "lessee-id"] == [page.file for page in reused.pages]
    assert case.waiting == ()
    accepted = desk.do(c.AcceptCase(checked=("lessee-id",)), by=ZHOU, case=TWIN)
    assert not [fact for fact in accepted if isinstance(fact, CopyKept)], "a copy of a copy would never grow old"


def test_a_set_whose_last_paper_is_a_copy_is_complete() -> None:
    desk, copy = kept()
    twin = Filing(case=TWIN)
    desk.file(twin, case=TWIN)
    card = next(page.file for page in twin.command.pages if page.material == "lessee-id")
    desk.store(*(ref for ref in twin.files if ref.id != card), case=TWIN)
    bad = next(ref for ref in twin.files if ref.id == card)
    desk.do(c.RejectFile(file=bad, reason="undecodable", uploaded_by=FATHER.id), by=CENTRE, case=TWIN)

    received = desk.do(attach(copy.copy), by=ZHOU, case=TWIN)[-1]

    assert isinstance(received, f.CaseReceived)
    assert desk.case(TWIN).status is CaseStatus.RECEIVED


def test_no_copy_takes_the_place_of_a_page_that_nobody_found_bad() -> None:
    desk, copy, photo = second_case()
    desk.do(c.VerifyPages(verdicts=(c.VerdictOn(photo, good=True),)), by=ZHOU, case=TWIN)

    with pytest.raises(PaperIsThere) as refusal:
        desk.do(attach(copy.copy), by=ZHOU, case=TWIN)

    assert refusal.value.params == {"material": "lessee-id"}


def test_a_clerk_attaches_no_copy_that_the_applicant_could_not_use() -> None:
    desk, copy, _ = second_case()
    for unknown in (attach(CASE), attach(copy.copy, "passport")):
        with pytest.raises(CopyUnknown):
            desk.do(unknown, by=ZHOU, case=TWIN)
    desk.do(WithdrawCopy(copy=copy.copy), by=FATHER, case=vault_stream(FATHER.id))
    with pytest.raises(CopyUnknown):
        desk.do(attach(copy.copy), by=ZHOU, case=TWIN)

    late, old, _ = second_case()
    late.now = datetime(2030, 1, 2, 9, tzinfo=SHANGHAI)
    with pytest.raises(CopyExpired):
        late.do(attach(old.copy), by=ZHOU, case=TWIN)


# Registers


RECORD = "unemployment-record"


def hardship() -> Desk:
    desk = Desk()
    desk.receive(Filing(HARDSHIP))
    return desk


def shared() -> tuple[str, ...]:
    """Shared materials that this hardship case calls for."""
    with pytest.raises(MaterialsUnchecked) as refusal:
        hardship().do(c.AcceptCase(), by=ZHOU)
    return tuple(refusal.value.params["materials"])


def look_up(material: str, outcome: str, **result: str) -> c.RecordLookUp:
    return c.RecordLookUp(material=material, register="社保平台", outcome=outcome, result=dict(result))  # type: ignore[arg-type]


def test_what_a_register_holds_the_applicant_need_not_bring() -> None:
    desk = hardship()

    for material in shared():
        fact = desk.do(look_up(material, "found", state="失业登记"), by=CENTRE)[-1]
        assert fact == f.RegisterLookedUp(
            material=material,
            register="社保平台",
            outcome="found",
            result=Sealed(FATHER.id, value={"state": "失业登记"}),
        )

    assert desk.do(c.AcceptCase(), by=ZHOU)


def test_a_case_is_not_accepted_on_a_record_that_nobody_has_looked_at() -> None:
    assert RECORD in shared()
    assert hardship().do(c.AcceptCase(checked=shared()), by=ZHOU), "looked at by hand"


def test_where_the_register_does_not_know_it_the_paper_is_asked_for_after_all() -> None:
    desk = hardship()
    desk.do(look_up(RECORD, "not-found"), by=CENTRE)

    with pytest.raises(MaterialsMissing) as refusal:
        desk.do(c.AcceptCase(checked=shared()), by=ZHOU)
    assert refusal.value.params == {"materials": [RECORD]}

    desk.do(look_up(RECORD, "found"), by=CENTRE)
    assert desk.do(c.AcceptCase(checked=shared()), by=ZHOU)


def test_a_register_that_does_not_answer_proves_nothing() -> None:
    desk = hardship()
    desk.do(look_up(RECORD, "unavailable"), by=CENTRE)

    with pytest.raises(MaterialsUnchecked):
        desk.do(c.AcceptCase(checked=tuple(m for m in shared() if m != RECORD)), by=ZHOU)


def test_only_the_centre_asks_registers_and_only_for_shared_materials_of_an_open_case() -> None:
    desk = hardship()
    with pytest.raises(Forbidden):
        desk.do(look_up(RECORD, "found"), by=ZHOU)
    with pytest.raises(UnknownFile):
        desk.do(look_up("id-card", "found"), by=CENTRE)
    with pytest.raises(NotFound):
        Desk().do(look_up(RECORD, "found"), by=CENTRE)
    desk.do(c.WithdrawCase(), by=FATHER)
    with pytest.raises(CaseIsClosed):
        desk.do(look_up(RECORD, "found"), by=CENTRE)


def test_a_clerk_has_a_register_asked_once_more_and_its_last_word_counts_until_it_answers() -> None:
    desk = hardship()
    desk.do(look_up(RECORD, "not-found"), by=CENTRE)

    (asked,) = desk.do(c.AskRegister(material=RECORD), by=ZHOU)

    assert asked == f.RegisterAsked(material=RECORD)
    assert desk.do(c.AskRegister(material=RECORD), by=ZHOU) == [], "it is being asked"
    assert (desk.case().asked, desk.case().looked_up[RECORD]) == (frozenset({RECORD}), "not-found")
    with pytest.raises(MaterialsMissing):
        desk.do(c.AcceptCase(checked=shared()), by=ZHOU)
    desk.do(look_up(RECORD, "found"), by=CENTRE)
    assert (desk.case().asked, desk.case().looked_up[RECORD]) == (frozenset(), "found")
    assert desk.do(c.AskRegister(material=RECORD), by=ZHOU), "what was found may have changed since"


def test_whoever_does_the_due_step_has_a_register_asked_too() -> None:
    desk = hardship()
    desk.do(c.AcceptCase(checked=shared()), by=ZHOU)

    assert desk.do(c.AskRegister(material=RECORD), by=ZHANG) == [f.RegisterAsked(material=RECORD)]
    with pytest.raises(Forbidden):
        desk.do(c.AskRegister(material=RECORD), by=LI)


@pytest.mark.parametrize("material", ["id-card", "nothing"])
def test_no_register_is_asked_for_what_none_holds(material: str) -> None:
    with pytest.raises(NothingToLookUp) as refusal:
        hardship().do(c.AskRegister(material=material), by=ZHOU)

    assert refusal.value.params == {"material": material}


def test_no_register_is_asked_about_somebody_whom_the_form_does_not_name() -> None:
    desk = hardship()
    of_a_child = tuple(replace(m, record_of="child") if m.id == RECORD else m for m in HARDSHIP.materials)
    desk.items[HARDSHIP.id, HARDSHIP.version] = replace(HARDSHIP, materials=of_a_child)

    with pytest.raises(NothingToLookUp):
        desk.do(c.AskRegister(material=RECORD), by=ZHOU)


# Promised for later


def promised() -> Desk:
    """Accepted without the co-owner's consent, against a promise of three working days."""
    desk = Desk()
    files = [ref for ref in CO_OWNED.files if ref.id != CONSENT_PAGE.id]
    desk.do(LATER_FILING, by=FATHER, files=files)
    desk.store(*files)
    desk.do(ALLOWED, by=ZHOU)
    return desk


def test_a_paper_may_follow_only_where_the_item_allows_it_and_an_authorisation_never() -> None:
    filing = Filing(LEASE, has_agent=True)
    for material in ("property-certificate", "agent-authorization", "no-such-paper"):
        with pytest.raises(CannotFollow) as refusal:
            Desk().do(replace(filing.command, later=(material,)), by=FATHER, files=filing.files)
        assert refusal.value.params == {"materials": [material]}
    with pytest.raises(CannotFollow):
        received().do(c.AcceptCase(gaps=(c.GapAllowed("property-certificate"),)), by=ZHOU)


def test_acceptance_with_a_gap_records_the_promise_and_its_date() -> None:
    desk = promised()

    gap = desk.case().gaps[CONSENT]

    assert gap.due == working_days(CALENDAR, MONDAY_10AM, 3, rule=DueRule.GAP).due
    assert desk.case().open_gaps == (CONSENT,)


def test_what_the_applicant_would_like_to_bring_later_the_clerk_need_not_accept() -> None:
    desk = Desk()
    files = [ref for ref in CO_OWNED.files if ref.id != CONSENT_PAGE.id]
    desk.do(LATER_FILING, by=FATHER, files=files)
    desk.store(*files)

    assert desk.status() is CaseStatus.RECEIVED
    with pytest.raises(MaterialsMissing):
        desk.do(c.AcceptCase(), by=ZHOU)


def decided(desk: Desk) -> Desk:
    desk.do(c.ReviewCase(), by=LI)
    desk.do(c.DecideCase(outcome="granted"), by=WANG)
    return desk


def test_an_open_promise_blocks_the_result_unless_the_item_says_otherwise() -> None:
    desk = decided(promised())
    with pytest.raises(PromiseOpen) as refusal:
        desk.do(c.IssueResult(), by=CHEN)
    assert refusal.value.params == {"materials": [CONSENT]}

    desk.items[LEASE.id, LEASE.version] = replace(LEASE, issue_with_gaps=True)
    assert desk.do(c.IssueResult(), by=CHEN)


def test_a_promised_paper_is_handed_in_and_the_promise_closed() -> None:
    desk = decided(promised())
    close = c.CloseGap(material=CONSENT, outcome="supplied")
    with pytest.raises(PromiseUnsupplied):
        desk.do(close, by=ZHOU)

    (evidence,) = desk.do(SUPPLY, by=FATHER, files=[CONSENT_PAGE])
    assert isinstance(evidence, f.EvidenceReceived)
    assert (evidence.supplies, evidence.after_decision) == ((CONSENT,), False)
    with pytest.raises(FilesOnTheWay):
        desk.do(close, by=ZHOU)
    desk.store(CONSENT_PAGE)
    desk.do(close, by=ZHOU)

    assert desk.do(c.IssueResult(), by=CHEN)
    with pytest.raises(PromiseUnsupplied):
        desk.do(close, by=ZHOU)


def test_a_page_that_cannot_be_used_gives_way_to_another_after_the_acceptance_and_no_other_does() -> None:
    desk, again = promised(), page_of(CASE, CONSENT, take=2)
    good = desk.case().pages[0].file
    desk.do(SUPPLY, by=FATHER, files=[CONSENT_PAGE])
    desk.do(c.RejectFile(file=CONSENT_PAGE, reason="undecodable", uploaded_by=FATHER.id), by=CENTRE)
    retaken = c.SupplementCase(pages=(c.PageOf(again.id, CONSENT, 1),), replaces=(CONSENT_PAGE.id, good))

    (evidence,) = desk.do(retaken, by=FATHER, files=[again])

    assert isinstance(evidence, f.EvidenceReceived)
    assert evidence.replaces == (CONSENT_PAGE.id,)
    files = {page.file for page in desk.case().pages}
    assert {again.id, good} <= files
    assert CONSENT_PAGE.id not in files
    desk.store(again)
    assert desk.do(c.CloseGap(material=CONSENT, outcome="supplied"), by=ZHOU)


def test_a_page_that_cannot_be_used_gives_way_to_no_page_of_another_paper() -> None:
    desk, other = promised(), page_of(CASE, "lease-contract", take=2)
    desk.do(SUPPLY, by=FATHER, files=[CONSENT_PAGE])
    desk.do(c.RejectFile(file=CONSENT_PAGE, reason="undecodable", uploaded_by=FATHER.id), by=CENTRE)
    crossed = c.SupplementCase(pages=(c.PageOf(other.id, "lease-contract", 1),), replaces=(CONSENT_PAGE.id,))

    (evidence,) = desk.do(crossed, by=FATHER, files=[other])

    assert isinstance(evidence, f.EvidenceReceived)
    assert evidence.replaces == ()
    desk.store(other)
    with pytest.raises(FilesOnTheWay):
        desk.do(c.CloseGap(material=CONSENT, outcome="supplied"), by=ZHOU)


def test_a_promise_is_waived_or_found_broken_with_findings() -> None:
    desk = promised()
    for outcome in ("waived", "broken"):
        with pytest.raises(ReasonMissing):
            desk.do(c.CloseGap(material=CONSENT, outcome=outcome), by=LI)

    desk.do(c.CloseGap(material=CONSENT, outcome="broken", findings="逾期未交"), by=LI)

    assert desk.case().gaps[CONSENT].outcome == "broken"
    assert decided(desk).do(c.IssueResult(), by=CHEN)


def test_a_promise_that_is_not_kept_in_time_is_flagged() -> None:
    desk = promised()

    (flag,) = desk.wait(TimerKind.GAP)

    assert isinstance(flag, f.GapOverdue)
    assert (flag.material, flag.due.on) == (CONSENT, date(2026, 11, 26))
    assert desk.now.astimezone(SHANGHAI) == datetime(2026, 11, 26, 17, 0, 1, tzinfo=SHANGHAI)


def test_several_pages_of_a_paper_are_each_there_or_on_the_way() -> None:
    desk, filing = Desk(), Filing(LEASE, pages=3)
    desk.receive(filing)

    assert [page.number for page in desk.case().pages if page.material == DEFECT_MATERIAL] == [1, 2, 3]
