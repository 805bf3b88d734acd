"""What asks for a fresh proof of who one is: the same acts over HTTP, over the socket and in a rescue file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.actors import Actor
from domain.commands import CENTRE_ONLY, COMMANDS
from domain.identity.identity import FRESH_FOR
from domain.rights.fresh import NEEDS_PROOF
from domain.rights.table import GRANTS, may
from tests.app.listening import Site, hello, listening
from tests.app.standing import centre_open, serving
from tests.cast import CASE, STAFF
from tests.rights.routes import ROUTES
from tests.rights.test_routes import Before
from web.openapi_table import TABLE

STALE = FRESH_FOR + timedelta(seconds=1)
BEGUN = {"POST /api/passkeys", "POST /api/second-factor"}
"""What a fresh proof began minutes ago is ended without another one."""
COLLEAGUE = str(STAFF["linxia"].id)
OVER_HTTP: dict[str, tuple[str, dict[str, Any] | None]] = {
    "POST /api/break-glass": ("case.break-glass", {"number": "12345678", "reason": "家属在窗口，急"}),
    "POST /api/enrolments": ("enrolment.issue", {"person": COLLEAGUE}),
    "POST /api/passkeys/options": ("passkey.add", None),
    "POST /api/passkeys/remove": ("passkey.remove", {"credential": "x"}),
    "POST /api/second-factor/offer": ("second-factor.set", None),
    "POST /api/second-factor/remove": ("second-factor.remove", {}),
    "POST /api/devices/{device:uuid}/key": (
        "device.register-key",
        {"algorithm": "ed25519", "public": "", "proof": ""},
    ),
    "GET /api/cases/{case:uuid}/export.zip": ("case.export", None),
    "GET /api/reports/{report:str}.{form:str}": ("reports.export", None),
    "GET /api/training/figures/{table:str}.{form:str}": ("training.figures.export", None),
}
"""Addresses, with their act and what is sent."""
SENDABLE = {
    name for name, kind in COMMANDS.items() if kind not in CENTRE_ONLY and name.partition("@")[0] in NEEDS_PROOF
}


@pytest.fixture
async def before(tmp_path: Path) -> AsyncGenerator[Before]:
    with centre_open(tmp_path, limit_factor=1_000) as made:
        async with serving(made):
            yield await asyncio.to_thread(Before, made)


def test_the_table_names_acts_that_there_are() -> None:
    assert set(GRANTS) >= NEEDS_PROOF


def test_every_address_of_such_an_act_is_among_those_asked_here() -> None:
    told = {name for name, one in TABLE.items() if one.who in NEEDS_PROOF}

    assert told <= {*OVER_HTTP, *BEGUN}
    assert {act for act, _ in OVER_HTTP.values()} | {"device.unblock"} == NEEDS_PROOF


@pytest.mark.parametrize("name", sorted(OVER_HTTP))
async def test_whoever_has_the_right_is_asked_who_they_are_before_it(before: Before, name: str) -> None:
    (act, body), asked = OVER_HTTP[name], ROUTES[name]
    url = (asked.url or name.split(" ")[1]).format(**before.values)
    allowed = [who for who in before if may(act, who.actor, own=True) and not who.actor.is_resident]
    if asked.of_case:
        allowed = [who for who in allowed if may("case.see", who.actor, own=who.is_related)]
    assert allowed
    for who in allowed:
        browser = await asyncio.to_thread(before.browser, who)
        before.service.clock.now += STALE
        answer = await browser.request(name.split(" ")[0], url, json=body)

        assert (answer.status_code, answer.json()["code"]) == (403, "proof-needed"), (name, who.name)


async def test_a_device_is_let_come_again_by_somebody_who_shows_who_they_are(before: Before) -> None:
    who = next(who for who in before if not who.actor.is_resident)
    browser = await asyncio.to_thread(before.browser, who)
    device = f"/api/devices/{uuid4()}"
    before.service.clock.now += STALE

    assert (await browser.post(device, json={"do": "block"})).status_code == 204
    assert (await browser.post(device, json={"do": "unblock"})).json()["code"] == "proof-needed"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as made:
        await asyncio.to_thread(made.premises.receive)
        yield made


def intent(by: Actor, type: str, seq: int = 1, **args: Any) -> dict[str, str]:
    body = {"id": str(uuid4()), "seq": seq, "lane": str(CASE), "type": type, "args": args, "by": str(by.id)}
    return {"body": json.dumps({**body, "at": "2026-11-23T02:00:00Z"})}


def test_one_such_act_can_be_sent_by_a_device() -> None:
    assert {"case.break-glass@1"} == SENDABLE


async def test_over_the_socket_it_waits_until_the_person_has_signed_in_again(site: Site) -> None:
    outsider = STAFF["qianbo"]
    wanted = intent(outsider, "case.break-glass@1", reason="家属在窗口，急")
    async with site.greeted(outsider) as wire:
        site.clock.now += STALE
        stale = await wire.push(wanted, intent(outsider, "case.note@1", 2, text="记一笔"))
        assert [(one["verdict"], one.get("code")) for one in stale] == [("auth", "reauth"), ("refused", "not-found")]

    async with site.greeted(outsider) as wire:
        fresh = await wire.push(wanted)
        assert [one["verdict"] for one in fresh] == ["applied"]


async def test_a_proof_that_was_given_meanwhile_counts_on_the_open_socket(site: Site) -> None:
    outsider = STAFF["qianbo"]
    token = await site.sign_in(outsider)
    async with site.wire() as wire:
        await wire.say(hello(site.edge.tickets.issue(token)))
        await wire.hear_until("welcome")
        site.clock.now += STALE
        session = await asyncio.to_thread(site.edge.centre.session, token)
        assert session is not None
        await asyncio.to_thread(lambda: site.edge.centre.prove_session(session, method="password"))

        (verdict,) = await wire.push(intent(outsider, "case.break-glass@1", reason="家属在窗口，急"))
        assert verdict["verdict"] == "applied"


async def test_a_file_proves_nothing(before: Before) -> None:
    who = next(who for who in before if "another office" in who.name)
    browser = await asyncio.to_thread(before.browser, who)
    one = intent(who.actor, "case.break-glass@1", reason="急")
    file = {"doorstep": "rescue", "version": 1, "person": str(who.actor.id), "intents": [one]}

    answer = await browser.post("/api/rescue", json=file)

    assert answer.status_code == 200, answer.text
    assert [(one["verdict"], one["code"]) for one in answer.json()["verdicts"]] == [("refused", "forbidden")]
