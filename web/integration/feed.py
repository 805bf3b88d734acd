"""`GET /api/events`: the process facts of the centre for data platforms, as JSON lines behind a cursor."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.facts import Envelope
from store.centre import Centre
from web.bodies import NO_STORE
from web.edge import edge_of
from web.errors import Problem
from web.integration.tokens import require_access
from web.integration.told import told, told_tags

MOST = 1_000
LONGEST_WAIT = 30
LOOKS_EVERY = 1.0
NEXT = "doorstep-next"
"""Header with the cursor for what comes after an answer; it moves on where nothing was wanted, too."""


async def events(request: Request) -> Response:
    """`GET /api/events?after&limit&tag&wait`: facts after a position, oldest first.

    With `wait`, an answer that would be empty is held back for so many seconds, or until there is something.
    """
    await require_access(request, "events")
    after, limit = _number(request, "after", 0, 10**18), _number(request, "limit", MOST, MOST)
    wanted, wait = _tags(request), _number(request, "wait", 0, LONGEST_WAIT)
    centre, stopping = edge_of(request).centre, edge_of(request).stopping
    reached, page = await asyncio.to_thread(_page, centre, after, limit, wanted)
    for _ in range(int(wait / LOOKS_EVERY)):
        if page or stopping.is_set():
            break
        await asyncio.sleep(LOOKS_EVERY)
        reached, page = await asyncio.to_thread(_page, centre, reached, limit, wanted)
    lines = b"".join(msgspec.json.encode(told(position, fact)) + b"\n" for position, fact in page)
    return Response(lines, media_type="application/jsonl", headers={"cache-control": NO_STORE, NEXT: str(reached)})


def _page(centre: Centre, after: int, limit: int, wanted: Collection[str]) -> tuple[int, list[tuple[int, Envelope]]]:
    """The facts, and where to go on: after the last of a full page, else after all that was looked at."""
    reached, page = centre.stretch(after, max(limit, 1), tags=wanted)
    return max(reached, after), page


def _number(request: Request, name: str, default: int, most: int) -> int:
    """Raises `Problem` 400 unless the parameter is a number of at most `most`."""
    given = request.query_params.get(name)
    if given is None:
        return default
    if not re.fullmatch(r"[0-9]{1,18}", given) or int(given) > most:
        raise Problem(400, "invalid", where=name)
    return int(given)


def _tags(request: Request) -> frozenset[str]:
    asked = frozenset(request.query_params.getlist("tag"))
    if not asked <= told_tags():
        raise Problem(400, "invalid", where="tag")
    return asked or told_tags()


ROUTES: tuple[BaseRoute, ...] = (Route("/api/events", events, methods=["GET"]),)
