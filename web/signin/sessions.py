"""Open sessions: one's own, and those of the people whom one looks after; ended at once, over open sockets too."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.devices.devices import BlockDevice, device_stream
from domain.identity.identity import CloseSession, Session
from domain.refusals import NotFound
from domain.rights.table import require
from projections.sign_ins import SessionBody, sessions_of
from store.states import SESSION
from web.bodies import NO_STORE, json_answer, read_json
from web.edge import Edge, edge_of
from web.session import actor_of, require_session
from web.signin.doing import do


class Wanted(Struct, frozen=True):
    """What becomes of a session.

    Attributes:
        block: let its device come no more either: it is lost.
    """

    block: bool = False


class Row(Struct, frozen=True):
    """A session as it stands in the read models."""

    id: UUID
    body: SessionBody


async def listed(request: Request) -> Response:
    """`GET /api/sessions`: one's own open sessions; `?person=` for leads and operators: those of one of theirs."""
    edge, mine, actor = edge_of(request), require_session(request), await actor_of(request)
    person = await _whose(request, actor)
    rows = [row for row in await rows_of(edge, person) if row.body.expires_at > edge.clock()]
    return json_answer({"sessions": await asyncio.to_thread(lambda: [_described(edge, row, mine) for row in rows])})


async def end(request: Request) -> Response:
    """`POST /api/sessions/{session}/end`: end it, or with `block` let its device come no more."""
    edge, actor, wanted = edge_of(request), await actor_of(request), await read_json(request, Wanted)
    stream = request.path_params["session"]
    session: Any = await asyncio.to_thread(edge.centre.state, stream, SESSION)
    if not isinstance(session, Session):
        raise NotFound
    if wanted.block and session.device is not None:
        # It stays open for one thing: when the device comes again, it is told to drop what it holds.
        office = edge.centre.staff_by_id(session.person).office
        block = BlockDevice(person=session.person, device=session.device, office=office)
        await do(edge, block, lane=device_stream(session.person, session.device), by=actor)
    else:
        await do(edge, CloseSession(), lane=stream, by=actor)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


async def end_others(request: Request) -> Response:
    """`POST /api/sessions/end-others`: end all one's own sessions but this one."""
    edge, mine, actor = edge_of(request), require_session(request), await actor_of(request)
    for row in await rows_of(edge, mine.person):
        if row.id != mine.id:
            await do(edge, CloseSession(), lane=row.id, by=actor)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


async def rows_of(edge: Edge, person: UUID) -> list[Row]:
    """The sessions of a person that were not ended, the latest first."""
    rows = await edge.readers.ask(lambda reader: reader.rows_of(sessions_of(person), "session"))
    read = [msgspec.convert(json.loads(row), Row, strict=False) for row in rows]
    return sorted(read, key=lambda row: row.body.opened_at, reverse=True)


async def _whose(request: Request, actor: Actor) -> UUID:
    """Whose sessions are asked for.

    Raises:
        Forbidden: somebody's whom the actor does not look after.
        NotFound: there is no such member of staff.
    """
    asked = request.query_params.get("person")
    if not asked:
        return actor.id
    try:
        person = UUID(asked)
    except ValueError:
        raise NotFound from None
    if person != actor.id:
        office = edge_of(request).centre.staff_by_id(person).office
        require("sessions.others", actor, own=office != "" and office == actor.office)
    return person


def _described(edge: Edge, row: Row, mine: Session) -> dict[str, Any]:
    is_open = edge.presence.is_here(row.id)
    seen: datetime = edge.signing_in.seen.at(row.id) or row.body.proved_at
    return {
        "id": row.id,
        "mine": row.id == mine.id,
        "device": row.body.device,
        "here": row.body.device is not None and row.body.device == mine.device,
        "blocked": edge.centre.is_blocked(row.body.person, row.body.device),
        "method": row.body.method,
        "opened_at": row.body.opened_at,
        "expires_at": row.body.expires_at,
        "seen_at": edge.clock() if is_open else seen,
        "online": is_open,
    }


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/sessions", listed, methods=["GET"]),
    Route("/api/sessions/end-others", end_others, methods=["POST"]),
    Route("/api/sessions/{session:uuid}/end", end, methods=["POST"]),
)
