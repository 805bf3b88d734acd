"""What every answer carries and every request must satisfy, whichever route it is for."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import Problem, problem_answer

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_TO_ANY_HOST = frozenset({"/healthz", "/readyz"})
LARGEST_HEAD_BYTES = 16_384
LARGEST_BODY_BYTES = 65_536
OWN_LIMITS = ("/files/", "/api/rescue", "/api/training/files", "/api/training/import")
"""Uploads, rescue files and content to be learnt have limits of their own (`web/uploads`, `web/rescue`, `web/api`)."""
IN_SANDBOX = re.compile(r"^/practice/[^/]+/[^/]+")
"""What the addresses of a sandbox of practice begin with (`web/practice/door`)."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
HSTS = "max-age=31536000"

_INLINE = re.compile(r"<(script|style)(?![^>]*\ssrc=)[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)


def policy_for(html: str = "") -> str:
    """The content security policy of a page (CSP level 3): the service's own files, and what stands in `html` itself.

    Inline scripts and styles are allowed by their hashes only; nothing inline is allowed where `html` is empty.
    """
    inline: dict[str, list[str]] = {"script": [], "style": []}
    for kind, text in _INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        inline[kind.lower()].append(f"'sha256-{digest}'")
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *inline["script"])),
            " ".join(("style-src 'self'", *inline["style"])),
            "img-src 'self' blob:",
            "media-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""For answers that are no page: data, and files that people uploaded."""


WITHOUT_HSTS = tuple(
    (name.encode(), value.encode()) for name, value in {**ALWAYS, "content-security-policy": NOTHING_ALLOWED}.items()
)
WITH_HSTS = (*WITHOUT_HSTS, (b"strict-transport-security", HSTS.encode()))
"""As the server sends them."""


class SecurityHeaders:
    """Middleware: adds the headers above to every answer; a route may have set its own policy."""

    def __init__(self, app: ASGIApp, *, hsts: bool = True) -> None:
        """Wrap `app`.

        Args:
            app: the application.
            hsts: whether browsers shall remember to use HTTPS (RFC 6797). Not with a local certificate: they would then
                refuse plain HTTP to every other program on this machine.
        """
        self._app = app
        self._hsts = hsts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(message, hsts=self._hsts and scope["scheme"] == "https")
            await send(message)

        await self._app(scope, receive, with_headers)


def _add(message: Message, *, hsts: bool) -> None:
    given = list(message.get("headers", ()))
    names = {name for name, _ in given}
    wanted = WITH_HSTS if hsts else WITHOUT_HSTS
    message["headers"] = given + [header for header in wanted if header[0] not in names]


class OriginGate:
    """Middleware: takes requests for known hosts only, and whatever changes something from known origins only.

    A cookie alone proves nothing here: SameSite=Strict cookies are sent along from another port of the same host, on
    WebSockets too. Non-GET requests and WebSockets must carry an Origin of the exact list.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str]) -> None:
        """Wrap `app`; `origins` is the exact list, as browsers write them."""
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(origin.partition("://")[2] for origin in self._origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["path"] not in OPEN_TO_ANY_HOST and headers.get("host") not in self._hosts:
            await problem_answer(421, "unknown-host")(scope, receive, send)
        elif _changes_something(scope) and headers.getlist("origin") not in [[one] for one in self._origins]:
            await problem_answer(403, "origin-not-allowed")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _changes_something(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS


class SizeLimit:
    """Middleware: refuses a head or body that is larger than any of the API, declared or counted."""

    def __init__(self, app: ASGIApp, largest_bytes: int = LARGEST_BODY_BYTES) -> None:
        """Wrap `app`."""
        self._app = app
        self._largest = largest_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan" or _head_bytes(scope) <= LARGEST_HEAD_BYTES:
            await self._limit_body(scope, receive, send)
        else:
            await problem_answer(431, "body-too-large")(scope, receive, send)

    async def _limit_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or IN_SANDBOX.sub("", scope["path"]).startswith(OWN_LIMITS):
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared[:12]) > self._largest:
            await problem_answer(413, "body-too-large")(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._largest:
                raise Problem(413, "body-too-large")
            return message

        await self._app(scope, counted, send)


class GZip(GZipMiddleware):
    """Middleware: the library's, and only for whoever takes gzip; an answer as it is suits everybody."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _head_bytes(scope: Scope) -> int:
    fields = sum(len(name) + len(value) for name, value in scope["headers"])
    return fields + len(scope["path"]) + len(scope["query_string"])
