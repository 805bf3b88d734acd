"""The offer over HTTP: what is in force today, bundles, the list, guides, and what a change would lead to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace

from domain.actors import Role
from domain.calendar.limits import local_day
from domain.catalogue.listing import ListedItem
from domain.catalogue.trials import ItemTrial
from domain.centre.centre import DELEGATION_STREAM, LISTING_STREAM, arrangement_of, item_stream
from domain.centre.commands import (
    ArrangeCatalogue,
    OrderDelegation,
    PublishItem,
    PublishListing,
    WithdrawItem,
)
from tests.app.pdftext import pages_of
from tests.app.standing import CHEAP, PASSWORD, Service, catalogue, centre_open, file_lease, lease, serving
from tests.domain.catalogue.filled import filled_answers
from tests.domain.catalogue.test_delegation import BEFORE, order
from web.api import changes

LISTED = ListedItem(
    id="listed-dog", name_zh="养犬登记", department_zh="公安", phone="027-85500011", hours_zh="9:00–12:00"
)
NEWER = replace(lease(), version=2, plain_zh="新版", materials=lease().materials[1:])


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        made.centre.enrol(
            "operator",
            name="高远",
            roles=(Role.OPERATOR.value,),
            office="street",
            password_hash=CHEAP.hash(PASSWORD),
        )
        made.centre.enrol(
            "sunhao", name="孙浩", roles=(Role.LEAD.value,), office="street", password_hash=CHEAP.hash(PASSWORD)
        )
        async with serving(made):
            yield made


def publish(service: Service, command: Any, lane: UUID) -> None:
    assert service.centre.by_itself(command, lane=lane).verdict == "applied"


async def offered(service: Service) -> dict[str, int]:
    items = (await service.client().get("/api/catalogue")).json()["items"]
    return {item["id"]: item["version"] for item in items}


async def test_a_planned_version_is_offered_from_its_day_on_without_anybody_doing_anything(service: Service) -> None:
    tomorrow = local_day(service.clock.now) + timedelta(days=1)
    publish(service, PublishItem(item=NEWER, effective_on=tomorrow), item_stream(lease().id))

    before = await offered(service)
    service.clock.advance(days=1)
    after = await offered(service)

    assert (before, after) == ({lease().id: 1}, {lease().id: 2})
    item = (await service.client().get(f"/api/catalogue/{lease().id}")).json()
    assert item["plain_zh"] == "新版"


async def test_a_withdrawn_item_is_offered_no_more(service: Service) -> None:
    publish(service, WithdrawItem(item_id=lease().id, version=1, reason="清单调整"), item_stream(lease().id))

    assert await offered(service) == {}
    assert (await service.client().get(f"/api/catalogue/{lease().id}")).status_code == 404


async def test_an_item_comes_with_the_route_of_today(service: Service) -> None:
    tomorrow = local_day(service.clock.now) + timedelta(days=1)
    publish(service, OrderDelegation(order=order(effective_on=tomorrow, before=BEFORE)), DELEGATION_STREAM)

    async def deciders() -> list[str]:
        item = (await service.client().get(f"/api/catalogue/{lease().id}")).json()
        return [step["role"] for step in item["route"] if step["stage"] == "decide"]

    before = await deciders()
    service.clock.advance(days=1)

    assert (before, await deciders()) == (["district-officer"], ["decider"])


async def test_what_is_only_listed_is_found_with_whom_to_ask(service: Service) -> None:
    publish(service, PublishListing(entries=(LISTED,)), LISTING_STREAM)

    (listed,) = (await service.client().get("/api/catalogue")).json()["listed"]

    assert listed == {
        "id": "listed-dog",
        "name_zh": "养犬登记",
        "department_zh": "公安",
        "phone": "027-85500011",
        "hours_zh": "9:00–12:00",
    }


async def test_a_bundle_comes_as_one_form_of_what_is_offered_of_it(service: Service) -> None:
    publish(service, ArrangeCatalogue(arrangement=arrangement_of(catalogue())), uuid4())
    for item in catalogue().items:
        if item.id in ("elder-card", "advanced-age-allowance"):
            publish(service, PublishItem(item=item), item_stream(item.id))

    form = (await service.client().get("/api/bundles/senior")).json()

    assert [item["item_id"] for item in form["items"]] == ["elder-card", "advanced-age-allowance"]
    assert len({field["id"] for field in form["fields"]}) == len(form["fields"])
    assert (await service.client().get("/api/bundles/wedding")).status_code == 404
    assert (await service.client().get("/api/bundles/newborn")).status_code == 404


async def test_a_bundle_can_be_asked_for_without_the_items_that_one_does_not_need(service: Service) -> None:
    publish(service, ArrangeCatalogue(arrangement=arrangement_of(catalogue())), uuid4())
    wanted = ("elder-card", "advanced-age-allowance")
    for item in catalogue().items:
        if item.id in (*wanted, "elder-welfare-subsidy"):
            publish(service, PublishItem(item=item), item_stream(item.id))

    form = (await service.client().get("/api/bundles/senior", params={"items": ",".join(wanted)})).json()

    assert tuple(item["item_id"] for item in form["items"]) == wanted
    assert (await service.client().get("/api/bundles/senior", params={"items": "none"})).status_code == 404


# What is printed


async def test_everybody_may_have_a_guide_and_a_current_copy_is_not_sent_again(service: Service) -> None:
    client, path = service.client(), f"/api/catalogue/{lease().id}/guide.pdf"

    first = await client.get(path)
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    large = await client.get(f"{path}?large=1")

    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert pages_of(first.content)[0].startswith(lease().name_zh)
    assert (again.status_code, again.content) == (304, b"")
    assert large.content != first.content
    assert (await client.get("/api/catalogue/moon/guide.pdf")).status_code == 404


async def test_a_guide_follows_the_catalogue(service: Service) -> None:
    client, path = service.client(), f"/api/catalogue/{lease().id}/guide.pdf"
    before = await client.get(path)
    publish(service, PublishItem(item=NEWER), item_stream(lease().id))

    after = await client.get(path)

    assert after.headers["etag"] != before.headers["etag"]
    assert "新版" in "".join(pages_of(after.content))


async def test_the_handbook_is_for_staff(service: Service) -> None:
    staff = await (await service.staff("zhoumin")).get("/api/handbook.pdf")
    resident = await (await service.resident()).get("/api/handbook.pdf")
    nobody = await service.client().get("/api/handbook.pdf")

    assert lease().name_zh in "".join(pages_of(staff.content))
    assert staff.headers["cache-control"].startswith("private")
    assert (resident.status_code, nobody.status_code) == (403, 401)


# What a change would lead to


async def test_an_operator_sees_what_keeps_a_version_from_being_published(service: Service) -> None:
    operator = await service.staff("operator")
    trial: dict[str, Any] = {
        "name": "少一样",
        "at": "2026-11-23T10:00",
        "answers": filled_answers(NEWER),
        "materials": [],
    }
    unsound = replace(NEWER, route=NEWER.route[::-1])

    failing = await operator.post("/api/catalogue/check", json=draft(NEWER, trial))
    broken = await operator.post("/api/catalogue/check", json=draft(unsound))
    good = await operator.post("/api/catalogue/check", json=draft(NEWER))

    assert [(f["aspect"], f["expected"]) for f in failing.json()["failures"]] == [("materials", "")]
    assert broken.json()["faults"] == ["route: the stages are out of order"]
    assert good.json() == {"faults": [], "failures": [], "findings": [], "open_cases": {}}
    assert (await (await service.staff("zhoumin")).post("/api/catalogue/check", json=draft(NEWER))).status_code == 403


def draft(item: Any, *trials: dict[str, Any]) -> dict[str, Any]:
    return {"item": msgspec.to_builtins(item), "trials": list(trials)}


async def test_a_lead_sees_what_moving_a_case_would_lead_to(service: Service) -> None:
    case, _ = file_lease(service)
    lead, path = await service.staff("sunhao"), f"/api/cases/{case}/migration"
    current = await lead.get(path)
    publish(service, PublishItem(item=NEWER), item_stream(lease().id))

    shown = await lead.get(path)

    assert (current.status_code, current.json()["code"]) == (422, "not-newer")
    assert shown.json()["to_version"] == 2
    assert shown.json()["effects"]["stale_papers"] == ["property-certificate"]
    assert (await (await service.staff("zhoumin")).get(path)).status_code == 403


async def test_whoever_asks_is_told_what_has_been_delegated_and_from_when(service: Service) -> None:
    tomorrow = local_day(service.clock.now) + timedelta(days=1)
    publish(service, OrderDelegation(order=order(effective_on=tomorrow, before=BEFORE)), DELEGATION_STREAM)
    service.caught_up()

    orders = (await service.client().get("/api/orders")).json()["orders"]

    assert [(one["effective_on"], len(one["items"])) for one in orders] == [(tomorrow.isoformat(), 1)]


async def test_an_operator_begins_a_version_from_the_newest_and_sees_which_cases_keep_theirs(service: Service) -> None:
    operator = await service.staff("operator")
    file_lease(service)
    later = local_day(service.clock.now) + timedelta(days=7)
    trial = ItemTrial(name="自己办", at="2026-11-23T10:00", answers=filled_answers(NEWER))
    publish(service, PublishItem(item=NEWER, trials=(trial,), effective_on=later), item_stream(lease().id))
    service.caught_up()

    newest = (await operator.get(f"/api/catalogue/{lease().id}/newest")).json()
    found = (await operator.post("/api/catalogue/check", json={k: newest[k] for k in ("item", "trials")})).json()

    assert (newest["item"]["version"], newest["in_force"]) == (2, 1)
    assert newest["plans"] == {"2": {"effective_on": later.isoformat(), "ends_on": None}}
    assert [trial["name"] for trial in newest["trials"]] == ["自己办"]
    assert found["open_cases"] == {"1": 1}
    assert [one["trial"] for one in found["findings"]] == ["自己办"]
    assert set(found["findings"][0]["materials"]) <= {material.id for material in NEWER.materials}


async def test_the_open_cases_of_an_item_are_counted_however_many_others_there_are(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = await service.staff("operator")
    file_lease(service)
    file_lease(service)
    service.caught_up()
    monkeypatch.setattr(changes, "MOST_CASES", 1)
    other = replace(lease(), id="house-lease-renewal")
    calendar = (await operator.get("/api/calendar")).json()

    found = (await operator.post("/api/catalogue/check", json=draft(NEWER))).json()
    none = (await operator.post("/api/catalogue/check", json=draft(other))).json()
    cut = (await operator.post("/api/calendar/check", json=calendar)).json()

    assert (found["open_cases"], none["open_cases"]) == ({"1": 2}, {})
    assert (cut["looked"], cut["cut"]) == (1, True)


async def test_an_operator_sees_which_dates_a_calendar_moves_and_publishes_it(service: Service) -> None:
    operator = await service.staff("operator")
    file_lease(service)
    service.caught_up()
    calendar = (await operator.get("/api/calendar")).json()["calendar"]
    today = local_day(service.clock.now)
    year = calendar["years"][str(today.year)]
    closed = [(today + timedelta(days=n)).isoformat() for n in range(1, 4)]
    newer = {
        **calendar,
        "version": calendar["version"] + 1,
        "years": {**calendar["years"], str(today.year): {**year, "days_off": [*year["days_off"], *closed]}},
    }
    wrong = {**newer, "years": {"2030": {"status": "official", "days_off": ["2031-01-01"]}}}

    found = (await operator.post("/api/calendar/check", json={"calendar": newer})).json()
    faulty = (await operator.post("/api/calendar/check", json={"calendar": wrong})).json()

    assert (found["looked"], found["cut"]) == (1, False)
    assert [(one["clock"], one["n"], one["becomes"] > one["was"]) for one in found["moving"]] == [("notice", 1, True)]
    assert faulty["faults"] == ["2031-01-01 is listed under 2030"]
    assert (await (await service.staff("sunhao")).get("/api/calendar")).status_code == 403
