"""A case as it is shown: the state that decisions see, and beside it what people read. One function a fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.actors import Role
from domain.case import facts as f
from domain.case.state import Case, evolve
from domain.catalogue.items import ServiceItem
from domain.facts import Envelope, Fact, Meta
from projections.documents import (
    Decision,
    Defect,
    Delivery,
    DueDate,
    Moment,
    Note,
    Notice,
    Opinion,
    Page,
    Result,
    Text,
)
from projections.lookups import Lookups
from projections.proofs import explained


class CaseView(Struct, frozen=True, kw_only=True):
    """Everything that documents of one case are made from. Plain values; disposable.

    Attributes:
        state: the case as decisions see it.
        position: of the last fact folded.
        told: position of the last fact that the applicant is told of; a note of the desk is none.
        reached: when each step of the applicant's line was reached.
        names: what the staff who acted on the case were called when they last did.
    """

    id: UUID
    state: Case = Case()
    position: int = 0
    told: int = 0
    changed_at: datetime | None = None
    channel: str = ""
    answers: dict[str, Any] = {}
    pages: tuple[Page, ...] = ()
    notices: tuple[Notice, ...] = ()
    answer_by: DueDate | None = None
    promised: DueDate | None = None
    decision: Decision | None = None
    result: Result | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    reached: dict[str, datetime] = {}
    delivered_by: str | None = None
    last_handler: UUID | None = None
    names: dict[UUID, str] = {}
    checked: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    timeline: tuple[Moment, ...] = ()
    returned: bool = False

    @property
    def delivery(self) -> Delivery:
        """How the result reaches the applicant."""
        return Delivery(
            method=self.delivered_by or str(self.state.choices.get("delivery_method", "pickup")),
            carrier=self.carrier,
            tracking_number=self.tracking_number,
            posted_at=self.reached.get("posted"),
            delivered_at=self.reached.get("delivered"),
        )


class At(Struct, frozen=True):
    """Where and when a fact was recorded, with what is needed to read it."""

    position: int
    envelope: Envelope
    lookups: Lookups
    unseal: Callable[[Envelope, str], Any]

    @property
    def meta(self) -> Meta:
        """Who recorded it and when."""
        return self.envelope.meta

    @property
    def when(self) -> datetime:
        """The server's clock when it was recorded."""
        return self.envelope.meta.recorded_at

    def open(self, field: str) -> Any:
        """A sealed value of the fact, None if its key is gone."""
        return self.unseal(self.envelope, field)

    def item(self, view: CaseView) -> ServiceItem:
        """The item of the case, in its version."""
        return self.lookups.item(view.state.item_id, view.state.item_version)

    def words(self) -> dict[str, str]:
        """The sealed words of a decision by name, empty if there are none or their key is gone."""
        return self.open("words") or {}

    def by_name(self) -> str:
        """Name of the member of staff who recorded it."""
        return self.lookups.name(self.envelope.meta.actor)


def fold(view: CaseView, at: At) -> CaseView:
    """The view after one more fact; a fact at or before the view's position changes nothing."""
    if at.position <= view.position:
        return view
    fact = at.envelope.fact
    state = evolve(fact, view.state, by=at.meta.actor)
    told = view.told if type(fact) in _DESK_ONLY else at.position
    moved = replace(view, state=state, position=at.position, told=told, changed_at=at.when)
    if (moment := _moment(fact, at, view)) is not None:
        moved = replace(moved, timeline=(*view.timeline, moment))
    if name := at.by_name():
        moved = replace(moved, last_handler=at.meta.actor, names={**view.names, at.meta.actor: name})
    handler = _HANDLERS.get(type(fact))
    return handler(fact, moved, at) if handler else moved


_DESK_ONLY = frozenset({f.CaseNoted})
"""Facts that change nothing in the applicant's document, which therefore is not sent again."""

_UNTOLD = frozenset({"file.stored", "effect.claimed", "case.dispatch_requested", "case.noted", "result.rendered"})


def _moment(fact: Fact, at: At, view: CaseView) -> Moment | None:
    tag = str(fact.__struct_config__.tag)
    if tag in _UNTOLD:
        return None
    name = at.by_name()
    who: Literal["applicant", "staff", "centre"] = "staff" if name else "applicant"
    if at.meta.role == Role.CENTRE:
        who = "centre"
    return Moment(at.position, at.when, tag, who, name, at.meta.role, _params(fact, view))


def _params(fact: Fact, view: CaseView) -> dict[str, Any]:
    """Values for the sentence of the timeline; nothing personal."""
    match fact:
        case f.CaseFiled():
            return {"filing_number": fact.filing_number, "pages": len(fact.pages)}
        case f.CaseReceived():
            return {"round": fact.round}
        case f.CorrectionRequested():
            return {"defects": len(fact.defects)}
        case f.CaseSupplemented():
            return {"pages": len(fact.pages)}
        case f.CaseAccepted():
            return {"case_number": fact.case_number}
        case f.CaseReviewed():
            return {"step": fact.step}
        case f.CaseDecided():
            return {"outcome": fact.outcome}
        case f.ResultIssued():
            return {"document_number": fact.document_number}
        case f.CasePosted():
            return {"carrier": fact.carrier, "tracking_number": fact.tracking_number}
        case f.CaseDelivered():
            return {"method": fact.method}
        case f.FileRejected():
            page = next((p for p in view.pages if p.file == fact.file), None)
            return {
                "reason": fact.reason,
                "material": page.material if page else "",
                "number": page.number if page else 0,
            }
        case _:
            return {}


def _reached(view: CaseView, step: str, at: At) -> dict[str, datetime]:
    return {**view.reached, step: at.when}


def _due(due: Any, at: At, view: CaseView) -> DueDate:
    calendar = at.lookups.calendars[due.calendar_version]
    return explained(due, start=at.when, item=at.item(view), calendar=calendar)


def _page(named: f.NamedPage, view: CaseView) -> Page:
    page = Page(named.file, named.material, named.number, named.sha256, named.size, "waiting")
    arrived = view.state.arrived.get(named.file)
    if arrived is not None and arrived.rejected is not None:
        return replace(page, state="rejected", reason=arrived.rejected)
    if arrived is not None and view.state.has(named):
        return replace(page, state="stored", media_type=arrived.media_type)
    return page


def _filed(fact: f.CaseFiled, view: CaseView, at: At) -> CaseView:
    own: dict[str, Any] = at.open("answers") or {}
    agents: dict[str, Any] = at.open("agent_answers") or {}
    answers = {**fact.choices, **own, **agents}
    return replace(
        view,
        channel=fact.channel,
        answers=answers,
        pages=tuple(_page(p, view) for p in fact.pages),
        answer_by=_due(fact.answer_by, at, view),
        reached=_reached(view, "filed", at),
    )


def _arrived(fact: f.FileStored | f.FileRejected, view: CaseView, _: At) -> CaseView:
    named = {p.file: p for p in view.state.pages if p.file == fact.file}
    pages = tuple(_page(named[p.file], view) if p.file in named and p.state != "replaced" else p for p in view.pages)
    return replace(view, pages=pages)


def _received(fact: f.CaseReceived, view: CaseView, at: At) -> CaseView:
    answer_by = _due(fact.answer_by, at, view)
    return replace(view, answer_by=answer_by, reached=_reached(view, "received", at), returned=fact.round > 1)


def _correction(fact: f.CorrectionRequested, view: CaseView, at: At) -> CaseView:
    words = at.open("words") or [""] * len(fact.defects)
    numbers = {p.file: p.number for p in view.pages}
    item = at.item(view)
    defects = tuple(
        Defect(
            material=told.material,
            material_name=material_name(item, told.material),
            file=told.file,
            number=numbers.get(told.file) if told.file else None,
            code=told.code,
            words=sentence,
            answered=False,
        )
        for told, sentence in zip(fact.defects, words, strict=True)
    )
    notice = Notice(at.when, at.by_name(), _due(fact.respond_by, at, view), defects, None)
    return replace(view, notices=(*view.notices, notice), reached=_reached(view, "correction", at))


def _supplemented(fact: f.CaseSupplemented, view: CaseView, at: At) -> CaseView:
    kept = tuple(replace(p, state="replaced") if p.file in fact.replaces else p for p in view.pages)
    fresh = tuple(_page(p, view) for p in fact.pages)
    reply = at.open("reply")
    notes = (*view.notes, Note(at.when, "", str(reply))) if reply else view.notes
    return replace(view, pages=(*kept, *fresh), notices=_answered(view, at), notes=notes)


def _answered(view: CaseView, at: At) -> tuple[Notice, ...]:
    if not view.notices or view.notices[-1].answered_at is not None:
        return view.notices
    last = view.notices[-1]
    defects = tuple(replace(d, answered=True) for d in last.defects)
    return (*view.notices[:-1], replace(last, defects=defects, answered_at=at.when))


def _accepted(fact: f.CaseAccepted, view: CaseView, at: At) -> CaseView:
    return replace(
        view,
        checked=fact.checked,
        promised=_due(fact.promised, at, view),
        reached=_reached(view, "accepted", at),
        returned=False,
    )


def _declined(_: f.CaseDeclined, view: CaseView, at: At) -> CaseView:
    words = at.words()
    decision = Decision("declined", at.when, at.by_name(), words.get("reason", ""), "", words.get("remedy", ""))
    return replace(view, decision=decision, reached=_reached(view, "decided", at))


def _reviewed(fact: f.CaseReviewed, view: CaseView, at: At) -> CaseView:
    opinion = Opinion(fact.step, at.when, at.by_name(), str(at.open("opinion") or ""))
    return replace(view, opinions=(*view.opinions, opinion))


def _decided(fact: f.CaseDecided, view: CaseView, at: At) -> CaseView:
    words = at.words()
    outcome: Literal["granted", "rejected"] = "granted" if fact.outcome == "granted" else "rejected"
    decision = Decision(
        outcome,
        at.when,
        at.by_name(),
        words.get("reason", ""),
        words.get("basis", ""),
        words.get("remedies", ""),
    )
    return replace(view, decision=decision, reached=_reached(view, "decided", at))


def _noted(_: f.CaseNoted, view: CaseView, at: At) -> CaseView:
    note = Note(at.when, at.by_name(), str(at.open("text") or ""))
    return replace(view, notes=(*view.notes, note))


def _issued(fact: f.ResultIssued, view: CaseView, at: At) -> CaseView:
    result = at.item(view).result
    name = Text(result.name_zh, result.name_en)
    issued = Result(fact.document_number, fact.verification_code, at.when, rendered=False, name=name)
    return replace(view, result=issued)


def _rendered(_: f.ResultRendered, view: CaseView, __: At) -> CaseView:
    return replace(view, result=replace(view.result, rendered=True)) if view.result else view


def _posted(fact: f.CasePosted, view: CaseView, at: At) -> CaseView:
    reached = _reached(view, "posted", at)
    return replace(view, carrier=fact.carrier, tracking_number=fact.tracking_number, reached=reached)


def _delivered(fact: f.CaseDelivered, view: CaseView, at: At) -> CaseView:
    return replace(view, delivered_by=fact.method, reached=_reached(view, "delivered", at))


_HANDLERS: dict[type[Fact], Callable[[Any, CaseView, At], CaseView]] = {
    f.CaseFiled: _filed,
    f.FileStored: _arrived,
    f.FileRejected: _arrived,
    f.CaseReceived: _received,
    f.CorrectionRequested: _correction,
    f.CaseSupplemented: _supplemented,
    f.CaseAccepted: _accepted,
    f.CaseDeclined: _declined,
    f.CaseReviewed: _reviewed,
    f.CaseDecided: _decided,
    f.CaseNoted: _noted,
    f.ResultIssued: _issued,
    f.ResultRendered: _rendered,
    f.CasePosted: _posted,
    f.CaseDelivered: _delivered,
}


def material_name(item: ServiceItem, material_id: str) -> Text:
    """Name of a material of the item."""
    material = next(m for m in item.materials if m.id == material_id)
    return Text(material.name_zh, material.name_en)
