"""Checks of an expert that are about screens: one notice that says everything, a provisional date, and rare names."""

from __future__ import annotations

import json
import re

import pytest

from tests.app.printed import printed
from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera, hand_over
from tests.browser.households import Body, Households
from tests.browser.ledger import Ledger
from web.cli.program import main

PROVISIONAL = "（暂定）"
RARE = "王䶮"
FOUND_BY_INITIALS = {"mmttex": "买*", "wy": "王*"}
"""What somebody types into the search, and the name that it finds, as the queue shows it."""


CONTRACT, TENANTS_CARD = "房屋租赁合同", "承租人身份证"


def test_expert_01_one_notice_names_two_defects_and_both_are_answered_in_place(
    phone: Screen, tablet: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    family.find_and_begin(phone)
    family.fill_in(phone)
    family.photograph_everything(phone, photograph, pages_each=1)
    family.file(phone)
    case = phone.page.url.rsplit("/", 1)[1]

    office.sign_in(tablet, "周敏", after=f"/desk/case/{case}")
    tablet.press("领取，我来办")
    tablet.sees("您在办")
    for paper in (CONTRACT, TENANTS_CARD):
        tablet.press(re.compile(f"^{paper}"))
        tablet.press("看不清")
    for box in tablet.page.get_by_role("checkbox", name=re.compile("合格$")).all():
        if not re.match(f"{CONTRACT}|{TENANTS_CARD}", box.evaluate("e => e.labels[0].innerText")):
            box.check()
    tablet.picture("expert-two-defects")
    office.act(tablet, "发一次性告知（2 条）")
    ledger.waits_for("case.correction_requested")
    (notice,) = ledger.facts("case.correction_requested")
    assert [defect["material"] for defect in notice["defects"]] == ["lease-contract", "lessee-id"]

    phone.sees("轮到您了")
    phone.sees("请补这 2 样")
    phone.picture("expert-two-answers", whole=True)
    for paper in (CONTRACT, TENANTS_CARD):
        hand_over(phone, f"{paper}第 1 页，重拍", photograph(paper, 7))
    phone.sees("都补好了")
    phone.press("交上去")
    ledger.waits_for("case.supplemented")
    phone.sees("收齐了", within=40)

    tablet.sees("补来的")
    office.tick_all(tablet)
    office.act(tablet, re.compile("^受理$"))
    ledger.waits_for("case.accepted")


def is_provisional(body: Body) -> bool:
    """Whether the promise of a case that is under way rests on a year that is not published yet."""
    under_way = body["status"] in ("accepted", "suspended")
    return under_way and bool(body["promised"]["provisional"])


def test_expert_06_a_date_in_an_unpublished_year_is_marked_as_provisional_until_the_year_is_imported(
    screens: NewScreen, centre: Centre
) -> None:
    found = Households(centre.data).case(is_provisional)
    phone = screens("phone")
    phone.open(f"/sign-in?after=/case/{found.id}")
    family.sign_in(phone, centre.code_for, phone=found.phone)
    phone.sees(re.compile(re.escape(PROVISIONAL)))
    phone.picture("expert-provisional", whole=True)

    file = centre.data / "2027.json"
    file.write_text(json.dumps({"source": "国务院办公厅通知", "years": {2027: {"status": "official", "days_off": []}}}))
    assert main(["calendar", "publish", str(file), "--data", str(centre.data)]) == 0

    phone.sees_no_more(re.compile(re.escape(PROVISIONAL)), within=40)


def test_expert_18_a_rare_name_is_entered_found_by_its_initials_and_printed(
    phone: Screen, tablet: Screen, centre: Centre, photograph: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(centre.data)
    for label in ("姓名", "承租人姓名", "收件人"):
        monkeypatch.setitem(family.KNOWS, label, RARE)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    family.find_and_begin(phone)
    family.fill_in(phone)
    family.photograph_everything(phone, photograph, pages_each=1)
    family.next_step(phone)
    phone.press("交上去")
    phone.sees("收齐了", within=40)
    ledger.waits_for("case.received")

    office.sign_in(tablet, "周敏")
    for typed, name in FOUND_BY_INITIALS.items():
        search(tablet, typed)
        tablet.page.locator("a.q-row").filter(has_text=name).first.wait_for()
        assert all(name[0] in line for line in tablet.page.locator("a.q-row").all_inner_texts())
    office.open_line(tablet, re.compile(r"房屋租赁登记备案[\s\S]*王\*|王\*[\s\S]*房屋租赁登记备案"))
    tablet.sees(RARE)
    tablet.picture("expert-rare-name")

    phone.page.get_by_role("link", name=re.compile("收件凭证")).first.wait_for(timeout=40_000)
    address = phone.page.get_by_role("link", name=re.compile("收件凭证")).first.get_attribute("href")
    assert RARE in printed(phone.page.request.get(f"{centre.url}{address}").body())


def search(desk: Screen, typed: str) -> Screen:
    """Type into the search of the queue."""
    desk.page.get_by_role("searchbox").first.fill(typed)
    return desk
