"""`GET /api/status`: for operators: how the centre stands, and what needs them."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from cryptography import x509
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.centre.signing import SIGNING_STREAM, SigningState
from domain.rights.table import require
from projections.device_bodies import DeviceBody
from store.program import own_name
from store.states import SIGNING
from sync.terms import BUILD
from web.bodies import json_answer
from web.carrier import NoCarrier
from web.edge import Edge, edge_of
from web.lan import certificate_in
from web.operating import backups
from web.operating.needs import KNOWN_FOR, Need, needs_of
from web.operating.notices import NoticeQueue
from web.operating.status_bodies import (
    ClockStanding,
    Disk,
    LogStanding,
    Node,
    Status,
    Tablet,
    ViewsStanding,
)
from web.operating.tablets import Devices, devices_in
from web.session import actor_of

Seat = tuple[UUID, UUID]
"""A person and one of their devices."""


class Answer(Struct, frozen=True, kw_only=True):
    """What the page shows.

    Attributes:
        needs: what is to be done, the worst first; nothing if all is well.
    """

    needs: tuple[Need, ...]
    status: Status


async def shown(request: Request) -> Response:
    """`GET /api/status`: for operators: how the centre stands, and what needs them, the worst first."""
    edge, actor = edge_of(request), await actor_of(request)
    require("status", actor)
    notices = await edge.notices.asked()
    names = await asyncio.to_thread(_names, edge)
    since = edge.clock() - KNOWN_FOR
    devices = await edge.readers.ask(lambda reader: devices_in(reader, names, since=since))
    seats = ((one.person, one.device) for one in devices.staff)
    here = frozenset(seat for seat in seats if edge.presence.has_seat(*seat))
    status = await asyncio.to_thread(status_of, edge, devices, notices, here)
    return json_answer(Answer(needs=needs_of(status), status=status))


def _names(edge: Edge) -> dict[UUID, str]:
    return {one.id: one.name for one in edge.centre.everyone() if one.id is not None}


def status_of(edge: Edge, devices: Devices, notices: NoticeQueue, here: frozenset[Seat]) -> Status:
    """How all of it stands.

    Args:
        edge: the service.
        devices: those that are known.
        notices: how they stand.
        here: those that hold a connection with this node.
    """
    timers, room = edge.timers.standing(), shutil.disk_usage(edge.settings.data)
    return Status(
        now=edge.clock(),
        build=BUILD,
        since=edge.since,
        nodes=_nodes(edge),
        log=_log(edge),
        views=_views(edge),
        followers=edge.roster.all(),
        timers=ClockStanding(waiting=timers.waiting, next_at=timers.next_at, jumped=timers.jumped),
        sockets=len(edge.presence),
        devices=tuple(
            sorted(
                (_tablet(one, devices.names[one.person], here) for one in devices.staff),
                key=lambda one: (-one.missing, -one.unsent, one.name, str(one.device)),
            )
        ),
        residents=devices.residents,
        notices=notices,
        sends_messages=not isinstance(edge.carrier, NoCarrier),
        disk=Disk(free=room.free, total=room.total),
        certificate_ends_at=_certificate_ends_at(edge),
        backup=backups.last(edge.settings.data),
    )


def _nodes(edge: Edge) -> tuple[Node, ...]:
    """The nodes on this log, as the database knows them; a log in a file has this one."""
    own = own_name()
    names = sorted({own, *edge.centre.event_log.nodes()})
    return tuple(_node(name, is_this=name == own) for name in names)


def _node(name: str, *, is_this: bool) -> Node:
    _, program, place = name.split(" ", 2)
    return Node(name=place, program=program, is_this=is_this)


def _log(edge: Edge) -> LogStanding:
    trouble = edge.centre.writer.trouble
    signing = cast("SigningState", edge.centre.state(SIGNING_STREAM, SIGNING))
    return LogStanding(
        engine="postgresql" if edge.settings.postgres_host else "sqlite",
        head=edge.centre.head(),
        waiting=edge.centre.writer.waiting,
        trouble=trouble.reason if trouble else "",
        since=trouble.since if trouble else None,
        key="+".join(signing.keys[-1].verifier_key.split("+")[:2]) if signing.keys else "",
        proven=edge.notary.position,
        altered=edge.notary.is_altered,
    )


def _views(edge: Edge) -> ViewsStanding:
    standing = edge.runner.standing()
    return ViewsStanding(
        state=standing.state,
        position=standing.position,
        behind=max(edge.centre.head() - standing.position, 0),
        stopped_at=standing.at,
        tag=standing.tag or "",
    )


def _tablet(one: DeviceBody, name: str, here: frozenset[Seat]) -> Tablet:
    return Tablet(
        device=one.device,
        name=name,
        office=one.office,
        app=one.app,
        is_here=(one.person, one.device) in here,
        last_contact=one.last_contact,
        unsent=one.unsent,
        oldest_at=one.oldest_at,
        missing=one.missing.n if one.missing else 0,
        blocked=one.blocked,
    )


def _certificate_ends_at(edge: Edge) -> datetime | None:
    if not edge.settings.lan:
        return None
    try:
        found: Any = x509.load_pem_x509_certificate(certificate_in(edge.settings.lan_folder).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return cast("datetime", found.not_valid_after_utc)


ROUTES: tuple[BaseRoute, ...] = (Route("/api/status", shown, methods=["GET"]),)
