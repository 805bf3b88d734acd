"""What the centre says of the case: accepted, declined, sent to another office, decided, looked at again, undone."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from domain.case import facts as f
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Decision, Evidence, Finding, Notice, Undone


def _accepted(fact: f.CaseAccepted, view: CaseView, at: At) -> CaseView:
    return replace(
        view,
        checked=fact.checked,
        reached=at.reached(view, "accepted"),
        done=at.done(view, "accept"),
        gaps_closed={},
        returned=False,
    )


def _declined(_: f.CaseDeclined, view: CaseView, at: At) -> CaseView:
    words = at.words()
    decision = Decision("declined", at.when, at.by_name(), words.get("reason", ""), "", words.get("remedy", ""))
    return replace(view, decision=decision, reached=at.reached(view, "decided"))


def _redirected(fact: f.CaseRedirected, view: CaseView, at: At) -> CaseView:
    words = at.words()
    reason, how = words.get("reason", ""), words.get("how", "")
    decision = Decision("redirected", at.when, at.by_name(), reason, "", "", office=fact.office, how=how)
    return replace(view, decision=decision, reached=at.reached(view, "ended"))


def _decided(fact: f.CaseDecided, view: CaseView, at: At) -> CaseView:
    outcome: Literal["granted", "rejected"] = "granted" if fact.outcome == "granted" else "rejected"
    decision = replace(_in_words(outcome, at), delay=at.text("delay"))
    return replace(view, decision=decision, reached=at.reached(view, "decided"), done=at.done(view, "decide"))


def _revoked(_: f.CaseRevoked, view: CaseView, at: At) -> CaseView:
    """Whether to take it up again is no question any more."""
    return replace(view, revocation=_in_words("revoked", at), evidence=_unasked(view))


def _in_words(outcome: Literal["granted", "rejected", "revoked"], at: At) -> Decision:
    words = at.words()
    return Decision(
        outcome,
        at.when,
        at.by_name(),
        words.get("reason", ""),
        words.get("basis", ""),
        words.get("remedies", ""),
    )


def _sampled(fact: f.CaseSampled, view: CaseView, at: At) -> CaseView:
    found = Finding(at.when, at.by_name(), "sample", "", at.text("words"), fact.sound)
    return replace(view, findings=(*view.findings, found))


_STEP_OF = {
    "case.request-correction": "correction",
    "case.accept": "accepted",
    "case.decide": "decided",
    "case.decline": "decided",
    "case.redirect": "ended",
    "case.terminate": "ended",
    "case.deliver": "delivered",
}
"""The step of the applicant's line that an act reaches."""
_STAGE_OF = {"case.accept": "accept", "case.decide": "decide", "case.deliver": "deliver"}


def _undone(fact: f.ActUndone, view: CaseView, at: At) -> CaseView:
    """What was said with the act that was taken back is not said any more."""
    step, stage = _STEP_OF[fact.act], _STAGE_OF.get(fact.act)
    undone = replace(
        view,
        undone=(*view.undone, Undone(at.when, at.by_name(), fact.act, at.text("words"))),
        reached={id: moment for id, moment in view.reached.items() if id != step},
        done={id: done for id, done in view.done.items() if id != stage},
    )
    if fact.act != "case.deliver":  # what came after the end is part of the set again
        undone = replace(undone, evidence=_unasked(view))
    match fact.act:
        case "case.request-correction":
            return replace(undone, notices=_taken_back(view))
        case "case.deliver":
            sent = replace(view.sent, method="", delivered_at=None, receiver="", receiver_name="")
            return replace(undone, sent=sent)
        case "case.accept":
            return replace(undone, gaps_closed={})
        case _:
            return replace(undone, decision=None)


def _unasked(view: CaseView) -> tuple[Evidence, ...]:
    """What came after the end, of which nobody is asked any more whether it changes anything."""
    return tuple(replace(one, outcome="") if one.outcome == "waiting" else one for one in view.evidence)


def _taken_back(view: CaseView) -> tuple[Notice, ...]:
    *earlier, last = view.notices
    return (*earlier, replace(last, taken_back=True))


FAMILY: Family = {
    f.CaseAccepted: Handling(_accepted, values=("case_number", "deemed")),
    f.CaseDeclined: Handling(_declined),
    f.CaseRedirected: Handling(_redirected, values=("office",)),
    f.CaseDecided: Handling(_decided, values=("outcome",)),
    f.CaseSampled: Handling(_sampled, values=("sound",), told=False),
    f.ActUndone: Handling(_undone, values=("act",)),
    f.CaseRevoked: Handling(_revoked),
}
