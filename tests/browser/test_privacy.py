"""What the centre keeps about a resident: read, taken away, and begun forms erased; and who acts for whom."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from playwright.sync_api import expect

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.engines import Screen
from tests.browser.households import Households
from tests.browser.ledger import Ledger

Body = dict[str, Any]


def has_photographs_and_letters(body: Body) -> bool:
    """Whether there is something of every kind to take away."""
    return bool(body["pages"]) and bool(body["papers"]) and all(page["state"] == "stored" for page in body["pages"])


def test_a_resident_takes_away_everything_that_is_kept_to_read_and_to_print(phone: Screen, centre: Centre) -> None:
    found = Households(centre.data).case(has_photographs_and_letters)
    phone.open("/sign-in?after=/me/privacy")
    family.sign_in(phone, centre.code_for, phone=found.phone)
    phone.sees(re.compile(r"^办件 [1-9]\d* 件"))
    phone.picture("privacy", whole=True)

    with phone.page.expect_download(timeout=90_000) as coming:
        phone.press("拿一份")
    phone.sees("里面有您的证件号，请收好")
    archive = zipfile.ZipFile(io.BytesIO(coming.value.path().read_bytes()))

    assert archive.testzip() is None
    kept = json.loads(archive.read("data.json"))
    own = next(one["body"] for one in kept["cases"] if one["id"] == found.id)
    assert own["answers"] == found.body["answers"]
    folder = own["case_number"] or own["filing_number"]
    pictures = [name for name in archive.namelist() if name.startswith(folder) and name.endswith(".jpg")]
    letters = [name for name in archive.namelist() if name.startswith(folder) and name.endswith(".pdf")]
    assert len(pictures) == len(own["pages"])
    assert len(letters) >= len(own["papers"])
    assert {archive.read(name)[:2] for name in pictures} == {b"\xff\xd8"}
    assert {archive.read(name)[:4] for name in letters} == {b"%PDF"}
    page = archive.read("index.html").decode()
    assert own["applicant_name"] in page
    assert all(name in page for name in [*pictures, *letters])


def test_forms_that_were_begun_are_erased_here_and_at_the_centre(phone: Screen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    family.find_and_begin(phone)
    family.answer_all(phone.page.locator("main"))
    family.next_step(phone)
    ledger.waits_for("draft.saved", within=60)

    phone.open("/me/privacy")
    phone.sees("没交的草稿 1 份")
    phone.press("现在就删掉草稿")
    office.answer(phone, "都删掉")
    phone.sees("没交的草稿：没有")
    phone.picture("privacy-no-drafts")
    phone.page.reload()
    phone.sees("没交的草稿：没有")
    phone.open("/cases")
    phone.sees("我的办件")
    expect(phone.page.get_by_text("没交的草稿")).to_have_count(0)
    answer = phone.page.request.get(f"{centre.url}/api/drafts").json()
    assert answer["drafts"] == []


def test_somebody_who_acts_for_another_sees_for_whom(phone: Screen, centre: Centre) -> None:
    found = Households(centre.data).any_case(
        lambda body: bool(body["agency"]) and bool(body["answers"].get("agent_phone"))
    )
    phone.open("/sign-in?after=/me/family")
    family.sign_in(phone, centre.code_for, phone=found.body["answers"]["agent_phone"])

    phone.sees("我在替谁办")
    phone.sees(f"替{found.body['applicant_name']}")
    phone.picture("family", whole=True)
    phone.press(re.compile("^看这件事"))
    phone.page.wait_for_url(re.compile("/case/"))
