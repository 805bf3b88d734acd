"""The way of an accepted case: steps, special procedures, more time, its end without a decision, taken up again."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.calendar.limits import local_day
from domain.case import facts as f
from domain.case.acts import CaseStatus
from projections.cases.clocks import with_new_answer_date
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Decision, Evidence, Extension, Finding, Migration, Opinion, Procedure, Reopened


def _reviewed(fact: f.CaseReviewed, view: CaseView, at: At) -> CaseView:
    opinion = Opinion(fact.step, at.when, at.by_name(), at.text("opinion"))
    return replace(view, opinions=(*view.opinions, opinion), done=at.done(view, fact.step))


def _handed_back(fact: f.CaseHandedBack, view: CaseView, at: At) -> CaseView:
    opinion = Opinion(fact.step, at.when, at.by_name(), at.text("words"), fact.to)
    left = {id: done for id, done in view.done.items() if id not in (fact.step, fact.to)}
    return replace(view, opinions=(*view.opinions, opinion), done=left)


def _begun(fact: f.ProcedureBegun, view: CaseView, at: At) -> CaseView:
    begun = Procedure(
        id=fact.procedure,
        kind=fact.kind,
        step=fact.step,
        basis=fact.basis,
        begins_on=fact.begins_on,
        ends_on=fact.ends_on,
        ended_on=None,
        overran=False,
        prolonged=0,
        words=(at.text("words"),),
        by_name=at.by_name(),
    )
    return replace(view, procedures=(*view.procedures, begun), reached=at.reached(view, "procedure"))


def _prolonged(fact: f.ProcedureProlonged, view: CaseView, at: At) -> CaseView:
    one = _procedure(fact.procedure, view)
    words = (*one.words, at.text("words"))
    return _with(replace(one, ends_on=fact.ends_on, overran=False, prolonged=one.prolonged + 1, words=words), view)


def _procedure_ended(fact: f.ProcedureEnded, view: CaseView, at: At) -> CaseView:
    ended = _with(replace(_procedure(fact.procedure, view), ended_on=fact.ended_on), view)
    findings = at.text("findings")
    found = Finding(at.when, at.by_name(), "procedure", str(fact.procedure), findings, None)
    return replace(ended, findings=(*view.findings, found)) if findings else ended


def _overran(fact: f.ProcedureOverran, view: CaseView, _: At) -> CaseView:
    return _with(replace(_procedure(fact.procedure, view), overran=True), view)


def _procedure(id: UUID, view: CaseView) -> Procedure:
    return next(one for one in view.procedures if one.id == id)


def _with(procedure: Procedure, view: CaseView) -> CaseView:
    return replace(view, procedures=tuple(procedure if p.id == procedure.id else p for p in view.procedures))


def _extension_asked(fact: f.ExtensionAsked, view: CaseView, at: At) -> CaseView:
    asked = Extension(
        working_days=fact.working_days,
        state="asked",
        asked_at=at.when,
        asked_by_name=at.by_name(),
        answered_at=None,
        answered_by_name="",
        words=at.text("words"),
    )
    return replace(view, extensions=(*view.extensions, asked))


def _extension_answered(fact: f.ExtensionApproved | f.ExtensionRefused, view: CaseView, at: At) -> CaseView:
    *earlier, last = view.extensions
    answered = replace(
        last,
        state="approved" if isinstance(fact, f.ExtensionApproved) else "refused",
        answered_at=at.when,
        answered_by_name=at.by_name(),
        words=at.text("words"),
    )
    return replace(view, extensions=(*earlier, answered))


def _migrated(fact: f.CaseMigrated, view: CaseView, at: At) -> CaseView:
    moved = Migration(at.when, at.by_name(), fact.from_version, fact.to_version, at.text("words"))
    return replace(view, migrations=(*view.migrations, moved))


def _terminated(fact: f.CaseTerminated, view: CaseView, at: At) -> CaseView:
    decision = Decision("terminated", at.when, at.by_name(), at.text("words"), "", "", cause=fact.cause)
    return replace(view, decision=decision, reached=at.reached(view, "ended"))


def _returned(_: f.CaseReturned, view: CaseView, at: At) -> CaseView:
    return replace(view, reached=at.reached(view, "ended"))


def _reopened(_: f.CaseReopened, view: CaseView, at: At) -> CaseView:
    """It goes on where it was; what was decided before is told by the timeline alone."""
    status = view.state.status
    assert status is not None
    again = Reopened(at.when, at.by_name(), status.value, at.text("words"))
    reached = {step: moment for step, moment in view.reached.items() if step not in ("decided", "ended", "delivered")}
    on = replace(
        view,
        decision=None,
        reopened=(*view.reopened, again),
        reached=reached,
        done={id: done for id, done in view.done.items() if id != "decide"},
        evidence=_looked_at(view, reopened=True),
    )
    if status is CaseStatus.ACCEPTED:  # procedures and more time of the earlier round are over with it
        over = tuple(
            one if one.ended_on else replace(one, ended_on=min(local_day(at.when), one.ends_on))
            for one in view.procedures
        )
        on = replace(on, procedures=over, extensions=())
    return with_new_answer_date(on, at)


def _reopening_refused(_: f.ReopeningRefused, view: CaseView, at: At) -> CaseView:
    return replace(view, evidence=_looked_at(view, reopened=False, words=at.text("words")))


def _looked_at(view: CaseView, *, reopened: bool, words: str = "") -> tuple[Evidence, ...]:
    return tuple(
        replace(one, outcome="reopened" if reopened else "unchanged", words=words) if one.outcome == "waiting" else one
        for one in view.evidence
    )


FAMILY: Family = {
    f.CaseReviewed: Handling(_reviewed, values=("step",)),
    f.CaseHandedBack: Handling(_handed_back, values=("step", "to")),
    f.ProcedureBegun: Handling(_begun, values=("kind", "ends_on")),
    f.ProcedureProlonged: Handling(_prolonged, values=("ends_on",)),
    f.ProcedureEnded: Handling(_procedure_ended, values=("ended_on",)),
    f.ProcedureOverran: Handling(_overran, values=("ends_on",)),
    f.ExtensionAsked: Handling(_extension_asked, values=("working_days",), told=False),
    f.ExtensionApproved: Handling(_extension_answered, values=("working_days",)),
    f.ExtensionRefused: Handling(_extension_answered, told=False),
    f.CaseConverted: Handling(values=("working_days",)),
    f.CaseMigrated: Handling(_migrated, values=("from_version", "to_version")),
    f.CaseTerminated: Handling(_terminated, values=("cause",)),
    f.CaseReturned: Handling(_returned),
    f.CaseReopened: Handling(_reopened, values=("status",)),
    f.ReopeningRefused: Handling(_reopening_refused),
}
