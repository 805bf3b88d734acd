"""A trainee in the sandbox of a run: the panel beside the screens, and the screens as everybody uses them."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import office
from tests.browser.engines import WAIT_SECONDS, Screen

PANEL = "[data-practice]"


def begin(screen: Screen, scenario: str) -> str:
    """Begin a scenario from the list of them; return the run."""
    screen.open("/learn/practice")
    screen.page.locator(f"[data-scenario={scenario}]").get_by_role(
        "button", name=re.compile("^(开始练习|再练一次)$")
    ).click()
    screen.page.wait_for_url("**/practice/*/window-clerk/desk")
    at(screen, 1)
    return screen.page.url.split("/practice/")[1].split("/")[0]


def at(screen: Screen, number: int) -> None:
    """Wait until the panel shows that step."""
    expect(screen.page.locator(PANEL)).to_contain_text(re.compile(f"第 {number} 步"), timeout=WAIT_SECONDS * 1000)


def unfold(screen: Screen) -> None:
    """Show the panel where it is folded away."""
    fold = screen.page.locator(PANEL).get_by_role("button", name="展开情景")
    if fold.is_visible():
        fold.click()


def fold(screen: Screen) -> None:
    """Fold the panel away where it lies over the screens."""
    button = screen.page.locator(PANEL).get_by_role("button", name="收起情景")
    if button.is_visible():
        button.click()


def say(screen: Screen, words: str) -> None:
    """Say or do something from the panel."""
    unfold(screen)
    screen.page.locator(PANEL).get_by_role("button", name=re.compile(re.escape(words))).click()


def warned(screen: Screen, words: str) -> None:
    """Wait until the panel says what was wrong."""
    unfold(screen)
    expect(screen.page.locator(PANEL).get_by_role("alert")).to_contain_text(words, timeout=WAIT_SECONDS * 1000)


def sit(screen: Screen, role: str) -> None:
    """Take the seat that the step names."""
    unfold(screen)
    seat = screen.page.locator(PANEL).get_by_role("link", name=f"坐到「{role}」的位子")
    address = seat.get_attribute("href") or ""
    seat.click()
    # The page of the seat before is a desk with a panel too: only its address tells that it has gone.
    screen.page.wait_for_url(re.compile(re.escape("/".join(address.split("/")[:4])) + "/"))
    screen.page.locator(PANEL).wait_for()
    fold(screen)


def to_case(screen: Screen) -> None:
    """Open the case of which the step speaks, if it is not open."""
    unfold(screen)
    button = screen.page.locator(PANEL).get_by_role("button", name="打开这一件")
    if button.count():
        button.click()
    fold(screen)
    screen.sees("申请人填的")


def ends(screen: Screen, points: str) -> None:
    """Wait until the run is over with so many points."""
    unfold(screen)
    over = screen.page.locator(f"{PANEL} [data-over]")
    expect(over).to_contain_text(points, timeout=WAIT_SECONDS * 1000)


__all__ = ["PANEL", "at", "begin", "ends", "fold", "office", "say", "sit", "to_case", "unfold", "warned"]
