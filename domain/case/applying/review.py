"""How facts on the way through the offices change a case; applying only assigns."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from domain.calendar.limits import Due
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.standing import Case, Extension, Procedure

ONE_DAY = timedelta(days=1)


def reviewed(fact: f.CaseReviewed, case: Case, by: UUID) -> Case:
    """The next step is due."""
    return _step_on(case, case.reviews_done + 1, fact.step_due, by)


def handed_back(fact: f.CaseHandedBack, case: Case, by: UUID) -> Case:
    """The step before is due again."""
    return _step_on(case, case.reviews_done - 1, fact.step_due, by)


def _step_on(case: Case, reviews_done: int, step_due: Due | None, by: UUID) -> Case:
    return replace(
        case,
        reviews_done=reviews_done,
        step_due=step_due,
        step_overdue=False,
        claimed_by=None,
        claim_until=None,
        handed_over=None,
        doer=by,
    )


def procedure_begun(fact: f.ProcedureBegun, case: Case, _: UUID) -> Case:
    """The clock stands still."""
    begun = Procedure(fact.begins_on, fact.ends_on, fact.kind, fact.step)
    procedures = {**case.procedures, fact.procedure: begun}
    return _clocked(case, procedures, fact.promised, fact.statutory)


def procedure_prolonged(fact: f.ProcedureProlonged, case: Case, _: UUID) -> Case:
    """The clock stands still longer; days between the old end and the new beginning had counted."""
    known = case.procedures[fact.procedure]
    earlier, begins_on = known.earlier, known.begins_on
    if fact.begins_on > known.ends_on + ONE_DAY:
        earlier, begins_on = (*earlier, (known.begins_on, known.ends_on)), fact.begins_on
    longer = replace(known, earlier=earlier, begins_on=begins_on, ends_on=fact.ends_on, overran=False)
    return _clocked(case, {**case.procedures, fact.procedure: longer}, fact.promised, fact.statutory)


def procedure_ended(fact: f.ProcedureEnded, case: Case, _: UUID) -> Case:
    """The clock runs again, unless another procedure goes on."""
    ended = replace(case.procedures[fact.procedure], ended_on=fact.ended_on)
    after = _clocked(case, {**case.procedures, fact.procedure: ended}, fact.promised, fact.statutory)
    return replace(after, step_due=fact.step_due, step_overdue=False) if fact.step_due else after


def procedure_overran(fact: f.ProcedureOverran, case: Case, _: UUID) -> Case:
    """It no longer stops the clock."""
    overran = replace(case.procedures[fact.procedure], overran=True)
    return _clocked(case, {**case.procedures, fact.procedure: overran}, case.promised, case.statutory)


def _clocked(case: Case, procedures: dict[UUID, Procedure], promised: Due | None, statutory: Due | None) -> Case:
    stopped = any(one.protects for one in procedures.values())
    status = CaseStatus.SUSPENDED if stopped else CaseStatus.ACCEPTED
    return replace(case, status=status, procedures=procedures, promised=promised, statutory=statutory)


def extension_asked(fact: f.ExtensionAsked, case: Case, by: UUID) -> Case:
    """Somebody else must answer."""
    return replace(case, extension=Extension(fact.working_days, by))


def extension_approved(fact: f.ExtensionApproved, case: Case, _: UUID) -> Case:
    """There is more time, once."""
    extension = Extension(fact.working_days, fact.asked_by, approved=True)
    return replace(case, extension=extension, promised=fact.promised, statutory=fact.statutory)


def extension_refused(_: f.ExtensionRefused, case: Case, __: UUID) -> Case:
    """It may be asked for again."""
    return replace(case, extension=None)


def converted(fact: f.CaseConverted, case: Case, _: UUID) -> Case:
    """It is a promised case now; alarms of the new promise are still to be given."""
    alarmed = frozenset(alarm for alarm in case.alarmed if alarm[0] != "promised")
    return replace(case, converted=True, promised=fact.promised, statutory=fact.statutory, alarmed=alarmed)


def terminated(_: f.CaseTerminated, case: Case, by: UUID) -> Case:
    """It ended without a decision; procedures and more time stay as they were, for it may be undone."""
    return replace(_ended(case), status=CaseStatus.TERMINATED, doer=by)


def returned(_: f.CaseReturned, case: Case, __: UUID) -> Case:
    """The papers went back."""
    return replace(_ended(case), status=CaseStatus.RETURNED)


def reopened(fact: f.CaseReopened, case: Case, _: UUID) -> Case:
    """It is worked on again."""
    changed = replace(
        case,
        status=CaseStatus(fact.status),
        evidence=False,
        alarmed=frozenset(),
        step_due=fact.step_due,
        step_overdue=False,
        sampling_due=False,
        doer=None,
    )
    if fact.status == CaseStatus.CORRECTION:
        return replace(changed, respond_by=fact.respond_by)
    if fact.status == CaseStatus.FILED:
        return replace(changed, lapses=fact.respond_by)
    if fact.status == CaseStatus.RECEIVED:
        return replace(
            changed,
            notice=fact.notice,
            answer_by=fact.answer_by or fact.notice or case.answer_by,
            received_at=_begun(fact.notice, case.received_at),
        )
    return replace(
        changed,
        promised=fact.promised,
        statutory=fact.statutory,
        since=_begun(fact.promised, case.since),
        procedures={},
        extension=None,
        reopened=True,
    )


def _begun(due: Due | None, before: datetime | None) -> datetime | None:
    """When the limits began that a reopening gives; as before on facts that do not say it."""
    return due.limit.since if due is not None and due.limit is not None else before


def reopening_refused(_: f.ReopeningRefused, case: Case, __: UUID) -> Case:
    """Somebody has looked at the evidence."""
    return replace(case, evidence=False)


def overdue(fact: f.CaseOverdue, case: Case, _: UUID) -> Case:
    """Flagged for good; dates that a reopening gives are other ones."""
    return replace(case, missed=case.missed | {(fact.clock, fact.due.at)})


def neared(fact: f.DeadlineNeared, case: Case, _: UUID) -> Case:
    """The alarm was given."""
    return replace(case, alarmed=case.alarmed | {(fact.clock, fact.share)})


def step_overdue(_: f.StepOverdue, case: Case, __: UUID) -> Case:
    """The due step took too long."""
    return replace(case, step_overdue=True)


def gap_overdue(fact: f.GapOverdue, case: Case, _: UUID) -> Case:
    """A promised material did not come in time."""
    return replace(case, gaps={**case.gaps, fact.material: replace(case.gaps[fact.material], overdue=True)})


def recomputed(fact: f.DeadlineRecomputed, case: Case, __: UUID) -> Case:
    """Dates that have not passed are counted anew."""
    for moved in fact.moved:
        kind, _, material = moved.clock.partition(":")
        if kind == "gap":
            gap = replace(case.gaps[material], due=moved.after)
            case = replace(case, gaps={**case.gaps, material: gap})
        else:
            case = replace(case, **{moved.clock: moved.after})
    return case


def _ended(case: Case) -> Case:
    return replace(case, claimed_by=None, claim_until=None, handed_over=None, doer=None)
