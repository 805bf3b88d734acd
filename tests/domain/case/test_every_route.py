"""Every item of the catalogue from filing to archive: granted and rejected, with and without a correction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from domain.actors import Actor, Role
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.state import due_step
from domain.case.timers import TimerKind
from domain.catalogue.items import ServiceItem
from tests.cast import CASE, CENTRE, CHEN, FATHER, LI, QIAN, WANG, ZHANG, ZHOU, Filing, page_of, staff
from tests.domain.case.desk import Desk
from tests.domain.catalogue.shipped import shipped_catalogue

DISTRICT = staff("district", Role.DISTRICT_OFFICER)
CITY = staff("city", Role.CITY_OFFICER)
WORKS_FOR: dict[str, Actor] = {
    "window-clerk": ZHOU,
    "reviewer": LI,
    "decider": WANG,
    "community-worker": ZHANG,
    "assessor": QIAN,
    "district-officer": DISTRICT,
    "city-officer": CITY,
    "outlet-clerk": CHEN,
}
KIND_OF_STEP = {"assessment": "assessment", "ability-assessment": "assessment", "produce": "production"}
IMMEDIATE = [pytest.param(item, id=item.id) for item in shipped_catalogue().items if item.kind == "immediate"]
EVERY_ITEM = [pytest.param(item, id=item.id) for item in shipped_catalogue().items]


class Way:
    """The way of one case of an item, step by step, by whoever has the role of each."""

    def __init__(self, item: ServiceItem) -> None:
        """Open a desk for the item."""
        self.item, self.desk = item, Desk()
        self.desk.items[item.id, item.version] = item
        self.desk.certify(ZHOU)
        self.filing = Filing(item)

    def receive(self) -> None:
        """Hand the form in, let the photographs arrive and the registers answer."""
        self.desk.receive(self.filing)
        for material in self._shared():
            found = c.RecordLookUp(material=material, register="共享平台", outcome="found", result={"有": "是"})
            self.desk.do(found, by=CENTRE)

    def _shared(self) -> list[str]:
        return [m.id for m in self.item.materials if m.source == "shared"]

    def correct(self) -> None:
        """Let the applicant mend one paper, by words if the item asks for no page."""
        pages = self.desk.case().pages
        page = pages[0] if pages else None
        material = page.material if page else self.item.materials[0].id
        defect = c.DefectFound(material, page.file if page else None, "unreadable", "看不清，请重拍")
        self.desk.do(c.RequestCorrection(defects=(defect,)), by=ZHOU)
        if page is None:
            self.desk.do(c.SupplementCase(reply="原件如此"), by=FATHER)
            return
        ref = page_of(CASE, material, page.number, take=2)
        mended = c.SupplementCase(pages=(c.PageOf(ref.id, material, page.number),), replaces=(page.file,))
        self.desk.do(mended, by=FATHER, files=[ref])
        self.desk.store(ref)

    def review(self) -> None:
        """Walk the steps of the route up to the decision; special procedures stop the clock while they last."""
        while (step := due_step(self.item, self.desk.case())) is not None and step.stage == "review":
            by = WORKS_FOR[step.role]
            if step.clock == "excluded" and step.calendar_days:
                self._procedure(step.step, step.calendar_days, by)
            self.desk.do(c.ReviewCase(opinion="同意"), by=by)

    def _procedure(self, step: str, days: int, by: Actor) -> None:
        before = self.desk.case().promised
        begun = c.BeginProcedure(
            kind=KIND_OF_STEP.get(step, "public-notice"),  # type: ignore[arg-type]
            basis="实施清单",
            ends_on=self.desk.today + timedelta(days=days - 1),
            notice=f"{days}日，不计入办理期限",
        )
        self.desk.do(begun, by=by)
        assert self.desk.status() is CaseStatus.SUSPENDED
        after = self.desk.case().promised
        assert before is not None
        assert after is not None
        assert after.at > before.at
        self.desk.now += timedelta(days=days - 1)

    def decide(self, outcome: str) -> None:
        """Decide; say why it is late where it is."""
        step = due_step(self.item, self.desk.case())
        assert step is not None
        decision = c.DecideCase(outcome=outcome, reason="不符合条件", basis="条例第三条", remedies="六十日内复议")
        self.desk.do(decision, by=WORKS_FOR[step.role])

    def deliver(self) -> None:
        """Issue the result and let it be collected."""
        self.desk.do(c.IssueResult(), by=CHEN)
        self.desk.do(c.ConfirmDelivery(method="pickup"), by=CHEN)

    def archive(self) -> f.CaseArchived:
        """Close the package."""
        (fact,) = self.desk.do(c.ArchiveCase(digest="a" * 64, leaves=len(self.desk.facts)), by=CENTRE)
        assert isinstance(fact, f.CaseArchived)
        return fact


def _ways() -> Iterator[tuple[str, bool]]:
    for outcome in ("granted", "rejected"):
        for corrected in (False, True):
            yield outcome, corrected


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_every_item_goes_from_filing_to_archive_either_way_with_and_without_a_correction(item: ServiceItem) -> None:
    for outcome, corrected in _ways():
        way = Way(item)

        way.receive()
        if corrected:
            way.correct()
        way.desk.do(c.AcceptCase(checked=tuple(p.material for p in way.desk.case().pages)), by=ZHOU)
        way.review()
        way.decide(outcome)
        if outcome == "granted":
            way.deliver()
        archived = way.archive()

        kinds = [type(fact) for _, fact in way.desk.facts]
        assert way.desk.status() is CaseStatus.ARCHIVED
        assert kinds.count(f.CaseReviewed) == len(item.steps("review"))
        assert kinds.count(f.ProcedureBegun) == sum(step.clock == "excluded" for step in item.route)
        assert kinds.count(f.CorrectionRequested) == corrected
        assert f.CaseOverdue not in kinds
        assert archived.retention_class == (item.retention if outcome == "granted" else "10-years")


@pytest.mark.parametrize("item", IMMEDIATE)
def test_an_immediate_item_passes_in_one_sitting_with_every_step_recorded(item: ServiceItem) -> None:
    way = Way(item)
    began = way.desk.now

    way.receive()
    way.desk.do(c.AcceptCase(), by=ZHOU)
    way.review()
    way.decide("granted")
    way.deliver()

    assert way.desk.now == began
    steps = [type(fact) for _, fact in way.desk.facts if type(fact) in STEPS]
    assert steps == [
        f.CaseReceived,
        f.CaseAccepted,
        *[f.CaseReviewed] * len(item.steps("review")),
        f.CaseDecided,
        f.ResultIssued,
        f.CaseDelivered,
    ]


STEPS = (f.CaseReceived, f.CaseAccepted, f.CaseReviewed, f.CaseDecided, f.ResultIssued, f.CaseDelivered)


def test_delegated_items_have_no_district_step_where_the_street_decides_and_one_where_it_does_not() -> None:
    delegated = [item for item in shipped_catalogue().items if item.delegated]
    at_street = [item for item in delegated if item.street_role == "decide"]

    assert (len(delegated), len(at_street)) == (15, 11)
    for item in delegated:
        has_district = any(step.role in ("district-officer", "city-officer") for step in item.route)
        assert has_district is (item not in at_street)


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_a_case_that_nobody_answers_is_deemed_accepted_from_the_day_of_receipt(item: ServiceItem) -> None:
    way = Way(item)
    way.receive()
    received = way.desk.now

    (fact,) = way.desk.wait(TimerKind.NOTICE)

    assert isinstance(fact, f.CaseAccepted)
    assert fact.deemed
    assert fact.since == received
    assert way.desk.status() is CaseStatus.ACCEPTED
    assert way.desk.do(c.DeemAccepted(), by=CENTRE) == []
