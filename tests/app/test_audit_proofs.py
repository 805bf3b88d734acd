"""The verifier to take away, the code on a receipt, and vectors that hold for both verifiers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest

from store.notary import Receipt
from tests.app.household import Household
from tests.app.listening import Site, listening
from tests.test_verifier import FILE, verify
from tests.vectors import proofs
from web.api.audit_proofs import said, spelt

FATHER_PHONE, STRANGER_PHONE = "13800000031", "13800000032"
LARGEST_CODE_BYTES = 1_732
"""What a QR code of 137 modules holds at the lowest level of correction; a telephone still reads it from a screen."""


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.edge.notary.catch_up)
        yield open_site


@pytest.fixture
async def father(site: Site) -> AsyncGenerator[Household]:
    household = Household(site, FATHER_PHONE, "陈志远")
    await household.sign_in()
    async with household.device() as device:
        await device.live()
        await household.hand_in(device)
    yield household
    await household.browser.aclose()


def test_the_vectors_are_what_the_verifier_says_now() -> None:
    assert proofs.FILE.read_text(encoding="utf-8") == proofs.written(), "python -m tests.vectors.proofs writes it again"


async def test_anybody_takes_the_verifier(site: Site, father: Household) -> None:
    answer = await father.browser.get("/log/verify.py")

    assert answer.content == FILE.read_bytes()
    assert "verify.py" in answer.headers["content-disposition"]


async def test_the_code_on_a_receipt_is_checked_by_itself_and_names_nobody(
    site: Site, father: Household, tmp_path: Path
) -> None:
    proven = (await father.browser.get(f"/api/cases/{father.case}/proof")).json()
    key = (await father.browser.get("/log/key")).json()["keys"][0]["key"]
    number = site.edge.centre.case(father.case).filing_number or ""
    receipt = msgspec.convert(proven, Receipt)
    address = f"{site.origin}/check-proof#{spelt(said(receipt, number))}"
    file = tmp_path / "code.txt"
    file.write_text(address, encoding="utf-8")

    assert verify.main(["receipt", str(file), "--key", key]) == 0
    assert number in address
    assert len(address.encode()) < LARGEST_CODE_BYTES
    assert (father.name in address, father.phone in address) == (False, False)


async def test_the_code_is_drawn_for_those_who_may_see_the_case_only(site: Site, father: Household) -> None:
    path = f"/api/cases/{father.case}/proof/code.svg"
    stranger = Household(site, STRANGER_PHONE, "王芳")
    await stranger.sign_in()

    drawn = await father.browser.get(path)
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert drawn.text.startswith("<svg")
    assert (await stranger.browser.get(path)).status_code == 404
    await stranger.browser.aclose()
