"""What a device signs of an intent, and whether a signature is the device's.

The device signs a statement that names the intent, its lane, its type and the SHA-256 of the exact bytes of its body:
whoever has the statement's parts can check the signature later, without the words of the command, which may have been
erased by then.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.devices.devices import DeviceKey, KeyAlgorithm

SIGNATURE_BYTES = 64
"""Of both algorithms; that of ECDSA is r and s, 32 bytes each (IEEE P1363), as browsers give it."""
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""Encodings of points of small order, without the sign (as libsodium refuses them): under such a key one signature fits
many messages, so that whoever registered it could say later that anybody may have signed."""
_PURPOSE = "doorstep intent 1"
_POSSESSION = "doorstep device key 1"


def statement(id: UUID, lane: UUID, type: str, digest: bytes) -> bytes:
    """What is signed.

    Args:
        id: of the intent.
        lane: the case, or whatever else it concerns.
        type: of the command, with its version.
        digest: SHA-256 of the exact bytes of the body.
    """
    return f"{_PURPOSE}\n{id}\n{lane}\n{type}\n{digest.hex()}\n".encode()


def possession(person: UUID, device: UUID) -> bytes:
    """What a device signs to show that it has a key, when the key is registered."""
    return f"{_POSSESSION}\n{person}\n{device}\n".encode()


def is_of(key: DeviceKey, signature: bytes, said: bytes) -> bool:
    """Whether `signature` is that of `key` over `said`; never of what is no key, or of one that would fit anything."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        if key.algorithm == "ed25519":
            _ed25519(key.public).verify(signature, said)
        else:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            _p256(key.public).verify(encode_dss_signature(r, s), said, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_with(key: DeviceKey, sig: str | None, *, id: UUID, lane: UUID, type: str, body: str) -> bytes | None:
    """Signature and digest as a receipt keeps them (96 bytes); None if `sig` is missing or not the key's."""
    digest, signature = sha256(body.encode()).digest(), read_signature(sig)
    if signature is None or not is_of(key, signature, statement(id, lane, type, digest)):
        return None
    return signature + digest


class SecretKey:
    """The secret half of a device's key, for clients in Python; that of the app never leaves the browser."""

    def __init__(self, algorithm: KeyAlgorithm = "ed25519") -> None:
        """Make one."""
        self._ed25519 = Ed25519PrivateKey.generate() if algorithm == "ed25519" else None
        self._p256 = ec.generate_private_key(ec.SECP256R1()) if algorithm == "es256" else None

    @property
    def public(self) -> DeviceKey:
        """What others are told of it."""
        if self._ed25519 is not None:
            return DeviceKey("ed25519", self._ed25519.public_key().public_bytes_raw())
        assert self._p256 is not None
        point = self._p256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return DeviceKey("es256", point)

    def sign(self, said: bytes) -> str:
        """The signature as it travels."""
        return encoded(self._signature(said))

    def sign_intent(self, *, id: UUID, lane: UUID, type: str, body: str) -> str:
        """The signature of an intent as it travels."""
        return self.sign(statement(id, lane, type, sha256(body.encode()).digest()))

    def _signature(self, said: bytes) -> bytes:
        if self._ed25519 is not None:
            return self._ed25519.sign(said)
        assert self._p256 is not None
        r, s = decode_dss_signature(self._p256.sign(said, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def read_signature(text: str | None) -> bytes | None:
    """The bytes of a signature as it travels; None if it is none."""
    signature = decoded(text or "")
    return signature if signature is not None and len(signature) == SIGNATURE_BYTES else None


def encoded(value: bytes) -> str:
    """Bytes as they travel: base64url without padding."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def decoded(text: str) -> bytes | None:
    """Bytes that have travelled; None if `text` is not the one form of any."""
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return value if encoded(value) == text else None


def _ed25519(public: bytes) -> Ed25519PublicKey:
    if len(public) != 32 or bytes([*public[:31], public[31] & 0x7F]) in _SMALL_ORDER:
        raise ValueError("no key")
    return Ed25519PublicKey.from_public_bytes(public)


def _p256(public: bytes) -> ec.EllipticCurvePublicKey:
    if len(public) != 65 or public[0] != 4:
        raise ValueError("not a point without compression")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
