"""Decisions on words, views, agents and cases that were filed twice."""

from __future__ import annotations

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import ENDED
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding.guards import Recorded, opened, reason, sealed
from domain.case.state import Case, due_step
from domain.catalogue.items import ServiceItem
from domain.centre.centre import views_stream
from domain.refusals import Forbidden, Invalid, NoAgent, NotFound, NotSuspected, UnknownCommand
from domain.rights.looking import visible_to


@decide.register
def _(command: c.Unusable, _call: Call, _bench: Bench) -> Decided:
    match command.why:
        case "invalid":
            raise Invalid(**command.params)
        case "unknown-command":
            raise UnknownCommand(**command.params)
        case "forbidden":
            raise Forbidden(**command.params)


@decide.register
def _(command: c.AddNote, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    return [(call.lane, f.CaseNoted(text=sealed(case, command.text)))]


@decide.register
def _(command: c.SendMessage, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    readers = _readers(call, case, item)
    return [(call.lane, f.MessageSent(text=sealed(case, command.text), readers=readers))]


def _readers(call: Call, case: Case, item: ServiceItem) -> tuple[str, ...]:
    """Who will read it; nobody else of the case's people is left out or added."""
    if not call.by.is_resident:
        return ("applicant", "agent") if case.agent else ("applicant",)
    step = due_step(item, case)
    desk = "handler" if case.claimed_by else step.role if step else item.steps("accept")[0].role
    other = "agent" if call.by.id == case.applicant else "applicant"
    return (desk, other) if case.agent else (desk,)


@decide.register
def _(command: c.ViewRecord, call: Call, bench: Bench) -> Decided:
    case = visible_to(call.by, call.lane, bench)
    if case is None:
        raise NotFound
    if call.by.is_resident:
        return []
    viewed = f.RecordViewed(record=call.lane, position=command.position, offline=command.offline)
    facts: Recorded = [(views_stream(call.lane), viewed)]
    given = case.handed_over
    if given is not None and given.to == call.by.id and not given.opened:
        facts.append((call.lane, f.HandOverOpened()))
    return facts


@decide.register
def _(command: c.EndAgency, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if case.agent is None:
        raise NoAgent
    return [(call.lane, f.AgencyEnded(agent=case.agent, words=reason(case, command.reason)))]


# Filed twice


@decide.register
def _(command: c.SuspectDuplicate, call: Call, bench: Bench) -> Decided:
    case, other = bench.case(call.lane), bench.case(command.other)
    if not case.is_filed or not other.is_filed or command.other == call.lane:
        raise NotFound
    is_open = case.status not in ENDED and other.status not in ENDED
    if not is_open or case.item_id != other.item_id or command.other in case.suspects:
        return []
    return [(call.lane, f.DuplicateSuspected(other=command.other))]


@decide.register
def _(command: c.ClearDuplicate, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if command.other not in case.suspects:
        raise NotSuspected
    return [(call.lane, f.DuplicateCleared(other=command.other, words=reason(case, command.reason)))]


@decide.register
def _(command: c.MergeCase, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    other = bench.case(command.into)
    if command.into not in case.suspects or not other.is_filed or other.status in ENDED:
        raise NotSuspected
    struck_out = f.CaseVoided(words=reason(case, command.reason), into=command.into)
    return [(command.into, f.DuplicateAbsorbed(other=call.lane)), (call.lane, struck_out)]
