"""Decisions on when people are received: plans as versioned data, single days, and what a closed day does to visits."""

from __future__ import annotations

from datetime import date, timedelta

from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.refusals import DayIsOver, Invalid, ReasonMissing, ReceptionWrong, VersionTaken
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.appointments import cancelled_by_centre
from domain.visits.bench import Recorded, VisitBench, lines_of, settled
from domain.visits.line import Appointment, TicketStatus
from domain.visits.reception import (
    RECEPTION_STREAM,
    OfficeDayChanged,
    OfficeDayRestored,
    Openings,
    Reception,
    ReceptionPublished,
    at_local,
    evolve,
    is_in_order,
)

SENT_HOME = frozenset({TicketStatus.WAITING, TicketStatus.MISSED})
"""Whoever stands at a counter is still served when the doors close."""


@decide.register
def _(command: c.PublishReception, call: Call, bench: VisitBench) -> Decided:
    _require_lane(call)
    plan, known = command.plan, bench.reception().plans
    same = next((one for one in known if one.version == plan.version), None)
    if same is not None:
        if same != plan:
            raise VersionTaken(item="reception", version=plan.version)
        return []
    if plan.fault:
        raise ReceptionWrong(why=plan.fault)
    if known and plan.version < known[-1].version:
        raise ReceptionWrong(why="version")
    if known and plan.since <= bench.today:
        raise ReceptionWrong(why="since")  # a day that has begun goes on as it began
    published = ReceptionPublished(plan=plan)
    after = evolve(published, bench.reception())
    days = [plan.since + timedelta(days=n) for n in range(_days_ahead(bench.reception(), plan.since, bench.today))]
    return [*_unkept(after, days, bench), (call.lane, published)]


def _days_ahead(reception: Reception, since: date, today: date) -> int:
    """How many days from `since` on appointments can have been made for."""
    furthest = max((plan.rules.days_ahead for plan in reception.plans), default=0)
    return max((today + timedelta(days=furthest) - since).days + 1, 0)


@decide.register
def _(command: c.ChangeOfficeDay, call: Call, bench: VisitBench) -> Decided:
    _require_lane(call)
    _require_ahead(command.on, bench)
    needed = {"reason": command.reason} if command.openings else {"reason": command.reason, "basis": command.basis}
    if lacking := [name for name, words in needed.items() if not words.strip()]:
        raise ReasonMissing(lacking=lacking)
    if not is_in_order(command.openings):
        raise Invalid(where="openings")
    changed = OfficeDayChanged(
        on=command.on, openings=command.openings, reason=command.reason.strip(), basis=command.basis.strip()
    )
    before = _unkept(evolve(changed, bench.reception()), [command.on], bench)
    sent_home = [] if command.openings else _sent_home(command.on, bench)
    return [*before, *sent_home, (call.lane, changed)]


@decide.register
def _(command: c.RestoreOfficeDay, call: Call, bench: VisitBench) -> Decided:
    _require_lane(call)
    _require_ahead(command.on, bench)
    if not command.reason.strip():
        raise ReasonMissing(lacking=["reason"])
    if command.on not in bench.reception().days:
        return []
    restored = OfficeDayRestored(on=command.on, reason=command.reason.strip())
    before = _unkept(evolve(restored, bench.reception()), [command.on], bench)
    return [*before, (call.lane, restored)]


def _require_lane(call: Call) -> None:
    if call.lane != RECEPTION_STREAM:
        raise Invalid(where="lane")


def _require_ahead(on: date, bench: VisitBench) -> None:
    if on < bench.today:
        raise DayIsOver


def _unkept(after: Reception, days: list[date], bench: VisitBench) -> Recorded:
    """Cancellations of the appointments that a changed day has no opening or no group for."""
    facts: Recorded = []
    for on in days:
        openings, plan = after.openings(on, bench.calendar()), after.plan(on)
        for stream, line in lines_of(on, bench).items():
            stays = plan is not None and plan.group(line.group) is not None
            outside = {id: one for id, one in line.booked.items() if not (stays and _is_inside(one, on, openings))}
            facts += cancelled_by_centre(stream, on, outside)
    return facts


def _is_inside(appointment: Appointment, on: date, openings: Openings) -> bool:
    return any(
        at_local(on, opening.starts) <= appointment.starts and appointment.ends <= at_local(on, opening.ends)
        for opening in openings
    )


def _sent_home(on: date, bench: VisitBench) -> Recorded:
    facts: Recorded = []
    for stream, line in lines_of(on, bench).items():
        for id, ticket in line.tickets.items():
            if ticket.status in SENT_HOME:
                facts += settled(ticket.person, id, on, "left")
                facts.append((stream, f.TicketLeft(ticket=id, why="office-closed")))
    return facts
