"""Sign-in: codes for residents, passwords for staff, the cookie, and limits that stop guessing and flooding."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from unittest.mock import Mock
from uuid import uuid4

import httpx
import pytest

from domain.actors import Actor, Role
from domain.centre.centre import staff_stream
from domain.decisions import Call
from domain.devices.devices import BlockDevice, device_stream
from domain.identity.identity import SessionClosed, SessionOpened
from store.log import LogUnavailable
from tests.app.standing import DEVICE, ORIGIN, PASSWORD, PHONE, Service, centre_open, serving
from web.codes import TRIES
from web.session import COOKIE
from web.tickets import Tickets


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


async def test_nobody_is_signed_in_at_first(service: Service) -> None:
    answer = (await service.client().get("/session")).json()

    assert answer["person"] is None
    assert answer["demo"] is True
    assert [(one["username"], one["roles"]) for one in answer["demo_staff"][:2]] == [
        ("zhoumin", ["window-clerk"]),
        ("hexin", ["window-clerk"]),
    ]
    assert all(one["name"] and one["does"]["zh"] and one["does"]["en"] for one in answer["demo_staff"])
    assert len(answer["demo_staff"]) == 15
    assert answer["centre"]["name_zh"] == "示例街道便民服务中心"


async def test_the_centre_says_when_it_is_open(service: Service) -> None:
    days = (await service.client().get("/session")).json()["centre"]["days"]

    shifts = {day["on"]: day["shifts"] for day in days}
    assert shifts["2026-11-23"] == ["09:00-12:00", "13:00-17:00"]
    assert shifts["2026-11-28"] == []
    assert {day["on"]: day["openings"] for day in days} == shifts, "no other openings are published"
    assert len(days) == 14


async def test_a_resident_signs_in_with_the_code_sent_to_their_phone(service: Service) -> None:
    client = service.client()

    asked = await client.post("/session/code", json={"phone": "138 0000-0001"})
    signed_in = await client.post(
        "/session/resident", json={"phone": PHONE, "code": service.code(), "device": str(DEVICE)}
    )

    assert (asked.status_code, asked.content) == (204, b"")
    person = signed_in.json()["person"]
    assert person | {"id": ""} == {
        "id": "",
        "kind": "resident",
        "name": "",
        "roles": ["resident"],
        "office": "",
        "phone_masked": "138****0001",
        "narrow": False,
    }
    assert (await client.get("/session")).json()["person"] == person


async def test_the_code_is_printed_on_the_console_of_a_demo(service: Service) -> None:
    await service.client().post("/session/code", json={"phone": PHONE})

    assert service.said == [f"SMS to {PHONE}: {service.code()}"]


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(service: Service) -> None:
    client = service.client()
    await client.post("/session/code", json={"phone": PHONE})

    answer = await client.post("/session/resident", json={"phone": PHONE, "code": service.code()})

    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "secure" not in cookie


async def test_over_https_the_cookie_never_travels_in_clear(service: Service) -> None:
    origin = "https://doorstep.example"
    with centre_open(service.edge.settings.data.parent / "https", origins=(origin,)) as other:
        client = other.client(origin=origin, base=origin)
        await client.post("/session/code", json={"phone": PHONE})
        answer = await client.post("/session/resident", json={"phone": PHONE, "code": other.code()})

    assert "secure" in answer.headers["set-cookie"].lower()


async def test_the_same_phone_is_the_same_person_on_every_device(service: Service) -> None:
    people = [(await (await service.resident()).get("/session")).json()["person"]["id"] for _ in range(2)]
    other = (await (await service.resident("13800000002")).get("/session")).json()["person"]["id"]

    assert people[0] == people[1] != other


async def test_a_wrong_code_says_how_many_tries_are_left_until_the_code_is_void(service: Service) -> None:
    client = service.client()
    await client.post("/session/code", json={"phone": PHONE})
    right = service.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    said = [(await client.post("/session/resident", json={"phone": PHONE, "code": wrong})).json() for _ in range(TRIES)]
    late = await client.post("/session/resident", json={"phone": PHONE, "code": right})

    assert [one["code"] for one in said] == ["code-wrong"] * TRIES
    assert [one["params"]["left"] for one in said] == [4, 3, 2, 1, 0]
    assert (late.status_code, late.json()["code"]) == (401, "code-expired")


async def test_a_code_is_good_once_and_for_five_minutes(service: Service) -> None:
    client = service.client()
    await client.post("/session/code", json={"phone": PHONE})
    shown = {"phone": PHONE, "code": service.code()}

    service.clock.advance(minutes=4, seconds=59)
    first = await client.post("/session/resident", json=shown)
    second = await client.post("/session/resident", json=shown)
    await client.post("/session/code", json={"phone": PHONE})
    shown = {"phone": PHONE, "code": service.code()}
    service.clock.advance(minutes=5)
    late = await client.post("/session/resident", json=shown)

    assert first.status_code == 200
    assert second.json()["code"] == late.json()["code"] == "code-expired"


async def test_a_new_code_replaces_the_one_before(service: Service) -> None:
    client = service.client()
    await client.post("/session/code", json={"phone": PHONE})
    old = service.code()
    await client.post("/session/code", json={"phone": PHONE})
    while service.code() == old:
        await client.post("/session/code", json={"phone": PHONE})

    answer = await client.post("/session/resident", json={"phone": PHONE, "code": old})

    assert answer.json()["code"] == "code-wrong"


@pytest.mark.parametrize("phone", ["", "12345", "02700000000", "1380000000１", "138000000011", "+1 5550100"])
async def test_what_is_no_mobile_number_gets_no_code(service: Service, phone: str) -> None:
    answer = await service.client().post("/session/code", json={"phone": phone})

    assert (answer.status_code, answer.json()["code"]) == (400, "phone-format")


async def test_a_stranger_cannot_make_a_phone_ring_without_end(service: Service) -> None:
    answers = [await service.client().post("/session/code", json={"phone": PHONE}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [204] * 4 + [429] * 2
    assert answers[-1].json() == {"code": "too-many-codes", "params": {"retry_s": 600}}
    assert answers[-1].headers["retry-after"] == "600"
    service.clock.advance(minutes=10)
    assert (await service.client().post("/session/code", json={"phone": PHONE})).status_code == 204


async def test_one_device_cannot_ask_for_many_numbers(service: Service) -> None:
    async def ask(number: int) -> int:
        body = {"phone": f"1380000{number:04d}", "device": str(DEVICE)}
        return (await service.client().post("/session/code", json=body)).status_code

    assert [await ask(number) for number in range(10)] == [204] * 8 + [429] * 2


async def test_staff_sign_in_with_name_and_password(service: Service) -> None:
    client = await service.staff("zhoumin")

    person = (await client.get("/session")).json()["person"]

    assert person == {
        "id": str(staff_stream("zhoumin")),
        "kind": "staff",
        "name": "周敏",
        "roles": ["window-clerk"],
        "office": "street",
        "phone_masked": None,
        "narrow": False,
    }


@pytest.mark.parametrize("shown", [("zhoumin", "wrong"), ("nobody", PASSWORD), ("", ""), ("zhoumin", "")])
async def test_a_wrong_name_is_answered_like_a_wrong_password(service: Service, shown: tuple[str, str]) -> None:
    body = {"username": shown[0], "password": shown[1]}

    answer = await service.client().post("/session/staff", json=body)

    assert (answer.status_code, answer.json()) == (401, {"code": "sign-in-failed", "params": {}})


async def test_nobody_signs_in_on_a_device_of_theirs_that_was_blocked(service: Service) -> None:
    person = staff_stream("zhoumin")
    shown = {"username": "zhoumin", "password": PASSWORD, "device": str(DEVICE)}
    block = BlockDevice(person=person, device=DEVICE, office="street")
    by = Actor(id=person, roles=frozenset({Role.WINDOW_CLERK}))
    call = Call(id=uuid4(), lane=device_stream(person, DEVICE), command=block, by=by)
    assert service.centre.submit(call).result().verdict == "applied"

    refused = await service.client().post("/session/staff", json=shown)
    elsewhere = await service.client().post("/session/staff", json={**shown, "device": str(uuid4())})

    assert (refused.status_code, refused.json()["code"]) == (403, "device-blocked")
    assert elsewhere.status_code == 200


async def test_passwords_cannot_be_guessed_at_speed(service: Service) -> None:
    async def guess() -> httpx.Response:
        body = {"username": "zhoumin", "password": "guess", "device": str(uuid4())}
        return await service.client().post("/session/staff", json=body)

    answers = [await guess() for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].json()["code"] == "too-many-tries"


async def test_a_stranger_who_tries_passwords_does_not_lock_the_owner_out(service: Service) -> None:
    for _ in range(10):
        await service.client().post("/session/staff", json={"username": "zhoumin", "password": "guess"})
    transport = httpx.ASGITransport(app=service.app, client=("10.0.0.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as elsewhere:
        answer = await elsewhere.post("/session/staff", json={"username": "zhoumin", "password": PASSWORD})

    assert answer.status_code == 200


async def test_sign_ins_and_sign_outs_are_facts_and_the_token_is_not_among_them(service: Service) -> None:
    client = await service.staff("zhoumin")
    token = client.cookies[COOKIE]

    assert (await client.delete("/session")).status_code == 204
    after = (await client.get("/session")).json()

    facts = [envelope.fact for _, envelope in service.centre.follow(0, 1000)]
    opened = [fact for fact in facts if isinstance(fact, SessionOpened)]
    assert [(fact.kind, fact.method) for fact in opened] == [("staff", "password")]
    assert sum(isinstance(fact, SessionClosed) for fact in facts) == 1
    assert after["person"] is None
    log = (service.edge.settings.centre_folder / "log.db").read_bytes()
    assert token.encode() not in log
    assert PASSWORD.encode() not in log


async def test_a_session_ends_by_itself(service: Service) -> None:
    clerk, father = await service.staff("zhoumin"), await service.resident()

    service.clock.advance(hours=12)

    assert (await clerk.get("/session")).json()["person"] is None
    assert (await father.get("/session")).json()["person"] is not None


async def test_signing_in_again_ends_the_session_before(service: Service) -> None:
    client = await service.staff("zhoumin")
    before = client.cookies[COOKIE]
    await client.post("/session/staff", json={"username": "guwen", "password": PASSWORD})

    assert service.centre.session(before) is None


async def test_a_ticket_is_for_one_use_within_a_minute_and_only_for_the_signed_in(service: Service) -> None:
    client = await service.staff("zhoumin")
    stranger = await service.client().post("/session/ticket")
    used, late = [(await client.post("/session/ticket")).json()["ticket"] for _ in range(2)]

    session = service.edge.tickets.redeem(used)

    assert session is not None
    assert session.person == staff_stream("zhoumin")
    assert service.edge.tickets.redeem(used) is None
    service.clock.advance(seconds=60)
    assert service.edge.tickets.redeem(late) is None
    assert (stranger.status_code, stranger.json()["code"]) == (401, "sign-in-needed")


async def test_a_ticket_of_one_node_is_good_at_another_and_of_another_centre_at_none(service: Service) -> None:
    client = await service.resident()
    ticket = (await client.post("/session/ticket")).json()["ticket"]
    centre, clock = service.centre, service.clock
    node = Tickets(clock=clock, find=centre.sign_in_of, key=lambda: centre.key_for("tickets"))
    stranger = Tickets(clock=clock, find=centre.sign_in_of, key=lambda: bytes(32))

    assert stranger.redeem(ticket) is None
    assert node.redeem(ticket) is not None
    assert [node.redeem(wrong) for wrong in (ticket, "", "é", ticket[:-4])] == [None] * 4


async def test_while_the_log_cannot_be_read_nobody_counts_as_signed_out(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await service.resident()
    away = Mock(side_effect=LogUnavailable("gone", "no connection"))
    for name in ("sign_in_of", "session", "state"):
        monkeypatch.setattr(service.centre, name, away)

    for answer in (await client.post("/session/ticket"), await client.get("/session"), await client.get("/api/queue")):
        assert (answer.status_code, answer.json()["code"]) == (503, "storage")
        assert answer.headers["retry-after"] == "5"


async def test_a_ticket_dies_with_its_session(service: Service) -> None:
    client = await service.staff("zhoumin")
    ticket = (await client.post("/session/ticket")).json()["ticket"]

    await client.delete("/session")

    assert service.edge.tickets.redeem(ticket) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"phone": 1}', b"[" * 50_000, b'{"phone": "\\ud800"}', b"\xff"])
async def test_a_malformed_body_is_told_so(service: Service, body: bytes) -> None:
    answer = await service.client().post("/session/code", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["code"] in {"body-malformed", "phone-format"}


async def test_the_demo_inbox_shows_messages_newest_first_to_people_and_to_programs(service: Service) -> None:
    client = service.client(origin=None)
    for phone in (PHONE, "13800000002"):
        await service.client().post("/session/code", json={"phone": phone})

    page = (await client.get("/demo/inbox")).text
    messages = (await client.get("/demo/inbox.json")).json()["messages"]
    mine = (await client.get("/demo/inbox.json", params={"phone": PHONE})).json()["messages"]

    assert page.index("13800000002") < page.index(PHONE)
    assert [one["phone"] for one in messages] == ["13800000002", PHONE]
    assert [one["code"] for one in mine] == [service.code()]
    assert service.code() in mine[0]["text"]


async def test_a_centre_without_a_carrier_says_that_codes_cannot_be_sent(tmp_path: Path) -> None:
    (tmp_path / "centre").mkdir(parents=True)
    with centre_open(tmp_path) as empty:
        answer = await empty.client().post("/session/code", json={"phone": PHONE})
        inbox = await empty.client().get("/demo/inbox.json")

    assert (answer.status_code, answer.json()["code"]) == (503, "no-carrier")
    assert inbox.status_code == 404


async def test_the_origin_is_needed_to_sign_in(service: Service) -> None:
    assert (await service.client(origin=None).post("/session/code", json={"phone": PHONE})).status_code == 403
    assert (await service.client(origin=ORIGIN).post("/session/code", json={"phone": PHONE})).status_code == 204
