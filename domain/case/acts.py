"""The one table from the state of a case to the acts it allows and who may do them; shared with the app."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CaseStatus(StrEnum):
    """Where a case stands (办件状态). `filed` lasts until its last named photograph has arrived."""

    FILED = "filed"
    RECEIVED = "received"
    CORRECTION = "correction"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    REJECTED = "rejected"
    ISSUED = "issued"
    POSTED = "posted"
    DELIVERED = "delivered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Who(StrEnum):
    """Who may do an act.

    `STEP` is whoever holds the role of the route's due step, for acts that fit its stage.
    """

    APPLICANT = "applicant"
    CLERK = "window-clerk"
    OUTLET = "outlet-clerk"
    STEP = "step"
    STAFF = "staff"


_APPLICANT_BEFORE_DECISION = {"case.withdraw": Who.APPLICANT}
_ANY_STAFF = {"case.note": Who.STAFF}
_OUTLET_CLAIM = {"case.claim": Who.OUTLET, "case.release": Who.OUTLET}

ACTS: Mapping[CaseStatus, Mapping[str, Who]] = {
    CaseStatus.FILED: {
        "case.supplement": Who.APPLICANT,
        **_APPLICANT_BEFORE_DECISION,
        **_ANY_STAFF,
    },
    CaseStatus.RECEIVED: {
        **_APPLICANT_BEFORE_DECISION,
        "case.claim": Who.CLERK,
        "case.release": Who.CLERK,
        "case.request-correction": Who.CLERK,
        "case.accept": Who.CLERK,
        "case.decline": Who.CLERK,
        **_ANY_STAFF,
    },
    CaseStatus.CORRECTION: {
        "case.supplement": Who.APPLICANT,
        **_APPLICANT_BEFORE_DECISION,
        **_ANY_STAFF,
    },
    CaseStatus.ACCEPTED: {
        **_APPLICANT_BEFORE_DECISION,
        "case.claim": Who.STEP,
        "case.release": Who.STEP,
        "case.review": Who.STEP,
        "case.decide": Who.STEP,
        **_ANY_STAFF,
    },
    CaseStatus.GRANTED: {**_OUTLET_CLAIM, "case.issue": Who.OUTLET, **_ANY_STAFF},
    CaseStatus.REJECTED: {**_ANY_STAFF},
    CaseStatus.ISSUED: {
        **_OUTLET_CLAIM,
        "case.dispatch": Who.OUTLET,
        "case.deliver": Who.OUTLET,
        **_ANY_STAFF,
    },
    CaseStatus.POSTED: {**_OUTLET_CLAIM, "case.deliver": Who.OUTLET, **_ANY_STAFF},
    CaseStatus.DELIVERED: {**_ANY_STAFF},
    CaseStatus.DECLINED: {**_ANY_STAFF},
    CaseStatus.WITHDRAWN: {**_ANY_STAFF},
}
"""Exhaustive: an act that is not listed for a status cannot be done in it."""

ENDED = frozenset({CaseStatus.REJECTED, CaseStatus.DELIVERED, CaseStatus.DECLINED, CaseStatus.WITHDRAWN})
"""Statuses in which nothing more is to be done by the centre."""

STAGE_OF_ACT: Mapping[str, str] = {"case.review": "review", "case.decide": "decide"}
"""Acts that fit only a due step of that stage."""

NEEDS_CLAIM = frozenset(
    {
        "case.request-correction",
        "case.accept",
        "case.decline",
        "case.review",
        "case.decide",
        "case.issue",
        "case.dispatch",
        "case.deliver",
    }
)
"""Acts that need the claim; done on an unclaimed case they claim it in the same command."""


def acts_for(
    status: CaseStatus, *, applicant: bool, roles: frozenset[str], step_role: str | None, step_stage: str | None
) -> tuple[str, ...]:
    """The acts that a person may do on a case in `status`, in the order of the table.

    Args:
        status: where the case stands.
        applicant: whether the person is the applicant or their agent.
        roles: roles the person holds.
        step_role: role of the route's due step, if one is due.
        step_stage: its stage (`review` or `decide`).
    """
    return tuple(
        act
        for act, who in ACTS[status].items()
        if _fits(who, applicant=applicant, roles=roles, step_role=step_role)
        and STAGE_OF_ACT.get(act, step_stage) == step_stage
    )


_NOT_STAFF = frozenset({"resident", "auditor", "centre"})


def _fits(who: Who, *, applicant: bool, roles: frozenset[str], step_role: str | None) -> bool:
    match who:
        case Who.APPLICANT:
            return applicant
        case Who.STAFF:
            return bool(roles - _NOT_STAFF)
        case Who.STEP:
            return step_role is not None and step_role in roles
        case Who.CLERK | Who.OUTLET:
            return who.value in roles
