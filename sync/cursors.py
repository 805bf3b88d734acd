"""Cursors: where a device's replica stands, signed so that a device cannot invent one."""

from __future__ import annotations

import base64
import binascii
import hmac
from functools import lru_cache
from hashlib import sha256

from msgspec import Struct

SIGNATURE_BYTES = 12


class Cursor(Struct, frozen=True):
    """A place in the order of change of one person's rows.

    Attributes:
        epoch: shape of the rows and origin of the log.
        scopes: digest of the scope keys the person held; other scopes mean another replica.
        pos: position of the last row received.
        id: id of that row, empty after a completed checkpoint.
        since: where the service stood when a boot began that is not complete; 0 otherwise.
    """

    epoch: str
    scopes: str
    pos: int
    id: str
    since: int = 0


class Signer:
    """Writes and reads cursors under a key that all nodes share."""

    def __init__(self, key: bytes) -> None:
        """Keep the key."""
        self._key = key

    def __eq__(self, other: object) -> bool:
        """Signers with the same key write the same."""
        return isinstance(other, Signer) and other._key == self._key

    def __hash__(self) -> int:
        """As of the key."""
        return hash(self._key)

    def write(self, cursor: Cursor) -> str:
        """The cursor as opaque text."""
        payload = f"{cursor.epoch}|{cursor.scopes}|{cursor.pos}|{cursor.id}|{cursor.since}".encode()
        return base64.urlsafe_b64encode(self._sign(payload) + payload).decode().rstrip("=")

    def read(self, text: str) -> Cursor | None:
        """The cursor of a text that this signer wrote, None for any other text."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            return None
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(payload)):
            return None
        epoch, scopes, pos, id, *since = payload.decode().split("|")
        return Cursor(epoch, scopes, int(pos), id, int(since[0]) if since else 0)

    def _sign(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:SIGNATURE_BYTES]


@lru_cache(maxsize=4096)
def scopes_digest(scopes: frozenset[str]) -> str:
    """Short digest of a person's scope keys."""
    return sha256("\n".join(sorted(scopes)).encode()).hexdigest()[:12]
