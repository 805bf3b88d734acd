"""When the centre receives people, and how: office hours, groups of matters with their slots, counters and rules.

Office hours are not working days: an evening, noon or Saturday opening (延时服务) lets people come, and counts in no
time limit. What is in force on a day is versioned data; single days differ by facts of their own, with a reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import ceil
from typing import Annotated
from uuid import UUID, uuid5

from msgspec import Meta as Limits
from msgspec import Struct
from msgspec.structs import replace

from domain.calendar.calendar import SHANGHAI, Calendar, DayKind
from domain.centre.centre import NAMESPACE
from domain.facts import Fact

RECEPTION_STREAM = uuid5(NAMESPACE, "reception")
DAYS_OF_WEEK = 7
USUAL_MINUTES = 15

Key = Annotated[str, Limits(max_length=32)]
"""Id of a group or counter, as a command names it."""
SHORT_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
LETTER = re.compile(r"[A-Z]", re.ASCII)
MOST = 500
MOST_DAYS_AHEAD = 60
SHORTEST_SLOT, LONGEST_SLOT = 5, 240


class OpeningKind(StrEnum):
    """Why the doors are open; people are told, nothing else depends on it."""

    REGULAR = "regular"
    NOON = "noon"
    EXTENDED = "extended"
    WEEKEND = "weekend"


class Opening(Struct, frozen=True):
    """A stretch of a day in which people are received, local time."""

    starts: time
    ends: time
    kind: OpeningKind = OpeningKind.REGULAR


Openings = tuple[Opening, ...]


class Group(Struct, frozen=True, kw_only=True):
    """Matters that wait in one line and share slots.

    Attributes:
        letter: begins its ticket numbers, so that no number is given twice in a day.
        items: ids of service items; matters without an item (questions, results to be collected) fit every group.
        minutes: how long a matter usually takes, for estimates while the day has shown no pace of its own.
        slot_minutes: length of a slot.
        capacity: people who can be received in a slot.
        walk_in_percent: share of each slot that cannot be booked, so that nobody needs an appointment.
    """

    id: str
    letter: str
    name_zh: str
    name_en: str
    items: tuple[str, ...] = ()
    minutes: int = USUAL_MINUTES
    slot_minutes: int = 30
    capacity: int
    walk_in_percent: int = 50

    @property
    def is_sound(self) -> bool:
        """Whether its figures and names can be used."""
        return (
            SHORT_KEY.fullmatch(self.id) is not None
            and LETTER.fullmatch(self.letter) is not None
            and bool(self.name_zh and self.name_en)
            and 1 <= self.minutes <= MOST
            and SHORTEST_SLOT <= self.slot_minutes <= LONGEST_SLOT
            and 1 <= self.capacity <= MOST
            and 1 <= self.walk_in_percent <= 100
        )

    @property
    def bookable(self) -> int:
        """How many appointments a slot takes; always less than its capacity."""
        return self.capacity - ceil(self.capacity * self.walk_in_percent / 100)


class Place(Struct, frozen=True, kw_only=True):
    """A counter of the hall.

    Attributes:
        groups: what can be served there; empty for everything (综合窗口).
    """

    id: str
    name_zh: str
    name_en: str
    groups: tuple[str, ...] = ()


class Rules(Struct, frozen=True, kw_only=True):
    """How people are received; the centre sets the figures and hangs them out.

    Attributes:
        days_ahead: how many days before it a slot can be booked.
        appointments: how many open appointments a person may have.
        missed: how many missed appointments within `missed_days` end booking by the person's own hand for so long as
            `barred_days`; the counter, the telephone and a ticket stay open to them.
        early_minutes: from when on before the slot one can check in.
        grace_minutes: how long after its end a slot is still kept.
        appointment_minutes: who has checked in is called as if they had come so long before their slot.
        priority_minutes: elders, disabled people and others who are given priority are called as if they had come so
            much earlier.
        calls: how often a number is called before it counts as missed.
        rejoins: how often a missed number may join the line again.
        tickets_minutes: from when on before the doors open tickets are given out.
    """

    days_ahead: int = 14
    appointments: int = 2
    missed: int = 3
    missed_days: int = 90
    barred_days: int = 30
    early_minutes: int = 60
    grace_minutes: int = 15
    appointment_minutes: int = 30
    priority_minutes: int = 30
    calls: int = 2
    rejoins: int = 2
    tickets_minutes: int = 30

    @property
    def is_sound(self) -> bool:
        """Whether its figures can be used."""
        counts = (self.appointments, self.missed, self.missed_days, self.barred_days, self.calls, self.rejoins)
        minutes = (self.early_minutes, self.grace_minutes, self.appointment_minutes, self.priority_minutes)
        return (
            0 <= self.days_ahead <= MOST_DAYS_AHEAD
            and all(1 <= count <= MOST for count in counts)
            and all(0 <= each <= MOST for each in (*minutes, self.tickets_minutes))
        )


class Plan(Struct, frozen=True, kw_only=True):
    """One version of the arrangements for receiving people.

    Attributes:
        version: from 1.
        since: the first day on which it is in force.
        week: openings of each day, Monday first.
        make_up: openings on a make-up workday, which is a Saturday or Sunday.
        holiday: openings on a public holiday.
    """

    version: int
    since: date
    week: tuple[Openings, ...]
    make_up: Openings = ()
    holiday: Openings = ()
    groups: tuple[Group, ...]
    counters: tuple[Place, ...]
    rules: Rules = Rules()

    def group(self, group_id: str) -> Group | None:
        """The group of that id, or None."""
        return next((group for group in self.groups if group.id == group_id), None)

    def counter(self, counter_id: str) -> Place | None:
        """The counter of that id, or None."""
        return next((one for one in self.counters if one.id == counter_id), None)

    def openings(self, on: date, calendar: Calendar) -> Openings:
        """The openings of a day on which nothing special happens."""
        match calendar.day(on):
            case DayKind.HOLIDAY:
                return self.holiday
            case DayKind.MAKE_UP_WORKDAY:
                return self.make_up
            case DayKind.WORKDAY | DayKind.WEEKEND:
                return self.week[on.weekday()]

    @property
    def fault(self) -> str | None:
        """Why the plan does not hold together: a word for the author, None if it does."""
        if len(self.week) != DAYS_OF_WEEK:
            return "week"
        if not all(is_in_order(day) for day in (*self.week, self.make_up, self.holiday)):
            return "openings"
        if _twice(group.id for group in self.groups) or _twice(group.letter for group in self.groups):
            return "groups"
        if not self.groups or not all(group.is_sound for group in self.groups):
            return "groups"
        known = {group.id for group in self.groups}
        if not all(SHORT_KEY.fullmatch(one.id) and one.name_zh and one.name_en for one in self.counters):
            return "counters"
        if not self.rules.is_sound or self.version < 1:
            return "rules"
        if _twice(one.id for one in self.counters) or any(set(one.groups) - known for one in self.counters):
            return "counters"
        served = {id for one in self.counters for id in one.groups or known}
        return "counters" if known - served else None


def is_in_order(openings: Openings) -> bool:
    """Whether openings are none that end before they begin or before the one before them has ended."""
    ends = time()
    for opening in openings:
        if opening.starts < ends or opening.ends <= opening.starts:
            return False
        ends = opening.ends
    return True


def _twice(names: Iterable[str]) -> bool:
    return any(count > 1 for count in Counter(names).values())


class ReceptionPublished(Fact, frozen=True, kw_only=True, tag="reception.published"):
    """Arrangements for receiving people were published; they are in force from their first day on."""

    plan: Plan


class OfficeDayChanged(Fact, frozen=True, kw_only=True, tag="office-day.changed"):
    """A single day got other openings than the plan has.

    Attributes:
        openings: of that day; none: the centre is closed.
        reason: public words.
        basis: the notice or order on which it rests.
    """

    on: date
    openings: Openings
    reason: str
    basis: str


class OfficeDayRestored(Fact, frozen=True, kw_only=True, tag="office-day.restored"):
    """A single day is as the plan has it, after all.

    Attributes:
        reason: public words.
    """

    on: date
    reason: str


class ChangedDay(Struct, frozen=True):
    """Openings of a single day, with what people are told."""

    openings: Openings
    reason: str
    basis: str


class Slot(Struct, frozen=True):
    """A stretch of time for which appointments are made, UTC."""

    starts: datetime
    ends: datetime


class Reception(Struct, frozen=True):
    """Everything published about receiving people.

    Attributes:
        plans: in order of publication.
        days: single days that differ.
    """

    plans: tuple[Plan, ...] = ()
    days: dict[date, ChangedDay] = {}

    def plan(self, on: date) -> Plan | None:
        """The plan in force on a day: of those that have begun the one published last."""
        return next((plan for plan in reversed(self.plans) if plan.since <= on), None)

    def openings(self, on: date, calendar: Calendar) -> Openings:
        """When people are received on a day."""
        if on in self.days:
            return self.days[on].openings
        plan = self.plan(on)
        return plan.openings(on, calendar) if plan else ()

    def slots(self, group: Group, on: date, calendar: Calendar) -> tuple[Slot, ...]:
        """The slots of a group on a day; what is left at the end of an opening is none."""
        found: list[Slot] = []
        length = timedelta(minutes=group.slot_minutes)
        for opening in self.openings(on, calendar):
            starts, ends = at_local(on, opening.starts), at_local(on, opening.ends)
            while starts + length <= ends:
                found.append(Slot(starts, starts + length))
                starts += length
        return tuple(found)


def at_local(on: date, clock: time) -> datetime:
    """An instant, UTC, from a local day and time."""
    return datetime.combine(on, clock, tzinfo=SHANGHAI).astimezone(UTC)


def evolve(fact: Fact, reception: Reception) -> Reception:
    """What is published after `fact`."""
    match fact:
        case ReceptionPublished():
            others = tuple(plan for plan in reception.plans if plan.version != fact.plan.version)
            return replace(reception, plans=(*others, fact.plan))
        case OfficeDayChanged():
            changed = ChangedDay(fact.openings, fact.reason, fact.basis)
            return replace(reception, days={**reception.days, fact.on: changed})
        case OfficeDayRestored():
            return replace(reception, days={on: day for on, day in reception.days.items() if on != fact.on})
        case _:
            return reception


def line_stream(on: date, group: str) -> UUID:
    """The stream of one day and group: its appointments and its tickets."""
    return uuid5(NAMESPACE, f"line:{on.isoformat()}:{group}")


def hall_stream(on: date) -> UUID:
    """The stream of the counters of one day."""
    return uuid5(NAMESPACE, f"hall:{on.isoformat()}")


def visitor_stream(person: UUID) -> UUID:
    """The stream that counts the appointments and tickets of a person."""
    return uuid5(person, "visits")
