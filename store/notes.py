"""Checkpoints and receipts as text that others can read: C2SP signed notes, checkpoints and tlog-proofs.

Formats: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof. Signatures are Ed25519 (RFC 8032). Only
canonical base64 is written and taken, so that one note has one spelling.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from store.merkle import HASH_BYTES

PROOF_LINE = "c2sp.org/tlog-proof@v1"
_ED25519 = b"\x01"
_ID_BYTES = 4
_MOST_HASHES = 63
_DASH = "\N{EM DASH}"


class BadNote(ValueError):
    """The text is no note of that form, or nobody known has signed it."""


class Checkpoint(Struct, frozen=True):
    """What a log had become.

    Attributes:
        origin: name of the log.
        size: leaves.
        root: of the tree over them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


class Proof(Struct, frozen=True):
    """That a leaf is in a log: its number, the path, and a signed checkpoint."""

    number: int
    path: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The proof as a file."""
        lines = [PROOF_LINE, f"index {self.number}", *(encoded(one) for one in self.path), "", self.note]
        return "\n".join(lines)


class Signer:
    """Signs notes under a name.

    Args:
        name: of the key; no spaces and no plus signs.
        seed: secret, 32 bytes.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    @property
    def verifier_key(self) -> str:
        """The public key as C2SP notes name it: `NAME+ID+KEY`."""
        return f"{self.name}+{key_id(self.name, self.public).hex()}+{encoded(_ED25519 + self.public)}"

    def line(self, text: str) -> str:
        """A signature line for `text`."""
        return f"{_DASH} {self.name} {encoded(key_id(self.name, self.public) + self._key.sign(text.encode()))}\n"


def signed(text: str, signers: Iterable[Signer]) -> str:
    """A note: `text` with a signature line by each of `signers`."""
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def key_id(name: str, public: bytes) -> bytes:
    """What tells keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]


def public_keys(verifier_keys: Iterable[str]) -> dict[tuple[str, bytes], bytes]:
    """Public keys by name and id.

    Raises:
        BadNote: one is not of the form `NAME+ID+KEY`.
    """
    found: dict[tuple[str, bytes], bytes] = {}
    for text in verifier_keys:
        name, _, rest = text.partition("+")
        id, _, key = rest.partition("+")
        public = decoded(key)
        if public[:1] != _ED25519 or len(public) != 1 + HASH_BYTES or key_id(name, public[1:]).hex() != id:
            raise BadNote("this is no verifier key")
        found[name, key_id(name, public[1:])] = public[1:]
    return found


def opened(note: str, keys: Mapping[tuple[str, bytes], bytes]) -> str:
    """The text of a note that one of `keys` has signed; a signature of a known key that does not fit spoils it.

    Raises:
        BadNote: it is no note, or no known key has signed it, or a known key's signature is wrong.
    """
    text, between, lines = note.rpartition("\n\n")
    text += "\n"
    if not between or not lines.endswith("\n"):
        raise BadNote("it has no signatures")
    good = 0
    for line in lines[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, signature = rest.partition(" ")
        if dash != _DASH or not name or not signature:
            raise BadNote("a line after the text is no signature")
        blob = decoded(signature)
        public = keys.get((name, blob[:_ID_BYTES]))
        if public is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(blob[_ID_BYTES:], text.encode())
        except InvalidSignature:
            raise BadNote("a signature is wrong") from None
        good += 1
    if not good:
        raise BadNote("nobody known has signed it")
    return text


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint that the text of a note is.

    Raises:
        BadNote: it is none.
    """
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _is_number(lines[1]):
        raise BadNote("it is no checkpoint")
    root = decoded(lines[2])
    if len(root) != HASH_BYTES:
        raise BadNote("its root has a wrong length")
    return Checkpoint(lines[0], int(lines[1]), root)


def proof_of(text: str) -> Proof:
    """The proof that a file holds; its note is not opened yet.

    Raises:
        BadNote: it is none.
    """
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != PROOF_LINE or len(lines) < 2 or not lines[1].startswith("index ") or len(lines) > 2 + _MOST_HASHES:
        raise BadNote("it is no proof")
    number, path = lines[1].removeprefix("index "), tuple(decoded(line) for line in lines[2:])
    if not _is_number(number) or any(len(one) != HASH_BYTES for one in path):
        raise BadNote("it is no proof")
    return Proof(int(number), path, note)


def encoded(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode()


def decoded(text: str) -> bytes:
    """The bytes of canonical base64.

    Raises:
        BadNote: it is none, or spelt otherwise than it would be written.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadNote("it holds text that is no base64") from None
    if encoded(data) != text:
        raise BadNote("it holds base64 of another spelling")
    return data


def tile_path(level: int, number: int, width: int) -> str:
    """Where C2SP tlog-tiles puts a tile: `tile/0/x001/234`, with `.p/W` for one that is not whole."""
    rest, last = divmod(number, 1000)
    path = f"{last:03}"
    while rest:
        rest, part = divmod(rest, 1000)
        path = f"x{part:03}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < 256 else "")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0")) and len(text) < 20
