"""Members of staff, steps of the route and papers, as documents name them."""

from __future__ import annotations

from uuid import UUID

from domain.catalogue.items import RouteStep
from projections.cases.view import CaseView
from projections.documents import HandedOver, Person, StepDue, Text
from projections.lookups import Lookups


def step_due(step: RouteStep | None) -> StepDue | None:
    """The step of the route that is due, as a document names it."""
    return StepDue(step.step, step.role, step.stage, Text(step.name_zh, step.name_en)) if step else None


def person(id: UUID | None, view: CaseView) -> Person | None:
    """Somebody who acted on the case, under the name they then had."""
    return Person(id, view.names.get(id, "")) if id else None


def handed_over(view: CaseView, *, in_full: bool = False) -> HandedOver | None:
    """The hand-over that stands, if one does."""
    given = view.state.handed_over
    if given is None or view.handed_over_at is None:
        return None
    sender, to = (Person(id, view.names.get(id, "")) for id in (given.sender, given.to))
    return HandedOver(sender, to, view.handed_over_at, given.opened, view.handed_over_words if in_full else "")


def material_name(view: CaseView, material: str, lookups: Lookups) -> Text:
    """Name of a paper in the newest version of the item, up to the case's own, that has it."""
    state = view.state
    own = lookups.items.get(f"{state.item_id}@{state.item_version}")
    found = own.material(material) if own else None
    if found is None:
        others = (item for item in lookups.items.values() if item.id == state.item_id)
        earlier = sorted((item for item in others if item.version < state.item_version), key=lambda item: -item.version)
        found = next((named for item in earlier if (named := item.material(material)) is not None), None)
    return Text(found.name_zh, found.name_en) if found else Text(material, material)


def applicant_name(view: CaseView) -> str:
    """Name of the applicant, or of the organisation; empty once it has been erased."""
    return str(view.answers.get("org_name") or view.answers.get("applicant_name") or "")
