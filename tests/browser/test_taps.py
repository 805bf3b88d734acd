"""The interactions that must be short, counted by what a finger presses."""

from __future__ import annotations

import re
from typing import Any

from tests.browser import family
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.households import Households
from tests.browser.ledger import Ledger

MOST_TAPS = 4
COUNT = "window.taps = 0; addEventListener('click', (event) => { if (event.isTrusted) window.taps += 1; }, true)"

Body = dict[str, Any]


class Taps:
    """Counts presses on a screen, and one for each photograph that is taken: the press that opens the camera."""

    def __init__(self, screen: Screen) -> None:
        """Count from now on."""
        self._screen = screen
        self._before = 0
        screen.page.evaluate(COUNT)

    def photograph(self) -> None:
        """The camera was opened by a press that the test does not make."""
        self._before += 1

    def count(self) -> int:
        """How many so far; the screen may change within the app, but not be loaded anew."""
        counted: int = self._screen.page.evaluate("window.taps")
        return self._before + counted


def has_one_page_to_take_again(body: Body) -> bool:
    """Whether the centre waits for one photograph."""
    open_defects = [one for notice in body["notices"] for one in notice["defects"] if not one["answered"]]
    return body["status"] == "correction" and len(open_defects) == 1


def test_a_correction_is_answered_in_at_most_four_taps_and_the_photograph(
    screens: NewScreen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    found = Households(centre.data).case(has_one_page_to_take_again)
    phone = screens("phone")
    phone.open("/sign-in?after=/")
    family.sign_in(phone, centre.code_for, phone=found.phone)
    phone.sees("想办什么事")
    phone.button(re.compile("去补材料")).wait_for()
    taps = Taps(phone)

    phone.press(re.compile("去补材料"))
    phone.sees("请补这 1 样")
    phone.picture("taps-correction")
    phone.page.locator("main input[type=file]").first.set_input_files(str(photograph("补的材料")))
    taps.photograph()
    phone.sees("都补好了", within=40)
    phone.press("交上去")

    phone.sees("补好了，我们接着办", within=40)
    assert taps.count() <= MOST_TAPS
    ledger.waits_for("case.supplemented")
