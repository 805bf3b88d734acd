"""A running centre, a Chromium, and the devices of a family and a clerk."""

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.browser.centre import Centre
from tests.browser.engines import WAIT_SECONDS, Browser, Screen, Size
from tests.browser.photographs import draw_page

NewScreen: TypeAlias = Callable[[Size], Screen]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a CI machine, which others may use too, give a browser test that failed one more try.

    The summary names every test that needed it. Elsewhere a test that fails now and then fails.
    """
    if os.environ.get("CI"):
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo centre that was made and stopped in order, for copying."""
    data = tmp_path_factory.mktemp("demo") / "data"
    centre = Centre(data)
    try:
        centre.start()
        centre.catch_up()
        centre.settle()
    finally:
        centre.close()
    return data


@pytest.fixture
def centre(demo_data: Path, tmp_path: Path) -> Generator[Centre]:
    """A running demo centre of this test's own."""
    data = tmp_path / "data"
    shutil.copytree(demo_data, data)
    centre = Centre(data)
    try:
        centre.start()
        yield centre
    finally:
        centre.close()


@pytest.fixture(scope="session")
def driver() -> Generator[Playwright]:
    """The one Playwright of all browser tests: a thread can have no second one."""
    expect.set_options(timeout=WAIT_SECONDS * 1000)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Generator[Browser]:
    """One Chromium for all browser tests; each screen in it is a device of its own."""
    with Browser(driver) as browser:
        yield browser


@pytest.fixture
def screens(browser: Browser, centre: Centre, request: pytest.FixtureRequest) -> Generator[NewScreen]:
    """Opens devices on the centre; at the end none of them may have met an error in the page's own code."""
    opened: list[Screen] = []

    def open_screen(size: Size) -> Screen:
        opened.append(browser.screen(size, centre.url))
        return opened[-1]

    yield open_screen
    errors = [error for screen in opened for error in screen.errors]
    for number, screen in enumerate(opened):
        if not screen.page.is_closed():
            screen.picture(f"last-{request.node.name}-{number}")
        screen.close()
    assert errors == []


@pytest.fixture
def phone(screens: NewScreen) -> Screen:
    """The father's phone."""
    return screens("phone")


@pytest.fixture
def tablet(screens: NewScreen) -> Screen:
    """The clerk's tablet."""
    return screens("tablet")


@pytest.fixture
def photograph(tmp_path: Path) -> Callable[..., Path]:
    """Photographs a page: `photograph("房屋租赁合同", 2)`, or `photograph(title, page, blurred=True)`."""

    def take(title: str, page: int = 1, *, blurred: bool = False) -> Path:
        mark = "-blurred" if blurred else ""
        return draw_page(tmp_path / f"{title}-{page}{mark}.jpg", title=title, page=page, blurred=blurred)

    return take
