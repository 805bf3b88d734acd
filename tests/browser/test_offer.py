"""An operator makes an item's next version and a year's working days in the app, sees what follows, and publishes."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from domain.calendar.calendar import SHANGHAI
from tests.browser import eyes, family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger
from tests.browser.tour import resize
from tests.browser.wire import Mode

OPERATOR = "高远"
LEASE = "房屋租赁登记备案"
WORDS = "租了房子，来备个案，落户和孩子上学用得着。"
CARD = "老年人优待证（老年证）办理"
SHE = {
    **family.KNOWS,
    "姓名": "吴秀珍",
    "证件号码": "420105194404150026",
    "是否本市户籍": "是",
    "这次办什么": "换新版",
    "领取方式": "窗口自取",
}


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


def unfold(desk: Screen, *titles: str) -> None:
    """Open folds of the editor, one within the other."""
    for title in titles:
        desk.page.locator(f"summary:has-text('{title}')").first.click()


def test_a_question_a_step_and_the_fee_are_changed_and_met_by_a_resident_and_a_clerk(
    screens: NewScreen, centre: Centre
) -> None:
    ledger = Ledger(centre.data)
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer/item/elder-card")
    unfold(desk, "表单题目", "办理类型", "办理步骤", "：审核", "收费和领取")
    changes = desk.page.get_by_role("region", name="改了什么")

    desk.press(re.compile("^上移：办理类型"))
    desk.sees(re.compile("顺序：是否本市户籍、办理类型 → 办理类型、是否本市户籍"))
    assert "办理类型" in desk.page.evaluate("document.activeElement.ariaLabel")
    desk.press("撤销一步")
    desk.page.get_by_role("checkbox", name="邮寄").uncheck()
    desk.sees(re.compile("怎么领：.+邮寄.+ → 窗口自取、电子件"))
    desk.page.get_by_role("checkbox", name="邮寄").check()
    desk.sees("还没有改动。")

    desk.press("加一个选项")
    desk.write("选项 3（中文）", "换新版")
    desk.write("选项 3（英文）", "New kind")
    desk.page.locator("details:has(> summary:has-text('办理类型')) input").first.fill("这次办什么")
    desk.field("几个工作小时").fill("1.5")
    desk.field("几个工作小时").blur()
    desk.field("收费（元）").fill("5")
    desk.field("收费（元）").blur()
    desk.write("收费说明", "工本费")
    desk.sees(re.compile("审核·几个工作小时：0.3 → 1.5"))
    desk.sees(re.compile("这次办什么·选项：.+ → .+、换新版（New kind）"))
    assert not re.search(r"[\[{}\]]|null|true|false", changes.inner_text())
    assert eyes.audit(desk) == []
    desk.picture("offer-item-form", whole=True)
    resize(desk, "phone")
    desk.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert eyes.cut(desk) == []
    desk.picture("offer-item-form-phone", whole=True)
    desk.page.evaluate("document.documentElement.style.fontSize = ''")

    desk.press("跑用例，看影响")
    desk.press(re.compile("^发布第 2 版"))
    office.answer(desk, "发布")
    ledger.waits_for("item.published")

    phone = screens("phone")
    phone.open("/item/elder-card")
    phone.sees("5 元")
    phone.sees("工本费")
    clerk = screens("tablet")
    office.sign_in(clerk, "周敏", after="/desk/intake")
    clerk.tick("在窗口")
    clerk.write("找事项：字、拼音、首字母", "老年证")
    clerk.press(CARD)
    clerk.sees(f"代填：{CARD}")
    family.answer_all(clerk.page.locator("main"), SHE)
    clerk.press("交上去")
    clerk.sees(f"收下了：{CARD}")
    clerk.press("打开这一件")
    clerk.sees("换新版")
    unfold(clerk, "怎么走")
    clerk.sees(re.compile("审核·1.5 小时"))


def test_what_an_operator_has_changed_is_there_after_the_page_was_closed(screens: NewScreen) -> None:
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer/item/house-lease-filing")
    desk.write("一句话说明", WORDS)
    desk.sees(re.compile("一句话说明：.+"))
    desk.until("() => new Promise((done) => setTimeout(() => done(true), 3000))")

    desk.reopen("/offer/item/house-lease-filing")

    desk.sees("这里有上次没改完的，接着改。")
    assert desk.field("一句话说明").input_value() == WORDS
    desk.press("从头改")
    desk.sees("还没有改动。")


def turn_three_days(desk: Screen) -> list[date]:
    """Make holidays of three days of work that come soon, and look at what follows."""
    desk.sees("还没有改动。")
    today = datetime.now(SHANGHAI).date()
    days = [today + timedelta(days=n) for n in range(1, 15)]
    year = days[0].year if days[6].year == today.year else days[-1].year
    desk.press(str(year))
    days = [on for on in days if on.year == year]
    turned = [on for on in days if "is-workday" in str(desk.page.locator(f"#day-{on}").get_attribute("class"))][:3]
    for on in turned:
        desk.page.locator(f"#day-{on}").click()
    desk.press("看会动哪些期限")
    desk.sees(re.compile("件在办的，.+个期限会变"))
    return turned


def test_an_operator_turns_days_sees_whose_dates_move_and_publishes(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer/calendar")
    turned = turn_three_days(desk)
    desk.picture("offer-calendar", whole=True)
    desk.press(re.compile("^发布第 .+版日历"))
    office.answer(desk, "发布")

    ledger.waits_for("calendar.published")
    years = ledger.facts("calendar.published")[-1]["calendar"]["years"]
    assert {on.isoformat() for on in turned} <= {day for year in years.values() for day in year["days_off"]}
    desk.sees("还没有改动。")
    ledger.waits_for("deadline.recomputed", within=60)


def test_a_calendar_published_without_a_signal_is_called_published_once_it_is(
    screens: NewScreen, centre: Centre
) -> None:
    ledger = Ledger(centre.data)
    desk = screens("desktop")
    office.sign_in(desk, OPERATOR, after="/offer/calendar")
    turn_three_days(desk)
    centre.wire.set(Mode.REFUSE)
    desk.press(re.compile("^发布第 .+版日历"))
    office.answer(desk, "发布")
    desk.sees("记下了，有信号就发给中心。")
    desk.until("() => new Promise((done) => setTimeout(() => done(true), 1000))")
    assert desk.page.get_by_text("日历发布了").count() == 0
    assert ledger.counts()["calendar.published"] == 0

    centre.wire.set(Mode.PASS)

    desk.sees("还没有改动。", within=90)
    assert ledger.counts()["calendar.published"] == 1


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
