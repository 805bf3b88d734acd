"""Codes with which a colleague comes in once: on the first day, and after everything else was lost."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.centre.centre import staff_stream
from domain.identity import keys
from domain.identity.identity import ENROLMENT
from domain.identity.keyring import keyring_stream
from store.bench import CODE_ALPHABET
from web.bodies import json_answer, read_json
from web.edge import edge_of
from web.errors import Problem
from web.limits import ENROLMENTS_TRIED
from web.session import actor_of, enter, origin_keys
from web.signin.doing import do
from web.signin.factors import digest_of
from web.signin.fresh import require_fresh

GOOD_FOR = timedelta(minutes=30)
LENGTH = 10


class Wanted(Struct, frozen=True):
    """Who is to be let in."""

    person: UUID


class Shown(Struct, frozen=True):
    """A colleague comes with the code that they were given."""

    username: Annotated[str, Meta(max_length=60)]
    code: Annotated[str, Meta(max_length=40)]
    device: UUID | None = None


def new_code() -> str:
    """A fresh code."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(LENGTH))


async def issue(request: Request) -> Response:
    """`POST /api/enrolments`: a code for a colleague, to be told to them in person; good once, for half an hour."""
    edge, actor, wanted = edge_of(request), await actor_of(request), await read_json(request, Wanted)
    require_fresh(request, "enrolment.issue")
    code = new_code()
    until = edge.clock() + GOOD_FOR
    command = keys.IssueEnrolment(person=wanted.person, digest=digest_of(edge.centre, wanted.person, code), until=until)
    await do(edge, command, lane=keyring_stream(wanted.person), by=actor)
    return json_answer({"code": f"{code[:5]}-{code[5:]}", "until": until})


async def sign_in(request: Request) -> Response:
    """`POST /session/enrolment`: come in with the code, to make a passkey."""
    edge, shown = edge_of(request), await read_json(request, Shown)
    username = shown.username.strip().lower()
    edge.limiter.spend("too-many-tries", ENROLMENTS_TRIED, name=username, **origin_keys(request, shown.device))
    person = staff_stream(username)
    use = keys.UseEnrolment(person=person, digest=digest_of(edge.centre, person, shown.code), now=edge.clock())
    answer = await asyncio.to_thread(lambda: edge.centre.by_itself(use, lane=keyring_stream(person)))
    if answer.verdict == "retry":
        raise Problem(503, "storage", retry_s=2)
    if answer.code is not None:
        raise Problem(401, "enrolment-wrong")
    return await enter(request, person, kind="staff", method=ENROLMENT, device=shown.device)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/enrolments", issue, methods=["POST"]),
    Route("/session/enrolment", sign_in, methods=["POST"]),
)
