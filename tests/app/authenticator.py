"""A passkey maker in software: what a tablet's own does, without the finger (W3C Web Authentication level 3)."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """Holds one passkey.

    Attributes:
        counter: how often it has signed.
        verifies: whether it asks its owner for a finger, a face or a PIN.
    """

    def __init__(self, *, origin: str) -> None:
        """Be the authenticator of a browser that shows a page of `origin`."""
        self.origin = origin
        self.counter = 0
        self.verifies = True
        self.id = secrets.token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.owner = b""

    @property
    def credential(self) -> str:
        """The id of its passkey."""
        return bytes_to_base64url(self.id)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """A new passkey for `options`, as the browser gives it to the page."""
        self.owner = base64url_to_bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(options["rp"]["id"], attested)
        client = self._client("webauthn.create", options["challenge"])
        return self._shown(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "attestationObject": bytes_to_base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            }
        )

    def show(self, options: dict[str, Any], *, domain: str | None = None) -> dict[str, Any]:
        """The passkey, shown for `options`."""
        self.counter += 1
        data = self._data(domain or options["rpId"], b"")
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._shown(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
                "userHandle": bytes_to_base64url(self.owner),
            }
        )

    def _client(self, what: str, challenge: str) -> bytes:
        return json.dumps({"type": what, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, domain: str, attested: bytes) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | (ATTESTED if attested else 0)
        return hashlib.sha256(domain.encode()).digest() + struct.pack(">BI", flags, self.counter) + attested

    def _shown(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.credential,
            "rawId": self.credential,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }
