"""Every screen that the router knows, in every mode: axe finds nothing, and no words are cut off at any size."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.browser import eyes
from tests.browser.centre import Centre
from tests.browser.engines import SIZES, Browser, Screen
from tests.browser.tour import MODES, Mode, Tour, resize, wear
from tests.browser.ways import WAYS, Way

pytestmark = pytest.mark.timeout(1800)
"""One walk over all screens comes before the first test; a minute a screen would be slow, twenty minutes are not."""

TWICE_AS_LARGE = "document.documentElement.style.fontSize = '200%'"
AS_IT_WAS = "document.documentElement.style.fontSize = ''"


@pytest.fixture(scope="module")
def tour(browser: Browser, demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[Tour]:
    """Everybody's devices on a centre of this module's own."""
    data = tmp_path_factory.mktemp("tour") / "data"
    shutil.copytree(demo_data, data)
    centre = Centre(data)
    try:
        centre.start()
        tour = Tour(browser, centre)
        try:
            tour.prepare()
            yield tour
        finally:
            tour.close()
    finally:
        centre.close()


@pytest.fixture(scope="module")
def seen(tour: Tour) -> dict[str, list[str]]:
    """What is wrong with the screens, by who or what finds it: one walk for all tests."""
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    for way in (way for ways in WAYS.values() for way in ways):
        screen = tour.go(way)
        for mode in MODES:
            look(screen, way, mode, wrong)
        wear(screen, Mode())
        screen.page.evaluate(TWICE_AS_LARGE)
        wrong["cut"] += at_every_size(screen, f"{way.name} at 200 %")
        screen.page.evaluate(AS_IT_WAS)
    return wrong


def look(screen: Screen, way: Way, mode: Mode, wrong: defaultdict[str, list[str]]) -> None:
    """Look at the screen that stands there in one mode."""
    wear(screen, mode)
    wrong["axe"] += [f"{way.name} {mode.name}: {found}" for found in eyes.audit(screen)]
    wrong["cut"] += at_every_size(screen, f"{way.name} {mode.name}")


def at_every_size(screen: Screen, name: str) -> list[str]:
    """What is cut off on a telephone, a tablet and a desktop."""
    before = screen.page.viewport_size
    found: list[str] = []
    for size in SIZES:
        resize(screen, size)
        found += [f"{name} {size}: {what}" for what in eyes.cut(screen)]
    assert before is not None
    screen.page.set_viewport_size(before)
    return found


def test_every_route_of_the_app_can_be_reached_by_a_way_that_is_written_down(tour: Tour) -> None:
    assert tour.routes() == set(WAYS)


def test_axe_finds_nothing_on_any_screen_in_any_language_size_of_type_and_theme(seen: dict[str, list[str]]) -> None:
    assert seen["axe"] == []


def test_no_words_are_cut_off_at_any_size_not_even_twice_as_large(seen: dict[str, list[str]]) -> None:
    assert seen["cut"] == []


def test_no_page_met_an_error_in_its_own_code(seen: dict[str, list[str]], tour: Tour) -> None:
    assert tour.errors() == []
    assert set(seen) <= {"axe", "cut"}
