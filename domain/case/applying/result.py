"""How decisions and what follows them change a case; applying only assigns."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.standing import Case


def decided(fact: f.CaseDecided, case: Case, by: UUID) -> Case:
    """The clocks of the decision stop."""
    return replace(
        case,
        status=CaseStatus(fact.outcome),
        decided_by=by,
        sampling_due=fact.sampling_due,
        deliver_by=fact.deliver_by,
        delivery_overdue=False,
        step_due=None,
        step_overdue=False,
        claimed_by=None,
        claim_until=None,
        handed_over=None,
        doer=by,
    )


def sampled(_: f.CaseSampled, case: Case, __: UUID) -> Case:
    """Somebody else has looked."""
    return replace(case, sampling_due=False)


def undone(fact: f.ActUndone, case: Case, _: UUID) -> Case:
    """The case stands as before the act."""
    before = replace(case, doer=None, claimed_by=None, claim_until=None, handed_over=None)
    if fact.act != "case.deliver":
        before = replace(before, evidence=False)  # what came after the end is part of the set again
    match fact.act:
        case "case.request-correction":
            return replace(
                before, status=CaseStatus.RECEIVED, open_defects=(), respond_by=None, notices=case.notices - 1
            )
        case "case.accept":
            return replace(
                before,
                status=CaseStatus.RECEIVED,
                case_number=None,
                accepted_by=None,
                since=None,
                promised=None,
                statutory=None,
                step_due=None,
                step_overdue=False,
                gaps={},
                order="",
                street_role="",
                route=(),
            )
        case "case.decide" | "case.terminate":
            suspended = any(one.protects for one in case.procedures.values())
            return replace(
                before,
                status=CaseStatus.SUSPENDED if suspended else CaseStatus.ACCEPTED,
                decided_by=None,
                deliver_by=None,
                delivery_overdue=False,
                sampling_due=False,
                step_due=fact.step_due or case.step_due,
                step_overdue=case.step_overdue and fact.step_due is None,
            )
        case "case.deliver":
            return replace(before, status=case.delivered_from, delivered_from=None)
        case _:
            answer_by = fact.answer_by or fact.notice or case.answer_by
            return replace(before, status=CaseStatus.RECEIVED, notice=fact.notice or case.notice, answer_by=answer_by)


def committed(fact: f.CommitmentVerified, case: Case, _: UUID) -> Case:
    """A commitment was looked at."""
    return replace(case, commitments={**case.commitments, fact.material: fact.true})


def revoked(_: f.CaseRevoked, case: Case, __: UUID) -> Case:
    """The result no longer counts."""
    return replace(case, status=CaseStatus.REVOKED, claimed_by=None, claim_until=None, handed_over=None, doer=None)


def issued(fact: f.ResultIssued, case: Case, _: UUID) -> Case:
    """The result has a number."""
    return replace(
        case, status=CaseStatus.ISSUED, document_number=fact.document_number, prints=1, rendered=False, doer=None
    )


def result_voided(fact: f.ResultVoided, case: Case, _: UUID) -> Case:
    """Another result is to be issued, by a date of its own where the void one had been delivered."""
    return replace(
        case,
        status=CaseStatus.GRANTED,
        document_number=None,
        prints=0,
        rendered=False,
        dispatched=False,
        delivered_from=None,
        deliver_by=fact.deliver_by or case.deliver_by,
        delivery_overdue=case.delivery_overdue and fact.deliver_by is None,
        doer=None,
    )


def reprinted(fact: f.ResultReprinted, case: Case, _: UUID) -> Case:
    """There is one print more."""
    return replace(case, prints=fact.copy)


def rendered(_: f.ResultRendered, case: Case, __: UUID) -> Case:
    """The result exists as a PDF."""
    return replace(case, rendered=True)


def dispatched(_: f.DispatchRequested, case: Case, __: UUID) -> Case:
    """The post is asked."""
    return replace(case, dispatched=True)


def effect_claimed(fact: f.EffectClaimed, case: Case, _: UUID) -> Case:
    """Nobody else does it."""
    return replace(case, effects=case.effects | {(fact.position, fact.channel)})


def effect_uncertain(_: f.EffectUncertain, case: Case, __: UUID) -> Case:
    """The outlet may ask for the post again, once somebody has looked."""
    return replace(case, dispatched=False)


def posted(_: f.CasePosted, case: Case, __: UUID) -> Case:
    """The result is on its way."""
    return replace(case, status=CaseStatus.POSTED, claimed_by=None, claim_until=None, handed_over=None)


def post_returned(_: f.PostReturned, case: Case, __: UUID) -> Case:
    """The result is at the centre again."""
    return replace(case, status=CaseStatus.ISSUED, dispatched=False)


def delivered(_: f.CaseDelivered, case: Case, by: UUID) -> Case:
    """The applicant has the result."""
    return replace(
        case,
        status=CaseStatus.DELIVERED,
        delivered_from=case.status,
        claimed_by=None,
        claim_until=None,
        handed_over=None,
        doer=by,
    )


def delivery_overdue(_: f.DeliveryOverdue, case: Case, __: UUID) -> Case:
    """The result should be delivered by now."""
    return replace(case, delivery_overdue=True)


def archived(fact: f.CaseArchived, case: Case, __: UUID) -> Case:
    """The package is closed."""
    return replace(
        case,
        status=CaseStatus.ARCHIVED,
        evidence=False,
        sampling_due=False,
        doer=None,
        retain_until=fact.retain_until,
    )
