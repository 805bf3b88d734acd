"""The resident's story in the other engines: begun online, gone on with without a signal, there after a restart."""

from __future__ import annotations

import re
from collections.abc import Generator
from functools import partial

import pytest
from playwright.sync_api import Playwright

from bootstrap import browsers
from tests.browser import family
from tests.browser.centre import Centre
from tests.browser.engines import Firefox, Screen
from tests.browser.family import Camera
from tests.browser.ledger import Ledger
from tests.browser.webkit import WebKit, programs

CONTROLLED = "return navigator.serviceWorker?.controller != null"
HEADING = "return document.querySelector('main h1')?.innerText ?? ''"
PAPER = r"""return [...document.querySelectorAll('input[type=file]')].map((e) => e.ariaLabel)
  .find((name) => /^拍.+第 1 页$/.test(name)) ?? ''"""
HALF_WAY = "租期"
FILED_ONCE = {"case.filed": 1, "case.received": 1}


@pytest.fixture
def gecko(driver: Playwright, centre: Centre) -> Generator[Screen]:
    """A telephone with Firefox."""
    engine = Firefox(driver)
    screen = engine.screen("phone", centre.url)
    yield screen
    screen.close()
    engine.close()
    # What draws a picture of the page lays a style over it, which the page's own rules refuse in Firefox and say so.
    assert [error for error in screen.errors if "blocked an inline style" not in error] == []


@pytest.fixture
def webkit(centre: Centre) -> Generator[WebKit]:
    """A telephone with WebKit."""
    with WebKit(centre.url) as window:
        yield window


def filed_once(ledger: Ledger) -> None:
    """The case and each of its photographs arrived, and once."""
    ledger.waits_for("case.received", within=60)
    ledger.photographs_arrived_once()
    counts = ledger.counts()
    assert {tag: counts[tag] for tag in FILED_ONCE} == FILED_ONCE


@pytest.mark.skipif(
    browsers.firefox() is None,
    reason=f"no Firefox {browsers.OLDEST_FIREFOX} or newer on this machine: apt-get install firefox-esr",
)
def test_in_firefox_a_case_is_filed_without_a_signal_and_arrives_once(
    gecko: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    gecko.open("/sign-in")
    family.sign_in(gecko, centre.code_for)
    gecko.controlled()
    family.find_and_begin(gecko)
    family.fill_in(gecko, until=HALF_WAY)
    with centre.wire.down():
        family.fill_in(gecko)
        family.photograph_everything(gecko, photograph, pages_each=1)
        family.next_step(gecko)
        gecko.press("交上去")
        gecko.sees("存在本机")
        gecko.reopen("/")
        gecko.sees("房屋租赁登记备案")
        gecko.picture("firefox-without-a-signal")

    gecko.press(re.compile("房屋租赁登记备案"))
    gecko.sees("收齐了", within=60)
    gecko.picture("firefox-filed")
    filed_once(ledger)


@pytest.mark.skipif(programs() is None, reason="no WebKitGTK here: apt-get install webkit2gtk-driver xvfb")
def test_in_webkit_a_form_is_filled_in_without_a_signal_and_is_there_after_a_restart(
    webkit: WebKit, centre: Centre, photograph: Camera
) -> None:
    webkit.open("/item/house-lease-filing")
    webkit.wait(lambda: webkit.run(CONTROLLED), "the service worker")
    webkit.press("现在就办")
    webkit.press("给自己办")
    webkit.sees("第 1 步")
    fill_in(webkit, until=HALF_WAY)

    with centre.wire.down():
        fill_in(webkit, until=family.PHOTOGRAPH_STEP)
        photograph_everything(webkit, photograph)
        webkit.picture("webkit-papers")
        webkit.reload()
        webkit.sees("1 页，拍好了")
        assert webkit.run(PAPER) == ""
        next_step(webkit)
        webkit.sees(family.LAST_STEP)
        webkit.picture("webkit-without-a-signal")
    webkit.press("交上去")
    webkit.wait(lambda: "/sign-in" in webkit.path(), "the sign-in")


@pytest.mark.skipif(programs() is None, reason="no WebKitGTK here: apt-get install webkit2gtk-driver xvfb")
def test_in_webkit_whoever_is_signed_in_files_a_case_without_a_signal_and_it_arrives_once(
    webkit: WebKit, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    webkit.open("/sign-in")
    webkit.wait(lambda: webkit.run(CONTROLLED), "the service worker")
    sign_in(webkit, centre)
    webkit.open("/item/house-lease-filing")
    webkit.press("现在就办")
    webkit.press("给自己办")
    webkit.sees("第 1 步")
    fill_in(webkit, until=HALF_WAY)

    with centre.wire.down():
        fill_in(webkit, until=family.PHOTOGRAPH_STEP)
        webkit.reload()
        webkit.sees("拍照交材料")
        photograph_everything(webkit, photograph)
        webkit.reload()
        webkit.sees("1 页，拍好了")
        next_step(webkit)
        webkit.press("交上去")
        webkit.wait(lambda: "/apply/" not in webkit.path(), "the case")
        webkit.open("/")
        webkit.sees("房屋租赁登记备案")

    filed_once(ledger)
    webkit.sees("我们在办", within=60)  # before that the card changes under the finger
    webkit.press("房屋租赁登记备案")
    webkit.sees("收齐了", within=60)


def sign_in(window: WebKit, centre: Centre) -> None:
    """Sign in with the code that arrives on the telephone."""
    window.write("手机号", family.PHONE)
    window.press("发验证码")
    window.write("短信里的 6 位数字", centre.code_for(family.PHONE))
    window.press("登录")
    window.wait(lambda: "/sign-in" not in window.path(), "what follows the sign-in")


def photograph_everything(window: WebKit, photograph: Camera) -> None:
    """Photograph one page of every paper in sight."""
    while label := window.run(PAPER):
        paper = label.removeprefix("拍").removesuffix("第 1 页")
        window.attach(label, photograph(paper))
        window.wait(partial(window.has, f"{paper}加一页"), f"{paper} is kept")


def fill_in(window: WebKit, *, until: str) -> None:
    """Answer step after step until the one called `until` is on the screen."""
    while window.run(HEADING) != until:
        window.answer_all(family.KNOWS)
        next_step(window)


def next_step(window: WebKit) -> None:
    """Go on to the next step and wait until it is there."""
    heading = window.run(HEADING)
    window.press("下一步")
    window.wait(lambda: window.run(HEADING) not in ("", heading), "the next step")
