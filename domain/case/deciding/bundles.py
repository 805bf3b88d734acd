"""The decisions on a linked filing 一件事: one form and one set of papers become cases of their own, all or none."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding.filing import file_case, open_case
from domain.case.deciding.guards import Recorded
from domain.catalogue.bundles import BundleForm, BundleItem, answers_for, bundle_form
from domain.catalogue.conditions import filled_form, materials_needed
from domain.catalogue.items import ServiceItem
from domain.centre.centre import DERIVED_ID
from domain.refusals import AgentNotAllowed, BundleChildRefused, BundleWrong, MaterialsMissing, Refusal
from domain.rights.table import require

Linked = c.FileBundle | c.OpenBundle


@decide.register
def _(command: c.FileBundle, call: Call, bench: Bench) -> Decided:
    by_agent = command.answers.get("has_agent") is True
    applicant = uuid5(call.lane, "applicant") if by_agent else call.by.id
    return _filed(command, call, bench, applicant=applicant, agent=call.by.id if by_agent else None)


@decide.register
def _(command: c.OpenBundle, call: Call, bench: Bench) -> Decided:
    require(f"open.{command.channel}", call.by)
    by_agent = command.answers.get("has_agent") is True
    agent = uuid5(call.lane, "agent") if by_agent else None
    return _filed(command, call, bench, applicant=uuid5(call.lane, "applicant"), agent=agent)


def _filed(command: Linked, call: Call, bench: Bench, *, applicant: UUID, agent: UUID | None) -> Recorded:
    form = _form(command, call, bench)
    _require_known_papers(command, form)
    facts: Recorded = []
    for child, part in zip(command.children, form.items, strict=True):
        facts += _child(command, child, part, call, bench, applicant=applicant, agent=agent)
    opened = command if isinstance(command, c.OpenBundle) else None
    filed = f.BundleFiled(
        bundle_id=command.bundle_id,
        children=tuple(f.BundleChild(child.case, child.item_id) for child in command.children),
        applicant=applicant,
        agent=agent,
        opened_by=call.by.id if opened else None,
        channel=opened.channel if opened else "app",
    )
    return [*facts, (call.lane, filed)]


def _form(command: Linked, call: Call, bench: Bench) -> BundleForm:
    """The common form of the items that are applied for.

    Raises:
        BundleWrong: they are no items of the bundle, or their cases have no ids of their own.
    """
    bundle, lane = bench.bundle(command.bundle_id), bench.case(call.lane)
    if bundle is None:
        raise BundleWrong(why="bundle", bundle=command.bundle_id)
    if lane.is_filed or lane.children or call.lane.version == DERIVED_ID:
        raise BundleWrong(why="filed", bundle=command.bundle_id)
    wanted = [child.item_id for child in command.children]
    if wanted != [item for item in bundle.items if item in wanted]:
        raise BundleWrong(why="items", bundle=command.bundle_id)
    cases = [child.case for child in command.children]
    if len({*cases, call.lane}) <= len(cases) or any(case.version == DERIVED_ID for case in cases):
        raise BundleWrong(why="cases", bundle=command.bundle_id)
    return bundle_form(bundle, [_item(child, bench) for child in command.children])


def _item(child: c.ChildFiling, bench: Bench) -> ServiceItem:
    try:
        return bench.item(child.item_id, child.item_version)
    except Refusal as refusal:
        raise _named(child, refusal) from refusal


def _require_known_papers(command: Linked, form: BundleForm) -> None:
    """Every paper belongs to some item; of what nobody asks for nothing is taken.

    Raises:
        MaterialsMissing: a page, copy, signature or promise is for none; `params["unknown"]` names the types.
    """
    types = {paper.type for paper in form.papers}
    copies = command.copies if isinstance(command, c.FileBundle) else ()
    named = [page.material for page in command.pages] + [copy.material for copy in copies]
    unknown = sorted({*named, *command.declarations, *command.later} - types)
    if unknown:
        raise MaterialsMissing(materials=[], unknown=unknown)


def _child(
    command: Linked,
    child: c.ChildFiling,
    part: BundleItem,
    call: Call,
    bench: Bench,
    *,
    applicant: UUID,
    agent: UUID | None,
) -> Recorded:
    """Everything that the filing of one case records, with the files that have arrived for it already."""
    own = replace(call, lane=child.case)
    try:
        if agent is not None and not part.agent_allowed:
            raise AgentNotAllowed
        filing = _filing(command, part, bench.item(part.item_id, part.item_version))
        if isinstance(filing, c.OpenCase):
            return open_case(filing, own, bench, applicant=applicant, agent=agent, bundle=call.lane)
        return file_case(filing, replace(own, command=filing), bench, applicant=applicant, bundle=call.lane)
    except Refusal as refusal:
        raise _named(child, refusal) from refusal


def _filing(command: Linked, part: BundleItem, item: ServiceItem) -> c.FileCase | c.OpenCase:
    """What would have been sent for this item alone: its answers, and the papers that they call for."""
    answers = answers_for(part, command.answers)
    of_type: dict[str, list[str]] = {}
    for needed in materials_needed(filled_form(item, answers)):
        of_type.setdefault(needed.material.type, []).append(needed.material.id)
    given: dict[str, Any] = {
        "item_id": part.item_id,
        "item_version": part.item_version,
        "answers": answers,
        "pages": tuple(
            c.PageOf(page.file, material, page.number)
            for page in command.pages
            for material in of_type.get(page.material, ())
        ),
        "declarations": tuple(material for type in command.declarations for material in of_type.get(type, ())),
        "later": tuple(material for type in command.later for material in of_type.get(type, ())),
    }
    if isinstance(command, c.OpenBundle):
        return c.OpenCase(channel=command.channel, **given)
    copies = (c.CopyFor(copy.copy, material) for copy in command.copies for material in of_type.get(copy.material, ()))
    return c.FileCase(copies=tuple(copies), **given)


def _named(child: c.ChildFiling, refusal: Refusal) -> BundleChildRefused:
    params = {"item": child.item_id, "case": str(child.case), "code": refusal.code, "params": refusal.params}
    return BundleChildRefused(**params)
