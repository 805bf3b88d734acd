"""Sign-in: who is asking, how they show it, and the cookie by which later requests are known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
from store.centre import Centre
from web.bodies import NO_STORE, json_answer, read_json
from web.carrier import sign_in_message
from web.demo.staff import Colleague, colleagues
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import CODES_SENT, CODES_TRIED, PASSWORDS_TRIED, address_key
from web.signin.factors import is_required, pass_second

COOKIE = "doorstep_session"
LONGEST_TOKEN = 128
DAYS_TOLD = 14
"""The longest run of days off is shorter: whoever asks is told of the next day on which the centre opens."""

UNNAMED: dict[str, Any] = dict.fromkeys(
    ("name_zh", "name_en", "phone", "address_zh", "address_en", "hours_zh", "hours_en"), ""
)
"""Stands for the particulars of a centre that has none yet."""

Entry = TypeVar("Entry")
Answer = TypeVar("Answer")


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
    """A member of staff signs in; `code` is the second factor, where the person has one."""

    username: Annotated[str, Meta(max_length=60)]
    password: Annotated[str, Meta(max_length=200)]
    device: UUID | None = None
    code: Annotated[str, Meta(max_length=40)] = ""


def session_of(connection: HTTPConnection) -> Session | None:
    """The open session of a request or socket, by its cookie."""
    token = _token_of(connection)
    return _noted(connection, edge_of(connection).centre.session(token) if token else None)


def _noted(connection: HTTPConnection, session: Session | None) -> Session | None:
    if session is not None:
        connection.scope["doorstep.person"] = session.person
        edge_of(connection).signing_in.seen.note(session.id)
    return session


def sign_in_of(connection: HTTPConnection) -> Session | None:
    """The session for rows and commands, also on a blocked device, which is to be told to drop what it holds.

    None for one that began with a code of enrolment: it is good for no rows.
    """
    token = _token_of(connection)
    session = edge_of(connection).centre.sign_in_of(token) if token else None
    return None if session is not None and session.is_narrow else session


def require_session(connection: HTTPConnection, *, narrow: bool = False) -> Session:
    """The open session.

    Args:
        connection: the request.
        narrow: whether one that began with a code of enrolment will do.

    Raises:
        Problem: 401 `sign-in-needed` without one; 403 `enrol-first` if it is good for making a passkey or codes only.
    """
    session = session_of(connection)
    if session is None:
        raise Problem(401, "sign-in-needed")
    if session.is_narrow and not narrow:
        raise Problem(403, "enrol-first")
    return session


async def actor_of(request: HTTPConnection, *, narrow: bool = False) -> Actor:
    """Who is asking, with the roles held now.

    Args:
        request: the request.
        narrow: as `require_session`, which see for what is raised.
    """
    centre, token = edge_of(request).centre, _token_of(request)
    session, actor = await promptly(centre, lambda: _signed_in(centre, token))
    if _noted(request, session) is None or actor is None:
        raise Problem(401, "sign-in-needed")
    if session is not None and session.is_narrow and not narrow:
        raise Problem(403, "enrol-first")
    return actor


async def promptly(centre: Centre, question: Callable[[], Answer]) -> Answer:
    """What the log answers, asked in a thread where that takes time."""
    return question() if centre.answers_at_once else await asyncio.to_thread(question)


def _signed_in(centre: Centre, token: str) -> tuple[Session | None, Actor | None]:
    if not token:
        return None, None
    with centre.at_one_moment():
        session = centre.session(token)
        return session, centre.actor(session) if session else None


async def who(request: Request) -> Response:
    """`GET /session`: the person signed in, the time, and the centre."""
    edge = edge_of(request)
    return json_answer(await promptly(edge.centre, lambda: _shown(edge, session_of(request))))


async def send_code(request: Request) -> Response:
    """`POST /session/code`: send a code; the answer is the same whether or not the number is known."""
    edge, wanted = edge_of(request), await read_json(request, CodeWanted)
    phone = _phone(wanted.phone)
    edge.limiter.spend("too-many-codes", CODES_SENT, number=phone, **origin_keys(request, wanted.device))
    await edge.carrier.send(sign_in_message(phone, edge.codes.issue(phone)))
    return Response(status_code=204, headers={"cache-control": NO_STORE})


async def resident(request: Request) -> Response:
    """`POST /session/resident`: sign in with the code."""
    edge, shown = edge_of(request), await read_json(request, CodeShown)
    phone = _phone(shown.phone)
    edge.limiter.spend("too-many-tries", CODES_TRIED, number=phone, **origin_keys(request, shown.device))
    edge.codes.redeem(phone, "".join(shown.code.split()))
    edge.limiter.forgive("too-many-tries", number=phone)
    person = _recorded(await asyncio.to_thread(edge.centre.person_for_phone, phone))
    return await enter(request, person, kind="resident", method="sms-code", device=shown.device)


async def staff(request: Request) -> Response:
    """`POST /session/staff`: sign in with a password, and a one-time code where the person has set that up."""
    edge, shown = edge_of(request), await read_json(request, PasswordShown)
    username = shown.username.strip().lower()
    keys = origin_keys(request, shown.device)
    pair = f"{username} {keys['address']}"
    edge.limiter.spend("too-many-tries", PASSWORDS_TRIED, number=username, pair=pair, **keys)
    record = edge.centre.staff(username)
    is_right = await edge.passwords.check(record.password_hash if record else None, shown.password)
    if record is None or record.staff.id is None or not is_right:
        raise Problem(401, "sign-in-failed")
    method = await pass_second(edge, record.staff.id, shown.code)
    edge.limiter.forgive("too-many-tries", number=username, pair=pair)
    return await enter(request, record.staff.id, kind="staff", method=method, device=shown.device)


async def ticket(request: Request) -> Response:
    """`POST /session/ticket`: a one-use ticket for the socket."""
    session = await promptly(edge_of(request).centre, lambda: sign_in_of(request))
    if session is None:
        raise Problem(401, "sign-in-needed")
    # Whose it is, also on a blocked device: it has to come to the socket to be told so.
    return json_answer({"ticket": edge_of(request).tickets.issue(_token_of(request)), "person": session.person})


async def sign_out(request: Request) -> Response:
    """`DELETE /session`: end the session."""
    if await promptly(edge_of(request).centre, lambda: session_of(request)) is not None:
        await asyncio.to_thread(edge_of(request).centre.close_session, _token_of(request))
    response = Response(status_code=204, headers={"cache-control": NO_STORE})
    response.delete_cookie(COOKIE, secure=is_https(request), httponly=True, samesite="strict")
    return response


ROUTES: tuple[BaseRoute, ...] = (
    Route("/session", who, methods=["GET"]),
    Route("/session", sign_out, methods=["DELETE"]),
    Route("/session/code", send_code, methods=["POST"]),
    Route("/session/resident", resident, methods=["POST"]),
    Route("/session/staff", staff, methods=["POST"]),
    Route("/session/ticket", ticket, methods=["POST"]),
)


async def enter(request: Request, person: UUID, *, kind: str, method: str, device: UUID | None) -> Response:
    """Open a session for somebody who has shown who they are; the answer is that of `GET /session`, with the cookie.

    Raises:
        Problem: 403 `device-blocked` if the person's device was blocked, 503 `storage` if nothing can be recorded.
    """
    edge, token = edge_of(request), await opened(request, person, kind=kind, method=method, device=device)
    return with_cookie(request, json_answer(_shown(edge, _recorded(edge.centre.session(token)))), token, kind=kind)


async def opened(request: Request, person: UUID, *, kind: str, method: str, device: UUID | None) -> str:
    """The token of a new session, which takes the place of the one that the browser had; raises as `enter`."""
    edge = edge_of(request)
    if await asyncio.to_thread(edge.centre.is_blocked, person, device):
        raise Problem(403, "device-blocked")
    had = await promptly(edge.centre, lambda: session_of(request))
    before = _token_of(request) if had is not None else None
    token = await asyncio.to_thread(
        edge.centre.open_session, person, kind=kind, method=method, device=device, hours=_hours(edge, kind)
    )
    _recorded(edge.centre.session(token))
    if before is not None:
        await asyncio.to_thread(edge.centre.close_session, before)
    return token


def with_cookie(request: Request, response: Response, token: str, *, kind: str) -> Response:
    """The answer that hands a session's token to the browser."""
    seconds = _hours(edge_of(request), kind) * 3600
    response.set_cookie(COOKIE, token, max_age=seconds, secure=is_https(request), httponly=True, samesite="strict")
    return response


def _hours(edge: Edge, kind: str) -> int:
    return edge.settings.resident_hours if kind == "resident" else edge.settings.staff_hours


def _shown(edge: Edge, session: Session | None) -> dict[str, Any]:
    particulars, now = edge.shelf.particulars(), edge.clock()
    days = edge.shelf.days(local_day(now), DAYS_TOLD)
    is_demo = particulars is not None and particulars.is_demo
    return {
        "person": _person(edge, session) if session else None,
        "now": now,
        "demo": is_demo,
        **({"demo_staff": [_demonstrated(one) for one in colleagues()]} if is_demo else {}),
        "ways": {"oidc": edge.settings.oidc_issuer != "", "second_factor": is_required(edge)},
        "centre": UNNAMED | (msgspec.structs.asdict(particulars) if particulars else {}) | {"days": days},
    }


def _demonstrated(one: Colleague) -> dict[str, Any]:
    """Somebody as whom a demonstration can be entered."""
    does = {"zh": one.does_zh, "en": one.does_en}
    return {"username": one.username, "name": one.name, "roles": one.roles, "does": does}


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
        "narrow": session.is_narrow,
    }


def _phone(text: str) -> str:
    number = text.translate({ord(mark): None for mark in " -\u3000"}).removeprefix("+86")
    if not mobile(number):
        raise Problem(400, "phone-format")
    return number


def _token_of(connection: HTTPConnection) -> str:
    return connection.cookies.get(COOKIE, "")[:LONGEST_TOKEN]


def origin_keys(request: Request, device: UUID | None) -> dict[str, str]:
    """The keys by which tries are counted, whoever it is that tries."""
    address = address_key(request.client.host if request.client else None)
    return {"device": str(device or address), "address": address}


def is_https(request: Request) -> bool:
    """Whether the browser reaches the service over HTTPS."""
    return request.url.scheme == "https"


def _recorded(entry: Entry | None) -> Entry:
    """What was just recorded; when the log could not be written there is nothing, and no sign-in either."""
    if entry is None:
        raise Problem(503, "storage", retry_s=2)
    return entry
