"""The state of a case as decisions see it, and how each fact changes it.

Applying only assigns; sealed values are never read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.catalogue.items import RouteStep, ServiceItem
from domain.facts import Fact


class Arrived(Struct, frozen=True):
    """A file whose bytes are there; `rejected` holds the reason if they cannot be used."""

    sha256: str
    address: str
    media_type: str
    uploaded_by: UUID
    rejected: str | None = None


class Case(Struct, frozen=True, kw_only=True):
    """What decisions need to know of a case.

    Attributes:
        status: None until it is filed (its files may arrive earlier).
        pages: the pages in force, in order.
        arrived: files whose bytes are there, by file.
        reviews_done: how many review steps of the route are complete.
        open_defects: defects of the notice that waits for an answer.
        new_files: files of the last supplement; a second notice may only concern these.
        round: how many times the set has been complete.
    """

    status: CaseStatus | None = None
    item_id: str = ""
    item_version: int = 0
    applicant: UUID | None = None
    agent: UUID | None = None
    filing_number: str = ""
    case_number: str | None = None
    choices: dict[str, Any] = {}
    pages: tuple[f.NamedPage, ...] = ()
    declarations: tuple[str, ...] = ()
    arrived: dict[UUID, Arrived] = {}
    claimed_by: UUID | None = None
    accepted_by: UUID | None = None
    reviews_done: int = 0
    notices: int = 0
    open_defects: tuple[f.DefectTold, ...] = ()
    new_files: frozenset[UUID] = frozenset()
    round: int = 0
    rendered: bool = False
    dispatched: bool = False
    effects: frozenset[tuple[int, str]] = frozenset()

    @property
    def is_filed(self) -> bool:
        """Whether there is a case at all."""
        return self.status is not None

    def belongs_to(self, person: UUID) -> bool:
        """Whether `person` is the applicant or their agent."""
        return person in (self.applicant, self.agent)

    @property
    def waiting(self) -> tuple[f.NamedPage, ...]:
        """Pages whose bytes have not arrived, or cannot be used."""
        return tuple(p for p in self.pages if not self.has(p))

    def has(self, page: f.NamedPage) -> bool:
        """Whether the page's bytes are there, unharmed and uploaded by a person of the case."""
        arrived = self.arrived.get(page.file)
        return (
            arrived is not None
            and arrived.rejected is None
            and arrived.sha256 == page.sha256
            and self.belongs_to(arrived.uploaded_by)
        )


def due_step(item: ServiceItem, case: Case) -> RouteStep | None:
    """The step of the item's route that is due, None before filing and after delivery."""
    match case.status:
        case CaseStatus.FILED | CaseStatus.RECEIVED | CaseStatus.CORRECTION:
            return next(s for s in item.route if s.stage == "accept")
        case CaseStatus.ACCEPTED:
            reviews = [s for s in item.route if s.stage == "review"]
            if case.reviews_done < len(reviews):
                return reviews[case.reviews_done]
            return next(s for s in item.route if s.stage == "decide")
        case CaseStatus.GRANTED | CaseStatus.ISSUED | CaseStatus.POSTED:
            return next((s for s in item.route if s.stage == "deliver"), None)
        case _:
            return None


def _filed(fact: f.CaseFiled, case: Case, _: UUID) -> Case:
    return replace(
        case,
        status=CaseStatus.FILED,
        item_id=fact.item_id,
        item_version=fact.item_version,
        applicant=fact.applicant,
        agent=fact.agent,
        filing_number=fact.filing_number,
        choices=fact.choices,
        pages=fact.pages,
        declarations=fact.declarations,
    )


def _stored(fact: f.FileStored, case: Case, _: UUID) -> Case:
    arrived = Arrived(fact.sha256, fact.address, fact.media_type, fact.uploaded_by)
    return replace(case, arrived={**case.arrived, fact.file: arrived})


def _rejected(fact: f.FileRejected, case: Case, _: UUID) -> Case:
    arrived = Arrived(fact.sha256, "", "", fact.uploaded_by, rejected=fact.reason)
    return replace(case, arrived={**case.arrived, fact.file: arrived})


def _received(fact: f.CaseReceived, case: Case, _: UUID) -> Case:
    return replace(case, status=CaseStatus.RECEIVED, round=fact.round)


def _claimed(fact: f.CaseClaimed, case: Case, _: UUID) -> Case:
    return replace(case, claimed_by=fact.staff)


def _released(_: f.CaseReleased, case: Case, __: UUID) -> Case:
    return replace(case, claimed_by=None)


def _correction(fact: f.CorrectionRequested, case: Case, _: UUID) -> Case:
    return replace(
        case,
        status=CaseStatus.CORRECTION,
        open_defects=fact.defects,
        notices=case.notices + 1,
        claimed_by=None,
    )


def _supplemented(fact: f.CaseSupplemented, case: Case, _: UUID) -> Case:
    kept = tuple(p for p in case.pages if p.file not in fact.replaces)
    return replace(
        case,
        status=CaseStatus.FILED,
        pages=(*kept, *fact.pages),
        open_defects=(),
        new_files=frozenset(p.file for p in fact.pages),
    )


def _accepted(fact: f.CaseAccepted, case: Case, actor: UUID) -> Case:
    return replace(case, status=CaseStatus.ACCEPTED, case_number=fact.case_number, accepted_by=actor, claimed_by=None)


def _declined(_: f.CaseDeclined, case: Case, __: UUID) -> Case:
    return replace(case, status=CaseStatus.DECLINED, claimed_by=None)


def _reviewed(_: f.CaseReviewed, case: Case, __: UUID) -> Case:
    return replace(case, reviews_done=case.reviews_done + 1, claimed_by=None)


def _decided(fact: f.CaseDecided, case: Case, _: UUID) -> Case:
    return replace(case, status=CaseStatus(fact.outcome), claimed_by=None)


def _withdrawn(_: f.CaseWithdrawn, case: Case, __: UUID) -> Case:
    return replace(case, status=CaseStatus.WITHDRAWN, claimed_by=None)


def _issued(_: f.ResultIssued, case: Case, __: UUID) -> Case:
    return replace(case, status=CaseStatus.ISSUED)


def _rendered(_: f.ResultRendered, case: Case, __: UUID) -> Case:
    return replace(case, rendered=True)


def _dispatch(_: f.DispatchRequested, case: Case, __: UUID) -> Case:
    return replace(case, dispatched=True)


def _effect(fact: f.EffectClaimed, case: Case, _: UUID) -> Case:
    return replace(case, effects=case.effects | {(fact.position, fact.channel)})


def _uncertain(_: f.EffectUncertain, case: Case, __: UUID) -> Case:
    """The outlet may ask for the post again, once somebody has looked."""
    return replace(case, dispatched=False)


def _posted(_: f.CasePosted, case: Case, __: UUID) -> Case:
    return replace(case, status=CaseStatus.POSTED, claimed_by=None)


def _delivered(_: f.CaseDelivered, case: Case, __: UUID) -> Case:
    return replace(case, status=CaseStatus.DELIVERED, claimed_by=None)


def _noted(_: f.CaseNoted, case: Case, __: UUID) -> Case:
    return case


_APPLY: dict[type[Fact], Callable[[Any, Case, UUID], Case]] = {
    f.CaseFiled: _filed,
    f.FileStored: _stored,
    f.FileRejected: _rejected,
    f.CaseReceived: _received,
    f.CaseClaimed: _claimed,
    f.CaseReleased: _released,
    f.CorrectionRequested: _correction,
    f.CaseSupplemented: _supplemented,
    f.CaseAccepted: _accepted,
    f.CaseDeclined: _declined,
    f.CaseReviewed: _reviewed,
    f.CaseDecided: _decided,
    f.CaseWithdrawn: _withdrawn,
    f.CaseNoted: _noted,
    f.ResultIssued: _issued,
    f.ResultRendered: _rendered,
    f.DispatchRequested: _dispatch,
    f.EffectClaimed: _effect,
    f.EffectUncertain: _uncertain,
    f.CasePosted: _posted,
    f.CaseDelivered: _delivered,
}


def evolve(fact: Fact, case: Case, *, by: UUID) -> Case:
    """The state of `case` after `fact`, recorded by the person `by`.

    Raises:
        KeyError: the fact does not belong on a case (a defect, never a refusal).
    """
    return _APPLY[type(fact)](fact, case, by)


FACTS = tuple(_APPLY)
"""Every kind of fact that stands on a case's stream."""
