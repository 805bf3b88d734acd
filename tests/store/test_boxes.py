"""Sealed boxes: open at their place and under their key, and to nobody and nowhere else."""

import hashlib
import hmac

import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from store.boxes import COMMITMENT_BYTES, FORM, OVERHEAD_BYTES, SALT_BYTES, BoxDamaged, seal, unseal

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
SALT = bytes(range(SALT_BYTES))
PLACE = b"log|tag|stream|1|field|person"
BOX = seal(KEY, SALT, b"13800000001", PLACE)


def by_the_book(key: bytes, box: bytes, bound_to: bytes) -> bytes:
    """Opens a box from its description alone: RFC 5869 by hand, AES-GCM of another library."""
    salt, commitment, ciphertext, tag = box[1:17], box[17:49], box[49:-16], box[-16:]
    extracted = hmac.digest(salt, key, hashlib.sha256)
    drawn, block = b"", b""
    for number in (b"\x01", b"\x02", b"\x03"):
        block = hmac.digest(extracted, block + b"doorstep box 1" + number, hashlib.sha256)
        drawn += block
    assert drawn[44:76] == commitment
    cipher = AES.new(drawn[:32], AES.MODE_GCM, nonce=drawn[32:44])
    cipher.update(bound_to)
    return cipher.decrypt_and_verify(ciphertext, tag)


@given(
    key=st.binary(min_size=32, max_size=32),
    salt=st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES),
    plain=st.binary(max_size=200),
    place=st.binary(max_size=100),
)
def test_a_box_is_what_its_description_says(key: bytes, salt: bytes, plain: bytes, place: bytes) -> None:
    box = seal(key, salt, plain, place)

    assert box[:1] == FORM
    assert len(box) == len(plain) + OVERHEAD_BYTES
    assert unseal(key, box, place) == by_the_book(key, box, place) == plain


@pytest.mark.parametrize("at", range(len(BOX)))
@pytest.mark.parametrize("bit", [1, 128])
def test_no_flipped_bit_goes_unnoticed(at: int, bit: int) -> None:
    flipped = BOX[:at] + bytes([BOX[at] ^ bit]) + BOX[at + 1 :]

    with pytest.raises(BoxDamaged):
        unseal(KEY, flipped, PLACE)


@pytest.mark.parametrize(
    ("lengths", "why"),
    [
        (range(1), "is of an unknown form"),
        (range(1, OVERHEAD_BYTES), "was cut short"),
        (range(OVERHEAD_BYTES, len(BOX)), "was altered or moved"),
    ],
)
def test_no_part_of_a_box_opens(lengths: range, why: str) -> None:
    for length in lengths:
        with pytest.raises(BoxDamaged, match=why):
            unseal(KEY, BOX[:length], PLACE)


def test_a_longer_box_does_not_open() -> None:
    with pytest.raises(BoxDamaged, match="was altered or moved"):
        unseal(KEY, BOX + b"\0", PLACE)


def test_a_box_opens_at_its_own_place_only() -> None:
    with pytest.raises(BoxDamaged, match="was altered or moved"):
        unseal(KEY, BOX, PLACE + b"s")


def test_another_key_is_told_from_an_altered_value() -> None:
    with pytest.raises(BoxDamaged, match="was altered or sealed under another key"):
        unseal(OTHER_KEY, BOX, PLACE)


def test_a_box_of_a_form_that_comes_later_is_named_as_such() -> None:
    with pytest.raises(BoxDamaged, match="is of an unknown form"):
        unseal(KEY, b"\x02" + BOX[1:], PLACE)


def test_a_ciphertext_made_to_open_under_two_keys_is_refused_under_the_second() -> None:
    """AES-GCM alone would take it: key, nonce and tag fit; the commitment does not."""
    honest, other = seal(KEY, SALT, b"yes", PLACE), seal(OTHER_KEY, SALT, b"no", PLACE)
    commitment_ends = 1 + SALT_BYTES + COMMITMENT_BYTES
    forged = honest[:commitment_ends] + other[commitment_ends:]

    with pytest.raises(BoxDamaged, match="sealed under another key"):
        unseal(OTHER_KEY, forged, PLACE)
