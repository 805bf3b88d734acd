"""Who may see a case and who may act on it: the one question asked by commands, documents, files and reads alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.actors import Actor, Role, office_of, roles_of
from domain.case.acts import ACTS, ENDED, STAGE_OF_ACT, CaseStatus, Standing, allowed, may_do, needs_claim
from domain.case.state import Case, due_step
from domain.catalogue.items import ServiceItem
from domain.refusals import AcceptorCannotDecide, AlreadyClaimed, CaseIsClosed, Forbidden, NotFound, StateChanged
from domain.rights.table import may
from domain.staff.staff import Staff

ENDING = frozenset({"case.withdraw", "case.decide"})
"""Acts that end a case: where the centre ended it otherwise first, their authors have to look at what it decided."""


def may_see(actor: Actor, case: Case, item: ServiceItem, *, through: bool = False) -> bool:
    """Whether `actor` may see the case: its applicant and agent, roles and leads of its route's offices, auditors.

    Args:
        actor: with the roles held now.
        case: as it stands.
        item: its item, with the case's route.
        through: whether the actor has broken the glass for it, and the time for that is not over.
    """
    return case.is_filed and may("case.see", actor, own=through or _concerns(actor, case, item))


def _concerns(actor: Actor, case: Case, item: ServiceItem) -> bool:
    if actor.is_resident:
        return case.belongs_to(actor.id)
    roles = roles_of(tuple(step.role for step in item.route))
    return actor.office in {office_of(role) for role in roles} and not actor.roles.isdisjoint(roles | {Role.LEAD})


def sees_numbers(actor: Actor, case: Case) -> bool:
    """Whether personal numbers of the case are shown in full: to its own people, and to whoever works on it now."""
    own = case.belongs_to(actor.id) if actor.is_resident else case.claimed_by == actor.id
    return may("case.numbers", actor, own=own)


def allowed_acts(actor: Actor, case: Case, item: ServiceItem, *, through: bool = False) -> tuple[str, ...]:
    """The acts that the table gives `actor` on the case as it stands, whoever holds the claim."""
    if case.status is None or not may_see(actor, case, item, through=through):
        return ()
    return allowed(case.status, _standing(actor, case, item))


def require_act(act: str, actor: Actor, case: Case, item: ServiceItem, *, through: bool = False) -> None:
    """Let `actor` do `act` on the case as it stands, or say why not.

    Raises:
        NotFound: there is no such case, or none the actor may know of.
        CaseIsClosed: it has ended and the act would change it.
        StateChanged: the act does not fit the state any more.
        Forbidden: the act fits, but not for this role or person.
        AlreadyClaimed: a colleague holds the claim that the act needs.
    """
    if case.status is None or not may_see(actor, case, item, through=through):
        raise NotFound
    standing = _standing(actor, case, item)
    if not may_do(act, case.status, standing):
        _refuse(act, case.status, due_stage=standing.step_stage)
    if case.claimed_by not in (None, actor.id) and needs_claim(act, case.status, standing):
        raise AlreadyClaimed(by=str(case.claimed_by))


def claims_for(act: str, actor: Actor, case: Case, item: ServiceItem) -> bool:
    """Whether `act`, done by `actor` on a case that nobody holds, makes the case theirs."""
    return case.status is not None and needs_claim(act, case.status, _standing(actor, case, item))


def require_certificates(staff: Staff, item: ServiceItem, certificates: Iterable[str], *, on: date) -> None:
    """Whoever works on an item at the window holds what it asks for.

    Raises:
        NotQualified: a certificate is missing or has expired.
    """
    for certificate in certificates:
        staff.require_qualification(item.id, on=on, by=certificate)


def require_separate(actor: Actor, case: Case, item: ServiceItem) -> None:
    """Whoever accepted a case does not decide it, unless the item lets one person do both.

    Raises:
        AcceptorCannotDecide: they accepted it.
    """
    if case.accepted_by == actor.id and not item.one_person:
        raise AcceptorCannotDecide


def _standing(actor: Actor, case: Case, item: ServiceItem) -> Standing:
    step = due_step(item, case)
    return Standing(
        applicant=actor.is_resident and case.belongs_to(actor.id),
        roles=actor.roles,
        step_role=step.role if step else None,
        step_stage=step.stage if step else None,
        doer=not actor.is_resident and case.doer == actor.id,
    )


def _refuse(act: str, status: CaseStatus, *, due_stage: str | None) -> None:
    if act in ACTS[status] and STAGE_OF_ACT.get(act, due_stage) == due_stage:
        raise Forbidden(act=act)
    if status in ENDED and (act not in ENDING or status is CaseStatus.WITHDRAWN):
        raise CaseIsClosed(status=status.value)
    raise StateChanged(status=status.value)
