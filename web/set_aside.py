"""Work that was not done: kept for its author for 90 days, so that it outlives the device; and handed to the desk."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.decisions import Call
from domain.devices.set_aside import Became, SettleSetAside, set_aside_stream
from domain.refusals import NotFound
from domain.rights.table import require
from projections.device_bodies import SetAsideBody
from projections.devices import DESK, handed_to, set_aside_of
from store import passing
from store.centre import Centre
from store.receipts import CommandFaulted, CommandRefused, receipt_stream
from web.bodies import json_answer, read_json
from web.edge import edge_of
from web.errors import Problem, problem_answer
from web.session import actor_of

MOST = 200
BECAME: dict[str, Became] = {"withdraw": "withdrawn", "superseded": "superseded", "hand-to-desk": "handed"}


class _Row(Struct):
    id: UUID
    body: SetAsideBody


class SetAside(Struct, frozen=True, kw_only=True):
    """A command that was not done; `args` are null once their time is over or the person of whom they speak was erased.

    Attributes:
        state: `open`, `withdrawn`, `superseded` or `handed`.
    """

    id: UUID
    author: UUID
    lane: UUID
    type: str
    args: Any
    verdict: str
    code: str
    params: dict[str, Any]
    at: datetime | None
    judged_at: datetime
    state: Became
    by: UUID | None
    office: str


class Wanted(Struct, frozen=True, kw_only=True):
    """What shall become of it.

    Attributes:
        do: drop it, say by which command it was replaced, or let the desk look after it.
        by: the command that took its place.
        author: whose it is, where the desk says so; one's own if left out.
    """

    do: Literal["withdraw", "superseded", "hand-to-desk"]
    by: UUID | None = None
    author: UUID | None = None


async def listed(request: Request) -> Response:
    """`GET /api/set-aside`: one's own set-aside work, newest first; `?office=` for leads: what was handed to them."""
    edge, actor = edge_of(request), await actor_of(request)
    scope = set_aside_of(actor.id)
    if office := request.query_params.get("office"):
        require("set-aside.office", actor, own=office == actor.office)
        scope = handed_to(office)
    rows = await edge.readers.ask(lambda reader: reader.rows_of(scope, "set-aside"))
    since = edge.clock() - passing.KEPT
    kept = [one for one in map(_read, rows) if one.body.judged_at > since][:MOST]
    found = await asyncio.to_thread(lambda: [one for row in kept if (one := opened(edge.centre, row.id, row.body))])
    return json_answer({"rows": found})


def _read(row: str) -> _Row:
    return msgspec.json.decode(row, type=_Row)


def opened(centre: Centre, id: UUID, body: SetAsideBody) -> SetAside | None:
    """The command with what was sent; None where a mended program has carried it out since."""
    rows = centre.event_log.rows(receipt_stream(body.author, id))
    receipt = centre.facts.envelope(*rows[-1][1:])
    if not isinstance(receipt.fact, CommandRefused | CommandFaulted):
        return None
    args = passing.opened(centre.vault, centre.unseal(receipt, "payload"), bound_to=id)
    return SetAside(id=id, args=args, **msgspec.structs.asdict(body))


async def settle(request: Request) -> Response:
    """`POST /api/set-aside/{id}`: say what becomes of it."""
    edge, actor = edge_of(request), await actor_of(request)
    wanted, intent = await read_json(request, Wanted), request.path_params["intent"]
    author = wanted.author or actor.id
    known = await asyncio.to_thread(edge.centre.answer_to, author, intent)
    if known is None or known.verdict in ("applied", "duplicate"):
        raise NotFound
    command = SettleSetAside(
        author=author,
        intent=intent,
        became=BECAME[wanted.do],
        by=wanted.by,
        office=(actor.office or DESK) if wanted.do == "hand-to-desk" else "",
    )
    call = Call(id=edge.new_id(), lane=set_aside_stream(author, intent), command=command, by=actor)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict == "retry":
        raise Problem(503, "busy", retry_s=2)
    if answer.code is not None:
        return problem_answer(404 if answer.code == "forbidden" else 422, "not-found", {})
    return Response(status_code=204)


def routes() -> list[BaseRoute]:
    """The addresses of set-aside work."""
    return [
        Route("/api/set-aside", listed, methods=["GET"]),
        Route("/api/set-aside/{intent:uuid}", settle, methods=["POST"]),
    ]
