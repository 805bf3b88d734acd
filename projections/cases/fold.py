"""A case after one more fact: the families put together."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from domain.actors import Role
from domain.case.state import FACTS, evolve
from domain.facts import Fact, tag_of
from projections.cases import clocks, correspondence, deciding, desk, intake, materials, procedure, results, telling
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Moment

FAMILIES: tuple[Family, ...] = (
    intake.FAMILY,
    materials.FAMILY,
    desk.FAMILY,
    correspondence.FAMILY,
    procedure.FAMILY,
    clocks.FAMILY,
    deciding.FAMILY,
    results.FAMILY,
    telling.FAMILY,
)

HANDLINGS: Family = {kind: handling for family in FAMILIES for kind, handling in family.items()}
"""Every fact that shows in a case, with its one handling."""

BESIDE: frozenset[type[Fact]] = frozenset(HANDLINGS) - frozenset(FACTS)
"""Facts that show in a case and stand on a stream beside it; `position` in each names a fact of the case's own."""


def fold(view: CaseView, at: At) -> CaseView:
    """The view after one more fact; a fact at or before the view's position changes nothing."""
    if at.position <= view.position:
        return view
    fact = at.envelope.fact
    handling = HANDLINGS[type(fact)]
    name = at.by_name()
    moment = (_moment(fact, at, view, handling, name),) if handling.in_timeline else ()
    moved = replace(
        view,
        position=at.position,
        told=at.position if handling.told else view.told,
        timeline=(*view.timeline, *moment) if handling.told else view.timeline,
        internal=view.internal if handling.told else (*view.internal, *moment),
        last_handler=at.meta.actor if name else view.last_handler,
        names={**view.names, at.meta.actor: name} if name else view.names,
    )
    if type(fact) not in BESIDE:
        state = evolve(fact, view.state, by=at.meta.actor)
        moved = clocks.timed(replace(moved, state=state, changed_at=at.when), view, at)
    return handling.change(fact, moved, at)


def _moment(fact: Fact, at: At, view: CaseView, handling: Handling, name: str) -> Moment:
    who: Literal["applicant", "staff", "centre"] = "staff" if name else "applicant"
    if at.meta.role == Role.CENTRE:
        who = "centre"
    return Moment(at.position, at.when, tag_of(fact), who, name, at.meta.role, handling.sentence(fact, view))
