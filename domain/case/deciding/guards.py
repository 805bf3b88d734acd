"""What decisions ask before anything else: may this person do this now, and who holds the case."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from domain.actors import Actor, Role, roles_of
from domain.calendar.hours import working_hours
from domain.case import facts as f
from domain.case.decide import Bench, Call
from domain.case.state import Case, due_step, evolve, handled_item
from domain.catalogue.delegation import route_of
from domain.catalogue.items import ServiceItem
from domain.facts import Fact, Sealed
from domain.refusals import Forbidden, NotFound, PermissionLost, ReasonMissing, Refusal, StaleDecision, StateChanged
from domain.rights import cases as rights
from domain.rights.cases import claims_for, require_act
from domain.staff.staff import Staff

Recorded = list[tuple[UUID, Fact]]
"""Facts with their streams, as they will be recorded."""


class Matter(NamedTuple):
    """A case at hand: as it stands, its item, and facts that come before those of the command."""

    case: Case
    item: ServiceItem
    before: Recorded


def opened(call: Call, bench: Bench) -> Matter:
    """The case and its item, if the author may do the act. A claim whose time is over counts no more.

    Raises:
        Refusal: see `require_act`.
    """
    case = bench.case(call.lane)
    if not case.is_filed:
        raise NotFound
    item = item_of(case, bench)
    before: Recorded = []
    if case.claimed_by and case.claim_until and bench.now >= case.claim_until:
        expired = f.ClaimExpired(staff=case.claimed_by)
        before.append((call.lane, expired))
        case = evolve(expired, case, by=call.by.id)
    _require_right(call, case, item, bench)
    return Matter(case, item, before)


def _require_right(call: Call, case: Case, item: ServiceItem, bench: Bench) -> None:
    """As `require_act`; whoever could do it before something changed meanwhile is told what changed.

    Raises:
        PermissionLost: the act was theirs in a role that was taken away.
        StateChanged: the case has gone on since the state that the author had seen, to a step that is not theirs.
    """
    through = not rights.may_see(call.by, case, item) and _is_through(call, bench)
    try:
        require_act(call.command.act, call.by, case, item, through=through)
    except (NotFound, Forbidden) as refused:
        if isinstance(refused, Forbidden) and call.base is not None and bench.material_since(call.lane, call.base):
            raise StateChanged(status=str(case.status)) from refused
        former = roles_of(bench.staff(call.by.id).former)
        if call.by.is_resident or not former:
            raise
        before = replace(call.by, roles=call.by.roles | former)
        if _is_theirs(call.command.act, before, case, item):
            raise PermissionLost(act=call.command.act) from refused
        raise


def _is_through(call: Call, bench: Bench) -> bool:
    return not call.by.is_resident and bench.glass(call.lane).is_open(call.by.id, now=bench.now)


def _is_theirs(act: str, actor: Actor, case: Case, item: ServiceItem) -> bool:
    """Whether the act is the actor's to do, even where the case does not allow it any more."""
    try:
        require_act(act, actor, case, item)
    except (NotFound, Forbidden):
        return False
    except Refusal:
        return True
    return True


def claimed(call: Call, bench: Bench) -> Matter:
    """As `opened`, for an act that needs the claim: on an unclaimed case the claim is part of the command."""
    case, item, before = opened(call, bench)
    if not claims_for(call.command.act, call.by, case, item):
        return Matter(case, item, before)
    require_qualified(call, case, item, bench)
    if case.claimed_by is None:
        before.append((call.lane, claim(call.by.id, bench)))
    elif case.handed_over is not None and not case.handed_over.opened:
        before.append((call.lane, f.HandOverOpened()))
    return Matter(case, item, before)


def claim(staff: UUID, bench: Bench, *, why: str = "") -> f.CaseClaimed:
    """A claim from now on."""
    hours = bench.centre().practice.claim_working_hours
    return f.CaseClaimed(staff=staff, until=working_hours(bench.calendar(), bench.now, hours), why=why)


def item_of(case: Case, bench: Bench) -> ServiceItem:
    """The item of a filed case, in its version and with its route."""
    return handled_item(bench.item(case.item_id, case.item_version), case)


def certificates(item: ServiceItem, bench: Bench) -> tuple[str, ...]:
    """What a window clerk must hold today to work on the item: delegation orders may ask for more training."""
    return route_of(item, bench.orders(), on=bench.today).certificates


def is_qualified(who: Staff, item: ServiceItem, bench: Bench) -> bool:
    """Whether a member of staff holds today all that the item asks of whoever works on it at the window."""
    return all(who.is_qualified(item.id, on=bench.today, by=one) for one in certificates(item, bench))


def require_qualified(call: Call, case: Case, item: ServiceItem, bench: Bench) -> None:
    """Window clerks need valid certificates for the item; other roles do not.

    Raises:
        NotQualified: one is missing or has expired.
    """
    step = due_step(item, case)
    if step is not None and step.role == Role.WINDOW_CLERK:
        require_certificates(call, item, bench)


def require_certificates(call: Call, item: ServiceItem, bench: Bench) -> None:
    """Whoever works on the item at the window holds what it asks for.

    Raises:
        NotQualified: one is missing or has expired.
    """
    rights.require_certificates(bench.staff(call.by.id), item, certificates(item, bench), on=bench.today)


def require_fresh(call: Call, bench: Bench) -> None:
    """A decisive act must rest on the state its author had seen.

    Raises:
        StaleDecision: something material has happened since.
    """
    if call.base is None:
        return
    if since := bench.material_since(call.lane, call.base):
        raise StaleDecision(happened=list(since))


def require_words(given: dict[str, str]) -> None:
    """A negative answer says why, and what can be done about it.

    Raises:
        ReasonMissing: words are blank; `params["lacking"]` names them.
    """
    if lacking := [name for name, words in given.items() if not words.strip()]:
        raise ReasonMissing(lacking=lacking)


def applicant(case: Case) -> UUID:
    """Whose case it is; under their key words about it are sealed."""
    assert case.applicant is not None
    return case.applicant


def sealed(case: Case, words: str | dict[str, str] | list[str]) -> Sealed:
    """Words about the case, under the applicant's key."""
    return Sealed(applicant(case), value=words)


def sealed_if_any(case: Case, words: str) -> Sealed | None:
    """As `sealed`; None where nothing is said."""
    return sealed(case, words) if words else None


def reason(case: Case, words: str) -> Sealed:
    """A reason that must not be blank, under the applicant's key.

    Raises:
        ReasonMissing: it is.
    """
    require_words({"reason": words})
    return sealed(case, words)
