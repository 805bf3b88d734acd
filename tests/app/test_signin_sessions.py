"""Open sessions: listed for their owner and those who look after them, ended at once, also over open sockets."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from domain.actors import Actor
from sync.frames import CloseCode
from tests.app.browsing import browser, poll
from tests.app.listening import Site, hello, listening
from tests.cast import FATHER, LIN, SUN, ZHOU


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


async def sessions(site: Site, client: httpx.AsyncClient, who: Actor | None = None) -> list[dict[str, Any]]:
    await site.caught_up()
    answer = await client.get("/api/sessions" + (f"?person={who.id}" if who else ""))
    assert answer.status_code == 200, answer.text
    shown: list[dict[str, Any]] = answer.json()["sessions"]
    return shown


async def test_a_person_sees_their_sessions_and_ends_one_on_another_device(site: Site) -> None:
    async with await browser(site, FATHER) as phone, await browser(site, FATHER) as laptop:
        shown = await sessions(site, phone)
        (other,) = [one for one in shown if not one["mine"]]

        answer = await phone.post(f"/api/sessions/{other['id']}/end", json={})

        assert len(shown) == 2
        assert answer.status_code == 204
        assert (await laptop.get("/api/sessions")).status_code == 401
        assert [one["mine"] for one in await sessions(site, phone)] == [True]


async def test_all_others_are_ended_at_one_stroke(site: Site) -> None:
    async with (
        await browser(site, ZHOU) as tablet,
        await browser(site, ZHOU) as phone,
        await browser(site, LIN) as other,
    ):
        await site.caught_up()

        await tablet.post("/api/sessions/end-others", json={})

        assert (await phone.get("/api/sessions")).status_code == 401
        assert (await tablet.get("/api/sessions")).status_code == 200
        assert (await other.get("/api/sessions")).status_code == 200


async def test_the_open_socket_of_a_session_that_was_ended_closes_at_once(site: Site) -> None:
    async with await browser(site, SUN) as lead, site.greeted(ZHOU) as wire:
        (shown,) = await sessions(site, lead, ZHOU)

        answer = await lead.post(f"/api/sessions/{shown['id']}/end", json={})

        assert shown["online"] is True
        assert answer.status_code == 204
        with pytest.raises(ConnectionClosed) as closed:
            await wire.hear_until("nothing more")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CloseCode.AUTH


async def test_a_lead_looks_after_their_own_people_and_nobody_else_does(site: Site) -> None:
    async with (
        await browser(site, FATHER) as father,
        await browser(site, ZHOU) as clerk,
        await browser(site, SUN) as lead,
    ):
        (fathers,) = await sessions(site, father)
        (clerks,) = await sessions(site, clerk)
        looked = [
            (await client.get(f"/api/sessions?person={whose.id}")).status_code
            for client, whose in ((father, ZHOU), (clerk, SUN), (lead, FATHER), (lead, ZHOU))
        ]
        ended = [
            (await client.post(f"/api/sessions/{id}/end", json={})).status_code
            for client, id in (
                (clerk, fathers["id"]),
                (father, clerks["id"]),
                (lead, fathers["id"]),
                (lead, clerks["id"]),
            )
        ]

    assert looked == [403, 403, 403, 200]
    assert ended == [403, 403, 403, 204]


async def test_a_session_that_never_was_is_not_found(site: Site) -> None:
    async with await browser(site, SUN) as lead:
        assert (await lead.post(f"/api/sessions/{uuid4()}/end", json={})).status_code == 404
        assert (await lead.post(f"/api/sessions/{ZHOU.id}/end", json={})).status_code == 404
        assert (await lead.get("/api/sessions?person=x")).status_code == 404


async def test_a_lost_device_is_blocked_from_the_list_and_drops_what_it_holds_when_it_comes(site: Site) -> None:
    device = uuid4()
    async with await browser(site, SUN) as lead, await browser(site, ZHOU, device=device) as lost:
        (shown,) = await sessions(site, lead, ZHOU)

        await lead.post(f"/api/sessions/{shown['id']}/end", json={"block": True})
        heard = await poll(lost, device=device)

        assert shown["device"] == str(device)
        assert (await lost.get("/api/sessions")).status_code == 401
        assert [(one["t"], one.get("wipe")) for one in heard if one["t"] == "revoke"] == [("revoke", True)]
        assert [one["blocked"] for one in await sessions(site, lead, ZHOU)] == [True]


async def test_a_device_that_may_come_again_is_signed_in_anew(site: Site) -> None:
    mine = uuid4()
    async with await browser(site, ZHOU, device=mine) as tablet, await browser(site, SUN) as lead:
        device = f"/api/devices/{mine}"
        ticket = (await tablet.post("/session/ticket")).json()["ticket"]
        await lead.post(device, json={"do": "block", "person": str(ZHOU.id)})
        site.clock.now += timedelta(minutes=1)

        assert (await lead.post(device, json={"do": "unblock", "person": str(ZHOU.id)})).status_code == 204

        assert (await tablet.get("/api/sessions")).status_code == 401
        assert (await tablet.post("/session/ticket")).status_code == 401
        async with site.wire() as wire:
            await wire.say(hello(ticket, device=mine))
            assert (await wire.hear())["t"] == "auth-required"
    async with await browser(site, ZHOU, device=mine) as anew:
        assert (await anew.get("/api/sessions")).status_code == 200
