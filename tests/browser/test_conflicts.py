"""Work done without a signal meets what happened meanwhile: the rows of the table of conflicts, each with its page.

The one device is behind a wire that is cut; the other stands at the window and reaches the service past the wire.
"""

import re
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from store.centre import Centre as Log
from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Browser, Screen, Size
from tests.browser.family import Camera
from tests.browser.households import Found, Households, free_at_window, waits_for_decision
from tests.browser.ledger import Ledger

EVIDENCE = "新换了一份合同，请看看。"


@pytest.fixture
def ledger(centre: Centre) -> Ledger:
    """What is recorded during the test."""
    return Ledger(centre.data)


@pytest.fixture
def at_window(browser: Browser, centre: Centre) -> Generator[NewScreen]:
    """Opens devices that reach the service past the wire."""
    opened: list[Screen] = []

    def open_screen(size: Size) -> Screen:
        opened.append(browser.screen(size, f"http://localhost:{centre.port}"))
        return opened[-1]

    yield open_screen
    errors = [error for screen in opened for error in screen.errors]
    for screen in opened:
        screen.close()
    assert errors == []


def tablet_of(screens: NewScreen, name: str, case: str) -> Screen:
    """The tablet of a member of staff, with a case open that stays readable without a signal."""
    desk = screens("tablet")
    office.sign_in(desk, name)
    desk.page.locator("a.q-row").first.wait_for()
    desk.controlled()
    desk.open(f"/desk/case/{case}")
    desk.sees("办理经过")
    return desk


def phone_of(screens: NewScreen, centre: Centre, found: Found) -> Screen:
    """The telephone of a resident, with their case open that stays readable without a signal."""
    phone = screens("phone")
    phone.open(f"/sign-in?after=/case/{found.id}")
    family.sign_in(phone, centre.code_for, phone=found.phone)
    phone.sees("到现在为止")
    phone.controlled()
    return phone


def look_at_it(desk: Screen, act: str) -> None:
    """Through the outbox to the page of the act that was not done."""
    desk.open("/desk/outbox")
    row = desk.page.locator(".act-row").filter(has=desk.page.get_by_text(act, exact=True))
    row.get_by_role("link", name="看看怎么办").click(timeout=30_000)
    desk.sees("您想怎么办")


def withdraw(phone: Screen) -> None:
    """Take the application back."""
    phone.press("不办了，撤回")
    office.dialogue(phone).get_by_role("button", name="撤回", exact=True).click()


def open_sync(phone: Screen) -> None:
    """What the telephone still holds."""
    phone.page.get_by_role("navigation").get_by_role("link", name="我的", exact=True).first.click()
    phone.press("看存了什么、好不好")


def hand_in_evidence(phone: Screen) -> None:
    """Hand something in that was found only now."""
    if not phone.page.locator("#evidence[open]").count():
        phone.page.locator("#evidence > summary").click()
    phone.write(re.compile("^说一句这是什么"), EVIDENCE)
    phone.page.locator("#evidence").get_by_role("button", name="交上去").click()


def choose(desk: Screen, choice: str) -> None:
    """Decide for one of the choices of the page."""
    desk.page.get_by_role("radio", name=re.compile(f"^{choice}")).check()
    desk.press("就这么办")


def test_a_claim_after_a_colleagues_leads_to_a_request_and_the_note_behind_it_is_kept(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    case = Households(centre.data).case(free_at_window).id
    late, first = tablet_of(screens, "周敏", case), tablet_of(at_window, "何欣", case)

    with centre.wire.down():
        late.press("领取，我来办")
        office.note(late, "电话里说晚上能补")
        late.open("/desk/outbox")
        late.sees(re.compile("存在本机，等着发"))
        late.picture("conflict-outbox-waiting")
        first.press("领取，我来办")
        ledger.waits_for("case.claimed")

    ledger.waits_for("case.noted")
    look_at_it(late, "领取")
    late.sees("何欣")
    late.picture("conflict-claim")
    choose(late, "请同事把这件转给我")
    ledger.waits_for("take_over.asked")

    first.sees(re.compile("周敏想接这件"))
    first.picture("conflict-take-over-asked")
    first.page.locator(".alerts").get_by_role("button", name="转给同事").click()
    office.answer(first, "转给同事")
    ledger.waits_for("case.handed_over")
    late.sees(re.compile("^您在办"))
    late.open("/desk/outbox")
    late.sees("都发出去了")


def test_a_claim_after_a_colleagues_can_be_watched_or_let_go(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    case = Households(centre.data).case(free_at_window).id
    late, first = tablet_of(screens, "周敏", case), tablet_of(at_window, "何欣", case)
    with centre.wire.down():
        late.press("领取，我来办")
        first.press("领取，我来办")
        ledger.waits_for("case.claimed")
    look_at_it(late, "领取")

    choose(late, "让同事办，我看着")

    late.open("/desk/outbox")
    late.sees(re.compile("我看着的（1）"))
    late.picture("conflict-watched")
    late.press("不看了")
    late.sees_no_more(re.compile("我看着的"))


def test_a_decision_on_an_old_state_shows_the_difference_and_is_made_again_on_the_new_one(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    found = Households(centre.data).case(waits_for_decision)
    desk, phone = tablet_of(screens, "王芳", found.id), phone_of(at_window, centre, found)

    with centre.wire.down():
        office.decide(desk, "不予")
        hand_in_evidence(phone)
        ledger.waits_for("case.evidence_received")

    look_at_it(desk, "作决定")
    desk.sees(EVIDENCE)
    desk.sees("这一条让决定不算")
    desk.sees(re.compile(re.escape(office.REASON)))
    desk.picture("conflict-stale")
    choose(desk, "按现在的材料，改好再发一次")
    office.dialogue(desk).wait_for()
    expect(office.dialogue(desk).get_by_label(re.compile("^不予批准的原因"))).to_have_value(office.REASON)
    office.answer(desk, "不予")
    ledger.waits_for("case.decided")
    assert ledger.facts("case.decided")[0]["outcome"] == "rejected"


def test_the_second_of_two_decisions_leads_to_the_page_that_says_who_decided_and_can_be_asked_about(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    case = Households(centre.data).case(waits_for_decision).id
    second, first = tablet_of(screens, "王芳", case), tablet_of(at_window, "江雪", case)

    with centre.wire.down():
        office.decide(second, "不予")
        office.decide(first, "准予")
        ledger.waits_for("case.decided")

    look_at_it(second, "作决定")
    second.sees(re.compile("江雪.*准予|准予.*江雪"))
    second.picture("conflict-second-decision")
    choose(second, "请带班看，由带班定")
    second.sees("发件箱")
    expect(second.page.locator(".act-row").filter(has_text="作决定")).to_have_count(0)

    lead = at_window("tablet")
    office.sign_in(lead, "孙浩", after="/lead/devices")
    lead.sees(re.compile("等您定的（1）"))
    lead.sees(re.compile(re.escape(office.REASON)))
    lead.picture("conflict-handed-to-lead", whole=True)
    lead.press("写进办件的备注")
    ledger.waits_for("case.noted")
    lead.sees("没有等您定的")
    assert ledger.counts()["case.decided"] == 1


def test_a_withdrawal_after_the_decision_says_so_and_offers_what_can_still_be_done(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    found = Households(centre.data).case(waits_for_decision)
    phone, desk = phone_of(screens, centre, found), tablet_of(at_window, "王芳", found.id)

    with centre.wire.down():
        withdraw(phone)
        open_sync(phone)
        phone.sees("存在本机，等着发")
        phone.picture("conflict-resident-waiting", whole=True)
        office.decide(desk, "不予")
        ledger.waits_for("case.decided")

    phone.sees(re.compile("没有办成，等您定（1）"), within=40)
    phone.page.locator(".act-row").get_by_role("link", name="看看怎么办").click()
    phone.sees(re.compile("有了决定就不能再撤"))
    phone.picture("conflict-resident-withdrawal", whole=True)
    phone.press(re.compile("^把想说的、想交的，当新材料交"))
    hand_in_evidence(phone)
    ledger.waits_for("case.evidence_received")
    phone.sees(re.compile("交的新材料收下了"))

    open_sync(phone)
    phone.page.locator(".act-row").get_by_role("link", name="看看怎么办").click()
    phone.press(re.compile("^算了，不做这一步了"))
    phone.sees_no_more("看看怎么办")


def test_a_withdrawal_of_a_claimed_case_is_carried_out_and_the_clerk_is_told(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    found = Households(centre.data).case(free_at_window)
    phone, desk = phone_of(screens, centre, found), tablet_of(at_window, "周敏", found.id)

    with centre.wire.down():
        withdraw(phone)
        desk.press("领取，我来办")
        ledger.waits_for("case.claimed")

    ledger.waits_for("case.withdrawn")
    phone.sees("您撤回了")
    desk.sees(re.compile("申请人撤回了这件"))
    desk.picture("conflict-withdrawn")
    desk.press("知道了，放下")
    ledger.waits_for("case.released")
    desk.sees_no_more(re.compile("申请人撤回了这件"))


def test_what_is_handed_in_after_a_rejection_is_kept_and_asks_the_lead_whether_to_reopen(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    found = Households(centre.data).case(waits_for_decision)
    phone, desk = phone_of(screens, centre, found), tablet_of(at_window, "王芳", found.id)

    with centre.wire.down():
        hand_in_evidence(phone)
        office.decide(desk, "不予")
        ledger.waits_for("case.decided")

    ledger.waits_for("case.evidence_received")
    assert ledger.facts("case.evidence_received")[0]["after_decision"] is True
    phone.sees(re.compile("交的新材料收下了"))
    phone.picture("conflict-resident-evidence", whole=True)
    lead = tablet_of(at_window, "孙浩", found.id)
    lead.sees(re.compile("决定以后又交来了材料"))
    lead.picture("conflict-reopen")


def ready_to_file(phone: Screen, centre: Centre, camera: Camera) -> None:
    """Sign in and bring the lease form to its last step."""
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    phone.sees(re.compile("我的办件"))
    phone.controlled()
    family.find_and_begin(phone)
    family.fill_in(phone)
    family.photograph_everything(phone, camera, pages_each=1)
    family.next_step(phone)
    phone.sees(family.LAST_STEP)


def test_the_same_case_from_two_telephones_is_taken_twice_and_the_desk_merges_them(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    first, second = screens("phone"), at_window("phone")
    ready_to_file(first, centre, photograph)
    ready_to_file(second, centre, photograph)

    with centre.wire.down():
        first.press("交上去")
        first.sees("存在本机")
        second.press("交上去")
        ledger.waits_for("case.received")

    ledger.waits_for("case.received", 2)
    ledger.waits_for("duplicate.suspected")
    later = first.page.url.rsplit("/", 1)[1]
    desk = tablet_of(at_window, "周敏", later)
    desk.sees(re.compile("像是和.*同一件事"))
    desk.picture("conflict-duplicate")
    office.more(desk, "并入另一件")
    office.answer(desk, "并入另一件")
    ledger.waits_for("duplicate.absorbed")
    assert ledger.counts()["case.filed"] == 2
    assert len({fact["filing_number"] for fact in ledger.facts("case.filed")}) == 2


def test_expert_15_a_home_visit_without_a_signal_and_the_same_case_at_the_window(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    case = Households(centre.data).case(free_at_window).id
    visitor, window = tablet_of(screens, "周敏", case), tablet_of(at_window, "何欣", case)

    with centre.wire.down():
        visitor.press("领取，我来办")
        office.note(visitor, "上门看过原件，和照片一致。")
        office.tick_all(visitor)
        office.act(visitor, re.compile("^受理$"))
        window.press("领取，我来办")
        office.tick_all(window)
        office.act(window, re.compile("^受理$"))
        ledger.waits_for("case.accepted")

    ledger.waits_for("case.noted")
    look_at_it(visitor, "受理")
    visitor.sees(re.compile("何欣.*受理"))
    visitor.picture("conflict-home-visit")
    visitor.press("看现在的办件")
    visitor.sees("上门看过原件，和照片一致。")
    assert ledger.counts()["case.accepted"] == 1
    assert len({fact["case_number"] for fact in ledger.facts("case.accepted")}) == 1


def test_whoever_lost_the_role_meanwhile_keeps_the_words_and_the_lead_sees_them(
    screens: NewScreen, at_window: NewScreen, centre: Centre, ledger: Ledger
) -> None:
    case = Households(centre.data).case(free_at_window).id
    desk = tablet_of(screens, "周敏", case)

    with centre.wire.down():
        office.note(desk, "电话里说晚上能补")
        with closing(Log.open(centre.data / "centre", clock=lambda: datetime.now(UTC), new_id=uuid4)) as log:
            log.enrol("zhoumin", name="周敏", roles=("trainer",), office="street", password_hash="changed")

    desk.open("/desk/outbox")
    desk.press("看看怎么办")
    desk.sees(re.compile("您的权限变了"))
    desk.sees("电话里说晚上能补")
    desk.picture("conflict-role-lost")
    lead = at_window("tablet")
    office.sign_in(lead, "孙浩", after="/lead/devices")
    lead.sees("岗位变了")
    lead.sees("电话里说晚上能补")
    assert ledger.counts()["case.noted"] == 0
