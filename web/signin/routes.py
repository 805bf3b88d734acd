"""The addresses of signing in and of open sessions."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.signin import enrolment, oidc, passkeys, proof, second, sessions

ROUTES: tuple[BaseRoute, ...] = (
    *passkeys.ROUTES,
    *second.ROUTES,
    *enrolment.ROUTES,
    *proof.ROUTES,
    *sessions.ROUTES,
    *oidc.ROUTES,
)
