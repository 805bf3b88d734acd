"""The set of papers: handed in, complete, asked to be put right, supplemented, taken back."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from msgspec.structs import replace

from domain.case import facts as f
from projections.cases.view import NAMELESS, Acting, At, CaseView, Family, Handling
from projections.documents import Decision, Defect, Evidence, Note, Notice, Page

Origin = Literal["filing", "supplement", "evidence", "copy"]


def new_page(named: f.NamedPage, view: CaseView, origin: Origin) -> Page:
    """A page that a fact names, with its bytes as far as they have arrived."""
    page = Page(named.file, named.material, named.number, named.sha256, named.size, "waiting", origin=origin)
    return _as_arrived(page, named, view)


def _as_arrived(page: Page, named: f.NamedPage, view: CaseView) -> Page:
    arrived = view.state.arrived.get(named.file)
    if arrived is not None and arrived.rejected is not None:
        return replace(page, state="rejected", media_type=None, reason=arrived.rejected)
    if arrived is not None and view.state.has(named):
        return replace(page, state="stored", media_type=arrived.media_type, reason=None)
    return replace(page, state="waiting", media_type=None, reason=None)


def _filed(fact: f.CaseFiled, view: CaseView, at: At) -> CaseView:
    own: dict[str, Any] = at.open("answers") or {}
    agents: dict[str, Any] = at.open("agent_answers") or {}
    copied = {file for copy in view.copies for file in copy.files}
    agency = fact.agency
    return replace(
        view,
        filed=at.position,
        erased=fact.applicant in at.gone,
        channel=fact.channel,
        opened_by_name=at.name(fact.opened_by) if fact.opened_by else "",
        acting=Acting(agency.relation, agency.proof, agency.material, None) if agency else None,
        answers={**fact.choices, **own, **agents},
        pages=tuple(new_page(p, view, "copy" if p.file in copied else "filing") for p in fact.pages),
        dates={**view.dates, "answer_by": fact.answer_by},
        reached=at.reached(view, "filed"),
    )


def _arrived(fact: f.FileStored | f.FileRejected, view: CaseView, _: At) -> CaseView:
    named = {p.file: p for p in view.state.pages if p.file == fact.file}
    pages = tuple(
        _as_arrived(p, named[p.file], view) if p.file in named and p.state != "replaced" else p for p in view.pages
    )
    return replace(view, pages=pages)


def _rejected_page(fact: f.FileRejected, view: CaseView) -> dict[str, Any]:
    page = next((p for p in view.pages if p.file == fact.file), None)
    return {
        "reason": fact.reason,
        "material": page.material if page else "",
        "number": page.number if page else 0,
    }


def _received(fact: f.CaseReceived, view: CaseView, at: At) -> CaseView:
    return replace(view, reached=at.reached(view, "received"), done=at.done(view, "receive"), returned=fact.round > 1)


def _correction(fact: f.CorrectionRequested, view: CaseView, at: At) -> CaseView:
    words = at.open("words") or [""] * len(fact.defects)
    numbers = {p.file: p.number for p in view.pages}
    defects = tuple(
        Defect(
            material=told.material,
            material_name=NAMELESS,
            file=told.file,
            number=numbers.get(told.file) if told.file else None,
            code=told.code,
            words=sentence,
            answered=False,
        )
        for told, sentence in zip(fact.defects, words, strict=True)
    )
    is_second = fact.approved_by is not None
    notice = Notice(at.when, at.by_name(), at.due(view.dates["respond_by"]), defects, None, second=is_second)
    return replace(view, notices=(*view.notices, notice), reached=at.reached(view, "correction"))


def _supplemented(fact: f.CaseSupplemented, view: CaseView, at: At) -> CaseView:
    fresh = tuple(new_page(p, view, "supplement") for p in fact.pages)
    pages = (*pages_without(view, fact.replaces), *fresh)
    return replace(view, pages=pages, notices=_answered(view, at), notes=_with_reply(view, at))


def pages_without(view: CaseView, replaced: tuple[UUID, ...]) -> tuple[Page, ...]:
    """The pages, of which these have given way to others."""
    return tuple(replace(p, state="replaced") if p.file in replaced else p for p in view.pages)


def _evidence(fact: f.EvidenceReceived, view: CaseView, at: At) -> CaseView:
    given = Evidence(
        at=at.when,
        files=tuple(p.file for p in fact.pages),
        reply=at.text("reply"),
        after_decision=fact.after_decision,
        supplies=fact.supplies,
        outcome="waiting" if fact.after_decision else "",
        words="",
    )
    pages = (*pages_without(view, fact.replaces), *(new_page(p, view, "evidence") for p in fact.pages))
    return replace(view, pages=pages, evidence=(*view.evidence, given), notes=_with_reply(view, at))


def _with_reply(view: CaseView, at: At) -> tuple[Note, ...]:
    reply = at.text("reply")
    return (*view.notes, Note(at.when, "", reply)) if reply else view.notes


def _delivery(_: f.DeliveryChanged, view: CaseView, at: At) -> CaseView:
    changed: dict[str, Any] = at.open("answers") or {}
    return replace(view, answers={**view.answers, **view.state.choices, **changed})


def _answered(view: CaseView, at: At) -> tuple[Notice, ...]:
    if not view.notices or view.notices[-1].answered_at is not None or view.notices[-1].taken_back:
        return view.notices
    last = view.notices[-1]
    defects = tuple(replace(d, answered=True) for d in last.defects)
    return (*view.notices[:-1], replace(last, defects=defects, answered_at=at.when))


def _ended(_: f.CaseWithdrawn | f.CaseLapsed, view: CaseView, at: At) -> CaseView:
    return replace(view, reached=at.reached(view, "ended"))


def _voided(fact: f.CaseVoided, view: CaseView, at: At) -> CaseView:
    decision = Decision("voided", at.when, at.by_name(), at.text("words"), "", "")
    ended = replace(view, decision=decision, reached=at.reached(view, "ended"))
    if fact.into is None:
        return ended
    others = tuple(
        replace(one, state="went-on", at=at.when, by_name=at.by_name()) if one.case == fact.into else one
        for one in view.duplicates
    )
    return replace(ended, duplicates=others)


FAMILY: Family = {
    f.CaseFiled: Handling(_filed, values=("filing_number",), counts=("pages",)),
    f.FileStored: Handling(_arrived, in_timeline=False),
    f.FileRejected: Handling(_arrived, params=_rejected_page),
    f.CaseReceived: Handling(_received, values=("round",)),
    f.CorrectionRequested: Handling(_correction, counts=("defects",)),
    f.CaseSupplemented: Handling(_supplemented, counts=("pages",)),
    f.EvidenceReceived: Handling(_evidence, counts=("pages",)),
    f.DeliveryChanged: Handling(_delivery, values=("method",)),
    f.CaseWithdrawn: Handling(_ended),
    f.CaseLapsed: Handling(_ended),
    f.CaseVoided: Handling(_voided),
}
