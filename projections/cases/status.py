"""The case as its applicant sees it (row kind `status`)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from domain.case.acts import ENDED, CaseStatus, acts_for
from domain.case.state import due_step
from projections.cases.clocks import clocks_of, proven
from projections.cases.people import applicant_name, material_name
from projections.cases.turns import delivery_of, turn_of
from projections.cases.view import ASKED, CaseView
from projections.documents import Agency, DueDate, Extension, Gap, LookUp, Notice, StatusBody, Step, StepId, Text
from projections.lookups import Lookups


def status_of(view: CaseView, lookups: Lookups) -> StatusBody:
    """The case as its applicant sees it."""
    state, item = view.state, lookups.item_of(view.state)
    assert state.status is not None
    step = due_step(item, state)
    turn = turn_of(view)
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
        answer_by=_date("answer_by", view, lookups),
        promised=_date("promised", view, lookups),
        clocks=clocks_of(view, lookups),
        office_step=Text(step.name_zh, step.name_en) if step and turn == "office" else None,
        deemed=state.deemed and state.case_number is not None,
        accepted_at=_accepted_at(view),
        channel=view.channel,
        applicant_name=applicant_name(view),
        agent_name=view.answers.get("agent_name") if state.agent else None,
        agency=_agency(view),
        opened_by_name=view.opened_by_name,
        answers=view.answers,
        pages=view.pages,
        declarations=state.declarations,
        later=state.later,
        notices=tuple(_named(notice, view, lookups) for notice in view.notices),
        gaps=_gaps(view, lookups),
        copies=tuple(replace(one, material_name=material_name(view, one.material, lookups)) for one in view.copies),
        look_ups=tuple(one for one in look_ups_of(view, lookups) if one.outcome != ASKED),
        evidence=view.evidence,
        links=view.links,
        procedures=view.procedures,
        extension=_extension(view),
        messages=view.messages,
        notifications=view.notifications,
        papers=view.papers,
        decision=view.decision,
        revocation=view.revocation,
        undone=view.undone,
        reopened=view.reopened,
        result=view.result,
        result_void=view.result_void,
        delivery=delivery_of(view),
        archive=view.archive,
        timeline=view.timeline,
        acts=acts_for(state.status, applicant=True, roles=frozenset({"resident"}), step_role=None, step_stage=None),
        erased=view.erased,
        bundle=state.bundle,
        order=state.order,
    )


def look_ups_of(view: CaseView, lookups: Lookups) -> tuple[LookUp, ...]:
    """What registers were asked for and said, with the papers' names; what is being asked again among it."""
    return tuple(replace(one, material_name=material_name(view, one.material, lookups)) for one in view.look_ups)


def _date(clock: str, view: CaseView, lookups: Lookups) -> DueDate | None:
    return proven(view.dates[clock], lookups) if clock in view.dates else None


def _accepted_at(view: CaseView) -> datetime | None:
    """When it was accepted; a case that counts as accepted does so since its receipt."""
    at = view.reached.get("accepted")
    return (view.state.since or at) if at and view.state.deemed else at


def _agency(view: CaseView) -> Agency | None:
    acting = view.acting
    return Agency(str(view.answers.get("agent_name") or ""), *acting) if acting else None


def _named(notice: Notice, view: CaseView, lookups: Lookups) -> Notice:
    defects = tuple(replace(d, material_name=material_name(view, d.material, lookups)) for d in notice.defects)
    return replace(notice, defects=defects)


def _gaps(view: CaseView, lookups: Lookups) -> tuple[Gap, ...]:
    return tuple(
        Gap(
            material=material,
            material_name=material_name(view, material, lookups),
            due=proven(gap.due, lookups),
            state="closed" if gap.outcome else "supplied" if gap.supplied else "open",
            outcome=gap.outcome or "",
            is_overdue=gap.overdue,
            closed_at=view.gaps_closed.get(material),
        )
        for material, gap in view.state.gaps.items()
    )


def _extension(view: CaseView) -> Extension | None:
    """What the applicant is told of: more time that was approved."""
    approved = [one for one in view.extensions if one.state == "approved"]
    return approved[-1] if approved and view.state.extension is not None else None


_LINE: tuple[StepId, ...] = ("filed", "correction", "accepted", "procedure", "decided", "delivered")
_ENDED: StepId = "ended"
_USUAL: frozenset[StepId] = frozenset({"filed", "accepted", "decided", "delivered"})


def _steps(view: CaseView) -> tuple[Step, ...]:
    """The applicant's line: what was reached, what is now, what is to come; one that ended early goes no further."""
    current = _current_step(view)
    line: list[StepId] = [step for step in _LINE if step in view.reached or step in _USUAL or step == current]
    if current is None:
        line = [step for step in (*line, _ENDED) if step in view.reached]
    now = line.index(current) if current else len(line)
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
        case CaseStatus.SUSPENDED:
            return "procedure"
        case CaseStatus.ACCEPTED:
            return "decided"
        case CaseStatus.GRANTED | CaseStatus.ISSUED | CaseStatus.POSTED:
            return "delivered"
        case status:
            assert status in ENDED
            return None
