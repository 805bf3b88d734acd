"""`/log/...`: what the log has become, signed, and the proofs that nothing of it was altered; for anybody.

Nothing here names a person: a tile holds hashes, a checkpoint a number and a root. What an event holds is given to its
own people alone, with its proof.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from domain.refusals import NotFound
from store import notes
from store.tree import WIDTH, LogAltered
from sync import frames as fr
from web.api.cases import open_case
from web.bodies import json_answer
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import Limit, address_key

ASKED = {"address": (Limit(600, timedelta(minutes=1)),)}
"""Proofs are cheap, but not free; a mirror that follows every second stays far below."""

TURN_SECONDS = 1.0
ALTERED_SECONDS = 60.0
LOOKED_OVER_AFTER, LOOKED_OVER_EVERY = 300.0, 86_400.0
"""Seconds from the start, and from one time to the next."""
LOOKED_OVER_PAUSE = 0.05
WITNESS_SECONDS = 5.0
"""How long a device waits in its greeting; it comes back later where the tree must be made anew."""

T = TypeVar("T")
_THREAD = ThreadPoolExecutor(1, "notary")

_LONGEST = 4
"""Groups of three digits in the number of a tile."""


async def checkpoint(request: Request) -> Response:
    """`GET /log/checkpoint`: a signed note of all that is in the log now."""
    edge = _asked(request)
    note = await sure(edge, edge.notary.checkpoint)
    return PlainTextResponse(note, headers={"cache-control": "no-store"})


async def keys(request: Request) -> Response:
    """`GET /log/key`: the keys that sign, in order, each with the endorsement of the one before."""
    edge = _asked(request)
    named = await sure(edge, edge.notary.log_keys)
    listed = [{"key": one.verifier_key, "endorsement": one.endorsement} for one in named]
    return json_answer({"log": edge.notary.name, "keys": listed})


async def tile(request: Request) -> Response:
    """`GET /log/tile/{level}/{path}`: hashes of the tree, where C2SP tlog-tiles puts them."""
    edge = _asked(request)
    level, number, width = _place(request.path_params["level"], request.path_params["path"])
    hashes = await sure(edge, edge.notary.tile, level, number, width)
    if hashes is None:
        raise NotFound
    cache = "public, max-age=31536000, immutable"
    return Response(hashes, media_type="application/octet-stream", headers={"cache-control": cache})


async def consistency(request: Request) -> Response:
    """`GET /log/consistency?old=&new=`: proof that the log of `new` events begins with that of `old` ones."""
    edge = _asked(request)
    old, new = (_number(request.query_params.get(name, "")) for name in ("old", "new"))
    try:
        path = await sure(edge, edge.notary.consistency, old, new)
    except IndexError:
        raise NotFound from None
    return json_answer({"old": old, "new": new, "path": [notes.encoded(one) for one in path]})


async def receipt(request: Request) -> Response:
    """`GET /api/cases/{case}/proof?position=`: proof that an event of the case is in the log, its filing by default."""
    opened = await open_case(request)
    wanted = request.query_params.get("position")
    positions = set((await asyncio.to_thread(opened.edge.centre.positions, opened.id)).values())
    position = _number(wanted) if wanted is not None else min(positions)
    if position not in positions:
        raise NotFound
    proven = await sure(opened.edge, opened.edge.notary.receipt, position)
    answer = json_answer(proven)
    answer.headers["content-disposition"] = f'attachment; filename="doorstep-proof-{position}.json"'
    answer.headers["cache-control"] = "private, no-store"
    return answer


async def follow(edge: Edge) -> None:
    """Keep the tree up with the log, until cancelled; a log that was altered is told of, and nothing is signed."""
    while True:
        try:
            await _in_turn(edge.notary.catch_up)
            pause = TURN_SECONDS
        except LogAltered as altered:
            edge.journal.fault(altered, follower=__name__)
            pause = ALTERED_SECONDS
        await asyncio.sleep(pause)


async def look_over(edge: Edge) -> None:
    """Once a day hold the whole log against its tree, until cancelled: disks forget, and somebody may write to them."""
    pause = LOOKED_OVER_AFTER
    while True:
        await asyncio.sleep(pause)
        if not edge.notary.is_up:
            continue
        try:
            pages = edge.notary.looked_over()
            page = await _in_turn(next, pages, None)
            while page is not None:
                await asyncio.sleep(LOOKED_OVER_PAUSE)
                page = await _in_turn(next, pages, None)
        except LogAltered as altered:
            edge.journal.fault(altered, follower=__name__)
        pause = LOOKED_OVER_EVERY


async def witnessed(edge: Edge, seen: fr.TreeHead | None) -> tuple[fr.Proven, tuple[str, ...]] | None:
    """What the log has become, and the proof that it begins with what a device saw last; None if nobody asks for it.

    Raises:
        LogAltered: the log is not what it was.
        TimeoutError: the tree is being made anew.
    """
    name, size = (seen.origin, seen.size) if seen else ("", 0)
    try:
        async with asyncio.timeout(WITNESS_SECONDS):
            found = await _in_turn(edge.notary.witnessed, name, size)
    except (LogAltered, TimeoutError):
        if seen is None:
            return None  # nothing can be held against it
        raise
    keys = tuple(fr.LogKey(one.verifier_key, one.endorsement) for one in found.keys)
    return fr.Proven(found.note, keys, found.before), tuple(one.hex() for one in found.path)


async def sure(edge: Edge, ask: Callable[..., T], *given: object) -> T:
    """What the notary answers; where the log is not what it was, nothing is proven any more."""
    if not edge.notary.is_up:
        raise Problem(503, "warming", retry_s=1)
    try:
        return await _in_turn(ask, *given)
    except LogAltered:
        raise Problem(503, "log-altered") from None


async def _in_turn(ask: Callable[..., T], *given: object) -> T:
    """In a thread of its own: however many ask, nobody else's work waits for it."""
    return await asyncio.get_running_loop().run_in_executor(_THREAD, partial(ask, *given))


def _asked(request: Request) -> Edge:
    edge = edge_of(request)
    edge.limiter.spend("too-many-proofs", ASKED, address=address_key(request.client.host if request.client else None))
    return edge


def _place(level: str, path: str) -> tuple[int, int, int]:
    """Level, number and width of a tile; only the one spelling of each is a place."""
    place, _, width = path.partition(".p/")
    groups = place.split("/")
    digits = "".join(group.removeprefix("x") for group in groups)
    if len(groups) > _LONGEST or not digits.isascii() or not digits.isdigit():
        raise NotFound
    found = _number(level), int(digits), _number(width) if width else WIDTH
    if found[2] == 0 or notes.tile_path(*found) != f"tile/{level}/{path}":
        raise NotFound
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotFound
    return int(text)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/log/checkpoint", checkpoint, methods=["GET"]),
    Route("/log/key", keys, methods=["GET"]),
    Route("/log/tile/{level}/{path:path}", tile, methods=["GET"]),
    Route("/log/consistency", consistency, methods=["GET"]),
    Route("/api/cases/{case:uuid}/proof", receipt, methods=["GET"]),
)
