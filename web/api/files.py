"""`/api/cases/{case}/files` and `result.pdf`: pages that people handed in, and the paper that they get."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from domain.case.facts import FileStored, ResultIssued, ResultRendered
from domain.facts import Fact
from domain.refusals import NotFound, PersonIsErased
from web.api.cases import Opened, open_case, record_page, record_print
from web.bodies import matches, not_modified
from web.errors import Problem

CACHE = "private, no-cache"
"""The browser may keep it, and asks each time whether it may still show it."""

PDF = "application/pdf"
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", PDF: "pdf"}
IMAGE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Browsers show PDFs by a viewer of their own, which a sandbox would stop; nothing of ours runs in it."""


async def page(request: Request) -> Response:
    """`GET /api/cases/{case}/files/{file}`: a page as it was handed in; `?size=thumb` for a small JPEG of it."""
    opened = await _open_kept(request)
    stored = await asyncio.to_thread(_stored, opened, request.path_params["file"])
    if request.query_params.get("size") == "thumb":
        return await _thumb(request, opened, stored)
    if matches(request, stored.sha256):
        return not_modified(stored.sha256, cache=CACHE)
    await record_page(opened)
    name = f"{stored.file}.{EXTENSIONS.get(stored.media_type, 'bin')}"
    return await _send(opened, stored.address, stored.sha256, size=stored.size, kind=stored.media_type, name=name)


async def result(request: Request) -> Response:
    """`GET /api/cases/{case}/result.pdf`: the result document."""
    opened = await _open_kept(request)
    facts = await asyncio.to_thread(_facts, opened)
    rendered = next((fact for fact in reversed(facts) if isinstance(fact, ResultRendered)), None)
    issued = next((fact for fact in reversed(facts) if isinstance(fact, ResultIssued)), None)
    if rendered is None or issued is None:
        raise Problem(404, "result-not-ready")
    if matches(request, rendered.sha256):
        return not_modified(rendered.sha256, cache=CACHE)
    await record_print(opened, "result")
    name = f"{issued.document_number}.pdf"
    return await _send(opened, rendered.address, rendered.sha256, size=rendered.size, kind=PDF, name=name)


async def _open_kept(request: Request) -> Opened:
    """The case of the request's path, whose files are still kept.

    Raises:
        PersonIsErased: the applicant was erased; the browser's own copy is not confirmed either.
    """
    opened = await open_case(request)
    applicant = opened.case.applicant
    if applicant is not None and (await asyncio.to_thread(opened.edge.centre.person, applicant)).erased:
        raise PersonIsErased
    return opened


async def _thumb(request: Request, opened: Opened, stored: FileStored) -> Response:
    if not stored.media_type.startswith("image/"):
        raise Problem(404, "no-thumbnail")
    etag = f"{stored.sha256}-thumb"
    if matches(request, etag):
        return not_modified(etag, cache=CACHE)
    picture = await opened.edge.thumbs.of(stored.address)
    headers = {"cache-control": CACHE, "etag": f'"{etag}"', "content-security-policy": IMAGE_POLICY}
    return Response(picture, headers=headers, media_type="image/jpeg")


async def _send(opened: Opened, address: str, sha256: str, *, size: int, kind: str, name: str) -> Response:
    content = opened.edge.files.open(address)
    first = await asyncio.to_thread(next, content, b"")  # a file that is damaged or gone is found out before the head
    headers = {
        "cache-control": CACHE,
        "etag": f'"{sha256}"',
        "content-length": str(size),
        "content-disposition": _inline(name),
        "content-security-policy": PDF_POLICY if kind == PDF else IMAGE_POLICY,
    }
    return StreamingResponse(_with(first, content), headers=headers, media_type=kind)


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _inline(name: str) -> str:
    """`Content-Disposition` for a name that may hold Chinese (RFC 6266 with RFC 8187)."""
    return f"inline; filename*=UTF-8''{quote(name, safe='')}"


def _facts(opened: Opened) -> list[Fact]:
    return [envelope.fact for envelope in opened.edge.centre.read(opened.id)]


def _stored(opened: Opened, file: UUID) -> FileStored:
    """The last fact about the bytes of `file`.

    Raises:
        NotFound: they have not arrived, could not be used, or belong to another case.
    """
    named = (fact for fact in reversed(_facts(opened)) if isinstance(fact, FileStored) and fact.file == file)
    stored = next(named, None)
    if stored is None:
        raise NotFound
    return stored


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/cases/{case:uuid}/files/{file:uuid}", page, methods=["GET"]),
    Route("/api/cases/{case:uuid}/result.pdf", result, methods=["GET"]),
)
