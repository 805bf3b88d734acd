"""How facts of the window change a case; applying only assigns."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.standing import Case, Gap


def verified(fact: f.PagesVerified, case: Case, _: UUID) -> Case:
    """Pages were looked at."""
    return replace(case, verdicts={**case.verdicts, **{verdict.file: verdict for verdict in fact.verdicts}})


def second_notice_asked(_: f.SecondNoticeAsked, case: Case, by: UUID) -> Case:
    """A lead should look."""
    return replace(case, second_notice_asked_by=by)


def second_notice_approved(_: f.SecondNoticeApproved, case: Case, by: UUID) -> Case:
    """Another notice may go out."""
    return replace(case, second_notice=by)


def correction(fact: f.CorrectionRequested, case: Case, by: UUID) -> Case:
    """The applicant's turn."""
    return replace(
        case,
        status=CaseStatus.CORRECTION,
        open_defects=fact.defects,
        respond_by=fact.respond_by,
        notices=case.notices + 1,
        second_notice=None,
        second_notice_asked_by=None,
        claimed_by=None,
        claim_until=None,
        handed_over=None,
        last_handler=by,
        doer=by,
    )


def accepted(fact: f.CaseAccepted, case: Case, by: UUID) -> Case:
    """The case is in review."""
    return replace(
        case,
        status=CaseStatus.ACCEPTED,
        case_number=fact.case_number,
        minted=fact.case_number,
        accepted_by=by,
        deemed=fact.deemed,
        since=fact.since,
        promised=fact.promised,
        statutory=fact.statutory,
        step_due=fact.step_due,
        step_overdue=False,
        alarmed=case.alarmed if fact.since == case.received_at else frozenset(),
        order=fact.order,
        street_role=fact.street_role,
        route=fact.route,
        gaps={gap.material: Gap(gap.due) for gap in fact.gaps},
        claimed_by=None,
        claim_until=None,
        handed_over=None,
        doer=by,
    )


def declined(_: f.CaseDeclined, case: Case, by: UUID) -> Case:
    """Not taken on."""
    return replace(case, status=CaseStatus.DECLINED, claimed_by=None, claim_until=None, handed_over=None, doer=by)


def redirected(_: f.CaseRedirected, case: Case, by: UUID) -> Case:
    """Another office is competent."""
    return replace(case, status=CaseStatus.REDIRECTED, claimed_by=None, claim_until=None, handed_over=None, doer=by)


def voided(_: f.CaseVoided, case: Case, __: UUID) -> Case:
    """Struck out."""
    return replace(case, status=CaseStatus.VOIDED, claimed_by=None, claim_until=None, handed_over=None, doer=None)


def suspected(fact: f.DuplicateSuspected, case: Case, _: UUID) -> Case:
    """Somebody must look whether it is the same matter."""
    return replace(case, suspects=case.suspects | {fact.other})


def looked_at(fact: f.DuplicateCleared | f.DuplicateAbsorbed, case: Case, _: UUID) -> Case:
    """Somebody has looked."""
    return replace(case, suspects=case.suspects - {fact.other})


def agency_ended(fact: f.AgencyEnded, case: Case, _: UUID) -> Case:
    """The agent may no longer act."""
    return replace(case, agent=None, former_agents=case.former_agents | {fact.agent})


def reused(fact: f.CopyReused, case: Case, _: UUID) -> Case:
    """A checked copy serves; one that was attached later brings its pages."""
    kept = tuple(page for page in case.pages if page.file not in fact.replaces)
    return replace(case, reused=case.reused | {fact.material}, pages=(*kept, *fact.pages))


def looked_up(fact: f.RegisterLookedUp, case: Case, _: UUID) -> Case:
    """A register was asked."""
    looked_up = {**case.looked_up, fact.material: fact.outcome}
    return replace(case, looked_up=looked_up, asked=case.asked - {fact.material})


def register_asked(fact: f.RegisterAsked, case: Case, _: UUID) -> Case:
    """A register is asked once more; what it said last counts until it answers."""
    return replace(case, asked=case.asked | {fact.material})


def gap_closed(fact: f.GapClosed, case: Case, _: UUID) -> Case:
    """A promise is dealt with."""
    return replace(case, gaps={**case.gaps, fact.material: replace(case.gaps[fact.material], outcome=fact.outcome)})


def unchanged(_: object, case: Case, __: UUID) -> Case:
    """Words and views change nothing that decisions look at."""
    return case
