"""A real WebKit (WebKitGTK, Safari's engine), driven by what is written on the screen through its own WebDriver."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bootstrap.places import PICTURES
from tests.browser.centre import free_port

WAIT_SECONDS = 90.0
POLL_SECONDS = 0.1
START_SECONDS = 30.0
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SIZE = (430, 900)

_SAID = "(e) => (e.ariaLabel || e.innerText || '').replace(/\\s+/g, ' ').trim()"
_BUTTON = f"""const said = {_SAID};
return [...document.querySelectorAll('button, a[href], summary, [role=tab]')]
  .find((e) => e.checkVisibility() && said(e).startsWith(arguments[0])) ?? null"""
_FIELD = """return [...document.querySelectorAll('input, textarea')]
  .find((e) => (e.ariaLabel || e.labels?.[0]?.innerText || '').trim().split('\\n')[0] === arguments[0]) ?? null"""
_SEES = "return document.querySelector('#app')?.innerText.includes(arguments[0]) ?? false"
# The first question in sight that was not answered yet: its words, its kind and its control.
_QUESTION = """const known = arguments[0];
const words = (e) => ((e.tagName === 'FIELDSET' ? e.querySelector('legend') : e.labels?.[0])?.innerText ?? '')
  .split('\\n')[0].replace('（可以不填）', '').trim();
const kinds = 'main fieldset, main input:not([type=radio]):not([type=file]), main textarea';
const fields = [...document.querySelectorAll(kinds)];
const field = fields.find((e) => e.checkVisibility() && words(e) && !known.includes(words(e)));
return field ? [words(field), field.tagName === 'FIELDSET' ? 'group' : field.type, field] : null"""
_OPTION = """return [...arguments[0].querySelectorAll('label')]
  .find((e) => e.innerText.trim() === arguments[1])?.querySelector('input') ?? null"""
_SET = """const [field, value] = arguments;
field.value = value;
field.dispatchEvent(new Event('input', { bubbles: true }));
field.dispatchEvent(new Event('focusout', { bubbles: true }))"""
_PLACE = "const { x, y } = arguments[0].getBoundingClientRect(); return [x, y]"
_MIDDLE = "arguments[0].scrollIntoView({ block: 'center' })"


def programs() -> tuple[Path, Path, Path] | None:
    """MiniBrowser, WebKitWebDriver and Xvfb, or None where one of them is missing."""
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    return (browser, Path(driver), Path(display)) if browser and driver and display else None


class WebKit:
    """One window of a WebKit with a profile of its own.

    Raises:
        FileNotFoundError: there is none.
        TimeoutError: it did not start.
    """

    def __init__(self, address: str) -> None:
        """Start a display that nobody sees, the driver and the browser; paths are under `address`."""
        found = programs()
        if found is None:
            raise FileNotFoundError("no WebKitGTK with its driver here")
        browser, driver, display = found
        self._address = address.rstrip("/")
        self._home = tempfile.mkdtemp(prefix="webkit-")
        self._display, name = _display(display)
        port = free_port()
        env = {"DISPLAY": name, "HOME": self._home, "NO_AT_BRIDGE": "1", "GDK_BACKEND": "x11", "LANGUAGE": "zh_CN"}
        env |= {"LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "TZ": "Asia/Shanghai"}
        self._driver = subprocess.Popen(
            [driver, f"--port={port}"], env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._base = f"http://127.0.0.1:{port}"
        self._session = self._begin(browser)
        width, height = SIZE
        self._ask("window/rect", {"width": width, "height": height})

    def open(self, path: str) -> None:
        """Go to `path`."""
        self._ask("url", {"url": f"{self._address}{path}"})

    def reload(self) -> None:
        """Load the page anew."""
        self._ask("refresh", {})

    def path(self) -> str:
        """Where the window is, below the service's address."""
        address: str = self._ask("url")
        return address.removeprefix(self._address)

    def run(self, script: str, *arguments: object) -> Any:
        """The value that `script` returns in the page."""
        return self._ask("execute/sync", {"script": script, "args": list(arguments)})

    def sees(self, text: str, *, within: float = WAIT_SECONDS) -> None:
        """Wait until `text` can be read. Raises TimeoutError if it cannot."""
        self.wait(lambda: self.run(_SEES, text), text, within=within)

    def press(self, name: str) -> None:
        """Press the button or link whose words begin with `name`."""
        self._click(self.wait(lambda: self.run(_BUTTON, name), name))

    def write(self, label: str, text: str) -> None:
        """Type into the field of that label."""
        self._type(self.wait(lambda: self.run(_FIELD, label), label), text)

    def attach(self, label: str, file: Path) -> None:
        """Choose a file in the field of that label."""
        self._type(self.wait(lambda: self.run(_FIELD, label), label), str(file), clear=False)

    def has(self, label: str) -> bool:
        """Whether there is a field of that label."""
        return self.run(_FIELD, label) is not None

    def answer_all(self, knows: Mapping[str, str]) -> None:
        """Answer every question in sight that is known."""
        answered: list[str] = []
        while (question := self.run(_QUESTION, answered)) is not None:
            label, kind, field = question
            answered.append(label)
            if label not in knows:
                continue
            if kind == "group":
                self._click(self.run(_OPTION, field, knows[label]))
            elif kind == "date":
                self.run(_SET, field, knows[label])
            else:
                self._type(field, knows[label])

    def wait(self, found: Callable[[], Any], what: str, *, within: float = WAIT_SECONDS) -> Any:
        """What `found` answers once that is something.

        Raises:
            TimeoutError: it is nothing after `within` seconds; a picture is kept.
        """
        until = time.monotonic() + within
        while not (answer := found()):
            if time.monotonic() > until:
                raise TimeoutError(f"{what}, at {self.path()}: {self.picture('webkit-last')}")
            time.sleep(POLL_SECONDS)
        return answer

    def picture(self, name: str) -> Path:
        """Keep what the window shows as tests/out/NAME.png."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        path.write_bytes(base64.b64decode(self._ask("screenshot")))
        return path

    def close(self) -> None:
        """End the browser, its driver and its display."""
        try:
            self._request("DELETE", f"/session/{self._session}")
        except (urllib.error.URLError, OSError):
            self._driver.kill()
        for process in (self._driver, self._display):
            process.terminate()
            process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, browser: Path) -> str:
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                return str(self._request("POST", "/session", wanted)["sessionId"])
            except (urllib.error.URLError, OSError) as error:
                if time.monotonic() > until:
                    raise TimeoutError("WebKitWebDriver did not start") from error
                time.sleep(POLL_SECONDS)

    def _click(self, element: Mapping[str, str]) -> None:
        self.run(_MIDDLE, element)
        self._rest(element)
        self._ask(f"element/{element[ELEMENT]}/click", {})

    def _rest(self, element: Mapping[str, str]) -> None:
        """Wait until what is to be pressed moves no more."""
        places: list[Any] = [None, self.run(_PLACE, element)]
        while places[-1] != places[-2]:
            time.sleep(POLL_SECONDS)
            places.append(self.run(_PLACE, element))

    def _type(self, element: Mapping[str, str], text: str, *, clear: bool = True) -> None:
        self.run(_MIDDLE, element)
        if clear:
            self._ask(f"element/{element[ELEMENT]}/clear", {})
        self._ask(f"element/{element[ELEMENT]}/value", {"text": text})

    def _ask(self, what: str, body: Mapping[str, object] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        return self._request(method, f"/session/{self._session}/{what}", body)

    def _request(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self._base}{path}", data, {"content-type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode(errors='replace')[:500]}") from error


def _display(program: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start an X display that nobody sees; return it and its name."""
    reading, writing = os.pipe()
    command: Sequence[str] = [
        str(program),
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1500x1300x24",
        "-nolisten",
        "tcp",
    ]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as told:
        return process, f":{told.readline().strip()}"
