"""A linked filing 一件事 of the demonstration: one form and one set of papers for two matters of a newborn child."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.catalogue.bundles import answers_for, bundle_form, papers_needed
from domain.catalogue.conditions import filled_form, materials_needed
from domain.decisions import Call
from store.itself import CENTRE_ACTOR
from web.demo.answers import fill_bundle
from web.demo.making import Step
from web.demo.papers import PAGES
from web.demo.people import HE
from web.demo.story import NAMESPACE, UPLOAD_SECONDS, Cast, Chain, Page, made_id

BUNDLE = "newborn"
ITEMS = ("birth-registration", "childcare-subsidy")
NAME = "newborn, linked"


def linked_filing(cast: Cast) -> Chain:
    """Filed in the evening, both cases complete a minute later."""
    at = cast.diary.fresh(0.42)
    items = {id: cast.items[id] for id in ITEMS}
    form = bundle_form(cast.bundles[BUNDLE], list(items.values()))
    answers = fill_bundle(form, list(items.values()), HE, on=local_day(at), choices={"already_born": True})
    needed = papers_needed(form, items, answers)
    types = [one.type for one in needed if one.photograph_demanded]
    pages = [page for type in types for page in _pages(cast, type)]
    author = cast.residents[HE.phone]
    command = c.FileBundle(
        bundle_id=BUNDLE,
        children=tuple(c.ChildFiling(made_id(f"{NAME}: {id}"), id, items[id].version) for id in ITEMS),
        answers=dict(answers),
        pages=tuple(c.PageOf(file=page.ref.id, material=page.material, number=page.number) for page in pages),
        declarations=tuple(one.type for one in needed if one.signature_demanded),
    )
    chain = Chain(NAME)
    call = Call(
        id=uuid5(NAMESPACE, NAME),
        lane=made_id(NAME),
        command=command,
        by=author,
        files=tuple(page.ref for page in pages),
        captured_at=at,
    )
    chain.steps.append(Step(at, call))
    for part in form.items:
        wanted = materials_needed(filled_form(items[part.item_id], answers_for(part, answers)))
        own = {one.material.type for one in wanted}
        for page in pages:
            if page.material in own:
                at += timedelta(seconds=UPLOAD_SECONDS)
                stored = c.StoreFile(
                    file=page.ref, address=page.sheet.address, media_type="image/jpeg", uploaded_by=author.id
                )
                chain.do(made_id(f"{NAME}: {part.item_id}"), stored, CENTRE_ACTOR, at=at)
    return chain


def _pages(cast: Cast, type: str) -> list[Page]:
    found = next(one for id in ITEMS for one in cast.items[id].materials if one.type == type)
    author = cast.residents[HE.phone].id
    pages: list[Page] = []
    for number in range(1, PAGES.get(type, 1) + 1):
        sheet = cast.papers.page(type, found.name_zh, number, person=author)
        ref = c.FileRef(id=uuid5(NAMESPACE, f"{NAME} {type} {number}"), sha256=sheet.sha256, size=sheet.size)
        pages.append(Page(ref, type, number, sheet))
    return pages
