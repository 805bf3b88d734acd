"""A tablet is a witness of the log: it notices when another history is served, locks, and says what to do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger
from tests.hostile.forgery import edit, rewritten

FOUND = "中心的记录和这台设备以前看到的对不上"


@pytest.fixture
def ledger(centre: Centre) -> Ledger:
    """What is recorded during the test."""
    return Ledger(centre.data)


def test_a_tablet_notices_a_rewritten_history_locks_and_keeps_what_was_not_sent(
    centre: Centre, tablet: Screen, screens: NewScreen, ledger: Ledger
) -> None:
    office.sign_in(tablet, "周敏")
    tablet.controlled()
    office.open_line(tablet, "等我受理")
    phone = screens("phone")
    office.sign_in(phone, "何欣")
    phone.page.locator("a.q-row").first.wait_for()
    centre.stop()
    office.note(tablet, "没网时写的")
    noted = ledger.counts()["case.noted"]

    rewritten(centre.data, edit)
    centre.start()
    tablet.open("/desk")

    tablet.sees("中心的记录被改过，这台设备锁住了。", within=60)
    expect(tablet.page.locator("a.q-row")).to_have_count(0)
    tablet.picture("witness-locked")
    tablet.press("怎么办")
    tablet.sees(FOUND)
    tablet.sees(re.compile("条，指纹"))
    tablet.picture("witness-page", whole=True)
    with tablet.page.expect_download():
        tablet.press("把没发出的存成文件")
    phone.open("/record-changed")
    phone.sees(FOUND, within=60)
    phone.picture("witness-page-phone", whole=True)

    tablet.press("登录后再核对")
    tablet.press(re.compile("^周敏 "))
    tablet.sees("中心的记录被改过，这台设备锁住了。", within=60)
    assert ledger.counts()["case.noted"] == noted
