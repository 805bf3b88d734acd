"""Applicant and agent, intake by staff, one-time links, messages, and cases that were filed twice."""

from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.actors import Actor
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.standing import MOST_BY_LINK
from domain.catalogue.items import ServiceItem
from domain.facts import Sealed
from domain.refusals import (
    AgentNotAllowed,
    AlreadyFiled,
    AnswersInvalid,
    Forbidden,
    MaterialsMissing,
    NoAgent,
    NotFound,
    NotQualified,
    NotSuspected,
    StateChanged,
    UnknownFile,
    UploadLinkInvalid,
)
from tests.cast import (
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    HARDSHIP,
    LEASE,
    LIN,
    MONDAY_10AM,
    STRANGER,
    SUN,
    TANG,
    ZHANG,
    ZHOU,
    Filing,
    page_of,
)
from tests.domain.case.desk import DEFECT_MATERIAL, TWIN, Desk, defect

SECRET_HASH = "f" * 64
APPLICANT = uuid5(CASE, "applicant")


def opening(
    *, channel: str = "phone", item: ServiceItem = LEASE, with_pages: bool = False, has_agent: bool = False
) -> c.OpenCase:
    filing = Filing(item, has_agent=has_agent)
    return c.OpenCase(
        item_id=item.id,
        item_version=item.version,
        channel=channel,  # type: ignore[arg-type]
        answers=filing.command.answers,
        pages=filing.command.pages if with_pages else (),
        declarations=filing.command.declarations if with_pages else (),
    )


def opened() -> Desk:
    """Zhou opened a case by phone; its papers are still missing."""
    desk = Desk()
    desk.do(opening(), by=ZHOU)
    return desk


def link_of(desk: Desk, *materials: str) -> UUID:
    wanted = materials or tuple(dict.fromkeys(page.material for page in Filing().command.pages))
    (made,) = desk.do(c.MakeUploadLink(token_hash=SECRET_HASH, materials=wanted), by=ZHOU)
    assert isinstance(made, f.UploadLinkMade)
    return made.link


def hand_in(link: UUID, filing: Filing | None = None, *, token_hash: str = SECRET_HASH) -> c.HandInByLink:
    command = (filing or Filing()).command
    return c.HandInByLink(link=link, token_hash=token_hash, pages=command.pages, declarations=command.declarations)


# Agents


def test_an_agents_right_rests_on_what_was_signed() -> None:
    desk = Desk()

    (filed,) = desk.file(Filing(has_agent=True))

    assert isinstance(filed, f.CaseFiled)
    assert (filed.applicant, filed.agent) == (APPLICANT, FATHER.id)
    assert filed.agency == f.Agency(relation="spouse", proof="declared", material="agent-authorization")


def test_an_item_that_must_be_applied_for_in_person_takes_no_agent() -> None:
    desk = Desk()
    desk.items[LEASE.id, LEASE.version] = replace(LEASE, agent_allowed=False)

    with pytest.raises(AgentNotAllowed):
        desk.file(Filing(has_agent=True))


def test_an_agents_right_ends_and_what_they_handed_in_stays() -> None:
    desk = Desk()
    desk.receive(Filing(has_agent=True))

    (ended,) = desk.do(c.EndAgency(reason="本人到场收回委托"), by=ZHOU)

    assert ended == f.AgencyEnded(agent=FATHER.id, words=Sealed(APPLICANT, value="本人到场收回委托"))
    assert desk.case().waiting == ()
    with pytest.raises(NotFound):
        desk.do(c.WithdrawCase(), by=FATHER)
    with pytest.raises(NoAgent):
        desk.do(c.EndAgency(reason="再来"), by=ZHOU)


# Intake by staff


def test_a_clerk_opens_a_case_for_a_person_on_the_phone_and_is_marked_as_having_done_so() -> None:
    desk = Desk()

    (filed,) = desk.do(opening(), by=ZHOU)

    assert isinstance(filed, f.CaseFiled)
    assert (filed.channel, filed.opened_by, filed.applicant, filed.agent) == ("phone", ZHOU.id, APPLICANT, None)
    assert filed.answers.person == APPLICANT
    assert desk.status() is CaseStatus.FILED


def test_papers_photographed_at_the_window_complete_the_case() -> None:
    desk, filing = Desk(), Filing()
    desk.do(opening(channel="window", with_pages=True), by=ZHOU, files=filing.files)

    desk.store(*filing.files, by=ZHOU)

    assert desk.status() is CaseStatus.RECEIVED


def test_an_agent_at_the_window_shows_the_authorisation_on_paper() -> None:
    filed = Desk().do(opening(channel="window", has_agent=True), by=ZHOU)[0]

    assert isinstance(filed, f.CaseFiled)
    assert filed.agency == f.Agency(relation="spouse", proof="paper", material="")
    assert filed.agent == uuid5(CASE, "agent")


@pytest.mark.parametrize(
    ("by", "channel"),
    [(FATHER, "phone"), (CHEN, "window"), (ZHANG, "phone"), (ZHOU, "visit")],
    ids=["resident", "outlet", "community by phone", "clerk on a visit"],
)
def test_only_the_window_opens_cases_there_and_the_community_on_a_visit(by: Actor, channel: str) -> None:
    with pytest.raises(Forbidden):
        Desk().do(opening(channel=channel), by=by)


def test_whoever_opens_a_case_needs_the_certificate_and_a_form_that_holds() -> None:
    with pytest.raises(NotQualified):
        Desk().do(opening(), by=TANG)
    with pytest.raises(AnswersInvalid):
        Desk().do(replace(opening(), answers={}), by=ZHOU)
    assert Desk().do(opening(channel="visit", item=HARDSHIP), by=ZHANG)


def test_a_case_is_opened_once() -> None:
    desk = opened()
    with pytest.raises(AlreadyFiled):
        desk.do(opening(), by=ZHOU)
    with pytest.raises(Forbidden):
        desk.do(opening(), by=LIN)


# One-time links


def test_by_a_one_time_link_the_person_hands_papers_in_without_signing_in() -> None:
    desk, filing = opened(), Filing()
    link = link_of(desk)

    facts = desk.do(hand_in(link), by=CENTRE, files=filing.files)
    assert [type(fact) for fact in facts] == [f.UploadLinkUsed, f.CaseSupplemented]
    uploader = replace(FATHER, id=link)
    desk.store(*filing.files, by=uploader)

    assert desk.status() is CaseStatus.RECEIVED


def test_a_link_is_used_once_and_only_with_its_secret_in_time_and_for_its_papers() -> None:
    desk, filing = opened(), Filing()
    link = link_of(desk)

    for wrong in (hand_in(link, token_hash="e" * 64), hand_in(CASE)):
        with pytest.raises(UploadLinkInvalid):
            desk.do(wrong, by=CENTRE, files=filing.files)
    desk.now = MONDAY_10AM + timedelta(hours=72)
    with pytest.raises(UploadLinkInvalid):
        desk.do(hand_in(link), by=CENTRE, files=filing.files)
    desk.now -= timedelta(seconds=1)
    desk.do(hand_in(link), by=CENTRE, files=filing.files)
    with pytest.raises(UploadLinkInvalid):
        desk.do(hand_in(link), by=CENTRE, files=filing.files)

    narrow = opened()
    other = link_of(narrow, "lessee-id")
    with pytest.raises(UploadLinkInvalid):
        narrow.do(hand_in(other), by=CENTRE, files=filing.files)


def test_through_a_link_that_has_served_only_what_it_named_arrives_and_only_once() -> None:
    desk, filing = opened(), Filing()
    link = link_of(desk)
    uploader = replace(FATHER, id=link)
    other = page_of(CASE, "lessee-id", take=7)
    desk.do(hand_in(link), by=CENTRE, files=filing.files)

    with pytest.raises(UploadLinkInvalid):
        desk.store(other, by=uploader)
    with pytest.raises(UploadLinkInvalid):
        desk.do(c.RejectFile(file=other, reason="undecodable", uploaded_by=link), by=CENTRE)
    desk.store(*filing.files, by=uploader)
    with pytest.raises(UploadLinkInvalid):
        desk.store(other, by=uploader)

    assert desk.status() is CaseStatus.RECEIVED
    assert other.id not in desk.case().arrived


def test_a_link_takes_files_until_it_expires_and_no_more_than_a_set_can_have() -> None:
    desk = opened()
    link = link_of(desk)
    uploader = replace(FATHER, id=link)
    many = [page_of(CASE, "lessee-id", take=take) for take in range(1, MOST_BY_LINK + 1)]
    desk.store(*many, by=uploader)

    with pytest.raises(UploadLinkInvalid):
        desk.store(page_of(CASE, "lessor-id"), by=uploader)
    assert desk.store(page_of(CASE, "lessor-id"), by=ZHOU), "others are not held up by it"

    late = opened()
    link_of(late)
    late.now = MONDAY_10AM + timedelta(hours=72)
    with pytest.raises(UploadLinkInvalid):
        late.store(page_of(CASE, "lessee-id"), by=uploader)


def test_only_the_edge_hands_in_by_link_something_on_a_case_that_waits_for_it() -> None:
    desk = opened()
    link = link_of(desk)
    with pytest.raises(Forbidden):
        desk.do(hand_in(link), by=ZHOU, files=Filing().files)
    with pytest.raises(UnknownFile):
        desk.do(c.HandInByLink(link=link, token_hash=SECRET_HASH, pages=()), by=CENTRE)
    with pytest.raises(NotFound):
        Desk().do(hand_in(link), by=CENTRE, files=Filing().files)
    desk.do(c.VoidCase(reason="开错了"), by=SUN)
    with pytest.raises(StateChanged):
        desk.do(hand_in(link), by=CENTRE, files=Filing().files)


def test_a_link_asks_for_papers_of_the_item() -> None:
    for materials in ((), ("passport",)):
        with pytest.raises(UnknownFile):
            opened().do(c.MakeUploadLink(token_hash=SECRET_HASH, materials=materials), by=ZHOU)


def test_a_notice_can_be_answered_through_a_link_as_completely_as_by_a_person_signed_in() -> None:
    desk, filing = Desk(), Filing()
    desk.do(opening(channel="window", with_pages=True), by=ZHOU, files=filing.files)
    desk.store(*filing.files, by=ZHOU)
    desk.do(c.RequestCorrection(defects=(defect(), c.DefectFound("lessee-id", None, "expired", "过期"))), by=ZHOU)
    link = link_of(desk)
    ref = page_of(CASE, DEFECT_MATERIAL, take=2)
    half = c.HandInByLink(link=link, token_hash=SECRET_HASH, pages=(c.PageOf(ref.id, DEFECT_MATERIAL, 1),))

    with pytest.raises(MaterialsMissing) as refusal:
        desk.do(half, by=CENTRE, files=[ref])

    assert refusal.value.params == {"materials": ["lessee-id"]}


# Messages


def test_a_message_says_who_will_read_it() -> None:
    desk = Desk()
    desk.receive(Filing(has_agent=True))

    def readers(by: Actor) -> tuple[str, ...]:
        (sent,) = desk.do(c.SendMessage(text="请问办到哪一步"), by=by)
        assert isinstance(sent, f.MessageSent)
        assert sent.text == Sealed(APPLICANT, value="请问办到哪一步")
        return sent.readers

    assert readers(FATHER) == ("window-clerk", "applicant")
    desk.do(c.ClaimCase(), by=ZHOU)
    assert readers(FATHER) == ("handler", "applicant")
    assert readers(ZHOU) == ("applicant", "agent")


def test_without_an_agent_only_the_applicant_and_the_desk_read() -> None:
    desk = Desk()
    desk.bring_to("rejected")

    for by, readers in ((FATHER, ("window-clerk",)), (ZHOU, ("applicant",))):
        (sent,) = desk.do(c.SendMessage(text="您好"), by=by)
        assert isinstance(sent, f.MessageSent)
        assert sent.readers == readers
    with pytest.raises(NotFound):
        desk.do(c.SendMessage(text="?"), by=STRANGER)


# Filed twice


def twice() -> Desk:
    desk = Desk()
    desk.bring_to("received")
    desk.receive_twin()
    desk.do(c.SuspectDuplicate(other=TWIN), by=CENTRE)
    return desk


def test_a_second_open_case_of_the_same_item_is_suspected_once() -> None:
    desk = twice()

    assert desk.facts[-1] == (CASE, f.DuplicateSuspected(other=TWIN))
    assert desk.do(c.SuspectDuplicate(other=TWIN), by=CENTRE) == []
    with pytest.raises(Forbidden):
        desk.do(c.SuspectDuplicate(other=TWIN), by=ZHOU)
    for wrong in (CASE, uuid5(CASE, "nowhere")):
        with pytest.raises(NotFound):
            desk.do(c.SuspectDuplicate(other=wrong), by=CENTRE)


def test_an_ended_case_or_another_item_is_no_duplicate() -> None:
    ended = Desk()
    ended.bring_to("withdrawn")
    ended.receive_twin()
    assert ended.do(c.SuspectDuplicate(other=TWIN), by=CENTRE) == []

    other = Desk()
    other.bring_to("received")
    other.receive(Filing(HARDSHIP, case=TWIN), case=TWIN)
    assert other.do(c.SuspectDuplicate(other=TWIN), by=CENTRE) == []


def test_a_suspicion_is_cleared_with_a_reason() -> None:
    desk = twice()

    desk.do(c.ClearDuplicate(other=TWIN, reason="两处房屋"), by=ZHOU)

    assert desk.case().suspects == frozenset()
    with pytest.raises(NotSuspected):
        desk.do(c.ClearDuplicate(other=TWIN, reason="两处房屋"), by=ZHOU)


def test_merging_strikes_one_case_out_in_favour_of_the_other() -> None:
    desk = twice()

    facts = desk.do(c.MergeCase(into=TWIN, reason="同一份合同"), by=ZHOU)

    assert facts == [
        f.DuplicateAbsorbed(other=CASE),
        f.CaseVoided(words=Sealed(FATHER.id, value="同一份合同"), into=TWIN),
    ]
    assert (desk.status(), desk.case(TWIN).status) == (CaseStatus.VOIDED, CaseStatus.RECEIVED)


def test_a_case_is_not_merged_into_one_that_has_ended_or_is_not_suspected() -> None:
    desk = twice()
    with pytest.raises(NotSuspected):
        desk.do(c.MergeCase(into=uuid5(CASE, "third"), reason="?"), by=ZHOU)
    desk.do(c.WithdrawCase(), by=FATHER, case=TWIN)
    with pytest.raises(NotSuspected):
        desk.do(c.MergeCase(into=TWIN, reason="?"), by=ZHOU)
