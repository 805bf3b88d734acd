"""Who may see a case and who may act on it: the one question asked by commands, documents, files and reads alike."""

from __future__ import annotations

from domain.actors import Actor, Role
from domain.case.acts import ACTS, ENDED, NEEDS_CLAIM, STAGE_OF_ACT, acts_for
from domain.case.state import Case, due_step
from domain.catalogue.items import ServiceItem
from domain.refusals import AlreadyClaimed, CaseIsClosed, Forbidden, NotFound, StateChanged

SEES_ALL = frozenset({Role.LEAD, Role.AUDITOR, Role.CENTRE})


def may_see(actor: Actor, case: Case, item: ServiceItem) -> bool:
    """Whether `actor` may see the case: its applicant and agent, roles of its route, leads and auditors."""
    if not case.is_filed:
        return False
    if actor.is_resident:
        return case.belongs_to(actor.id)
    if actor.roles & SEES_ALL:
        return True
    return any(Role(step.role) in actor.roles for step in item.route)


def require_act(act: str, actor: Actor, case: Case, item: ServiceItem) -> None:
    """Let `actor` do `act` on the case as it stands, or say why not.

    Raises:
        NotFound: there is no such case, or none the actor may know of.
        CaseIsClosed: it has ended and the act would change it.
        StateChanged: the act does not fit the state any more.
        Forbidden: the act fits, but not for this role or person.
        AlreadyClaimed: a colleague holds the claim that the act needs.
    """
    if case.status is None or not may_see(actor, case, item):
        raise NotFound
    step = due_step(item, case)
    allowed = acts_for(
        case.status,
        applicant=actor.is_resident and case.belongs_to(actor.id),
        roles=frozenset(role.value for role in actor.roles),
        step_role=step.role if step else None,
        step_stage=step.stage if step else None,
    )
    if act not in allowed:
        _refuse(act, case, due_stage=step.stage if step else None)
    if act in NEEDS_CLAIM and case.claimed_by not in (None, actor.id):
        raise AlreadyClaimed(by=str(case.claimed_by))


def _refuse(act: str, case: Case, *, due_stage: str | None) -> None:
    assert case.status is not None
    if act in ACTS[case.status] and STAGE_OF_ACT.get(act, due_stage) == due_stage:
        raise Forbidden(act=act)
    if case.status in ENDED:
        raise CaseIsClosed(status=case.status.value)
    raise StateChanged(status=case.status.value)
