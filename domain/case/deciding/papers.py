"""Which papers a case has and lacks, and when its set is complete."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.decide import Bench, Call
from domain.case.deciding import dates
from domain.case.deciding.guards import Recorded, claim, is_qualified
from domain.case.state import Case, due_step
from domain.catalogue.conditions import NeededMaterial, filled_form, materials_needed
from domain.catalogue.items import ServiceItem
from domain.refusals import CannotFollow, UnknownFile


def named(call: Call, pages: Iterable[c.PageOf], item: ServiceItem) -> tuple[f.NamedPage, ...]:
    """The pages of a command with what it says about their files.

    Raises:
        UnknownFile: it does not describe one, or the item has no such material.
    """
    known = {ref.id: ref for ref in call.files}
    materials = {m.id for m in item.materials}
    found: list[f.NamedPage] = []
    for page in pages:
        ref = known.get(page.file)
        if ref is None or page.material not in materials:
            raise UnknownFile(material=page.material, number=page.number)
        found.append(f.NamedPage(ref.id, ref.sha256, ref.size, page.material, page.number))
    return tuple(found)


def needed(case: Case, item: ServiceItem) -> tuple[NeededMaterial, ...]:
    """The papers of a filed case, which its unsealed answers tell."""
    return materials_needed(filled_form(item, case.choices))


def missing(
    papers: Iterable[NeededMaterial],
    pages: Iterable[f.NamedPage],
    *,
    later: Iterable[str] = (),
    asked: Iterable[str] = (),
) -> list[str]:
    """Materials without a page that need one.

    Args:
        papers: what is needed.
        pages: what is there.
        later: materials that may follow.
        asked: materials that a register did not know, so that the applicant must hand them in after all.
    """
    there, wanted = {page.material for page in pages} | set(later), set(asked)
    return [
        one.material.id
        for one in papers
        if (one.photograph_demanded or (one.required and one.material.id in wanted)) and one.material.id not in there
    ]


def unsigned(papers: Iterable[NeededMaterial], signed: Iterable[str]) -> list[str]:
    """Self-declared materials that nobody has signed."""
    done = set(signed)
    return [one.material.id for one in papers if one.signature_demanded and one.material.id not in done]


def require_may_follow(item: ServiceItem, papers: Iterable[NeededMaterial], later: Iterable[str]) -> None:
    """Only what the item allows may follow later; authorisations and declarations never do.

    Raises:
        CannotFollow: something else was named.
    """
    may = {one.material.id for one in papers if one.material.can_supply_later and one.photographable}
    if wrong := [material for material in later if material not in may]:
        raise CannotFollow(materials=wrong)


def unknown_to_registers(case: Case) -> list[str]:
    """Materials that a register was asked for and does not hold."""
    return [material for material, outcome in case.looked_up.items() if outcome == "not-found"]


def lacking(case: Case, item: ServiceItem) -> list[str]:
    """Everything that a filed case still lacks of pages and signatures."""
    papers = needed(case, item)
    return missing(papers, case.pages, later=case.later) + unsigned(papers, case.declarations)


def completed(lane: UUID, case: Case, item: ServiceItem, bench: Bench) -> Recorded:
    """The receipt, if everything is there; the clock of the notice starts with it.

    With a supplement the case returns to whoever had asked for it, or to their substitute.
    """
    if case.status is not CaseStatus.FILED or case.waiting or lacking(case, item):
        return []
    receipt = f.CaseReceived(
        round=case.round + 1,
        notice=dates.notice(bench),
        answer_by=dates.answer_by(item, bench),
        received_at=bench.now,
    )
    facts: Recorded = [(lane, receipt)]
    if case.round and (back := _last_handler(case, item, bench)):
        facts.append((lane, claim(back, bench, why="returned")))
    return facts


def _last_handler(case: Case, item: ServiceItem, bench: Bench) -> UUID | None:
    """Whoever should take it up again, if they are there and may."""
    if case.last_handler is None:
        return None
    who = bench.staff(case.last_handler)
    if away := who.absence(bench.today):
        if away.substitute is None:
            return None
        who = bench.staff(away.substitute)
    step = due_step(item, case)
    if who.id is None or step is None or step.role not in who.roles or who.absence(bench.today):
        return None
    return who.id if is_qualified(who, item, bench) else None
