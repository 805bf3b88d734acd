"""`/api/reception`, `/api/slots`, `/api/panel`: when people are received, what can be booked, who is called."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.calendar.limits import local_day
from domain.refusals import NotFound
from domain.visits.line import Line
from domain.visits.reception import hall_stream, line_stream
from projections.reader import Reader
from projections.reception_documents import reception_of
from projections.visit_bodies import LineBody, PanelBody, ReceptionBody, SlotsBody
from projections.visit_days import OFFICE, PANEL
from projections.visit_documents import slots_of
from store.centre import Centre
from store.states import LINE
from web.bodies import json_answer
from web.edge import edge_of
from web.errors import Problem


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
)
