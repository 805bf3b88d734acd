"""The line to a database, which can be cut without a word and be slow: for whoever asks, and for its replicas.

Nothing is lost on it, as on a network that comes back: what was under way when it was cut arrives later.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time

PIECE = 65_536
_REPLICATION = b"replication\0"
"""Stands in the first words of a connection over which a replica follows."""
_WORDS = 3
"""Those words come after a question for TLS at most."""


class Line:
    """Takes connections at one address and hands them on to another.

    Attributes:
        replication_delay: seconds by which each piece to or from a replica is late.
    """

    def __init__(self, host: str, port: int, *, to: str) -> None:
        """It is not open yet; `to` is the host behind it, at the same port."""
        self.replication_delay = 0.0
        self._at, self._to = (host, port), (to, port)
        self._whole = threading.Event()
        self._whole.set()
        self._server: _Server | None = None

    def open(self) -> None:
        """Begin to take connections."""
        self._server = _Server(self._at, _Connection)
        self._server.line = self
        threading.Thread(target=self._server.serve_forever, name=f"line-{self._at[0]}", daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._whole.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def cut(self) -> None:
        """Let nothing through, in neither direction, and tell nobody."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything through again, what waited first."""
        self._whole.set()

    def connect(self) -> socket.socket:
        """A connection to what is behind the line."""
        return socket.create_connection(self._to)

    def delay(self, *, is_replica: bool) -> None:
        """Wait as long as a piece takes."""
        if is_replica and self.replication_delay:
            time.sleep(self.replication_delay)
        self._whole.wait()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    line: Line


class _Connection(socketserver.BaseRequestHandler):
    request: socket.socket
    _is_replica = False

    @property
    def _line(self) -> Line:
        assert isinstance(self.server, _Server)
        return self.server.line

    def handle(self) -> None:
        """Carry one connection until either end has left."""
        with contextlib.suppress(OSError), self._line.connect() as behind:
            back = threading.Thread(target=self._pass, args=(behind, self.request), daemon=True)
            back.start()
            self._pass(self.request, behind)
            back.join()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        words = 0
        try:
            while piece := source.recv(PIECE):
                if source is self.request and words < _WORDS:
                    words += 1
                    self._is_replica |= _REPLICATION in piece
                self._line.delay(is_replica=self._is_replica)
                target.sendall(piece)
            self._line.delay(is_replica=self._is_replica)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # an end was killed
            for end in (source, target):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
