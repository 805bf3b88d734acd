"""Inside WeChat: the browser has no service worker, and everything can be done there all the same."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest
from playwright.sync_api import expect

from tests.browser import family
from tests.browser.centre import Centre
from tests.browser.engines import Browser, Screen
from tests.browser.family import Camera
from tests.browser.ledger import Ledger

IN_WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.62(0x18003e2f) NetType/WIFI Language/zh_CN"
)
HINT = "在微信里也能办"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
CLIPBOARD = ["clipboard-read", "clipboard-write"]
CONTRACT = "房屋租赁合同"


@pytest.fixture
def wechat(browser: Browser, centre: Centre) -> Generator[Screen]:
    """A telephone on which somebody opened the centre from a message in WeChat."""
    screen = browser.screen("phone", centre.url, agent=IN_WECHAT, worker=False)
    yield screen
    screen.close()
    assert screen.errors == []


def test_expert_20_in_wechat_two_steps_and_the_address_lead_into_a_real_browser(wechat: Screen, centre: Centre) -> None:
    wechat.context.grant_permissions(CLIPBOARD, origin=centre.url)
    wechat.open("/item/house-lease-filing")
    wechat.sees(HINT)
    steps = wechat.page.locator(".banner ol li")
    assert [step.inner_text() for step in steps.all()] == [
        "点右上角的“···”",
        "点“在浏览器打开”（苹果手机是“在默认浏览器中打开”）",
    ]
    wechat.picture("wechat-hint")
    wechat.press("复制网址")
    wechat.sees("网址复制好了")
    copied = wechat.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{centre.url}/item/house-lease-filing"

    wechat.press("知道了，不用再提醒")
    wechat.sees_no_more(HINT)
    wechat.open("/items")
    wechat.sees("能办的事")
    expect(wechat.page.get_by_text(HINT)).to_have_count(0)

    wechat.open("/me/install")
    wechat.sees("微信里放不了，先换到浏览器")
    wechat.picture("wechat-install")


def test_expert_20_where_nothing_can_be_copied_the_address_stands_there_to_be_held(
    wechat: Screen, centre: Centre
) -> None:
    wechat.context.add_init_script(NO_CLIPBOARD)
    wechat.open("/")
    wechat.press("复制网址")

    field = wechat.field(re.compile("^这里复制不了"))
    expect(field).to_have_value(f"{centre.url}/")
    expect(field).to_be_focused()
    assert field.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)") == f"{centre.url}/"


def test_expert_20_without_a_service_worker_a_case_is_filed_with_its_photographs(
    wechat: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    family.find_and_begin(wechat)
    assert wechat.page.evaluate("'serviceWorker' in navigator") is False
    family.fill_in(wechat)
    papers = family.photograph_everything(wechat, photograph, pages_each=2)
    family.next_step(wechat)
    wechat.press("交上去")
    family.sign_in(wechat, centre.code_for)

    wechat.sees("收齐了", within=40)
    ledger.waits_for("case.received")
    ledger.photographs_arrived_once()
    counts = ledger.counts()
    pages = sum(len(pages) for pages in papers.values())
    assert (counts["case.filed"], counts["case.received"], counts["file.stored"]) == (1, 1, pages)
    wechat.picture("wechat-filed")


def test_expert_20_a_form_begun_in_wechat_goes_on_in_safari_by_its_digits_with_its_photographs(
    wechat: Screen, browser: Browser, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    wechat.open("/sign-in")
    family.sign_in(wechat, centre.code_for)
    family.find_and_begin(wechat)
    wechat.sees("填了一半也不怕")
    family.fill_in(wechat)
    family.hand_over(wechat, f"拍{CONTRACT}第 1 页", photograph(CONTRACT))
    wechat.sees("1 页，拍好了")
    ledger.waits_for("file.stored", within=60)
    begun = wechat.page.url.split("?")[0]
    wechat.open("/cases")
    wechat.press("换一台手机接着填")
    code = wechat.page.get_by_role("dialog").locator(".move-code").inner_text()

    safari = browser.screen("phone", centre.url)
    safari.open("/resume")
    safari.write("10 个数字", code)
    safari.press("接着填")
    safari.page.wait_for_url(lambda address: address.startswith(begun))
    safari.sees(family.PHOTOGRAPH_STEP)
    safari.sees("1 页，拍好了")
    family.photograph_everything(safari, photograph, pages_each=1)
    family.next_step(safari)
    safari.press("交上去")
    family.sign_in(safari, centre.code_for)

    safari.sees("收齐了", within=40)
    ledger.waits_for("case.received")
    assert ledger.counts()["case.filed"] == 1
    safari.close()
    assert safari.errors == []
