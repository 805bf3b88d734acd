"""Somebody with a keyboard and a screen reader and no mouse: they know only what the reader says of where they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.browser.engines import Screen

FARTHEST_STOPS = 80
MOST_OPTIONS = 12


Node = dict[str, Any]
"""A node of the tree that a screen reader walks, as Chromium tells it."""


class Heard(NamedTuple):
    """What a screen reader says of the place that has the focus.

    Attributes:
        role: button, link, textbox, radio and so on.
        name: its label.
        description: hints and errors that are tied to it.
        group: the name of the group that it stands in, or nothing.
        states: what else is so: required, invalid, checked, expanded.
    """

    role: str
    name: str
    description: str
    group: str
    states: Mapping[str, Any]

    @property
    def question(self) -> str:
        """What is asked here: of a choice the name of its group."""
        asked = self.group if self.role in ("radio", "checkbox") and self.group else self.name
        return re.sub(r"（可以不填）|[*]", "", asked).strip()


class Keyboard:
    """The keys of one screen, and what is heard there."""

    def __init__(self, screen: Screen) -> None:
        """Take the mouse away."""
        self._screen = screen
        self._keys = screen.page.keyboard
        # While anybody listens the browser hands its window for files over; turned on for each it may come too late.
        screen.page.on("filechooser", lambda _: None)
        self._reader: Any = screen.context.new_cdp_session(screen.page)
        self._ask("Accessibility.enable")

    def press(self, key: str) -> None:
        """Press one key."""
        self._keys.press(key)

    def type(self, text: str) -> None:
        """Type into what has the focus; in a date the engine goes on to the next part by itself."""
        if self._kind() != "date":
            self._keys.press("Control+A")
            self._keys.type(text)
            return
        # An engine may show the year first or last, whatever the language of the page.
        year, month, day = text.split("-")
        for digits in (year + month + day, month + day + year):
            self._keys.type(digits)
            if self._value() == text:
                return
            for _ in range(2):
                self._keys.press("ArrowLeft")
        raise AssertionError(f"{text} cannot be typed here: {self._value()}")

    def _value(self) -> str:
        value: str = self._screen.page.evaluate("document.activeElement.value ?? ''")
        return value

    def heard(self) -> Heard:
        """What is said of the place that has the focus."""
        found = self._ask("Runtime.evaluate", expression="document.activeElement")["result"]["objectId"]
        told: list[Node] = self._ask("Accessibility.getPartialAXTree", objectId=found, fetchRelatives=True)["nodes"]
        here = told[0]
        above = (node for node in told[1:] if _told(node, "role") in ("group", "radiogroup") and _told(node, "name"))
        return Heard(
            role=_told(here, "role"),
            name=_told(here, "name"),
            description=_told(here, "description"),
            group=next((_told(node, "name") for node in above), ""),
            states={one["name"]: one["value"].get("value") for one in here.get("properties", [])},
        )

    def go_to(self, name: str | re.Pattern[str], *, backwards: bool = False) -> Heard:
        """Press Tab until the place of that name has the focus.

        Raises:
            AssertionError: it is not among the next places.
        """
        passed: list[str] = []
        for _ in range(FARTHEST_STOPS):
            self._keys.press("Shift+Tab" if backwards else "Tab")
            heard = self.heard()
            if re.search(name, heard.name) if isinstance(name, re.Pattern) else heard.name == name:
                return heard
            passed.append(heard.name)
        raise AssertionError(f"{name} cannot be reached with Tab: {passed}")

    def activate(self, name: str | re.Pattern[str]) -> None:
        """Go to the button or link of that name and press Enter."""
        self.go_to(name)
        self._keys.press("Enter")

    def choose(self, option: str) -> None:
        """Choose among what stands in the group that has the focus."""
        for _ in range(MOST_OPTIONS):
            if self.heard().name == option:
                self._keys.press("Space")
                return
            self._keys.press("ArrowDown")
        raise AssertionError(f"{option} is not among the choices of {self.heard().group}")

    def hand_over(self, file: Path) -> None:
        """Open the camera or file field that has the focus, and choose a file in the system's own window."""
        with self._screen.page.expect_file_chooser() as chooser:
            self._keys.press("Enter")
        chooser.value.set_files(str(file))

    def in_sight(self) -> bool:
        """Whether all of what has the focus can be seen: not under the bars, not past the edge."""
        seen: bool = self._screen.page.evaluate(IN_SIGHT)
        return seen

    def ring(self) -> float:
        """How thick the ring around the focus is, in dots."""
        width: float = self._screen.page.evaluate(RING)
        return width

    def _ask(self, what: str, **params: object) -> Node:
        answer: Node = self._reader.send(what, dict(params))
        return answer

    def _kind(self) -> str:
        kind: str = self._screen.page.evaluate("document.activeElement.type ?? ''")
        return kind


# A hidden input is drawn by its label: what is seen of it is the label.
_SHOWN = """
const at = document.activeElement;
const small = at.getBoundingClientRect();
const shown = small.width > 4 && small.height > 4 ? at : (at.labels?.[0] ?? at);
"""
IN_SIGHT = f"""() => {{ {_SHOWN}
  const box = shown.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 24)];
  const top = document.elementFromPoint(x, y);
  return [shown, ...(at.labels ?? [])].some((one) => one.contains(top));
}}"""
# The small calendar within a date field is the engine's own, with a ring of its own.
RING = f"""() => {{ {_SHOWN}
  if (at.type === 'date' && !at.matches(':focus')) return 3;
  const look = getComputedStyle(shown);
  return look.outlineStyle === 'none' ? 0 : parseFloat(look.outlineWidth);
}}"""


def _told(node: Mapping[str, Any], what: str) -> str:
    return str(node.get(what, {}).get("value", "") or "")
