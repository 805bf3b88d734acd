"""The case in full, for whoever works on it (row kind `case`)."""

from __future__ import annotations

from msgspec.structs import replace

from domain.case import acts
from domain.case.state import due_step
from domain.catalogue.items import RouteStep, ServiceItem
from projections.cases.clocks import alarm_of, overdue_of, step_clock
from projections.cases.people import handed_over, person, step_due
from projections.cases.status import look_ups_of, status_of
from projections.cases.turns import asks_for_sample, second_notice, waiting_for
from projections.cases.view import CaseView, Done
from projections.documents import CaseBody, StepOfRoute, Text
from projections.lookups import Lookups


def case_of(view: CaseView, lookups: Lookups) -> CaseBody:
    """The case in full."""
    item, state = lookups.item_of(view.state), view.state
    step = due_step(item, state)
    return CaseBody(
        view=replace(status_of(view, lookups), look_ups=look_ups_of(view, lookups)),
        step=step_due(step),
        waiting_for=waiting_for(view),
        claimed_by=person(state.claimed_by or state.withdrawn_from, view),
        take_over=person(state.take_over, view),
        claim_until=state.claim_until,
        handed_over=handed_over(view, in_full=True),
        accepted_by=person(state.accepted_by, view),
        decided_by=person(state.decided_by, view),
        one_person=item.one_person,
        doer=state.doer,
        last_handler=person(view.last_handler, view),
        returns_to=person(state.last_handler, view),
        returned=view.returned,
        channel=view.channel,
        checked=view.checked,
        step_clock=step_clock(view, step.step, lookups) if step else None,
        overdue=overdue_of(state),
        alarm=alarm_of(state),
        route=_route(view, item, step),
        notes=view.notes,
        opinions=view.opinions,
        extensions=view.extensions,
        second_notice=second_notice(state),
        second_notice_words=view.second_notice_words,
        findings=view.findings,
        sampling=asks_for_sample(state),
        duplicates=view.duplicates,
        commitments={material: state.commitments.get(material) for material in state.declarations},
        migrations=view.migrations,
        internal=view.internal,
    )


def _route(view: CaseView, item: ServiceItem, due: RouteStep | None) -> tuple[StepOfRoute, ...]:
    """Every step of the case's route: done, due, or to come; none is to come once the case has ended."""
    return tuple(_route_step(step, view, due) for step in item.route)


def _route_step(step: RouteStep, view: CaseView, due: RouteStep | None) -> StepOfRoute:
    done = _done(step, view)
    is_now = due is not None and (step.step == due.step or _is_running(step, view))
    return StepOfRoute(
        id=step.step,
        role=step.role,
        stage=step.stage,
        name=Text(step.name_zh, step.name_en),
        clock=step.clock,
        working_hours=step.working_hours,
        state="now" if is_now else "past" if done or view.state.status in acts.ENDED else "next",
        done_at=done.at if done and not is_now else None,
        by_name=done.by_name if done and not is_now else "",
    )


def _is_running(step: RouteStep, view: CaseView) -> bool:
    return any(one.step == step.step and one.ended_on is None for one in view.procedures)


def _done(step: RouteStep, view: CaseView) -> Done | None:
    """When the step was completed; steps of review go by their id, the others by their stage."""
    return view.done.get(step.step) or (view.done.get(step.stage) if step.stage != "review" else None)
