"""An operator makes an item's next version and a year's working days in the app, sees what follows, and publishes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from domain.calendar.calendar import SHANGHAI
from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.ledger import Ledger

OPERATOR = "高远"
LEASE = "房屋租赁登记备案"
WORDS = "租了房子，来备个案，落户和孩子上学用得着。"


def test_an_operator_makes_an_item_anew_and_a_resident_reads_it(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer")
    desk.write("找事项", "租房")
    desk.press(f"改：{LEASE}")
    desk.sees("居民会看到的")
    first = desk.field("一句话说明").input_value()

    desk.write("一句话说明", "写错了")
    desk.sees(re.compile("一句话说明：.+写错了"))
    desk.press("撤销一步")
    desk.sees("还没有改动。")
    assert desk.field("一句话说明").input_value() == first

    desk.write("一句话说明", WORDS)
    desk.field("承诺几个工作日").fill("4")
    desk.field("承诺几个工作日").blur()
    desk.press("跑用例，看影响")
    desk.sees(re.compile("和用例要的不一样"))
    desk.press("就以试出来的为准")
    desk.press("跑用例，看影响")
    desk.sees(re.compile("用例都对得上"))
    desk.sees(re.compile("仍按第 1 版办完"))
    desk.picture("offer-item", whole=True)
    desk.press(re.compile("^发布第 2 版"))
    office.answer(desk, "发布")

    ledger.waits_for("item.published")
    published = ledger.facts("item.published")[-1]
    assert (published["item"]["version"], published["item"]["plain_zh"]) == (2, WORDS)
    assert published["item"]["promised_working_days"] == 4
    phone = screens("phone")
    phone.open("/item/house-lease-filing")
    phone.sees(WORDS)


def test_what_an_operator_has_changed_is_there_after_the_page_was_closed(screens: NewScreen) -> None:
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer/item/house-lease-filing")
    desk.write("一句话说明", WORDS)
    desk.sees(re.compile("一句话说明：.+"))
    desk.until("() => new Promise((done) => setTimeout(() => done(true), 1000))")

    desk.reopen("/offer/item/house-lease-filing")

    desk.sees("这里有上次没改完的，接着改。")
    assert desk.field("一句话说明").input_value() == WORDS
    desk.press("从头改")
    desk.sees("还没有改动。")


def test_an_operator_turns_days_sees_whose_dates_move_and_publishes(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer/calendar")
    desk.sees("还没有改动。")
    tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
    days = [tomorrow + timedelta(days=n) for n in range(14)]
    turned = [on for on in days if "is-workday" in str(desk.page.locator(f"#day-{on}").get_attribute("class"))][:3]

    for on in turned:
        desk.page.locator(f"#day-{on}").click()
    desk.press("看会动哪些期限")
    desk.sees(re.compile("件在办的，.+个期限会变"))
    desk.picture("offer-calendar", whole=True)
    desk.press(re.compile("^发布第 .+版日历"))
    office.answer(desk, "发布")

    ledger.waits_for("calendar.published")
    years = ledger.facts("calendar.published")[-1]["calendar"]["years"]
    assert {on.isoformat() for on in turned} <= {day for year in years.values() for day in year["days_off"]}
    desk.sees("还没有改动。")
    ledger.waits_for("deadline.recomputed", within=60)


def test_days_are_reached_and_turned_by_the_keyboard(screens: NewScreen) -> None:
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer/calendar")
    desk.sees("还没有改动。")
    year = desk.page.locator(".month button").first.get_attribute("id")
    assert year is not None
    desk.page.locator(f"#{year}").focus()

    for key in ("ArrowDown", "ArrowRight", "Space"):
        desk.page.keyboard.press(key)

    desk.sees(re.compile("1月9日：|9 January"))
    desk.press("撤销一步")
    desk.sees("还没有改动。")
