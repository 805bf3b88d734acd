"""The clerk's tutorial, followed word by word: what it says to press is pressed, what it says one sees is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bootstrap.places import ROOT
from tests.browser import office
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen

CHINESE = ROOT / "docs" / "zh" / "tutorial" / "clerk.md"
ENGLISH = ROOT / "docs" / "tutorial" / "clerk.md"
_STEP = re.compile(r"^\d\. (.*(?:\n   .*)*)", re.MULTILINE)
_MARKED = re.compile(r"\*\*(.+?)\*\*|「(.+?)」|`(.+?)`")
GOOD, LOCK_OUT = "合格", "补来的"
CONFIRMED = ("受理", "发一次性告知（1 条）")
"""Buttons after which a dialogue may ask once more, as the page says."""


class Deed(NamedTuple):
    """Something in a step: `press`, `see` or `write`, and the words."""

    kind: str
    words: str


def steps(page: Path) -> list[list[Deed]]:
    """The numbered steps of a page, each as what is marked in it, in order."""
    return [list(_deeds(found[1])) for found in _STEP.finditer(page.read_text(encoding="utf-8"))]


def _deeds(step: str) -> Iterator[Deed]:
    for pressed, seen, written in _MARKED.findall(step):
        yield Deed(
            *next((kind, words) for kind, words in (("press", pressed), ("see", seen), ("write", written)) if words)
        )


def follow(screen: Screen, step: list[Deed]) -> None:
    """Do one step."""
    match step:
        case [Deed("write", path), *rest] if path.startswith("/"):
            screen.open(path)
            follow(screen, rest)
        case [Deed("press", "合格")]:
            office.tick_all(screen)
        case [Deed("press", "合格"), Deed("see", other)]:
            office.tick_all(screen, but=other)
        case [Deed("see", label), Deed("write", text), Deed("press", name)]:
            office.fill(screen, re.compile(label), text)
            office.answer(screen, name)
        case _:
            for deed in step:
                _do(screen, deed)


def _do(screen: Screen, deed: Deed) -> None:
    exactly = re.compile(f"^{re.escape(deed.words)}$")
    if deed.kind == "see":
        screen.sees(re.compile(re.escape(deed.words)))
    elif deed.words in CONFIRMED:
        office.act(screen, exactly)
    else:
        exact, within = screen.button(exactly), screen.button(re.compile(re.escape(deed.words)))
        within.or_(exact).first.wait_for()
        (exact if exact.is_visible() else within).click()


def test_the_clerks_tutorial_can_be_followed_word_by_word(screens: NewScreen) -> None:
    tablet = screens("tablet")

    for step in steps(CHINESE):
        follow(tablet, step)

    assert len(steps(CHINESE)) == 18


def test_the_tutorial_says_the_same_in_english() -> None:
    assert steps(ENGLISH) == steps(CHINESE)
