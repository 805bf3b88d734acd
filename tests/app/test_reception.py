"""What anybody may ask about being received: openings, lines and free slots."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from domain.actors import Actor, Role
from domain.centre.centre import views_stream
from domain.rights.looks import RecordUnmasked
from domain.visits.commands import (
    BookAppointment,
    CallNext,
    ChangeOfficeDay,
    MoveAppointment,
    OpenCounter,
    PublishReception,
    TakeTicket,
)
from domain.visits.reception import RECEPTION_STREAM, Reception, hall_stream, line_stream
from projections.reception_documents import doors_of
from projections.visit_bodies import DoorsBody
from tests.app.standing import PHONE, Service, centre_open, serving
from tests.cast import CALENDAR, ZHOU
from tests.domain.visits.office import MONDAY, PLAN, local

TUESDAY = date(2026, 11, 24)
HOUSING = line_stream(MONDAY, "housing")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            made.centre.by_itself(PublishReception(plan=PLAN), lane=RECEPTION_STREAM)
            made.caught_up()
            yield made


async def resident(service: Service) -> Actor:
    who = await (await service.resident(PHONE)).get("/session")
    return Actor(id=UUID(who.json()["person"]["id"]), roles=frozenset({Role.RESIDENT}))


async def slots(client: httpx.AsyncClient, on: date = MONDAY, group: str = "housing") -> list[int]:
    answer = await client.get("/api/slots", params={"on": on.isoformat(), "group": group})
    return [slot["left"] for slot in answer.json()["slots"]]


async def test_whoever_asks_is_told_the_groups_the_days_and_the_lines_without_signing_in(service: Service) -> None:
    body = (await service.client().get("/api/reception")).json()

    assert [group["id"] for group in body["groups"]] == ["housing", "welfare"]
    assert body["groups"][0]["lane"] == str(HOUSING)
    assert [len(day["openings"]) for day in body["days"][:7]] == [3, 3, 2, 2, 2, 1, 0]
    assert body["days"][5]["openings"][0] == {"starts": "09:00:00", "ends": "12:00:00", "kind": "weekend"}
    assert len(body["days"]) == PLAN.rules.days_ahead + 1
    assert body["tickets_from"] == "2026-11-23T00:30:00Z"
    assert body["hall"] == str(hall_stream(MONDAY))
    assert [counter["id"] for counter in body["counters"]] == [counter.id for counter in PLAN.counters]


@pytest.mark.parametrize(
    ("now", "doors"),
    [
        ("2026-11-23T10:00", (True, "2026-11-23T12:00", None)),
        ("2026-11-23T12:30", (False, None, "2026-11-23T13:00")),
        ("2026-11-23T17:10", (True, "2026-11-23T18:30", None)),
        ("2026-11-23T19:00", (False, None, "2026-11-24T09:00")),
        ("2026-11-24T12:30", (True, "2026-11-24T17:00", None)),
        ("2026-11-28T12:00", (False, None, "2026-11-30T09:00")),
    ],
)
def test_the_doors_stay_open_over_a_noon_without_a_break_and_open_next_on_the_next_day_of_reception(
    now: str, doors: tuple[bool, str | None, str | None]
) -> None:
    def local_time(said: str | None) -> datetime | None:
        return datetime.fromisoformat(f"{said}:00+08:00") if said else None

    at = local_time(now)
    assert at is not None

    found = doors_of(Reception(plans=(PLAN,)), CALENDAR, now=at)

    assert found == DoorsBody(open=doors[0], until=local_time(doors[1]), opens=local_time(doors[2]))


def test_doors_that_never_open_again_have_no_next_opening() -> None:
    assert doors_of(Reception(), CALENDAR, now=local("10:00")) == DoorsBody(open=False, until=None, opens=None)


async def test_the_openings_of_the_coming_days_are_told_with_the_session_also_those_of_a_changed_day(
    service: Service,
) -> None:
    closed = ChangeOfficeDay(on=TUESDAY, openings=(), reason="停电检修", basis="供电公司通知")
    service.centre.by_itself(closed, lane=RECEPTION_STREAM)

    days = (await service.client().get("/session")).json()["centre"]["days"]

    assert [day["openings"] for day in days[:3]] == [
        ["09:00-12:00", "13:00-18:30"],
        [],
        ["09:00-12:00", "13:00-17:00"],
    ]
    assert next(day for day in days if day["on"] == "2026-11-28")["openings"] == ["09:00-12:00"]


async def test_whether_the_doors_are_open_is_told_with_the_reception(service: Service) -> None:
    body = (await service.client().get("/api/reception")).json()

    assert body["doors"] == {"open": True, "until": "2026-11-23T04:00:00Z", "opens": None}


async def test_a_day_that_is_closed_says_why(service: Service) -> None:
    closed = ChangeOfficeDay(on=TUESDAY, openings=(), reason="停电检修", basis="供电公司通知")
    service.centre.by_itself(closed, lane=RECEPTION_STREAM)
    service.caught_up()

    body = (await service.client().get("/api/reception")).json()

    assert (body["days"][1]["openings"], body["days"][1]["because"]) == ([], "停电检修")
    assert await slots(service.client(), TUESDAY) == []


async def test_who_waits_is_counted_in_the_line(service: Service) -> None:
    taken = service.do(TakeTicket(ticket=uuid4(), on=MONDAY, group="housing"), lane=HOUSING, by=await resident(service))
    assert taken.verdict == "applied", taken
    service.caught_up()

    body = (await service.client().get("/api/reception")).json()

    assert [group["waiting"] for group in body["groups"]] == [1, 0]


async def test_a_booked_place_is_gone_at_once(service: Service) -> None:
    before = await slots(service.client())
    booking = BookAppointment(appointment=uuid4(), on=MONDAY, group="housing", starts=local("11:00"))
    assert service.do(booking, lane=HOUSING, by=await resident(service)).verdict == "applied"

    after = await slots(service.client())

    assert [a - b for a, b in zip(before, after, strict=True)] == [0, 0, 0, 0, 1, *[0] * (len(before) - 5)]


@pytest.mark.parametrize(("on", "group", "status"), [("2026-11-23", "none", 404), ("Monday", "housing", 400)])
async def test_a_group_or_day_that_does_not_exist_is_said(service: Service, on: str, group: str, status: int) -> None:
    answer = await service.client().get("/api/slots", params={"on": on, "group": group})

    assert answer.status_code == status


async def test_a_centre_without_a_plan_says_that_nothing_is_published(tmp_path: Path) -> None:
    with centre_open(tmp_path) as made:
        async with serving(made):
            answer = await made.client().get("/api/reception")

    assert answer.status_code == 404


async def test_the_call_panel_shows_numbers_and_counters_to_whoever_asks_and_nobody_s_name(service: Service) -> None:
    clerk = Actor(id=UUID(int=7), roles=frozenset({Role.WINDOW_CLERK}))
    hall = hall_stream(MONDAY)
    taken = TakeTicket(ticket=uuid4(), on=MONDAY, group="housing")
    assert service.do(taken, lane=HOUSING, by=await resident(service)).verdict == "applied"
    assert service.do(OpenCounter(on=MONDAY, counter="1"), lane=hall, by=clerk).verdict == "applied"
    assert service.do(CallNext(on=MONDAY), lane=hall, by=clerk).verdict == "applied"
    service.caught_up()

    panel = (await service.client().get("/api/panel")).json()["panel"]

    assert [(call["counter"], call["is_serving"]) for call in panel["calls"]] == [("1", False)]
    assert set(panel["calls"][0]) == {"number", "counter", "counter_name", "call", "called_at", "is_serving"}


async def test_a_panel_before_anybody_came_is_empty(service: Service) -> None:
    assert (await service.client().get("/api/panel")).json() == {"panel": None}


async def test_who_receives_people_is_told_how_to_reach_a_visitor_and_it_is_recorded_first(service: Service) -> None:
    own, called, nobody = uuid4(), uuid4(), uuid4()
    book = partial(BookAppointment, on=MONDAY, group="housing")
    by_phone = book(appointment=called, starts=local("15:00"), channel="phone", name="黄桂英", phone="13800000002")
    moved = MoveAppointment(
        appointment=called,
        from_on=MONDAY,
        from_group="housing",
        on=TUESDAY,
        group="housing",
        starts=local("10:00", TUESDAY),
    )
    service.do(book(appointment=own, starts=local("14:00")), lane=HOUSING, by=await resident(service))
    service.do(by_phone, lane=HOUSING, by=ZHOU)
    service.do(moved, lane=line_stream(TUESDAY, "housing"), by=ZHOU)
    service.do(TakeTicket(ticket=nobody, on=MONDAY, group="housing", channel="kiosk"), lane=HOUSING, by=ZHOU)
    service.caught_up()
    clerk = await service.staff("zhoumin")

    told = [await clerk.post(f"/api/visits/{visit}/contact") for visit in (own, called, nobody, uuid4())]
    others = [await (await service.staff("guwen")).post(f"/api/visits/{own}/contact")]
    others.append(await (await service.resident()).post(f"/api/visits/{own}/contact"))
    looks = [one.fact for visit in (own, called, nobody) for one in service.centre.read(views_stream(visit))]

    assert [one.status_code for one in told] == [200, 200, 404, 404]
    assert told[0].json() == {"name": None, "phone": PHONE}
    assert told[1].json() == {"name": "黄桂英", "phone": "13800000002"}
    assert looks == [RecordUnmasked(record=visit, what="contact", purpose="contact") for visit in (own, called)]
    assert [one.status_code for one in others] == [403, 403]
