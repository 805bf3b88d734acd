"""`/api/training`: examinations begun, certificates printed, learning in numbers.

An examination is begun by HTTP and not by an intent: its time runs from the moment at which the centre hears of it, and
an intent that waits for a signal would let it run while nobody sits there.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date
from urllib.parse import quote
from uuid import UUID

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.calendar.limits import local_day
from domain.centre.centre import DERIVED_ID
from domain.decisions import Call
from domain.effects.exports import EXPORTS_STREAM, RecordExport
from domain.refusals import NotFound
from domain.rights.table import may, require
from domain.training.content import ContentId
from domain.training.exams import StartExam
from projections.figure_bodies import FiguresBody
from projections.training_figures import Period
from web.api.files import PDF, PDF_POLICY
from web.bodies import json_answer, matches, not_modified, read_json
from web.edge import Edge, edge_of
from web.errors import Problem, problem_answer
from web.reports.tables import Table, as_csv, as_xlsx
from web.reports.training import TABLES
from web.results.training import certificate_paper, issued_on
from web.session import actor_of
from web.signin.fresh import require_fresh

MOST_DAYS = 400
FORMS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class Beginning(Struct, frozen=True):
    """For which certificate an examination begins."""

    certificate: ContentId


class Begun(Struct, frozen=True):
    """The examination that has begun; its row comes with the others."""

    attempt: UUID


async def begin(request: Request) -> Response:
    """`POST /api/training/exams`: begin an examination for oneself, `{certificate}`; answers `{attempt}`."""
    edge, actor = edge_of(request), await actor_of(request)
    require("exam.start", actor)
    wanted = await read_json(request, Beginning)
    call = Call(id=edge.new_id(), lane=_fresh(edge), command=StartExam(certificate=wanted.certificate), by=actor)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict == "retry":
        raise Problem(503, "busy", retry_s=2)
    if answer.code is not None:
        return problem_answer(404 if answer.code == "not-found" else 409, answer.code, answer.params or {})
    return json_answer(Begun(call.lane), status=201)


def _fresh(edge: Edge) -> UUID:
    id = edge.new_id()
    assert id.version != DERIVED_ID
    return id


async def printed(request: Request) -> Response:
    """`GET /api/training/certificates/{certificate}.pdf`: to be printed, for its holder and for who trains them."""
    edge, actor = edge_of(request), await actor_of(request)
    stream = request.path_params["certificate"]
    issued = await asyncio.to_thread(issued_on, edge.centre, stream)
    require("certificate", actor)
    if issued is None or not may("certificate", actor, own=issued.holder == actor.id):
        raise NotFound
    found = await asyncio.to_thread(certificate_paper, edge.centre, stream, address=edge.settings.public_url)
    if found is None:
        raise NotFound
    pdf = await asyncio.to_thread(edge.printer.certificate, found[1])
    if matches(request, pdf.etag):
        return not_modified(pdf.etag, cache="private, no-cache")
    headers = {
        "cache-control": "private, no-cache",
        "etag": f'"{pdf.etag}"',
        "content-disposition": f"inline; filename*=UTF-8''{quote(f'{found[0].number}.pdf', safe='')}",
        "content-security-policy": PDF_POLICY,
    }
    return Response(pdf.pdf, headers=headers, media_type=PDF)


async def figures(request: Request) -> Response:
    """`GET /api/training/figures?first&last`: learning in numbers, of local days, both included."""
    edge, actor = edge_of(request), await actor_of(request)
    require("training.figures", actor)
    return json_answer(await _counted(edge, _period(request)))


async def export(request: Request) -> Response:
    """`GET /api/training/figures/{table}.{form}?first&last`: one table of it; recorded before it is handed out."""
    edge, actor = edge_of(request), await actor_of(request)
    require("training.figures.export", actor)
    require_fresh(request, "training.figures.export")
    name, form = request.path_params["table"], request.path_params["form"]
    if name not in TABLES or form not in FORMS:
        raise NotFound
    period = _period(request)
    body = await _counted(edge, period)
    table = TABLES[name].make(body)
    write, media_type = FORMS[form]
    content = await asyncio.to_thread(write, table)
    await _record(edge, actor, name, form, period, table, as_of=body.as_of, content=content)
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="training-{name}-{period.first}-{period.last}.{form}"',
    }
    return Response(content, headers=headers, media_type=media_type)


async def _counted(edge: Edge, period: Period) -> FiguresBody:
    return await asyncio.to_thread(edge.insight.figures, period, today=local_day(edge.clock()))


async def _record(
    edge: Edge, actor: Actor, name: str, form: str, period: Period, table: Table, *, as_of: int, content: bytes
) -> None:
    said = RecordExport(
        report=f"training-{name}",
        form="xlsx" if form == "xlsx" else "csv",
        filters={"first": period.first.isoformat(), "last": period.last.isoformat()},
        rows=len(table.rows),
        as_of=as_of,
        sha256=hashlib.sha256(content).hexdigest(),
        personal=TABLES[name].personal,
    )
    call = Call(id=edge.new_id(), lane=EXPORTS_STREAM, command=said, by=actor)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict != "applied":
        raise Problem(503, "busy", retry_s=max(1, (answer.retry_ms or 0) // 1_000))


def _period(request: Request) -> Period:
    try:
        first, last = (date.fromisoformat(request.query_params.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise Problem(400, "period", most_days=MOST_DAYS) from None
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Problem(400, "period", most_days=MOST_DAYS)
    return Period(first, last)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/training/exams", begin, methods=["POST"]),
    Route("/api/training/certificates/{certificate:uuid}.pdf", printed, methods=["GET"]),
    Route("/api/training/figures", figures, methods=["GET"]),
    Route("/api/training/figures/{table:str}.{form:str}", export, methods=["GET"]),
)
