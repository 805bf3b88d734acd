"""Decisions that decide a case, and those that look at a decision again: undo, sample, verify, revoke."""

from __future__ import annotations

from domain.calendar.reckoning import has_passed
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import UNDOES
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import dates
from domain.case.deciding.guards import Recorded, claimed, opened, reason, require_fresh, require_words, sealed
from domain.case.state import Case
from domain.refusals import (
    CannotBeUndone,
    DelayUnexplained,
    NoCommitment,
    NothingToSample,
    ProcedureRuns,
    StateChanged,
    UndoTooLate,
)
from domain.rights.cases import require_separate


@decide.register
def _(command: c.DecideCase, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    require_separate(call.by, case, item)
    if case.running:
        raise ProcedureRuns
    require_fresh(call, bench)
    given = {"reason": command.reason, "basis": command.basis, "remedies": command.remedies}
    if command.outcome == "rejected":
        require_words(given)
    late = missed(case, bench)
    is_late = bool(case.late or late)
    if is_late and not command.delay.strip():
        raise DelayUnexplained
    decided = f.CaseDecided(
        outcome=command.outcome,
        words=sealed(case, given) if any(given.values()) else None,
        delay=sealed(case, command.delay) if is_late else None,
        sampling_due=case.accepted_by == call.by.id,
        deliver_by=dates.deliver_by(item, bench) if command.outcome == "granted" else None,
    )
    flags: Recorded = [(call.lane, fact) for fact in late]
    return [*before, *flags, (call.lane, decided)]


def missed(case: Case, bench: Bench) -> list[f.CaseOverdue]:
    """Limits that have passed and are not flagged yet."""
    dues = {"promised": case.promised, "statutory": case.statutory}
    return [
        f.CaseOverdue(clock=clock, due=due)
        for clock, due in dues.items()
        if due is not None and clock not in case.late and has_passed(due, bench.now)
    ]


# Corrections of a wrong act


@decide.register
def _(command: c.UndoAct, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    assert case.status is not None
    if command.wrong != UNDOES[case.status]:
        raise StateChanged(status=case.status.value)
    _require_undoable(case, command.wrong, bench)
    renewed = command.wrong in ("case.decline", "case.redirect")
    due_again = command.wrong in ("case.decide", "case.terminate")
    undone = f.ActUndone(
        act=command.wrong,
        words=reason(case, command.reason),
        notice=dates.notice(bench) if renewed else None,
        answer_by=dates.answer_by(item, bench) if renewed else None,
        step_due=dates.review_due(item, case.reviews_done, bench) if due_again else None,
    )
    return [(call.lane, undone)]


def _require_undoable(case: Case, wrong: str, bench: Bench) -> None:
    """An act is undone only while nothing rests on it, and while the centre may still act otherwise."""
    gone_on = case.reviews_done > 0 or case.procedures or case.extension or case.converted
    if wrong == "case.accept" and (gone_on or case.deemed or case.reopened):
        raise CannotBeUndone
    answered = wrong in ("case.accept", "case.request-correction")
    if answered and case.notice is not None and has_passed(case.notice, bench.now):
        raise UndoTooLate


# Looking again


@decide.register
def _(command: c.SampleCase, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if not case.sampling_due or case.decided_by == call.by.id:
        raise NothingToSample
    return [(call.lane, f.CaseSampled(sound=command.sound, words=reason(case, command.findings)))]


@decide.register
def _(command: c.VerifyCommitment, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if command.material not in case.declarations:
        raise NoCommitment
    words = reason(case, command.findings)
    return [(call.lane, f.CommitmentVerified(material=command.material, true=command.true, words=words))]


@decide.register
def _(command: c.RevokeResult, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    require_fresh(call, bench)
    given = {"reason": command.reason, "basis": command.basis, "remedies": command.remedies}
    require_words(given)
    return [(call.lane, f.CaseRevoked(words=sealed(case, given)))]
