"""What the browser of somebody at the identity provider carries along: sealed, so that any node can go on with it.

It opens for the state with which they were sent away, and for some minutes; the provider takes its code only once.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from store.boxes import SALT_BYTES, BoxDamaged, seal, unseal
from web.edge import Edge

LIFETIME = timedelta(minutes=5)
_PURPOSE = "errands at the identity provider"


class Errand(Struct, frozen=True):
    """Somebody who was sent to the identity provider.

    Attributes:
        nonce: stands in the identity token that comes back.
        verifier: of the code challenge (RFC 7636).
        after: page of the app to which they return.
        device: the device's own id.
        person: the resident who wants to link the account; None for signing in.
        session: the one that they have; it ends when the new one begins.
        until: how long the errand may take.
    """

    nonce: str
    verifier: str
    after: str
    device: UUID | None
    person: UUID | None
    session: UUID | None
    until: datetime


def sealed(edge: Edge, state: str, errand: Errand) -> str:
    """The errand as a cookie."""
    key, salt = edge.centre.key_for(_PURPOSE), secrets.token_bytes(SALT_BYTES)
    box = seal(key, salt, msgspec.json.encode(errand), state.encode())
    return base64.urlsafe_b64encode(box).decode().rstrip("=")


def unsealed(edge: Edge, state: str, cookie: str) -> Errand | None:
    """The errand of a cookie, None if it is not of that state, was altered, or has taken too long."""
    try:
        box = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
        held = unseal(edge.centre.key_for(_PURPOSE), box, state.encode())
    except (BoxDamaged, binascii.Error, ValueError):
        return None
    errand = msgspec.json.decode(held, type=Errand)
    return errand if edge.clock() < errand.until else None
