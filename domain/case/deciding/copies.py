"""Decisions on checked copies 材料库: they serve a case under ids of its own, in place of pages."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import papers
from domain.case.deciding.guards import Recorded, applicant, opened
from domain.case.state import Case, evolve
from domain.catalogue.items import Material
from domain.refusals import CopyUnknown, PaperIsThere


class Copied(NamedTuple):
    """What a copy brings to a case."""

    files: tuple[f.FileStored, ...]
    pages: tuple[f.NamedPage, ...]
    reused: f.CopyReused


def copied(id: UUID, material: Material, lane: UUID, bench: Bench, *, owner: UUID) -> Copied:
    """A copy of `owner`, if it may serve as `material` of the case `lane` today.

    Raises:
        CopyUnknown: they have none of that id, or it is another kind of paper.
        CopyExpired: its time or the document's own is over.
    """
    copy = bench.vault(owner).copy(id, material=material.id)
    until = copy.require_usable(material, on=bench.today)
    stored = tuple(
        f.FileStored(
            file=uuid5(lane, f"{id}:{material.id}:{page.number}"),
            sha256=page.sha256,
            size=page.size,
            media_type=page.media_type,
            address=page.address,
            uploaded_by=owner,
        )
        for page in copy.pages
    )
    pages = tuple(
        f.NamedPage(file.file, page.sha256, page.size, material.id, page.number)
        for file, page in zip(stored, copy.pages, strict=True)
    )
    files = tuple(file.file for file in stored)
    reused = f.CopyReused(copy=id, material=material.id, files=files, checked_on=copy.checked_on, usable_until=until)
    return Copied(stored, pages, reused)


@decide.register
def _(command: c.AttachCopy, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    material = item.material(command.material)
    if material is None:
        raise CopyUnknown(material=command.material)
    shown = [page.file for page in case.pages if page.material == material.id]
    if any(not case.is_bad(file) for file in shown):
        raise PaperIsThere(material=material.id)
    found = copied(command.copy, material, call.lane, bench, owner=applicant(case))
    if set(found.reused.files) & set(shown):
        raise CopyUnknown(material=material.id)
    attached = replace(found.reused, pages=found.pages, replaces=tuple(shown), agreement=command.agreement)
    facts: Recorded = [(call.lane, fact) for fact in (*found.files, attached)]
    return [*facts, *papers.completed(call.lane, _after(facts, case, by=call.by.id), item, bench)]


def _after(facts: Recorded, case: Case, *, by: UUID) -> Case:
    for _, fact in facts:
        case = evolve(fact, case, by=by)
    return case
