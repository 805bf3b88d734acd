"""What a desk does beside the plain way of a case, pressed on the screen and read in the log."""

import re

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.households import Households
from tests.browser.ledger import Ledger
from tests.browser.waiting import wait_until

TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def desk_of(screens: NewScreen, name: str) -> Screen:
    """The tablet of a member of staff, with their queue on it."""
    desk = screens("tablet")
    office.sign_in(desk, name)
    desk.page.locator("a.q-row").first.wait_for()
    return desk


def whole(desk: Screen) -> None:
    """Wait until every line has come: only then the tabs count them."""
    desk.page.locator("[role=tab] .count").first.wait_for()


def test_a_case_is_accepted_with_a_paper_that_may_follow_and_its_date_explains_itself(
    screens: NewScreen, centre: Centre
) -> None:
    ledger = Ledger(centre.data)
    desk = desk_of(screens, "周敏")
    office.open_line(desk, "《就业创业证》申领")
    desk.press("领取，我来办")
    desk.sees(re.compile("您在办"))

    office.tick_all(desk, but="近期免冠证件照")
    desk.press(re.compile("^近期免冠证件照"))
    desk.press("看不清")
    desk.press("容缺受理")
    office.fill(desk, re.compile("几个工作日内补来"), "7")
    desk.picture("desk-accept-with-gap")
    office.answer(desk, "容缺受理")

    ledger.waits_for("case.accepted")
    accepted = ledger.facts("case.accepted")[0]
    assert [gap["material"] for gap in accepted["gaps"]] == ["photo-portrait"]
    bad = [one["code"] for one in ledger.facts("case.pages_verified")[0]["verdicts"] if not one["good"]]
    assert bad == ["unreadable"]
    desk.sees("容缺的材料")
    desk.sees("等申请人补")
    desk.picture("desk-gap")


def test_a_special_procedure_stops_the_clock_and_its_end_lets_it_run(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    desk = desk_of(screens, "李涛")
    office.open_line(desk, re.compile("临时救助申请.*等我办"))

    office.more(desk, "开始特别程序")
    office.dialogue(desk).get_by_label("哪一种").select_option(label="鉴定")
    desk.picture("desk-procedure")
    office.answer(desk, "开始特别程序")

    ledger.waits_for("procedure.begun")
    begun = ledger.facts("procedure.begun")[0]
    assert (begun["kind"], begun["basis"]) == ("appraisal", "《中华人民共和国行政许可法》第四十五条")
    assert begun["begins_on"] < begun["ends_on"]
    desk.sees("特别程序，停表")

    desk.press("特别程序结束")
    office.fill(desk, re.compile("^结果"), "鉴定意见已收到。")
    office.answer(desk, "特别程序结束")

    ledger.waits_for("procedure.ended")
    desk.sees("鉴定意见已收到。")


def test_a_case_is_handed_over_and_recalled_before_the_colleague_opens_it(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    desk = desk_of(screens, "周敏")
    office.open_line(desk, "灵活就业登记")

    office.more(desk, "转给同事")
    office.dialogue(desk).get_by_role("radio").first.check()
    office.fill(desk, re.compile("^给同事的话"), "我下午去培训。")
    desk.picture("desk-hand-over")
    office.answer(desk, "转给同事")

    ledger.waits_for("case.handed_over")
    desk.sees(re.compile("还没打开，能收回来"))
    desk.press("把转出去的收回来")

    ledger.waits_for("handover.recalled")
    desk.sees(re.compile("^您在办"))


def test_the_card_says_who_handed_it_on_and_the_case_what_they_wrote(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    words = "缺一张照片，已经打过电话。"
    desk = desk_of(screens, "周敏")
    case = office.open_line(desk, "灵活就业登记")
    office.more(desk, "转给同事")
    office.dialogue(desk).get_by_role("radio", name=re.compile("^唐莉")).check()
    office.fill(desk, re.compile("^给同事的话"), words)
    office.answer(desk, "转给同事")
    ledger.waits_for("case.handed_over")

    colleague = desk_of(screens, "唐莉")
    line = colleague.page.get_by_role("link", name=re.compile("周敏转来的"))
    line.wait_for()
    colleague.picture("desk-handed-card")
    line.click()
    colleague.page.wait_for_url(re.compile(case))
    colleague.page.get_by_role("listitem").filter(has_text="周敏把这件转给了您。").get_by_text(words).wait_for()
    colleague.picture("desk-handed-case")


def test_a_register_that_did_not_answer_is_asked_once_more(screens: NewScreen, centre: Centre) -> None:
    found = Households(centre.data).any_case(
        lambda body: (
            body["status"] == "accepted" and [one["outcome"] for one in body["look_ups"]][-1:] == ["unavailable"]
        )
    )
    ledger = Ledger(centre.data)
    desk = screens("tablet")
    office.sign_in(desk, "周敏", after=f"/desk/case/{found.id}")
    desk.sees("系统没有回应，请人工核对")
    desk.picture("desk-register")
    desk.press(re.compile("^再查一次："))

    ledger.waits_for("register.asked")
    ledger.waits_for("register.looked_up")
    desk.sees(re.compile("系统查到了|系统没查到|系统没有回应"))


def test_a_second_notice_goes_out_only_once_a_lead_has_allowed_it(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    desk = desk_of(screens, "周敏")
    case = office.open_line(desk, re.compile("何.*房屋租赁登记备案.*补来的"))
    desk.press("看不清")
    desk.press("请带班同意再告知一次")
    office.fill(desk, "为什么要再告知", "补来的还是看不清。")
    office.answer(desk, "请带班同意再告知一次")
    ledger.waits_for("second_notice.asked")

    lead = desk_of(screens, "孙浩")
    lead.open(f"/desk/case/{case}")
    lead.press("同意再告知一次")
    lead.sees("补来的还是看不清。")
    office.answer(lead, "同意再告知一次")
    ledger.waits_for("second_notice.approved")

    office.act(desk, re.compile("^发一次性告知"))
    ledger.waits_for("case.correction_requested")
    assert ledger.facts("case.correction_requested")[0]["approved_by"] is not None


def test_a_result_is_printed_again_and_voided_and_can_then_be_issued_anew(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    desk = desk_of(screens, "陈静")
    office.open_line(desk, re.compile("等我送达"))

    office.more(desk, "补打")
    office.fill(desk, "为什么补打", "第一份打湿了。")
    office.answer(desk, "补打")
    ledger.waits_for("result.reprinted")
    desk.sees("打过 2 份")

    office.more(desk, "作废这张证")
    desk.picture("desk-void")
    office.fill(desk, "为什么作废", "证上的门牌号打错了。")
    office.answer(desk, "作废这张证")
    ledger.waits_for("result.voided")
    desk.sees(re.compile("已作废：证上的门牌号打错了。"))

    office.act(desk, re.compile("^出件$"))
    ledger.waits_for("case.issued")
    assert ledger.facts("case.issued")[0]["document_number"] != ledger.facts("result.voided")[0]["document_number"]


def test_the_queue_stands_still_under_a_finger(screens: NewScreen) -> None:
    desk, colleague = desk_of(screens, "周敏"), desk_of(screens, "何欣")
    taken = office.open_line(colleague, re.compile("房屋租赁登记备案.*待核验|老年人优待证"))
    whole(desk)
    desk.page.locator(f'a.q-row[data-id="{taken}"]').scroll_into_view_if_needed()
    ids = [line.get_attribute("data-id") for line in desk.page.locator("a.q-row").all()]
    wanted = ids[ids.index(taken) + 1]
    below = desk.page.locator(f'a.q-row[data-id="{wanted}"]')
    below.hover()
    before = below.bounding_box()

    count = desk.page.get_by_role("tab", selected=True)
    lines = count.inner_text()

    desk.page.mouse.down()
    colleague.press("领取，我来办")
    wait_until(lambda: count.inner_text() != lines, "the claim did not come to the other tablet")
    during = below.bounding_box()
    desk.page.mouse.up()

    desk.page.wait_for_url(re.compile(f"/desk/case/{wanted}$"))
    assert during == before
    desk.until("(id) => !document.querySelector(`a.q-row[data-id='${id}']`)", taken)


def test_a_press_counts_for_the_line_on_which_it_began(screens: NewScreen) -> None:
    desk = desk_of(screens, "周敏")
    whole(desk)
    line = desk.page.locator("a.q-row").filter(has_text="《就业创业证》申领").first
    wanted = line.get_attribute("data-id")

    def pressed() -> bool:
        desk.page.mouse.up()
        line.hover()
        desk.page.mouse.down()
        return bool(line.evaluate("e => e.matches(':active')"))

    wait_until(pressed, "the line moved whenever it was pressed")
    desk.page.evaluate("document.querySelector('.pane--queue .pane__head').style.paddingBottom = '300px'")
    desk.page.evaluate(TWO_FRAMES)
    desk.page.mouse.up()

    desk.page.wait_for_url(re.compile(f"/desk/case/{wanted}$"))
