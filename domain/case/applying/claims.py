"""How claims and hand-overs change a case; applying only assigns."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.case import facts as f
from domain.case.standing import Case, HandedOver


def claimed(fact: f.CaseClaimed, case: Case, _: UUID) -> Case:
    """Somebody works on it."""
    if case.claimed_by == fact.staff:
        return replace(case, claim_until=fact.until)
    return replace(case, claimed_by=fact.staff, claim_until=fact.until, handed_over=None, take_over=None)


def free(_: f.CaseReleased | f.ClaimExpired | f.ClaimBroken, case: Case, __: UUID) -> Case:
    """Nobody works on it."""
    return replace(case, claimed_by=None, claim_until=None, handed_over=None, take_over=None, withdrawn_from=None)


def handed_over(fact: f.CaseHandedOver, case: Case, by: UUID) -> Case:
    """A colleague has it, and may not have looked yet."""
    given = HandedOver(by, fact.to)
    return replace(case, claimed_by=fact.to, claim_until=fact.until, handed_over=given, take_over=None)


def opened(_: f.HandOverOpened, case: Case, __: UUID) -> Case:
    """The colleague has looked."""
    assert case.handed_over is not None
    return replace(case, handed_over=replace(case.handed_over, opened=True))


def recalled(fact: f.HandOverRecalled, case: Case, by: UUID) -> Case:
    """The sender has it again."""
    return replace(case, claimed_by=by, claim_until=fact.until, handed_over=None, take_over=None)


def given(fact: f.HandOverReturned | f.CaseReassigned, case: Case, _: UUID) -> Case:
    """Somebody was given it."""
    return replace(case, claimed_by=fact.to, claim_until=fact.until, handed_over=None, take_over=None)


def asked_for(_: f.TakeOverAsked, case: Case, by: UUID) -> Case:
    """A colleague would like to have it."""
    return replace(case, take_over=by)


def kept(_: f.TakeOverDeclined, case: Case, __: UUID) -> Case:
    """Whoever holds it goes on."""
    return replace(case, take_over=None)
