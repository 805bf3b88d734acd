"""`/api/cases/{case}/papers`: the papers of a case, for its people and for staff with rights."""

from __future__ import annotations

import asyncio
from datetime import datetime

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.effects.papers import PaperKind, PaperRendered, papers_stream
from domain.refusals import NotFound, PersonIsErased
from web.api.cases import Opened, open_case, record_print
from web.bodies import json_answer, matches, not_modified

CACHE = "private, no-cache"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
FOR_STAFF = frozenset({PaperKind.LABEL.value})
"""Papers that the applicant has no use for."""


class PaperBody(Struct, frozen=True):
    """A paper that exists.

    Attributes:
        position: of the fact that it tells of.
    """

    kind: str
    position: int
    at: datetime
    size: int


async def listed(request: Request) -> Response:
    """`GET /api/cases/{case}/papers`: the papers that exist, the oldest first."""
    opened = await _open_kept(request)
    return json_answer({"papers": await asyncio.to_thread(_bodies, opened)})


async def one(request: Request) -> Response:
    """`GET /api/cases/{case}/papers/{position}/{kind}.pdf`: a paper."""
    opened = await _open_kept(request)
    wanted = request.path_params["position"], request.path_params["kind"]
    found = {(fact.position, fact.kind): fact for fact, _ in await asyncio.to_thread(_rendered, opened)}
    if wanted not in found:
        raise NotFound
    paper = found[wanted]
    if matches(request, paper.sha256):
        return not_modified(paper.sha256, cache=CACHE)
    await record_print(opened, paper.kind)
    content = await asyncio.to_thread(opened.edge.files.read, paper.address)
    headers = {
        "cache-control": CACHE,
        "etag": f'"{paper.sha256}"',
        "content-disposition": f'inline; filename="{paper.kind}-{paper.position}.pdf"',
        "content-security-policy": POLICY,
    }
    return Response(content, headers=headers, media_type="application/pdf")


async def _open_kept(request: Request) -> Opened:
    opened = await open_case(request)
    applicant = opened.case.applicant
    if applicant is not None and (await asyncio.to_thread(opened.edge.centre.person, applicant)).erased:
        raise PersonIsErased
    return opened


def _rendered(opened: Opened) -> list[tuple[PaperRendered, datetime]]:
    facts = opened.edge.centre.read(papers_stream(opened.id))
    return [
        (one.fact, one.meta.recorded_at)
        for one in facts
        if isinstance(one.fact, PaperRendered) and not (opened.actor.is_resident and one.fact.kind in FOR_STAFF)
    ]


def _bodies(opened: Opened) -> list[PaperBody]:
    return [PaperBody(fact.kind, fact.position, at, fact.size) for fact, at in _rendered(opened)]


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/cases/{case:uuid}/papers", listed, methods=["GET"]),
    Route("/api/cases/{case:uuid}/papers/{position:int}/{kind:str}.pdf", one, methods=["GET"]),
)
