"""The long poll: the sync protocol over plain HTTP, for networks that break WebSockets.

`POST /sync/x` takes an array of client frames whose first is `hello`, and answers an array of server frames. Nothing is
kept between two of them but what cursors and receipts hold. Where nothing is pending the answer waits for news.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Raw
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.identity.identity import Session as SignIn
from sync import frames as fr
from web.bodies import NO_STORE, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.exchange import Exchange
from web.limits import Limit, address_key
from web.session import promptly, sign_in_of
from web.terms import retry_ms

WAIT_SECONDS = 25.0
MOST_FRAMES = 64
MOST_BYTES = fr.MAX_SERVER_FRAME_BYTES
"""After this much the answer is given, and the device asks again."""
POLLS = {"device": (Limit(600, timedelta(minutes=1)),), "address": (Limit(6_000, timedelta(minutes=1)),)}
PATIENT = frozenset({"welcome", "pong"})
"""Frames that are no news."""


class _Head(msgspec.Struct):
    """What has to be known of a frame before it is decoded."""

    t: str = ""
    cursor: str | None = None
    device: str = ""
    ticket: str = ""


class Poll(Exchange):
    """One POST."""

    def __init__(self, edge: Edge, cookie: SignIn | None) -> None:
        """Begin; `cookie` is the sign-in that counts where `hello` carries no ticket."""
        super().__init__(edge)
        self.session.may_pack = False  # the answer is one text
        self._cookie = cookie
        self._out: list[str] = []
        self._bytes = 0
        self._ended = False
        self._news = asyncio.Event()

    async def run(self, frames: list[str]) -> list[str]:
        """Hear the frames in order, and wait for news if there is nothing to say."""
        try:
            for one in frames:
                await self.carry_out(self.session.receive(one))
                if self._ended:
                    break
            if _may_wait(frames) and not self._has_news():
                await self._wait()
        finally:
            self.left()
            for task in tuple(self.tasks):
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
        return self._out

    async def _wait(self) -> None:
        self._news.clear()
        stopping = asyncio.create_task(self.edge.stopping.wait())
        heard = asyncio.create_task(self._news.wait())
        await asyncio.wait({stopping, heard}, timeout=WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in (stopping, heard):
            task.cancel()
        await asyncio.gather(stopping, heard, return_exceptions=True)

    def _has_news(self) -> bool:
        """Whether there is more than a greeting and an empty checkpoint."""
        return self._ended or any(_is_news(text) for text in self._out)

    # As an exchange

    def put(self, data: str | bytes) -> None:
        """Keep a frame for the answer."""
        assert isinstance(data, str)
        self._out.append(data)
        self._bytes += len(data)
        self._news.set()

    def end(self, code: int, reason: str) -> None:
        """Answer at once; a close code that no frame explains is told by an `error`."""
        if not self._ended and code in _TOLD:
            self.put(msgspec.json.encode(fr.Error(code=_TOLD[code], fatal=True)).decode())
        self._ended = True
        self._news.set()

    @property
    def is_full(self) -> bool:
        """Whether enough has gathered for one answer."""
        return self._bytes >= MOST_BYTES

    async def redeemed(self, ticket: str) -> SignIn | None:
        """The sign-in of the ticket, or of the cookie."""
        return await super().redeemed(ticket) if ticket else self._cookie


_TOLD = {fr.CloseCode.BLOCKED: "blocked", fr.CloseCode.REPLACED: "replaced", fr.CloseCode.RESTARTING: "restarting"}


def routes() -> list[BaseRoute]:
    """The address of the long poll."""
    return [Route("/sync/x", endpoint, methods=["POST"])]


async def endpoint(request: Request) -> Response:
    """`POST /sync/x`: frames in, frames out."""
    edge = edge_of(request)
    frames = _texts(await read_json(request, list[Raw]))
    if edge.stopping.is_set():
        raise Problem(503, "restarting", retry_s=1 + retry_ms(edge) // 1_000)
    if not frames or len(frames) > MOST_FRAMES:
        raise Problem(400, "body-malformed")
    first = _head(frames[0])
    if first.t != "hello" or sum(_head(one).t == "push" for one in frames) > fr.Limits().inflight:
        raise Problem(400, "body-malformed")
    cookie = await promptly(edge.centre, lambda: sign_in_of(request))
    address = address_key(request.client.host if request.client else None)
    edge.limiter.spend("slow-down", POLLS, device=_device(first, cookie, address), address=address)
    answered = await Poll(edge, cookie).run(frames)
    return Response(f"[{','.join(answered)}]", headers={"cache-control": NO_STORE}, media_type="application/json")


def _device(first: _Head, cookie: SignIn | None, address: str) -> str:
    """Whom polls are counted by: a person's device, or an address where nobody has signed in."""
    return f"{cookie.person} {first.device[:40]}" if cookie else address


def _texts(frames: list[Raw]) -> list[str]:
    try:
        return [bytes(one).decode() for one in frames]
    except UnicodeDecodeError as error:
        raise Problem(400, "body-malformed") from error


def _head(frame: str) -> _Head:
    try:
        return msgspec.json.decode(frame, type=_Head)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return _Head()


def _may_wait(frames: list[str]) -> bool:
    """Whether the device pulls from where it stands, so that only news matter to it."""
    return any(one.t == "pull" and one.cursor for one in map(_head, frames))


class _Said(msgspec.Struct):
    t: str
    rows: tuple[Any, ...] = ()
    gone: tuple[Any, ...] = ()
    more: bool = False


def _is_news(text: str) -> bool:
    said = msgspec.json.decode(text, type=_Said)
    if said.t == "page":
        return bool(said.rows or said.gone or said.more)
    return said.t not in PATIENT
