"""Challenges that say by themselves for what they were made, so that any node takes the answer, also after a restart.

A challenge is eight bytes of time until which it is good, sixteen of chance, and a keyed hash over both and over what
was asked of whom on which page. That the same is not answered twice is decided at the head of the log.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from web.edge import Edge

LIFETIME = timedelta(minutes=5)
_TIME_BYTES, _CHANCE_BYTES, _MAC_BYTES = 8, 16, 32


class Ceremony(Struct, frozen=True):
    """A passkey that somebody is asked to make or to show.

    Attributes:
        what: `add`, `enter` or `prove`.
        person: whose it must be; None where the passkey itself says who comes.
        origin: where the page is that asks.
    """

    what: str
    person: UUID | None
    origin: str


def made(edge: Edge, ceremony: Ceremony) -> bytes:
    """A fresh challenge."""
    until = int((edge.clock() + LIFETIME).timestamp())
    head = until.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_CHANCE_BYTES)
    return head + _mac(edge, head, ceremony)


def is_good(edge: Edge, challenge: bytes, ceremony: Ceremony) -> bool:
    """Whether it was made for this, and not too long ago."""
    head, mac = challenge[: _TIME_BYTES + _CHANCE_BYTES], challenge[_TIME_BYTES + _CHANCE_BYTES :]
    if len(challenge) != _TIME_BYTES + _CHANCE_BYTES + _MAC_BYTES:
        return False
    if not hmac.compare_digest(mac, _mac(edge, head, ceremony)):
        return False
    return edge.clock() < datetime.fromtimestamp(int.from_bytes(head[:_TIME_BYTES], "big"), UTC)


def _mac(edge: Edge, head: bytes, ceremony: Ceremony) -> bytes:
    said = f"{ceremony.what}\n{ceremony.person or ''}\n{ceremony.origin}".encode()
    return hmac.new(edge.centre.key_for("sign-in challenges"), head + said, hashlib.sha256).digest()
