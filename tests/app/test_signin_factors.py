"""The second factor of staff, codes for emergencies and of enrolment, and a fresh proof before sensitive acts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyotp.totp import TOTP
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.centre.centre import staff_stream
from domain.identity.identity import SessionProved
from domain.identity.keyring import SecondFactorSet, keyring_stream
from tests.app.authenticator import Authenticator
from tests.app.standing import ORIGIN, PASSWORD, Service, centre_open, serving
from tests.app.test_signin_passkeys import made_by
from web.app import create_app
from web.session import COOKIE
from web.signin.fresh import require_fresh

CLERK = staff_stream("zhoumin")
STEP = timedelta(seconds=30)


async def _sensitive(request: Request) -> Response:
    require_fresh(request, "case.break-glass")
    return Response(status_code=204)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        made.app = create_app(made.edge, more=(Route("/sensitive", _sensitive, methods=["POST"]),))
        made.centre.enrol("lead", name="孙", roles=("lead",), office="street", password_hash=_hash(made))
        made.centre.enrol("operator", name="运", roles=("operator",), office="street", password_hash=_hash(made))
        async with serving(made):
            yield made


def _hash(service: Service) -> str:
    record = service.centre.staff("zhoumin")
    assert record is not None
    return record.password_hash or ""


async def set_up(clerk: httpx.AsyncClient, service: Service) -> tuple[TOTP, list[str]]:
    """One-time codes, set up by the person of a session."""
    offer = (await clerk.post("/api/second-factor/offer")).json()
    maker = TOTP(offer["secret"])
    answer = await clerk.post("/api/second-factor", json={"code": maker.at(service.clock())})
    assert answer.status_code == 200, answer.text
    return maker, answer.json()["recovery"]


async def enters(service: Service, **more: str) -> httpx.Response:
    """Sign in with the password, and what else is shown."""
    body = {"username": "zhoumin", "password": PASSWORD, **more}
    return await service.client().post("/session/staff", json=body)


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("code", ["１２３４５６", "\0", "é" * 6])
async def test_a_code_of_full_width_or_other_signs_is_only_wrong(service: Service, code: str) -> None:
    await set_up(await service.staff("zhoumin"), service)

    assert said(await enters(service, code=code)) == (401, "second-factor-wrong")


async def test_once_set_up_a_password_alone_lets_nobody_in(service: Service) -> None:
    maker, _ = await set_up(await service.staff("zhoumin"), service)

    alone = await enters(service)
    wrong = await enters(service, code="000000")
    right = await enters(service, code=f" {maker.at(service.clock())[:3]} {maker.at(service.clock())[3:]} ")

    assert said(alone) == (401, "second-factor-needed")
    assert said(wrong) == (401, "second-factor-wrong")
    assert right.status_code == 200


async def test_the_secret_is_sealed_and_the_emergency_codes_are_not_kept(service: Service) -> None:
    maker, recovery = await set_up(await service.staff("zhoumin"), service)

    (fact,) = [envelope.fact for envelope in service.centre.read(keyring_stream(CLERK))]
    log = (service.edge.settings.centre_folder / "log.db").read_bytes()
    log += (service.edge.settings.centre_folder / "log.db-wal").read_bytes()

    assert isinstance(fact, SecondFactorSet)
    assert maker.secret.encode() not in log
    assert not any(code.replace("-", "").encode() in log for code in recovery)
    assert service.centre.second_factor(CLERK) == maker.secret


async def test_a_code_is_good_once_and_so_is_none_before_it(service: Service) -> None:
    maker, _ = await set_up(await service.staff("zhoumin"), service)
    service.clock.advance(seconds=60)
    code, before = maker.at(service.clock()), maker.at(service.clock() - STEP)

    answers = [await enters(service, code=one) for one in (code, code, before)]

    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert [said(answer)[1] for answer in answers[1:]] == ["already-shown", "already-shown"]


async def test_a_telephone_may_be_half_a_minute_off_and_not_more(service: Service) -> None:
    maker, _ = await set_up(await service.staff("zhoumin"), service)
    service.clock.advance(seconds=300)

    assert (await enters(service, code=maker.at(service.clock() - 2 * STEP))).status_code == 401
    assert (await enters(service, code=maker.at(service.clock() - STEP))).status_code == 200


async def test_an_emergency_code_is_good_once(service: Service) -> None:
    _, recovery = await set_up(await service.staff("zhoumin"), service)

    answers = [await enters(service, code=recovery[0].lower()) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 401]
    assert len(service.centre.keyring(CLERK).recovery) == len(recovery) - 1


async def test_one_time_codes_cannot_be_guessed(service: Service) -> None:
    await set_up(await service.staff("zhoumin"), service)

    answers = [await enters(service, code=f"{n:06d}") for n in range(9)]

    assert [answer.status_code for answer in answers] == [401] * 8 + [429]


async def test_a_secret_counts_only_once_a_code_of_it_was_shown(service: Service) -> None:
    clerk = await service.staff("zhoumin")
    await clerk.post("/api/second-factor/offer")

    wrong = await clerk.post("/api/second-factor", json={"code": "000000"})

    assert said(wrong) == (422, "second-factor-wrong")
    assert (await enters(service)).status_code == 200


async def test_where_it_is_required_a_password_alone_is_not_enough_for_anybody(
    service: Service, tmp_path: Path
) -> None:
    with centre_open(tmp_path / "strict", staff_second_factor="required") as strict:
        answer = await strict.client().post("/session/staff", json={"username": "zhoumin", "password": PASSWORD})
        wrong = await strict.client().post("/session/staff", json={"username": "zhoumin", "password": "guess"})
        ways = (await strict.client().get("/session")).json()["ways"]

    assert said(answer) == (401, "second-factor-missing")
    assert said(wrong) == (401, "sign-in-failed")
    assert ways == {"oidc": False, "second_factor": True}
    assert (await service.client().get("/session")).json()["ways"]["second_factor"] is False


# Codes of enrolment


async def test_a_lead_lets_a_new_colleague_in_who_then_makes_a_passkey(service: Service) -> None:
    lead = await service.staff("lead")
    code = (await lead.post("/api/enrolments", json={"person": str(CLERK)})).json()["code"]

    newcomer = service.client()
    shown = {"username": "ZhouMin ", "code": code.lower()}
    answers = [await newcomer.post("/session/enrolment", json=shown) for _ in range(2)]
    await made_by(newcomer)

    assert [answer.status_code for answer in answers] == [200, 401]
    assert said(answers[1]) == (401, "enrolment-wrong")


async def enrolled(service: Service) -> httpx.AsyncClient:
    """The browser of a newcomer who has come in with a code of enrolment."""
    lead, newcomer = await service.staff("lead"), service.client()
    code = (await lead.post("/api/enrolments", json={"person": str(CLERK)})).json()["code"]
    answer = await newcomer.post("/session/enrolment", json={"username": "zhoumin", "code": code})
    assert answer.json()["person"]["narrow"] is True
    return newcomer


async def test_a_code_of_enrolment_opens_nothing_but_the_making_of_a_key(service: Service) -> None:
    newcomer = await enrolled(service)
    asked = [await newcomer.get(path) for path in ("/api/queue", "/api/sessions", "/api/devices", "/api/handbook.pdf")]
    acts = [
        await newcomer.post("/api/break-glass", json={"number": "12345678", "reason": "急"}),
        await newcomer.post("/api/passkeys/remove", json={"credential": "x"}),
        await newcomer.post("/session/proof", json={"password": PASSWORD}),
    ]

    assert {said(answer) for answer in asked + acts} == {(403, "enrol-first")}
    assert said(await newcomer.post("/session/ticket")) == (401, "sign-in-needed")
    hello = {"t": "hello", "v": [1, 1], "app": "1", "device": str(CLERK), "ticket": "", "wall": "2026-11-23T02:00:00Z"}
    polled = await newcomer.post("/sync/x", json=[{**hello, "outbox": {"n": 0, "next_seq": 1}}])
    assert [frame["t"] for frame in polled.json()] == ["auth-required"]


async def test_it_opens_everything_once_a_passkey_was_made(service: Service) -> None:
    newcomer = await enrolled(service)
    await made_by(newcomer)

    assert (await newcomer.get("/session")).json()["person"]["narrow"] is False
    assert (await newcomer.get("/api/sessions")).status_code == 200
    assert (await newcomer.post("/session/ticket")).status_code == 200


async def test_it_opens_everything_once_one_time_codes_were_set_up(service: Service) -> None:
    newcomer = await enrolled(service)
    await set_up(newcomer, service)

    assert (await newcomer.post("/session/ticket")).status_code == 200


async def test_a_secret_is_set_up_with_a_service_that_has_started_since_and_offered_once(tmp_path: Path) -> None:
    with centre_open(tmp_path / "again") as before:
        clerk = await before.staff("zhoumin")
        offered, token, at = (
            (await clerk.post("/api/second-factor/offer")).json(),
            clerk.cookies[COOKIE],
            before.clock.now,
        )

    with centre_open(tmp_path / "again") as after:
        after.clock.now = at
        clerk = after.client()
        clerk.cookies.set(COOKIE, token)
        answer = await clerk.post("/api/second-factor", json={"code": TOTP(offered["secret"]).at(at)})
        assert answer.status_code == 200, answer.text
        again = (await clerk.post("/api/second-factor/offer")).json()
    assert again["secret"] != offered["secret"]


async def test_a_code_of_enrolment_is_good_for_half_an_hour_and_for_one_name(service: Service) -> None:
    lead = await service.staff("lead")
    code = (await lead.post("/api/enrolments", json={"person": str(CLERK)})).json()["code"]
    other = await service.client().post("/session/enrolment", json={"username": "guwen", "code": code})
    nobody = await service.client().post("/session/enrolment", json={"username": "nobody", "code": code})
    service.clock.advance(minutes=30)
    late = await service.client().post("/session/enrolment", json={"username": "zhoumin", "code": code})

    assert {said(answer) for answer in (other, nobody, late)} == {(401, "enrolment-wrong")}


@pytest.mark.parametrize(
    ("by", "whom", "status"),
    [
        ("lead", "zhoumin", 200),
        ("lead", "guwen", 403),
        ("lead", "operator", 403),
        ("lead", "assessor", 403),
        ("lead", "lead", 403),
        ("operator", "guwen", 200),
        ("operator", "operator", 403),
        ("zhoumin", "guwen", 403),
        ("operator", "nobody", 422),
    ],
)
async def test_who_lets_whom_in(service: Service, by: str, whom: str, status: int) -> None:
    answer = await (await service.staff(by)).post("/api/enrolments", json={"person": str(staff_stream(whom))})

    assert answer.status_code == status, answer.text


# A fresh proof


async def _ways(client: httpx.AsyncClient) -> Any:
    answer = await client.post("/sensitive")
    assert said(answer) == (403, "proof-needed")
    assert answer.json()["params"]["minutes"] == 5
    return answer.json()["params"]["ways"]


async def test_signing_in_counts_as_a_proof_for_five_minutes_and_a_password_renews_it(service: Service) -> None:
    clerk = await service.staff("zhoumin")
    at_first = await clerk.post("/sensitive")
    service.clock.advance(minutes=5)
    ways = await _ways(clerk)
    wrong = await clerk.post("/session/proof", json={"password": "guess"})

    right = await clerk.post("/session/proof", json={"password": PASSWORD})

    assert (at_first.status_code, ways) == (204, ["password"])
    assert said(wrong) == (401, "password-wrong")
    assert right.status_code == 204
    assert (await clerk.post("/sensitive")).status_code == 204
    proved = [one.fact for _, one in service.centre.follow(0, 1000) if isinstance(one.fact, SessionProved)]
    assert [fact.method for fact in proved] == ["password"]


async def test_who_has_a_passkey_or_one_time_codes_shows_them(service: Service) -> None:
    clerk = await service.staff("zhoumin")
    passkey, (maker, _) = await made_by(clerk), await set_up(clerk, service)
    service.clock.advance(minutes=6)
    ways = await _ways(clerk)
    options = (await clerk.post("/session/proof/options")).json()

    by_password = await clerk.post("/session/proof", json={"password": PASSWORD})
    by_code = await clerk.post("/session/proof", json={"code": maker.at(service.clock())})
    by_passkey = await clerk.post("/session/proof", json={"credential": passkey.show(options)})

    assert ways == ["passkey", "code"]
    assert [one["id"] for one in options["allowCredentials"]] == [passkey.credential]
    assert said(by_password) == (403, "proof-needed")
    assert (by_code.status_code, by_passkey.status_code) == (204, 204)


async def test_the_passkey_of_a_colleague_proves_nothing(service: Service) -> None:
    clerk = await service.staff("zhoumin")
    await made_by(clerk)
    others = await made_by(await service.staff("guwen"), passkey=Authenticator(origin=ORIGIN))
    options = (await clerk.post("/session/proof/options")).json()

    answer = await clerk.post("/session/proof", json={"credential": others.show(options)})

    assert said(answer) == (401, "passkey-unknown")


async def test_a_resident_is_sent_a_code(service: Service) -> None:
    father = await service.resident()
    service.clock.advance(minutes=6)
    ways = await _ways(father)
    await father.post("/session/proof/options")

    answer = await father.post("/session/proof", json={"code": service.code()})

    assert (ways, answer.status_code) == (["sms"], 204)
    assert (await father.post("/sensitive")).status_code == 204


async def test_passwords_cannot_be_guessed_from_within_a_session(service: Service) -> None:
    clerk = await service.staff("zhoumin")

    answers = [await clerk.post("/session/proof", json={"password": "guess"}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


async def test_nobody_proves_anything_without_a_session(service: Service) -> None:
    assert said(await service.client().post("/session/proof", json={"password": PASSWORD})) == (401, "sign-in-needed")
    assert said(await service.client().post("/sensitive")) == (401, "sign-in-needed")
