"""The table from what is recorded in a sandbox to the actions of which scenarios speak.

| action | recorded as |
|---|---|
| search-item, explain, check-eligibility, protect-privacy, sync-offline, invite-rating | `practice.spoken` |
| open-case | `case.filed` by staff; `case.claimed` for a case that came online |
| attach-material | `upload_link.made`: the papers that it asks for; `case.filed` by staff: its declarations |
| reuse-material | `copy.reused`; `bundle.filed`: one set of papers for several items |
| fetch-shared | `register.asked` |
| request-correction | `case.correction_requested` |
| accept-case, accept-with-gap | `case.accepted`, without and with gaps |
| decline-case | `case.declined`, `case.redirected` |
| transfer, record-visit | `case.reviewed`; of a home visit the second |
| start-special, end-special | `procedure.begun`, `procedure.ended` |
| approve, reject | `case.decided` |
| print-result | `case.issued`; `case.delivered` at the counter |
| mail-result | `case.dispatch_requested` |

A refused command counts as the action that it tried. What the person does online, and what the centre does by itself,
is nobody's action.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.case import facts as f
from domain.facts import Envelope, Fact
from domain.training.practice import PracticeSpoken

NOT_THE_TRAINEE = frozenset({"centre", "resident", "auditor"})
HOME_VISIT = "home-visit"


class Weight(IntEnum):
    """What an action means where the step expects another one.

    `OPENS` never counts as a mistake, `LIGHT` only where the scenario names it, `FIRM` always.
    """

    OPENS = 0
    LIGHT = 1
    FIRM = 2


class Done(Struct, frozen=True, kw_only=True):
    """An action as it was done.

    Attributes:
        args: what is known of it.
        lane: the case.
        by_words: said rather than done.
    """

    action: str
    args: Mapping[str, Any] = {}
    weight: Weight = Weight.FIRM
    lane: UUID | None = None
    by_words: bool = False


class Cases(Struct):
    """What the acts of a sandbox have to be known of its cases: the item of each, the material of each page."""

    items: dict[UUID, str] = {}
    materials: dict[UUID, str] = {}
    procedures: dict[UUID, str] = {}

    def note(self, lane: UUID, fact: Fact) -> None:
        """Take over what later facts refer to."""
        match fact:
            case f.CaseFiled(item_id=item, pages=pages):
                self.items[lane] = item
                self.materials.update((page.file, page.material) for page in pages)
            case f.CaseSupplemented(pages=pages) | f.EvidenceReceived(pages=pages):
                self.materials.update((page.file, page.material) for page in pages)
            case f.ProcedureBegun(procedure=procedure, kind=kind):
                self.procedures[procedure] = kind
            case _:
                pass


def acts_of(envelope: Envelope, cases: Cases) -> tuple[Done, ...]:
    """The actions for which a fact stands; it is noted in `cases` before."""
    cases.note(envelope.originator_id, envelope.fact)
    if envelope.meta.role in NOT_THE_TRAINEE:
        return ()
    return tuple(acts_in(envelope.originator_id, envelope.fact, cases))


def acts_in(lane: UUID, fact: Fact, cases: Cases) -> Iterator[Done]:
    """The actions for which a fact of the trainee stands."""
    item = fact.item_id if isinstance(fact, f.CaseFiled) else cases.items.get(lane, "")
    for action, args, weight in _found(fact, cases):
        yield Done(
            action=action,
            args={"item": item, **args} if item else args,
            weight=weight,
            lane=lane,
            by_words=isinstance(fact, PracticeSpoken),
        )


def _found(fact: Fact, cases: Cases) -> Iterator[tuple[str, dict[str, Any], Weight]]:
    match fact:
        case PracticeSpoken(action=action, args=args):
            yield action, dict(args), Weight.FIRM
        case f.CaseClaimed():
            yield "open-case", {}, Weight.OPENS
        case f.BundleFiled(children=children):
            yield "reuse-material", {"items": [child.item_id for child in children]}, Weight.FIRM
        case f.CaseFiled(bundle=bundle) if bundle is not None:
            pass
        case f.UploadLinkMade(materials=materials):
            yield "attach-material", {"materials": sorted(materials)}, Weight.LIGHT
        case f.CaseFiled(pages=pages, declarations=declarations):
            handed_in = {page.material for page in pages} | {*declarations}
            yield "open-case", {}, Weight.FIRM
            yield "attach-material", {"materials": sorted(handed_in)}, Weight.LIGHT
        case f.CopyReused(material=material):
            yield "reuse-material", {"materials": [material]}, Weight.LIGHT
        case f.RegisterAsked(material=material):
            yield "fetch-shared", {"materials": [material]}, Weight.LIGHT
        case f.CorrectionRequested(defects=defects):
            yield "request-correction", {"missing": sorted({one.material for one in defects})}, Weight.FIRM
        case f.CaseAccepted(gaps=gaps):
            yield from _accepted([gap.material for gap in gaps])
        case f.CaseDeclined() | f.CaseRedirected():
            yield "decline-case", {"written": True, "remedies": True}, Weight.FIRM
        case f.CaseReviewed(step=step):
            visit = step == HOME_VISIT
            yield ("record-visit" if visit else "transfer"), {"step": step, "mode": "online"}, Weight.LIGHT
        case _:
            yield from _later(fact, cases)


def _accepted(gaps: list[str]) -> Iterator[tuple[str, dict[str, Any], Weight]]:
    if gaps:
        yield "accept-with-gap", {"materials": sorted(gaps), "material": gaps[0]}, Weight.FIRM
    else:
        yield "accept-case", {}, Weight.FIRM


def _later(fact: Fact, cases: Cases) -> Iterator[tuple[str, dict[str, Any], Weight]]:
    match fact:
        case f.ProcedureBegun(kind=kind, begins_on=begins, ends_on=ends):
            yield "start-special", {"procedure": kind, "days": (ends - begins).days + 1}, Weight.FIRM
        case f.ProcedureEnded(procedure=procedure):
            yield "end-special", {"procedure": cases.procedures.get(procedure, "")}, Weight.FIRM
        case f.CaseDecided(outcome=outcome):
            yield ("approve" if outcome == "granted" else "reject"), {}, Weight.FIRM
        case f.ResultIssued():
            yield "print-result", {}, Weight.OPENS
        case f.CaseDelivered(method=method):
            yield "print-result", {"method": method}, Weight.LIGHT
        case f.DispatchRequested():
            yield "mail-result", {}, Weight.FIRM
        case f.CaseVoided() | f.CaseTerminated() | f.CaseHandedBack() | f.ActUndone():
            yield "other", {}, Weight.FIRM
        case _:
            pass


TRIED: Mapping[str, str] = {
    "case.open": "open-case",
    "case.attach-copy": "reuse-material",
    "case.ask-register": "fetch-shared",
    "case.request-correction": "request-correction",
    "case.accept": "accept-case",
    "case.decline": "decline-case",
    "case.redirect": "decline-case",
    "case.begin-procedure": "start-special",
    "case.end-procedure": "end-special",
    "case.decide": "approve",
    "case.dispatch": "mail-result",
    "case.deliver": "print-result",
}
"""What a refused command tried to do, by its type without the version."""

GAP_REFUSED = frozenset({"gap-not-allowed", "not-later"})
"""Codes with which an acceptance is refused for its gaps."""


def tried(type: str, code: str) -> str:
    """The action that a refused command tried; empty for one of which scenarios do not speak."""
    action = TRIED.get(type.partition("@")[0], "")
    return "accept-with-gap" if action == "accept-case" and code in GAP_REFUSED else action
