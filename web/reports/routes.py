"""`/api/reports/{report}.csv` and `.xlsx`: reports and registers for leads; each export is a fact of the log."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.decisions import Call
from domain.effects.exports import EXPORTS_STREAM, RecordExport
from domain.refusals import NotFound
from domain.rights.table import require
from web.edge import Edge, edge_of
from web.errors import Problem
from web.reports.content import REPORTS
from web.reports.tables import Table, as_csv, as_xlsx
from web.session import actor_of
from web.signin.fresh import require_fresh

MOST_DAYS = 400
FORMS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


async def export(request: Request) -> Response:
    """`GET /api/reports/{report}.{form}?first&last`: local days, both included; recorded before it is handed out."""
    edge, actor = edge_of(request), await actor_of(request)
    require("reports.export", actor)
    require_fresh(request, "reports.export")
    name, form = request.path_params["report"], request.path_params["form"]
    if name not in REPORTS or form not in FORMS:
        raise NotFound
    first, last = _day(request, "first"), _day(request, "last")
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Problem(400, "period", most_days=MOST_DAYS)
    table, as_of = await edge.readers.ask(lambda reader: (REPORTS[name].make(reader, first, last), reader.position()))
    write, media_type = FORMS[form]
    content = await asyncio.to_thread(write, table)
    await _record(edge, actor, _said(name, form, first, last, table, as_of, content))
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{name}-{first}-{last}.{form}"',
    }
    return Response(content, headers=headers, media_type=media_type)


def _said(name: str, form: str, first: date, last: date, table: Table, as_of: int, content: bytes) -> RecordExport:
    return RecordExport(
        report=name,
        form="xlsx" if form == "xlsx" else "csv",
        filters={"first": first.isoformat(), "last": last.isoformat()},
        rows=len(table.rows),
        as_of=as_of,
        sha256=hashlib.sha256(content).hexdigest(),
        personal=REPORTS[name].personal,
    )


async def _record(edge: Edge, actor: Actor, command: RecordExport) -> None:
    call = Call(id=edge.new_id(), lane=EXPORTS_STREAM, command=command, by=actor)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict != "applied":
        raise Problem(503, "busy", retry_s=max(1, (answer.retry_ms or 0) // 1_000))


def _day(request: Request, name: str) -> date:
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        raise Problem(400, "period", most_days=MOST_DAYS) from None


ROUTES: tuple[BaseRoute, ...] = (Route("/api/reports/{report:str}.{form:str}", export, methods=["GET"]),)
