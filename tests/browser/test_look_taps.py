"""The excellent interactions of the desk, counted in taps: a complete case accepted, and why a case is red."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.households import Households, free_at_window
from tests.browser.ledger import Ledger

TO_ACCEPT, TO_SEE_WHY = 3, 2


class Taps:
    """A finger on a screen, and how often it has come down."""

    def __init__(self, screen: Screen) -> None:
        """Nothing was touched yet."""
        self._screen = screen
        self.count = 0

    def on(self, what: Locator | str | re.Pattern[str]) -> None:
        """Touch it once."""
        found = what if isinstance(what, Locator) else self._screen.button(what)
        found.click()
        self.count += 1


def test_a_complete_case_is_accepted_from_the_queue_in_three_taps(tablet: Screen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    found = Households(centre.data).case(free_at_window)
    office.sign_in(tablet, "周敏", after=f"/desk/case/{found.id}")
    tablet.press("领取，我来办")
    ledger.waits_for("case.claimed")
    tablet.open("/desk")
    taps = Taps(tablet)

    taps.on(tablet.page.locator("a.q-row").filter(has_text=found.body["filing_number"]))
    taps.on(re.compile(r"^看过了，\d 样都合格"))
    tablet.picture("look-three-taps")
    taps.on(re.compile("^受理$"))

    ledger.waits_for("case.accepted")
    assert taps.count <= TO_ACCEPT


def test_why_a_case_is_red_is_read_after_two_taps_by_a_clerk_and_by_a_lead(screens: NewScreen) -> None:
    desk = screens("tablet")
    office.sign_in(desk, "周敏")
    at_desk = Taps(desk)
    at_desk.on(desk.page.locator("a.q-row").filter(has=desk.page.locator(".q-late")).first)
    at_desk.on(desk.page.get_by_text("为什么是这一天").first)
    desk.page.locator("details[open]").get_by_text(re.compile("第 1 个工作日|这一天开始")).first.wait_for()
    desk.picture("look-why-red-desk")

    lead = screens("desktop")
    office.sign_in(lead, "孙浩", after="/lead")
    lead.sees("谁手上有多少")
    on_board = Taps(lead)
    on_board.on(lead.page.get_by_role("button").filter(has=lead.page.locator(".badge.is-late")).last)
    lead.page.get_by_role("complementary").get_by_text(re.compile("^为什么红")).first.wait_for()
    lead.picture("look-why-red-lead")

    assert max(at_desk.count, on_board.count) <= TO_SEE_WHY
