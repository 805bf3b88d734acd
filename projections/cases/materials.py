"""Papers that were looked at, spared by a copy or a register, or promised."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from domain.case import facts as f
from projections.cases.intake import new_page, pages_without
from projections.cases.view import ASKED, NAMELESS, At, CaseView, Family, Handling
from projections.documents import CopyUsed, Finding, LookUp, PageVerdict


def _verified(fact: f.PagesVerified, view: CaseView, at: At) -> CaseView:
    words: list[str] = at.open("words") or [""] * len(fact.verdicts)
    name = at.by_name()
    found = {
        verdict.file: PageVerdict(verdict.good, verdict.code, said, verdict.expires_on, at.when, name)
        for verdict, said in zip(fact.verdicts, words, strict=True)
    }
    pages = tuple(replace(p, verdict=found[p.file]) if p.file in found else p for p in view.pages)
    return replace(view, pages=pages)


def _reused(fact: f.CopyReused, view: CaseView, at: At) -> CaseView:
    used = CopyUsed(
        fact.copy,
        fact.material,
        NAMELESS,
        fact.files,
        fact.checked_on,
        fact.usable_until,
        at.when,
        attached_by=at.by_name() if fact.agreement else "",
        agreement=fact.agreement,
    )
    fresh = tuple(new_page(page, view, "copy") for page in fact.pages)
    return replace(view, copies=(*view.copies, used), pages=(*pages_without(view, fact.replaces), *fresh))


def _looked_up(fact: f.RegisterLookedUp, view: CaseView, at: At) -> CaseView:
    result: dict[str, Any] = at.open("result") or {}
    look_up = LookUp(fact.material, NAMELESS, fact.register, fact.outcome, result, at.when)
    return replace(view, look_ups=(*view.look_ups, look_up))


def _asked(fact: f.RegisterAsked, view: CaseView, at: At) -> CaseView:
    asked = LookUp(fact.material, NAMELESS, "", ASKED, {}, at.when)
    return replace(view, look_ups=(*view.look_ups, asked))


def _gap_closed(fact: f.GapClosed, view: CaseView, at: At) -> CaseView:
    closed = replace(view, gaps_closed={**view.gaps_closed, fact.material: at.when})
    words = at.text("words")
    found = Finding(at.when, at.by_name(), "gap", fact.material, words, None)
    return replace(closed, findings=(*view.findings, found)) if words else closed


def _commitment(fact: f.CommitmentVerified, view: CaseView, at: At) -> CaseView:
    found = Finding(at.when, at.by_name(), "commitment", fact.material, at.text("words"), fact.true)
    return replace(view, findings=(*view.findings, found))


FAMILY: Family = {
    f.PagesVerified: Handling(_verified, counts=("verdicts",)),
    f.CopyReused: Handling(_reused, values=("material",), counts=("files",)),
    f.RegisterAsked: Handling(_asked, values=("material",), told=False),
    f.RegisterLookedUp: Handling(_looked_up, values=("material", "outcome")),
    f.GapClosed: Handling(_gap_closed, values=("material", "outcome")),
    f.CommitmentVerified: Handling(_commitment, values=("material", "true")),
}
