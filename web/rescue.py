"""Rescue files: what a device had not sent, brought in from a file under the same ids, so that nothing counts twice."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.decisions import Call
from domain.refusals import PersonIsErased
from domain.rights.fresh import NEEDS_PROOF
from store.answers import Answer
from store.centre import Centre
from store.staging import Upload, UploadTooLong, WrongOffset
from sync import frames as fr
from sync.intents import UnreadableIntent, read_intent, verdict_of
from web.arrivals import Announcement, Arrivals
from web.bodies import json_answer
from web.edge import edge_of
from web.errors import Problem
from web.limits import Limit
from web.session import actor_of
from web.signin.fresh import require_proof
from web.spool import spooled

LARGEST_BYTES = 100_000_000
MOST_INTENTS = 10_000
TRIES = {"person": (Limit(20, timedelta(hours=1)),)}
LONGEST_SECONDS = 900.0
"""In which a file must have come: a line of a megabit a second carries the largest."""
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)


class RescuedIntent(Struct, frozen=True):
    """An intent as it would have travelled."""

    body: str
    links: fr.Links | None = None


class RescuedPage(Struct, frozen=True, kw_only=True):
    """A photograph; `base64` is empty where the device had lost its bytes."""

    file: UUID
    lane: UUID
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Meta(ge=1)]
    media_type: Annotated[str, Meta(max_length=100)]
    intent: UUID | None = None
    base64: str = ""


class RescueFile(Struct, frozen=True, kw_only=True, tag_field="doorstep", tag="rescue"):
    """What a device had not sent."""

    version: int
    person: UUID | None
    intents: Annotated[tuple[RescuedIntent, ...], Meta(max_length=MOST_INTENTS)] = ()
    pages: Annotated[tuple[RescuedPage, ...], Meta(max_length=MOST_INTENTS)] = ()


class PageKept(Struct, frozen=True):
    """What became of a photograph: `stored`, `rejected` or `missing`, with the reason."""

    file: UUID
    state: str
    reason: str = ""


class Rescued(Struct, frozen=True):
    """What came of a rescue file."""

    verdicts: list[fr.Verdict]
    pages: list[PageKept]


def read_file(content: bytes) -> RescueFile:
    """The rescue file.

    Raises:
        Problem: 400 `rescue-malformed`, or 422 `rescue-version` for one of a newer app.
    """
    try:
        file = msgspec.json.decode(content, type=RescueFile)
    except _UNREADABLE as error:
        raise Problem(400, "rescue-malformed") from error
    if file.version != 1:
        raise Problem(422, "rescue-version", version=file.version)
    return file


async def bring_in(
    file: RescueFile, *, centre: Centre, arrivals: Arrivals, by: Actor, entered_by: UUID | None = None
) -> Rescued:
    """Judge the intents in their order, and keep the photographs.

    Args:
        file: what was saved.
        centre: the log.
        arrivals: takes photographs.
        by: the person whose file it is.
        entered_by: the member of staff who brings it in for them.

    Raises:
        Problem: 403 `rescue-other-person` for a file of somebody else's.
    """
    if file.person != by.id:
        raise Problem(403, "rescue-other-person")
    verdicts: list[fr.Verdict] = []
    batch = fr.Limits().intents
    for start in range(0, len(file.intents), batch):
        verdicts += await _judged(file.intents[start : start + batch], centre, by, entered_by)
    pages = [await _kept(page, arrivals, by) for page in file.pages]
    return Rescued(verdicts, pages)


def _unproven(read: Call | fr.Verdict) -> Call | fr.Verdict:
    """A file shows nobody's face: what asks for a fresh proof is done in the app."""
    if isinstance(read, Call) and read.command.act in NEEDS_PROOF:
        return fr.Verdict(id=read.id, verdict="refused", code="forbidden", params={"act": read.command.act})
    return read


async def _judged(
    intents: Sequence[RescuedIntent], centre: Centre, by: Actor, entered_by: UUID | None
) -> list[fr.Verdict]:
    read: list[Call | fr.Verdict] = []
    for one in intents:
        try:
            read.append(_unproven(read_intent(fr.SignedIntent(body=one.body, links=one.links), by=by)))
        except UnreadableIntent as error:
            raise Problem(400, "rescue-malformed") from error
    calls = [msgspec.structs.replace(one, entered_by=entered_by) for one in read if isinstance(one, Call)]
    judged: list[Answer] = await asyncio.wrap_future(centre.submit_all(calls))
    answers = iter(judged)
    return [one if isinstance(one, fr.Verdict) else verdict_of(one.id, next(answers)) for one in read]


async def _kept(page: RescuedPage, arrivals: Arrivals, by: Actor) -> PageKept:
    try:
        content = await asyncio.to_thread(base64.b64decode, page.base64, validate=True)
    except (binascii.Error, ValueError):
        return PageKept(page.file, "rejected", "damaged")
    if not content:
        return PageKept(page.file, "missing")
    if len(content) != page.size:
        return PageKept(page.file, "rejected", "damaged")
    announced = Announcement(
        file=page.file,
        lane=page.lane,
        intent_id=page.intent or page.lane,
        sha256=page.sha256,
        size=page.size,
        type=page.media_type,
    )
    try:
        upload = await arrivals.announce(announced, by=by.id)
        await _sent(upload, content, arrivals)
        outcome = await arrivals.settle(upload.id)
    except (UploadTooLong, PersonIsErased):
        return PageKept(page.file, "rejected", "damaged")
    except Problem as problem:
        return PageKept(page.file, "rejected", problem.code)
    return PageKept(page.file, "stored" if outcome.stored else "rejected", outcome.reason)


async def _sent(upload: Upload, content: bytes, arrivals: Arrivals) -> None:
    """Keep what has not arrived; the device itself may be sending the same page."""
    while (offset := await asyncio.to_thread(arrivals.offset, upload)) < upload.size:
        with contextlib.suppress(WrongOffset):
            await arrivals.append(upload, offset, content[offset:])


async def endpoint(request: Request) -> Response:
    """`POST /api/rescue`: a person's own rescue file; the answer has a verdict for each intent and the pages' fate.

    What is in a file was signed by no device. So a member of staff shows who they are, and no device is noted.
    """
    edge, actor = edge_of(request), await actor_of(request)
    if not actor.is_resident:
        require_proof(request)
        actor = msgspec.structs.replace(actor, device=None)
    edge.limiter.spend("too-many-tries", TRIES, person=str(actor.id))
    async with spooled(request.stream(), most=LARGEST_BYTES, seconds=LONGEST_SECONDS) as spool, edge.rescuing:
        file = await asyncio.to_thread(lambda: read_file(spool.read()))
        rescued: Any = await bring_in(file, centre=edge.centre, arrivals=edge.arrivals, by=actor)
    return json_answer(rescued)


def routes() -> list[BaseRoute]:
    """The address of rescue files."""
    return [Route("/api/rescue", endpoint, methods=["POST"])]
