"""Linked filing 一件事: one command, several cases, all or none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.case import commands as c
from domain.case.acts import CaseStatus
from domain.case.facts import BundleFiled, CaseFiled, CaseReceived, FileStored
from domain.catalogue.bundles import papers_needed
from domain.catalogue.conditions import Json
from domain.catalogue.items import Bundle
from domain.facts import Fact
from domain.refusals import BundleChildRefused, BundleWrong, Forbidden, MaterialsMissing, NotFound
from tests.cast import ARRANGEMENT, CASE, CENTRE, FATHER, LI, LIN, ZHANG, ZHOU, page_of
from tests.domain.case.desk import Desk
from tests.domain.catalogue.test_bundles import common_answers, form_of, items_of

LANE = UUID("01939c6f-5e00-7000-8000-0000000b0d1e")
SENIOR = next(bundle for bundle in ARRANGEMENT.bundles if bundle.id == "senior")
Channel = Literal["window", "phone", "visit"]
WITH_AGENTS = [bundle for bundle in ARRANGEMENT.bundles if all(item.agent_allowed for item in items_of(bundle))]


def child_of(n: int) -> UUID:
    return UUID(int=LANE.int + n + 1)


class Linked:
    """A linked filing with everything that it needs."""

    def __init__(self, bundle: Bundle = SENIOR, **choices: Json) -> None:
        self.desk = Desk()
        self.bundle = bundle
        self.items = items_of(bundle)
        for item in self.items:
            self.desk.items[item.id, item.version] = item
        answers = common_answers(bundle, **choices)
        needed = papers_needed(form_of(bundle), {item.id: item for item in self.items}, answers)
        self.photographed = [paper for paper in needed if paper.photograph_demanded]
        self.files = {paper.type: page_of(LANE, paper.type) for paper in self.photographed}
        self.command = c.FileBundle(
            bundle_id=bundle.id,
            children=tuple(c.ChildFiling(child_of(n), item.id, item.version) for n, item in enumerate(self.items)),
            answers=answers,
            pages=tuple(c.PageOf(self.files[paper.type].id, paper.type, 1) for paper in self.photographed),
            declarations=tuple(paper.type for paper in needed if paper.signature_demanded),
        )

    def file(self) -> list[Fact]:
        return self.desk.do(self.command, by=FATHER, case=LANE, files=self.files.values())

    def store(self, types: Iterable[str] | None = None) -> None:
        for type in types or self.files:
            self.desk.store(self.files[type], case=LANE)

    def statuses(self) -> list[CaseStatus | None]:
        return [self.desk.case(child.case).status for child in self.command.children]


@pytest.mark.parametrize("bundle", ARRANGEMENT.bundles, ids=lambda bundle: bundle.id)
def test_one_command_files_every_item_and_each_is_received_when_its_photographs_are_there(bundle: Bundle) -> None:
    linked = Linked(bundle)

    facts = linked.file()
    linked.store()

    filed = [fact for fact in facts if isinstance(fact, CaseFiled)]
    assert [fact.item_id for fact in filed] == list(bundle.items)
    assert {fact.bundle for fact in filed} == {LANE}
    assert len({fact.filing_number for fact in filed}) == len(filed)
    assert isinstance(facts[-1], BundleFiled)
    assert [child.item_id for child in facts[-1].children] == list(bundle.items)
    assert linked.statuses() == [CaseStatus.RECEIVED] * len(filed)


def test_a_photograph_arrives_once_and_serves_every_item_that_named_it() -> None:
    linked = Linked()
    linked.file()

    stored = linked.desk.store(linked.files["id-card"], case=LANE)

    assert sum(isinstance(fact, FileStored) for fact in stored) == len(linked.items) + 1
    assert all(linked.files["id-card"].id in linked.desk.case(child.case).arrived for child in linked.command.children)


def test_photographs_that_came_before_the_form_count_for_each_case() -> None:
    linked = Linked()
    linked.store()

    facts = linked.file()

    assert sum(isinstance(fact, CaseReceived) for fact in facts) == len(linked.items)
    assert linked.statuses() == [CaseStatus.RECEIVED] * len(linked.items)


def test_a_photograph_that_cannot_be_used_is_asked_for_again_by_each_case() -> None:
    linked = Linked()
    linked.file()
    bad = c.RejectFile(file=linked.files["id-card"], reason="undecodable", uploaded_by=FATHER.id)

    linked.desk.do(bad, by=CENTRE, case=LANE)

    waiting = [{page.file for page in linked.desk.case(child.case).waiting} for child in linked.command.children]
    assert all(linked.files["id-card"].id in pages for pages in waiting)


def test_photographs_of_a_linked_filing_are_not_swept_away_as_those_of_a_form_never_handed_in() -> None:
    linked = Linked()
    linked.file()
    linked.store()

    expire = c.ExpireFile(file=linked.files["id-card"].id)

    assert linked.desk.do(expire, by=CENTRE, case=LANE) == []


@pytest.mark.parametrize("bundle", WITH_AGENTS, ids=lambda bundle: bundle.id)
def test_all_cases_that_an_agent_files_together_have_one_applicant(bundle: Bundle) -> None:
    linked = Linked(bundle, has_agent=True)

    facts = linked.file()

    filed = [fact for fact in facts if isinstance(fact, CaseFiled)]
    assert {fact.applicant for fact in filed} == {uuid5(LANE, "applicant")}
    assert {fact.agent for fact in filed} == {FATHER.id}


def test_where_one_item_must_be_applied_for_in_person_no_agent_files_any() -> None:
    linked = Linked(SENIOR, has_agent=True)

    with pytest.raises(BundleChildRefused) as refusal:
        linked.file()

    assert refusal.value.params == {
        "item": "benefit-living-certification",
        "case": str(child_of(3)),
        "code": "agent-not-allowed",
        "params": {},
    }
    assert linked.desk.facts == []


def test_what_is_wrong_with_one_item_names_it_and_nothing_is_filed() -> None:
    linked = Linked()
    linked.command = replace(linked.command, pages=linked.command.pages[1:])
    dropped = linked.photographed[0]

    with pytest.raises(BundleChildRefused) as refusal:
        linked.file()

    assert refusal.value.params["item"] == dropped.wanted_by[0]
    assert (refusal.value.params["code"], refusal.value.params["params"]) == (
        "materials-missing",
        {"materials": [dropped.type]},
    )
    assert linked.desk.facts == []


def test_a_version_that_is_in_force_no_more_names_its_item() -> None:
    linked = Linked()
    second = linked.items[1]
    linked.desk.items[second.id, 2] = replace(second, version=2)

    with pytest.raises(BundleChildRefused) as refusal:
        linked.file()

    assert (refusal.value.params["item"], refusal.value.params["code"]) == (second.id, "item-not-in-force")


def test_some_items_of_a_bundle_may_be_left_out_but_not_all_but_one() -> None:
    linked = Linked()
    two = linked.command.children[:2]
    types = {type for item in linked.items[:2] for type in (m.type for m in item.materials)}
    linked.command = replace(
        linked.command,
        children=two,
        pages=tuple(page for page in linked.command.pages if page.material in types),
        declarations=tuple(type for type in linked.command.declarations if type in types),
    )

    assert sum(isinstance(fact, CaseFiled) for fact in linked.file()) == 2


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"bundle_id": "wedding"}, "bundle"),
        ({"children": (c.ChildFiling(child_of(1), "elder-card", 1), c.ChildFiling(child_of(2), "moon", 1))}, "items"),
        ({"children": (c.ChildFiling(child_of(1), "elder-card", 1),) * 2}, "items"),
        (
            {
                "children": (
                    c.ChildFiling(child_of(1), "elder-card", 1),
                    c.ChildFiling(child_of(1), "advanced-age-allowance", 1),
                )
            },
            "cases",
        ),
        (
            {
                "children": (
                    c.ChildFiling(LANE, "elder-card", 1),
                    c.ChildFiling(child_of(1), "advanced-age-allowance", 1),
                )
            },
            "cases",
        ),
        (
            {
                "children": (
                    c.ChildFiling(uuid5(CASE, "derived"), "elder-card", 1),
                    c.ChildFiling(child_of(1), "advanced-age-allowance", 1),
                )
            },
            "cases",
        ),
    ],
)
def test_cases_that_make_up_no_bundle_are_refused(changed: dict[str, object], why: str) -> None:
    linked = Linked()
    linked.command = replace(linked.command, **changed)

    with pytest.raises(BundleWrong) as refusal:
        linked.file()

    assert refusal.value.params["why"] == why


def test_a_linked_filing_is_made_once_and_only_by_a_resident() -> None:
    linked = Linked()
    with pytest.raises(Forbidden):
        linked.desk.do(linked.command, by=ZHOU, case=LANE, files=linked.files.values())
    linked.file()

    with pytest.raises(BundleWrong) as refusal:
        linked.file()

    assert refusal.value.params["why"] == "filed"


# For a person at the window


def opening(linked: Linked, *, channel: Channel = "window", pages: bool = True) -> c.OpenBundle:
    """The same filing as a member of staff gives it."""
    said = linked.command
    return c.OpenBundle(
        bundle_id=said.bundle_id,
        children=said.children,
        channel=channel,
        answers=said.answers,
        pages=said.pages if pages else (),
        declarations=said.declarations,
    )


def clerk(linked: Linked) -> Linked:
    """Lin may work on every item."""
    linked.desk.certify(LIN)
    return linked


@pytest.mark.parametrize("bundle", ARRANGEMENT.bundles, ids=lambda bundle: bundle.id)
def test_a_clerk_opens_every_item_of_a_bundle_for_a_person_and_is_marked_as_having_done_so(bundle: Bundle) -> None:
    linked = clerk(Linked(bundle))

    facts = linked.desk.do(opening(linked), by=LIN, case=LANE, files=linked.files.values())
    linked.desk.store(*linked.files.values(), by=LIN, case=LANE)

    filed = [fact for fact in facts if isinstance(fact, CaseFiled)]
    assert [fact.item_id for fact in filed] == list(bundle.items)
    told = {(fact.applicant, fact.agent, fact.opened_by, fact.channel, fact.bundle) for fact in filed}
    assert told == {(uuid5(LANE, "applicant"), None, LIN.id, "window", LANE)}
    assert isinstance(facts[-1], BundleFiled)
    assert (facts[-1].opened_by, facts[-1].channel) == (LIN.id, "window")
    assert (facts[-1].applicant, facts[-1].agent) == (uuid5(LANE, "applicant"), None)
    assert linked.statuses() == [CaseStatus.RECEIVED] * len(filed)


def test_on_the_phone_the_papers_may_still_be_missing_and_each_case_waits_for_its_own() -> None:
    linked = clerk(Linked())

    facts = linked.desk.do(opening(linked, channel="phone", pages=False), by=LIN, case=LANE)

    assert not [fact for fact in facts if isinstance(fact, CaseReceived)]
    assert linked.statuses() == [CaseStatus.FILED] * len(linked.items)


def test_photographs_that_staff_took_before_the_form_was_sent_count_too() -> None:
    linked = clerk(Linked())
    linked.desk.store(*linked.files.values(), by=LIN, case=LANE)

    linked.desk.do(opening(linked), by=LIN, case=LANE, files=linked.files.values())

    assert linked.statuses() == [CaseStatus.RECEIVED] * len(linked.items)


@pytest.mark.parametrize("bundle", WITH_AGENTS, ids=lambda bundle: bundle.id)
def test_where_somebody_acts_for_the_person_applicant_and_agent_are_kept_apart(bundle: Bundle) -> None:
    linked = clerk(Linked(bundle, has_agent=True))

    facts = linked.desk.do(opening(linked), by=LIN, case=LANE, files=linked.files.values())

    filed = [fact for fact in facts if isinstance(fact, CaseFiled)]
    assert {(fact.applicant, fact.agent) for fact in filed} == {(uuid5(LANE, "applicant"), uuid5(LANE, "agent"))}
    assert {fact.agency.proof for fact in filed if fact.agency} == {"paper"}


def test_where_one_item_must_be_applied_for_in_person_staff_take_no_agent_either() -> None:
    linked = clerk(Linked(SENIOR, has_agent=True))

    with pytest.raises(BundleChildRefused) as refusal:
        linked.desk.do(opening(linked), by=LIN, case=LANE, files=linked.files.values())

    assert refusal.value.params["code"] == "agent-not-allowed"


def test_who_opens_a_bundle_has_the_role_for_it_and_a_certificate_for_every_item() -> None:
    linked = clerk(Linked())
    known = linked.desk.people[LIN.id]
    lacking = linked.items[1].id
    kept = {id: one for id, one in known.held.items() if one.items != (lacking,)}
    linked.desk.people[LIN.id] = replace(known, held=kept)

    for by in (FATHER, LI, ZHANG):
        with pytest.raises(Forbidden):
            linked.desk.do(opening(linked), by=by, case=LANE, files=linked.files.values())
    with pytest.raises(BundleChildRefused) as refusal:
        linked.desk.do(opening(linked), by=LIN, case=LANE, files=linked.files.values())

    assert (refusal.value.params["item"], refusal.value.params["code"]) == (lacking, "not-qualified")
    assert linked.desk.facts == []
    assert linked.desk.do(opening(linked, channel="visit"), by=ZHANG, case=LANE, files=linked.files.values())


def test_a_paper_that_no_item_asks_for_is_refused() -> None:
    linked = Linked()
    linked.command = replace(linked.command, declarations=(*linked.command.declarations, "papyrus"))

    with pytest.raises(MaterialsMissing) as refusal:
        linked.file()

    assert refusal.value.params == {"materials": [], "unknown": ["papyrus"]}


def test_the_stream_of_a_linked_filing_is_no_case() -> None:
    linked = Linked()
    linked.file()

    with pytest.raises(NotFound):
        linked.desk.do(c.WithdrawCase(), by=FATHER, case=LANE)
    assert linked.desk.do(c.WithdrawCase(), by=FATHER, case=child_of(0))
    assert linked.statuses()[0] is CaseStatus.WITHDRAWN
    assert linked.statuses()[1] is CaseStatus.FILED
