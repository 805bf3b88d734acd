"""Which facts of a case people are told of, who is told, and what the words may name."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from domain.calendar.limits import Due
from domain.case import facts as f
from domain.case.state import Case
from domain.facts import Envelope, Fact, tag_of
from store.centre import Centre
from web.notices.telling import STALE, Telling
from web.results.recall import answers_of, last

WATCHED = frozenset(
    tag_of(kind)
    for kind in (
        f.CaseReceived,
        f.CorrectionRequested,
        f.FileRejected,
        f.CaseAccepted,
        f.CaseDeclined,
        f.CaseRedirected,
        f.ExtensionApproved,
        f.ProcedureBegun,
        f.ProcedureProlonged,
        f.ProcedureEnded,
        f.CaseDecided,
        f.CaseTerminated,
        f.CaseReturned,
        f.CaseLapsed,
        f.CaseReopened,
        f.ResultIssued,
        f.CasePosted,
        f.PostReturned,
        f.CaseDelivered,
        f.ResultVoided,
        f.CaseRevoked,
        f.GapOverdue,
        f.DeadlineRecomputed,
        f.MessageSent,
        f.AgencyEnded,
    )
)


def telling_of(envelope: Envelope, centre: Centre) -> Telling | None:
    """The notice that a fact of a case asks for, None if nobody needs to be told.

    Args:
        envelope: the fact.
        centre: the log, and who tells it.
    """
    id, particulars = envelope.originator_id, centre.particulars()
    case = centre.case(id)
    kind = _kind(envelope, case)
    persons = _persons(envelope, case) if kind is not None else ()
    if kind is None or particulars is None or not persons:
        return None
    return Telling(
        kind=kind,
        persons=persons,
        values={
            "number": number_of(case),
            "date": _date(envelope.fact),
            "carrier": getattr(envelope.fact, "carrier", ""),
            "tracking": getattr(envelope.fact, "tracking_number", ""),
            "phone": particulars.phone,
        },
        lane=id,
        until=envelope.meta.recorded_at + STALE,
        url=f"/case/{id}",
        given_late=True,
        stands_alone=case.agent is None,
        phone_of=partial(_phone_of, centre, id),
    )


def number_of(case: Case) -> str:
    """The number by which its people know a case now."""
    return case.case_number or case.minted or case.filing_number


def _phone_of(centre: Centre, case: UUID, person: UUID) -> str | None:
    """The number that stands in the form."""
    filed = last(centre.read(case), f.CaseFiled)
    if filed is None or not isinstance(filed.fact, f.CaseFiled):
        return None
    answers = answers_of(centre, filed, filed.fact) or {}
    return str(answers.get("agent_phone" if person == filed.fact.agent else "applicant_phone") or "")


_SIMPLE: dict[type[Fact], str] = {
    f.CaseReceived: "received",
    f.CorrectionRequested: "correction",
    f.CaseDeclined: "declined",
    f.CaseRedirected: "redirected",
    f.ExtensionApproved: "extended",
    f.ProcedureBegun: "suspended",
    f.ProcedureProlonged: "suspended",
    f.ProcedureEnded: "resumed",
    f.CaseTerminated: "terminated",
    f.CaseReturned: "returned",
    f.CaseLapsed: "lapsed",
    f.CaseReopened: "reopened",
    f.CasePosted: "posted",
    f.PostReturned: "post-returned",
    f.CaseDelivered: "delivered",
    f.ResultVoided: "voided",
    f.CaseRevoked: "revoked",
    f.GapOverdue: "gap-overdue",
    f.AgencyEnded: "agency-ended",
}


def _kind(envelope: Envelope, case: Case) -> str | None:
    match envelope.fact:
        case f.FileRejected(reason=reason):
            return "photo" if case.is_filed and reason != f.FILE_LAPSED else None
        case f.CaseAccepted(deemed=deemed):
            return "accepted-deemed" if deemed else "accepted"
        case f.CaseDecided(outcome=outcome):
            return outcome
        case f.ResultIssued():
            method = str(case.choices.get("delivery_method", "pickup"))
            return {"mail": None, "electronic": "ready-online"}.get(method, "ready")
        case f.DeadlineRecomputed(moved=moved):
            return "date-moved" if any(_concerns_them(one) for one in moved) else None
        case f.MessageSent(readers=readers):
            return "message" if {"applicant", "agent"} & set(readers) else None
        case fact:
            return _SIMPLE[type(fact)]


def _concerns_them(moved: f.DateMoved) -> bool:
    """Whether a date that people were told is another one now; that it is no longer provisional is no news."""
    return moved.clock in ("promised", "respond_by") and moved.before.at != moved.after.at


def _persons(envelope: Envelope, case: Case) -> tuple[UUID, ...]:
    """Whoever acts for themselves knows already what they did."""
    match envelope.fact:
        case f.AgencyEnded(agent=agent):
            people: tuple[UUID | None, ...] = (agent,)
        case f.MessageSent(readers=readers):
            people = tuple(
                who for name, who in (("applicant", case.applicant), ("agent", case.agent)) if name in readers
            )
        case _:
            people = (case.applicant, case.agent)
    return tuple(dict.fromkeys(who for who in people if who is not None and who != envelope.meta.actor))


def _date(fact: Fact) -> str:
    """The day that the words name."""
    for field in ("respond_by", "promised", "answer_by", "statutory"):
        due = getattr(fact, field, None)
        if isinstance(due, Due):
            return due.on.isoformat()
    return ""
