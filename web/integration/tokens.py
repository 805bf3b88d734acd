"""Tokens of other systems: `dst_ID_SECRET` in the header `Authorization: Bearer`, never in an address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import cast
from uuid import UUID

from starlette.requests import Request

from domain.calendar.limits import local_day
from domain.integration.integration import INTEGRATION_STREAM, Access, Integration, Scope
from store.centre import Centre
from store.states import INTEGRATION
from web.edge import edge_of
from web.errors import Problem
from web.session import promptly

SECRET_BYTES = 32
_TOKEN = re.compile(r"dst_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


def token_of(access: UUID, secret: bytes) -> str:
    """The token as its system sends it; `secret` has `SECRET_BYTES`."""
    return f"dst_{access.hex}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def integration_of(centre: Centre) -> Integration:
    """Accesses and webhooks at the head of the log."""
    return cast("Integration", centre.state(INTEGRATION_STREAM, INTEGRATION))


def has_token(request: Request) -> bool:
    """Whether another system asks, rather than a person."""
    return request.headers.get("authorization", "").lower().startswith("bearer ")


async def require_access(request: Request, scope: Scope) -> Access:
    """The access of the system that asks.

    Raises:
        Problem: 401 `token-needed` without a good token, 403 `forbidden` if it does not open `scope`.
    """
    edge = edge_of(request)
    found = _TOKEN.fullmatch(request.headers.get("authorization", "")[7:].strip()) if has_token(request) else None
    known = await promptly(edge.centre, lambda: integration_of(edge.centre).accesses)
    access = known.get(UUID(found[1])) if found else None
    if found is None or access is None or not hmac.compare_digest(access.sha256, hash_of(found[0])):
        raise Problem(401, "token-needed")
    if not access.opens(scope, on=local_day(edge.clock())):
        raise Problem(403, "forbidden")
    return access
