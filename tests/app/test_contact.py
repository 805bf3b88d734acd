"""`/api/contact`: a resident chooses how to be told, and lets a device take push."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.effects.contact import MOST_DEVICES, PushSubscribed, contact_stream
from tests.app.timely import TimelyTown

POINT = (
    ec.derive_private_key(5, ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
)
KEYS = {"p256dh": base64.urlsafe_b64encode(POINT).rstrip(b"=").decode(), "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TimelyTown]:
    with closing(TimelyTown(tmp_path, items=())) as town:
        yield town


async def test_a_resident_chooses_channels_and_language(town: TimelyTown) -> None:
    async with town.running():
        browser = await town.resident_browser()
        before = (await browser.get("/api/contact")).json()
        put = await browser.put("/api/contact", json={"sms": False, "push": True, "language": "en"})
        after = (await browser.get("/api/contact")).json()
        wrong = await browser.put("/api/contact", json={"sms": False, "push": True, "language": "fr"})

    assert (before["sms"], before["push"], before["language"], before["subscriptions"]) == (True, True, "zh", [])
    assert len(before["push_key"]) == 87
    assert put.status_code == 204
    assert (after["sms"], after["language"], after["push_key"]) == (False, "en", before["push_key"])
    assert wrong.status_code == 400


async def test_a_device_takes_push_and_lets_it_go_and_its_address_is_sealed(town: TimelyTown) -> None:
    async with town.running():
        browser = await town.resident_browser()
        taken = [
            await browser.post("/api/contact/push", json={"endpoint": f"{ENDPOINT}abc", "keys": KEYS}) for _ in range(2)
        ]
        id = taken[0].json()["id"]
        there = (await browser.get("/api/contact")).json()["subscriptions"]
        gone = await browser.delete(f"/api/contact/push/{id}")
        left = (await browser.get("/api/contact")).json()["subscriptions"]

    assert [one.status_code for one in taken] == [201, 201]
    assert [one["id"] for one in there] == [id]
    assert (gone.status_code, left) == (204, [])
    stored = b"".join(row.state for row in town.centre.event_log.rows(contact_stream(town.person)))
    assert b"wpush/v2/abc" not in stored


async def test_the_oldest_device_makes_room(town: TimelyTown) -> None:
    async with town.running():
        browser = await town.resident_browser()
        for n in range(MOST_DEVICES + 1):
            await browser.post("/api/contact/push", json={"endpoint": f"{ENDPOINT}{n}", "keys": KEYS})
        left = (await browser.get("/api/contact")).json()["subscriptions"]

    first = town.facts(contact_stream(town.person), PushSubscribed)[0].subscription
    assert len(left) == MOST_DEVICES
    assert str(first) not in [one["id"] for one in left]


@pytest.mark.parametrize(
    "endpoint", ["https://169.254.169.254/latest", "http://localhost:9/x", "https://evil.example/"]
)
async def test_an_endpoint_that_is_no_push_service_is_refused(town: TimelyTown, endpoint: str) -> None:
    async with town.running():
        browser = await town.resident_browser()
        refused = await browser.post("/api/contact/push", json={"endpoint": endpoint, "keys": KEYS})
        stranger = await town.client().get("/api/contact")

    assert (refused.status_code, refused.json()["code"]) == (422, "push-service")
    assert stranger.status_code == 401
