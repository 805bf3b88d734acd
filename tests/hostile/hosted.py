"""The whole service in a thread of its own, with something to aim at and a session for each kind of person."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from unittest.mock import patch
from uuid import UUID

import httpx

from domain.actors import Role
from tests.app.standing import ORIGIN, PHONE, Service, centre_open, file_lease, serving
from web.bodies import json_answer
from web.session import COOKIE

T = TypeVar("T")

NOBODY = "nobody"
STAFF = {
    "clerk": (Role.WINDOW_CLERK, "street"),
    "lead": (Role.LEAD, "street"),
    "auditor": (Role.AUDITOR, "street"),
    "operator": (Role.OPERATOR, "street"),
}
EVERYBODY = (NOBODY, "resident", *STAFF)
PAGE = "<!doctype html><title>家门口</title>"
PATIENCE_SECONDS = 60


class Target(NamedTuple):
    """What there is to aim at, by the name of a parameter."""

    case: UUID
    file: UUID
    position: int
    item: str = "house-lease-filing"


class Hosted:
    """The service as an attacker finds it.

    Attributes:
        service: the application and what lives behind it.
        target: what there is to aim at.
    """

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        """Wrap a service that runs in `loop`."""
        self.service = service
        self._loop = loop
        case, files = file_lease(service)
        self.people: dict[str, UUID] = {"resident": service.centre.person_for_phone(PHONE)}
        for name, (role, office) in STAFF.items():
            self.people[name] = service.centre.enrol(
                f"h-{name}", name=name, roles=(role.value,), office=office, password_hash="none"
            )
        service.caught_up()
        self.target = Target(case, files[0].id, service.centre.head())
        self._tokens: dict[str, str] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the service's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS)

    def token(self, who: str) -> str:
        """The token of an open session of that person."""
        if who not in self._tokens or self.service.centre.session(self._tokens[who]) is None:
            kind = "resident" if who == "resident" else "staff"
            self._tokens[who] = self.service.centre.open_session(
                self.people[who], kind=kind, method="password", device=None, hours=12
            )
        return self._tokens[who]

    def ask(self, who: str, method: str, url: str, **how: Any) -> httpx.Response:
        """One request as that person."""
        headers: Mapping[str, str] = how.pop("headers", {})
        return self.run(self._ask(who, method, url, dict(headers), how))

    async def _ask(
        self, who: str, method: str, url: str, headers: dict[str, str], how: dict[str, Any]
    ) -> httpx.Response:
        async with self.service.client() as client:
            if who != NOBODY:
                client.cookies.set(COOKIE, await asyncio.to_thread(self.token, who))
            return await client.request(method, url, headers={"origin": ORIGIN, **headers}, **how)

    def is_well(self) -> bool:
        """Whether an honest person is served as if nothing were."""
        own = self.ask("resident", "GET", f"/api/cases/{self.target.case}")
        return own.status_code == 200 and own.json()["row"]["id"] == str(self.target.case)


def with_page(folder: Path) -> None:
    """Put a first page into the folder of the built app, so that there is one."""
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)


@contextmanager
def hosted(folder: Path) -> Generator[Hosted]:
    """The service over a fresh centre in `folder`, until the block ends."""
    with_page(folder / "static")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        with centre_open(folder, limit_factor=10**6) as service, patch("web.polling.WAIT_SECONDS", 0.01):
            running = serving(service)
            asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(PATIENCE_SECONDS)
            try:
                yield Hosted(service, loop)
            finally:
                asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(PATIENCE_SECONDS)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def broken(_: object) -> Any:
    """An address with a defect, which whoever looks for defects must find."""
    raise ValueError("a defect on purpose")


async def lying(_: object) -> Any:
    """An address whose answer is not what it is said to be."""
    return json_answer({"ok": "perhaps"})
