"""Pictures of every screen for somebody to look at: `python -m tests.browser.pictures FOLDER [ROUTE ...]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.centre import Centre
from tests.browser.engines import SIZES, Browser, Screen, Size
from tests.browser.tour import Mode, Tour, resize, wear
from tests.browser.ways import WAYS

MODES = (Mode(), Mode(size="large"), Mode(theme="dark"), Mode(language="en"))
LONGEST = 2600
"""Of a page that must be scrolled, so much is shown."""


def main(arguments: Sequence[str]) -> int:
    """Write FOLDER/SIZE-MODE/SCREEN.png for all routes, or for those named."""
    folder, *routes = arguments
    with _tour() as tour:
        for way in (way for name, ways in WAYS.items() if not routes or name in routes for way in ways):
            screen = tour.go(way)
            for mode in MODES:
                wear(screen, mode)
                for size in SIZES:
                    _keep(screen, size, Path(folder) / f"{size}-{mode.name}" / f"{way.name}.png")
    return 0


@contextmanager
def _tour() -> Generator[Tour]:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright, Browser(playwright) as browser:
        centre = Centre(Path(data) / "data")
        try:
            centre.start()
            tour = Tour(browser, centre)
            tour.prepare()
            yield tour
            tour.close()
        finally:
            centre.close()


def _keep(screen: Screen, size: Size, path: Path) -> None:
    resize(screen, size)
    height = min(max(int(screen.page.evaluate("document.documentElement.scrollHeight")), SIZES[size][1]), LONGEST)
    screen.page.set_viewport_size({"width": SIZES[size][0], "height": height})
    path.parent.mkdir(parents=True, exist_ok=True)
    screen.page.screenshot(path=str(path), animations="disabled", caret="hide", scale="css")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
