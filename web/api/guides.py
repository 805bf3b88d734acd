"""`/api/handbook.pdf` and the items' guides: what is printed from the catalogue."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.rights.table import require
from web.api.files import PDF, PDF_POLICY
from web.bodies import matches, not_modified
from web.edge import edge_of
from web.printing import Printed
from web.session import actor_of

CACHE = "no-cache"


async def whole(request: Request) -> Response:
    """`GET /api/handbook.pdf`: the window handbook of everything that is offered, for staff."""
    require("handbook", await actor_of(request))
    printed = await asyncio.to_thread(edge_of(request).printer.handbook)
    return _send(request, printed, name="窗口工作手册.pdf", cache=f"private, {CACHE}")


async def one(request: Request) -> Response:
    """`GET /api/catalogue/{item}/guide.pdf`: the public guide of an item; `?large=1` in large type."""
    item, large = request.path_params["item"], request.query_params.get("large") == "1"
    printed = await asyncio.to_thread(edge_of(request).printer.guide, item, large=large)
    return _send(request, printed, name=f"{item}.pdf", cache=CACHE)


def _send(request: Request, printed: Printed, *, name: str, cache: str) -> Response:
    if matches(request, printed.etag):
        return not_modified(printed.etag, cache=cache)
    headers = {
        "cache-control": cache,
        "etag": f'"{printed.etag}"',
        "content-disposition": f"inline; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": PDF_POLICY,
    }
    return Response(printed.pdf, headers=headers, media_type=PDF)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/handbook.pdf", whole, methods=["GET"]),
    Route("/api/catalogue/{item}/guide.pdf", one, methods=["GET"]),
)
