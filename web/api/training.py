"""`/api/training`: handouts of what is learnt, and content brought in and out as a file.

Everything else of learning is in the rows that devices hold.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from urllib.parse import quote
from uuid import UUID

from msgspec import Raw, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.case.commands import Command
from domain.decisions import Call
from domain.refusals import NotFound
from domain.rights.table import require
from domain.training.content import FILES_OF_TRAINING, Attachment, Content, Kind, kind_of
from domain.training.source import FileFault
from projections.reader import Reader
from projections.training_content import TRAINING
from store.answers import Answer
from store.files import FileNotStored
from web.api.files import CACHE, IMAGE_POLICY, PDF, PDF_POLICY
from web.bodies import json_answer, matches, not_modified
from web.edge import Edge, edge_of
from web.errors import Problem
from web.session import actor_of
from web.spool import spooled
from web.training_files import (
    MEDIA_TYPES,
    MOST_BYTES,
    MOST_UNPACKED,
    NoTraining,
    attached,
    given_over_http,
    sort_of,
    zipped,
)
from web.training_import import NotPublished, changed, learnt, publish, read

ZIP = "application/zip"
LONGEST_SECONDS = 900.0
"""In which a file must have come, as for rescue files."""
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


class Handout(Struct, frozen=True, kw_only=True):
    """A file that was kept, as an `Attachment` names it."""

    kind: str
    name: str
    sha256: str
    size: int
    address: str


class Changed(Struct, frozen=True, kw_only=True):
    """A thing that the file brings new, or otherwise than it is."""

    kind: Kind
    id: str
    title_zh: str
    title_en: str
    is_new: bool


class BroughtIn(Struct, frozen=True, kw_only=True):
    """What came of a file.

    Attributes:
        faults: while there is one, nothing was published.
        changed: what is new in it.
        same: how many things are as they were.
        published: whether it was published now.
    """

    name: str
    faults: tuple[FileFault, ...]
    changed: tuple[Changed, ...]
    same: int
    published: bool


async def handout(request: Request) -> Response:
    """`GET /api/training/files/{address}?name=`: a picture, video or PDF beside a lesson or a policy, for staff."""
    edge = edge_of(request)
    require("training.rows", await actor_of(request))
    address = request.path_params["address"]
    content = await asyncio.to_thread(_read, edge, address)
    if matches(request, address):
        return not_modified(address, cache=CACHE)
    sort = sort_of(content)
    media = MEDIA_TYPES[sort] if sort else "application/octet-stream"
    headers = {
        "cache-control": CACHE,
        "etag": f'"{address}"',
        "accept-ranges": "bytes",
        "content-disposition": f"inline; filename*=UTF-8''{quote(request.query_params.get('name', 'file'), safe='')}",
        "content-security-policy": PDF_POLICY if media == PDF else IMAGE_POLICY,
    }
    part = _part(request, len(content))
    if part is None:
        return Response(content, headers=headers, media_type=media)
    first, last = part
    headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, headers, media_type=media)


def _read(edge: Edge, address: str) -> bytes:
    """The bytes of a handout; files of people's cases are none.

    Raises:
        NotFound: there is no handout at this address.
    """
    try:
        if edge.files.owner(address) != FILES_OF_TRAINING:
            raise NotFound
        return edge.files.read(address)
    except FileNotStored as error:
        raise NotFound from error


def _part(request: Request, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range that is asked for (RFC 9110 section 14.2); as players of video ask."""
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if found is None:
        return None
    first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    return (first, last) if first <= last else None


async def keep(request: Request) -> Response:
    """`POST /api/training/files?name=`: keep a picture, video or PDF for a lesson, before it is published."""
    edge = edge_of(request)
    require("training.publish", await actor_of(request))
    content = await _body(request, MOST_BYTES)
    seen = attached(content)
    if seen is None:
        raise Problem(415, "media-type")
    stored = await asyncio.to_thread(edge.files.put, content, person=FILES_OF_TRAINING)
    name = request.query_params.get("name", "file")[:200]
    kept_as = Handout(kind=seen.kind, name=name, sha256=seen.sha256, size=seen.size, address=stored.address)
    return json_answer(kept_as, status=201)


async def bring_in(request: Request) -> Response:
    """`POST /api/training/import?name=&publish=`: check a file of content, and with `publish=1` publish what is new."""
    edge, actor = edge_of(request), await actor_of(request)
    require("training.publish", actor)
    name = request.query_params.get("name", "training.yaml")[:200]
    content = await _body(request, MOST_UNPACKED)
    wanted = request.query_params.get("publish") == "1"
    return json_answer(await asyncio.to_thread(_brought_in, edge, actor, name, content, wanted=wanted))


def _brought_in(edge: Edge, actor: Actor, name: str, content: bytes, *, wanted: bool) -> BroughtIn:
    try:
        given = given_over_http(name, content)
    except NoTraining as error:
        fault = FileFault(1, "the file", str(error), error.zh)
        return BroughtIn(name=name, faults=(fault,), changed=(), same=0, published=False)
    found = read(given, edge.centre)
    if found.faults:
        return BroughtIn(name=given.name, faults=found.faults, changed=(), same=0, published=False)
    new = changed(found.contents, edge.centre)
    known: set[tuple[Kind, str]] = {(kind_of(one), one.id) for one in learnt(edge.centre)}
    told = tuple(_changed(one, known) for one in new)
    if wanted:
        try:
            publish(new, given, edge.files, _Submitting(edge, actor), _untold)
        except NotPublished as error:
            raise Problem(409, error.answer.code or "fault", **(error.answer.params or {})) from error
    same = len(found.contents) - len(new)
    return BroughtIn(name=given.name, faults=(), changed=told, same=same, published=wanted)


class _Submitting:
    """Gives commands as the person who asked."""

    def __init__(self, edge: Edge, actor: Actor) -> None:
        """Give commands as `actor`."""
        self._edge, self._actor = edge, actor

    def __call__(self, command: Command, lane: UUID) -> Answer:
        """Give one command and wait for the answer."""
        call = Call(id=self._edge.new_id(), lane=lane, command=command, by=self._actor)
        return self._edge.centre.submit(call).result()


def _untold(_done: int, _total: int) -> None:
    """Nobody watches over HTTP: the answer says what was done."""


def _changed(content: Content, known: set[tuple[Kind, str]]) -> Changed:
    kind = kind_of(content)
    zh, en = titles_of(content)
    return Changed(kind=kind, id=content.id, title_zh=zh, title_en=en, is_new=(kind, content.id) not in known)


def titles_of(content: Content) -> tuple[str, str]:
    """What a thing is called, in Chinese and English."""
    for name in ("title", "name", "stem", "question"):
        if hasattr(content, f"{name}_zh"):
            return str(getattr(content, f"{name}_zh")), str(getattr(content, f"{name}_en"))
    return content.id, content.id


async def export(request: Request) -> Response:
    """`GET /api/training/export.zip`: all that is learnt as YAML with its handouts, ready to be brought in again."""
    edge = edge_of(request)
    require("training.bank", await actor_of(request))
    content = await asyncio.to_thread(_zipped, edge)
    headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="training.zip"'}
    return Response(content, headers=headers, media_type=ZIP)


def _zipped(edge: Edge) -> bytes:
    def content_of(one: Attachment) -> bytes:
        return _read(edge, one.address)

    return zipped(learnt(edge.centre), content_of)


async def _body(request: Request, most: int) -> bytes:
    """The body, off the disk again.

    Raises:
        Problem: 413 if it is larger than allowed, 408 if it comes too slowly.
    """
    async with spooled(request.stream(), most=most, seconds=LONGEST_SECONDS) as spool:
        return await asyncio.to_thread(spool.read)


async def people(request: Request) -> Response:
    """`GET /api/training/people`: how far everybody has come, as the rows of kind `trainee` that trainers hold."""
    require("training.people", await actor_of(request))
    return json_answer({"rows": await edge_of(request).readers.ask(partial(_rows, kinds=("trainee",)))})


async def bank(request: Request) -> Response:
    """`GET /api/training/bank`: questions and scenarios with what they expect, as the rows that trainers hold."""
    require("training.bank", await actor_of(request))
    return json_answer(
        {"rows": await edge_of(request).readers.ask(partial(_rows, kinds=("bank-question", "scenario")))}
    )


def _rows(reader: Reader, *, kinds: tuple[str, ...]) -> list[Raw]:
    return [Raw(row.encode()) for kind in kinds for row in reader.rows_of(TRAINING, kind)]


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/training/files", keep, methods=["POST"]),
    Route("/api/training/files/{address}", handout, methods=["GET"]),
    Route("/api/training/import", bring_in, methods=["POST"]),
    Route("/api/training/export.zip", export, methods=["GET"]),
    Route("/api/training/people", people, methods=["GET"]),
    Route("/api/training/bank", bank, methods=["GET"]),
)
