"""What was sent to the people of a case: notices in the app and by their channels, and papers as PDF."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from domain.effects import notices as n
from domain.effects.papers import PaperRendered
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Note, Notification, Paper
from projections.telling import Sent, has_failed, sent_on


def _given(fact: n.NoticeGiven, view: CaseView, at: At) -> CaseView:
    return _with(replace(_told(fact.position, fact.person, view), kind=fact.kind, given_at=at.when), view)


def _on_its_way(fact: Sent, view: CaseView, at: At) -> CaseView:
    one = _told(fact.position, fact.person, view)
    return _with(replace(one, sendings=sent_on(fact, one.sendings, at=at.when)), view)


def _handled(fact: n.NoticeHandled, view: CaseView, at: At) -> CaseView:
    one = _told(fact.position, fact.person, view)
    told = replace(one, handled=fact.how, handled_at=at.when, handled_by_name=at.by_name())
    words = at.text("words")
    notes = (*view.notes, Note(at.when, at.by_name(), words)) if words else view.notes
    return replace(_with(told, view), notes=notes)


def _told(position: int, person: UUID, view: CaseView) -> Notification:
    """The notification of a step to a person, a fresh one if nothing was known of it."""
    known = (one for one in view.notifications if (one.position, one.person) == (position, person))
    about = next((moment.tag for moment in view.timeline if moment.position == position), "")
    return next(known, None) or Notification(
        position=position,
        about=about,
        kind="",
        whom=_whom(person, view),
        person=person,
        given_at=None,
        sendings=(),
        is_unreached=False,
        handled="",
        handled_at=None,
        handled_by_name="",
    )


def _whom(person: UUID, view: CaseView) -> Literal["applicant", "agent", "other"]:
    if person == view.state.applicant:
        return "applicant"
    return "agent" if person == view.state.agent or person in view.state.former_agents else "other"


def _with(one: Notification, view: CaseView) -> CaseView:
    judged = replace(one, is_unreached=has_failed(one.sendings) and not one.handled)
    place = (one.position, one.person)
    if place in ((each.position, each.person) for each in view.notifications):
        told = tuple(judged if (each.position, each.person) == place else each for each in view.notifications)
        return replace(view, notifications=told)
    return replace(view, notifications=(*view.notifications, judged))


def _rendered(fact: PaperRendered, view: CaseView, at: At) -> CaseView:
    paper = Paper(fact.kind, fact.position, at.when, fact.size, fact.sha256)
    return replace(view, papers=(*view.papers, paper))


FAMILY: Family = {
    n.NoticeGiven: Handling(_given, in_timeline=False),
    n.NoticeClaimed: Handling(_on_its_way, in_timeline=False),
    n.NoticeSent: Handling(_on_its_way, in_timeline=False),
    n.NoticeDelivered: Handling(_on_its_way, in_timeline=False),
    n.NoticeFailed: Handling(_on_its_way, in_timeline=False),
    n.NoticeUncertain: Handling(_on_its_way, in_timeline=False),
    n.NoticeHandled: Handling(_handled, in_timeline=False),
    PaperRendered: Handling(_rendered, in_timeline=False),
}
"""Facts that stand beside the case, on streams of their own, and tell of it by a position."""
