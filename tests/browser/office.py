"""The people of the centre at their tablets: they know their work, and read the rest from the screen."""

import re

from playwright.sync_api import Locator
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.engines import Screen


def sign_in(screen: Screen, name: str, *, after: str = "/desk") -> None:
    """Sign in as one of the demo's staff, by the button that bears the name."""
    screen.open(after)
    screen.press(re.compile(f"^{name} "))
    screen.sees(name)


def open_case(screen: Screen, number: str) -> None:
    """Open a case from the queue."""
    screen.press(re.compile(number))
    screen.sees("申请人填的")


def tick_all(screen: Screen, *, but: str = "") -> None:
    """Tick every paper that is still to be checked, all but one."""
    boxes = screen.page.get_by_role("checkbox", name=re.compile("合格$"))
    boxes.first.wait_for()
    for box in boxes.all():
        if box.is_enabled() and not (but and box.evaluate("e => e.labels[0].innerText").startswith(but)):
            box.check()


def act(screen: Screen, name: str | re.Pattern[str]) -> None:
    """Press the button of that name, and the same one in the dialogue if the screen asks again."""
    screen.press(name)
    again = dialogue(screen).get_by_role("button", name=name)
    try:
        again.wait_for(timeout=1_500)
    except PlaywrightTimeoutError:
        return
    again.click()


def answer(screen: Screen, name: str) -> None:
    """Press the button of that name in the dialogue."""
    dialogue(screen).get_by_role("button", name=re.compile(f"^{name}")).click()


def dialogue(screen: Screen) -> Locator:
    """The dialogue on the screen."""
    return screen.page.get_by_role("dialog").locator("visible=true").first
