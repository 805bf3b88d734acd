"""`/api/reception`, `/api/slots`, `/api/panel`, `/api/visits`: who is received when, who is called, who is reached."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import cast
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.calendar.limits import local_day
from domain.decisions import Call
from domain.refusals import NotFound
from domain.rights.table import require
from domain.visits.commands import ReadContact
from domain.visits.line import Line
from domain.visits.reception import hall_stream, line_stream
from projections.reader import Reader
from projections.reception_documents import reception_of
from projections.visit_bodies import LineBody, PanelBody, ReceptionBody, SlotsBody
from projections.visit_days import OFFICE, PANEL
from projections.visit_documents import slots_of
from store.centre import Centre
from store.states import LINE
from web.api.cases import recorded
from web.bodies import json_answer
from web.edge import edge_of
from web.errors import Problem
from web.session import actor_of
from web.visitors import Contact, contact_of


class _LineRow(msgspec.Struct, frozen=True):
    body: LineBody


class _PanelRow(msgspec.Struct, frozen=True):
    body: PanelBody


async def reception(request: Request) -> Response:
    """`GET /api/reception`: groups, days that can be booked, whether the doors are open now, how the lines stand."""
    edge = edge_of(request)
    now = edge.clock()
    found = await edge.readers.ask(lambda reader: _reception(edge.centre, reader, now=now))
    if found is None:
        raise NotFound
    return json_answer(found)


async def slots(request: Request) -> Response:
    """`GET /api/slots?on&group`: the slots of a group on a day, with what is left of each at the head of the log."""
    edge = edge_of(request)
    on, group = _day_in(request), request.query_params.get("group", "")
    found = await edge.readers.ask(lambda reader: _slots(edge.centre, reader, on=on, group=group))
    if found is None:
        raise NotFound
    return json_answer(found)


async def panel(request: Request) -> Response:
    """`GET /api/panel`: what the call panel of today shows; numbers and counters only, for a screen on the wall."""
    edge = edge_of(request)
    hall = hall_stream(local_day(edge.clock()))
    row = await edge.readers.ask(lambda reader: reader.held(PANEL, "panel", str(hall)))
    return json_answer({"panel": msgspec.json.decode(row, type=_PanelRow).body if row else None})


class _Lane(msgspec.Struct, frozen=True):
    lane: UUID


class _VisitRow(msgspec.Struct, frozen=True):
    body: _Lane


async def contact(request: Request) -> Response:
    """`POST /api/visits/{visit}/contact`: a visitor's telephone, for the counters; recorded before it is told."""
    edge, actor, visit = edge_of(request), await actor_of(request), cast("UUID", request.path_params["visit"])
    require("visit.contact", actor)
    lane = await edge.readers.ask(lambda reader: _lane(reader, visit))
    if lane is None or _visitor(edge.centre, lane, visit) is None:
        raise NotFound
    call = Call(id=edge.new_id(), lane=lane, command=ReadContact(visit=visit), by=actor)
    await recorded(edge.centre.submit(call))
    return json_answer(await asyncio.to_thread(_contact, edge.centre, lane, visit))


def _lane(reader: Reader, visit: UUID) -> UUID | None:
    for kind in ("appointment", "ticket"):
        row = reader.held(OFFICE, kind, str(visit))
        if row is not None:
            return msgspec.json.decode(row, type=_VisitRow).body.lane
    return None


def _visitor(centre: Centre, lane: UUID, visit: UUID) -> UUID | None:
    line = cast("Line", centre.state(lane, LINE))
    found = line.tickets.get(visit) or line.appointments.get(visit)
    return found.person if found else None


def _contact(centre: Centre, lane: UUID, visit: UUID) -> Contact:
    ticket = cast("Line", centre.state(lane, LINE)).tickets.get(visit)
    written = contact_of(centre, lane, ticket.appointment if ticket else visit)
    person = _visitor(centre, lane, visit)
    return written or Contact(name=None, phone=centre.phone_of(person) if person else None)


def _day_in(request: Request) -> date:
    """The day that is asked about.

    Raises:
        Problem: 400 if it is none.
    """
    try:
        return date.fromisoformat(request.query_params.get("on", ""))
    except ValueError as fault:
        raise Problem(400, "body-malformed") from fault


def _reception(centre: Centre, reader: Reader, *, now: datetime) -> ReceptionBody | None:
    published, on = reader.lookups().reception, local_day(now)
    plan = published.plan(on)
    streams = [line_stream(on, group.id) for group in plan.groups] if plan else []
    found = ((stream, _line(reader, stream)) for stream in streams)
    lines = {stream: line for stream, line in found if line is not None}
    return reception_of(published, centre.calendar(), lines, now=now)


def _line(reader: Reader, stream: UUID) -> LineBody | None:
    row = reader.held(OFFICE, "line", str(stream))
    return msgspec.json.decode(row, type=_LineRow).body if row else None


def _slots(centre: Centre, reader: Reader, *, on: date, group: str) -> SlotsBody | None:
    published = reader.lookups().reception
    plan = published.plan(on)
    if plan is None or plan.group(group) is None:
        return None  # of what is not published no line is looked for
    line = cast("Line", centre.state(line_stream(on, group), LINE))
    return slots_of(published, centre.calendar(), line, on=on, group_id=group)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/reception", reception, methods=["GET"]),
    Route("/api/slots", slots, methods=["GET"]),
    Route("/api/panel", panel, methods=["GET"]),
    Route("/api/visits/{visit:uuid}/contact", contact, methods=["POST"]),
)
