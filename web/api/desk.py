"""`/api/queue`, `/api/board`, `/api/reports`, `/api/vault`: lists and counts, made of the rows that devices hold."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from uuid import UUID

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor, Role, office_of
from domain.calendar.limits import local_day
from domain.rights.table import require
from domain.vault.vault import vault_stream
from projections.boards import Colleague, board
from projections.documents import BoardBody, ColleagueBody, QueueBody, ReportBody
from projections.queues import Line, Moment, is_late, listing
from projections.reader import Reader
from projections.reports import report
from web.bodies import json_answer
from web.edge import Edge, edge_of
from web.errors import Problem
from web.integration.tokens import has_token, require_access
from web.session import actor_of

CENTRE_QUEUE = f"office:{office_of(Role.LEAD)}"
MOST_AT_ONCE = 500


class _QueueRow(Struct, frozen=True):
    id: UUID
    body: QueueBody


class _ColleagueRow(Struct, frozen=True):
    id: UUID
    body: ColleagueBody


_queue_rows = msgspec.json.Decoder(_QueueRow)
_colleague_rows = msgspec.json.Decoder(_ColleagueRow)


async def queue(request: Request) -> Response:
    """`GET /api/queue`: the office's queue, `rows` as devices hold them and `tabs` with the cases under each.

    With `?first=N` only so many `rows`, the newest change first; `next` is what `&before=` takes for those after them.
    """
    edge, actor = edge_of(request), await actor_of(request)
    require("queue", actor)
    if "first" in request.query_params:
        first, before = _how_many(request), _place(request)
        return json_answer(await edge.readers.glance(lambda reader: _page(actor, reader, first, before)))
    return json_answer(await edge.readers.ask(lambda reader: _queue(edge, actor, reader)))


async def the_board(request: Request) -> Response:
    """`GET /api/board`: the lead's board of their office."""
    edge, actor = edge_of(request), await actor_of(request)
    require("board", actor)
    return json_answer(await edge.readers.ask(lambda reader: _board(edge, actor, reader)))


async def the_report(request: Request) -> Response:
    """`GET /api/reports?first&last`: counts of a period by item, channel and delegation batch; for systems too."""
    edge = edge_of(request)
    if has_token(request):
        await require_access(request, "reports")
    else:
        require("reports", await actor_of(request))
    first, last = (_day(request, name) for name in ("first", "last"))
    if last < first:
        raise Problem(400, "invalid")
    return json_answer(await edge.readers.ask(lambda reader: _report(edge, reader, first, last)))


async def vault(request: Request) -> Response:
    """`GET /api/vault`: one's own checked copies, the row of kind `vault`; None before any was checked."""
    edge, actor = edge_of(request), await actor_of(request)
    require("vault", actor)
    scope, id = f"person:{actor.id}", str(vault_stream(actor.id))
    row = await edge.readers.ask(lambda reader: reader.held(scope, "vault", id))
    return json_answer({"row": msgspec.Raw(row.encode()) if row else None})


def _queue(edge: Edge, actor: Actor, reader: Reader) -> bytes:
    rows = reader.rows_of(f"office:{actor.office}", "queue")
    suits = partial(edge.centre.staff_by_id(actor.id).is_qualified, on=local_day(edge.clock()))
    tabs = listing(_lines(rows), actor, _moment(edge), suits).tabs
    return msgspec.json.encode({"rows": [msgspec.Raw(row.encode()) for row in rows], "tabs": tabs})


def _page(actor: Actor, reader: Reader, first: int, before: tuple[int, str] | None) -> bytes:
    found = reader.newest(f"office:{actor.office}", "queue", limit=first, before=before)
    after = f'"{found.last}"' if found.n == first else "null"
    return b'{"rows":[%b],"next":%b}' % (found.rows or b"", after.encode())


def _board(edge: Edge, actor: Actor, reader: Reader) -> BoardBody:
    lines = _lines(reader.rows_of(f"office:{actor.office}", "queue"))
    found = (_colleague_rows.decode(row) for row in reader.rows_of(f"people:{actor.office}", "colleague"))
    colleagues = sorted((Colleague(one.id, one.body) for one in found), key=lambda one: (one.body.name, one.id))
    when = _moment(edge)
    today = local_day(when.now)
    late = report(reader, today.replace(day=1), today).all.late
    return board(actor.office, lines, colleagues, reader.lookups().newest_items(), when, decided_late=late)


def _report(edge: Edge, reader: Reader, first: date, last: date) -> ReportBody:
    """With the open cases of the centre beside, so that nobody reads the late decisions as all that is late."""
    lines, when = _lines(reader.rows_of(CENTRE_QUEUE, "queue")), _moment(edge)
    return report(reader, first, last, late_open=sum(is_late(line.body, when) for line in lines))


def _lines(rows: list[str]) -> list[Line]:
    return [Line(row.id, row.body) for row in map(_queue_rows.decode, rows)]


def _moment(edge: Edge) -> Moment:
    return Moment(edge.clock(), edge.centre.calendar())


def _how_many(request: Request) -> int:
    """How many rows are asked for.

    Raises:
        Problem: 400 if it is no such number.
    """
    named = request.query_params["first"]
    if not re.fullmatch(r"[1-9][0-9]{0,2}", named) or int(named) > MOST_AT_ONCE:
        raise Problem(400, "invalid")
    return int(named)


def _place(request: Request) -> tuple[int, str] | None:
    """The row after which a page begins, as an answer has named it.

    Raises:
        Problem: 400 if it is none.
    """
    named = request.query_params.get("before")
    if named is None:
        return None
    found = re.fullmatch(r"([0-9]{1,18})\.([0-9a-f-]{36})", named)
    if found is None:
        raise Problem(400, "invalid")
    return int(found[1]), found[2]


def _day(request: Request, name: str) -> date:
    """A local day of the question; today where none is named.

    Raises:
        Problem: 400 if it is none.
    """
    named = request.query_params.get(name)
    if named is None:
        return local_day(edge_of(request).clock())
    try:
        return date.fromisoformat(named)
    except ValueError as error:
        raise Problem(400, "invalid") from error


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/queue", queue, methods=["GET"]),
    Route("/api/board", the_board, methods=["GET"]),
    Route("/api/reports", the_report, methods=["GET"]),
    Route("/api/vault", vault, methods=["GET"]),
)
