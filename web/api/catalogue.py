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
    """`GET /api/catalogue`: summaries of all items, departments and themes."""
    return _send(request, edge_of(request).shelf.overview())


async def one(request: Request) -> Response:
    """`GET /api/catalogue/{item}`: an item in full, with its form, papers and route."""
    return _send(request, edge_of(request).shelf.item(request.path_params["item"]))


def _send(request: Request, encoded: Encoded) -> Response:
    if matches(request, encoded.etag):
        return not_modified(encoded.etag, cache=CACHE)
    return json_answer(encoded.json, cache=CACHE, etag=encoded.etag)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/catalogue", everything, methods=["GET"]),
    Route("/api/catalogue/{item}", one, methods=["GET"]),
)
