"""Web push: the example of RFC 8291, the centre's signature, and where nothing is sent."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from web.notices.push import Device, NoPushEndpoint, Vapid, WebPush, encrypted, endpoint_of

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/abc"


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_notice_is_encrypted_as_in_the_example_of_rfc_8291_appendix_a() -> None:
    number = int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    device = Device(
        endpoint=ENDPOINT,
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
    )

    body = encrypted(
        b"When I grow up, I want to be a watermelon",
        device,
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        key=ec.derive_private_key(number, ec.SECP256R1()),
    )

    assert body == decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_centre_signs_for_one_service_and_half_a_day() -> None:
    vapid = Vapid(b"\x07" * 32, contact="https://doorstep.example.cn", clock=lambda: NOON)

    header = vapid.authorisation(ENDPOINT)

    token, key = header.removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    said: dict[str, Any] = msgspec.json.decode(decoded(claims))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    r, s = (int.from_bytes(decoded(signature)[at : at + 32], "big") for at in (0, 32))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert said["aud"] == "https://updates.push.services.mozilla.com"
    assert said["sub"] == "https://doorstep.example.cn"
    assert said["exp"] - NOON.timestamp() == 12 * 3600
    assert key == vapid.public == Vapid(b"\x07" * 32, contact="", clock=lambda: NOON).public


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://updates.push.services.mozilla.com/x",
        "https://169.254.169.254/latest",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/",
        "https://user@fcm.googleapis.com/",
        "https://notfcm.googleapis.com@evil/",
        "http://localhost:8000/",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
def test_nothing_but_a_known_push_service_is_ever_called(endpoint: str) -> None:
    with pytest.raises(NoPushEndpoint):
        endpoint_of(endpoint)


def test_services_with_a_host_of_their_own_for_each_device_are_known() -> None:
    assert endpoint_of("https://wns2-par02p.notify.windows.com/w/?token=x").hostname == "wns2-par02p.notify.windows.com"


@pytest.mark.parametrize("p256dh", ["", "AAAA", "!!", base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode()])
def test_a_key_that_is_none_is_refused(p256dh: str) -> None:
    with pytest.raises(NoPushEndpoint):
        encrypted(b"x", Device(ENDPOINT, p256dh, "BTBZMqHH6r4Tts7J_aSIgg"))


class PushHost(ThreadingHTTPServer):
    """A push service on this machine, with the device behind it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = bytes(range(16))
        self.status = 201
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        super().__init__(("localhost", 0), _Handler)

    @property
    def device(self) -> Device:
        """The device, as its browser says."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        p256dh, auth = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (point, self.auth))
        return Device(f"http://localhost:{self.server_address[1]}/push/abc?device=1", p256dh, auth)

    def read(self, body: bytes) -> bytes:
        """What the device reads: RFC 8291 from its side."""
        salt, ours = body[:16], self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        theirs, box = body[21:86], body[86:]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.key.exchange(ec.ECDH(), sender)
        secret = HKDF(hashes.SHA256(), 32, self.auth, b"WebPush: info\x00" + ours + theirs).derive(shared)
        cek = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
        return AESGCM(cek).decrypt(nonce, box, None).rstrip(b"\x00").removesuffix(b"\x02")


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        host = self.server
        assert isinstance(host, PushHost)
        body = self.rfile.read(int(self.headers["content-length"]))
        host.taken.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(host.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[PushHost]:
    with PushHost() as host:
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield host
        host.shutdown()
        thread.join()


def test_a_service_takes_a_notice_that_only_the_device_can_read(host: PushHost) -> None:
    vapid = Vapid(b"\x07" * 32, contact="https://doorstep.example.cn", clock=lambda: NOON)

    status = WebPush(vapid, services=("localhost",)).send(host.device, "您的申请已受理".encode())

    ((path, headers, body),) = host.taken
    assert (status, path) == (201, "/push/abc?device=1")
    assert (headers["content-encoding"], headers["ttl"]) == ("aes128gcm", "259200")
    assert headers["authorization"].startswith("vapid t=")
    assert "您的申请".encode() not in body
    assert host.read(body).decode() == "您的申请已受理"


def test_a_service_that_knows_the_device_no_more_says_so_and_one_that_is_down_raises(host: PushHost) -> None:
    push = WebPush(Vapid(b"\x07" * 32, contact="", clock=lambda: NOON), services=("localhost",))
    host.status = 410

    assert push.send(host.device, b"x") == 410
    with pytest.raises(OSError, match=r".*"):
        push.send(msgspec.structs.replace(host.device, endpoint="http://localhost:1/x"), b"x")
