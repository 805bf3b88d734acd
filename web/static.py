"""The built app: its files with the right caching and encoding, and its first page for every address of its own."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from web.bodies import matches, not_modified
from web.security import policy_for

HASHED = "/assets/"
"""Vite puts the content's hash into the names of files in this folder."""

FOREVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
EARLY = "/early.json"
"""Which files the screens behind the first one begin with, as the build wrote it down; not served."""
HOW = {".css": "rel=preload; as=style; crossorigin", ".js": "rel=modulepreload"}
PLAIN = "rel=preload; as=script"
NOT_THE_APP = ("/api/", "/assets/", "/demo/", "/files/", "/lan/", "/log/", "/session/", "/sync/", "/verify/")
TYPES = {
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
RUNS = frozenset({"text/html", "text/javascript"})
"""Types that carry the app's policy: a worker is bound by that of its own script, not by that of the page."""

NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>家门口 Doorstep</title>
<p>网页还没有构建：请在项目目录运行 ./run。
<p>The app has not been built: type ./run in the project's folder."""


class Built(Struct, frozen=True):
    """One file of the app.

    Attributes:
        plain: its bytes.
        encoded: its bytes by content encoding, for those that were compressed at build time.
    """

    plain: bytes
    encoded: dict[str, bytes]
    media_type: str
    etag: str
    cache: str


class Site:
    """The files of the built app, read once at start: what is served cannot change under a page that is open."""

    def __init__(self, files: dict[str, Built]) -> None:
        """Serve `files`, by path from the root."""
        self._files = {path: file for path, file in files.items() if path != EARLY}
        first = files.get("/index.html")
        self._first = first
        self._early = _hints(files.get(EARLY))
        self._policy = policy_for(first.plain.decode() if first else "")

    @property
    def is_built(self) -> bool:
        """Whether there is an app to serve."""
        return self._first is not None

    async def answer(self, request: Request) -> Response:
        """The file at the request's path, the first page for an address of the app, or 404."""
        path = request.url.path
        if path in self._files and path != "/index.html":
            return self._send(request, self._files[path])
        if f"{path}/".startswith(NOT_THE_APP) or "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        if self._first is None:
            return HTMLResponse(NOT_BUILT, 503)
        page = self._send(request, self._first)
        if self._early and path != "/":
            page.headers["link"] = self._early
        return page

    def _send(self, request: Request, built: Built) -> Response:
        response = _answer(request, built)
        if built.media_type in RUNS:
            response.headers["content-security-policy"] = self._policy
        return response

    def routes(self) -> list[BaseRoute]:
        """Everything that no other route has taken."""
        return [Route("/{path:path}", self.answer, methods=["GET"], name="app")]


def load_site(folder: Path) -> Site:
    """Read the app that was built into `folder`; an empty or missing folder gives a site that says so."""
    return Site(dict(_read(folder))) if folder.is_dir() else Site({})


def _hints(early: Built | None) -> str:
    """The files as a `Link` header, by which a browser fetches them beside the app instead of after it."""
    paths = msgspec.json.decode(early.plain, type=list[str]) if early else []
    return ", ".join(f"<{path}>; {HOW[Path(path).suffix] if path.startswith(HASHED) else PLAIN}" for path in paths)


def _read(folder: Path) -> Iterator[tuple[str, Built]]:
    for file in sorted(folder.rglob("*")):
        path = "/" + file.relative_to(folder).as_posix()
        if file.is_file() and not any(part.startswith(".") for part in path.split("/")) and not _is_twin(file):
            yield path, _built(file, path)


def _is_twin(file: Path) -> bool:
    return file.suffix in {suffix for _, suffix in ENCODINGS} and file.with_suffix("").is_file()


def _built(file: Path, path: str) -> Built:
    plain = file.read_bytes()
    twins = {name: file.with_name(file.name + suffix) for name, suffix in ENCODINGS}
    return Built(
        plain=plain,
        encoded={name: twin.read_bytes() for name, twin in twins.items() if twin.is_file()},
        media_type=TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        etag=hashlib.sha256(plain).hexdigest()[:20],
        cache=FOREVER if path.startswith(HASHED) else ASK_EACH_TIME,
    )


def _answer(request: Request, built: Built) -> Response:
    if matches(request, built.etag):
        return not_modified(built.etag, cache=built.cache)
    wanted = request.headers.get("accept-encoding", "")
    name = next((name for name, _ in ENCODINGS if name in wanted and name in built.encoded), None)
    headers = {"cache-control": built.cache, "etag": f'"{built.etag}"', "vary": "accept-encoding"}
    if name is not None:
        headers["content-encoding"] = name
    body = built.plain if name is None else built.encoded[name]
    return Response(body, headers=headers, media_type=built.media_type)
