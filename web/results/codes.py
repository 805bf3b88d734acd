"""Codes of letters: each tells whoever has the centre's key which fact its letter goes with, and nobody else anything.

A code is sealed rather than kept, so that a letter can be checked by the log alone: case, position and kind of it are
authenticated by 40 bits of an HMAC (RFC 2104); position and kind stand in the code, hidden by a mask that follows from
these bits (a synthetic initialisation vector, RFC 5297). Who tries to forge one has to ask the check page, and that
counts. Where a log was restored from a backup and another fact stands at the position, the case tells them apart.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from domain.effects.papers import PaperKind
from store.bench import CODE_ALPHABET, CODE_LENGTH

KEY = "codes of letters"
"""Purpose of the key in the vault."""

_KINDS = (
    PaperKind.RECEIPT,
    PaperKind.ACCEPTANCE,
    PaperKind.CORRECTION,
    PaperKind.DECLINE,
    PaperKind.REDIRECT,
    PaperKind.EXTENSION,
    PaperKind.PROCEDURE,
    PaperKind.DECISION,
    PaperKind.RETURN,
)
"""By their number in a code: further ones only come at the end. Results have a code of their own kind, labels none."""

_KIND_BITS, _SAID_BITS, _TAG_BITS = 5, 39, 40
_BASE = len(CODE_ALPHABET)


class LetterCodes:
    """Makes and reads codes.

    Args:
        key: the centre's, for this purpose only.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def code(self, case: UUID, position: int, kind: PaperKind) -> str:
        """The code of the letter of a kind that tells of a case's fact at a position; always the same.

        Raises:
            ValueError: papers of this kind have no such code, or the log has become too long for one.
        """
        said = position << _KIND_BITS | _KINDS.index(kind)
        if said >> _SAID_BITS:
            raise ValueError("the position does not fit into a code")
        tag = self._keyed(f"tag {case.hex}", said) >> 256 - _TAG_BITS
        return _written((said ^ self._mask(tag)) << _TAG_BITS | tag)

    def named(self, code: str) -> tuple[int, PaperKind] | None:
        """Position and kind that a code would name; it is genuine if that letter has this very code."""
        number = _number(code)
        if number is None or number >> _SAID_BITS + _TAG_BITS:
            return None
        said = number >> _TAG_BITS ^ self._mask(number & (1 << _TAG_BITS) - 1)
        position, kind = said >> _KIND_BITS, said & (1 << _KIND_BITS) - 1
        return (position, _KINDS[kind]) if kind < len(_KINDS) else None

    def _mask(self, tag: int) -> int:
        return self._keyed("mask", tag) >> 256 - _SAID_BITS

    def _keyed(self, use: str, number: int) -> int:
        message = f"{use} {number}".encode()
        return int.from_bytes(hmac.digest(self._key, message, hashlib.sha256), "big")


def _written(number: int) -> str:
    signs = ""
    for _ in range(CODE_LENGTH):
        number, sign = divmod(number, _BASE)
        signs = CODE_ALPHABET[sign] + signs
    return signs


def _number(code: str) -> int | None:
    if len(code) != CODE_LENGTH or set(code) - set(CODE_ALPHABET):
        return None
    number = 0
    for sign in code:
        number = number * _BASE + CODE_ALPHABET.index(sign)
    return number
