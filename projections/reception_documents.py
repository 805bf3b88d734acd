"""How people are received, as anybody may ask: groups, days and today's lines. Nobody's name is in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from domain.calendar.calendar import Calendar
from domain.calendar.limits import local_day
from domain.visits.reception import Group, Openings, Plan, Reception, at_local, hall_stream, line_stream
from projections.documents import Text
from projections.visit_bodies import (
    DoorsBody,
    GroupBody,
    LineBody,
    OfficeDayBody,
    OpeningBody,
    PlaceBody,
    ReceptionBody,
)

LOOKED_AHEAD_DAYS = 31
"""How far the next opening is looked for; the longest holiday is shorter."""


def reception_of(
    reception: Reception, calendar: Calendar, lines: Mapping[UUID, LineBody], *, now: datetime
) -> ReceptionBody | None:
    """What is published about receiving people; None while nothing is.

    Args:
        reception: what is published.
        calendar: in force.
        lines: documents of the day's lines by stream; one in which nothing happened has none.
        now: UTC.
    """
    on = local_day(now)
    plan = reception.plan(on)
    if plan is None:
        return None
    ahead = range(plan.rules.days_ahead + 1)
    begins, ends = _tickets(plan, reception.openings(on, calendar), on)
    return ReceptionBody(
        on=on,
        doors=doors_of(reception, calendar, now=now),
        hall=hall_stream(on),
        days=tuple(_day(reception, calendar, on + timedelta(days=n)) for n in ahead),
        groups=tuple(_group(group, lines.get(line_stream(on, group.id)), on) for group in plan.groups),
        counters=tuple(PlaceBody(id=p.id, name=Text(p.name_zh, p.name_en), groups=p.groups) for p in plan.counters),
        tickets_from=begins,
        tickets_until=ends,
        appointments=plan.rules.appointments,
    )


def doors_of(reception: Reception, calendar: Calendar, *, now: datetime) -> DoorsBody:
    """Whether people are received at an instant, until when, or from when on."""
    today = local_day(now)
    for on in (today + timedelta(days=ahead) for ahead in range(LOOKED_AHEAD_DAYS)):
        for starts, ends in stretches(reception.openings(on, calendar)):
            opens, closes = at_local(on, starts), at_local(on, ends)
            if opens <= now < closes:
                return DoorsBody(open=True, until=closes, opens=None)
            if now < opens:
                return DoorsBody(open=False, until=None, opens=opens)
    return DoorsBody(open=False, until=None, opens=None)


def stretches(openings: Openings) -> list[tuple[time, time]]:
    """Openings as people see them: those between which the doors stay open are one."""
    found: list[tuple[time, time]] = []
    for opening in openings:
        if found and found[-1][1] == opening.starts:
            found[-1] = found[-1][0], opening.ends
        else:
            found.append((opening.starts, opening.ends))
    return found


def _tickets(plan: Plan, openings: Openings, on: date) -> tuple[datetime, datetime] | tuple[None, None]:
    if not openings:
        return None, None
    early = timedelta(minutes=plan.rules.tickets_minutes)
    return at_local(on, openings[0].starts) - early, at_local(on, openings[-1].ends)


def _day(reception: Reception, calendar: Calendar, on: date) -> OfficeDayBody:
    changed = reception.days.get(on)
    openings = tuple(OpeningBody(each.starts, each.ends, each.kind.value) for each in reception.openings(on, calendar))
    return OfficeDayBody(on, openings, changed.reason if changed else "")


def _group(group: Group, line: LineBody | None, on: date) -> GroupBody:
    return GroupBody(
        id=group.id,
        lane=line_stream(on, group.id),
        name=Text(group.name_zh, group.name_en),
        items=group.items,
        waiting=len(line.waiting) if line else 0,
        wait_minutes=line.wait_minutes if line else None,
        is_stopped=line.is_stopped if line else False,
    )
