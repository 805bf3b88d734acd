"""Work at the desk: who has taken the case on, and what colleagues note."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from domain.case import facts as f
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Note


def _noted(_: f.CaseNoted, view: CaseView, at: At) -> CaseView:
    note = Note(at.when, at.by_name(), at.text("text"))
    return replace(view, notes=(*view.notes, note))


def _claimed(fact: f.CaseClaimed, view: CaseView, at: At) -> CaseView:
    """What comes back to somebody names them, though they did not take it themselves."""
    return replace(view, names=_naming(fact.staff, view, at))


def _handed_over(fact: f.CaseHandedOver | f.HandOverReturned | f.CaseReassigned, view: CaseView, at: At) -> CaseView:
    """The colleague is named in documents before they have done anything themselves."""
    return replace(
        view,
        notes=_with_words(view, at),
        names=_naming(fact.to, view, at),
        handed_over_at=at.when,
        handed_over_words=at.text("words"),
    )


def _asked_for(_: f.TakeOverAsked | f.TakeOverDeclined, view: CaseView, at: At) -> CaseView:
    return replace(view, notes=_with_words(view, at))


def _broken(_: f.ClaimBroken, view: CaseView, at: At) -> CaseView:
    return replace(view, notes=_with_words(view, at))


def _second_asked(_: f.SecondNoticeAsked, view: CaseView, at: At) -> CaseView:
    return replace(view, second_notice_words=at.text("words"))


def _with_words(view: CaseView, at: At) -> tuple[Note, ...]:
    words = at.text("words")
    return (*view.notes, Note(at.when, at.by_name(), words)) if words else view.notes


def _naming(person: UUID, view: CaseView, at: At) -> dict[UUID, str]:
    return {**view.names, person: at.name(person)}


FAMILY: Family = {
    f.CaseClaimed: Handling(_claimed),
    f.CaseReleased: Handling(),
    f.ClaimExpired: Handling(told=False),
    f.ClaimBroken: Handling(_broken, told=False),
    f.CaseHandedOver: Handling(_handed_over, told=False),
    f.HandOverOpened: Handling(in_timeline=False, told=False),
    f.HandOverRecalled: Handling(told=False),
    f.HandOverReturned: Handling(_handed_over, told=False),
    f.CaseReassigned: Handling(_handed_over, told=False),
    f.TakeOverAsked: Handling(_asked_for, told=False),
    f.TakeOverDeclined: Handling(_asked_for, told=False),
    f.SecondNoticeAsked: Handling(_second_asked, told=False),
    f.SecondNoticeApproved: Handling(told=False),
    f.CaseNoted: Handling(_noted, in_timeline=False, told=False),
}
