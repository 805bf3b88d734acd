"""Sealed boxes: one value encrypted under a person's key so that it opens at its own place and under that key only.

Each box has a key of its own, drawn by HKDF-SHA256 (RFC 5869) from the person's key and a random salt, together with
the nonce and a commitment. AES-GCM alone does not commit to its key: a ciphertext can be made that opens to different
values under two keys. The commitment, which stands in the box and so in the hash of the event, rules that out.
"""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM = b"\x01"
"""First byte of every box; another form of box gets another byte."""

SALT_BYTES = 16
COMMITMENT_BYTES = 32
OVERHEAD_BYTES = 1 + SALT_BYTES + COMMITMENT_BYTES + 16
"""How much longer a box is than its value: form, salt, commitment and the tag of AES-GCM."""

_KEY_BYTES = 32
_NONCE_BYTES = 12
_INFO = b"doorstep box 1"
_COMMITMENT_AT = 1 + SALT_BYTES
_SEALED_AT = _COMMITMENT_AT + COMMITMENT_BYTES
_ALGORITHM = hashes.SHA256()


class BoxDamaged(Exception):
    """The box does not open; the message says why and nothing of what is inside."""


def seal(key: bytes, salt: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """A box: form, salt, commitment, ciphertext with tag.

    Args:
        key: of the person, 32 bytes.
        salt: random, `SALT_BYTES` long, used once.
        plain: the value.
        bound_to: its place; must be the same when the box is opened.
    """
    cipher, nonce, commitment = _drawn(key, salt)
    return b"".join((FORM, salt, commitment, cipher.encrypt(nonce, plain, bound_to)))


def unseal(key: bytes, box: bytes, bound_to: bytes) -> bytes:
    """The value in a box.

    Raises:
        BoxDamaged: it is another key's, was moved, altered or cut, or is of a form that this program does not know.
    """
    if box[:1] != FORM:
        raise BoxDamaged("is of an unknown form")
    if len(box) < OVERHEAD_BYTES:
        raise BoxDamaged("was cut short")
    cipher, nonce, commitment = _drawn(key, box[1:_COMMITMENT_AT])
    if not hmac.compare_digest(commitment, box[_COMMITMENT_AT:_SEALED_AT]):
        raise BoxDamaged("was altered or sealed under another key")
    try:
        return cipher.decrypt(nonce, box[_SEALED_AT:], bound_to)
    except InvalidTag as error:
        raise BoxDamaged("was altered or moved") from error


def _drawn(key: bytes, salt: bytes) -> tuple[AESGCM, bytes, bytes]:
    """Cipher, nonce and commitment of one box."""
    drawn = HKDF(_ALGORITHM, _KEY_BYTES + _NONCE_BYTES + COMMITMENT_BYTES, salt, _INFO).derive(key)
    nonce_ends = _KEY_BYTES + _NONCE_BYTES
    return AESGCM(drawn[:_KEY_BYTES]), drawn[_KEY_BYTES:nonce_ends], drawn[nonce_ends:]
