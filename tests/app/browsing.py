"""A browser of a person who has signed in, at the service that listens."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import httpx

from domain.actors import Actor
from tests.app.listening import Site, hello
from web.session import COOKIE


async def browser(
    site: Site, who: Actor | None, *, origin: str | None = None, device: UUID | None = None
) -> httpx.AsyncClient:
    """A client with that person's cookie, and the app's origin unless another is given."""
    cookies = {COOKIE: await site.sign_in(who, device=device)} if who else {}
    headers = {"origin": origin or site.origin}
    return httpx.AsyncClient(base_url=site.origin, headers=headers, cookies=cookies, timeout=20, trust_env=False)


async def poll(
    client: httpx.AsyncClient, *frames: dict[str, Any], device: UUID | None = None, **how: Any
) -> list[dict[str, Any]]:
    """One long poll: hello and the frames, and what was answered."""
    first = {**hello("", device=device), **how}
    answer = await client.post("/sync/x", json=[first, *frames])
    assert answer.status_code == 200, answer.text
    heard: list[dict[str, Any]] = json.loads(answer.text)
    return heard


def device_id() -> UUID:
    """A fresh installation."""
    return uuid4()
