"""The door of the sandboxes: `/practice/{run}/{seat}/…` is the app's own address space, served by the run's sandbox.

Whoever comes has the real sign-in; at the door it is exchanged for the sandbox's own for the seat that the address
names. Neither cookie is ever seen on the other side.
"""

from __future__ import annotations

import asyncio
import re
from uuid import UUID

from starlette.datastructures import URLPath
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from domain.actors import Actor, Role
from domain.rights.table import may, require
from web.edge import edge_of
from web.errors import Problem, problem_answer
from web.practice.cast import roles_of
from web.practice.rooms import About, Room, Rooms
from web.session import COOKIE, actor_of

ADDRESS = re.compile(
    r"/practice/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([a-z-]+)/(?:api|session|files|sync|log)(?:/|\Z)"
)
"""What a sandbox serves; every other address below its own is a page of the app."""
SIGN_IN = frozenset({("GET", "/session"), ("POST", "/session/ticket")})
"""What of signing in goes through: who sits there, and a ticket for the socket."""
NO_LINE = 4503
LOOK_SECONDS = 0.2


def routes() -> list[BaseRoute]:
    """The addresses of the sandboxes."""
    return [Door()]


class Door(BaseRoute):
    """Matches what sandboxes serve, by any method; the pages of the app below the same addresses it leaves alone."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether an address is one of a sandbox."""
        found = ADDRESS.match(scope["path"]) if scope["type"] in ("http", "websocket") else None
        if found is None:
            return Match.NONE, {}
        return Match.FULL, {"path_params": {"run": UUID(found[1]), "seat": found[2]}}

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """Nobody asks for it by name."""
        raise NoMatchFound(name, dict(path_params))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] == "websocket":
            await _socket(WebSocket(scope, receive, send))
        else:
            await _request(scope, receive, send)


async def _request(scope: Scope, receive: Receive, send: Send) -> None:
    """One request, answered by the sandbox."""
    request = Request(scope, receive)
    path = _inside(scope["path"])
    if path.startswith("/session") and (request.method, path) not in SIGN_IN:
        raise Problem(403, "forbidden")
    room, role = await entered(request)
    if not room.centre.marking().has_line and role is not Role.AUDITOR:
        await problem_answer(503, "no-line", {"retry_s": 2})(scope, receive, send)
        return
    prefix = scope["path"].removesuffix(path)
    await room.app(await _exchanged(scope, room, role, path), receive, _outside(send, prefix))
    await practice_of(request).settle(room)


async def _socket(socket: WebSocket) -> None:
    """The sandbox's own socket; while the scenario has the device without a line there is none."""
    room, role = await entered(socket)
    if not room.centre.marking().has_line:
        await socket.close(NO_LINE)
        return
    scope = await _exchanged(socket.scope, room, role, "/sync")
    line = asyncio.create_task(_watch_line(room))
    serving = asyncio.create_task(_as_coroutine(room.app, scope, socket))
    await asyncio.wait({line, serving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (line, serving):
        task.cancel()
    await asyncio.gather(line, serving, return_exceptions=True)
    if practice_of(socket).holds(room):
        await practice_of(socket).settle(room)


async def _as_coroutine(app: ASGIApp, scope: Scope, socket: WebSocket) -> None:
    await app(scope, socket.receive, socket.send)


async def _watch_line(room: Room) -> None:
    """Ends when the scenario takes the line away."""
    while room.centre.marking().has_line:  # noqa: ASYNC110 - the log is another thread's
        await asyncio.sleep(LOOK_SECONDS)


def practice_of(connection: HTTPConnection) -> Rooms:
    """The runs of the service.

    Raises:
        Problem: 404 in a sandbox, which has none.
    """
    rooms = edge_of(connection).practice
    if rooms is None:
        raise Problem(404, "not-found")
    return rooms


async def entered(connection: HTTPConnection) -> tuple[Room, Role]:
    """The room and the seat of an address, for whoever may sit there.

    Raises:
        Problem: 404 `not-found`: there is no such run or seat, or none for whoever asks.
    """
    rooms, actor = practice_of(connection), await actor_of(connection)
    require("practice.run", actor)
    run: UUID = connection.path_params["run"]
    try:
        role = Role(connection.path_params["seat"])
    except ValueError as fault:
        raise Problem(404, "not-found") from fault
    about = await asyncio.to_thread(rooms.about, run)
    if about is None or not may_sit(actor, about, role):
        raise Problem(404, "not-found")
    room = await rooms.room(run)
    scenario = room.centre.marking().scenario
    if scenario is None or role not in roles_of(scenario):
        raise Problem(404, "not-found")
    return room, role


def may_sit(actor: Actor, about: About, role: Role) -> bool:
    """Trainees sit at every seat of their own run; whoever looks after training may watch it again."""
    is_own = actor.id == about.trainee
    return may("practice.run", actor, own=is_own) and (is_own or role is Role.AUDITOR)


async def _exchanged(scope: Scope, room: Room, role: Role, path: str) -> Scope:
    """The request as the sandbox gets it: with its own path and the seat's own sign-in."""
    token = await asyncio.to_thread(room.token, role)
    headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    headers.append((b"cookie", f"{COOKIE}={token}".encode()))
    inside = dict(scope)
    for name in ("path_params", "endpoint", "router", "app", "state", "starlette.exception_handlers"):
        inside.pop(name, None)
    return {**inside, "path": path, "raw_path": path.encode(), "root_path": "", "headers": headers}


def _inside(path: str) -> str:
    """The address below the run and the seat."""
    return "/" + path.split("/", 4)[4]


def _outside(send: Send, prefix: str) -> Send:
    """Answers as the browser gets them: without the sandbox's cookie, and with addresses as they are outside."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message["headers"]]
            told = [
                (name, prefix.encode() + value if name == b"location" and value.startswith(b"/") else value)
                for name, value in headers
                if name != b"set-cookie"
            ]
            message = {**message, "headers": told}
        await send(message)

    return sent
