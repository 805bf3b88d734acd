"""Files kept encrypted and addressed by what is on the disk: photographs, scans and rendered papers.

Layout of a stored file: a header of magic and random salt, then segments of 64 KiB, each AES-256-GCM under a key that
HKDF-SHA256 derives from the master key and the salt. The nonce of a segment is its number and whether it is the last
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so that a file cut short, lengthened or with
segments in another order is refused. The address is the SHA-256 of the stored bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

SEGMENT_BYTES = 65_536
KEY_BYTES = 32
SALT_BYTES = 32
TAG_BYTES = 16
MAGIC = b"DSF1"
HEADER_BYTES = len(MAGIC) + SALT_BYTES

_ADDRESS = re.compile("[0-9a-f]{64}")
_READ_BYTES = 1 << 20


class FilesError(Exception):
    """Something about kept files; the subclasses say what."""


class FileNotStored(FilesError, LookupError):
    """There is no file at this address."""


class FileDamaged(FilesError):
    """What is on the disk is not what was stored: changed, cut short, or not under this master key."""


class Stored(Struct, frozen=True):
    """A file that is on the disk for good.

    Attributes:
        address: SHA-256 of the stored bytes in hex; two files of the same content have different addresses.
        sha256: SHA-256 of the content in hex.
        size: of the content, in bytes.
    """

    address: str
    sha256: str
    size: int


class FileStore:
    """Content-addressed files, encrypted at rest; safe to share between threads.

    Args:
        folder: where the files are; made if it is missing.
        master_key: 32 bytes, kept apart from `folder`. Without it the files are noise.
        random_bytes: source of salts.

    Raises:
        ValueError: the master key does not have 32 bytes.
    """

    def __init__(self, folder: Path, master_key: bytes, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(master_key)}")
        self._folder = folder
        self._master_key = master_key
        self._random_bytes = random_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, content: bytes | Path | Iterable[bytes]) -> Stored:
        """Keep `content` (bytes, a file's path, or its parts in order); it has reached the disk when this returns."""
        salt = self._random_bytes(SALT_BYTES)
        plain, boxed = _Tally(), _Tally()
        with _Draft(self._folder) as draft:
            for block in boxed.over(self._sealed(plain.over(_parts(content)), salt)):
                draft.write(block)
            draft.keep_as(self._path(boxed.sha256))
        return Stored(boxed.sha256, plain.sha256, plain.size)

    def exists(self, address: str) -> bool:
        """Whether a file is kept at `address`; anything that is no address is not."""
        return _ADDRESS.fullmatch(address) is not None and self._path(address).is_file()

    def read(self, address: str) -> bytes:
        """The content at `address`.

        Raises:
            FileNotStored: nothing is kept there.
            FileDamaged: the stored bytes were changed.
        """
        return b"".join(self.open(address))

    def open(self, address: str) -> Iterator[bytes]:
        """The content at `address` in parts of at most 64 KiB. The address is checked before the first part is given.

        Raises:
            FileNotStored: nothing is kept there.
            FileDamaged: the stored bytes were changed.
        """
        if not self.exists(address):
            raise FileNotStored(address)
        path = self._path(address)
        with path.open("rb") as stored:
            if hashlib.file_digest(stored, "sha256").hexdigest() != address:
                raise FileDamaged(address)
        return self._opened(path)

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / address[2:]

    def _key(self, salt: bytes) -> AESGCM:
        return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"doorstep file 1").derive(self._master_key))

    def _sealed(self, content: Iterable[bytes], salt: bytes) -> Iterator[bytes]:
        header = MAGIC + salt
        key = self._key(salt)
        yield header
        for number, segment, last in _segments(content):
            yield key.encrypt(_nonce(number, last=last), segment, header)

    def _opened(self, path: Path) -> Iterator[bytes]:
        with path.open("rb") as stored:
            header = stored.read(HEADER_BYTES)
            if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
                raise FileDamaged(path.name)
            key = self._key(header[len(MAGIC) :])
            for number, box, last in _segments(_read(stored), SEGMENT_BYTES + TAG_BYTES):
                try:
                    yield key.decrypt(_nonce(number, last=last), box, header)
                except InvalidTag as error:
                    raise FileDamaged(path.name) from error


def sync_folder(folder: Path) -> None:
    """Make names in `folder` (new, replaced or removed) survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Draft:
    """A temporary file beside its final place; it disappears unless it is kept."""

    def __init__(self, folder: Path) -> None:
        handle, name = tempfile.mkstemp(prefix=".draft-", dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")

    def __enter__(self) -> _Draft:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, block: bytes) -> None:
        self._file.write(block)

    def keep_as(self, path: Path) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(path.parent.parent)
        self._path.replace(path)
        sync_folder(path.parent)


def _parts(content: bytes | Path | Iterable[bytes]) -> Iterable[bytes]:
    match content:
        case bytes():
            return (content,)
        case Path():
            return _read_path(content)
        case _:
            return content


def _read_path(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(_READ_BYTES):
        yield part


class _Tally:
    """Hash and size of what passes by."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def over(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            self._digest.update(part)
            self.size += len(part)
            yield part


def _segments(parts: Iterable[bytes], size: int = SEGMENT_BYTES) -> Iterator[tuple[int, bytes, bool]]:
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
