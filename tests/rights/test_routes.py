"""Every address of the app's own router, asked by everybody: let in exactly as the table says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from starlette.routing import Route, WebSocketRoute

from domain.actors import Role
from domain.rights.table import GRANTS, may
from tests.app.standing import PHONE, Service, centre_open, file_lease, serving
from tests.rights.people import Somebody, colleague, everybody, username
from tests.rights.routes import MACHINE, PUBLIC, ROUTES, SECRET, SIGNED_IN, WITHOUT_ROUTE, Asked
from web.practice.door import Door
from web.session import COOKIE

OTHER_PHONE = "13800000077"
INSIDE = {"case.rows", "case.numbers", "devices", "devices.office", "set-aside", "set-aside.office", "sessions.others"}
TUS = {"tus-resumable": "1.0.0"}
GUARDED = {name: asked for name, asked in ROUTES.items() if asked.right not in (MACHINE, PUBLIC, SECRET)}


class Before(list[Somebody]):
    """Everybody, before one case of the service."""

    def __init__(self, service: Service) -> None:
        """File the case and enrol everybody."""
        case, files = file_lease(service)
        centre = service.centre
        people = everybody(applicant=centre.person_for_phone(PHONE), stranger=centre.person_for_phone(OTHER_PHONE))
        super().__init__(people)
        for one in people:
            if not one.actor.is_resident:
                (role,) = one.actor.roles
                name = username(role, one.actor.office)
                centre.enrol(name, name=name, roles=(role.value,), office=one.actor.office, password_hash="none")
        service.caught_up()
        self.service, self.case = service, case
        self.values = {
            "case": case,
            "file": files[0].id,
            "head": centre.head(),
            "colleague": colleague(Role.REVIEWER).id,
        }

    def browser(self, who: Somebody | None) -> httpx.AsyncClient:
        """Their browser, signed in where it is somebody."""
        client = self.service.client()
        if who is not None:
            kind = "resident" if who.actor.is_resident else "staff"
            token = self.service.centre.open_session(who.actor.id, kind=kind, method="password", device=None, hours=1)
            client.cookies.set(COOKIE, token)
        return client

    async def ask(self, name: str, browser: httpx.AsyncClient, *, case: UUID | None = None) -> httpx.Response:
        """Ask one address, about the case or about another one."""
        asked, (method, path) = ROUTES[name], name.split(" ")
        url = (asked.url or path).format(**{**self.values, **({"case": case} if case else {})})
        return await browser.request(
            method, url, headers=TUS, **({"json": asked.body} if asked.body is not None else {})
        )


@pytest.fixture
async def before(tmp_path: Path) -> AsyncGenerator[Before]:
    with centre_open(tmp_path, limit_factor=1_000) as made:
        async with serving(made):
            yield await asyncio.to_thread(Before, made)


def answered(answer: httpx.Response) -> str:
    """`in`, or how the person was kept out."""
    if answer.status_code in (401, 403):
        return str(answer.status_code)
    is_hidden = answer.status_code == 404 and (not answer.content or answer.json().get("code") == "not-found")
    return "404" if is_hidden else "in"


def expected(asked: Asked, who: Somebody | None) -> str:
    """As the table says."""
    if who is None:
        return "401"
    if asked.of_case and not may("case.see", who.actor, own=who.is_related):
        return "404"
    if asked.right != SIGNED_IN and not may(asked.right, who.actor, own=who.is_at_home or not asked.of_office):
        return "403"
    return "404" if asked.gone else "in"


def test_every_route_of_the_router_stands_in_the_table(tmp_path: Path) -> None:
    with centre_open(tmp_path) as service:
        found = set[str]()
        for route in service.app.routes:
            if isinstance(route, WebSocketRoute):
                found.add(f"GET {route.path}")
            elif not isinstance(route, Door):  # behind it stands the app of a sandbox, with these same routes
                assert isinstance(route, Route), route
                methods = set(route.methods or ())
                found |= {f"{method} {route.path}" for method in methods - ({"HEAD"} if "GET" in methods else set())}

    assert found == set(ROUTES)
    assert {asked.right for asked in GUARDED.values()} - {SIGNED_IN} <= set(GRANTS)
    assert WITHOUT_ROUTE == INSIDE


async def test_every_guarded_route_lets_in_exactly_those_whom_the_table_names(before: Before) -> None:
    wrong: list[tuple[str, ...]] = []
    for who in (None, *before):
        browser = await asyncio.to_thread(before.browser, who)
        for name, asked in GUARDED.items():
            answer = await before.ask(name, browser)
            got, wanted = answered(answer), expected(asked, who)
            if got != wanted:
                wrong.append((name, who.name if who else "nobody", wanted, got, answer.text[:80]))

    assert not wrong, "\n".join(map(str, wrong))


async def test_a_case_that_is_not_theirs_and_one_that_does_not_exist_look_the_same(before: Before) -> None:
    absent = UUID("0199aaaa-0000-7000-8000-00000000feed")
    outside = [who for who in before if not may("case.see", who.actor, own=who.is_related)]
    assert {"another resident", "district-officer", "window-clerk, another office"} <= {who.name for who in outside}

    for who in outside:
        browser = await asyncio.to_thread(before.browser, who)
        for name, asked in ROUTES.items():
            if asked.of_case:
                theirs, none = await before.ask(name, browser), await before.ask(name, browser, case=absent)
                assert (theirs.status_code, theirs.content) == (none.status_code, none.content), (name, who.name)


async def test_lists_hold_nothing_of_a_case_that_is_not_theirs(before: Before) -> None:
    for who in before:
        browser = await asyncio.to_thread(before.browser, who)
        for name in ("POST /api/cases/search", "GET /api/queue", "GET /api/set-aside", "GET /api/devices"):
            answer = await before.ask(name, browser)
            if answer.status_code == 200 and not may("case.see", who.actor, own=who.is_related):
                assert str(before.case) not in answer.text, (name, who.name)
