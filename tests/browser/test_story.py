"""The lease certificate from the phone to the post, with the network cut on the way."""

import re

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera, fill_in, find_and_begin, hand_over, next_step, photograph_everything, sign_in
from tests.browser.ledger import Ledger

FILING_NUMBER = re.compile(r"BQS-\d{8}-\d{4}-\d")
CASE_NUMBER = re.compile(r"BQ-\d{8}-\d{4}-\d")
VERIFICATION_CODE = re.compile(r"\b[2-9A-Z]{4}(?:[- ][2-9A-Z]{4}){3}\b")
STEP = re.compile(r"第 \d+ 步，共 \d+ 步")
LEASE = "房屋租赁合同"


def read(screen: Screen, what: re.Pattern[str]) -> str:
    """Read what can be seen on the screen, such as a number."""
    screen.sees(what)
    found = what.search(screen.page.locator("main").inner_text())
    assert found is not None
    return found[0]


def claimed_by(screens: NewScreen, name: str, case_number: str) -> Screen:
    """The tablet of a member of staff who has taken the case."""
    desk = screens("tablet")
    office.sign_in(desk, name)
    office.open_case(desk, case_number)
    desk.press("领取，我来办")
    desk.sees("您在办")
    return desk


def test_the_lease_certificate_from_phone_to_post(
    phone: Screen, tablet: Screen, screens: NewScreen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)

    # Evening: the signal goes half-way; he files all the same and closes the browser.
    phone.open("/sign-in")
    sign_in(phone, centre.code_for)
    phone.controlled()
    find_and_begin(phone)
    fill_in(phone, until="租期")
    with centre.wire.down():
        fill_in(phone)
        photograph_everything(phone, photograph)
        next_step(phone)
        phone.press("交上去")
        phone.sees("存在本机")
        phone.reopen("/")
        phone.sees("房屋租赁登记备案")

    # The signal is back: the receipt says the number, the date and why.
    phone.press(re.compile("房屋租赁登记备案"))
    phone.sees(FILING_NUMBER, within=40)
    phone.sees("收齐了", within=40)
    phone.sees("为什么是这一天？")
    phone.picture("story-receipt", whole=True)
    filing_number = read(phone, FILING_NUMBER)
    ledger.photographs_arrived_once()

    # Morning: the clerk finds one page unreadable and asks for it in one notice.
    office.sign_in(tablet, "周敏")
    office.open_case(tablet, filing_number)
    tablet.picture("story-clerk")
    case, file = tablet.page.url.rsplit("/", 1)[1], ledger.facts("file.stored")[0]["file"]
    shown = tablet.page.request.get(f"{centre.url}/api/cases/{case}/files/{file}").body()
    assert shown.startswith(b"\xff\xd8")
    assert b"Exif" not in shown, "the place where a photograph was taken must not leave the device"
    tablet.press("领取，我来办")
    tablet.sees("您在办")
    office.tick_all(tablet, but=LEASE)
    tablet.press(re.compile(f"^{LEASE} 2 页"))
    tablet.press("第 1 页")
    tablet.press("合格")
    tablet.press("第 2 页")
    tablet.press("看不清")
    office.act(tablet, re.compile("^发一次性告知"))
    ledger.waits_for("case.correction_requested")

    # His phone follows; he takes the page again with the signal gone, and it goes out by itself.
    phone.sees("轮到您了")
    phone.picture("story-correction", whole=True)
    with centre.wire.down():
        hand_over(phone, f"{LEASE}第 2 页，重拍", photograph(LEASE, 12))
        phone.sees("都补好了")
        phone.press("交上去")
        phone.sees_no_more("都补好了")
    ledger.waits_for("case.supplemented")
    phone.sees("收齐了", within=40)

    # It has come back to the clerk who asked. She accepts, the reviewer reviews, the decider decides, the outlet posts.
    tablet.sees("补来的")
    tablet.sees("您在办")
    tablet.picture("story-supplemented")
    office.tick_all(tablet)
    office.act(tablet, re.compile("^受理$"))
    ledger.waits_for("case.accepted")
    case_number = read(phone, CASE_NUMBER)

    desk = claimed_by(screens, "李涛", case_number)
    office.act(desk, re.compile("^审核通过$"))
    ledger.waits_for("case.reviewed")
    desk = claimed_by(screens, "王芳", case_number)
    desk.press("作决定")
    desk.picture("story-decision")
    office.answer(desk, "准予")
    ledger.waits_for("case.decided")
    desk = claimed_by(screens, "陈静", case_number)
    office.act(desk, re.compile("^出件$"))
    ledger.waits_for("result.rendered")
    office.act(desk, re.compile("^寄出$"))
    ledger.waits_for("case.posted")

    # His page has followed each step; the certificate opens, and whoever holds it can check it.
    phone.sees(re.compile(r"EX\d{9}CN"))
    phone.picture("story-posted", whole=True)
    code = read(phone, VERIFICATION_CODE)
    paper = phone.page.request.get(f"{centre.url}{phone.button('打开证明（PDF）').get_attribute('href')}")
    assert paper.body().startswith(b"%PDF-")
    holder = screens("phone")
    holder.open(f"/verify/{code}")
    holder.sees("北桥街道便民服务中心")
    holder.picture("story-verify", whole=True)

    # The outlet records the delivery; the case leaves the queue and his page says so.
    office.act(desk, re.compile("^登记送达$"))
    ledger.waits_for("case.delivered")
    phone.sees("办好了")

    # The auditor replays it step by step.
    audit = screens("desktop")
    office.sign_in(audit, "顾文", after="/audit")
    audit.press(re.compile(case_number))
    audit.sees("办完了，已送到")
    audit.picture("story-audit-now", whole=True)
    last = read(audit, STEP)
    audit.press("上一步")
    assert read(audit, STEP) != last
    audit.sees("寄出了")
    audit.picture("story-audit", whole=True)

    assert ledger.counts()["case.filed"] == 1
    ledger.photographs_arrived_once()

    # What each of them did was signed by the tablet on which they did it, as whoever checks the log finds.
    unsigned = [fact["type"] for fact in ledger.facts("command.applied") if fact.get("signed") is None]
    assert not {"case.claim@1", "case.request-correction@1", "case.accept@1", "case.decide@1"} & set(unsigned)
    checked = centre.check()
    assert "all is as it was written" in checked, checked
    assert re.search(r"signed by the devices of staff: [1-9][\d,]* of", checked), checked
