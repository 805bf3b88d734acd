"""A real Chromium, driven the way a person uses it: by what is written on the screen."""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page, Playwright, expect

from bootstrap import browsers
from bootstrap.places import PICTURES
from tests.browser.waiting import wait_until

WAIT_SECONDS = 60.0
"""How long anything may take to appear: long, since a busy machine is no fault of the app."""

Size = Literal["phone", "tablet", "desktop"]
SIZES: dict[Size, tuple[int, int]] = {"phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}

# Everything that would speak to the outside or look for hardware is off; tests run as root in containers.
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
NO_WORKER = "delete Navigator.prototype.serviceWorker"
# A cut wire is what many tests are about: engines report it as an error, the page must not.
CUT_WIRE = re.compile(
    r"net::ERR_|Failed to load resource|WebSocket connection to|can’t establish a connection|fetching the script"
)


class Screen:
    """One device in somebody's hand: a browser profile of its own with one page open.

    Attributes:
        page: Playwright's page, for what the methods here do not cover.
        context: its profile: cookies, storage, service worker.
        errors: what went wrong in the page's own code: exceptions nobody caught, console errors.
    """

    def __init__(self, context: BrowserContext, *, address: str) -> None:
        """Open a page in `context`; paths given to `open` are under `address`."""
        context.set_default_timeout(WAIT_SECONDS * 1000)
        self.context = context
        self.errors: list[str] = []
        self._address = address.rstrip("/")
        self.page = self._new_page()

    def open(self, path: str = "/") -> None:
        """Go to `path` and wait until the document is there; what it shows may still be loading."""
        self.page.goto(f"{self._address}{path}", wait_until="domcontentloaded")

    def reopen(self, path: str = "/") -> None:
        """Close the page without warning, as a swipe does, and open another in the same profile."""
        self.page.close()
        self.page = self._new_page()
        self.open(path)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """Return what a person would press for `name`: the button, link or tab of that name that can be seen."""
        found = self.page.get_by_role("button", name=name)
        for role in ("link", "tab"):
            found = found.or_(self.page.get_by_role(role, name=name))
        return found.locator("visible=true").first

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button, link or tab called `name`."""
        self.button(name).click()

    def field(self, label: str | re.Pattern[str]) -> Locator:
        """Return the field labelled `label`."""
        return self.page.get_by_label(label).locator("visible=true").first

    def write(self, label: str | re.Pattern[str], text: str) -> None:
        """Replace what stands in the field labelled `label`."""
        self.field(label).fill(text)

    def choose(self, label: str | re.Pattern[str], option: str) -> None:
        """Choose `option` in the list labelled `label`."""
        self.field(label).select_option(label=option)

    def tick(self, label: str | re.Pattern[str]) -> None:
        """Set the box or the choice labelled `label`."""
        self.page.get_by_label(label).first.check()

    def attach(self, label: str | re.Pattern[str], files: Sequence[Path]) -> None:
        """Hand `files` to the camera or file field labelled `label`, which may be hidden behind its button."""
        self.page.get_by_label(label).first.set_input_files([str(file) for file in files])

    def sees(self, text: str | re.Pattern[str], *, within: float = WAIT_SECONDS) -> None:
        """Wait until `text` can be read on the screen.

        Raises:
            AssertionError: it cannot after `within` seconds.
        """
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=within * 1000)

    def sees_no_more(self, text: str | re.Pattern[str], *, within: float = WAIT_SECONDS) -> None:
        """Wait until `text` can be read nowhere on the screen.

        Raises:
            AssertionError: it still can after `within` seconds.
        """
        expect(self.page.get_by_text(text).locator("visible=true")).to_have_count(0, timeout=within * 1000)

    def controlled(self) -> None:
        """Wait until the service worker serves this page, so that it opens without a signal too."""
        self.until("navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)")

    def until(self, says: str, arg: object = None) -> None:
        """Wait until the expression or function `says` is true in the page.

        Playwright's own `wait_for_function` looks again by `eval` in the page, which the app's content security
        policy refuses; here each look is a call of its own by the developer tools.

        Raises:
            AssertionError: it is not after `WAIT_SECONDS`.
        """
        wait_until(lambda: bool(self.page.evaluate(says, arg)), f"never so: {says}", within=WAIT_SECONDS)

    def devtools(self, method: str, **params: object) -> None:
        """Tell Chromium something that only its developer tools can."""
        session: Any = self.context.new_cdp_session(self.page)
        session.send(method, params)

    def picture(self, name: str, *, whole: bool = False) -> Path:
        """Keep what the screen shows as tests/out/NAME.png; `whole` takes in what must be scrolled to."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=str(path), full_page=whole, animations="disabled", caret="hide")
        return path

    def close(self) -> None:
        """Close the profile and everything open in it."""
        self.context.close()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", self._note_exception)
        page.on("console", self._note_console)
        return page

    def _note_exception(self, error: Error) -> None:
        if not CUT_WIRE.search(str(error)):
            self.errors.append(str(error))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not CUT_WIRE.search(message.text):
            self.errors.append(message.text)


class Browser:
    """A running Chromium; each screen opened in it is a device of its own.

    Raises:
        FileNotFoundError: there is none; `./run test` sees to one.
    """

    def __init__(self, playwright: Playwright) -> None:
        """Start the Chromium that `bootstrap.browsers` finds."""
        found = browsers.find()
        if found is None:
            raise FileNotFoundError("no Chromium here: ./run test installs one")
        env: dict[str, str | float | bool] = {**os.environ, **found.env}
        self._chromium: PlaywrightBrowser = playwright.chromium.launch(
            executable_path=str(found.program), args=ARGUMENTS, env=env
        )

    def screen(
        self,
        size: Size,
        address: str,
        *,
        locale: str = "zh-CN",
        dark: bool = False,
        profile: Path | None = None,
        agent: str | None = None,
        worker: bool = True,
    ) -> Screen:
        """Open a device of `size` with nothing stored on it.

        Args:
            size: how large it is.
            address: the service's, as in http://localhost:8000.
            locale: the language the person reads.
            dark: whether the device is set to dark colours.
            profile: cookies and local storage saved earlier by `context.storage_state`.
            agent: what the browser calls itself, where that matters.
            worker: False for a browser that knows no service workers, such as the one in WeChat on an iPhone.
        """
        width, height = SIZES[size]
        context = self._chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            device_scale_factor=2 if size == "phone" else 1,
            has_touch=size != "desktop",
            is_mobile=size == "phone",
            locale=locale,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            ignore_https_errors=True,
            storage_state=str(profile) if profile else None,
            user_agent=agent,
            service_workers="allow" if worker else "block",
        )
        if not worker:
            context.add_init_script(NO_WORKER)
        return Screen(context, address=address)

    def lasting(self, size: Size, address: str, *, folder: Path) -> Screen:
        """Open a device of `size` whose storage in `folder` outlives it: opened there again, it is the same one."""
        width, height = SIZES[size]
        found = browsers.find()
        assert found is not None
        env: dict[str, str | float | bool] = {**os.environ, **found.env}
        context = self._chromium.browser_type.launch_persistent_context(
            str(folder),
            executable_path=str(found.program),
            args=ARGUMENTS,
            env=env,
            base_url=address,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        return Screen(context, address=address)

    def close(self) -> None:
        """End the Chromium."""
        self._chromium.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Firefox:
    """A running Firefox (Gecko), over WebDriver BiDi: Debian's will do, nothing patched is needed.

    Raises:
        FileNotFoundError: there is none.
    """

    def __init__(self, playwright: Playwright) -> None:
        """Start the Firefox of this machine with a home of its own."""
        program = browsers.firefox()
        if program is None:
            raise FileNotFoundError("no Firefox that can be driven is here")
        self._home = tempfile.mkdtemp(prefix="firefox-")
        self._firefox = playwright.firefox.launch(
            channel="moz-firefox", executable_path=str(program), env={**os.environ, "HOME": self._home}
        )

    def screen(self, size: Size, address: str) -> Screen:
        """Open a device of `size` with nothing stored on it."""
        width, height = SIZES[size]
        context = self._firefox.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        return Screen(context, address=address)

    def close(self) -> None:
        """End the Firefox."""
        self._firefox.close()
        shutil.rmtree(self._home, ignore_errors=True)
