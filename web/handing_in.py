"""`/api/hand-in/{case}`: papers handed in through a one-time link, by somebody who is not signed in.

The link is `/hand-in/CASE#SECRET`: the secret stands in the fragment, which browsers send to nobody, and comes here in
a header, so that it is in no log. Pages go through the upload service (`/files/`) under the id of the link; what counts
is decided by `case.hand-in@1`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor, Role
from domain.case.acts import CaseStatus
from domain.case.commands import FileRef, HandInByLink, PageOf
from domain.case.commands.base import Sha256
from domain.case.facts import CaseFiled
from domain.case.standing import MOST_BY_LINK, Link
from domain.case.state import Case
from domain.decisions import Call
from domain.identity.checks import mask_name
from store.itself import CENTRE_ACTOR
from web.bodies import json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import Limit, address_key
from web.results.recall import answers_of, last

HEADER = "x-hand-in"
TRIES = {"address": (Limit(30, timedelta(minutes=10)), Limit(120, timedelta(hours=1)))}
"""Wrong secrets from one address; a right one costs nothing."""
MOST_PAGES = MOST_BY_LINK
WAITS_FOR_PAPERS = frozenset({CaseStatus.FILED, CaseStatus.CORRECTION})
LONGEST_SECRET = 128


class Handed(Struct, frozen=True):
    """One page, as its bytes were sent before."""

    file: UUID
    material: Annotated[str, Meta(max_length=200)]
    number: Annotated[int, Meta(ge=1, le=99)]
    sha256: Sha256
    size: Annotated[int, Meta(ge=1, le=50_000_000)]


class HandIn(Struct, frozen=True):
    """What is handed in."""

    pages: Annotated[tuple[Handed, ...], Meta(max_length=MOST_PAGES)] = ()
    declarations: Annotated[tuple[str, ...], Meta(max_length=MOST_PAGES)] = ()


class Shown(Struct, frozen=True):
    """A link that was shown with its secret."""

    id: UUID
    link: Link
    case: Case
    token_hash: str


async def look(request: Request) -> Response:
    """`GET /api/hand-in/{case}`: what the link asks for."""
    edge = edge_of(request)
    shown = await _shown(request, request.path_params["case"], request.headers.get(HEADER, ""))
    return json_answer(await asyncio.to_thread(_body, edge, request.path_params["case"], shown))


async def hand_in(request: Request) -> Response:
    """`POST /api/hand-in/{case}`: hand the pages in, once."""
    edge, case = edge_of(request), request.path_params["case"]
    shown = await _shown(request, case, request.headers.get(HEADER, ""))
    said = await read_json(request, HandIn)
    command = HandInByLink(
        link=shown.id,
        token_hash=shown.token_hash,
        pages=tuple(PageOf(page.file, page.material, page.number) for page in said.pages),
        declarations=said.declarations,
    )
    files = tuple(FileRef(page.file, page.sha256, page.size) for page in said.pages)
    call = Call(id=edge.new_id(), lane=case, command=command, by=CENTRE_ACTOR, files=files)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict == "retry":
        raise Problem(503, "busy", retry_s=max(1, (answer.retry_ms or 0) // 1_000))
    if answer.verdict != "applied":
        raise Problem(409, answer.code or "refused", **(answer.params or {}))
    return json_answer({"pages": len(said.pages)}, status=201)


async def sender_of(request: Request) -> Actor | None:
    """Who sends a file by a link, as the upload service knows them; None where no link is shown.

    The header is `CASE SECRET`. A file may only be sent for the case of the link.

    Raises:
        Problem: 404 `link-unknown`, 410 `link-over`, 429 `too-many-hand-ins`.
    """
    said = request.headers.get(HEADER)
    if said is None:
        return None
    case, _, secret = said.partition(" ")
    try:
        lane = UUID(case)
    except ValueError:
        raise Problem(404, "link-unknown") from None
    shown = await _shown(request, lane, secret, sending=True)
    request.state.lane = lane
    request.state.shown = shown
    return Actor(id=shown.id, roles=frozenset({Role.RESIDENT}))


def require_for_link(request: Request, *, lane: UUID, file: UUID) -> None:
    """Let whoever sends by a link send only files of its case: those that it named, once it has served.

    Raises:
        Problem: 403 `forbidden` for another case, 410 `link-over` for a file that the link takes no more.
    """
    shown: Shown | None = getattr(request.state, "shown", None)
    if shown is None:
        return
    if request.state.lane != lane:
        raise Problem(403, "forbidden")
    if not shown.case.takes(file, by=shown.id, now=edge_of(request).clock()):
        raise Problem(410, "link-over")


async def _shown(request: Request, case: UUID, secret: str, *, sending: bool = False) -> Shown:
    """The link with its secret; what was handed in may still be on its way (`sending`) when the link has served."""
    edge = edge_of(request)
    found = await asyncio.to_thread(_find, edge, case, secret[:LONGEST_SECRET])
    if found is None:
        client = request.client.host if request.client else None
        edge.limiter.spend("too-many-hand-ins", TRIES, address=address_key(client))
        raise Problem(404, "link-unknown")
    over = found.link.expires_at <= edge.clock() or found.case.status not in WAITS_FOR_PAPERS
    if over or (found.link.used and not (sending and _is_waited_for(found))):
        raise Problem(410, "link-over")
    return found


def _is_waited_for(shown: Shown) -> bool:
    """Whether something that the link named is still on its way."""
    return any(page.file in shown.link.files for page in shown.case.waiting)


def _find(edge: Edge, case: UUID, secret: str) -> Shown | None:
    token_hash, state = sha256(secret.encode()).hexdigest(), edge.centre.case(case)
    for id, link in state.links.items():
        if compare_digest(link.token_hash, token_hash):
            return Shown(id, link, state, token_hash)
    return None


def _body(edge: Edge, case: UUID, shown: Shown) -> dict[str, object]:
    item = edge.centre.item_of(shown.case)
    wanted = [material for material in item.materials if material.id in shown.link.materials]
    expires_at: datetime = shown.link.expires_at
    return {
        "link": shown.id,
        "item_name": {"zh": item.name_zh, "en": item.name_en},
        "applicant_masked": mask_name(_applicant_name(edge, case)),
        "expires_at": expires_at,
        "used": shown.link.used,
        "materials": [
            {
                "id": material.id,
                "name": {"zh": material.name_zh, "en": material.name_en},
                "form": material.form,
                "signed": material.source == "self-declared",
            }
            for material in wanted
        ],
    }


def _applicant_name(edge: Edge, case: UUID) -> str:
    filed = last(edge.centre.read(case), CaseFiled)
    assert filed is not None
    assert isinstance(filed.fact, CaseFiled)
    answers = answers_of(edge.centre, filed, filed.fact) or {}
    return str(answers.get("applicant_name", ""))


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/hand-in/{case:uuid}", look, methods=["GET"]),
    Route("/api/hand-in/{case:uuid}", hand_in, methods=["POST"]),
)
