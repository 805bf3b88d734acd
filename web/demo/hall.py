"""The hall of the demonstration: office hours, appointments, yesterday's visits, and who stands in line right now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from domain.actors import Actor
from domain.calendar.calendar import SHANGHAI, Calendar
from domain.case.commands import Command
from domain.catalogue.items import Catalogue
from domain.visits import commands as v
from domain.visits.facts import Matter
from domain.visits.reception import (
    RECEPTION_STREAM,
    Group,
    Opening,
    OpeningKind,
    Place,
    Plan,
    Reception,
    Slot,
    at_local,
    hall_stream,
    line_stream,
)
from web.demo.people import AYGUL, CHEN, HE, HUANG, LIN, MA, OUYANG, PENG, WANG, XU, ZHOU, Resident
from web.demo.story import Cast, Chain, made_id

HOUSING, WORK, FAMILY = "housing", "work", "family"
_THEMES = {
    "housing": HOUSING,
    "business": HOUSING,
    "legal": HOUSING,
    "work": WORK,
    "insurance": WORK,
}
COUNTERS = 6
LONGEST = timedelta(minutes=70)
"""What is told of the visits under way."""
SHORTEST = timedelta(minutes=5)
BOOKED_AT = "20:10"
"""When residents book, local time."""

_NINE, _NOON, _ONE, _FIVE, _LATE, _FOUR = time(9), time(12), time(13), time(17), time(19, 30), time(16)
WORKDAY = (
    Opening(_NINE, _NOON),
    Opening(_NOON, _ONE, OpeningKind.NOON),
    Opening(_ONE, _FIVE),
    Opening(_FIVE, _LATE, OpeningKind.EXTENDED),
)
SATURDAY = (Opening(_NINE, _FOUR, OpeningKind.WEEKEND),)


def plan(catalogue: Catalogue, *, since: date) -> Plan:
    """How the centre receives people: three lines, six counters that serve everything, evenings and Saturdays too."""
    items: dict[str, list[str]] = {HOUSING: [], WORK: [], FAMILY: []}
    for item in catalogue.items:
        items[_THEMES.get(item.theme, FAMILY)].append(item.id)
    return Plan(
        version=1,
        since=since,
        week=(*[WORKDAY] * 5, SATURDAY, ()),
        make_up=WORKDAY[:3],
        groups=(
            _group(HOUSING, "A", "住房与经营", "Housing and business", items),
            _group(WORK, "B", "就业与社保", "Work and insurance", items),
            _group(FAMILY, "C", "家庭与救助", "Family and assistance", items),
        ),
        counters=tuple(
            Place(id=str(n), name_zh=f"{n}号综合窗口", name_en=f"Counter {n}") for n in range(1, COUNTERS + 1)
        ),
    )


def _group(id: str, letter: str, name_zh: str, name_en: str, items: dict[str, list[str]]) -> Group:
    return Group(id=id, letter=letter, name_zh=name_zh, name_en=name_en, items=tuple(items[id]), capacity=4)


def visits(cast: Cast) -> Iterator[Chain]:
    """Everything that happens at the counters, and what is booked."""
    yield _busy_day(cast)
    yield from _booked(cast, cast.reception)
    live = _right_now(cast, cast.reception)
    if live is not None:
        yield live


class _Hall:
    """What people and clerks do in the hall on one day."""

    def __init__(self, cast: Cast, name: str, on: date) -> None:
        self.chain = Chain(name)
        self._cast = cast
        self._on = on

    def open(self, counter: str, who: str, at: datetime) -> None:
        self._do(hall_stream(self._on), v.OpenCounter(on=self._on, counter=counter), who, at)

    def close(self, counter: str, who: str, at: datetime) -> None:
        self._do(hall_stream(self._on), v.CloseCounter(on=self._on, counter=counter), who, at)

    def take(self, ticket: str, group: str, at: datetime, *, item: str = "", person: Resident | None = None) -> None:
        """A visitor takes a number: on the phone, or at the machine where a colleague stands by."""
        command = v.TakeTicket(
            ticket=self.id(ticket),
            on=self._on,
            group=group,
            matters=(Matter(item),),
            channel="app" if person else "kiosk",
            has_priority=person is not None and person.birth.year < self._on.year - 70,
        )
        by = self._cast.residents[person.phone] if person else self._cast.staff["chenjing"]
        self.chain.do(line_stream(self._on, group), command, by, at=at)

    def call(self, who: str, at: datetime) -> None:
        self._do(hall_stream(self._on), v.CallNext(on=self._on), who, at)

    def call_again(self, ticket: str, group: str, who: str, at: datetime) -> None:
        self._do(line_stream(self._on, group), v.CallAgain(ticket=self.id(ticket)), who, at)

    def start(self, ticket: str, group: str, who: str, at: datetime) -> None:
        self._do(line_stream(self._on, group), v.StartService(ticket=self.id(ticket)), who, at)

    def finish(self, ticket: str, group: str, who: str, at: datetime) -> None:
        self._do(line_stream(self._on, group), v.FinishService(ticket=self.id(ticket)), who, at)

    def id(self, ticket: str) -> UUID:
        return made_id(f"ticket {self._on} {ticket}")

    def _do(self, lane: UUID, command: Command, who: str, at: datetime) -> None:
        self.chain.do(lane, command, self._cast.staff[who], at=at)


def _busy_day(cast: Cast) -> Chain:
    """The last working day: six visitors, each served within the half hour."""
    on = cast.diary.workday(1)
    hall = _Hall(cast, "the hall of the last working day", on)
    day = _Minutes(at_local(on, _NINE))
    hall.open("1", "zhoumin", day.at(2))
    people: tuple[tuple[str, str, Resident | None], ...] = (
        ("one", HOUSING, None),
        ("two", FAMILY, PENG),
        ("three", WORK, XU),
        ("four", HOUSING, LIN),
        ("five", FAMILY, None),
        ("six", WORK, HUANG),
    )
    for n, (ticket, group, person) in enumerate(people):
        begin = 5 + 25 * n
        hall.take(ticket, group, day.at(begin), person=person)
        hall.call("zhoumin", day.at(begin + 3))
        hall.start(ticket, group, "zhoumin", day.at(begin + 5))
        hall.finish(ticket, group, "zhoumin", day.at(begin + 5 + 7 + n))
    hall.close("1", "zhoumin", day.at(178))
    return hall.chain


class _Minutes:
    """Instants counted in minutes from a beginning."""

    def __init__(self, begin: datetime, *, minute: timedelta = timedelta(minutes=1)) -> None:
        self._begin = begin
        self._minute = minute

    def at(self, minutes: float) -> datetime:
        return self._begin + minutes * self._minute


def _right_now(cast: Cast, arrangements: Plan) -> Chain | None:
    """Three counters at work and people who wait, if the doors have been open for a while."""
    now, on = cast.diary.now, cast.diary.today
    openings = arrangements.openings(on, cast.diary.calendar)
    if not openings:
        return None
    opens, closes = at_local(on, openings[0].starts), at_local(on, openings[-1].ends)
    span = min(now - opens, LONGEST)
    if span < SHORTEST or now >= closes:
        return None
    return _live(_Hall(cast, "the hall now", on), _Minutes(now - span, minute=span / 100))


def _live(hall: _Hall, of_100: _Minutes) -> Chain:
    lease, jobless = "house-lease-filing", "unemployment-registration"
    for n, who in enumerate(("zhoumin", "hexin", "tangli"), start=1):
        hall.open(str(n), who, of_100.at(n))
    hall.take("A1", HOUSING, of_100.at(8), item=lease, person=WANG)
    hall.take("A2", HOUSING, of_100.at(12), item=lease)
    hall.call("zhoumin", of_100.at(14))
    hall.start("A1", HOUSING, "zhoumin", of_100.at(16))
    hall.call("hexin", of_100.at(17))
    hall.take("B1", WORK, of_100.at(18), item=jobless, person=XU)
    hall.start("A2", HOUSING, "hexin", of_100.at(20))
    hall.call("tangli", of_100.at(22))
    hall.start("B1", WORK, "tangli", of_100.at(25))
    hall.take("C1", FAMILY, of_100.at(30))
    hall.take("A3", HOUSING, of_100.at(36), item=lease, person=AYGUL)
    hall.take("B2", WORK, of_100.at(44), item=jobless)
    hall.finish("A1", HOUSING, "zhoumin", of_100.at(52))
    hall.call("zhoumin", of_100.at(55))
    hall.start("C1", FAMILY, "zhoumin", of_100.at(58))
    hall.take("C2", FAMILY, of_100.at(70), person=PENG)
    hall.take("A4", HOUSING, of_100.at(78))
    hall.finish("A2", HOUSING, "hexin", of_100.at(86))
    hall.call("hexin", of_100.at(90))
    hall.take("B3", WORK, of_100.at(94), person=MA)
    hall.call_again("C2", FAMILY, "hexin", of_100.at(97))
    return hall.chain


def _booked(cast: Cast, arrangements: Plan) -> Iterator[Chain]:
    """Today and on the next day with open doors; of today some are still to come, and one has passed."""
    diary = cast.diary
    today = _slots(arrangements, diary.today, diary.calendar)
    coming = [slot for slot in today if slot.starts > diary.now]
    past = [slot for slot in today if slot.starts <= diary.now]
    next_day = diary.today + timedelta(days=1)
    while not (following := _slots(arrangements, next_day, diary.calendar)):
        next_day += timedelta(days=1)
    for person, slot, item in (
        *zip((CHEN, ZHOU), coming[1::2], ("house-lease-change", "house-lease-filing"), strict=False),
        *zip((HUANG,), past[:1], ("",), strict=False),
        *zip((CHEN, HE, MA), following[2:], ("house-lease-filing", "", "individual-business-change"), strict=False),
    ):
        yield _appointment(cast, slot, item, cast.residents[person.phone])
    yield _appointment(cast, following[5], "", cast.staff["zhoumin"], name="黄桂英", phone="027-84550123")
    yield from _changed(cast, following)


def _changed(cast: Cast, following: tuple[Slot, ...]) -> Iterator[Chain]:
    """One was moved on the person's word, one cancelled, and one falls on a day on which the hall is closed.

    They were booked two working days ago; around a long holiday what lies too far ahead is left out.
    """
    last = _local(cast.diary.at(2, BOOKED_AT)) + timedelta(days=cast.reception.rules.days_ahead)
    if _day_of(following[0]) <= last:
        yield _moved(cast, following[6], following[7])
        yield _cancelled(cast, following[7])
    days = (last - timedelta(days=n) for n in range(cast.reception.rules.days_ahead))
    later = (day for day in days if day > _day_of(following[0]))
    slots = next((found for day in later if (found := _slots(cast.reception, day, cast.diary.calendar))), None)
    if slots is not None:
        yield _closed(cast, slots[3])


def _moved(cast: Cast, slot: Slot, to: Slot) -> Chain:
    person = cast.residents[LIN.phone]
    move = v.MoveAppointment(
        appointment=_appointment_id(person, slot),
        from_on=_day_of(slot),
        from_group=HOUSING,
        on=_day_of(to),
        group=HOUSING,
        starts=to.starts,
    )
    booked = _appointment(cast, slot, "", person, back=2)
    return booked.do(_line_of(to), move, cast.staff["zhoumin"], at=cast.diary.at(1, "16:35"))


def _cancelled(cast: Cast, slot: Slot) -> Chain:
    person = cast.residents[XU.phone]
    cancel = v.CancelAppointment(appointment=_appointment_id(person, slot))
    booked = _appointment(cast, slot, "", person, back=2)
    return booked.do(_line_of(slot), cancel, cast.staff["zhoumin"], at=cast.diary.at(1, "16:40"))


def _closed(cast: Cast, slot: Slot) -> Chain:
    off = v.ChangeOfficeDay(on=_day_of(slot), reason="大厅线路检修，暂停接待一天。", basis="街道办事处通知")
    booked = _appointment(cast, slot, "", cast.residents[OUYANG.phone], back=2)
    return booked.do(RECEPTION_STREAM, off, cast.staff["sunhao"], at=cast.diary.at(1, "16:45"))


def _appointment(
    cast: Cast, slot: Slot, item: str, by: Actor, *, name: str = "", phone: str = "", back: int = 1
) -> Chain:
    command = v.BookAppointment(
        appointment=_appointment_id(by, slot),
        on=_day_of(slot),
        group=HOUSING,
        starts=slot.starts,
        matters=(Matter(item),),
        channel="phone" if name else "app",
        name=name,
        phone=phone,
    )
    at = cast.diary.at(back, "15:10" if name else BOOKED_AT)
    return Chain(f"appointment {by.id} {slot.starts}").do(_line_of(slot), command, by, at=at)


def _appointment_id(by: Actor, slot: Slot) -> UUID:
    return made_id(f"appointment {by.id} {slot.starts}")


def _line_of(slot: Slot) -> UUID:
    return line_stream(_day_of(slot), HOUSING)


def _day_of(slot: Slot) -> date:
    return _local(slot.starts)


def _local(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _slots(arrangements: Plan, on: date, calendar: Calendar) -> tuple[Slot, ...]:
    group = arrangements.group(HOUSING)
    assert group is not None
    return Reception(plans=(arrangements,)).slots(group, on, calendar)
