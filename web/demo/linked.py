"""Linked filings 一件事 of the demonstration: one form and one set of papers for several matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from msgspec import Struct

from domain.actors import Actor
from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.catalogue.bundles import NeededPaper, answers_for, bundle_form, papers_needed
from domain.catalogue.conditions import Json, filled_form, materials_needed
from domain.catalogue.items import ServiceItem
from domain.decisions import Call
from store.itself import CENTRE_ACTOR
from web.demo.answers import fill_bundle
from web.demo.making import Step
from web.demo.papers import PAGES
from web.demo.people import AUNT, HE, Resident
from web.demo.story import NAMESPACE, UPLOAD_SECONDS, Cast, Chain, Page, made_id

LOOKS_HOURS = 0.4
"""How long a clerk looks at the papers of a case before it is accepted."""


class Linked(Struct, frozen=True, kw_only=True):
    """One linked filing.

    Attributes:
        name: ids follow from it.
        items: those of the bundle that are applied for, in its order.
        by: who fills the form in.
        channel: where the person is for whom a member of staff does so; None where the applicant does.
    """

    name: str
    bundle: str
    items: tuple[str, ...]
    person: Resident
    by: Actor
    at: datetime
    channel: Literal["window", "phone", "visit"] | None = None
    choices: Mapping[str, Json] = {}

    def case(self, item: str) -> UUID:
        """The id of the case of one of the items."""
        return made_id(f"{self.name}: {item}")


def linked_filings(cast: Cast) -> Iterator[Chain]:
    """One from a sofa in the evening; one at the window, where a clerk takes both cases on at once."""
    yield _filed(
        cast,
        Linked(
            name="newborn, linked",
            bundle="newborn",
            items=("birth-registration", "childcare-subsidy"),
            person=HE,
            by=cast.residents[HE.phone],
            at=cast.diary.fresh(0.42),
            choices={"already_born": True},
        ),
    )
    at_the_window = Linked(
        name="senior, at the window",
        bundle="senior",
        items=("elder-card", "advanced-age-allowance"),
        person=AUNT,
        by=cast.staff["zhoumin"],
        at=cast.diary.at(2, "10:15"),
        channel="window",
        choices={"local_hukou": True, "age_band": "80-89"},
    )
    yield _accepted(cast, at_the_window, _filed(cast, at_the_window))


def _filed(cast: Cast, linked: Linked) -> Chain:
    """The form, and then its photographs, a case at a time."""
    items = [cast.items[id] for id in linked.items]
    form = bundle_form(cast.bundles[linked.bundle], items)
    answers = fill_bundle(form, items, linked.person, on=local_day(linked.at), choices=linked.choices)
    needed = papers_needed(form, {item.id: item for item in items}, answers)
    pages = [page for one in needed if one.photograph_demanded for page in _pages(cast, linked, items, one.type)]
    at, chain = linked.at, Chain(linked.name)
    call = Call(
        id=uuid5(NAMESPACE, linked.name),
        lane=made_id(linked.name),
        command=_command(linked, items, answers, needed, pages),
        by=linked.by,
        files=tuple(page.ref for page in pages),
        captured_at=at,
    )
    chain.steps.append(Step(at, call))
    for part in form.items:
        wanted = materials_needed(filled_form(cast.items[part.item_id], answers_for(part, answers)))
        own = {one.material.type for one in wanted}
        for page in pages:
            if page.material in own:
                at += timedelta(seconds=UPLOAD_SECONDS)
                stored = c.StoreFile(
                    file=page.ref, address=page.sheet.address, media_type="image/jpeg", uploaded_by=linked.by.id
                )
                chain.do(linked.case(part.item_id), stored, CENTRE_ACTOR, at=at)
    return chain


def _command(
    linked: Linked,
    items: Sequence[ServiceItem],
    answers: Mapping[str, Json],
    needed: Iterable[NeededPaper],
    pages: Iterable[Page],
) -> c.FileBundle | c.OpenBundle:
    filed = c.FileBundle(
        bundle_id=linked.bundle,
        children=tuple(c.ChildFiling(linked.case(item.id), item.id, item.version) for item in items),
        answers=dict(answers),
        pages=tuple(c.PageOf(file=page.ref.id, material=page.material, number=page.number) for page in pages),
        declarations=tuple(one.type for one in needed if one.signature_demanded),
    )
    if linked.channel is None:
        return filed
    return c.OpenBundle(
        bundle_id=filed.bundle_id,
        children=filed.children,
        channel=linked.channel,
        answers=filed.answers,
        pages=filed.pages,
        declarations=filed.declarations,
    )


def _accepted(cast: Cast, linked: Linked, chain: Chain) -> Chain:
    """Whoever filled the form in takes the cases on, one after the other."""
    at = chain.steps[-1].at
    (filing,) = [step.call.command for step in chain.steps if isinstance(step.call.command, c.OpenBundle)]
    for item in (cast.items[id] for id in linked.items):
        at = cast.diary.later(at, LOOKS_HOURS)
        shown = {page.material for page in filing.pages}
        checked = tuple(one.id for one in item.materials if one.type in shown or one.source == "shared")
        chain.do(linked.case(item.id), c.AcceptCase(checked=checked), linked.by, at=at)
    return chain


def _pages(cast: Cast, linked: Linked, items: Sequence[ServiceItem], type: str) -> Iterator[Page]:
    found = next(one for item in items for one in item.materials if one.type == type)
    for number in range(1, PAGES.get(type, 1) + 1):
        sheet = cast.papers.page(type, found.name_zh, number, person=linked.by.id)
        ref = c.FileRef(id=uuid5(NAMESPACE, f"{linked.name} {type} {number}"), sha256=sheet.sha256, size=sheet.size)
        yield Page(ref, type, number, sheet)
