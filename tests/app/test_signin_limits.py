"""Nothing tells whether a name or a number is known, and nobody tries for long: by number, address and device."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters

from tests.app.standing import ORIGIN, PASSWORD, PHONE, Service, centre_open, serving


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


def elsewhere(service: Service, host: str) -> httpx.AsyncClient:
    """A browser at another address."""
    transport = httpx.ASGITransport(app=service.app, client=(host, 1))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN})


async def test_a_name_that_nobody_has_costs_the_work_of_a_real_password(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, kept: str, shown: str) -> bool:
        looked_at.append(kept)
        return verify(self, kept, shown)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    await service.client().post("/session/staff", json={"username": "nobody", "password": PASSWORD})

    real = extract_parameters(service.edge.passwords.hash(PASSWORD))
    assert [extract_parameters(kept) for kept in looked_at] == [real]


async def test_a_number_that_nobody_has_is_answered_like_a_known_one(service: Service) -> None:
    await service.resident()
    answers = [await service.client().post("/session/code", json={"phone": phone}) for phone in (PHONE, "13800000055")]

    assert [(one.status_code, one.content) for one in answers] == [(204, b"")] * 2
    assert set(answers[0].headers) == set(answers[1].headers)


async def test_one_address_cannot_have_codes_sent_to_everybody(service: Service) -> None:
    async with elsewhere(service, "10.0.0.9") as client:
        answers = [
            await client.post("/session/code", json={"phone": f"1380000{n:04d}", "device": str(uuid4())})
            for n in range(101)
        ]
    other = await service.client().post("/session/code", json={"phone": PHONE})

    assert [one.status_code for one in answers] == [204] * 100 + [429]
    assert answers[-1].json()["params"]["retry_s"] > 0
    assert other.status_code == 204


async def test_one_device_cannot_go_on_under_many_numbers(service: Service) -> None:
    device = str(uuid4())
    answers = [
        await service.client().post("/session/code", json={"phone": f"1380000{n:04d}", "device": device})
        for n in range(9)
    ]

    assert [one.status_code for one in answers] == [204] * 8 + [429]


async def test_codes_of_enrolment_and_passkeys_are_not_tried_for_long_either(service: Service) -> None:
    shown = {"username": "zhoumin", "code": "AAAAA-AAAAA"}
    codes = [
        (await service.client().post("/session/enrolment", json={**shown, "device": str(uuid4())})).status_code
        for _ in range(7)
    ]
    async with elsewhere(service, "10.0.0.8") as client:
        keys = [(await client.post("/session/passkey/options")).status_code for _ in range(31)]

    assert codes == [401] * 6 + [429]
    assert keys == [200] * 30 + [429]
