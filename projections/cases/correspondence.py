"""Words and links between the applicant and the centre, agents, and cases of the same matter."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from msgspec.structs import replace

from domain.case import facts as f
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Duplicate, Message, UploadLink


def _message(fact: f.MessageSent, view: CaseView, at: At) -> CaseView:
    name = at.by_name()
    who: Literal["applicant", "agent", "staff"] = "applicant"
    if name:
        who = "staff"
    elif at.meta.actor == view.state.agent:
        who = "agent"
    holder = view.state.claimed_by
    reader = view.names.get(holder, "") if holder and "handler" in fact.readers else ""
    message = Message(at.position, at.when, who, name, at.text("text"), fact.readers, reader)
    return replace(view, messages=(*view.messages, message))


def _link_made(fact: f.UploadLinkMade, view: CaseView, at: At) -> CaseView:
    link = UploadLink(fact.link, at.when, at.by_name(), fact.expires_at, fact.materials, None)
    return replace(view, links=(*view.links, link))


def _link_used(fact: f.UploadLinkUsed, view: CaseView, at: At) -> CaseView:
    links = tuple(replace(one, used_at=at.when) if one.id == fact.link else one for one in view.links)
    return replace(view, links=links)


def _agency_ended(_: f.AgencyEnded, view: CaseView, at: At) -> CaseView:
    return replace(view, acting=view.acting._replace(ended_at=at.when)) if view.acting else view


def _suspected(fact: f.DuplicateSuspected, view: CaseView, at: At) -> CaseView:
    return _concerning(fact.other, Duplicate(fact.other, "suspected", at.when, "", ""), view)


def _cleared(fact: f.DuplicateCleared, view: CaseView, at: At) -> CaseView:
    return _concerning(fact.other, Duplicate(fact.other, "cleared", at.when, at.by_name(), at.text("words")), view)


def _absorbed(fact: f.DuplicateAbsorbed, view: CaseView, at: At) -> CaseView:
    return _concerning(fact.other, Duplicate(fact.other, "absorbed", at.when, at.by_name(), ""), view)


def _concerning(other: UUID, now: Duplicate, view: CaseView) -> CaseView:
    kept = tuple(one for one in view.duplicates if one.case != other)
    return replace(view, duplicates=(*kept, now))


FAMILY: Family = {
    f.MessageSent: Handling(_message),
    f.UploadLinkMade: Handling(_link_made, values=("expires_at",)),
    f.UploadLinkUsed: Handling(_link_used),
    f.AgencyEnded: Handling(_agency_ended),
    f.DuplicateSuspected: Handling(_suspected, told=False),
    f.DuplicateCleared: Handling(_cleared, told=False),
    f.DuplicateAbsorbed: Handling(_absorbed),
}
