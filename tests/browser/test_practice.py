"""Simulated practice in a browser: the sample scenarios passed and failed by driving the real screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import office, sandbox, trainees
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger


@pytest.mark.parametrize("name", trainees.RIGHT)
def test_a_scenario_done_as_the_script_says_is_passed_with_all_its_points(
    tablet: Screen, centre: Centre, name: str
) -> None:
    ledger = Ledger(centre.data)
    do, points = trainees.RIGHT[name]
    office.sign_in(tablet, "周敏")

    sandbox.begin(tablet, name)
    do(tablet)

    sandbox.ends(tablet, points)
    tablet.page.locator(sandbox.PANEL).get_by_role("link", name="看每一步的点评").click()
    expect(tablet.page.locator("[data-result]")).to_contain_text("合格")
    expect(tablet.page.get_by_text("一次做对")).to_have_count(len(tablet.page.locator("[data-step]").all()))
    tablet.picture(f"practice-{name}", whole=True)
    ledger.waits_for("practice.finished")
    assert [fact["passed"] for fact in ledger.facts("practice.finished") if fact["scenario"] == name] == [True]


@pytest.mark.parametrize("name", trainees.WRONG)
def test_a_scenario_done_as_the_script_warns_of_is_failed_and_shows_the_moment_of_the_mistake(
    tablet: Screen, name: str
) -> None:
    do, points = trainees.WRONG[name]
    office.sign_in(tablet, "周敏")

    sandbox.begin(tablet, name)
    do(tablet)
    sandbox.unfold(tablet)
    tablet.press("结束练习")
    tablet.press(re.compile("^结束$"))

    sandbox.ends(tablet, points)
    tablet.page.locator(sandbox.PANEL).get_by_role("link", name="看每一步的点评").click()
    expect(tablet.page.locator("[data-result]")).to_contain_text("没有合格")
    moment = tablet.page.get_by_role("link", name="看当时的情形").last
    at = re.search(r"at=(\d+)", moment.get_attribute("href") or "")
    assert at is not None
    moment.click()
    tablet.page.wait_for_url(re.compile("/auditor/audit/case/"))
    tablet.sees("那一刻的样子")
    tablet.picture(f"practice-moment-{name}")


def test_a_run_goes_on_after_a_reload_and_a_lost_connection_on_a_phone_in_large_type(
    screens: NewScreen, centre: Centre
) -> None:
    phone = screens("phone")
    phone.page.add_init_script("localStorage.setItem('doorstep.prefs', JSON.stringify({size: 'large'}))")
    office.sign_in(phone, "周敏")
    sandbox.begin(phone, "sim-lease-after-hours")
    phone.picture("practice-phone-large")
    sandbox.to_case(phone)
    phone.press(trainees.CLAIM)
    sandbox.at(phone, 2)

    phone.page.reload()
    sandbox.at(phone, 2)
    with centre.wire.down():
        sandbox.unfold(phone)
        phone.sees("暂时连不上")
    sandbox.say(phone, "对照产权证和合同")

    sandbox.at(phone, 3)
    phone.picture("practice-phone-large-3")
