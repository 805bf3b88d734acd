"""`/api/cases`: a case for whoever may see it, search for staff, and every step of the past for auditors and leads."""

from __future__ import annotations

import asyncio
from typing import Annotated, NamedTuple
from uuid import UUID

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor, Role
from domain.case.commands import ViewRecord
from domain.case.rights import may_see
from domain.case.state import Case
from domain.decisions import Call
from domain.refusals import Forbidden, NotFound
from projections import history
from projections.lookups import Lookups
from projections.reader import Reader
from projections.render import case_of, queue_of, status_of
from sync.frames import Row
from web.bodies import json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.session import actor_of

MOST_FOUND = 50
SEES_HISTORY = frozenset({Role.AUDITOR, Role.LEAD})


class Opened(NamedTuple):
    """A case that the person who asks may see."""

    edge: Edge
    actor: Actor
    id: UUID
    case: Case


async def open_case(request: Request) -> Opened:
    """The case of the request's path.

    Raises:
        NotFound: there is no such case, or none that the person may know of.
        Problem: 401 without a session.
    """
    edge, actor = edge_of(request), await actor_of(request)
    case_id: UUID = request.path_params["case"]
    case = edge.centre.case(case_id)
    if not sees(edge, actor, case):
        raise NotFound
    return Opened(edge, actor, case_id, case)


def sees(edge: Edge, actor: Actor, case: Case) -> bool:
    """Whether `actor` may see `case`."""
    return case.is_filed and may_see(actor, case, edge.centre.item(case.item_id, case.item_version))


class Query(Struct, frozen=True):
    """What is looked for: part of a number or of a name. It travels in the body, because names never stand in a URL."""

    q: Annotated[str, Meta(max_length=100)] = ""


async def search(request: Request) -> Response:
    """`POST /api/cases/search`: cases by number or name, for staff and auditors; rows of kind `queue`."""
    edge, actor = edge_of(request), await actor_of(request)
    if actor.is_resident:
        raise Forbidden
    query = (await read_json(request, Query)).q.strip()
    return json_answer({"rows": await edge.readers.ask(lambda reader: _found(edge, actor, reader, query))})


async def one(request: Request) -> Response:
    """`GET /api/cases/{case}`: the row of kind `status` for its applicant, of kind `case` for staff and auditors."""
    opened = await open_case(request)
    row = await opened.edge.readers.ask(lambda reader: _row(opened, reader.lookups()))
    await _record_view(opened, row.pos)
    return json_answer({"row": row})


async def moments(request: Request) -> Response:
    """`GET /api/cases/{case}/history`: everything that happened to the case, in order."""
    opened = await _open_history(request)
    edge = opened.edge
    found = await edge.readers.ask(lambda reader: history.moments(edge.centre, opened.id, reader.lookups()))
    await _record_view(opened, opened.edge.centre.head())
    return json_answer({"moments": found})


async def as_of(request: Request) -> Response:
    """`GET /api/cases/{case}/at/{position}`: the case as it stood at a position of the log, replayed."""
    opened = await _open_history(request)
    position: int = request.path_params["position"]
    edge = opened.edge
    stood = await edge.readers.ask(
        lambda reader: history.case_at(edge.centre, opened.id, reader.lookups(), position=position)
    )
    if stood is None:
        raise NotFound
    await _record_view(opened, position)
    return json_answer({"row": Row(str(opened.id), "case", stood[0], stood[1])})


def _row(opened: Opened, lookups: Lookups) -> Row:
    """The case at the head of the log: the read models hold full documents only of cases that are being worked on."""
    view = history.view_at(opened.edge.centre, opened.id, lookups)
    if opened.actor.is_resident:
        return Row(str(opened.id), "status", view.position, status_of(view, lookups))
    return Row(str(opened.id), "case", view.position, case_of(view, lookups))


def _found(edge: Edge, actor: Actor, reader: Reader, query: str) -> list[Row]:
    lookups = reader.lookups()
    rows: list[Row] = []
    for found in reader.search(query, limit=MOST_FOUND):
        view = history.view_at(edge.centre, UUID(found.id), lookups)
        if sees(edge, actor, view.state):
            rows.append(Row(found.id, "queue", view.position, queue_of(view, lookups)))
    return rows


async def _open_history(request: Request) -> Opened:
    opened = await open_case(request)
    if not opened.actor.roles & SEES_HISTORY:
        raise Forbidden
    return opened


async def _record_view(opened: Opened, position: int) -> None:
    """Record that personal data was read before it leaves; a resident's look at their own is nobody's business."""
    if opened.actor.is_resident:
        return
    edge = opened.edge
    command = ViewRecord(position=position, at=edge.clock())
    call = Call(id=edge.new_id(), lane=opened.id, command=command, by=opened.actor)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict != "applied":
        raise Problem(503, answer.code or "busy", retry_s=1)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/cases/search", search, methods=["POST"]),
    Route("/api/cases/{case:uuid}", one, methods=["GET"]),
    Route("/api/cases/{case:uuid}/history", moments, methods=["GET"]),
    Route("/api/cases/{case:uuid}/at/{position:int}", as_of, methods=["GET"]),
)
