"""The application's router answers as the library's own would."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from web.switchboard import Switchboard


def answer(name: str) -> Any:
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse(f"{name} {sorted(request.path_params.items())}")

    return endpoint


ROUTES: list[BaseRoute] = [
    Route("/", answer("first page")),
    Route("/api/cases/search", answer("search"), methods=["POST"]),
    Route("/api/cases/{case:uuid}", answer("case")),
    Route("/api/{anything}", answer("anything")),
    Route("/api/cases/{case}/history", answer("history")),
    Mount("/docs", routes=[Route("/{page}", answer("page"))]),
    Route("/healthz", answer("health")),
    Route("/{path:path}", answer("app"), methods=["GET"]),
]
CASE = UUID(int=7)


PATHS = [
    "/",
    "//",
    "/healthz",
    "/healthz/",
    "/api",
    "/api/",
    "/api/cases",
    "/api/cases/",
    f"/api/cases/{CASE}",
    f"/api/cases/{CASE}/history",
    "/api/cases/7",
    "/api/cases/search",
    "/api//cases",
    "/docs",
    "/docs/a",
    "/elsewhere/and/further",
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
async def test_every_path_leads_where_it_always_led(path: str, method: str) -> None:
    told: list[tuple[int, str, str | None]] = []
    for router in (Router(ROUTES), Switchboard(ROUTES)):
        transport = httpx.ASGITransport(app=router)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            said = await client.request(method, f"http://localhost{path}")
        told.append((said.status_code, said.text, said.headers.get("location")))

    assert told[0] == told[1]
