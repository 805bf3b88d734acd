"""`/api/cases`: a case for whoever may see it, search for staff, and every step of the past for auditors and leads."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.calendar.limits import local_day
from domain.case.commands import ViewRecord
from domain.case.state import Case
from domain.decisions import Call
from domain.refusals import NotFound
from domain.rights.cases import allowed_acts, may_see, sees_numbers
from domain.rights.glass import Glass, glass_stream
from domain.rights.looks import PrintRecord
from domain.rights.table import require
from domain.vault.vault import Vault, vault_stream
from projections import history
from projections.cases.full import case_of
from projections.cases.masking import masked
from projections.cases.queue import queue_of
from projections.cases.status import status_of
from projections.cases.view import CaseView
from projections.documents import Offer
from projections.lookups import Lookups
from projections.reader import Reader
from projections.vaults import offers_for
from store.answers import Answer
from store.states import GLASS, VAULT
from sync.frames import Row
from web.bodies import json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.session import actor_of
from web.signatures import with_signatures

MOST_FOUND = 50


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
    if not sees(edge, actor, case_id, case):
        raise NotFound
    return Opened(edge, actor, case_id, case)


def sees(edge: Edge, actor: Actor, case_id: UUID, case: Case) -> bool:
    """Whether `actor` may see `case`."""
    if not case.is_filed:
        return False
    item = edge.centre.item_of(case)
    return may_see(actor, case, item) or may_see(actor, case, item, through=is_through(edge, actor, case_id))


def is_through(edge: Edge, actor: Actor, case_id: UUID) -> bool:
    """Whether `actor` has broken the glass for the case, and may see it for that now."""
    if actor.is_resident:
        return False
    glass: Glass = edge.centre.state(glass_stream(case_id), GLASS)
    return glass.is_open(actor.id, now=edge.clock())


class Query(Struct, frozen=True):
    """What is looked for: part of a number or of a name. It travels in the body, because names never stand in a URL."""

    q: Annotated[str, Meta(max_length=100)] = ""


async def search(request: Request) -> Response:
    """`POST /api/cases/search`: cases by number or name, for staff and auditors; rows of kind `queue`."""
    edge, actor = edge_of(request), await actor_of(request)
    require("cases.search", actor)
    query = (await read_json(request, Query)).q.strip()
    return json_answer({"rows": await edge.readers.ask(lambda reader: _found(edge, actor, reader, query))})


class Shown(NamedTuple):
    """A case as it is answered, and the record of this reading, which may not be on disk yet."""

    answer: bytes
    viewing: Future[Answer] | None


async def one(request: Request) -> Response:
    """`GET /api/cases/{case}`: the row of kind `status` for its applicant, of kind `case` for staff and auditors.

    `acts` are those that the table gives whoever asks; `offers` checked copies that they could attach, for staff.
    """
    edge, actor = edge_of(request), await actor_of(request)
    case_id: UUID = request.path_params["case"]
    ask = edge.readers.glance if edge.centre.answers_at_once else edge.readers.ask
    if actor.is_resident:
        answer = await ask(lambda reader: _as_kept(edge, actor, case_id, reader))
        if answer is not None:
            return json_answer(answer)
    shown = await ask(lambda reader: _as_folded(edge, actor, case_id, reader))
    if shown is None:
        shown = await edge.readers.ask(lambda reader: _replayed(edge, actor, case_id, reader))
    if shown.viewing is not None:
        await recorded(shown.viewing)
    return json_answer(shown.answer)


async def moments(request: Request) -> Response:
    """`GET /api/cases/{case}/history`: everything that happened to the case, in order."""
    opened = await _open_history(request)
    edge = opened.edge
    found = await edge.readers.ask(lambda reader: history.moments(edge.centre, opened.id, reader.lookups()))
    found = await asyncio.to_thread(with_signatures, edge.centre, found)
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
    body = stood[1] if sees_numbers(opened.actor, opened.case) else masked(stood[1], edge.centre.item_of(opened.case))
    return json_answer({"row": Row(str(opened.id), "case", stood[0], body)})


def _as_kept(edge: Edge, actor: Actor, case_id: UUID, reader: Reader) -> bytes | None:
    """The case as its applicant's devices hold it; None where that is not how it stands at the head of the log.

    Raises:
        NotFound: there is no such case, or none that the person may know of.
    """
    with edge.centre.at_one_moment():
        case = edge.centre.case(case_id)
        if not sees(edge, actor, case_id, case):
            raise NotFound
        item = edge.centre.item_of(case)
    row = history.latest_status(edge.centre, reader, case_id, actor.id)
    if row is None:
        return None
    acts = msgspec.json.encode(allowed_acts(actor, case, item))
    return b'{"row":%b,"acts":%b}' % (row.encode(), acts)


def _as_folded(edge: Edge, actor: Actor, case_id: UUID, reader: Reader) -> Shown | None:
    """The case as it was last folded; None where that is not how it stands at the head of the log."""
    view = history.latest_view(edge.centre, reader, case_id)
    return _shown(edge, actor, view, reader.lookups()) if view is not None else None


def _replayed(edge: Edge, actor: Actor, case_id: UUID, reader: Reader) -> Shown:
    """The case at the head of the log, replayed from its facts."""
    lookups = reader.lookups()
    return _shown(edge, actor, history.view_at(edge.centre, case_id, lookups), lookups)


def _shown(edge: Edge, actor: Actor, view: CaseView, lookups: Lookups) -> Shown:
    """The case as whoever asks sees it; the reading is recorded while the document is made.

    Raises:
        NotFound: there is no such case, or none that the person may know of.
    """
    if not sees(edge, actor, view.id, view.state):
        raise NotFound
    item = lookups.item_of(view.state)
    viewing = _start_view(edge, actor, view.id, view.position)
    acts = allowed_acts(actor, view.state, item, through=not may_see(actor, view.state, item))
    if actor.is_resident:
        row = Row(str(view.id), "status", view.position, status_of(view, lookups))
        return Shown(msgspec.json.encode({"row": row, "acts": acts}), viewing)
    body = case_of(view, lookups)
    row = Row(str(view.id), "case", view.position, body if sees_numbers(actor, view.state) else masked(body, item))
    offers = _offers(edge, view, lookups) if "case.attach-copy" in acts else ()
    return Shown(msgspec.json.encode({"row": row, "acts": acts, "offers": offers}), viewing)


def _offers(edge: Edge, view: CaseView, lookups: Lookups) -> tuple[Offer, ...]:
    """Checked copies of the applicant that a clerk could attach to the case now."""
    assert view.state.applicant is not None
    vault: Vault = edge.centre.state(vault_stream(view.state.applicant), VAULT)
    return offers_for(view, vault, lookups, on=local_day(edge.clock()))


def _found(edge: Edge, actor: Actor, reader: Reader, query: str) -> list[Row]:
    lookups = reader.lookups()
    rows: list[Row] = []
    for found in reader.search(query, limit=MOST_FOUND):
        view = reader.view(UUID(found.id))
        if view is not None and may_see(actor, view.state, lookups.item_of(view.state)):
            rows.append(Row(found.id, "queue", view.position, queue_of(view, lookups)))
    return rows


async def _open_history(request: Request) -> Opened:
    opened = await open_case(request)
    require("case.history", opened.actor)
    return opened


async def _record_view(opened: Opened, position: int) -> None:
    """Record that personal data was read before it leaves; a resident's look at their own is nobody's business."""
    if (viewing := _start_view(opened.edge, opened.actor, opened.id, position)) is not None:
        await recorded(viewing)


def _start_view(edge: Edge, actor: Actor, case_id: UUID, position: int) -> Future[Answer] | None:
    if actor.is_resident:
        return None
    command = ViewRecord(position=position, at=edge.clock())
    return edge.centre.submit(Call(id=edge.new_id(), lane=case_id, command=command, by=actor))


async def record_print(opened: Opened, what: str) -> None:
    """Record that a member of staff fetches the result or a paper of a case to print it."""
    if not opened.actor.is_resident:
        command = PrintRecord(what=what)
        call = Call(id=opened.edge.new_id(), lane=opened.id, command=command, by=opened.actor)
        await recorded(opened.edge.centre.submit(call))


async def record_page(opened: Opened) -> None:
    """Record that a page of a case was shown to a member of staff who does not work on it."""
    if not sees_numbers(opened.actor, opened.case):
        await _record_view(opened, opened.edge.centre.head())


async def recorded(looking: Future[Answer]) -> None:
    """Wait until a look is on disk.

    Raises:
        Problem: 503 if it is not, so that nothing is shown.
    """
    answer = await asyncio.wrap_future(looking)
    if answer.verdict != "applied":
        raise Problem(503, answer.code or "busy", retry_s=1)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/cases/search", search, methods=["POST"]),
    Route("/api/cases/{case:uuid}", one, methods=["GET"]),
    Route("/api/cases/{case:uuid}/history", moments, methods=["GET"]),
    Route("/api/cases/{case:uuid}/at/{position:int}", as_of, methods=["GET"]),
)
