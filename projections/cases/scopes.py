"""Who holds which document of a case."""

from __future__ import annotations

from uuid import UUID

from domain.actors import Role, office_of
from domain.case.acts import ENDED, CaseStatus
from domain.case.state import due_step
from domain.catalogue.items import ServiceItem
from projections.cases.turns import waiting_for
from projections.cases.view import CaseView


def parties_of(view: CaseView) -> frozenset[UUID]:
    """Persons under whose keys values of the case may be sealed: the applicant, the agent, earlier agents."""
    state = view.state
    return state.former_agents | {person for person in (state.applicant, state.agent) if person}


def place_of(view: CaseView) -> tuple[object, ...]:
    """Everything that `scopes_of` looks at; while it stays the same, so do the scopes."""
    state = view.state
    route = (state.reviews_done, state.item_version, state.route)
    return (
        state.status,
        state.claimed_by,
        state.withdrawn_from,
        state.applicant,
        state.agent,
        is_at_the_desk(view),
        route,
    )


def is_at_the_desk(view: CaseView) -> bool:
    """Whether staff still have the case before them: it is open, or something came up after its end."""
    return view.state.status not in ENDED or waiting_for(view) != "nobody"


def scopes_of(view: CaseView, item: ServiceItem) -> dict[str, frozenset[str]]:
    """Who may hold which document of the case: kind of row to scope keys.

    Residents hold `person:ID`, offices `office:NAME` while it is at the desk, whoever claimed it `mine:ID`; a case that
    was withdrawn from under somebody stays with them until they have seen it and let it go.
    """
    state = view.state
    if state.status is None:
        return {"status": frozenset(), "queue": frozenset(), "case": frozenset()}
    people = frozenset(f"person:{person}" for person in (state.applicant, state.agent) if person)
    step = due_step(item, state)
    offices = {"office:street"}
    if step is not None:
        offices.add(f"office:{office_of(Role(step.role))}")
    holds = state.claimed_by or state.withdrawn_from
    holder = frozenset({f"mine:{holds}"}) if holds else frozenset[str]()
    stays = state.status not in ENDED or state.status is CaseStatus.WITHDRAWN
    return {
        "status": people,
        "queue": frozenset(offices) if is_at_the_desk(view) else holder if stays else frozenset(),
        "case": holder if stays else frozenset(),
    }
