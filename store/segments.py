"""The body of a stored file: a salt, a commitment to the file's key, then segments of 64 KiB, each AES-256-GCM.

The nonce of a segment is its number and whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár, 2015), so that a body cut short, lengthened or with segments in another order is refused. The commitment is
what only this key gives: AES-GCM alone would let one box open under two keys.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEGMENT_BYTES = 65_536
KEY_BYTES = 32
SALT_BYTES = 32
TAG_BYTES = 16
PREAMBLE_BYTES = SALT_BYTES + KEY_BYTES
"""Salt and commitment, before the first segment."""

_ONCE = bytes(12)
"""Nonce of a wrapped key: the key that wraps it is derived for one person and one file."""


class NotUnderThisKey(Exception):
    """What was to be opened was changed, cut short, or sealed under another key."""


def sealed(content: Iterable[bytes], key: bytes, salt: bytes) -> Iterator[bytes]:
    """The body of a file, part by part."""
    preamble = salt + _commitment(key, salt)
    cipher = _segments_key(key, salt)
    yield preamble
    for number, segment, last in _segments(content, SEGMENT_BYTES):
        yield cipher.encrypt(_nonce(number, last=last), segment, preamble)


def opened(preamble: bytes, boxes: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """The content of a body, part by part.

    Args:
        preamble: the first bytes of the body.
        boxes: the rest, cut anywhere.
        key: of the file.

    Raises:
        NotUnderThisKey: as soon as a part does not fit.
    """
    salt = preamble[:SALT_BYTES]
    if not hmac.compare_digest(_commitment(key, salt), preamble[SALT_BYTES:]):
        raise NotUnderThisKey
    cipher = _segments_key(key, salt)
    for number, box, last in _segments(boxes, SEGMENT_BYTES + TAG_BYTES):
        try:
            yield cipher.decrypt(_nonce(number, last=last), box, preamble)
        except InvalidTag as error:
            raise NotUnderThisKey from error


def wrapped(key: bytes, persons_key: bytes, salt: bytes, *, said: bytes) -> bytes:
    """A file's key under that of a person; `said` stands beside it and cannot be changed."""
    return _cover_key(persons_key, salt).encrypt(_ONCE, key, said + salt)


def unwrapped(box: bytes, persons_key: bytes, salt: bytes, *, said: bytes) -> bytes:
    """The file's key again.

    Raises:
        NotUnderThisKey: it was wrapped by another one, or what stands beside it was changed.
    """
    try:
        return _cover_key(persons_key, salt).decrypt(_ONCE, box, said + salt)
    except InvalidTag as error:
        raise NotUnderThisKey from error


def _cover_key(persons_key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(_derived(persons_key, salt, b"doorstep file 1 cover"))


def _segments_key(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(_derived(key, salt, b"doorstep file 1 segments"))


def _commitment(key: bytes, salt: bytes) -> bytes:
    return _derived(key, salt, b"doorstep file 1 commitment")


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(key)


def _segments(parts: Iterable[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes and whether it is the last, for each segment; at least one, and only the last is shorter."""
    number, held = 0, bytearray()
    for part in parts:
        held += part
        while len(held) > size:
            yield number, bytes(held[:size]), False
            del held[:size]
            number += 1
    yield number, bytes(held), True


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
