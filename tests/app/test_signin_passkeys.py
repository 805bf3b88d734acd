"""Passkeys of staff: made in a session, shown to come in, each good for one answer, one host and one person."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.centre.centre import staff_stream
from domain.identity.keyring import MOST_PASSKEYS, PasskeyAdded, PasskeyRemoved, PasskeyUsed, keyring_stream
from tests.app.authenticator import Authenticator
from tests.app.standing import DEVICE, ORIGIN, PASSWORD, Service, centre_open, serving

RING = keyring_stream(staff_stream("zhoumin"))


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


async def made_by(
    clerk: httpx.AsyncClient, *, name: str = "前台平板", passkey: Authenticator | None = None
) -> Authenticator:
    """A passkey that the person of a session has made."""
    passkey = passkey or Authenticator(origin=ORIGIN)
    options = (await clerk.post("/api/passkeys/options")).json()
    answer = await clerk.post("/api/passkeys", json={"credential": passkey.make(options), "name": name})
    assert answer.status_code == 204, answer.text
    return passkey


async def shown(client: httpx.AsyncClient, passkey: Authenticator, **how: Any) -> httpx.Response:
    """Show a passkey at the sign-in."""
    options = (await client.post("/session/passkey/options")).json()
    body = {"credential": passkey.show(options, **how), "device": str(DEVICE)}
    return await client.post("/session/passkey", json=body)


def facts(service: Service) -> list[object]:
    return [envelope.fact for envelope in service.centre.read(RING)]


async def test_a_clerk_comes_in_with_a_passkey_and_types_nothing(service: Service) -> None:
    passkey = await made_by(await service.staff("zhoumin"))

    client = service.client()
    answer = await shown(client, passkey)

    assert answer.status_code == 200
    assert answer.json()["person"]["name"] == "周敏"
    assert (await client.get("/session")).json()["person"]["id"] == str(staff_stream("zhoumin"))
    assert (await client.get("/api/sessions")).json()["sessions"][0]["method"] == "passkey"


async def test_what_the_log_keeps_of_a_passkey_is_public(service: Service) -> None:
    passkey = await made_by(await service.staff("zhoumin"))
    await shown(service.client(), passkey)

    added, used = facts(service)

    assert isinstance(added, PasskeyAdded)
    assert (added.credential, added.domain, added.name, added.synced) == (
        passkey.credential,
        "localhost",
        "前台平板",
        False,
    )
    assert isinstance(used, PasskeyUsed)
    assert (used.credential, used.counter, len(used.challenge)) == (passkey.credential, 1, 64)


async def test_several_passkeys_are_named_and_one_that_was_removed_lets_nobody_in(service: Service) -> None:
    clerk = await service.staff("zhoumin")
    lost, kept = await made_by(clerk, name="旧平板"), await made_by(clerk, name="手机")

    answer = await clerk.post("/api/passkeys/remove", json={"credential": lost.credential})

    assert answer.status_code == 204
    assert [one["name"] for one in (await clerk.get("/api/passkeys")).json()["passkeys"]] == ["手机"]
    refused = await shown(service.client(), lost)
    assert (refused.status_code, refused.json()["code"]) == (401, "passkey-unknown")
    assert (await shown(service.client(), kept)).status_code == 200
    assert PasskeyRemoved(credential=lost.credential) in facts(service)


async def test_an_answer_is_good_once(service: Service) -> None:
    passkey, client = await made_by(await service.staff("zhoumin")), service.client()
    options = (await client.post("/session/passkey/options")).json()
    body = {"credential": passkey.show(options)}

    answers = [await client.post("/session/passkey", json=body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json()["code"] == "challenge-expired"


async def test_a_challenge_is_answered_to_a_service_that_has_started_since(tmp_path: Path) -> None:
    with centre_open(tmp_path) as before:
        passkey = await made_by(await before.staff("zhoumin"))
        options = (await before.client().post("/session/passkey/options")).json()
        at = before.clock.now

    with centre_open(tmp_path) as after:
        after.clock.now = at
        answer = await after.client().post("/session/passkey", json={"credential": passkey.show(options)})

    assert answer.status_code == 200, answer.text


async def test_a_challenge_of_ones_own_making_is_none(service: Service) -> None:
    passkey, client = await made_by(await service.staff("zhoumin")), service.client()
    options = (await client.post("/session/passkey/options")).json()
    options["challenge"] = options["challenge"][:-8] + "AAAAAAAA"

    answer = await client.post("/session/passkey", json={"credential": passkey.show(options)})

    assert (answer.status_code, answer.json()["code"]) == (401, "challenge-expired")


async def test_a_challenge_is_good_for_five_minutes(service: Service) -> None:
    passkey, client = await made_by(await service.staff("zhoumin")), service.client()
    options = (await client.post("/session/passkey/options")).json()
    service.clock.advance(minutes=5)

    answer = await client.post("/session/passkey", json={"credential": passkey.show(options)})

    assert (answer.status_code, answer.json()["code"]) == (401, "challenge-expired")


async def test_a_copied_passkey_is_found_by_its_counter(service: Service) -> None:
    passkey = await made_by(await service.staff("zhoumin"))
    assert (await shown(service.client(), passkey)).status_code == 200
    passkey.counter = 0

    answer = await shown(service.client(), passkey)

    assert (answer.status_code, answer.json()["code"]) == (401, "passkey-copied")


@pytest.mark.parametrize("wrong", ["another key", "another host", "another page", "nobody looked", "another person"])
async def test_what_is_not_the_owners_passkey_on_this_host_lets_nobody_in(service: Service, wrong: str) -> None:
    passkey = await made_by(await service.staff("zhoumin"))
    other = Authenticator(origin=ORIGIN)
    match wrong:
        case "another key":
            passkey.key = other.key
        case "another page":
            passkey.origin = "https://doorstep.evil.example"
        case "nobody looked":
            passkey.verifies = False
        case "another person":
            passkey.owner = staff_stream("guwen").bytes
        case _:
            pass

    answer = await shown(service.client(), passkey, domain="evil.example" if wrong == "another host" else None)

    expected = "passkey-unknown" if wrong == "another person" else "passkey-wrong"
    assert (answer.status_code, answer.json()["code"]) == (401, expected)
    assert not any(isinstance(fact, PasskeyUsed) for fact in facts(service))


@pytest.mark.parametrize("response", [{}, {"clientDataJSON": "?"}, {"clientDataJSON": "e30"}, {"clientDataJSON": 7}])
async def test_a_malformed_passkey_is_told_so(service: Service, response: dict[str, Any]) -> None:
    answer = await service.client().post("/session/passkey", json={"credential": {"id": "x", "response": response}})

    assert (answer.status_code, answer.json()["code"]) == (401, "passkey-wrong")


async def test_a_passkey_is_made_only_by_whom_it_was_asked_of(service: Service) -> None:
    clerk, auditor = await service.staff("zhoumin"), await service.staff("guwen")
    options = (await clerk.post("/api/passkeys/options")).json()

    stolen = await auditor.post(
        "/api/passkeys", json={"credential": Authenticator(origin=ORIGIN).make(options), "name": "x"}
    )

    assert (stolen.status_code, stolen.json()["code"]) == (401, "challenge-expired")


async def test_residents_have_none_and_staff_not_more_than_anybody_needs(service: Service) -> None:
    refused = await (await service.resident()).post("/api/passkeys/options")
    clerk = await service.staff("zhoumin")
    for _ in range(MOST_PASSKEYS):
        await made_by(clerk)
    options = (await clerk.post("/api/passkeys/options")).json()
    made = Authenticator(origin=ORIGIN).make(options)

    one_more = await clerk.post("/api/passkeys", json={"credential": made, "name": "x"})

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (one_more.status_code, one_more.json()["code"]) == (422, "too-many-passkeys")


async def test_an_address_without_a_name_has_no_passkeys(service: Service) -> None:
    plain = "http://127.0.0.1:8000"
    client = service.client(origin=plain, base=plain)

    answer = await client.post("/session/passkey/options")

    assert (answer.status_code, answer.json()["code"]) == (422, "passkey-address")


async def test_nothing_tells_whether_a_name_has_a_passkey(service: Service) -> None:
    await made_by(await service.staff("zhoumin"))

    options = (await service.client().post("/session/passkey/options")).json()

    assert options["allowCredentials"] == []
    assert set(options) == {"challenge", "timeout", "rpId", "allowCredentials", "userVerification"}


async def test_a_lead_removes_the_passkey_of_their_people_and_a_colleague_does_not(service: Service) -> None:
    passkey = await made_by(await service.staff("zhoumin"))
    gone = {"credential": passkey.credential, "person": str(staff_stream("zhoumin"))}
    _enrol(service, "lead", "lead", "street")
    _enrol(service, "other", "lead", "district")

    answers = [
        await (await service.staff(who)).post("/api/passkeys/remove", json=gone) for who in ("guwen", "other", "lead")
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 204]


def _enrol(service: Service, username: str, role: str, office: str) -> None:
    password = service.centre.staff("zhoumin")
    assert password is not None
    assert PASSWORD
    service.centre.enrol(
        username, name=username, roles=(role,), office=office, password_hash=password.password_hash or ""
    )
