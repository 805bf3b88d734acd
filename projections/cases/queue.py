"""The case as a line of the queue, personal data masked (row kind `queue`)."""

from __future__ import annotations

from datetime import date

from domain.case.acts import CaseStatus
from domain.case.standing import Case
from domain.case.state import due_step
from domain.identity.checks import mask_name
from projections.cases.clocks import alarm_of, overdue_of
from projections.cases.people import applicant_name, handed_over, person, step_due
from projections.cases.turns import asks_for_extension, asks_for_sample, asks_of_evidence, second_notice, waiting_for
from projections.cases.view import CaseView
from projections.documents import QueueBody, Text
from projections.lookups import Lookups
from projections.words import PHONE_END, initials_of

MINUTES_PER_HOUR = 60


def queue_of(view: CaseView, lookups: Lookups) -> QueueBody:
    """The case as a line of the queue, personal data masked."""
    state, item = view.state, lookups.item_of(view.state)
    assert state.status is not None
    assert view.changed_at is not None
    step, clock = due_step(item, state), _next_clock(view)
    due = view.dates.get(clock)
    step_date = view.dates.get("step_due") if "step_due" not in view.stopped else None
    return QueueBody(
        item_id=item.id,
        item_name=Text(item.name_zh, item.name_en),
        number=state.case_number or state.filing_number,
        applicant_masked=mask_name(applicant_name(view)),
        status=state.status.value,
        step=step_due(step),
        waiting_for=waiting_for(view),
        claimed_by=person(state.claimed_by or state.withdrawn_from, view),
        take_over=person(state.take_over, view) if state.claimed_by is not None else None,
        claim_until=state.claim_until,
        handed_over=handed_over(view),
        doer=state.doer,
        due=due.at if due else None,
        due_clock=clock if due else "",
        due_provisional=due.provisional if due else False,
        step_due=step_date.at if step_date else None,
        effort_minutes=round(step.working_hours * MINUTES_PER_HOUR) if step else 0,
        channel=view.channel,
        pages=sum(page.state != "replaced" for page in view.pages),
        awaiting_files=len(state.waiting),
        for_school=state.choices.get("for_school") is True,
        received_at=view.reached.get("received"),
        changed_at=view.changed_at,
        last_handler=person(view.last_handler, view),
        returns_to=person(state.last_handler, view),
        returned=view.returned,
        second_notice=second_notice(state),
        extension_asked=asks_for_extension(state),
        duplicates=len(state.suspects),
        gaps_open=len(state.open_gaps),
        gap_due=_gap_due(state),
        overdue=overdue_of(state),
        alarm=alarm_of(state),
        evidence=asks_of_evidence(state),
        sampling=asks_for_sample(state),
        unanswered=bool(view.messages) and view.messages[-1].who != "staff",
        unreached=view.unreached,
        deemed=state.deemed and state.case_number is not None,
        phone_end=str(view.answers.get("applicant_phone") or "")[-PHONE_END:],
        initials=initials_of(applicant_name(view)),
        erased=view.erased,
        bundle=state.bundle,
        order=state.order,
    )


def _gap_due(state: Case) -> date | None:
    return min((state.gaps[material].due.on for material in state.open_gaps), default=None)


def _next_clock(view: CaseView) -> str:
    """The field of the date that matters next to whoever has to act; empty where none does."""
    state = view.state
    match state.status:
        case CaseStatus.FILED:
            return "lapses"
        case CaseStatus.CORRECTION:
            return "respond_by"
        case CaseStatus.RECEIVED:
            return "answer_by"
        case CaseStatus.ACCEPTED | CaseStatus.SUSPENDED:
            return "promised"
        case CaseStatus.GRANTED | CaseStatus.ISSUED | CaseStatus.POSTED:
            return "deliver_by"
        case CaseStatus.DELIVERED if state.open_gaps:
            return min((f"gap:{material}" for material in state.open_gaps), key=lambda name: view.dates[name].at)
        case _:
            return ""
