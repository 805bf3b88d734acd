"""The people of the centre at their tablets: they know their work, and read the rest from the screen."""

import re
import time

from playwright.sync_api import Locator

from tests.browser.engines import WAIT_SECONDS, Screen

POLL_MS = 50

REASON = "房屋不在本街道辖区。"
BASIS = "《商品房屋租赁管理办法》第十四条"
LATE = "这两天人手紧，晚了。"


def sign_in(screen: Screen, name: str, *, after: str = "/desk") -> None:
    """Sign in as one of the demo's staff, by the button that bears the name."""
    screen.open(after)
    screen.press(re.compile(f"^{name} "))
    screen.page.wait_for_url(lambda address: "/sign-in" not in address)
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
    """Press the button of that name, and the same one in the dialogue if the screen asks again.

    Raises:
        AssertionError: the button is still there and nothing was asked.
    """
    pressed = screen.button(name).element_handle()
    pressed.click()
    again = dialogue(screen).get_by_role("button", name=name)
    until = time.monotonic() + WAIT_SECONDS
    while pressed.is_visible():
        if again.is_visible():
            again.click()
            return
        assert time.monotonic() < until, f"{name} was neither asked again nor done"
        screen.page.wait_for_timeout(POLL_MS)


def more(screen: Screen, name: str) -> None:
    """Press an act that stands under 更多."""
    screen.press("更多")
    dialogue(screen).get_by_role("button", name=name, exact=True).click()


def note(screen: Screen, words: str) -> None:
    """Leave a note for colleagues on the open case."""
    more(screen, "写备注")
    fill(screen, "给同事的话", words)
    answer(screen, "写备注")


def fill(screen: Screen, label: str | re.Pattern[str], text: str) -> None:
    """Write into a field of the dialogue."""
    dialogue(screen).get_by_label(label).fill(text)


def open_line(screen: Screen, line: str | re.Pattern[str]) -> str:
    """Open the first case of the queue whose line says so; return its id."""
    screen.page.locator("a.q-row").filter(has_text=line).first.click()
    screen.page.wait_for_url(re.compile("/desk/case/"))
    screen.sees("办理经过")
    return screen.page.url.rsplit("/", 1)[1]


def decide(desk: Screen, outcome: str) -> None:
    """Take the case and decide, with everything that must be said."""
    desk.press("领取，我来办")
    desk.press("作决定")
    if outcome != "准予":
        dialogue(desk).get_by_role("radio", name=re.compile(f"^{outcome}")).check()
        fill(desk, re.compile("^不予批准的原因"), REASON)
        fill(desk, re.compile("^依据"), BASIS)
    late = dialogue(desk).get_by_label(re.compile("^为什么超期"))
    if late.count():
        late.fill(LATE)
    answer(desk, outcome)


def answer(screen: Screen, name: str) -> None:
    """Press the button of that name in the dialogue."""
    dialogue(screen).get_by_role("button", name=re.compile(f"^{name}")).click()


def dialogue(screen: Screen) -> Locator:
    """The dialogue on the screen."""
    return screen.page.get_by_role("dialog").locator("visible=true").first
