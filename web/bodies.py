"""JSON bodies of requests and answers: typed on the way in, encoded once on the way out."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

Body = TypeVar("Body")

NO_STORE = "no-store"


async def read_json(request: Request, kind: type[Body]) -> Body:
    """The body of `request` as `kind`.

    Raises:
        HTTPException: 415 if the body is not declared as JSON, 400 if it has another shape than `kind`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415)
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise HTTPException(400) from fault


def json_answer(value: Any, *, status: int = 200, cache: str = NO_STORE, etag: str | None = None) -> Response:
    """An answer with `value` as JSON.

    Args:
        value: anything that msgspec encodes; bytes are taken as JSON that is encoded already.
        status: HTTP status.
        cache: the `Cache-Control` of the answer.
        etag: entity tag without quotes.
    """
    content = value if isinstance(value, bytes) else msgspec.json.encode(value)
    headers = {"cache-control": cache}
    if etag is not None:
        headers["etag"] = f'"{etag}"'
    return Response(content, status, headers, media_type="application/json")


def matches(request: Request, etag: str) -> bool:
    """Whether the client says that it holds the entity tagged `etag` (RFC 9110 section 13.1.2)."""
    held = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in held.split(",")}
    return f'"{etag}"' in tags or "*" in tags


def not_modified(etag: str, *, cache: str) -> Response:
    """The answer to a client that holds the entity already."""
    return Response(status_code=304, headers={"etag": f'"{etag}"', "cache-control": cache})
