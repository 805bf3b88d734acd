"""Who looked at a case: the access log for its people, numbers in full for a purpose, and broken glass."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.case.commands import Command
from domain.case.facts import RecordViewed
from domain.centre.centre import views_stream
from domain.decisions import Call
from domain.facts import Envelope, tag_of
from domain.refusals import NotFound
from domain.rights.glass import BreakGlass, GlassBroken, glass_stream
from domain.rights.looks import Purpose, RecordPrinted, RecordUnmasked, UnmaskRecord
from domain.rights.table import require
from projections import history
from projections.cases.masking import number_at
from projections.reader import Reader
from web.api.cases import Opened, open_case, recorded
from web.bodies import json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import problem_answer
from web.session import actor_of
from web.signin.fresh import require_fresh

MOST_LOOKS = 500
MOST_GLASS = 100
FACTS_AT_ONCE = 1_000


class Look(Struct, frozen=True, kw_only=True):
    """One look at a case.

    Attributes:
        how: the case was opened, a number was shown in full, something was printed, or the glass was broken.
        what: field of the form, or kind of the paper; empty where it was the case.
        why: a `Purpose`; the words of whoever broke the glass; empty otherwise.
        until: when a broken glass closes again.
        offline: it was shown from a device's own copy, and reported later; `captured_at` is that device's clock.
    """

    case: UUID
    at: datetime
    how: Literal["opened", "unmasked", "printed", "glass"]
    name: str
    role: str
    office: str
    what: str = ""
    why: str = ""
    until: datetime | None = None
    offline: bool = False
    captured_at: datetime | None = None


async def of_case(request: Request) -> Response:
    """`GET /api/cases/{case}/access`: who of the staff looked at the case, the newest first."""
    opened = await open_case(request)
    require("case.access", opened.actor, own=opened.actor.is_resident)
    looks = await opened.edge.readers.ask(lambda reader: _looks(opened.edge, reader, (opened.id,)))
    return json_answer({"looks": looks})


async def of_mine(request: Request) -> Response:
    """`GET /api/me/access`: who of the staff looked at any of one's own cases, the newest first."""
    edge, actor = edge_of(request), await actor_of(request)
    require("access.own", actor)
    return json_answer({"looks": await edge.readers.ask(lambda reader: _looks(edge, reader, _cases(reader, actor.id)))})


class _Row(Struct):
    id: UUID


def _cases(reader: Reader, person: UUID) -> tuple[UUID, ...]:
    return tuple(msgspec.json.decode(row, type=_Row).id for row in reader.rows_of(f"person:{person}", "status"))


def _looks(edge: Edge, reader: Reader, cases: Iterable[UUID]) -> list[Look]:
    lookups = reader.lookups()
    of_stream = {stream: case for case in cases for stream in (views_stream(case), glass_stream(case))}
    found: list[Look] = []
    for row in reversed(edge.centre.event_log.rows(*of_stream)[-MOST_LOOKS:] if of_stream else ()):
        envelope = edge.centre.facts.envelope(*row[1:])
        name = lookups.name(envelope.meta.actor, at=row.position)
        found.append(_look(edge, of_stream[row.stream], envelope, name=name))
    return found


def _look(edge: Edge, case: UUID, envelope: Envelope, *, name: str) -> Look:
    meta, fact = envelope.meta, envelope.fact
    look = Look(case=case, at=meta.recorded_at, how="opened", name=name, role=meta.role, office=meta.office)
    match fact:
        case RecordViewed(offline=True):
            return msgspec.structs.replace(look, offline=True, captured_at=meta.captured_at)
        case RecordUnmasked():
            return msgspec.structs.replace(look, how="unmasked", what=fact.what, why=fact.purpose)
        case RecordPrinted():
            return msgspec.structs.replace(look, how="printed", what=fact.what)
        case GlassBroken():
            why = edge.centre.unseal(envelope, "reason") or ""
            return msgspec.structs.replace(look, how="glass", why=why, until=fact.until)
        case _:
            return look


class Wanted(Struct, frozen=True):
    """A number that is needed in full.

    Attributes:
        what: id of a field of the form; in a table `field.row.column`, with the row from 0.
    """

    what: Annotated[str, Meta(min_length=1, max_length=120)]
    purpose: Purpose


async def unmask(request: Request) -> Response:
    """`POST /api/cases/{case}/unmask`: a number in full, `{what, purpose}`; recorded before it is told."""
    opened, wanted = await open_case(request), await read_json(request, Wanted)
    require("record.unmask", opened.actor)
    value = await opened.edge.readers.ask(lambda reader: _number(opened, reader, wanted.what))
    if value is None:
        raise NotFound
    await _do(opened, UnmaskRecord(what=wanted.what, purpose=wanted.purpose))
    return json_answer({"value": value})


def _number(opened: Opened, reader: Reader, what: str) -> str | None:
    lookups = reader.lookups()
    view = history.view_at(opened.edge.centre, opened.id, lookups)
    return number_at(view.answers, lookups.item_of(view.state), what)


async def _do(opened: Opened, command: Command) -> None:
    call = Call(id=opened.edge.new_id(), lane=opened.id, command=command, by=opened.actor)
    await recorded(opened.edge.centre.submit(call))


class Breaking(Struct, frozen=True):
    """A case that somebody has to see, by its receipt or case number, and why."""

    number: Annotated[str, Meta(min_length=4, max_length=40)]
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


async def break_glass(request: Request) -> Response:
    """`POST /api/break-glass`: see a case for some hours that one may not see otherwise, `{number, reason}`."""
    edge, actor = edge_of(request), await actor_of(request)
    require("case.break-glass", actor)
    require_fresh(request, "case.break-glass")
    wanted = await read_json(request, Breaking)
    number = wanted.number.strip()
    found = await edge.readers.ask(lambda reader: reader.search(number, limit=5))
    case = next((UUID(one.id) for one in found if number in (one.filing_number, one.case_number)), None)
    if case is None:
        raise NotFound
    call = Call(id=edge.new_id(), lane=case, command=BreakGlass(reason=wanted.reason), by=actor)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict == "retry":
        return problem_answer(503, "busy", {"retry_s": 1})
    if answer.code is not None:
        return problem_answer(422, answer.code, answer.params)
    return json_answer({"case": case})


async def broken_glass(request: Request) -> Response:
    """`GET /api/broken-glass`: every case that somebody opened so, the newest first, for leads and auditors."""
    edge, actor = edge_of(request), await actor_of(request)
    require("glass.list", actor)
    return json_answer({"looks": await edge.readers.ask(lambda reader: _broken(edge, reader))})


def _broken(edge: Edge, reader: Reader) -> list[Look]:
    lookups, found = reader.lookups(), list[Look]()
    position, tags = 0, edge.centre.facts.stored_tags({tag_of(GlassBroken)})
    while True:
        reached, rows = edge.centre.event_log.rows_after(position, FACTS_AT_ONCE, tags=tags)
        for row in rows:
            envelope = edge.centre.facts.envelope(*row[1:])
            assert isinstance(envelope.fact, GlassBroken)
            name = lookups.name(envelope.meta.actor, at=row.position)
            found.append(_look(edge, envelope.fact.record, envelope, name=name))
        if reached == position:
            return found[::-1][:MOST_GLASS]
        position = reached


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/cases/{case:uuid}/access", of_case, methods=["GET"]),
    Route("/api/cases/{case:uuid}/unmask", unmask, methods=["POST"]),
    Route("/api/me/access", of_mine, methods=["GET"]),
    Route("/api/break-glass", break_glass, methods=["POST"]),
    Route("/api/broken-glass", broken_glass, methods=["GET"]),
)
