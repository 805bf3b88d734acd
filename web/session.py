"""Sign-in: who is asking, how they show it, and the cookie by which later requests are known."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.actors import Actor
from domain.calendar.limits import local_day
from domain.identity.checks import mask_phone, mobile
from domain.identity.identity import Session
from web.bodies import NO_STORE, json_answer, read_json
from web.carrier import sign_in_message
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import CODES_SENT, CODES_TRIED, PASSWORDS_TRIED, address_key

COOKIE = "doorstep_session"
LONGEST_TOKEN = 128
DAYS_TOLD = 14
"""The longest run of days off is shorter: whoever asks is told of the next day on which the centre opens."""

UNNAMED: dict[str, Any] = dict.fromkeys(
    ("name_zh", "name_en", "phone", "address_zh", "address_en", "hours_zh", "hours_en"), ""
)
"""Stands for the particulars of a centre that has none yet."""

Entry = TypeVar("Entry")


class CodeWanted(Struct, frozen=True):
    """A resident asks for a sign-in code."""

    phone: Annotated[str, Meta(max_length=30)]
    device: UUID | None = None


class CodeShown(Struct, frozen=True):
    """A resident types the code in."""

    phone: Annotated[str, Meta(max_length=30)]
    code: Annotated[str, Meta(max_length=20)]
    device: UUID | None = None


class PasswordShown(Struct, frozen=True):
    """A member of staff signs in."""

    username: Annotated[str, Meta(max_length=60)]
    password: Annotated[str, Meta(max_length=200)]
    device: UUID | None = None


def session_of(connection: HTTPConnection) -> Session | None:
    """The open session of a request or socket, by its cookie."""
    token = _token_of(connection)
    session = edge_of(connection).centre.session(token) if token else None
    if session is not None:
        connection.scope["doorstep.person"] = session.person
    return session


def require_session(connection: HTTPConnection) -> Session:
    """The open session.

    Raises:
        Problem: 401 `sign-in-needed` without one.
    """
    session = session_of(connection)
    if session is None:
        raise Problem(401, "sign-in-needed")
    return session


async def actor_of(request: HTTPConnection) -> Actor:
    """Who is asking, with the roles held now.

    Raises:
        Problem: 401 `sign-in-needed` without a session.
    """
    return edge_of(request).centre.actor(require_session(request))


async def who(request: Request) -> Response:
    """`GET /session`: the person signed in, the time, and the centre."""
    return json_answer(_shown(edge_of(request), session_of(request)))


async def send_code(request: Request) -> Response:
    """`POST /session/code`: send a code; the answer is the same whether or not the number is known."""
    edge, wanted = edge_of(request), await read_json(request, CodeWanted)
    phone = _phone(wanted.phone)
    edge.limiter.spend("too-many-codes", CODES_SENT, number=phone, **_origin_keys(request, wanted.device))
    await edge.carrier.send(sign_in_message(phone, edge.codes.issue(phone)))
    return Response(status_code=204, headers={"cache-control": NO_STORE})


async def resident(request: Request) -> Response:
    """`POST /session/resident`: sign in with the code."""
    edge, shown = edge_of(request), await read_json(request, CodeShown)
    phone = _phone(shown.phone)
    edge.limiter.spend("too-many-tries", CODES_TRIED, number=phone, **_origin_keys(request, shown.device))
    edge.codes.redeem(phone, "".join(shown.code.split()))
    edge.limiter.forgive("too-many-tries", number=phone)
    person = _recorded(await asyncio.to_thread(edge.centre.person_for_phone, phone))
    return await _sign_in(request, person, kind="resident", method="sms-code", device=shown.device)


async def staff(request: Request) -> Response:
    """`POST /session/staff`: sign in with a password."""
    edge, shown = edge_of(request), await read_json(request, PasswordShown)
    username = shown.username.strip().lower()
    keys = _origin_keys(request, shown.device)
    pair = f"{username} {keys['address']}"
    edge.limiter.spend("too-many-tries", PASSWORDS_TRIED, number=username, pair=pair, **keys)
    record = edge.centre.staff(username)
    is_right = await edge.passwords.check(record.password_hash if record else None, shown.password)
    if record is None or record.staff.id is None or not is_right:
        raise Problem(401, "sign-in-failed")
    edge.limiter.forgive("too-many-tries", number=username, pair=pair)
    return await _sign_in(request, record.staff.id, kind="staff", method="password", device=shown.device)


async def ticket(request: Request) -> Response:
    """`POST /session/ticket`: a one-use ticket for the socket."""
    require_session(request)
    return json_answer({"ticket": edge_of(request).tickets.issue(_token_of(request))})


async def sign_out(request: Request) -> Response:
    """`DELETE /session`: end the session."""
    if session_of(request) is not None:
        await asyncio.to_thread(edge_of(request).centre.close_session, _token_of(request))
    response = Response(status_code=204, headers={"cache-control": NO_STORE})
    response.delete_cookie(COOKIE, secure=_is_https(request), httponly=True, samesite="strict")
    return response


ROUTES: tuple[BaseRoute, ...] = (
    Route("/session", who, methods=["GET"]),
    Route("/session", sign_out, methods=["DELETE"]),
    Route("/session/code", send_code, methods=["POST"]),
    Route("/session/resident", resident, methods=["POST"]),
    Route("/session/staff", staff, methods=["POST"]),
    Route("/session/ticket", ticket, methods=["POST"]),
)


async def _sign_in(request: Request, person: UUID, *, kind: str, method: str, device: UUID | None) -> Response:
    edge = edge_of(request)
    hours = edge.settings.resident_hours if kind == "resident" else edge.settings.staff_hours
    before = _token_of(request) if session_of(request) is not None else None
    token = await asyncio.to_thread(
        edge.centre.open_session, person, kind=kind, method=method, device=device, hours=hours
    )
    session = _recorded(edge.centre.session(token))
    if before is not None:
        await asyncio.to_thread(edge.centre.close_session, before)
    response = json_answer(_shown(edge, session))
    response.set_cookie(
        COOKIE, token, max_age=hours * 3600, secure=_is_https(request), httponly=True, samesite="strict"
    )
    return response


def _shown(edge: Edge, session: Session | None) -> dict[str, Any]:
    particulars, now = edge.shelf.particulars(), edge.clock()
    days = edge.shelf.days(local_day(now), DAYS_TOLD)
    return {
        "person": _person(edge, session) if session else None,
        "now": now,
        "demo": particulars is not None and particulars.is_demo,
        "centre": UNNAMED | (msgspec.structs.asdict(particulars) if particulars else {}) | {"days": days},
    }


def _person(edge: Edge, session: Session) -> dict[str, Any]:
    is_staff = session.kind == "staff"
    member = edge.centre.staff_by_id(session.person)
    phone = None if is_staff else edge.centre.phone_of(session.person)
    return {
        "id": session.person,
        "kind": session.kind,
        "name": member.name,
        "roles": member.roles if is_staff else ("resident",),
        "office": member.office,
        "phone_masked": mask_phone(phone) if phone else None,
    }


def _phone(text: str) -> str:
    number = text.translate({ord(mark): None for mark in " -\u3000"}).removeprefix("+86")
    if not mobile(number):
        raise Problem(400, "phone-format")
    return number


def _token_of(connection: HTTPConnection) -> str:
    return connection.cookies.get(COOKIE, "")[:LONGEST_TOKEN]


def _origin_keys(request: Request, device: UUID | None) -> dict[str, str]:
    address = address_key(request.client.host if request.client else None)
    return {"device": str(device or address), "address": address}


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"


def _recorded(entry: Entry | None) -> Entry:
    """What was just recorded; when the log could not be written there is nothing, and no sign-in either."""
    if entry is None:
        raise Problem(503, "storage", retry_s=2)
    return entry
