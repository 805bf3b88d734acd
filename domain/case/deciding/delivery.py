"""Decisions on the result: issue, void, print again, post, deliver, archive."""

from __future__ import annotations

from datetime import date

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import ACTS, ENDED, CaseStatus
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import dates
from domain.case.deciding.guards import claimed, item_of, opened, reason, require_words, sealed
from domain.case.state import Case
from domain.catalogue.answers import years_later
from domain.catalogue.items import RetentionClass, ServiceItem
from domain.refusals import ArchiveNotReady, DeliveryUnfit, NotFound, PromiseOpen, StateChanged

NOT_GRANTED: RetentionClass = "10-years"
"""How long a case is kept that led to no result, unless its item says otherwise."""


@decide.register
def _(_command: c.IssueResult, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    if case.open_gaps and not item.issue_with_gaps:
        raise PromiseOpen(materials=list(case.open_gaps))
    year = bench.today.year
    serial = bench.serial(f"document:{year}", call.lane)
    number = f"{bench.centre().document_prefix}〔{year}〕第{serial:04d}号"
    return [*before, (call.lane, f.ResultIssued(document_number=number, verification_code=bench.code()))]


@decide.register
def _(command: c.VoidResult, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    was_delivered = case.status is CaseStatus.DELIVERED
    void = f.ResultVoided(
        document_number=_number(case),
        words=reason(case, command.reason),
        deliver_by=dates.deliver_by(item, bench) if was_delivered else None,
    )
    return [(call.lane, void)]


@decide.register
def _(command: c.ReprintResult, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    words = reason(case, command.reason)
    return [(call.lane, f.ResultReprinted(document_number=_number(case), copy=case.prints + 1, words=words))]


def _number(case: Case) -> str:
    assert case.document_number is not None
    return case.document_number


@decide.register
def _(command: c.RecordRendering, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    is_void = case.document_number is None or command.document_number not in ("", case.document_number)
    if case.rendered or is_void:  # it was made void while it was being rendered
        return []
    return [(call.lane, f.ResultRendered(sha256=command.sha256, size=command.size, address=command.address))]


# The post


@decide.register
def _(_command: c.DispatchResult, call: Call, bench: Bench) -> Decided:
    case, _item, before = claimed(call, bench)
    if case.dispatched:
        raise StateChanged(status=str(case.status))
    if (method := str(case.choices.get("delivery_method", ""))) != "mail":
        raise DeliveryUnfit(method=method)
    return [*before, (call.lane, f.DispatchRequested())]


@decide.register
def _(command: c.RecordPosting, call: Call, bench: Bench) -> Decided:
    if bench.case(call.lane).status is not CaseStatus.ISSUED:
        raise StateChanged(status=str(bench.case(call.lane).status))
    return [(call.lane, f.CasePosted(carrier=command.carrier, tracking_number=command.tracking_number))]


@decide.register
def _(command: c.ReturnPost, call: Call, bench: Bench) -> Decided:
    if call.by.is_centre:
        if bench.case(call.lane).status is not CaseStatus.POSTED:
            raise StateChanged(status=str(bench.case(call.lane).status))
    else:
        opened(call, bench)
    return [(call.lane, f.PostReturned(why=command.why))]


# Delivery


@decide.register
def _(command: c.ConfirmDelivery, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    _require_fit(command, case, item)
    other = command.receiver == "other"
    if other:
        require_words({"name": command.name})
    delivered = f.CaseDelivered(
        method=command.method, receiver=command.receiver, name=sealed(case, command.name) if other else None
    )
    return [*before, (call.lane, delivered)]


def _require_fit(command: c.ConfirmDelivery, case: Case, item: ServiceItem) -> None:
    """What was posted is signed for; what was not is collected or, where the item allows it, sent electronically."""
    posted = case.status is CaseStatus.POSTED
    fits = posted if command.method == "mail" else not posted
    if not fits or (command.method == "electronic" and not item.result.electronic):
        raise DeliveryUnfit(method=command.method)
    if command.receiver == "agent" and case.agent is None:
        raise DeliveryUnfit(method=command.method)


# The archive


@decide.register
def _(command: c.ArchiveCase, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    if case.status is None:
        raise NotFound
    if case.status is CaseStatus.ARCHIVED:
        return []
    if why := _still_to_do(case):
        raise ArchiveNotReady(why=why)
    item = item_of(case, bench)
    granted = case.status is CaseStatus.DELIVERED
    kept: RetentionClass = item.retention if granted else item.retention_class or NOT_GRANTED
    archived = f.CaseArchived(
        digest=command.digest,
        leaves=command.leaves,
        retention_class=kept,
        retain_until=_retain_until(kept, bench.today),
    )
    return [(call.lane, archived)]


def _still_to_do(case: Case) -> str | None:
    """What somebody can still do; what the status leaves to nobody, as after a revocation, keeps no package open."""
    if case.status is None or case.status not in ENDED:
        return "open"
    if case.evidence and "case.refuse-reopening" in ACTS[case.status]:
        return "evidence"
    if case.sampling_due and "case.sample" in ACTS[case.status]:
        return "sampling"
    return "promise" if case.status is CaseStatus.DELIVERED and case.open_gaps else None


def _retain_until(kept: RetentionClass, today: date) -> date | None:
    """The last day of keeping: the term begins with the year after the archiving (DA/T 85)."""
    if kept == "permanent":
        return None
    return years_later(date(today.year, 12, 31), int(kept.partition("-")[0]))
