"""Showing once more who one is, in an open session; `web.signin.fresh` says for what."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.identity.identity import Session
from web.bodies import NO_STORE, json_answer, read_json
from web.carrier import sign_in_message
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import CODES_SENT, PROOFS_TRIED
from web.session import origin_keys, require_session
from web.signin.factors import use_code
from web.signin.fresh import needed, ways_of
from web.signin.passkeys import asked, verified


class Proof(Struct, frozen=True):
    """What the person shows; one of these.

    Attributes:
        password: of a member of staff.
        code: a one-time code; of a resident, the one that was sent to their telephone.
        credential: a passkey.
    """

    password: Annotated[str, Meta(max_length=200)] = ""
    code: Annotated[str, Meta(max_length=40)] = ""
    credential: dict[str, Any] | None = None


async def options(request: Request) -> Response:
    """`POST /session/proof/options`: what the browser shows one's own passkey for; residents are sent a code."""
    edge, session = edge_of(request), require_session(request)
    if session.kind == "resident":
        phone = edge.centre.phone_of(session.person) or ""
        edge.limiter.spend("too-many-codes", CODES_SENT, number=phone, **origin_keys(request, session.device))
        await edge.carrier.send(sign_in_message(phone, edge.codes.issue(phone)))
        return json_answer({})
    return json_answer(asked(edge, request, what="prove", person=session.person))


async def prove(request: Request) -> Response:
    """`POST /session/proof`: show once more who one is."""
    edge, session, shown = edge_of(request), require_session(request), await read_json(request, Proof)
    edge.limiter.spend("too-many-tries", PROOFS_TRIED, person=str(session.person))
    method = await _method(edge, session, shown)
    edge.limiter.forgive("too-many-tries", person=str(session.person))
    answer = await asyncio.to_thread(edge.centre.prove_session, session, method=method)
    if answer.verdict == "retry":
        raise Problem(503, "storage", retry_s=2)
    if answer.code is not None:
        raise Problem(401, "sign-in-needed")
    return Response(status_code=204, headers={"cache-control": NO_STORE})


async def _method(edge: Edge, session: Session, shown: Proof) -> str:
    """By which way the person showed who they are.

    Raises:
        Problem: 401 with the code of what was wrong; 403 `proof-needed` for a way that is not theirs.
    """
    ways = ways_of(edge, session)
    if shown.credential is not None and "passkey" in ways:
        await verified(edge, shown.credential, what="prove", person=session.person)
        return "passkey"
    if shown.code and "code" in ways:
        await use_code(edge, session.person, shown.code)
        return "code"
    if shown.code and "sms" in ways:
        edge.codes.redeem(edge.centre.phone_of(session.person) or "", "".join(shown.code.split()))
        return "sms-code"
    if shown.password and "password" in ways:
        record = edge.centre.staff(edge.centre.staff_by_id(session.person).username)
        if await edge.passwords.check(record.password_hash if record else None, shown.password):
            return "password"
        raise Problem(401, "password-wrong")
    raise needed(ways)


ROUTES: tuple[BaseRoute, ...] = (
    Route("/session/proof/options", options, methods=["POST"]),
    Route("/session/proof", prove, methods=["POST"]),
)
