"""uvicorn, set up for this service: strict limits on clients, and an end that tells devices to come back."""

from __future__ import annotations

import asyncio
import socket
from asyncio import Transport
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sync.frames import MAX_CLIENT_FRAME_BYTES
from web.security import LARGEST_HEAD_BYTES
from web.settings import Settings

KEEP_ALIVE_SECONDS = 20
SOCKETS_CLOSE_SECONDS = 2.0
REQUESTS_END_SECONDS = 5


class Server(uvicorn.Server):
    """Says when it is up, and lets every socket be closed with the protocol's own code before it goes down."""

    def __init__(self, config: uvicorn.Config, *, up: Callable[[], None], stopping: asyncio.Event) -> None:
        """Prepare to serve.

        Args:
            config: uvicorn's.
            up: called once when requests are taken.
            stopping: set when the server begins to stop; whoever holds a socket closes it then.
        """
        super().__init__(config)
        self._up = up
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            self._up()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, let the sockets close, then end what is left."""
        for server in self.servers:
            server.close()
        self._stopping.set()
        deadline = asyncio.get_running_loop().time() + SOCKETS_CLOSE_SECONDS
        while self._open_sockets() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    def _open_sockets(self) -> bool:
        return any(isinstance(one, WebSocketsSansIOProtocol) for one in self.server_state.connections)


def config_for(
    app: ASGIApp, settings: Settings, *, certificate: Path | None = None, key: Path | None = None
) -> uvicorn.Config:
    """Uvicorn's configuration; with a certificate it speaks HTTPS."""
    return uvicorn.Config(
        app,
        http=protocol_with_deadline(settings.header_seconds),
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=MAX_CLIENT_FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=REQUESTS_END_SECONDS,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def protocol_with_deadline(header_seconds: float, largest_head: int = LARGEST_HEAD_BYTES) -> type[HttpToolsProtocol]:
    """Uvicorn's HTTP/1.1 protocol, which by itself waits for the rest of a half-sent head for ever, however long it is.

    Behind a reverse proxy the proxy needs the same limit; for bodies too, which this does not limit, since a photograph
    may take long on a weak line.
    """

    class DeadlineProtocol(HttpToolsProtocol):
        """Closes a connection whose request head is not complete in time, or larger than any that is taken.

        What comes with a body and is no part of it counts as a head does.
        """

        _deadline: asyncio.TimerHandle | None = None
        _head_bytes = 0
        _in_head, _in_body = False, False
        _moved = False
        _under_way = 0

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._await_head()

        def data_received(self, data: bytes) -> None:
            self._moved = False
            super().data_received(data)
            if self.transport.get_protocol() is not self or self.transport.is_closing():
                self._stop_waiting()
            elif self._in_body and self._moved:
                self._head_bytes = 0
            elif self._in_head or self._in_body or not self._under_way:
                self._head_bytes += len(data)
                if self._head_bytes > largest_head:
                    self.transport.close()
                elif not (self._in_body or self._under_way):
                    self._await_head()

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._in_head = True

        def on_header(self, name: bytes, value: bytes) -> None:
            if self._in_head:  # what follows a body is no header (RFC 9110, section 6.5.1), and would be kept
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            self._in_head, self._in_body = False, True
            self._moved = True
            self._under_way += 1
            self._stop_waiting()

        def on_body(self, body: bytes) -> None:
            super().on_body(body)
            self._moved = True

        def on_message_complete(self) -> None:
            super().on_message_complete()
            self._in_body = False

        def on_response_complete(self) -> None:
            self._under_way -= 1
            super().on_response_complete()
            if self._in_head and not self._under_way:
                self._await_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _await_head(self) -> None:
            if self._deadline is None:
                self._deadline = self.loop.call_later(header_seconds, self._give_up)

        def _stop_waiting(self) -> None:
            self._head_bytes = 0
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _give_up(self) -> None:
            self._deadline = None
            if not self._under_way:
                self.transport.close()

    return DeadlineProtocol
