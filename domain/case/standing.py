"""Where a case stands, as decisions see it: plain values only; sealed ones are never read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.calendar.limits import Due, Span
from domain.case.acts import CaseStatus
from domain.case.facts import DefectTold, NamedPage, PageVerdict
from domain.catalogue.delegation import as_accepted
from domain.catalogue.items import RouteStep, ServiceItem


class Arrived(Struct, frozen=True):
    """A file whose bytes are there; `rejected` holds the reason if they cannot be used."""

    sha256: str
    address: str
    media_type: str
    uploaded_by: UUID
    rejected: str | None = None


class Procedure(Struct, frozen=True):
    """A special procedure 特别程序 of the case.

    Attributes:
        step: the excluded step of the route that it is, empty for any other.
        ends_on: planned last day that does not count.
        ended_on: its last day, None while it goes on.
        overran: it went past its plan and no longer stops the clock.
        earlier: spans before it overran and was prolonged.
    """

    begins_on: date
    ends_on: date
    kind: str = ""
    step: str = ""
    ended_on: date | None = None
    overran: bool = False
    earlier: tuple[Span, ...] = ()

    @property
    def protects(self) -> bool:
        """Whether it stops the clock now."""
        return self.ended_on is None and not self.overran

    @property
    def spans(self) -> tuple[Span, ...]:
        """The days that do not count: never more than planned."""
        last = self.ends_on if self.ended_on is None else min(self.ended_on, self.ends_on)
        return (*self.earlier, (self.begins_on, last))


class Extension(Struct, frozen=True):
    """More time that was asked for; `approved` once somebody else has agreed."""

    working_days: int
    asked_by: UUID
    approved: bool = False


class Gap(Struct, frozen=True):
    """A material promised at acceptance (容缺).

    Attributes:
        outcome: None while the promise is open.
        supplied: pages for it have been handed in.
        overdue: its date has passed.
    """

    due: Due
    outcome: str | None = None
    supplied: bool = False
    overdue: bool = False


MOST_BY_LINK = 40
"""Files that may be sent through one link: a thick case has about thirty pages."""


class Link(Struct, frozen=True):
    """A one-time upload link.

    Attributes:
        used: it has served; of the files it named, those that are still on their way may come.
        files: that were named by it.
    """

    token_hash: str
    expires_at: datetime
    materials: tuple[str, ...]
    used: bool = False
    files: frozenset[UUID] = frozenset()


class HandedOver(Struct, frozen=True):
    """A hand-over that can still be recalled, or sent back by whoever has it now."""

    sender: UUID
    to: UUID
    opened: bool = False


class Case(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What decisions need to know of a case.

    Attributes:
        status: None until it is filed (its files may arrive earlier).
        agent: who may act for the applicant now; `former_agents` could once.
        opened_by: the member of staff who filled the form in for the person.
        uploaders: others whose uploads count: staff who opened it, and one-time links.
        pages: the pages in force, in order.
        later: materials that the applicant promised at filing to hand in later.
        arrived: files whose bytes are there, by file.
        verdicts: the last verdict on each page.
        reused: materials for which a checked copy serves.
        looked_up: material to outcome of the last look-up in a register.
        asked: materials of which a register was asked once more and has not answered.
        gaps: material to promise.
        case_number: None unless the case counts as accepted.
        minted: the number it was once given; it gets no other.
        claim_until: when the claim ends by itself.
        take_over: the colleague who asks whoever holds the case for it.
        withdrawn_from: who held it when the applicant took it back, until they have let it go.
        last_handler: who worked on it last at the window, to whom it returns with a supplement.
        doer: who did the act that brought the case where it is.
        reviews_done: how many review steps of the route are complete.
        open_defects: defects of the notice that waits for an answer.
        new_files: files of the last supplement; a second notice may only concern these.
        second_notice: the lead who lets another notice go out now; `second_notice_asked_by` wants it.
        round: how many times the set has been complete.
        lapses: when a filing without its files lapses.
        since: when the limits began.
        missed: limits that passed without a decision, by clock and instant: a case that was reopened has new ones.
        alarmed: alarms given: clock and per cent.
        reopened: it was decided or ended once, and taken up again in review.
        step_due: by when the due step should be done; `step_overdue` once that has passed.
        delivered_from: status before the delivery.
        evidence: evidence came after the decision, at which nobody has looked.
        prints: how often the result was printed.
        suspects: open cases that may be the same matter.
        commitments: declared materials whose truth was looked at, with what was found.
        order: the delegation order under which it was accepted.
        street_role: as `route`, of what the subdistrict does.
        route: its steps, where they are not those of the item's version.
        bundle: the linked filing to which it belongs (一件事).
        children: of the stream of a linked filing itself, which is no case: the cases that belong to it.
    """

    status: CaseStatus | None = None
    item_id: str = ""
    item_version: int = 0
    applicant: UUID | None = None
    agent: UUID | None = None
    former_agents: frozenset[UUID] = frozenset()
    opened_by: UUID | None = None
    uploaders: frozenset[UUID] = frozenset()
    filing_number: str = ""
    case_number: str | None = None
    minted: str | None = None
    choices: dict[str, Any] = {}
    pages: tuple[NamedPage, ...] = ()
    declarations: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    arrived: dict[UUID, Arrived] = {}
    verdicts: dict[UUID, PageVerdict] = {}
    reused: frozenset[str] = frozenset()
    looked_up: dict[str, str] = {}
    asked: frozenset[str] = frozenset()
    gaps: dict[str, Gap] = {}
    links: dict[UUID, Link] = {}
    claimed_by: UUID | None = None
    claim_until: datetime | None = None
    handed_over: HandedOver | None = None
    take_over: UUID | None = None
    withdrawn_from: UUID | None = None
    last_handler: UUID | None = None
    accepted_by: UUID | None = None
    deemed: bool = False
    doer: UUID | None = None
    reviews_done: int = 0
    notices: int = 0
    open_defects: tuple[DefectTold, ...] = ()
    new_files: frozenset[UUID] = frozenset()
    second_notice: UUID | None = None
    second_notice_asked_by: UUID | None = None
    round: int = 0
    received_at: datetime | None = None
    lapses: Due | None = None
    answer_by: Due | None = None
    notice: Due | None = None
    respond_by: Due | None = None
    since: datetime | None = None
    promised: Due | None = None
    statutory: Due | None = None
    step_due: Due | None = None
    deliver_by: Due | None = None
    procedures: dict[UUID, Procedure] = {}
    extension: Extension | None = None
    converted: bool = False
    missed: frozenset[tuple[str, datetime]] = frozenset()
    alarmed: frozenset[tuple[str, int]] = frozenset()
    reopened: bool = False
    step_overdue: bool = False
    delivery_overdue: bool = False
    decided_by: UUID | None = None
    sampling_due: bool = False
    document_number: str | None = None
    prints: int = 0
    rendered: bool = False
    dispatched: bool = False
    effects: frozenset[tuple[int, str]] = frozenset()
    delivered_from: CaseStatus | None = None
    evidence: bool = False
    suspects: frozenset[UUID] = frozenset()
    commitments: dict[str, bool] = {}
    retain_until: date | None = None
    order: str = ""
    street_role: str = ""
    route: tuple[RouteStep, ...] = ()
    bundle: UUID | None = None
    children: tuple[UUID, ...] = ()

    @property
    def is_filed(self) -> bool:
        """Whether there is a case at all."""
        return self.status is not None

    def belongs_to(self, person: UUID) -> bool:
        """Whether `person` is the applicant or their agent."""
        return person in (self.applicant, self.agent)

    @property
    def waiting(self) -> tuple[NamedPage, ...]:
        """Pages whose bytes have not arrived, or cannot be used."""
        return tuple(p for p in self.pages if not self.has(p))

    def has(self, page: NamedPage) -> bool:
        """Whether the page's bytes are there, unharmed and uploaded by a person of the case."""
        arrived = self.arrived.get(page.file)
        return (
            arrived is not None
            and arrived.rejected is None
            and arrived.sha256 == page.sha256
            and self.may_upload(arrived.uploaded_by)
        )

    def is_bad(self, file: UUID) -> bool:
        """Whether a page was found bad, or its bytes cannot be used."""
        verdict = self.verdicts.get(file)
        return self.is_spoilt(file) or (verdict is not None and not verdict.good)

    def is_spoilt(self, file: UUID) -> bool:
        """Whether a file has come whose bytes cannot be used."""
        arrived = self.arrived.get(file)
        return arrived is not None and arrived.rejected is not None

    def takes(self, file: UUID, *, by: UUID, now: datetime) -> bool:
        """Whether a file may come through the link `by`; of anybody else, who need no link, True.

        Once the link has served, only what it named may still arrive; before that, so many files as a set can have.
        """
        link = self.links.get(by)
        if link is None or file in link.files:
            return True
        sent = sum(one.uploaded_by == by for id, one in self.arrived.items() if id != file)
        return not link.used and now < link.expires_at and sent < MOST_BY_LINK

    def may_upload(self, person: UUID) -> bool:
        """Whether uploads of `person` count for the case."""
        return self.belongs_to(person) or person in self.uploaders or person in self.former_agents

    @property
    def late(self) -> frozenset[str]:
        """The clocks of the decision whose date, as it is now, has passed and was flagged."""
        dues = {"promised": self.promised, "statutory": self.statutory}
        return frozenset(clock for clock, due in dues.items() if due is not None and (clock, due.at) in self.missed)

    @property
    def open_gaps(self) -> tuple[str, ...]:
        """Materials that were promised and have not been dealt with."""
        return tuple(material for material, gap in self.gaps.items() if gap.outcome is None)

    @property
    def suspended(self) -> tuple[Span, ...]:
        """Days that do not count because of special procedures."""
        return tuple(span for procedure in self.procedures.values() for span in procedure.spans)

    @property
    def running(self) -> dict[UUID, Procedure]:
        """Special procedures that go on, whether or not they still stop the clock."""
        return {id: one for id, one in self.procedures.items() if one.ended_on is None}


def handled_item(item: ServiceItem, case: Case) -> ServiceItem:
    """The item as the case goes through it: with the route under which it was accepted."""
    return as_accepted(item, case.street_role, case.route)


def due_step(item: ServiceItem, case: Case) -> RouteStep | None:
    """The step of the item's route that is due, None before filing and after delivery."""
    match case.status:
        case CaseStatus.FILED | CaseStatus.RECEIVED | CaseStatus.CORRECTION:
            return next(s for s in item.route if s.stage == "accept")
        case CaseStatus.ACCEPTED | CaseStatus.SUSPENDED:
            return in_review(item, case.reviews_done)
        case CaseStatus.GRANTED | CaseStatus.ISSUED | CaseStatus.POSTED:
            return next((s for s in item.route if s.stage == "deliver"), None)
        case _:
            return None


def in_review(item: ServiceItem, reviews_done: int) -> RouteStep:
    """The step that is due when so many reviews are complete: the next one, or the decision."""
    reviews = item.steps("review")
    return reviews[reviews_done] if reviews_done < len(reviews) else item.steps("decide")[0]


CLOCKS = ("notice", "respond_by", "promised", "statutory", "deliver_by")
"""Fields of a case that hold the date of a running clock."""


def clocks(case: Case) -> dict[str, Due]:
    """The clocks that run now, by name; a promised material's is `gap:` and its id."""
    match case.status:
        case CaseStatus.RECEIVED:
            names: tuple[str, ...] = ("notice",)
        case CaseStatus.CORRECTION:
            names = ("respond_by",)
        case CaseStatus.ACCEPTED | CaseStatus.SUSPENDED:
            names = ("promised", "statutory")
        case CaseStatus.GRANTED | CaseStatus.ISSUED | CaseStatus.POSTED:
            names = ("deliver_by",)
        case _:
            names = ()
    running = {name: getattr(case, name) for name in names}
    if case.status in GAPS_RUN:
        running |= {f"gap:{material}": case.gaps[material].due for material in case.open_gaps}
    return {name: due for name, due in running.items() if due is not None}


GAPS_RUN = frozenset(
    {
        CaseStatus.ACCEPTED,
        CaseStatus.SUSPENDED,
        CaseStatus.GRANTED,
        CaseStatus.ISSUED,
        CaseStatus.POSTED,
        CaseStatus.DELIVERED,
    }
)
"""Statuses in which promised materials are still waited for."""
