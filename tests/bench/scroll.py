"""A clerk scrolls through a queue of ten thousand cases: the longest time for which the screen does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, expect, sync_playwright

from bootstrap import browsers, pwa
from tests.bench import town
from tests.bench.figures import Figure
from tests.bench.service import Service, serving
from tests.browser.engines import Browser
from tests.cast import ZHOU

CASES = 10_000
NAME = "scroll"
PEOPLE = 200
ROUNDS = 3
MOST_MS = 100.0
FLICKS, FLICK_PX = 60, 900
STEPS = 40
COMES_WITHIN_MS = 240_000

WATCH = """
() => {
  globalThis.longest = 0;
  new PerformanceObserver((seen) => {
    for (const { duration } of seen.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
  }).observe({ type: 'longtask' });
}
"""
FORGET = "globalThis.longest = 0"
TOLD = "globalThis.longest"
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def measure(folder: Path) -> Iterator[Figure]:
    """The longest task while flicking through the list, and while going through it with the keys."""
    pwa.build()
    browsers.prepare()
    with town.opened(folder / "centre") as centre:
        town.give(centre, town.filed(NAME, range(CASES), people=PEOPLE))
        token = town.signed_in(centre, ZHOU)
    with serving(folder) as service, sync_playwright() as playwright, Browser(playwright) as browser:
        page = _queue(browser, service, token)
        yield _figure("a queue of 10,000, scrolled: longest task", [_longest(page, _flick) for _ in range(ROUNDS)])
        yield _figure("a queue of 10,000, by the keys: longest task", [_longest(page, _step) for _ in range(ROUNDS)])


def _figure(job: str, rounds: list[float]) -> Figure:
    longest = median(rounds)
    return Figure(job=job, ours=longest, limit=MOST_MS, ratio=longest / MOST_MS, unit="ms", aim="at most", reach=1.0)


def _queue(browser: Browser, service: Service, token: str) -> Page:
    """The desk of a clerk with all cases in one list."""
    screen = browser.screen("tablet", service.origin)
    screen.context.add_cookies([{"name": "doorstep_session", "value": token, "url": service.origin}])
    screen.open("/desk")
    tab = screen.page.get_by_role("tab", name="等申请人")
    expect(tab).to_contain_text(str(CASES), timeout=COMES_WITHIN_MS)
    service.stands_still()
    tab.click()
    screen.page.locator(f'[aria-setsize="{CASES}"]').first.wait_for()
    screen.page.evaluate(WATCH)
    return screen.page


def _longest(page: Page, act: Callable[[Page], None]) -> float:
    """The longest task in milliseconds while `act` goes on; 0 where none was worth noting (50 ms)."""
    page.locator("#queue-list").hover()
    page.evaluate(FORGET)
    act(page)
    page.evaluate(NEXT_FRAME)
    return float(page.evaluate(TOLD))


def _flick(page: Page) -> None:
    for number in range(FLICKS):
        page.mouse.wheel(0, FLICK_PX if number < FLICKS * 2 // 3 else -FLICK_PX)
        page.evaluate(NEXT_FRAME)


def _step(page: Page) -> None:
    for _ in range(STEPS):
        page.keyboard.press("j")
        page.evaluate(NEXT_FRAME)
