"""Decisions on taking an ended case up again."""

from __future__ import annotations

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import dates, papers
from domain.case.deciding.guards import opened, reason
from domain.case.state import Case, evolve
from domain.refusals import NoNewEvidence

_UNDECIDED = (CaseStatus.DECLINED, CaseStatus.REDIRECTED)


@decide.register
def _(command: c.ReopenCase, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    by_applicant = call.by.is_resident
    words = None if by_applicant else reason(case, command.reason)
    match case.status:
        case CaseStatus.RETURNED:
            due = dates.respond_by(bench)
            return [(call.lane, f.CaseReopened(status=CaseStatus.CORRECTION.value, words=words, respond_by=due))]
        case CaseStatus.LAPSED:
            due = dates.lapses(bench)
            again = f.CaseReopened(status=CaseStatus.FILED.value, words=words, respond_by=due)
            after = evolve(again, case, by=call.by.id)  # what had been awaited may have come meanwhile
            return [(call.lane, again), *papers.completed(call.lane, after, item, bench)]
        case _:
            _require_evidence(case)
    if case.status in _UNDECIDED:
        again = f.CaseReopened(
            status=CaseStatus.RECEIVED.value,
            words=words,
            notice=dates.notice(bench),
            answer_by=dates.answer_by(item, bench),
        )
    else:
        converted = dates.converted(item, bench.now, bench)[1] if case.converted else None
        again = f.CaseReopened(
            status=CaseStatus.ACCEPTED.value,
            words=words,
            promised=converted or dates.promised(item, bench.now, bench),
            statutory=dates.statutory(item, bench.now, bench),
            step_due=dates.review_due(item, case.reviews_done, bench),
        )
    return [(call.lane, again)]


def _require_evidence(case: Case) -> None:
    if not case.evidence:
        raise NoNewEvidence


@decide.register
def _(command: c.RefuseReopening, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    _require_evidence(case)
    return [(call.lane, f.ReopeningRefused(words=reason(case, command.reason)))]
