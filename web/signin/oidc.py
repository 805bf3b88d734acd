"""Signing residents in through an identity provider (OpenID Connect Core 1.0, code flow with PKCE, RFC 7636)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from domain.identity.identity import CloseSession, LinkLogin
from web.bodies import NO_STORE
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import PASSKEYS_TRIED
from web.session import is_https, opened, origin_keys, session_of, with_cookie
from web.signin.errands import LIFETIME, Errand, sealed, unsealed
from web.signin.provider import Claims, Provider, ProviderFailed

STATE_COOKIE = "doorstep_oidc"
BACK = "/session/oidc/back"
LONGEST = 2_000


async def go(request: Request) -> Response:
    """`GET /session/oidc`: to the identity provider; who is signed in as a resident links the account there."""
    edge = edge_of(request)
    try:
        edge.limiter.spend("too-many-tries", PASSKEYS_TRIED, **origin_keys(request, None))
        provider = await _provider(edge)
    except ProviderFailed:
        return _home("oidc-away")
    session = session_of(request)
    mine = session if session is not None and session.kind == "resident" else None
    errand = Errand(
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        after=_local(request.query_params.get("after", "/")),
        device=_device(request.query_params.get("device", "")),
        person=mine.person if mine else None,
        session=mine.id if mine else None,
        until=edge.clock() + LIFETIME,
    )
    state = secrets.token_urlsafe(24)
    digest = hashlib.sha256(errand.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": edge.settings.oidc_client_id,
        "redirect_uri": _back(edge),
        "scope": "openid phone",
        "state": state,
        "nonce": errand.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    join = "&" if "?" in provider.authorization_endpoint else "?"
    away = RedirectResponse(
        f"{provider.authorization_endpoint}{join}{urlencode(asked)}", 303, {"cache-control": NO_STORE}
    )
    # Lax, since the way back begins at another site; it holds the errand, for this browser alone.
    away.set_cookie(
        STATE_COOKIE,
        sealed(edge, state, errand),
        max_age=int(LIFETIME.total_seconds()),
        path="/session/oidc",
        secure=is_https(request),
        httponly=True,
        samesite="lax",
    )
    return away


async def back(request: Request) -> Response:
    """`GET /session/oidc/back`: from the identity provider, with a code for the identity token, or with a no."""
    edge, state = edge_of(request), request.query_params.get("state", "")[:LONGEST]
    errand = unsealed(edge, state, request.cookies.get(STATE_COOKIE, ""))
    if errand is None:
        return _home("challenge-expired")
    answer = await _arrived(request, edge, errand)
    answer.delete_cookie(STATE_COOKIE, path="/session/oidc", secure=is_https(request), httponly=True, samesite="lax")
    return answer


async def _arrived(request: Request, edge: Edge, errand: Errand) -> Response:
    """The answer to a browser that has come back from its own errand."""
    told = request.query_params
    if told.get("iss", edge.settings.oidc_issuer).rstrip("/") != edge.settings.oidc_issuer.rstrip("/"):  # RFC 9207
        return _home("oidc-away")
    if "code" not in told:
        return _home("oidc-refused")
    try:
        provider = await _provider(edge)
        claims = await provider.claims(
            told["code"][:LONGEST], verifier=errand.verifier, nonce=errand.nonce, back=_back(edge), now=edge.clock()
        )
    except ProviderFailed:
        return _home("oidc-away")
    person = await asyncio.to_thread(_person, edge, claims, errand)
    if person is None:
        return _home("oidc-no-phone")
    try:
        token = await opened(request, person, kind="resident", method="oidc", device=errand.device)
    except Problem as problem:
        return _home(problem.code)
    if (before := errand.session) is not None:  # its cookie does not travel on the way back from another site
        await asyncio.to_thread(lambda: edge.centre.by_itself(CloseSession(), lane=before))
    return with_cookie(
        request, RedirectResponse(errand.after, 303, {"cache-control": NO_STORE}), token, kind="resident"
    )


ROUTES: tuple[BaseRoute, ...] = (
    Route("/session/oidc", go, methods=["GET"]),
    Route("/session/oidc/back", back, methods=["GET"]),
)


def _person(edge: Edge, claims: Claims, errand: Errand) -> UUID | None:
    """Whose account it is: who linked it before, else who links it now, else the owner of the verified telephone."""
    account = f"{edge.settings.oidc_issuer} {claims.subject}"
    known = edge.centre.person_for_login(account)
    if known is not None:
        return known
    person = errand.person
    if person is None and claims.phone:
        person = edge.centre.person_for_phone(claims.phone)
    if person is not None:
        edge.centre.by_itself(LinkLogin(person=person), lane=edge.centre.login_of(account))
    return person


async def _provider(edge: Edge) -> Provider:
    settings = edge.settings
    if not settings.oidc_issuer:
        raise Problem(404, "not-found")
    return await Provider.found(
        settings.oidc_issuer, client_id=settings.oidc_client_id, client_secret=str(settings.oidc_client_secret)
    )


def _back(edge: Edge) -> str:
    return f"{edge.settings.public_url}{BACK}"


def _home(code: str) -> Response:
    return RedirectResponse(f"/sign-in?{urlencode({'no': code})}", 303, {"cache-control": NO_STORE})


def _local(path: str) -> str:
    """Only a page of this app."""
    is_local = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path[:LONGEST] if is_local else "/"


def _device(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
