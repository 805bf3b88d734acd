"""Hearing of commits: a thread that listens for what PostgreSQL tells, and looks by itself where nothing is told."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from store.log import LogUnavailable, NotDurable
from store.postgres_tables import CHANNEL

POLL_SECONDS = 1.0
"""A notice may be lost with its session; whoever is woken looks into the log itself."""


class Listening:
    """Calls `hear` after every commit of any process, and every `POLL_SECONDS` in any case."""

    def __init__(self, connect: Callable[[], Connection[TupleRow]], hear: Callable[[], None]) -> None:
        """Start the thread.

        Args:
            connect: opens a session of its own; opened again whenever it is lost.
            hear: called on the thread; must return at once.
        """
        self._connect = connect
        self._hear = hear
        self._stopped = False
        self._nudged, self._nudge = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="log-listening", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; doing it twice does nothing."""
        if not self._stopped:
            self._stopped = True
            self._nudge.send(b"\0")
            self._thread.join()
            self._nudged.close()
            self._nudge.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._nudged, selectors.EVENT_READ)
            while not self._stopped:
                with contextlib.suppress(psycopg.Error, LogUnavailable, NotDurable), self._connect() as session:
                    self._listen(session, selector)
                self._hear()
                if not self._stopped:
                    selector.select(POLL_SECONDS)

    def _listen(self, session: Connection[TupleRow], selector: selectors.BaseSelector) -> None:
        session.execute(f"LISTEN {CHANNEL}".encode())
        watched = session.fileno()
        selector.register(watched, selectors.EVENT_READ)
        try:
            while not self._stopped:
                self._hear()  # first of all for what was committed before anybody listened
                if selector.select(POLL_SECONDS):
                    for _ in session.notifies(timeout=0):
                        pass
        finally:
            selector.unregister(watched)
