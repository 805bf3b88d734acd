"""Web push: encrypted for the device (RFC 8291), signed by the centre (RFC 8292), handed to the device's service."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)
"""Hosts of the push services of browsers; an endpoint elsewhere is refused, so that nobody has us call a stranger."""

RECORD_BYTES = 4_096
KEPT_SECONDS = 259_200
"""How long a service keeps a notice for a device that is away."""
TOKEN_HOURS = 12
PATIENCE_SECONDS = 10
GONE = frozenset({404, 410})
_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Device(Struct, frozen=True):
    """Where a device takes push, as its browser says.

    Attributes:
        p256dh: its public key, base64url.
        auth: its secret, base64url.
    """

    endpoint: str
    p256dh: str
    auth: str


class NoPushEndpoint(ValueError):
    """An endpoint, or a key, cannot be used for push."""


class PushService(Protocol):
    """Whoever carries a notice to a device."""

    def send(self, device: Device, content: bytes) -> int:
        """Hand an encrypted notice over and return the HTTP status; an exception leaves open whether it was taken."""
        ...


class Vapid:
    """The centre's own signing key for push.

    Args:
        secret: 32 random bytes, kept in the vault.
        contact: whom a push service may turn to: an `https:` or `mailto:` address.
        clock: the time, UTC.
    """

    def __init__(self, secret: bytes, *, contact: str, clock: Callable[[], datetime]) -> None:
        number = int.from_bytes(secret, "big") % (_CURVE_ORDER - 1) + 1
        self._key = ec.derive_private_key(number, ec.SECP256R1())
        self._contact = contact if contact.startswith("https:") else "mailto:doorstep@localhost"
        self._clock = clock

    @property
    def public(self) -> str:
        """The public key as browsers take it (`applicationServerKey`), base64url."""
        return _base64(_point(self._key.public_key()))

    def authorisation(self, endpoint: str) -> str:
        """The `Authorization` header for a request to an endpoint."""
        place = urlsplit(endpoint)
        expires = self._clock() + timedelta(hours=TOKEN_HOURS)
        claims = {"aud": f"{place.scheme}://{place.netloc}", "exp": int(expires.timestamp()), "sub": self._contact}
        signed = f"{_base64(_json({'typ': 'JWT', 'alg': 'ES256'}))}.{_base64(_json(claims))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return f"vapid t={signed}.{_base64(signature)}, k={self.public}"


class WebPush:
    """Sends through the services of browsers.

    Args:
        vapid: the centre's key.
        services: hosts that may be called.
    """

    def __init__(self, vapid: Vapid, *, services: Iterable[str] = SERVICES) -> None:
        self._vapid = vapid
        self._services = tuple(services)

    def send(self, device: Device, content: bytes) -> int:
        """Encrypt and send.

        Raises:
            NoPushEndpoint: it is no endpoint of a service that may be called.
            OSError: the service cannot be reached, or did not answer.
        """
        place = endpoint_of(device.endpoint, services=self._services)
        headers = {
            "authorization": self._vapid.authorisation(device.endpoint),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(KEPT_SECONDS),
            "urgency": "normal",
        }
        body = encrypted(content, device)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        connection = kind(place.hostname or "", place.port, timeout=PATIENCE_SECONDS)
        try:
            path = place.path + (f"?{place.query}" if place.query else "")
            connection.request("POST", path or "/", body, headers)
            return connection.getresponse().status
        except HTTPException as fault:
            raise OSError("the push service did not answer in HTTP") from fault
        finally:
            connection.close()


def endpoint_of(endpoint: str, *, services: Iterable[str] = SERVICES) -> SplitResult:
    """The parts of an endpoint that may be called.

    Raises:
        NoPushEndpoint: it is none; plain HTTP is taken for a `localhost` that is among `services` only.
    """
    try:
        place = urlsplit(endpoint)
        host, _port = place.hostname or "", place.port
    except ValueError as fault:
        raise NoPushEndpoint("no address") from fault
    known = any(host == one or host.endswith(f".{one}") for one in services)
    if not known or place.username is not None or (place.scheme, host) not in (("https", host), ("http", "localhost")):
        raise NoPushEndpoint("no endpoint of a known push service")
    return place


def encrypted(
    content: bytes,
    device: Device,
    *,
    salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Content for one device, in one record (RFC 8291 section 3, RFC 8188 section 2).

    Args:
        content: at most 3,993 bytes, so that it fits one record.
        device: for whom.
        salt: 16 bytes; fresh ones by default.
        key: the sender's; a fresh one by default.

    Raises:
        NoPushEndpoint: the device's keys are none.
    """
    salt, key = salt or os.urandom(16), key or ec.generate_private_key(ec.SECP256R1())
    theirs = checked_point(device.p256dh)
    ours, auth = _point(key.public_key()), _bytes(device.auth)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    secret = _derived(shared, auth, b"WebPush: info\x00" + theirs + ours, 32)
    cek = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    box = AESGCM(cek).encrypt(nonce, content + b"\x02", None)
    return salt + RECORD_BYTES.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours + box


def checked_point(p256dh: str) -> bytes:
    """A device's public key as an uncompressed point.

    Raises:
        NoPushEndpoint: it is none.
    """
    point = _bytes(p256dh)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, InvalidKey) as fault:
        raise NoPushEndpoint("no public key") from fault
    return point


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _json(value: Mapping[str, object]) -> bytes:
    return msgspec.json.encode(value)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as fault:
        raise NoPushEndpoint("no base64url") from fault
