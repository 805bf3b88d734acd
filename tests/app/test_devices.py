"""What devices say of themselves: kept now and then, shown to their owners and the desk, and missed when it is lost."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.actors import Actor
from domain.devices.devices import DeviceConfirmed, DeviceWorkMissing, device_stream
from domain.identity.erasure import ErasePerson
from store.answers import Answer, busy
from tests.app.browsing import browser, poll
from tests.app.listening import Site, hello, listening
from tests.cast import FATHER, STRANGER, SUN, ZHOU
from web.devices import turn

BOOT = {"t": "pull", "cursor": None, "credit": 4}
OWES = {"n": 3, "next_seq": 17}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


async def comes(site: Site, who: Actor, device: UUID, outbox: dict[str, Any], *more: dict[str, Any]) -> Any:
    """The device comes, says what it owes, and goes; the service has taken note."""
    async with await browser(site, who) as client:
        heard = await poll(client, *more, device=device, outbox=outbox)
    await noted(site)
    return heard


async def noted(site: Site) -> None:
    await turn(site.edge)
    await site.caught_up()


async def devices(site: Site, who: Actor, path: str = "/api/devices") -> list[dict[str, Any]]:
    async with await browser(site, who) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return [row["body"] for row in rows]


def facts(site: Site, who: Actor, device: UUID) -> list[Any]:
    return [one.fact for one in site.edge.centre.read(device_stream(who.id, device))]


async def test_a_person_sees_their_devices_and_nobody_elses(site: Site) -> None:
    phone, tablet = uuid4(), uuid4()
    await comes(site, FATHER, phone, OWES, BOOT)
    await comes(site, ZHOU, tablet, {"n": 0, "next_seq": 1}, BOOT)

    (shown,) = await devices(site, FATHER)

    assert (shown["device"], shown["unsent"], shown["app"], shown["blocked"]) == (str(phone), 3, "test", False)
    assert shown["last_contact"] == "2026-11-23T02:00:00Z"
    assert shown["missing"] is None
    assert [one["device"] for one in await devices(site, SUN, "/api/devices?office=street")] == [str(tablet)]
    assert await devices(site, STRANGER) == []


async def test_an_office_is_shown_to_its_lead_only(site: Site) -> None:
    for who, path in ((ZHOU, "street"), (FATHER, "street"), (SUN, "district")):
        async with await browser(site, who) as client:
            assert (await client.get(f"/api/devices?office={path}")).status_code == 403


async def test_the_devices_of_an_office_and_of_a_person_arrive_as_rows(site: Site) -> None:
    phone, tablet = uuid4(), uuid4()
    await comes(site, FATHER, phone, OWES)
    await comes(site, ZHOU, tablet, OWES)

    own = await site.rows(f"person:{FATHER.id}")
    office = await site.rows("people:street")

    assert {row["body"]["device"] for (kind, _), row in own.items() if kind == "device"} == {str(phone)}
    assert {row["body"]["device"] for (kind, _), row in office.items() if kind == "device"} == {str(tablet)}


async def test_a_contact_alone_is_told_to_devices_once_an_hour_and_a_move_at_once(site: Site) -> None:
    device = uuid4()
    await comes(site, ZHOU, device, {"n": 0, "next_seq": 1})
    for _ in range(6):
        site.clock.advance(minutes=9)
        await comes(site, ZHOU, device, {"n": 0, "next_seq": 1})

    (told,) = [row["body"] for (kind, _), row in (await site.rows("people:street")).items() if kind == "device"]
    (exact,) = await devices(site, ZHOU)
    assert (told["last_contact"], exact["last_contact"]) == ("2026-11-23T02:00:00Z", "2026-11-23T02:54:00Z")

    await asyncio.to_thread(
        site.edge.centre.enrol,
        "zhoumin",
        name="周敏",
        roles=("community-worker",),
        office="community",
        password_hash="x",
    )
    site.clock.advance(minutes=6)
    await comes(site, ZHOU, device, {"n": 0, "next_seq": 1})
    kinds = {office: {kind for kind, _ in await site.rows(f"people:{office}")} for office in ("street", "community")}
    assert ("device" in kinds["street"], "device" in kinds["community"]) == (False, True)


async def test_an_idle_device_adds_nothing_to_the_log(site: Site) -> None:
    device = uuid4()
    await comes(site, FATHER, device, OWES)
    for _ in range(5):
        await comes(site, FATHER, device, OWES)
    assert len(facts(site, FATHER, device)) == 1

    site.clock.advance(minutes=5)
    await comes(site, FATHER, device, OWES)
    await comes(site, FATHER, device, {"n": 0, "next_seq": 17})

    assert [fact.outbox.n for fact in facts(site, FATHER, device)] == [3, 3, 0]


async def test_while_a_socket_is_open_it_is_kept_every_few_minutes_if_something_moves(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.HEARTBEAT_SECONDS", 0.02)
    device = uuid4()
    async with site.wire() as wire:
        await wire.say(hello(await site.ticket(FATHER), device=device))
        await wire.say({"t": "seen", "cursor": "x", "digest": None, "outbox": OWES})
        while not facts(site, FATHER, device):
            await wire.hear_until("ping")
            await turn(site.edge)
        for _ in range(3):
            await wire.hear_until("ping")
            await turn(site.edge)
        assert [(type(fact), fact.outbox.n) for fact in facts(site, FATHER, device)] == [(DeviceConfirmed, 3)]


async def test_announced_work_is_missing_once_its_person_comes_from_a_new_device(site: Site) -> None:
    old, new = uuid4(), uuid4()
    await comes(site, FATHER, old, OWES)
    site.clock.advance(hours=25)

    await comes(site, FATHER, new, {"n": 0, "next_seq": 1})

    shown = {one["device"]: one["missing"] for one in await devices(site, FATHER)}
    assert shown == {str(old): {"n": 3, "announced_at": "2026-11-23T02:00:00Z", "why": "silent"}, str(new): None}
    desk = await site.rows("people:street")
    assert [row["body"]["missing"]["n"] for (kind, _), row in desk.items() if kind == "device"] == [3]
    await comes(site, FATHER, uuid4(), {"n": 0, "next_seq": 1})
    assert sum(isinstance(fact, DeviceWorkMissing) for fact in facts(site, FATHER, old)) == 1


@pytest.mark.parametrize("why", ["too early", "nothing owed", "known device"])
async def test_work_is_not_missing_while_it_may_still_come(site: Site, why: str) -> None:
    old, new = uuid4(), uuid4()
    if why == "known device":
        await comes(site, FATHER, new, {"n": 0, "next_seq": 1})
    await comes(site, FATHER, old, {"n": 0, "next_seq": 17} if why == "nothing owed" else OWES)
    site.clock.advance(hours=23 if why == "too early" else 25)

    await comes(site, FATHER, new, {"n": 0, "next_seq": 1})

    assert [one["missing"] for one in await devices(site, FATHER)] == [None, None]


def not_now(*_: Any, **__: Any) -> Answer:
    return busy(1_000)


async def test_what_is_said_while_the_log_cannot_be_written_is_kept_when_it_can_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = uuid4()
    async with await browser(site, ZHOU) as client:
        for outbox, kept in ((OWES, [3]), ({"n": 0, "next_seq": 1}, [3, 3, 0])):
            before = facts(site, ZHOU, device)
            with monkeypatch.context() as trouble:
                trouble.setattr(site.edge.centre, "by_itself", not_now)
                await poll(client, device=device, outbox=outbox)
                await noted(site)
                await noted(site)
                assert facts(site, ZHOU, device) == before
            await noted(site)
            said = facts(site, ZHOU, device)
            assert [fact.n if isinstance(fact, DeviceWorkMissing) else fact.outbox.n for fact in said] == kept

    assert [type(fact) for fact in facts(site, ZHOU, device)] == [DeviceConfirmed, DeviceWorkMissing, DeviceConfirmed]


async def test_a_fault_about_one_device_loses_nothing_of_the_others(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty, sound = uuid4(), uuid4()
    for device in (faulty, sound):
        await comes(site, ZHOU, device, OWES)
    look = site.edge.centre.state

    def failing(stream: UUID, kind: Any) -> Any:
        if stream == device_stream(ZHOU.id, faulty):
            raise ZeroDivisionError
        return look(stream, kind)

    async with await browser(site, ZHOU) as one, await browser(site, FATHER) as other:
        await poll(one, device=faulty, outbox={"n": 0, "next_seq": 1})
        await poll(other, device=sound, outbox=OWES)
    with monkeypatch.context() as trouble:
        trouble.setattr(site.edge.centre, "state", failing)
        with pytest.raises(ZeroDivisionError):
            await turn(site.edge)
        assert [fact.outbox.n for fact in facts(site, FATHER, sound)] == [3]
    await turn(site.edge)

    assert DeviceWorkMissing in {type(fact) for fact in facts(site, ZHOU, faulty)}


async def test_a_device_that_returns_with_its_work_is_missed_no_more(site: Site) -> None:
    old = uuid4()
    await comes(site, FATHER, old, OWES)
    site.clock.advance(hours=25)
    await comes(site, FATHER, uuid4(), {"n": 0, "next_seq": 1})

    await comes(site, FATHER, old, {"n": 0, "next_seq": 17})

    assert [one["missing"] for one in await devices(site, FATHER)] == [None, None]
    assert all(row["kind"] != "device" for row in (await site.rows("people:street")).values())


async def test_a_device_that_comes_without_its_work_has_lost_it_until_somebody_has_looked_after_it(site: Site) -> None:
    device = uuid4()
    await comes(site, ZHOU, device, OWES)

    await comes(site, ZHOU, device, {"n": 0, "next_seq": 1})
    (lost,) = await devices(site, ZHOU)
    async with await browser(site, ZHOU) as client:
        settled = await client.post(f"/api/devices/{device}", json={"do": "settle"})
    await site.caught_up()

    assert (lost["missing"]["n"], lost["missing"]["why"]) == (3, "lost")
    assert settled.status_code == 204
    assert [one["missing"] for one in await devices(site, ZHOU)] == [None]


async def test_a_device_that_is_not_heard_any_more_owes_nothing_once_its_work_was_looked_after(site: Site) -> None:
    old, new = uuid4(), uuid4()
    await comes(site, ZHOU, old, OWES)
    site.clock.advance(hours=25)
    await comes(site, ZHOU, new, {"n": 0, "next_seq": 1})
    before = {UUID(one["device"]): one for one in await devices(site, ZHOU)}[old]
    async with await browser(site, ZHOU) as client:
        await client.post(f"/api/devices/{old}", json={"do": "settle"})
    await site.caught_up()
    after = {UUID(one["device"]): one for one in await devices(site, ZHOU)}[old]

    assert (before["missing"]["why"], before["unsent"]) == ("silent", 3)
    assert (after["missing"], after["unsent"], after["oldest_at"]) == (None, 0, None)


async def test_the_health_of_all_devices_is_counted_for_leads_and_operators(site: Site) -> None:
    old = uuid4()
    await comes(site, FATHER, old, OWES)
    site.clock.advance(hours=25)
    await comes(site, FATHER, uuid4(), {"n": 0, "next_seq": 1})
    await comes(site, ZHOU, uuid4(), {"n": 2, "next_seq": 9})
    await site.caught_up()

    async with await browser(site, SUN) as client, site.greeted(ZHOU):
        counted = (await client.get("/api/devices/health")).json()
    async with await browser(site, ZHOU) as client:
        assert (await client.get("/api/devices/health")).status_code == 403

    assert counted == {"open": 1, "known": 3, "silent": 1, "owing": 2, "unsent": 5, "missing": 1, "blocked": 0}


async def test_a_lead_blocks_a_colleagues_device_and_a_resident_only_their_own(site: Site) -> None:
    device = uuid4()
    await comes(site, ZHOU, device, OWES)
    block = {"do": "block", "person": str(ZHOU.id), "reason": "lost on the bus"}

    async with await browser(site, FATHER) as client:
        assert (await client.post(f"/api/devices/{device}", json=block)).status_code == 403
        assert (await client.post(f"/api/devices/{device}", json={"do": "burn"})).status_code == 400
    async with await browser(site, SUN) as client:
        assert (await client.post(f"/api/devices/{device}", json=block)).status_code == 204
    await site.caught_up()

    assert [one["blocked"] for one in await devices(site, ZHOU)] == [True]
    heard = await comes(site, ZHOU, device, OWES)
    assert heard == [{"t": "revoke", "wipe": True}, {"t": "error", "code": "blocked", "fatal": True}]


async def test_the_devices_of_an_erased_person_are_known_no_more(site: Site) -> None:
    person = await asyncio.to_thread(site.edge.centre.person_for_phone, "13800004711")
    who, device = Actor(id=person, roles=FATHER.roles), uuid4()
    await comes(site, who, device, OWES)
    assert len(await site.rows(f"devices:{person}")) == 1

    erase = ErasePerson(reason="retention-ended", basis="appraisal 2026-14", cases=(), open_cases_confirmed=True)
    await asyncio.to_thread(lambda: site.edge.centre.by_itself(erase, lane=person))

    assert await site.rows(f"devices:{person}", f"person:{person}") == {}
