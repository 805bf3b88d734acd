"""A resident's phone when something is the matter with it: cleared, its clock wrong, signed out, no signal."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.ledger import Ledger
from tests.browser.waiting import wait_until
from tests.browser.wire import Mode

CONTRACT = "房屋租赁合同"
# What a browser throws away of a site not opened for seven days; the sign-in is a cookie of the service and stays.
THROWN_AWAY = "cache_storage,indexeddb,local_storage,service_workers"
LEASE = re.compile("^房屋租赁登记备案")
# A telephone copies a form to the centre at most once a minute, and the photograph may have just missed its turn.
COPIED_SECONDS = 150


def cleared(phone: Screen, centre: Centre) -> None:
    """Close the page and let the browser throw away what it does after a week."""
    phone.page.goto("about:blank")
    phone.devtools("Storage.clearDataForOrigin", origin=centre.url, storageTypes=THROWN_AWAY)


def test_after_the_browser_cleared_the_phone_a_form_goes_on_from_what_the_centre_kept(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    family.find_and_begin(phone)
    family.fill_in(phone)
    family.hand_over(phone, f"拍{CONTRACT}第 1 页", photograph(CONTRACT))
    phone.sees("1 页，拍好了")
    ledger.waits_for("file.stored", within=60)
    (stored,) = ledger.facts("file.stored")

    def is_copied() -> bool:
        return stored["file"] in phone.page.request.get(f"{centre.url}/api/drafts").text()

    wait_until(is_copied, "the centre was not told of the photograph", every=0.2, within=COPIED_SECONDS)

    cleared(phone, centre)
    phone.open("/")
    phone.sees("我们替您存着的", within=40)
    phone.picture("phone-cleared", whole=True)
    phone.press("在这台手机上接着填")

    phone.sees(family.PHOTOGRAPH_STEP, within=40)
    phone.sees("1 页，拍好了")


def test_in_two_tabs_of_one_phone_a_form_is_one_and_is_filed_once(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    family.find_and_begin(phone)
    family.fill_in(phone)
    family.photograph_everything(phone, photograph, pages_each=1)
    family.next_step(phone)
    second = Screen(phone.context, address=centre.url)
    second.open(str(phone.page.evaluate("location.pathname + location.search")))
    second.sees(family.LAST_STEP)

    phone.press("交上去")
    phone.sees("收齐了", within=40)
    second.press("交上去")
    ledger.waits_for("case.received")
    second.page.reload()
    second.open("/cases")
    second.press(LEASE)
    second.sees("收齐了", within=40)

    assert ledger.counts()["case.filed"] == 1
    assert second.errors == []


def test_on_a_phone_whose_clock_is_wrong_the_dates_are_the_centres(screens: NewScreen, centre: Centre) -> None:
    centre.stop()
    centre.start(days_later=2)
    phone = screens("phone")
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)

    phone.open("/outbox")
    phone.sees(re.compile("^慢了2天。日子以中心的钟为准"), within=40)
    phone.picture("phone-clock", whole=True)


def test_signed_out_without_a_signal_what_was_not_sent_is_locked_away_and_goes_out_at_the_next_sign_in(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    phone.controlled()
    family.find_and_begin(phone)
    family.fill_in(phone)
    family.photograph_everything(phone, photograph, pages_each=1)
    family.next_step(phone)
    centre.wire.set(Mode.REFUSE)
    phone.press("交上去")
    phone.sees("存在本机")

    phone.open("/me")
    phone.press("退出登录")
    phone.sees(re.compile(r"还有 1 件没发出，都锁在这台设备里"))
    phone.picture("phone-sign-out-unsent")
    office.answer(phone, "退出，先锁着")
    phone.sees("退出了")
    phone.open("/cases")
    phone.sees("登录后看交过的办件")
    expect(phone.page.get_by_text(LEASE)).to_have_count(0)
    centre.wire.set(Mode.PASS)
    assert ledger.counts()["case.filed"] == 0

    phone.open("/sign-in?after=/cases")
    family.sign_in(phone, centre.code_for)
    ledger.waits_for("case.received", within=60)
    ledger.photographs_arrived_once()
    phone.press(LEASE)
    phone.sees("收齐了", within=40)


def test_a_resident_sees_what_is_kept_here_since_when_and_how_old(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    phone.controlled()
    family.find_and_begin(phone)
    family.answer_all(phone.page.locator("main"))
    family.next_step(phone)
    with centre.wire.down():
        phone.open("/me")
        phone.sees("这台设备")
        phone.sees(re.compile(r"^(刚刚|\d+ ?分钟前|今天 \d)"))
        phone.open("/cases")
        phone.sees("没交的草稿")
        phone.sees("填的和拍的都在，可以接着填。")
        phone.picture("phone-offline-cases", whole=True)
