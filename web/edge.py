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
from store.begun import BegunForms
from store.centre import Centre
from store.files import FileStore
from store.notary import Notary
from store.staging import Staging
from sync.hub import Hub
from web.arrivals import Arrivals
from web.carrier import SmsCarrier
from web.codes import Codes
from web.device_book import DeviceBook
from web.figures import Figures
from web.insight import Insight
from web.limits import Limiter
from web.logs import Journal
from web.operating.notices import NoticeBook
from web.operating.roster import Roster
from web.passwords import Passwords
from web.practice.rooms import Rooms
from web.presence import Presence
from web.printing import Printer
from web.readers import Readers
from web.relay import Relay
from web.settings import Settings
from web.shelf import Shelf
from web.signin.places import SigningIn
from web.thumbs import Thumbs
from web.tickets import Tickets
from web.timers.scheduler import Timers


class Edge(Struct, frozen=True, kw_only=True):
    """What routes and followers work with.

    Attributes:
        clock: the time, UTC.
        new_id: makes fresh ids.
        centre: the event-sourced application.
        files: what people uploaded and the centre rendered.
        staging: the pieces of uploads under way.
        arrivals: uploads under way.
        begun: forms that residents have begun and not handed in.
        readers: documents as they are now.
        runner: keeps the documents following the log.
        hub: tells open sockets what changed.
        presence: who holds an open connection.
        devices: what devices have said and is not in the log yet.
        relay: carries what the runner says over to the loop, for the hub.
        shelf: the published items, ready to be sent.
        printer: sets the handbook and the guides.
        thumbs: small pictures of photographs.
        carrier: delivers text messages.
        timers: does what time alone asks for.
        notary: signs what the log has become.
        insight: counts what is told of learning in numbers.
        journal: the service's own log.
        since: when it was started.
        roster: how those fare who follow the log.
        notices: how many notices stand where.
        signing_in: ways of signing in that are under way, and when sessions were used.
        rescuing: rescue files are large: one at a time is taken into memory.
        stopping: set when the service is about to stop, before its sockets are closed.
        practice: runs of simulated practice; a sandbox has none.
    """

    settings: Settings
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    centre: Centre
    files: FileStore
    staging: Staging
    arrivals: Arrivals
    begun: BegunForms
    readers: Readers
    runner: Runner
    hub: Hub
    presence: Presence
    devices: DeviceBook
    relay: Relay
    shelf: Shelf
    printer: Printer
    thumbs: Thumbs
    carrier: SmsCarrier
    timers: Timers
    notary: Notary
    codes: Codes
    limiter: Limiter
    figures: Figures
    passwords: Passwords
    tickets: Tickets[Session]
    journal: Journal
    since: datetime
    roster: Roster
    notices: NoticeBook
    signing_in: SigningIn
    rescuing: asyncio.Semaphore
    stopping: asyncio.Event
    insight: Insight
    practice: Rooms | None = None


def edge_of(connection: HTTPConnection) -> Edge:
    """The edge that serves a request or socket."""
    return cast("Edge", connection.app.state.edge)
