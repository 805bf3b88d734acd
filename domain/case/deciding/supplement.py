"""Decisions of the applicant after filing: supplement, withdraw, change the delivery, hand in through a link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid5

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import dates, papers
from domain.case.deciding.guards import (
    Recorded,
    applicant,
    item_of,
    opened,
    sealed_if_any,
)
from domain.case.state import Case, evolve
from domain.catalogue.answers import check_answers
from domain.catalogue.conditions import filled_form, sealed_answers
from domain.catalogue.items import ServiceItem
from domain.facts import Sealed
from domain.refusals import (
    AnswersInvalid,
    MaterialsMissing,
    NotFound,
    StateChanged,
    UnknownFile,
    UploadLinkInvalid,
)

DELIVERY_FIELDS = "delivery"
"""Group of the fields about how the result is received."""


@decide.register
def _(command: c.SupplementCase, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    pages = papers.named(call, command.pages, item)
    if not (pages or command.reply or command.declarations):
        raise UnknownFile
    if case.status not in (CaseStatus.FILED, CaseStatus.CORRECTION):
        return [(call.lane, _evidence(case, pages, command))]
    if any(file not in {p.file for p in case.pages} for file in command.replaces):
        raise UnknownFile
    fact = f.CaseSupplemented(
        pages=pages,
        replaces=command.replaces,
        reply=sealed_if_any(case, command.reply),
        declarations=command.declarations,
        lapses=dates.lapses(bench),
    )
    return _supplemented(fact, case, item, call, bench)


def _supplemented(fact: f.CaseSupplemented, case: Case, item: ServiceItem, call: Call, bench: Bench) -> Recorded:
    if unanswered := _unanswered(case, fact):
        raise MaterialsMissing(materials=unanswered)
    after = evolve(fact, case, by=call.by.id)
    lacked = set(papers.lacking(case, item))
    if taken_away := [material for material in papers.lacking(after, item) if material not in lacked]:
        raise MaterialsMissing(materials=taken_away)
    return [(call.lane, fact), *papers.completed(call.lane, after, item, bench)]


def _unanswered(case: Case, fact: f.CaseSupplemented) -> list[str]:
    """Materials of defects that neither a new page, a signature nor words answer."""
    given = {p.material for p in fact.pages} | set(fact.declarations)
    return sorted({d.material for d in case.open_defects if d.material not in given and not fact.reply})


def _evidence(case: Case, pages: tuple[f.NamedPage, ...], command: c.SupplementCase) -> f.EvidenceReceived:
    """What comes after acceptance is kept: for a promised material, or for somebody to look at.

    Only a page that could not be used gives way to another of its paper: on the rest the acceptance rests.
    """
    reply = command.reply
    given = {p.material for p in pages}
    supplies = tuple(material for material in case.open_gaps if material in given)
    in_review = case.status in (CaseStatus.ACCEPTED, CaseStatus.SUSPENDED)
    only_promised = bool(given) and given == set(supplies) and not reply
    return f.EvidenceReceived(
        pages=pages,
        reply=sealed_if_any(case, reply),
        after_decision=not (in_review or only_promised),
        supplies=supplies,
        replaces=tuple(
            page.file
            for page in case.pages
            if page.file in command.replaces and page.material in given and case.is_spoilt(page.file)
        ),
    )


@decide.register
def _(_command: c.WithdrawCase, call: Call, bench: Bench) -> Decided:
    opened(call, bench)
    return [(call.lane, f.CaseWithdrawn())]


@decide.register
def _(command: c.ChangeDelivery, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    if case.dispatched:
        raise StateChanged(status=str(case.status))
    form = filled_form(item, command.answers)
    asked = {field.id for field in item.fields if field.group == DELIVERY_FIELDS}
    wrong = [p for p in check_answers(form, on=bench.today) if p.field in asked or p.code == "unknown-field"]
    if wrong:
        raise AnswersInvalid(problems=[{"field": p.field, "code": p.code, "params": p.params} for p in wrong])
    if "delivery_method" not in form.answers:  # the item does not ask how the result comes
        raise AnswersInvalid(problems=[{"field": "delivery_method", "code": "unknown-field", "params": {}}])
    private: dict[str, Any] = {key: value for key, value in sealed_answers(form).items() if key in asked}
    changed = f.DeliveryChanged(
        method=str(form.answers["delivery_method"]), answers=Sealed(applicant(case), value=private)
    )
    after = evolve(changed, case, by=call.by.id)  # another way may ask for no more than is there
    return [(call.lane, changed), *papers.completed(call.lane, after, item, bench)]


# One-time links


@decide.register
def _(command: c.MakeUploadLink, call: Call, bench: Bench) -> Decided:
    _case, item, _ = opened(call, bench)
    if not command.materials or any(item.material(material) is None for material in command.materials):
        raise UnknownFile
    made = f.UploadLinkMade(
        link=uuid5(call.lane, f"link:{command.token_hash}"),
        token_hash=command.token_hash,
        expires_at=bench.now + timedelta(hours=bench.centre().practice.link_hours),
        materials=command.materials,
    )
    return [(call.lane, made)]


@decide.register
def _(command: c.HandInByLink, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    if case.status is None:
        raise NotFound
    link = case.links.get(command.link)
    given = {page.material for page in command.pages} | set(command.declarations)
    usable = link is not None and not link.used and bench.now < link.expires_at
    if link is None or not usable or link.token_hash != command.token_hash or not given <= set(link.materials):
        raise UploadLinkInvalid
    if not given:
        raise UnknownFile
    if case.status not in (CaseStatus.FILED, CaseStatus.CORRECTION):
        raise StateChanged(status=case.status.value)
    item = item_of(case, bench)
    fact = f.CaseSupplemented(
        pages=papers.named(call, command.pages, item),
        replaces=(),
        reply=None,
        declarations=command.declarations,
        link=command.link,
        lapses=dates.lapses(bench),
    )
    used = f.UploadLinkUsed(link=command.link)
    return [(call.lane, used), *_supplemented(fact, evolve(used, case, by=call.by.id), item, call, bench)]
