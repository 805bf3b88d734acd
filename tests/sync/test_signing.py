"""What a device signs of an intent: both algorithms, every part of what is said, and what no signature is."""

import base64
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Call
from domain.devices.devices import DeviceKey, KeyAlgorithm
from sync.frames import SignedIntent, Verdict
from sync.intents import read_intent
from sync.signing import SecretKey, is_of, possession, read_signature, signed_with, statement
from tests.cast import ZHOU
from tests.sync.intents import body, intent

ALGORITHMS: tuple[KeyAlgorithm, ...] = ("ed25519", "es256")
KEYS = {algorithm: SecretKey(algorithm) for algorithm in ALGORITHMS}
SAID = body("case.note@1", {"text": "字"}, by=ZHOU)
TEXT = intent("case.note@1", {"text": "字"}, by=ZHOU)["body"]

both = pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())


def parts(**other: Any) -> dict[str, Any]:
    named: dict[str, Any] = {"id": SAID["id"], "lane": SAID["lane"], "type": SAID["type"], "body": TEXT}
    return named | other


def read(sig: str | None, *, key: DeviceKey | None) -> Call | Verdict:
    return read_intent(SignedIntent(body=TEXT, sig=sig), by=ZHOU, key=key)


@both
def test_an_intent_that_its_device_has_signed_is_judged_and_brings_its_signature(key: SecretKey) -> None:
    sig = key.sign_intent(**parts())

    call = read(sig, key=key.public)

    assert isinstance(call, Call)
    assert call.signed == base64.urlsafe_b64decode(sig + "==") + sha256(TEXT.encode()).digest()


@both
def test_without_the_devices_signature_an_intent_waits_for_a_sign_in(key: SecretKey) -> None:
    other = SecretKey(key.public.algorithm)

    waiting = [
        read(sig, key=key.public)
        for sig in (
            None,
            "",
            "A" * 86,
            other.sign_intent(**parts()),
            key.sign_intent(**parts(id=uuid4())),
            key.sign_intent(**parts(lane=uuid4())),
            key.sign_intent(**parts(type="case.decide@1")),
            key.sign_intent(**parts(body=TEXT + " ")),
            key.sign(possession(ZHOU.id, uuid4())),
            key.sign_intent(**parts()) + "==",
            key.sign_intent(**parts())[:-1],
        )
    ]

    assert waiting == [Verdict(id=waiting[0].id, verdict="auth", code="not-signed")] * len(waiting)


def test_where_a_device_has_no_key_nothing_is_signed_and_nothing_is_kept() -> None:
    call = read(KEYS["ed25519"].sign_intent(**parts()), key=None)

    assert isinstance(call, Call)
    assert call.signed == b""


@both
@given(at=st.integers(0, 63), bit=st.integers(0, 7))
def test_no_bit_of_a_signature_may_change(key: SecretKey, at: int, bit: int) -> None:
    said = statement(uuid4(), uuid4(), "case.note@1", b"d" * 32)
    signature = bytearray(base64.urlsafe_b64decode(key.sign(said) + "=="))
    assert is_of(key.public, bytes(signature), said)

    signature[at] ^= 1 << bit

    assert not is_of(key.public, bytes(signature), said)


@pytest.mark.parametrize("wrong", ["é" * 86, "+" * 86, "A" * 85 + "=", "A" * 87, " " * 86, None])
def test_what_is_no_signature_in_its_one_form_is_none(wrong: str | None) -> None:
    assert read_signature(wrong) is None


@pytest.mark.parametrize(
    "key",
    [
        DeviceKey("ed25519", b"k" * 31),
        DeviceKey("es256", b"\x04" + b"k" * 64),
        DeviceKey("es256", b"\x02" + b"k" * 32),
        DeviceKey("es256", b""),
    ],
)
def test_nothing_is_signed_by_what_is_no_key(key: DeviceKey) -> None:
    assert not is_of(key, b"s" * 64, b"said")


@pytest.mark.parametrize("sign", [0, 0x80])
def test_a_key_for_which_one_signature_fits_everything_is_none(sign: int) -> None:
    neutral = bytes([1]) + bytes(31)

    assert not is_of(DeviceKey("ed25519", neutral[:31] + bytes([sign])), neutral + bytes(32), b"whatever is said")


def test_a_signature_says_nothing_of_another_intent() -> None:
    key = KEYS["ed25519"]

    assert signed_with(key.public, key.sign_intent(**parts()), **parts()) is not None
    assert signed_with(key.public, key.sign_intent(**parts()), **parts(id=uuid4())) is None
