"""`/api/catalogue`: what the centre offers; open to everyone, and cheap to ask for again."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from web.bodies import json_answer, matches, not_modified
from web.edge import edge_of
from web.shelf import Encoded

CACHE = "no-cache"


async def everything(request: Request) -> Response:
    """`GET /api/catalogue`: summaries of all items, what is only listed, departments, themes and bundles."""
    return _send(request, edge_of(request).shelf.overview())


async def one(request: Request) -> Response:
    """`GET /api/catalogue/{item}`: an item in full, with its form, papers and route."""
    return _send(request, edge_of(request).shelf.item(request.path_params["item"]))


async def bundle(request: Request) -> Response:
    """`GET /api/bundles/{bundle}?items=`: the common form of a bundle 一件事, of all its items or of those named."""
    wanted = frozenset(filter(None, request.query_params.get("items", "").split(",")))
    return _send(request, edge_of(request).shelf.bundle(request.path_params["bundle"], wanted))


async def orders(request: Request) -> Response:
    """`GET /api/orders`: delegation orders 事项下放, the newest batch first; public like the papers that they are."""
    found = await edge_of(request).readers.ask(lambda reader: reader.lookups().orders)
    return json_answer({"orders": sorted(found.values(), key=lambda order: (-order.batch, order.number))})


def _send(request: Request, encoded: Encoded) -> Response:
    if matches(request, encoded.etag):
        return not_modified(encoded.etag, cache=CACHE)
    return json_answer(encoded.json, cache=CACHE, etag=encoded.etag)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/catalogue", everything, methods=["GET"]),
    Route("/api/catalogue/{item}", one, methods=["GET"]),
    Route("/api/bundles/{bundle}", bundle, methods=["GET"]),
    Route("/api/orders", orders, methods=["GET"]),
)
