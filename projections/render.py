"""Documents of a case for those who look at it: its applicant, the queue, and whoever works on it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from domain.actors import Role, office_of
from domain.case.acts import ENDED, CaseStatus, acts_for
from domain.case.state import due_step
from domain.catalogue.items import RouteStep, ServiceItem
from domain.identity.checks import mask_name
from projections.case_view import CaseView
from projections.documents import (
    CaseBody,
    DueDate,
    Person,
    QueueBody,
    StatusBody,
    Step,
    StepDue,
    Text,
    Turn,
)
from projections.lookups import Lookups

_YOURS = frozenset({CaseStatus.FILED, CaseStatus.CORRECTION})
"""The applicant's turn: photographs are still on their way, or a notice waits for an answer."""


def status_of(view: CaseView, lookups: Lookups) -> StatusBody:
    """The case as its applicant sees it."""
    state, item = view.state, lookups.item(view.state.item_id, view.state.item_version)
    assert state.status is not None
    step = due_step(item, state)
    turn = _turn(view)
    return StatusBody(
        item_id=item.id,
        item_version=item.version,
        item_name=Text(item.name_zh, item.name_en),
        filing_number=state.filing_number,
        case_number=state.case_number,
        status=state.status.value,
        turn=turn,
        steps=_steps(view),
        filed_at=view.reached["filed"],
        received_at=view.reached.get("received"),
        awaiting_files=len(state.waiting),
        answer_by=view.answer_by,
        promised=view.promised,
        office_step=Text(step.name_zh, step.name_en) if step and turn == "office" else None,
        applicant_name=applicant_name(view),
        agent_name=view.answers.get("agent_name") if state.agent else None,
        answers=view.answers,
        pages=view.pages,
        declarations=state.declarations,
        notices=view.notices,
        decision=view.decision,
        result=view.result,
        delivery=view.delivery,
        timeline=view.timeline,
        acts=acts_for(state.status, applicant=True, roles=frozenset({"resident"}), step_role=None, step_stage=None),
    )


def applicant_name(view: CaseView) -> str:
    """Name of the applicant, or of the organisation; empty once it has been erased."""
    return str(view.answers.get("org_name") or view.answers.get("applicant_name") or "")


def _turn(view: CaseView) -> Turn:
    status = view.state.status
    if status in _YOURS or any(page.state == "rejected" for page in view.pages):
        return "you"
    return "done" if status in ENDED else "office"


StepId = Literal["filed", "correction", "accepted", "decided", "delivered"]


def _steps(view: CaseView) -> tuple[Step, ...]:
    """The applicant's line: filed, correction if there was one, accepted, decided, delivered."""
    line: list[StepId] = ["filed", "accepted", "decided", "delivered"]
    if view.notices:
        line.insert(1, "correction")
    current = _current_step(view)
    now = line.index(current) if current in line else len(line)
    return tuple(
        Step(step, "past" if n < now else "now" if n == now else "next", view.reached.get(step))
        for n, step in enumerate(line)
    )


def _current_step(view: CaseView) -> StepId | None:
    match view.state.status:
        case CaseStatus.CORRECTION:
            return "correction"
        case CaseStatus.FILED | CaseStatus.RECEIVED:
            return "accepted"
        case CaseStatus.ACCEPTED:
            return "decided"
        case CaseStatus.GRANTED | CaseStatus.ISSUED | CaseStatus.POSTED:
            return "delivered"
        case _:
            return None


def queue_of(view: CaseView, lookups: Lookups) -> QueueBody:
    """The case as a line of the queue, personal data masked."""
    state, item = view.state, lookups.item(view.state.item_id, view.state.item_version)
    assert state.status is not None
    assert view.changed_at is not None
    due = _due_next(view)
    return QueueBody(
        item_id=item.id,
        item_name=Text(item.name_zh, item.name_en),
        number=state.case_number or state.filing_number,
        applicant_masked=mask_name(applicant_name(view)),
        status=state.status.value,
        step=_step(due_step(item, state)),
        claimed_by=_person(state.claimed_by, view),
        due=due.at if due else None,
        due_provisional=due.provisional if due else False,
        channel=view.channel,
        pages=sum(page.state != "replaced" for page in view.pages),
        awaiting_files=len(state.waiting),
        for_school=state.choices.get("for_school") is True,
        received_at=view.reached.get("received"),
        changed_at=view.changed_at,
        last_handler=_person(view.last_handler, view),
        returned=view.returned,
    )


def _due_next(view: CaseView) -> DueDate | None:
    """The date that matters next: the applicant's for a notice, the centre's until it has decided, none after."""
    match view.state.status:
        case CaseStatus.CORRECTION:
            return view.notices[-1].respond_by
        case CaseStatus.FILED | CaseStatus.RECEIVED:
            return view.answer_by
        case CaseStatus.ACCEPTED:
            return view.promised
        case _:
            return None


def case_of(view: CaseView, lookups: Lookups) -> CaseBody:
    """The case in full."""
    item = lookups.item(view.state.item_id, view.state.item_version)
    return CaseBody(
        view=status_of(view, lookups),
        step=_step(due_step(item, view.state)),
        claimed_by=_person(view.state.claimed_by, view),
        accepted_by=_person(view.state.accepted_by, view),
        last_handler=_person(view.last_handler, view),
        channel=view.channel,
        checked=view.checked,
        notes=view.notes,
        opinions=view.opinions,
    )


def _step(step: RouteStep | None) -> StepDue | None:
    return StepDue(step.step, step.role, Text(step.name_zh, step.name_en)) if step else None


def _person(person: UUID | None, view: CaseView) -> Person | None:
    return Person(person, view.names.get(person, "")) if person else None


def scopes_of(view: CaseView, item: ServiceItem) -> dict[str, frozenset[str]]:
    """Who may hold which document of the case: kind of row to scope keys.

    Residents hold `person:ID`, offices `office:NAME` while the case is open, whoever claimed it `mine:ID`.
    """
    state = view.state
    if state.status is None:
        return {"status": frozenset(), "queue": frozenset(), "case": frozenset()}
    people = frozenset(f"person:{person}" for person in (state.applicant, state.agent) if person)
    step = due_step(item, state)
    offices = {"office:street"}
    if step is not None:
        offices.add(f"office:{office_of(Role(step.role))}")
    is_open = state.status not in ENDED
    return {
        "status": people,
        "queue": frozenset(offices) if is_open else frozenset(),
        "case": frozenset({f"mine:{state.claimed_by}"}) if state.claimed_by and is_open else frozenset(),
    }
