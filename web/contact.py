"""`/api/contact`: how a resident wants to be told, and the devices that take web push."""

from __future__ import annotations

import asyncio
from typing import cast
from uuid import UUID, uuid5

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.case.commands import Command
from domain.decisions import Call
from domain.effects.contact import (
    ChooseContact,
    Contact,
    EndPush,
    Language,
    PushSubscribed,
    SubscribePush,
    contact_stream,
)
from domain.rights.table import require
from store.states import CONTACT
from web.bodies import json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.notices.push import NoPushEndpoint, Vapid, checked_point, endpoint_of
from web.session import actor_of


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody wants to be told."""

    sms: bool
    push: bool
    language: Language


class Keys(Struct, frozen=True):
    """A device's keys, base64url."""

    p256dh: str
    auth: str


class Subscription(Struct, frozen=True):
    """What a browser says of a device that takes push (`PushSubscription.toJSON()`)."""

    endpoint: str
    keys: Keys


def vapid_of(edge: Edge) -> Vapid:
    """The centre's signing key for push, from the vault."""
    return Vapid(edge.centre.vault.named("vapid"), contact=edge.settings.public_url, clock=edge.clock)


async def get(request: Request) -> Response:
    """`GET /api/contact`: what the person chose, and the key that a browser needs for push."""
    edge, actor = await _resident(request)
    return json_answer(await asyncio.to_thread(_body, edge, actor))


async def put(request: Request) -> Response:
    """`PUT /api/contact`: choose."""
    edge, actor = await _resident(request)
    choice = await read_json(request, Choice)
    await _do(edge, actor, ChooseContact(sms=choice.sms, push=choice.push, language=choice.language))
    return Response(status_code=204)


async def subscribe(request: Request) -> Response:
    """`POST /api/contact/push`: let this device take push; the same device again gets the same id."""
    edge, actor = await _resident(request)
    said = await read_json(request, Subscription)
    try:
        service = endpoint_of(said.endpoint, services=edge.settings.push_services).hostname or ""
        checked_point(said.keys.p256dh)
    except NoPushEndpoint:
        raise Problem(422, "push-service") from None
    id = uuid5(actor.id, said.endpoint)
    command = SubscribePush(
        subscription=id, service=service, endpoint=said.endpoint, p256dh=said.keys.p256dh, auth=said.keys.auth
    )
    await _do(edge, actor, command)
    return json_answer({"id": id}, status=201)


async def end(request: Request) -> Response:
    """`DELETE /api/contact/push/{id}`: take push from a device."""
    edge, actor = await _resident(request)
    await _do(edge, actor, EndPush(subscription=request.path_params["id"]))
    return Response(status_code=204)


async def _resident(request: Request) -> tuple[Edge, Actor]:
    edge, actor = edge_of(request), await actor_of(request)
    require("contact", actor)
    return edge, actor


async def _do(edge: Edge, actor: Actor, command: Command) -> None:
    call = Call(id=edge.new_id(), lane=contact_stream(actor.id), command=command, by=actor)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict == "retry":
        raise Problem(503, "busy", retry_s=max(1, (answer.retry_ms or 0) // 1_000))
    if answer.verdict not in ("applied", "duplicate"):
        raise Problem(422, answer.code or "refused", **(answer.params or {}))


def _body(edge: Edge, actor: Actor) -> dict[str, object]:
    stream = contact_stream(actor.id)
    contact = cast("Contact", edge.centre.state(stream, CONTACT))
    taken = [one.fact for one in edge.centre.read(stream) if isinstance(one.fact, PushSubscribed)]
    devices: dict[UUID, UUID | None] = {fact.subscription: fact.device for fact in taken}
    return {
        "sms": contact.sms,
        "push": contact.push,
        "language": contact.language,
        "push_key": vapid_of(edge).public,
        "subscriptions": [{"id": id, "device": devices.get(id)} for id in contact.subscriptions],
    }


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/contact", get, methods=["GET"]),
    Route("/api/contact", put, methods=["PUT"]),
    Route("/api/contact/push", subscribe, methods=["POST"]),
    Route("/api/contact/push/{id:uuid}", end, methods=["DELETE"]),
)
