"""`/api/audit/seen`: the queue as the device of a member of staff showed it at a moment, also while it had no signal.

What a device holds is known from what it said itself (`device.confirmed`): which position it had reached, and where it
stood when the connection began in which it said so. Between two connections it showed what it had; within one it was
sent every change at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor, roles_of
from domain.calendar.limits import local_day
from domain.devices.devices import DeviceConfirmed, device_stream
from domain.facts import Envelope, tag_of
from domain.refusals import Forbidden, NotFound
from domain.rights.table import may
from domain.staff import staff as staff_facts
from domain.staff.staff import Staff
from projections.device_bodies import DeviceBody
from projections.devices import devices_of
from projections.reader import NOWHERE, Reader
from store.receipts import CommandRefused
from sync.scopes import scopes_for
from web.bodies import json_answer
from web.edge import Edge, edge_of
from web.errors import Problem
from web.session import actor_of
from web.shelf import OpenDay
from web.terms import epoch_of

ALL_BYTES = 1 << 40
DAYS_SHOWN = 62
MOST_LATER = 5_000
"""How many facts after a moment are looked through for acts that were done before it and arrived later."""
READ_AT_ONCE = 1_000

Mark = Literal["exact", "sent", "at-least", "last-heard"]


class Told(Struct, frozen=True, kw_only=True):
    """A device said what it holds and owes.

    Attributes:
        at: when, by the service's clock.
        since: when that connection began; None where it was not noted.
        began: position at which the device stood then; 0 if it was not told.
        owed: commands without a verdict.
    """

    at: datetime
    position: int
    since: datetime | None
    began: int
    owed: int
    app: str
    epoch: str


class Held(Struct, frozen=True, kw_only=True):
    """What a device held at a moment.

    Attributes:
        mark: `exact`: it had no connection, and said later what it had held; `sent`: it was connected, and was sent
            every change up to the position; `at-least`: this much, perhaps more; `last-heard`: it has said nothing
            since, and this is what it said last.
        before: what it said last until then, None if it had said nothing.
        after: what it said next.
    """

    position: int
    mark: Mark
    before: Told | None
    after: Told | None


def held_at(told: Sequence[Told], at: datetime, *, written: int) -> Held | None:
    """What a device held at `at`; None if it had not been there yet.

    Args:
        told: what it said, in order.
        at: the moment.
        written: position of the last fact that had been recorded by then.
    """
    before = next((one for one in reversed(told) if one.at <= at), None)
    after = next((one for one in told if one.at > at), None)
    known = before.position if before else 0
    if after is None:
        return Held(position=known, mark="last-heard", before=before, after=None) if before else None
    if after.since is None:
        return Held(position=known, mark="at-least", before=before, after=after) if before else None
    if after.since <= at:
        return Held(position=min(after.position, written), mark="sent", before=before, after=after)
    if before is None and not after.began:
        return None
    return Held(position=min(after.began or known, written), mark="exact", before=before, after=after)


class Act(Struct, frozen=True, kw_only=True):
    """Something that was done on the device before the moment, and reached the service after it.

    Attributes:
        done_at: by the device's clock.
        what: tag of the fact, or type of the command that was refused.
        refused: why it was, None if it counted.
    """

    done_at: datetime
    arrived_at: datetime
    case: UUID
    what: str
    refused: str | None


class Seen(Struct, frozen=True, kw_only=True):
    """The queue that a device showed.

    Attributes:
        newer_code: the rows are drawn by a program that gives them another shape than the one of then.
        days: working days around the moment, by which remaining times are worked out.
        rows: of kind `queue`, in no order.
        acts: what the device had not delivered; its screen showed it as waiting.
    """

    person: UUID
    name: str
    roles: tuple[str, ...]
    office: str
    device: UUID
    at: datetime
    written: int
    held: Held
    newer_code: bool
    days: list[OpenDay]
    rows: list[msgspec.Raw]
    acts: list[Act]


class Device(Struct, frozen=True, kw_only=True):
    """A device of a person, and when it was there."""

    device: UUID
    first_at: datetime
    last_contact: datetime
    told: list[Told]


class Person(Struct, frozen=True, kw_only=True):
    """A member of staff whose screens may be looked at."""

    person: UUID
    name: str
    roles: tuple[str, ...]
    office: str


class _Row(Struct):
    body: DeviceBody


async def people(request: Request) -> Response:
    """`GET /api/audit/people`: whose screens of the past one may look at; for leads those of their office."""
    edge, actor = edge_of(request), await actor_of(request)
    if not may("audit.seen", actor):
        raise Forbidden(act="audit.seen")
    everyone = await asyncio.to_thread(lambda: list(edge.centre.everyone()))
    shown = [
        Person(person=one.id, name=one.name, roles=one.roles, office=one.office)
        for one in everyone
        if one.id is not None and may("audit.seen", actor, own=one.office == actor.office)
    ]
    return json_answer({"people": shown})


async def devices(request: Request) -> Response:
    """`GET /api/audit/devices?person=`: the devices of a member of staff, and what each has said, in order."""
    edge, actor = edge_of(request), await actor_of(request)
    person = _id(request, "person")
    await asyncio.to_thread(_require_of_staff, edge, actor, person)
    rows = await edge.readers.ask(lambda reader: reader.rows_of(devices_of(person), "device"))
    known = [msgspec.json.decode(row, type=_Row).body for row in rows]
    found = await asyncio.to_thread(lambda: [_device(edge, person, one) for one in known])
    return json_answer({"devices": sorted(found, key=lambda one: one.last_contact, reverse=True)})


async def seen(request: Request) -> Response:
    """`GET /api/audit/seen?person=&device=&at=`: the queue that the device showed at an instant."""
    edge, actor = edge_of(request), await actor_of(request)
    person, device, at = _id(request, "person"), _id(request, "device"), _instant(request)
    await asyncio.to_thread(_require_of_staff, edge, actor, person)
    answer = await asyncio.to_thread(_seen, edge, actor, person, device, at)
    if answer is None:
        raise Problem(404, "device-not-there-yet")
    return json_answer(answer)


def _require_of_staff(edge: Edge, actor: Actor, person: UUID) -> None:
    """Pass if `person` is of the staff and `actor` may look at their screens.

    Raises:
        Forbidden: they may not.
        NotFound: there is nobody of that id among the staff.
    """
    one = edge.centre.staff_by_id(person)
    if not may("audit.seen", actor, own=one.office == actor.office):
        raise Forbidden(act="audit.seen")
    if one.id is None:
        raise NotFound


def _device(edge: Edge, person: UUID, body: DeviceBody) -> Device:
    told = _told(edge, person, body.device)
    return Device(device=body.device, first_at=body.first_at, last_contact=body.last_contact, told=told)


def _told(edge: Edge, person: UUID, device: UUID) -> list[Told]:
    stream = edge.centre.read(device_stream(person, device))
    return [_one_told(one, one.fact) for one in stream if isinstance(one.fact, DeviceConfirmed)]


def _one_told(envelope: Envelope, fact: DeviceConfirmed) -> Told:
    return Told(
        at=envelope.meta.recorded_at,
        position=fact.position,
        since=fact.since,
        began=fact.began,
        owed=fact.outbox.n,
        app=fact.app,
        epoch=fact.epoch,
    )


def _seen(edge: Edge, actor: Actor, person: UUID, device: UUID, at: datetime) -> Seen | None:
    past = edge.runner.past
    written = past.position_at(at)
    held = held_at(_told(edge, person, device), at, written=written)
    if held is None:
        return None
    then = staff_at(edge, person, held.position)
    epoch = (held.after or held.before or _NEVER).epoch
    rows = past.ask((actor.id, "seen"), held.position, lambda reader: _rows(reader, person, then))
    return Seen(
        person=person,
        name=then.name,
        roles=then.roles,
        office=then.office,
        device=device,
        at=at,
        written=written,
        held=held,
        newer_code=epoch.partition("-")[0] != epoch_of(edge).partition("-")[0],
        days=edge.shelf.days(local_day(at), DAYS_SHOWN),
        rows=rows,
        acts=_owed(edge, person, device, at, written),
    )


def staff_at(edge: Edge, person: UUID, position: int) -> Staff:
    """A member of staff as they stood at a position of the log; an empty record if they had not joined yet."""
    positions, found = edge.centre.positions(person), Staff()
    for one in edge.centre.read(person):
        if positions[one.originator_version] <= position:
            found = staff_facts.evolve(one.fact, found, stream=person)
    return found


def _rows(reader: Reader, person: UUID, then: Staff) -> list[msgspec.Raw]:
    """The queue of somebody with the roles that they held then."""
    who = Actor(id=person, roles=roles_of(then.roles), office=then.office)
    if not who.roles:
        return []
    page = reader.page(scopes_for(who), NOWHERE, page_bytes=ALL_BYTES)
    return [msgspec.Raw(one.row.encode()) for one in page.rows if one.kind == "queue"]


def _owed(edge: Edge, person: UUID, device: UUID, at: datetime, written: int) -> list[Act]:
    """What was done on the device up to the moment, and had not arrived."""
    found: list[Act] = []
    reached, end = written, min(edge.centre.head(), written + MOST_LATER)
    while reached < end:
        reached, facts = edge.centre.stretch(reached, READ_AT_ONCE)
        for _, one in facts:
            meta = one.meta
            late = meta.captured_at is not None and meta.captured_at <= at < meta.recorded_at
            if late and (meta.actor, meta.device) == (person, device):
                found.append(_act(one))
    return found


def _act(envelope: Envelope) -> Act:
    meta, fact = envelope.meta, envelope.fact
    assert meta.captured_at is not None
    refused = fact if isinstance(fact, CommandRefused) else None
    return Act(
        done_at=meta.captured_at,
        arrived_at=meta.recorded_at,
        case=refused.lane if refused else envelope.originator_id,
        what=refused.type if refused else tag_of(fact),
        refused=refused.code if refused else None,
    )


def _id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.query_params.get(name, ""))
    except ValueError:
        raise Problem(400, "invalid") from None


def _instant(request: Request) -> datetime:
    try:
        at = datetime.fromisoformat(request.query_params.get("at", ""))
    except ValueError:
        raise Problem(400, "invalid") from None
    if at.tzinfo is None:
        raise Problem(400, "invalid")
    return at


_NEVER = Told(at=datetime.max.replace(tzinfo=UTC), position=0, since=None, began=0, owed=0, app="", epoch="")

ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/audit/people", people, methods=["GET"]),
    Route("/api/audit/devices", devices, methods=["GET"]),
    Route("/api/audit/seen", seen, methods=["GET"]),
)
