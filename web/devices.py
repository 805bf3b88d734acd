"""What devices say of themselves: kept now and then as facts, compared with what they announced before, and shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.case.commands import Command
from domain.decisions import Call
from domain.devices import devices as d
from domain.refusals import NotFound
from domain.rights.table import require
from projections.device_bodies import DeviceBody
from projections.devices import EVERY_DEVICE, devices_in, devices_of
from store.states import DEVICE
from sync import signing
from web.bodies import json_answer, read_json
from web.device_book import Said
from web.edge import Edge, edge_of
from web.errors import Problem, problem_answer
from web.limits import Limit
from web.session import actor_of
from web.signin.doing import do
from web.signin.fresh import require_fresh

TURN_SECONDS = 1.0
TRIES = {"person": (Limit(20, timedelta(hours=1)),)}
"""How often a person may say with which key a device signs."""


async def follow(edge: Edge) -> None:
    """Keep what devices say, until cancelled."""
    while True:
        await turn(edge)
        await asyncio.sleep(TURN_SECONDS)


async def turn(edge: Edge) -> None:
    """Look for work that never arrived, then keep what was said; what the log does not take now waits for a next turn.

    Raises:
        Exception: the first fault, once everything else has been kept.
    """
    try:
        faults = [
            *await _each(edge.devices.arrivals(), lambda said: _look_at(edge, said)),
            *await _each(edge.devices.due(edge.clock()), lambda said: _keep(edge, said)),
        ]
    except _NotNow:
        return
    for fault in faults:
        raise fault


class _NotNow(Exception):
    """The log cannot be written."""


async def _each(said: list[Said], work: Callable[[Said], Awaitable[None]]) -> list[Exception]:
    faults: list[Exception] = []
    for one in said:
        try:
            await work(one)
        except _NotNow:
            raise
        except Exception as fault:
            faults.append(fault)
    return faults


async def _look_at(edge: Edge, said: Said) -> None:
    await _look_for_missing(edge, said)
    edge.devices.looked_at(said)


async def _keep(edge: Edge, said: Said) -> None:
    owed = d.Owed(n=said.outbox.n, next_seq=said.outbox.next_seq, oldest_at=said.outbox.oldest_at)
    confirmed = d.ConfirmDevice(
        person=said.person,
        device=said.device,
        office=said.office,
        epoch=said.epoch,
        position=said.position,
        outbox=owed,
        app=said.app,
        since=said.since,
        began=said.began,
    )
    await _by_itself(edge, confirmed, d.device_stream(said.person, said.device))
    edge.devices.kept(said, edge.clock())


async def _look_for_missing(edge: Edge, said: Said) -> None:
    """Whether a device comes without what it announced, or a new one comes while another owes something for long."""
    rows = await edge.readers.ask(lambda reader: reader.rows_of(devices_of(said.person), "device"))
    known = [json.loads(row)["body"] for row in rows]
    is_new = not any(UUID(one["device"]) == said.device for one in known)
    for one in known:
        device = UUID(one["device"])
        last = datetime.fromisoformat(one["last_contact"])
        stream = d.device_stream(said.person, device)
        state: d.Device = await asyncio.to_thread(edge.centre.state, stream, DEVICE)
        if state.outbox is None or state.outbox.n == 0 or state.missing:
            continue
        why: d.Why | None = None
        if device == said.device:
            why = "lost" if said.outbox.next_seq < state.outbox.next_seq else None
        elif is_new and edge.clock() - last >= timedelta(hours=edge.settings.missing_hours):
            why = "silent"
        if why is not None:
            miss = d.MissWork(
                person=said.person,
                device=device,
                office=one["office"],
                n=state.outbox.n,
                announced_at=last,
                why=why,
            )
            await _by_itself(edge, miss, stream)


async def _by_itself(edge: Edge, command: Command, stream: UUID) -> None:
    answer = await asyncio.to_thread(lambda: edge.centre.by_itself(command, lane=stream))
    if answer.verdict == "retry":
        raise _NotNow


# What people see and do


class Wanted(Struct, frozen=True, kw_only=True):
    """What shall be done with a device.

    Attributes:
        do: `block`, `unblock`, or `settle`: the missing work was looked after.
        person: whose it is; one's own if left out.
        reason: for the record; names nobody.
    """

    do: Literal["block", "unblock", "settle"]
    person: UUID | None = None
    reason: Annotated[str, Meta(max_length=200)] = ""


async def listed(request: Request) -> Response:
    """`GET /api/devices`: one's own devices; `?office=` for leads and operators: those of the office's people."""
    edge, actor = edge_of(request), await actor_of(request)
    scope = devices_of(actor.id)
    if office := request.query_params.get("office"):
        require("devices.office", actor, own=office == actor.office)
        scope = devices_in(office[:50])
    rows = await edge.readers.ask(lambda reader: reader.rows_of(scope, "device"))
    return json_answer(f'{{"rows":[{",".join(rows)}]}}'.encode())


async def act(request: Request) -> Response:
    """`POST /api/devices/{device}`: block it, let it come again, or say that its missing work was looked after."""
    edge, actor = edge_of(request), await actor_of(request)
    wanted, device = await read_json(request, Wanted), request.path_params["device"]
    person = wanted.person or actor.id
    if wanted.do == "unblock":
        require_fresh(request, "device.unblock")
    call = await asyncio.to_thread(_call, edge, actor, wanted, person, device)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict == "retry":
        raise Problem(503, "busy", retry_s=2)
    if answer.code is not None:
        return problem_answer(403 if answer.code == "forbidden" else 422, answer.code, answer.params)
    return Response(status_code=204)


class KeyShown(Struct, frozen=True, kw_only=True):
    """The key with which a device signs.

    Attributes:
        public: in base64url without padding.
        proof: its signature over `sync.signing.possession`, in the same form.
    """

    algorithm: d.KeyAlgorithm
    public: Annotated[str, Meta(max_length=100)]
    proof: Annotated[str, Meta(max_length=100)]


async def register_key(request: Request) -> Response:
    """`POST /api/devices/{device}/key`: with which key this device signs what the member of staff does on it."""
    edge, actor = edge_of(request), await actor_of(request)
    require("device.register-key", actor, own=True)
    require_fresh(request, "device.register-key")
    edge.limiter.spend("too-many-tries", TRIES, person=str(actor.id))
    shown, device = await read_json(request, KeyShown), request.path_params["device"]
    if device != actor.device:
        raise NotFound
    key = _key_in(shown, actor.id, device)
    command = d.RegisterKey(person=actor.id, device=device, office=actor.office, key=key)
    await do(edge, command, lane=d.device_stream(actor.id, device), by=actor)
    return Response(status_code=204)


def _key_in(shown: KeyShown, person: UUID, device: UUID) -> d.DeviceKey:
    public, proof = signing.decoded(shown.public), signing.read_signature(shown.proof)
    if public is not None and proof is not None:
        key = d.DeviceKey(shown.algorithm, public)
        if signing.is_of(key, proof, signing.possession(person, device)):
            return key
    raise Problem(422, "key-wrong")


def _call(edge: Edge, actor: Actor, wanted: Wanted, person: UUID, device: UUID) -> Call:
    command: Command
    if wanted.do == "block":
        office = edge.centre.staff_by_id(person).office
        command = d.BlockDevice(person=person, device=device, office=office, reason=wanted.reason)
    elif wanted.do == "unblock":
        command = d.UnblockDevice(person=person, device=device)
    else:
        command = d.SettleMissing(person=person, device=device)
    return Call(id=edge.new_id(), lane=d.device_stream(person, device), command=command, by=actor)


class Health(Struct, frozen=True):
    """How the devices of everybody stand.

    Attributes:
        open: devices that hold a connection with this process now.
        known: devices that were ever met.
        silent: of these, such as were not heard for a day.
        owing: devices that owed something when they were heard last.
        unsent: commands that they owed.
        missing: devices of which announced work is missing.
        blocked: devices that may not come.
    """

    open: int
    known: int
    silent: int
    owing: int
    unsent: int
    missing: int
    blocked: int


async def health(request: Request) -> Response:
    """`GET /api/devices/health`: for operators and leads: counts, which name nobody."""
    edge, actor = edge_of(request), await actor_of(request)
    require("devices.health", actor)
    known = await edge.readers.ask(
        lambda reader: [msgspec.json.decode(row, type=_Row).body for row in reader.rows_of(EVERY_DEVICE, "device")]
    )
    a_day_ago = edge.clock() - timedelta(days=1)
    counted = Health(
        open=len(edge.presence),
        known=len(known),
        silent=sum(one.last_contact < a_day_ago for one in known),
        owing=sum(one.unsent > 0 for one in known),
        unsent=sum(one.unsent for one in known),
        missing=sum(one.missing is not None for one in known),
        blocked=sum(one.blocked for one in known),
    )
    return json_answer(counted)


class _Row(Struct):
    body: DeviceBody


def routes() -> list[BaseRoute]:
    """The addresses about devices."""
    return [
        Route("/api/devices", listed, methods=["GET"]),
        Route("/api/devices/health", health, methods=["GET"]),
        Route("/api/devices/{device:uuid}", act, methods=["POST"]),
        Route("/api/devices/{device:uuid}/key", register_key, methods=["POST"]),
    ]
