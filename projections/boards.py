"""The lead's board of an office, made of the lines of its queue and of its colleagues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.actors import Role
from domain.calendar.limits import local_day
from domain.catalogue.items import ServiceItem
from projections.documents import (
    BoardBody,
    ColleagueBody,
    Cover,
    DueDay,
    Late,
    Load,
    Person,
    StatusCount,
    Text,
    WaitingCount,
)
from projections.queues import Line, Moment, asks_lead, is_late, urgency, working_days_between

EXPIRES_SOON = timedelta(days=30)
COMING_OFF = timedelta(days=1)


class Colleague(NamedTuple):
    """A member of staff of the office."""

    id: UUID
    body: ColleagueBody


def board(
    office: str,
    lines: Sequence[Line],
    colleagues: Sequence[Colleague],
    items: Iterable[ServiceItem],
    when: Moment,
    *,
    decided_late: int = 0,
) -> BoardBody:
    """The board as of a moment.

    Args:
        office: whose it is.
        lines: its queue.
        colleagues: who works there.
        items: what is offered, for who may take it on.
        when: the moment and the calendar in force.
        decided_late: how many cases the centre has decided after their date since the month began.
    """
    today, ordered = local_day(when.now), sorted(lines, key=urgency)
    at_step = [line for line in ordered if line.body.waiting_for == "step"]
    return BoardBody(
        on=today,
        office=office,
        open_cases=len(ordered),
        statuses=tuple(StatusCount(*one) for one in _counted(line.body.status for line in ordered)),
        waiting=tuple(WaitingCount(*one) for one in _counted(line.body.waiting_for for line in ordered)),
        days=_days(ordered, when),
        loads=tuple(_load(one, ordered, when) for one in colleagues),
        late=tuple(_late(line, when) for line in ordered if is_late(line.body, when)),
        decided_late=decided_late,
        decided_since=today.replace(day=1),
        asks=tuple(line.id for line in ordered if asks_lead(line.body)),
        unclaimed=tuple(line.id for line in at_step if line.body.claimed_by is None),
        coming_off=tuple(line.id for line in ordered if _comes_off(line, when)),
        covers=tuple(_cover(item, ordered, colleagues, today) for item in items),
    )


def _counted(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))


def _days(lines: Sequence[Line], when: Moment) -> tuple[DueDay, ...]:
    today = local_day(when.now)
    by_day: dict[date | None, list[UUID]] = {}
    for line in lines:
        by_day.setdefault(local_day(line.body.due) if line.body.due else None, []).append(line.id)
    dated = sorted((on, ids) for on, ids in by_day.items() if on is not None)
    days = [DueDay(on, working_days_between(when.calendar, today, on), tuple(ids)) for on, ids in dated]
    without = by_day.get(None)
    return (*days, *([DueDay(None, None, tuple(without))] if without else []))


def _load(one: Colleague, lines: Sequence[Line], when: Moment) -> Load:
    today = local_day(when.now)
    held = [line for line in lines if line.body.claimed_by is not None and line.body.claimed_by.id == one.id]
    away = next((each for each in reversed(one.body.absences) if each.first <= today <= each.last), None)
    return Load(
        person=Person(one.id, one.body.name),
        roles=one.body.roles,
        is_away=away is not None,
        substitute=away.substitute if away else None,
        cases=tuple(line.id for line in held),
        minutes=sum(line.body.effort_minutes for line in held),
        due_today=sum(line.body.due is not None and local_day(line.body.due) <= today for line in held),
    )


def _late(line: Line, when: Moment) -> Late:
    body = line.body
    assert body.due is not None
    return Late(
        case=line.id,
        number=body.number,
        item_name=body.item_name,
        clock=body.due_clock,
        due=body.due,
        working_days=working_days_between(when.calendar, local_day(body.due), local_day(when.now)),
        waiting_for=body.waiting_for,
        held_by=body.claimed_by,
        step=body.step.name if body.step else None,
        since=body.changed_at,
    )


def _comes_off(line: Line, when: Moment) -> bool:
    until = line.body.claim_until
    return line.body.claimed_by is not None and until is not None and until <= when.now + COMING_OFF


def _cover(item: ServiceItem, lines: Sequence[Line], colleagues: Sequence[Colleague], today: date) -> Cover:
    holders: list[tuple[Person, date]] = []
    for one in colleagues:
        ends = [each.valid_until for each in one.body.certificates if each.covers(item.id)]
        # Who holds several counts once, until the last of them ends.
        if Role.WINDOW_CLERK in one.body.roles and ends and max(ends) >= today:
            holders.append((Person(one.id, one.body.name), max(ends)))
    return Cover(
        item=item.id,
        item_name=Text(item.name_zh, item.name_en),
        qualified=tuple(person for person, _ in holders),
        expiring=tuple(person for person, until in holders if until <= today + EXPIRES_SOON),
        open_cases=sum(line.body.item_id == item.id for line in lines),
    )
