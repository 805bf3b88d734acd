"""Decisions on registers and promised materials."""

from __future__ import annotations

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import ENDED
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding.guards import applicant, opened, require_words, sealed_if_any
from domain.catalogue.records import can_be_asked
from domain.facts import Sealed
from domain.refusals import (
    CaseIsClosed,
    FilesOnTheWay,
    NotFound,
    NothingToLookUp,
    PromiseUnsupplied,
    UnknownFile,
)


@decide.register
def _(command: c.RecordLookUp, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    if case.status is None:
        raise NotFound
    if case.status in ENDED:
        raise CaseIsClosed(status=case.status.value)
    material = bench.item(case.item_id, case.item_version).material(command.material)
    if material is None or material.source != "shared":
        raise UnknownFile(material=command.material)
    found = command.outcome == "found"
    looked_up = f.RegisterLookedUp(
        material=material.id,
        register=command.register,
        outcome=command.outcome,
        result=Sealed(applicant(case), value=command.result) if found else None,
    )
    return [(call.lane, looked_up)]


@decide.register
def _(command: c.AskRegister, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    material = item.material(command.material)
    if material is None or not can_be_asked(item, material):
        raise NothingToLookUp(material=command.material)
    if material.id in case.asked:
        return []
    return [(call.lane, f.RegisterAsked(material=material.id))]


@decide.register
def _(command: c.CloseGap, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    gap = case.gaps.get(command.material)
    if gap is None or gap.outcome is not None:
        raise PromiseUnsupplied
    if command.outcome == "supplied":
        _require_supplied(command.material, case.waiting, supplied=gap.supplied)
    else:
        require_words({"reason": command.findings})
    closed = f.GapClosed(
        material=command.material, outcome=command.outcome, words=sealed_if_any(case, command.findings)
    )
    return [(call.lane, closed)]


def _require_supplied(material: str, waiting: tuple[f.NamedPage, ...], *, supplied: bool) -> None:
    if not supplied:
        raise PromiseUnsupplied
    if on_the_way := [str(page.file) for page in waiting if page.material == material]:
        raise FilesOnTheWay(files=on_the_way)
