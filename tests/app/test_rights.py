"""Rights that end while a socket is open, or a device is away: told at once, and before any row."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from websockets.exceptions import ConnectionClosed

from domain.actors import Actor, Role
from domain.case.commands import ClaimCase
from domain.decisions import Call
from domain.devices.devices import BlockDevice, UnblockDevice, device_stream
from domain.identity.erasure import ErasePerson
from sync.frames import CloseCode
from tests.app.browsing import browser, poll
from tests.app.listening import Site, hello, listening
from tests.cast import CASE, FATHER, LIN, STAFF, ZHOU
from tests.sync.intents import intent
from web.session import COOKIE

USERNAMES = {who.id: name for name, who in STAFF.items()}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


async def closed_with(wire: Any) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        await wire.hear_until("nothing more")
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def enrol(site: Site, who: Actor, *, roles: tuple[str, ...], office: str = "street") -> None:
    await asyncio.to_thread(
        site.edge.centre.enrol, USERNAMES[who.id], name="周敏", roles=roles, office=office, password_hash="another"
    )


async def do(site: Site, command: Any, *, lane: UUID, by: Actor) -> str:
    call = Call(id=uuid4(), lane=lane, command=command, by=by)
    answer = await asyncio.wrap_future(site.edge.centre.submit(call))
    return answer.code or answer.verdict


async def test_somebody_who_changes_offices_loses_the_old_ones_rows_on_the_open_socket(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    await site.caught_up()
    async with site.greeted(ZHOU) as wire:
        rows, _, _ = await wire.pull()
        assert "queue" in {row["kind"] for row in rows}

        await enrol(site, ZHOU, roles=("community-worker",), office="community")

        assert (await wire.hear_until("revoke"))["wipe"] is True
        assert (await wire.hear())["why"] == "scopes"
        rows, _, _ = await wire.pull()
        assert "queue" not in {row["kind"] for row in rows}


async def test_a_new_role_counts_for_what_is_pushed_on_the_open_socket(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    async with site.greeted(ZHOU) as wire:
        await enrol(site, ZHOU, roles=("lead",))
        assert (await wire.hear_until("reset"))["why"] == "scopes"

        (verdict,) = await wire.push(intent("case.note@1", {"text": "字"}, by=ZHOU))

    assert verdict["verdict"] == "applied"


async def test_what_was_pushed_in_a_role_that_has_just_ended_is_judged_by_the_rights_of_the_moment(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    await enrol(site, ZHOU, roles=("trainer",))

    assert await do(site, ClaimCase(), lane=CASE, by=ZHOU) in ("forbidden", "permission-lost")
    await enrol(site, ZHOU, roles=("window-clerk",))
    assert await do(site, ClaimCase(), lane=CASE, by=replace(ZHOU, roles=frozenset({Role.TRAINER}))) == "applied"


async def test_signing_out_ends_the_open_socket_at_once(site: Site) -> None:
    token = await site.sign_in(FATHER)
    async with site.wire() as wire:
        await wire.say(hello(site.edge.tickets.issue(token)))
        assert (await wire.hear())["t"] == "welcome"

        await asyncio.to_thread(site.edge.centre.close_session, token)

        assert await wire.hear() == {"t": "auth-required", "why": "expired"}
        assert (await closed_with(wire))[0] == CloseCode.AUTH


async def test_an_erased_person_is_told_to_wipe_at_once(site: Site) -> None:
    person = await asyncio.to_thread(site.edge.centre.person_for_phone, "13800004711")
    async with site.greeted(Actor(id=person, roles=FATHER.roles)) as wire:
        command = ErasePerson(reason="retention-ended", basis="appraisal 2026-14", cases=(), open_cases_confirmed=True)
        await asyncio.to_thread(lambda: site.edge.centre.by_itself(command, lane=person))

        assert (await wire.hear_until("revoke"))["wipe"] is True
        assert (await wire.hear())["why"] == "erased"
        assert (await closed_with(wire))[0] == CloseCode.AUTH


async def test_a_blocked_device_is_wiped_and_does_not_come_in_again_until_it_is_let(site: Site) -> None:
    device = uuid4()
    stream = device_stream(ZHOU.id, device)
    block = BlockDevice(person=ZHOU.id, device=device, office="street")

    assert await do(site, block, lane=stream, by=LIN) == "forbidden"
    async with site.wire() as wire:
        await wire.say(hello(await site.ticket(ZHOU), device=device))
        assert (await wire.hear())["t"] == "welcome"
        assert await do(site, block, lane=stream, by=ZHOU) == "applied"
        assert await wire.hear() == {"t": "revoke", "wipe": True}
        assert (await closed_with(wire))[0] == CloseCode.BLOCKED
    async with site.wire() as wire:
        await wire.say(hello(await site.ticket(ZHOU), device=device))
        assert await wire.hear() == {"t": "revoke", "wipe": True}
        assert (await closed_with(wire))[0] == CloseCode.BLOCKED
    assert await do(site, UnblockDevice(person=ZHOU.id, device=device), lane=stream, by=ZHOU) == "applied"
    async with site.wire() as wire:
        await wire.say(hello(await site.ticket(ZHOU), device=device))
        assert (await wire.hear())["t"] == "welcome"


async def test_whoever_holds_a_blocked_device_reaches_nothing_by_its_sign_in(site: Site) -> None:
    device = uuid4()
    stolen, own = await sign_in_on(site, device), await sign_in_on(site, uuid4())
    assert await status(site, stolen) == 200

    await do(
        site, BlockDevice(person=ZHOU.id, device=device, office="street"), lane=device_stream(ZHOU.id, device), by=ZHOU
    )

    assert (await status(site, stolen), await status(site, own)) == (401, 200)
    for said in (device, uuid4()):
        async with site.wire() as wire:
            await wire.say(hello(site.edge.tickets.issue(stolen), device=said))
            assert await wire.hear() == {"t": "revoke", "wipe": True}
            assert (await closed_with(wire))[0] == CloseCode.BLOCKED
    async with await browser(site, None) as client:
        client.cookies.set(COOKIE, stolen)
        assert (await client.post("/session/ticket")).status_code == 200
        heard = await poll(client, device=uuid4())
    assert heard == [{"t": "revoke", "wipe": True}, {"t": "error", "code": "blocked", "fatal": True}]


async def test_a_sign_in_counts_on_the_device_on_which_it_was_made_only(site: Site) -> None:
    token = await sign_in_on(site, uuid4())
    async with site.wire() as wire:
        await wire.say(hello(site.edge.tickets.issue(token), device=uuid4()))
        assert await wire.hear() == {"t": "auth-required", "why": "expired"}
        assert (await closed_with(wire))[0] == CloseCode.AUTH


async def sign_in_on(site: Site, device: UUID) -> str:
    return await asyncio.to_thread(
        site.edge.centre.open_session, ZHOU.id, kind="staff", method="password", device=device, hours=12
    )


async def status(site: Site, token: str) -> int:
    async with await browser(site, None) as client:
        client.cookies.set(COOKIE, token)
        return (await client.get("/api/devices")).status_code


async def test_a_device_whose_scopes_ended_while_it_was_away_is_wiped_before_any_row(site: Site) -> None:
    async with site.greeted(ZHOU) as wire:
        _, _, cursor = await wire.pull()
    await enrol(site, ZHOU, roles=("community-worker",), office="community")

    async with site.wire() as wire:
        await wire.say({**hello(await site.ticket(ZHOU)), "cursor": cursor})
        frames = [await wire.hear(), await wire.hear()]

    assert [frame["t"] for frame in frames] == ["welcome", "revoke"]


async def test_the_older_of_two_sockets_of_one_device_is_closed(site: Site) -> None:
    device = uuid4()
    async with site.wire() as older, site.wire() as newer, site.greeted(FATHER) as another:
        await older.say(hello(await site.ticket(FATHER), device=device))
        assert (await older.hear())["t"] == "welcome"
        await newer.say(hello(await site.ticket(FATHER), device=device))
        assert (await newer.hear())["t"] == "welcome"

        assert (await closed_with(older))[0] == CloseCode.REPLACED
        for wire in (newer, another):
            await wire.say({"t": "ping"})
            assert (await wire.hear_until("pong"))["t"] == "pong"


async def test_a_device_id_of_somebody_else_replaces_nobody(site: Site) -> None:
    device = uuid4()
    async with site.wire() as fathers, site.wire() as clerks:
        await fathers.say(hello(await site.ticket(FATHER), device=device))
        assert (await fathers.hear())["t"] == "welcome"
        await clerks.say(hello(await site.ticket(ZHOU), device=device))
        assert (await clerks.hear())["t"] == "welcome"

        await fathers.say({"t": "ping"})
        assert (await fathers.hear_until("pong"))["t"] == "pong"


async def test_work_pushed_after_the_sign_in_expired_is_held_and_goes_on_with_a_new_one(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    note = intent("case.note@1", {"text": "字"}, by=ZHOU)
    async with site.greeted(ZHOU) as wire:
        site.clock.advance(hours=13)
        await wire.say({"t": "push", "b": 1, "intents": [note]})
        required, ack = await wire.hear_until("auth-required"), await wire.hear_until("ack")
        await wire.say({"t": "auth", "ticket": await site.ticket(ZHOU)})
        (verdict,) = await wire.push(note, b=2)

    assert required["grace_ms"] == 120_000
    assert [(v["verdict"], v["code"]) for v in ack["r"]] == [("auth", "expired")]
    assert verdict["verdict"] == "applied"


async def test_an_expired_sign_in_that_is_not_renewed_ends_the_socket(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.GRACE_SECONDS", 0.01)
    async with site.greeted(ZHOU) as wire:
        site.clock.advance(hours=13)
        await wire.say({"t": "ping"})

        assert (await closed_with(wire))[0] == CloseCode.AUTH


async def test_a_restart_asks_every_device_back_at_a_time_of_its_own(tmp_path: Path) -> None:
    async with listening(tmp_path, followers=()) as site:
        wires = [await site.wire().__aenter__() for _ in range(8)]
        for wire in wires:
            await wire.say(hello(await site.ticket(FATHER)))
            assert (await wire.hear())["t"] == "welcome"
        site.edge.stopping.set()
        ends = [await closed_with(wire) for wire in wires]

    assert {code for code, _ in ends} == {CloseCode.RESTARTING}
    assert len({reason for _, reason in ends}) > 1
    assert all(0 <= int(reason) <= 3_100 for _, reason in ends)
