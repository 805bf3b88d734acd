"""Things of one person, named by somebody else: nothing of them is told, and nothing of them changes."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncGenerator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.app.standing import PHONE, centre_open, photograph, serving
from tests.rights.routes import PUBLIC, ROUTES
from tests.rights.test_routes import TUS, Before
from web.session import COOKIE

MINE = "something that the owner wrote"
PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
OF_THE_STAFF = (
    "reports.export",
    "training.figures.export",
    "training.rows",
    "certificate",
    "device.register-key",
    "practice.run",
    "catalogue.check",
)
"""What is asked of the staff's own things, which no resident owns."""
ADDRESSES = {
    name: asked
    for name, asked in ROUTES.items()
    if PARAMETER.search(name) and asked.right not in (PUBLIC, *OF_THE_STAFF) and not asked.of_case
}
"""Every address that names a thing which is no case; those of cases are tried in test_routes.py."""
BODIES: dict[str, Any] = {
    "POST /api/devices/{device:uuid}": {"do": "block"},
    "PUT /api/drafts/{id:uuid}": {"draft": {"words": "of another"}},
}
"""What whoever means harm sends where the table's own body would be refused for its form."""
OTHERS = ("another resident", "window-clerk", "auditor", "window-clerk, another office")


class Owner:
    """A resident with one of each kind of thing."""

    def __init__(self, browser: httpx.AsyncClient, owned: dict[str, UUID]) -> None:
        """With their browser and the ids, by the name of the parameter in the address."""
        self._browser = browser
        self.owned = owned

    async def sees(self) -> list[tuple[int, str, str]]:
        """Everything that is theirs, as they see it."""
        upload = f"/files/{self.owned['upload']}"
        answers = [await self._browser.get(path) for path in ("/api/drafts", "/api/sessions", "/api/devices")]
        answers.append(await self._browser.head(upload, headers=TUS))
        return [(one.status_code, one.text, one.headers.get("upload-offset", "")) for one in answers]


@pytest.fixture
async def before(tmp_path: Path) -> AsyncGenerator[Before]:
    with centre_open(tmp_path, limit_factor=1_000) as made:
        async with serving(made):
            yield await asyncio.to_thread(Before, made)


async def settled(before: Before) -> Owner:
    """The owner of a form, a photograph on its way to it, a session and a device."""
    service, draft, device = before.service, uuid4(), uuid4()
    person = service.centre.person_for_phone(PHONE)
    assert person is not None
    token = await asyncio.to_thread(
        service.centre.open_session, person, kind="resident", method="sms-code", device=device, hours=1
    )
    browser = service.client()
    browser.cookies.set(COOKIE, token)
    kept = await browser.put(f"/api/drafts/{draft}", json={"draft": {"words": MINE}})
    assert kept.status_code == 200, kept.text
    file, location = await _upload(browser, draft)
    await asyncio.to_thread(service.caught_up)
    (session,) = [one["id"] for one in (await browser.get("/api/sessions")).json()["sessions"]]
    of_drafts = {"id": draft, "case": draft, "visit": draft, "file": file}
    return Owner(browser, {**of_drafts, "upload": location, "session": UUID(session), "device": device, "intent": file})


async def _upload(browser: httpx.AsyncClient, draft: UUID) -> tuple[UUID, UUID]:
    """A photograph of a form of which nothing has been sent yet: its id, and the address of the upload."""
    file, content = uuid4(), photograph("of a form")
    said = {
        "file": str(file),
        "lane": str(draft),
        "intent_id": str(draft),
        "sha256": sha256(content).hexdigest(),
        "type": "image/jpeg",
    }
    metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
    headers = {**TUS, "upload-length": str(len(content)), "upload-metadata": metadata}
    begun = await browser.post("/files/", headers=headers)
    assert begun.status_code == 201, begun.text
    return file, UUID(begun.headers["location"].rpartition("/")[2])


async def test_whoever_names_the_things_of_somebody_else_reads_and_changes_nothing(before: Before) -> None:
    owner = await settled(before)
    whole = await owner.sees()
    assert [status for status, _, _ in whole] == [200, 200, 200, 200]
    assert MINE in whole[0][1]

    for who in (one for one in before if one.name in OTHERS):
        browser = await asyncio.to_thread(before.browser, who)
        for name, asked in ADDRESSES.items():
            method, path = name.split(" ")
            url = PARAMETER.sub(lambda found: str(owner.owned[found[1]]), path)
            answer = await browser.request(method, url, json=BODIES.get(name, asked.body), headers=TUS)

            assert MINE not in answer.text, (name, who.name)
            assert answer.status_code < 500, (name, who.name, answer.text)
        assert await owner.sees() == whole, who.name
