"""Setting one-time codes up (RFC 6238), with a picture for the telephone's app and codes for emergencies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import segno
from msgspec import Meta, Struct
from pyotp.totp import TOTP
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.identity import keys
from domain.identity.identity import Session
from domain.identity.keyring import keyring_stream
from web.bodies import NO_STORE, json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import SECOND_TRIED
from web.session import actor_of, require_session
from web.signin.doing import do, widen
from web.signin.factors import digest_of, new_recovery_codes, step_of
from web.signin.fresh import require_fresh

OFFERED_FOR = timedelta(minutes=10)
"""A secret is offered for so long, and may be set up in the time after that."""
SECRET_BYTES = 20
"""As RFC 4226 advises, section 4."""


class FirstCode(Struct, frozen=True):
    """The first one-time code that the telephone has made."""

    code: Annotated[str, Meta(max_length=20)]


class Removal(Struct, frozen=True):
    """Whose one-time codes end; `person` is left out for one's own."""

    person: UUID | None = None


async def offer(request: Request) -> Response:
    """`POST /api/second-factor/offer`: a fresh secret, as text and picture; it counts once its first code was shown."""
    edge, session = edge_of(request), require_fresh(request, "second-factor.set")
    actor = await actor_of(request, narrow=True)
    if actor.is_resident:
        raise Problem(403, "forbidden")
    secret = _offered(edge, session, at=edge.clock())
    particulars = edge.shelf.particulars()
    address = TOTP(secret).provisioning_uri(
        name=edge.centre.staff_by_id(actor.id).username, issuer_name=particulars.name_zh if particulars else "家门口"
    )
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False, svgclass=None)
    return json_answer({"secret": secret, "address": address, "picture": drawn.getvalue().decode()})


async def set_up(request: Request) -> Response:
    """`POST /api/second-factor`: ask for one-time codes from now on; the emergency codes are told this once."""
    edge, session = edge_of(request), require_session(request, narrow=True)
    first = await read_json(request, FirstCode)
    edge.limiter.spend("too-many-tries", SECOND_TRIED, second=str(session.person))
    now = edge.clock()
    offers = [_offered(edge, session, at=now), _offered(edge, session, at=now - OFFERED_FOR)]
    code = "".join(first.code.split())
    secret = next((one for one in offers if step_of(one, code, at=now) is not None), None)
    if secret is None:
        raise Problem(422, "second-factor-wrong")
    codes = new_recovery_codes()
    command = keys.SetSecondFactor(
        secret=secret, recovery=tuple(digest_of(edge.centre, session.person, code) for code in codes)
    )
    await do(edge, command, lane=keyring_stream(session.person), by=await actor_of(request, narrow=True))
    await widen(edge, session, method="code")
    edge.limiter.forgive("too-many-tries", second=str(session.person))
    return json_answer({"recovery": [f"{code[:5]}-{code[5:]}" for code in codes]})


async def remove(request: Request) -> Response:
    """`POST /api/second-factor/remove`: ask for no one-time code any more, of oneself or of whom one looks after."""
    edge, actor, wanted = edge_of(request), await actor_of(request), await read_json(request, Removal)
    require_fresh(request, "second-factor.remove")
    person = wanted.person or actor.id
    await do(edge, keys.RemoveSecondFactor(person=person), lane=keyring_stream(person), by=actor)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


def _offered(edge: Edge, session: Session, *, at: datetime) -> str:
    """The secret that is offered in a session for some minutes: any node knows it, and whoever was not told it cannot.

    Once it was set up another one is offered.
    """
    set_up = edge.centre.keyring(session.person).set_up
    said = f"{session.id} {int(at.timestamp() // OFFERED_FOR.total_seconds())} {set_up}"
    drawn = hmac.new(edge.centre.key_for("offered second factors"), said.encode(), hashlib.sha256).digest()
    return base64.b32encode(drawn[:SECRET_BYTES]).decode()


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/second-factor/offer", offer, methods=["POST"]),
    Route("/api/second-factor", set_up, methods=["POST"]),
    Route("/api/second-factor/remove", remove, methods=["POST"]),
)
