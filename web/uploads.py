"""Resumable uploads: the server side of tus 1.0 at `/files/` (https://tus.io/protocols/resumable-upload).

Core, creation, creation-with-upload, checksum, expiration and termination are spoken.
What arrived before a line was cut counts: the next HEAD says how much. The answer to the last piece is given when the
file has been judged and is on the disk; `Doorstep-File` says how it was judged.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from email.utils import format_datetime

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.actors import Actor
from store.staging import Upload, UploadNotFound, UploadTooLong, WrongOffset
from web.arrivals import KEPT, MAX_PDF_BYTES, Announcement, Arrivals, Outcome, outcome_of
from web.edge import Edge
from web.errors import Problem, problem_answer
from web.handing_in import require_for_link, sender_of
from web.session import actor_of
from web.turns import Turn, Turns

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"

PIECE_BYTES = 262_144
"""How much is gathered before it is written and synchronised: a second of a slow line, few commits of a fast one."""

MAX_CHECKED_BYTES = 4_194_304
"""A piece with a checksum is held in memory until it has been compared."""

CHECKSUMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
METADATA = frozenset({"file", "lane", "intent_id", "sha256", "type"})
FORMER_NAMES = {"intent": "intent_id"}
"""What apps of before call a key; a device that was offline may still say so."""

CHECKSUM_MISMATCH = 460
"""Status that tus gives to a piece that was damaged on its way."""

LONGEST_REST_SECONDS = 300
"""How long bytes are read that were sent although they are here already."""

SETTLE_SECONDS = 20
EXPIRE_EVERY = 180


Who = Callable[[Request], Awaitable[Actor]]
"""Tells the person behind a request, or raises what the edge answers to a stranger."""


def routes(edge: Edge) -> list[BaseRoute]:
    """The addresses of the upload service."""
    return tus_routes(edge.arrivals, _sender)


async def _sender(request: Request) -> Actor:
    """Who sends: whoever shows a one-time link, else the person who has signed in."""
    return await sender_of(request) or await actor_of(request)


def tus_routes(arrivals: Arrivals, who: Who) -> list[BaseRoute]:
    """The addresses of the upload service, for whoever `who` says is asking."""
    uploads = _Uploads(arrivals, who)
    tus = [Middleware(_Tus)]
    return [
        Route("/files/", uploads.options, methods=["OPTIONS"], middleware=tus),
        Route("/files/", uploads.create, methods=["POST"], middleware=tus),
        Route("/files/{upload:uuid}", uploads.options, methods=["OPTIONS"], middleware=tus),
        Route("/files/{upload:uuid}", uploads.head, methods=["HEAD"], middleware=tus),
        Route("/files/{upload:uuid}", uploads.patch, methods=["PATCH"], middleware=tus),
        Route("/files/{upload:uuid}", uploads.delete, methods=["DELETE"], middleware=tus),
    ]


async def follow(edge: Edge) -> None:
    """Report what was finished before a restart or in a busy moment, and forget what is too old; until cancelled."""
    while True:
        for _ in range(EXPIRE_EVERY):
            await edge.arrivals.settle_finished()
            await asyncio.sleep(SETTLE_SECONDS)
        await asyncio.to_thread(edge.arrivals.expire)


class _Uploads:
    """The endpoints, each for the person of the session only."""

    def __init__(self, arrivals: Arrivals, who: Who) -> None:
        self._arrivals = arrivals
        self._who = who
        self._turns = Turns()

    async def options(self, _: Request) -> Response:
        headers = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(MAX_PDF_BYTES),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        }
        return Response(status_code=204, headers=headers)

    async def create(self, request: Request) -> Response:
        by, said = (await self._who(request)).id, announcement(request.headers)
        require_for_link(request, lane=said.lane, file=said.file)
        upload = await self._arrivals.announce(said, by=by)
        headers = {"Location": f"/files/{upload.id}"}
        if request.headers.get("content-type") == PIECE_TYPE:
            answer = await self._take_first(request, upload)
        else:
            answer = Response(headers=_expires(upload))
        answer.headers.update(headers)
        answer.status_code = 201
        return answer

    async def head(self, request: Request) -> Response:
        upload = await self._mine(request)
        await self._turns.free(upload.id)
        answer = await self._so_far(upload, await asyncio.to_thread(self._arrivals.offset, upload))
        answer.headers["Upload-Length"] = str(upload.size)
        answer.status_code = 200
        return answer

    async def patch(self, request: Request) -> Response:
        upload = await self._mine(request)
        if request.headers.get("content-type") != PIECE_TYPE:
            raise Problem(415, "piece-type")
        return await self._take(request, upload, _number(request.headers, "Upload-Offset"))

    async def delete(self, request: Request) -> Response:
        upload = await self._mine(request)
        await self._turns.free(upload.id)
        await self._arrivals.discard(upload)
        return Response(status_code=204)

    async def _mine(self, request: Request) -> Upload:
        by = (await self._who(request)).id
        return await asyncio.to_thread(self._arrivals.find, request.path_params["upload"], by=by)

    async def _take_first(self, request: Request, upload: Upload) -> Response:
        """Take the piece that came with the announcement, unless the upload was begun before: then it goes on there."""
        await self._turns.free(upload.id)
        offset = await asyncio.to_thread(self._arrivals.offset, upload)
        if offset == 0:
            return await self._take(request, upload, offset)
        with suppress(ClientDisconnect, TimeoutError):
            async with asyncio.timeout(LONGEST_REST_SECONDS):
                async for _ in request.stream():
                    pass  # a browser that is still sending would not hear the answer
        return await self._so_far(upload, offset)

    async def _take(self, request: Request, upload: Upload, offset: int) -> Response:
        """Take a piece.

        Raises:
            Problem: 409 `wrong-offset`, 413 `longer-than-announced` (nothing of it is kept where its length was said),
                404 if the upload was taken back meanwhile.
        """
        async with self._turns.take(upload.id) as turn:
            try:
                if (has := await asyncio.to_thread(self._arrivals.offset, upload)) != offset:
                    raise WrongOffset(has)
                if offset + _length(request.headers) > upload.size:
                    raise UploadTooLong(str(upload.id))
                async for piece in _pieces(request, turn):
                    offset = await self._arrivals.append(upload, offset, piece)
            except UploadNotFound:
                raise Problem(404, "not-found") from None
            except WrongOffset as wrong:
                raise Problem(409, "wrong-offset", offset=wrong.offset) from wrong
            except UploadTooLong as long:
                raise Problem(413, "longer-than-announced", size=upload.size) from long
        return await self._so_far(upload, offset)

    async def _so_far(self, upload: Upload, offset: int) -> Response:
        headers = {"Upload-Offset": str(offset), **_expires(upload)}
        if offset == upload.size:
            reported = "reported" in upload.notes
            outcome = outcome_of(upload) if reported else await self._arrivals.settle(upload.id)
            headers["Doorstep-File"] = _said(outcome)
        return Response(status_code=204, headers=headers)


class _Tus:
    """Puts the protocol's version on every answer, errors included, and refuses other versions."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_tus(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Tus-Resumable"] = VERSION
                headers["Cache-Control"] = "no-store"
            await send(message)

        if scope["method"] != "OPTIONS" and Headers(scope=scope).get("tus-resumable") != VERSION:
            refused = problem_answer(412, "tus-version", {"spoken": VERSION})
            refused.headers["Tus-Version"] = VERSION
            await refused(scope, receive, send_tus)
        else:
            await self._app(scope, receive, send_tus)


def announcement(headers: Headers) -> Announcement:
    """What a POST says of the file to come.

    Raises:
        Problem: 400 `upload-defer-length` (what will come must be known), `upload-length` or `upload-metadata`;
            `params["key"]` names what is missing, unknown or malformed.
    """
    if "upload-defer-length" in headers:
        raise Problem(400, "upload-defer-length")
    said = _metadata(headers.get("upload-metadata", ""))
    for key in said.keys() ^ METADATA:
        raise Problem(400, "upload-metadata", key=key[:50])
    size = _number(headers, "Upload-Length")
    if size == 0 or len(said["sha256"]) != 64 or set(said["sha256"]) - set("0123456789abcdef"):
        raise Problem(400, "upload-metadata", key="sha256" if size else "size")
    try:
        return msgspec.convert({**said, "size": size}, Announcement)
    except msgspec.ValidationError as error:
        raise Problem(400, "upload-metadata", key=str(error).rpartition("$.")[2].rstrip("`")) from error


def _metadata(header: str) -> dict[str, str]:
    """Keys and values of `Upload-Metadata`: pairs of a key and base64, separated by commas."""
    said: dict[str, str] = {}
    for pair in filter(None, header.split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            said[FORMER_NAMES.get(key, key)] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Problem(400, "upload-metadata", key=key[:50]) from error
    return said


def _number(headers: Headers, name: str) -> int:
    value = headers.get(name.lower(), "")
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise Problem(400, name.lower())
    return int(value)


def _length(headers: Headers) -> int:
    """Bytes of the body, 0 where that is not said."""
    said = headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else 0


async def _pieces(request: Request, turn: Turn) -> AsyncIterator[bytes]:
    """The body in pieces to keep, up to where the line was cut; with a checksum, all of it or nothing."""
    checksum = request.headers.get("upload-checksum")
    if checksum is not None:
        yield await _checked_body(turn.until_stopped(aiter(request.stream())), checksum)
        return
    held = bytearray()
    async for chunk in turn.until_stopped(aiter(request.stream())):
        held += chunk
        if len(held) >= PIECE_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


async def _checked_body(chunks: AsyncIterator[bytes], checksum: str) -> bytes:
    """All of the body; where its line was cut, or its sender stopped, it does not fit its checksum."""
    algorithm, _, wanted = checksum.partition(" ")
    if algorithm not in CHECKSUMS:
        raise Problem(400, "checksum-algorithm", taken=sorted(CHECKSUMS))
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > MAX_CHECKED_BYTES:
            raise Problem(413, "checked-piece-too-large", limit=MAX_CHECKED_BYTES)
    if base64.b64encode(CHECKSUMS[algorithm](body).digest()).decode() != wanted:
        raise Problem(CHECKSUM_MISMATCH, "checksum-mismatch")
    return bytes(body)


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(upload.began_at + KEPT, usegmt=True)}


def _said(outcome: Outcome) -> str:
    return "stored" if outcome.stored else f"rejected; reason={outcome.reason}"
