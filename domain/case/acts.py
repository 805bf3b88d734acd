"""The one table from the state of a case to the acts it allows and who may do them; shared with the app."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class CaseStatus(StrEnum):
    """Where a case stands (办件状态). `filed` lasts until its last named photograph has arrived.

    `accepted` is in review; `suspended` is that while a special procedure stops the clock.
    """

    FILED = "filed"
    RECEIVED = "received"
    CORRECTION = "correction"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    GRANTED = "granted"
    REJECTED = "rejected"
    ISSUED = "issued"
    POSTED = "posted"
    DELIVERED = "delivered"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    RETURNED = "returned"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    VOIDED = "voided"
    ARCHIVED = "archived"


class Who(StrEnum):
    """Who may do an act.

    `STEP` is whoever holds the role of the route's due step, for acts that fit its stage; `DOER` is whoever did the act
    that brought the case where it is.
    """

    APPLICANT = "applicant"
    CLERK = "window-clerk"
    OUTLET = "outlet-clerk"
    LEAD = "lead"
    STEP = "step"
    DOER = "doer"
    STAFF = "staff"


Row = Mapping[str, tuple[Who, ...]]
"""Act to those who may do it; any one of them suffices."""

_APPLICANT, _CLERK, _OUTLET = (Who.APPLICANT,), (Who.CLERK,), (Who.OUTLET,)
_LEAD, _STEP, _STAFF = (Who.LEAD,), (Who.STEP,), (Who.STAFF,)
_UNDO: Row = {"case.undo": (Who.LEAD, Who.DOER)}

_WORDS: Row = {"case.note": _STAFF, "case.message": (Who.APPLICANT, Who.STAFF)}
_BEFORE_DECISION: Row = {"case.withdraw": _APPLICANT, "case.end-agency": (Who.APPLICANT, Who.CLERK)}
_BEFORE_RESULT: Row = {"case.change-delivery": (Who.APPLICANT, Who.CLERK, Who.OUTLET)}
_MIGRATE: Row = {"case.migrate": _LEAD}
_ATTACH: Row = {"case.attach-copy": _CLERK}
_BEFORE_ACCEPTANCE: Row = {
    **_BEFORE_DECISION,
    **_BEFORE_RESULT,
    "case.make-link": _CLERK,
    "case.ask-register": _CLERK,
    "case.void": _LEAD,
    "case.merge": _CLERK,
    "case.clear-duplicate": _CLERK,
    **_MIGRATE,
}
_SUPPLEMENT: Row = {"case.supplement": _APPLICANT}
_REOPEN: Row = {**_SUPPLEMENT, "case.reopen": _LEAD, "case.refuse-reopening": _LEAD}
_RESUME: Row = {"case.reopen": (Who.APPLICANT, Who.CLERK)}


_AMONG_COLLEAGUES = (
    "case.claim",
    "case.release",
    "case.hand-over",
    "case.recall",
    "case.send-back",
    "case.ask-take-over",
    "case.keep",
)


def _claims(who: Who) -> Row:
    """Acts on who works on the case; the colleagues are those who do its next step."""
    colleagues = dict.fromkeys(_AMONG_COLLEAGUES, (who,))
    return {**colleagues, "case.break-claim": _LEAD, "case.reassign": _LEAD}


_IN_REVIEW: Row = {
    **_BEFORE_DECISION,
    **_BEFORE_RESULT,
    **_SUPPLEMENT,
    **_claims(Who.STEP),
    "case.review": _STEP,
    "case.begin-procedure": (Who.STEP, Who.LEAD),
    "case.prolong-procedure": (Who.STEP, Who.LEAD),
    "case.end-procedure": _STEP,
    "case.terminate": (Who.STEP, Who.LEAD),
    "case.close-gap": (Who.STEP, Who.CLERK),
    "case.ask-register": (Who.STEP, Who.CLERK),
    **_MIGRATE,
    **_WORDS,
}
_AFTER_GRANT: Row = {
    **_SUPPLEMENT,
    "case.sample": _LEAD,
    "case.verify-commitment": _CLERK,
    "case.refuse-reopening": _LEAD,
    "case.close-gap": (Who.OUTLET, Who.CLERK),
    **_WORDS,
}

ACTS: Mapping[CaseStatus, Row] = {
    CaseStatus.FILED: {**_SUPPLEMENT, **_BEFORE_ACCEPTANCE, **_ATTACH, **_WORDS},
    CaseStatus.RECEIVED: {
        **_BEFORE_ACCEPTANCE,
        **_ATTACH,
        **_claims(Who.CLERK),
        "case.verify": _CLERK,
        "case.ask-second-notice": _CLERK,
        "case.approve-second-notice": _LEAD,
        "case.request-correction": _CLERK,
        "case.accept": _CLERK,
        "case.decline": _CLERK,
        "case.redirect": _CLERK,
        **_WORDS,
    },
    CaseStatus.CORRECTION: {**_SUPPLEMENT, **_BEFORE_ACCEPTANCE, **_UNDO, **_WORDS},
    CaseStatus.ACCEPTED: {
        **_IN_REVIEW,
        "case.verify": _STEP,
        "case.decide": _STEP,
        "case.hand-back": _STEP,
        "case.ask-extension": _STEP,
        "case.answer-extension": _LEAD,
        "case.convert": _STEP,
        **_UNDO,
    },
    CaseStatus.SUSPENDED: {**_IN_REVIEW},
    CaseStatus.GRANTED: {
        **_AFTER_GRANT,
        **_BEFORE_RESULT,
        **_claims(Who.OUTLET),
        "case.issue": _OUTLET,
        **_UNDO,
    },
    CaseStatus.REJECTED: {**_REOPEN, **_UNDO, "case.sample": _LEAD, **_WORDS},
    CaseStatus.ISSUED: {
        **_AFTER_GRANT,
        **_BEFORE_RESULT,
        **_claims(Who.OUTLET),
        "case.dispatch": _OUTLET,
        "case.deliver": _OUTLET,
        "case.void-result": _OUTLET,
        "case.reprint": _OUTLET,
        "case.revoke": _LEAD,
    },
    CaseStatus.POSTED: {
        **_AFTER_GRANT,
        **_claims(Who.OUTLET),
        "case.deliver": _OUTLET,
        "case.return-post": _OUTLET,
        "case.reprint": _OUTLET,
        "case.revoke": _LEAD,
    },
    CaseStatus.DELIVERED: {
        **_AFTER_GRANT,
        **_UNDO,
        "case.void-result": _OUTLET,
        "case.reprint": _OUTLET,
        "case.revoke": _LEAD,
    },
    CaseStatus.DECLINED: {**_REOPEN, **_UNDO, **_WORDS},
    CaseStatus.REDIRECTED: {**_REOPEN, **_UNDO, **_WORDS},
    CaseStatus.WITHDRAWN: {**_WORDS, "case.release": _STAFF},
    CaseStatus.TERMINATED: {**_REOPEN, **_UNDO, **_WORDS},
    CaseStatus.RETURNED: {**_RESUME, **_WORDS},
    CaseStatus.LAPSED: {**_RESUME, **_WORDS},
    CaseStatus.REVOKED: {**_WORDS},
    CaseStatus.VOIDED: {**_WORDS},
    CaseStatus.ARCHIVED: {},
}
"""Exhaustive: an act that is not listed for a status cannot be done in it."""

ENDED = frozenset(
    {
        CaseStatus.REJECTED,
        CaseStatus.DELIVERED,
        CaseStatus.DECLINED,
        CaseStatus.REDIRECTED,
        CaseStatus.WITHDRAWN,
        CaseStatus.TERMINATED,
        CaseStatus.RETURNED,
        CaseStatus.LAPSED,
        CaseStatus.REVOKED,
        CaseStatus.VOIDED,
        CaseStatus.ARCHIVED,
    }
)
"""Statuses in which nothing more is to be done by the centre, but to look at evidence that came later."""

STAGE_OF_ACT: Mapping[str, str] = {"case.review": "review", "case.decide": "decide"}
"""Acts that fit only a due step of that stage."""

UNDOES: Mapping[CaseStatus, str] = {
    CaseStatus.CORRECTION: "case.request-correction",
    CaseStatus.ACCEPTED: "case.accept",
    CaseStatus.GRANTED: "case.decide",
    CaseStatus.REJECTED: "case.decide",
    CaseStatus.DECLINED: "case.decline",
    CaseStatus.REDIRECTED: "case.redirect",
    CaseStatus.TERMINATED: "case.terminate",
    CaseStatus.DELIVERED: "case.deliver",
}
"""The act that `case.undo` takes back in a status; once the case has gone on, it can no longer be undone."""

NEEDS_CLAIM = frozenset(
    {
        "case.request-correction",
        "case.verify",
        "case.accept",
        "case.decline",
        "case.redirect",
        "case.review",
        "case.hand-back",
        "case.begin-procedure",
        "case.prolong-procedure",
        "case.end-procedure",
        "case.ask-extension",
        "case.convert",
        "case.terminate",
        "case.decide",
        "case.issue",
        "case.dispatch",
        "case.deliver",
    }
)
"""Acts that need the claim, but from a lead who does them as such; on an unclaimed case they claim it as well."""


class Standing(NamedTuple):
    """What decides which acts a person has on a case, beside its status.

    Attributes:
        applicant: whether the person is the applicant or their agent.
        roles: roles the person holds.
        step_role: role of the route's due step, if one is due.
        step_stage: its stage (`review` or `decide`).
        doer: whether the person did the act that brought the case where it is.
    """

    applicant: bool
    roles: frozenset[str]
    step_role: str | None
    step_stage: str | None
    doer: bool = False


def may_do(act: str, status: CaseStatus, who: Standing) -> bool:
    """Whether a person may do `act` on a case in `status`."""
    return act in allowed(status, who)


def needs_claim(act: str, status: CaseStatus, who: Standing) -> bool:
    """Whether a person does `act` only while the case is theirs; a lead steps in beside whoever holds it."""
    as_lead = _fits(Who.LEAD, who) and Who.LEAD in ACTS[status].get(act, ()) and not _fits(Who.STEP, who)
    return act in NEEDS_CLAIM and not as_lead


@lru_cache(maxsize=4_096)
def allowed(status: CaseStatus, who: Standing) -> tuple[str, ...]:
    """The acts that a person may do on a case in `status`, in the order of the table."""
    return tuple(
        act
        for act, persons in ACTS[status].items()
        if any(_fits(one, who) for one in persons) and STAGE_OF_ACT.get(act, who.step_stage) == who.step_stage
    )


def acts_for(
    status: CaseStatus,
    *,
    applicant: bool,
    roles: frozenset[str],
    step_role: str | None,
    step_stage: str | None,
    doer: bool = False,
) -> tuple[str, ...]:
    """The acts that a person may do on a case in `status`, in the order of the table; arguments as in `Standing`."""
    return allowed(status, Standing(applicant, roles, step_role, step_stage, doer))


NOT_STAFF = frozenset({"resident", "auditor", "centre"})


def _fits(one: Who, who: Standing) -> bool:
    match one:
        case Who.APPLICANT:
            return who.applicant
        case Who.STAFF:
            return bool(who.roles - NOT_STAFF)
        case Who.STEP:
            return who.step_role is not None and who.step_role in who.roles
        case Who.DOER:
            return who.doer
        case Who.CLERK | Who.OUTLET | Who.LEAD:
            return one.value in who.roles
