"""uvicorn, set up for this service: strict limits on clients, and an end that tells devices to come back."""

from __future__ import annotations

import asyncio
import socket
from asyncio import Transport
from collections.abc import Callable
from pathlib import Path

import uvicorn
from h11 import IDLE
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
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
        ws="websockets-sansio",
        ws_max_size=MAX_CLIENT_FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=LARGEST_HEAD_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=REQUESTS_END_SECONDS,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def protocol_with_deadline(header_seconds: float) -> type[H11Protocol]:
    """Uvicorn's HTTP/1.1 protocol, which by itself waits for the rest of a half-sent head for ever.

    Behind a reverse proxy the proxy needs the same limit; for bodies too, which this does not limit, since a photograph
    may take long on a weak line.
    """

    class DeadlineProtocol(H11Protocol):
        """Closes a connection whose request head is not complete in time."""

        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._await_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._look()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _look(self) -> None:
            if self.conn.their_state is not IDLE:
                self._stop_waiting()
            elif self._deadline is None and self.conn.trailing_data[0]:
                self._await_head()

        def _await_head(self) -> None:
            self._deadline = self.loop.call_later(header_seconds, self._give_up)

        def _stop_waiting(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _give_up(self) -> None:
            self._deadline = None
            if self.transport.get_protocol() is self and self.conn.their_state is IDLE:
                self.transport.close()

    return DeadlineProtocol
