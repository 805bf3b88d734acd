"""Passkeys of staff (W3C Web Authentication level 3): made, shown, named and removed.

A passkey is made for the host under which the app is used, and says by itself whose it is, so that nobody types a name
and nothing tells whether a name is known. The device asks its owner for a finger, a face or its PIN each time.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from domain.identity import keys
from domain.identity.keyring import Passkey, keyring_stream
from web.bodies import NO_STORE, json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import PASSKEYS_TRIED
from web.session import actor_of, enter, origin_keys, require_session
from web.signin.challenges import Ceremony, is_good, made
from web.signin.doing import do, widen
from web.signin.fresh import require_fresh

TIMEOUT_MS = 120_000
Text = dict[str, Any]


class Made(Struct, frozen=True):
    """A passkey that the browser has made.

    Attributes:
        credential: as `PublicKeyCredential.toJSON()` gives it.
        name: as the person calls it.
    """

    credential: Text
    name: Annotated[str, Meta(min_length=1, max_length=40)]


class Shown(Struct, frozen=True):
    """A passkey that the browser has shown, as `PublicKeyCredential.toJSON()` gives it."""

    credential: Text
    device: UUID | None = None


async def options_to_add(request: Request) -> Response:
    """`POST /api/passkeys/options`: what the browser makes a passkey of."""
    edge, session = edge_of(request), require_fresh(request, "passkey.add")
    actor = await actor_of(request, narrow=True)
    if actor.is_resident:
        raise Problem(403, "forbidden")
    origin, domain = _place(edge, request)
    member = edge.centre.staff_by_id(actor.id)
    options = webauthn.generate_registration_options(
        challenge=made(edge, Ceremony("add", session.person, origin)),
        rp_id=domain,
        rp_name=_name(edge),
        user_id=session.person.bytes,
        user_name=member.username,
        user_display_name=member.name,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential))
            for one in edge.centre.keyring(actor.id).passkeys.values()
        ],
    )
    return json_answer(options_to_json(options).encode())


async def add(request: Request) -> Response:
    """`POST /api/passkeys`: keep the passkey that the browser has made."""
    edge, session = edge_of(request), require_session(request, narrow=True)
    shown = await read_json(request, Made)
    ceremony, challenge = _answered(edge, shown.credential, what="add", person=session.person)
    domain = urlsplit(ceremony.origin).hostname or ""
    try:
        verified = await asyncio.to_thread(
            webauthn.verify_registration_response,
            credential=shown.credential,
            expected_challenge=challenge,
            expected_rp_id=domain,
            expected_origin=ceremony.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Problem(422, "passkey-wrong") from fault
    command = keys.AddPasskey(
        credential=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        counter=verified.sign_count,
        domain=domain,
        name=shown.name.strip() or shown.name,
        device=session.device,
        synced=verified.credential_backed_up,
    )
    await do(edge, command, lane=keyring_stream(session.person), by=await actor_of(request, narrow=True))
    await widen(edge, session, method="passkey")
    return Response(status_code=204, headers={"cache-control": NO_STORE})


async def listed(request: Request) -> Response:
    """`GET /api/passkeys`: one's own passkeys, and whether one-time codes are set up."""
    edge, session = edge_of(request), require_session(request, narrow=True)
    ring = edge.centre.keyring(session.person)
    return json_answer(
        {
            "passkeys": [_described(one) for one in ring.passkeys.values()],
            "second_factor": ring.has_second_factor,
            "recovery_left": len(ring.recovery),
        }
    )


async def remove(request: Request) -> Response:
    """`POST /api/passkeys/remove`: let a passkey count no more, one's own or that of somebody whom one looks after."""
    edge, actor, gone = edge_of(request), await actor_of(request), await read_json(request, Removal)
    require_fresh(request, "passkey.remove")
    person = gone.person or actor.id
    command = keys.RemovePasskey(person=person, credential=gone.credential)
    await do(edge, command, lane=keyring_stream(person), by=actor)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


class Removal(Struct, frozen=True):
    """Which passkey goes; `person` is left out for one's own."""

    credential: Annotated[str, Meta(max_length=1400)]
    person: UUID | None = None


async def options_to_enter(request: Request) -> Response:
    """`POST /session/passkey/options`: what the browser shows a passkey for; the same for everybody."""
    edge = edge_of(request)
    edge.limiter.spend("too-many-tries", PASSKEYS_TRIED, **origin_keys(request, None))
    return json_answer(asked(edge, request, what="enter", person=None))


async def sign_in(request: Request) -> Response:
    """`POST /session/passkey`: sign in with the passkey that the browser has shown."""
    edge, shown = edge_of(request), await read_json(request, Shown)
    edge.limiter.spend("too-many-tries", PASSKEYS_TRIED, **origin_keys(request, shown.device))
    person = await verified(edge, shown.credential, what="enter", person=None)
    return await enter(request, person, kind="staff", method="passkey", device=shown.device)


def asked(edge: Edge, request: Request, *, what: str, person: UUID | None) -> bytes:
    """The options, as JSON, for showing a passkey; of `person` only, where that is known.

    Raises:
        Problem: 422 `passkey-address` if the app is not used under a host name.
    """
    origin, domain = _place(edge, request)
    known = edge.centre.keyring(person).passkeys.values() if person else ()
    options = webauthn.generate_authentication_options(
        challenge=made(edge, Ceremony(what, person, origin)),
        rp_id=domain,
        timeout=TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options).encode()


async def verified(edge: Edge, credential: Text, *, what: str, person: UUID | None) -> UUID:
    """Whose passkey was shown; its use is recorded.

    Raises:
        Problem: 401 `passkey-wrong`, `passkey-unknown`, `passkey-copied`, or `challenge-expired`.
    """
    ceremony, challenge = _answered(edge, credential, what=what, person=person)
    owner = person or _owner(credential)
    known = edge.centre.keyring(owner).passkeys.get(str(credential.get("id"))) if owner else None
    if owner is None or known is None or known.domain != urlsplit(ceremony.origin).hostname:
        raise Problem(401, "passkey-unknown")
    try:
        shown = await asyncio.to_thread(
            webauthn.verify_authentication_response,
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=known.domain,
            expected_origin=ceremony.origin,
            credential_public_key=base64url_to_bytes(known.public_key),
            credential_current_sign_count=0,  # whether it has grown is decided at the head of the log
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Problem(401, "passkey-wrong") from fault
    use = keys.UsePasskey(
        person=owner,
        credential=known.credential,
        counter=shown.new_sign_count,
        challenge=hashlib.sha256(challenge).hexdigest(),
    )
    answer = await asyncio.to_thread(lambda: edge.centre.by_itself(use, lane=keyring_stream(owner)))
    if answer.verdict == "retry":
        raise Problem(503, "storage", retry_s=2)
    if answer.code is not None:
        raise Problem(401, "challenge-expired" if answer.code == "already-shown" else answer.code)
    return owner


ROUTES: tuple[BaseRoute, ...] = (
    Route("/session/passkey/options", options_to_enter, methods=["POST"]),
    Route("/session/passkey", sign_in, methods=["POST"]),
    Route("/api/passkeys", listed, methods=["GET"]),
    Route("/api/passkeys", add, methods=["POST"]),
    Route("/api/passkeys/options", options_to_add, methods=["POST"]),
    Route("/api/passkeys/remove", remove, methods=["POST"]),
)


def _described(one: Passkey) -> dict[str, Any]:
    return {"credential": one.credential, "name": one.name, "device": one.device, "synced": one.synced}


def _place(edge: Edge, request: Request) -> tuple[str, str]:
    """Origin and host name of the page that asks; the origin gate has let it through."""
    origin = request.headers.get("origin", "")
    domain = urlsplit(origin).hostname or ""
    if origin not in edge.settings.allowed_origins or not domain or domain.replace(".", "").isdigit() or ":" in domain:
        raise Problem(422, "passkey-address")
    return origin, domain


def _name(edge: Edge) -> str:
    particulars = edge.shelf.particulars()
    return particulars.name_zh if particulars and particulars.name_zh else "家门口"


def _answered(edge: Edge, credential: Text, *, what: str, person: UUID | None) -> tuple[Ceremony, bytes]:
    """The ceremony that the browser answers, and its challenge.

    Raises:
        Problem: 401 `passkey-wrong` for what is no answer, `challenge-expired` for one to another question or too late.
    """
    try:
        said = msgspec.json.decode(base64url_to_bytes(credential["response"]["clientDataJSON"]), type=_ClientData)
        challenge = base64url_to_bytes(said.challenge)
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as fault:
        raise Problem(401, "passkey-wrong") from fault
    asked = (Ceremony(what, person, origin) for origin in edge.settings.allowed_origins)
    ceremony = next((one for one in asked if is_good(edge, challenge, one)), None)
    if ceremony is None:
        raise Problem(401, "challenge-expired")
    return ceremony, challenge


class _ClientData(Struct):
    challenge: str


def _owner(credential: Text) -> UUID | None:
    """Whose the passkey says that it is: the id that it was made with."""
    try:
        return UUID(bytes=base64url_to_bytes(credential["response"]["userHandle"]))
    except (KeyError, TypeError, ValueError):
        return None
