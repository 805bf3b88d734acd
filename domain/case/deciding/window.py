"""Decisions of the window: look at pages, correct, accept, decline, redirect."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.calendar.reckoning import has_passed
from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import dates, papers
from domain.case.deciding.guards import (
    applicant,
    claimed,
    opened,
    reason,
    require_fresh,
    require_qualified,
    require_words,
    sealed,
)
from domain.case.state import Case
from domain.catalogue.delegation import as_accepted, route_of
from domain.catalogue.items import Material, ServiceItem
from domain.centre.centre import numbered
from domain.facts import Fact
from domain.refusals import (
    FilesOnTheWay,
    MaterialsMissing,
    MaterialsUnchecked,
    NothingAsked,
    NoticeEmpty,
    NoticeLimitPassed,
    OwnRequest,
    PageRefused,
    SecondNotice,
    SecondNoticeNeedsLead,
    UnknownFile,
)
from domain.vault.vault import CopyKept, KeptPage, vault_stream


@decide.register
def _(command: c.VerifyPages, call: Call, bench: Bench) -> Decided:
    case, _item, before = claimed(call, bench)
    files = {page.file for page in case.pages}
    if not command.verdicts or any(verdict.file not in files for verdict in command.verdicts):
        raise UnknownFile
    for verdict in command.verdicts:
        if not verdict.good:
            require_words({"reason": verdict.words, "code": verdict.code})
    verdicts = tuple(f.PageVerdict(v.file, v.good, "" if v.good else v.code, v.expires_on) for v in command.verdicts)
    words = sealed(case, [verdict.words for verdict in command.verdicts])
    return [*before, (call.lane, f.PagesVerified(verdicts=verdicts, words=words))]


# The correction notice


@decide.register
def _(command: c.RequestCorrection, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    _require_in_time(case, bench)
    if not command.defects:
        raise NoticeEmpty
    known = {(m.id, None) for m in item.materials} | {(p.material, p.file) for p in case.pages}
    if any((d.material, d.file) not in known for d in command.defects):
        raise UnknownFile
    if case.notices and any(d.file is None or d.file not in case.new_files for d in command.defects):
        raise SecondNotice
    if case.notices and case.second_notice is None:
        raise SecondNoticeNeedsLead
    notice = f.CorrectionRequested(
        defects=tuple(f.DefectTold(d.material, d.file, d.code) for d in command.defects),
        words=sealed(case, [d.words for d in command.defects]),
        respond_by=dates.respond_by(bench),
        approved_by=case.second_notice if case.notices else None,
    )
    return [*before, (call.lane, notice)]


@decide.register
def _(command: c.AskSecondNotice, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if not case.notices or case.second_notice is not None:
        raise NothingAsked
    return [(call.lane, f.SecondNoticeAsked(words=reason(case, command.reason)))]


@decide.register
def _(_command: c.ApproveSecondNotice, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if not case.notices or case.second_notice is not None:
        raise NothingAsked
    if call.by.id in (case.claimed_by, case.second_notice_asked_by):
        raise OwnRequest
    return [(call.lane, f.SecondNoticeApproved())]


# Acceptance


@decide.register
def _(command: c.AcceptCase, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    require_qualified(call, case, item, bench)
    if case.waiting:
        raise FilesOnTheWay(files=[str(p.file) for p in case.waiting])
    gaps = tuple(gap.material for gap in command.gaps)
    _require_papers(case, item, command, gaps)
    fact = replace(
        acceptance(case, item, call.lane, bench),
        checked=command.checked,
        gaps=tuple(f.GapPromised(gap.material, dates.gap_due(gap.working_days, bench)) for gap in command.gaps),
    )
    kept = [(vault_stream(applicant(case)), copy) for copy in _kept(case, item, command.checked, call.lane, bench)]
    return [*kept, *before, (call.lane, fact)]


def acceptance(case: Case, item: ServiceItem, lane: UUID, bench: Bench) -> f.CaseAccepted:
    """What every acceptance records: the number, the versions, and the limits that begin.

    Limits run from the acceptance; from the receipt where that came late or is deemed, and for immediate items.
    """
    late = case.notice is not None and has_passed(case.notice, bench.now)
    since = bench.now
    if case.received_at is not None and (late or item.kind == "immediate"):
        since = case.received_at
    handling = route_of(item, bench.orders(), on=bench.today)
    item = as_accepted(item, handling.street_role, handling.route)
    return f.CaseAccepted(
        case_number=case.minted or _number(lane, bench),
        item_version=case.item_version,
        calendar_version=bench.calendar().version,
        checked=(),
        promised=dates.promised(item, since, bench),
        statutory=dates.statutory(item, since, bench),
        since=since,
        step_due=dates.review_due(item, 0, bench),
        order=handling.order,
        street_role="" if handling.own else handling.street_role,
        route=() if handling.own else handling.route,
    )


def _number(lane: UUID, bench: Bench) -> str:
    day = bench.today.strftime("%Y%m%d")
    return numbered(bench.centre().number_prefix, day, bench.serial(f"case:{day}", lane))


def _require_papers(case: Case, item: ServiceItem, command: c.AcceptCase, gaps: tuple[str, ...]) -> None:
    needed = papers.needed(case, item)
    papers.require_may_follow(item, needed, gaps)
    lacking = papers.missing(needed, case.pages, later=gaps, asked=papers.unknown_to_registers(case))
    lacking += papers.unsigned(needed, case.declarations)
    if lacking:
        raise MaterialsMissing(materials=lacking)
    bad = {page.material for page in case.pages if (v := case.verdicts.get(page.file)) is not None and not v.good}
    if bad - set(gaps):
        raise PageRefused(materials=sorted(bad - set(gaps)))
    known = {page.material for page in case.pages} | set(gaps) | set(command.checked)
    known |= {material for material, outcome in case.looked_up.items() if outcome == "found"}
    shared = [n.material.id for n in needed if n.required and n.material.source == "shared"]
    if unchecked := [material for material in shared if material not in known]:
        raise MaterialsUnchecked(materials=unchecked)


def _kept(case: Case, item: ServiceItem, checked: tuple[str, ...], lane: UUID, bench: Bench) -> Iterator[Fact]:
    """Copies of checked papers for later cases of a person who handed them in themselves."""
    if case.agent is not None or case.former_agents or case.opened_by is not None:
        return
    for id in checked:
        material = item.material(id)
        pages = [page for page in case.pages if page.material == id]
        if material is None or material.reuse_days is None or not pages or id in case.reused:
            continue
        yield _copy(material, pages, case, lane, bench)


def _copy(material: Material, pages: list[f.NamedPage], case: Case, lane: UUID, bench: Bench) -> CopyKept:
    verdicts = [verdict for page in pages if (verdict := case.verdicts.get(page.file))]
    arrived = [(page, case.arrived[page.file]) for page in pages]
    return CopyKept(
        copy=uuid5(lane, f"copy:{material.id}:{case.round}"),
        material_type=material.type,
        pages=tuple(KeptPage(p.sha256, p.size, a.media_type, a.address, n) for n, (p, a) in enumerate(arrived, 1)),
        checked_on=bench.today,
        expires_on=min((v.expires_on for v in verdicts if v.expires_on), default=None),
        case=lane,
    )


# Not taking it on


@decide.register
def _(command: c.DeclineCase, call: Call, bench: Bench) -> Decided:
    case, _item, before = claimed(call, bench)
    require_fresh(call, bench)
    _require_in_time(case, bench)
    given = {"reason": command.reason, "remedy": command.remedy}
    require_words(given)
    return [*before, (call.lane, f.CaseDeclined(words=sealed(case, given)))]


@decide.register
def _(command: c.RedirectCase, call: Call, bench: Bench) -> Decided:
    case, _item, before = claimed(call, bench)
    require_fresh(call, bench)
    _require_in_time(case, bench)
    require_words({"reason": command.reason, "office": command.office})
    words = sealed(case, {"reason": command.reason, "how": command.how})
    return [*before, (call.lane, f.CaseRedirected(office=command.office, words=words))]


def _require_in_time(case: Case, bench: Bench) -> None:
    """Once the notice limit has passed the case counts as accepted, and nothing but acceptance is left."""
    if case.notice is not None and has_passed(case.notice, bench.now):
        raise NoticeLimitPassed


@decide.register
def _(command: c.VoidCase, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    return [(call.lane, f.CaseVoided(words=reason(case, command.reason)))]
