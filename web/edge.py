"""Everything that lives while the service runs: built once by `web/app`, handed to routes and followers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import cast
from uuid import UUID

from msgspec import Struct
from starlette.requests import HTTPConnection

from domain.identity.identity import Session
from projections.runner import Runner
from store.centre import Centre
from store.files import FileStore
from sync.hub import Hub
from web.arrivals import Arrivals
from web.carrier import SmsCarrier
from web.codes import Codes
from web.limits import Limiter
from web.logs import Journal
from web.passwords import Passwords
from web.readers import Readers
from web.relay import Relay
from web.settings import Settings
from web.shelf import Shelf
from web.thumbs import Thumbs
from web.tickets import Tickets


class Edge(Struct, frozen=True, kw_only=True):
    """What routes and followers work with.

    Attributes:
        clock: the time, UTC.
        new_id: makes fresh ids.
        centre: the event-sourced application.
        files: what people uploaded and the centre rendered.
        arrivals: uploads under way.
        readers: documents as they are now.
        runner: keeps the documents following the log.
        hub: tells open sockets what changed.
        relay: carries what the runner says over to the loop, for the hub.
        shelf: the published items, ready to be sent.
        thumbs: small pictures of photographs.
        carrier: delivers text messages.
        journal: the service's own log.
        stopping: set when the service is about to stop, before its sockets are closed.
    """

    settings: Settings
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    centre: Centre
    files: FileStore
    arrivals: Arrivals
    readers: Readers
    runner: Runner
    hub: Hub
    relay: Relay
    shelf: Shelf
    thumbs: Thumbs
    carrier: SmsCarrier
    codes: Codes
    limiter: Limiter
    passwords: Passwords
    tickets: Tickets[Session]
    journal: Journal
    stopping: asyncio.Event


def edge_of(connection: HTTPConnection) -> Edge:
    """The edge that serves a request or socket."""
    return cast("Edge", connection.app.state.edge)
