"""A walk over every screen of the app, each person on a device of their own, in any language, size and colours."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from playwright.sync_api import Page

from domain.actors import Actor, Role
from domain.case.commands import MakeUploadLink
from domain.decisions import Call
from store.centre import Centre as Store
from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.engines import SIZES, Browser, Screen, Size
from tests.browser.households import Body, Found, Households, free_at_window, waits_for_decision
from tests.browser.ledger import Ledger
from tests.browser.ways import NOBODY, RESIDENT, ROUTES, SERVED, WITHDRAWER, Way

SECRET = "a-secret-that-only-the-message-holds-123456"
AUDITOR = "顾文"
DESKS: dict[str, Size] = {"孙浩": "desktop", AUDITOR: "desktop"}
"""Who sits at a desk; the rest of the staff hold a tablet."""

WEAR = """
(prefs) => {
  localStorage.setItem('doorstep.prefs', JSON.stringify(prefs));
  dispatchEvent(new StorageEvent('storage', { key: 'doorstep.prefs' }));
}
"""
WORN = """
({ language, size, theme }) => {
  const { lang, dataset } = document.documentElement;
  return lang.startsWith(language) && (dataset.size ?? 'normal') === size && dataset.theme === theme;
}
"""
NEXT_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
SETTLED = """
() => document.querySelector('h1, h2') !== null && document.querySelector('[aria-busy=true]') === null
  && [...document.images].every((image) => image.complete || image.loading === 'lazy')
"""


class Mode(NamedTuple):
    """How somebody has set the app."""

    language: Literal["zh", "en"] = "zh"
    size: Literal["normal", "large", "largest"] = "normal"
    theme: Literal["light", "dark"] = "light"

    @property
    def name(self) -> str:
        """As in `en-large-dark`."""
        return "-".join(self)


MODES = (
    Mode("zh", "normal", "light"),
    Mode("zh", "large", "light"),
    Mode("en", "largest", "dark"),
)
"""Every language, size of type and theme once: all eighteen on every screen would take an hour."""


class Tour:
    """Everybody's devices on one centre, and what there is for them to look at.

    Attributes:
        places: what the blanks in the address of a way stand for.
    """

    def __init__(self, browser: Browser, centre: Centre) -> None:
        """Find whose cases are shown; a device is opened when it is first asked for."""
        self._browser = browser
        self._centre = centre
        self._screens: dict[str, Screen] = {}
        centre.catch_up()  # in the middle of following, a case that was delivered long ago seems to be new
        households = Households(centre.data)
        self._late = households.case(waits_for_decision)
        self._claimable = households.case(free_at_window)
        self._residents = {
            RESIDENT: households.case(lambda body: is_lease(body) and body["status"] == "correction"),
            SERVED: households.case(lambda body: body["status"] == "delivered" and body["decision"] is not None),
            WITHDRAWER: self._late,
        }
        accepted = households.any_case(lambda body: body["status"] == "accepted")
        self.places = {
            "correction": self._residents[RESIDENT].id,
            "delivered": self._residents[SERVED].id,
            "accepted": accepted.id,
            "claimable": self._claimable.id,
            "late": self._late.id,
            "secret": SECRET,
        }
        asked = households.case_opened_for(lambda body: body["status"] == "filed" and bool(body["links"]))
        make_link(centre, asked)
        self.places["asked"] = asked.id

    def prepare(self) -> None:
        """Bring about what the demonstration has none of: a form begun, a claim and a withdrawal that came too late."""
        resident = self.screen(RESIDENT)
        resident.open("/item/house-lease-filing")
        family.begin(resident)
        self.places["draft"] = last_part(resident.page)
        self._come_too_late()

    def screen(self, who: str) -> Screen:
        """The device of `who`, signed in."""
        if who not in self._screens:
            self._screens[who] = self._sign_in(who)
        return self._screens[who]

    def routes(self) -> set[str]:
        """The names of the routes that the running app has."""
        screen = self.screen(NOBODY)
        screen.open("/")
        screen.page.wait_for_selector("main")
        return set(screen.page.evaluate(ROUTES))

    def go(self, way: Way) -> Screen:
        """Open the screen as a person does who has just come, in Chinese, and wait until all of it is there."""
        screen = self.screen(way.who)
        resize(screen, self._size_of(way.who))
        if screen.page.url != "about:blank":
            wear(screen, Mode())
        screen.open(way.path.format(**self.places))
        if way.sees:
            screen.sees(re.compile(way.sees))
        for name in way.then:
            press(screen, re.compile(f"^{name}"))
        screen.until(SETTLED)
        return screen

    def errors(self) -> list[str]:
        """What went wrong in the code of the pages."""
        return [error for screen in self._screens.values() for error in screen.errors]

    def close(self) -> None:
        """Put all devices away."""
        for screen in self._screens.values():
            screen.close()

    def _sign_in(self, who: str) -> Screen:
        screen = self._browser.screen(self._size_of(who), self._centre.url)
        if who in self._residents:
            screen.open("/sign-in?after=/cases")
            family.sign_in(screen, self._centre.code_for, phone=self._residents[who].phone)
            screen.page.locator(".case-card").first.wait_for()
        elif who != NOBODY:
            office.sign_in(screen, who, after="/audit" if who == AUDITOR else "/desk")
        return screen

    def _size_of(self, who: str) -> Size:
        return "phone" if who == NOBODY or who in self._residents else DESKS.get(who, "tablet")

    def _come_too_late(self) -> None:
        """Cut off, a clerk claims what a colleague claims, and a resident takes back what is refused."""
        ledger = Ledger(self._centre.data)
        clerk, resident = self.screen("周敏"), self.screen(WITHDRAWER)
        clerk.open(f"/desk/case/{self._claimable.id}")
        clerk.sees("办理经过")
        resident.open(f"/case/{self._late.id}")
        resident.sees("到现在为止")
        with self._past_the_wire() as first, self._past_the_wire() as decider:
            office.sign_in(first, "何欣", after=f"/desk/case/{self._claimable.id}")
            office.sign_in(decider, "王芳", after=f"/desk/case/{self._late.id}")
            with self._centre.wire.down():
                clerk.press("领取，我来办")
                resident.press("不办了，撤回")
                office.dialogue(resident).get_by_role("button", name="撤回", exact=True).click()
                first.press("领取，我来办")
                ledger.waits_for("case.claimed")
                office.decide(decider, "不予")
                ledger.waits_for("case.decided")
        self.places["claim"] = self._set_aside(clerk, "/desk/outbox")
        self.places["withdrawal"] = self._set_aside(resident, "/outbox")

    def _set_aside(self, screen: Screen, outbox: str) -> str:
        """The act of this device that was not done."""
        screen.open(outbox)
        screen.button("看看怎么办").click(timeout=40_000)
        screen.sees(re.compile("您想怎么办|这期间|有了决定"))
        return last_part(screen.page)

    @contextmanager
    def _past_the_wire(self) -> Generator[Screen]:
        screen = self._browser.screen("tablet", f"http://localhost:{self._centre.port}")
        try:
            yield screen
        finally:
            screen.close()


def wear(screen: Screen, mode: Mode) -> None:
    """Set the app of this device so, as another tab of the same browser would, without loading the page again."""
    chosen = {**mode._asdict(), "motion": "off"}  # a colour on its way to another would be measured half-way
    screen.page.evaluate(WEAR, chosen)
    screen.until(WORN, chosen)


def resize(screen: Screen, size: Size) -> None:
    """Look at the same page on a device of another size."""
    width, height = SIZES[size]
    screen.page.set_viewport_size({"width": width, "height": height})
    screen.page.evaluate(NEXT_FRAMES)


def press(screen: Screen, name: re.Pattern[str]) -> None:
    """Press what is named so: in the dialogue, if one is open, for what lies behind it cannot be pressed."""
    asked = office.dialogue(screen)
    if asked.is_visible():
        asked.get_by_role("button", name=name).click()
    else:
        screen.press(name)


def is_lease(body: Body) -> bool:
    """Whether it is the filing of a lease."""
    return bool(body["item_id"] == "house-lease-filing")


def last_part(page: Page) -> str:
    """The last part of the address of a page."""
    return urlsplit(page.url).path.rsplit("/", 1)[1]


def make_link(centre: Centre, asked: Found) -> None:
    """Have the window make a link for a case that staff opened, whose secret is `SECRET`."""
    store = Store.open(centre.data / "centre", clock=lambda: datetime.now(UTC), new_id=uuid4)
    try:
        clerk = next(staff for staff in store.everyone() if Role.WINDOW_CLERK in staff.roles)
        assert clerk.id is not None
        materials = tuple(asked.body["links"][0]["materials"])
        call = Call(
            id=uuid4(),
            lane=UUID(asked.id),
            command=MakeUploadLink(token_hash=sha256(SECRET.encode()).hexdigest(), materials=materials),
            by=Actor(id=clerk.id, roles=frozenset({Role.WINDOW_CLERK})),
        )
        assert store.submit(call).result().verdict == "applied"
    finally:
        store.close()
