"""Files kept encrypted and addressed by what is on the disk: photographs, scans and rendered papers.

Layout of a stored file: whose it is, then what it is. The *cover* names the form, the person to whom the file belongs,
and the file's own random key, wrapped under a key of that person's. The *body* (`store.segments`) is the content under
the file's key, and its SHA-256 is the address: a file that is handed over from one person to another gets a new cover
and keeps its address.

Where they lie is told to the store (`store.places`): a folder of this machine, or a bucket that all nodes share.

When a person's key is destroyed, their files are noise wherever copies of them lie. Beside the files, `of/PERSON/` has
an empty entry for each address of a person's, so that theirs can be found and removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from msgspec import Struct

from store.drafts import Draft
from store.places import Places
from store.segments import (
    KEY_BYTES,
    PREAMBLE_BYTES,
    SALT_BYTES,
    TAG_BYTES,
    NotUnderThisKey,
    opened,
    sealed,
    unwrapped,
    wrapped,
)

MAGIC = b"DSF1"
PERSON_BYTES = 16
COVER_BYTES = len(MAGIC) + PERSON_BYTES + KEY_BYTES + TAG_BYTES

PURPOSE = "files"
"""Name of the key that a person's files are wrapped under, among the keys that are derived from theirs."""

OWNERS = "of"

_ADDRESS = re.compile("[0-9a-f]{64}")
_READ_BYTES = 1 << 20


class FilesError(Exception):
    """Something about kept files; the subclasses say what."""


class FileNotStored(FilesError, LookupError):
    """There is no file at this address."""


class FileErased(FilesError):
    """The person to whom the file belongs was erased: nobody can read it any more."""


class FileDamaged(FilesError):
    """What is on the disk is not what was stored: changed, cut short, or not under this person's key."""


class FilesAway(FilesError):
    """Where the files are kept cannot be reached now; nothing is lost, and it may be tried again."""


class PersonKeys(Protocol):
    """Where the keys of persons come from; a `KeyVault`."""

    def derived(self, person: UUID, purpose: str) -> bytes | None:
        """32 bytes for one purpose from the key of a person, None if there is no key or it was destroyed."""
        ...

    def derived_for_writing(self, person: UUID, purpose: str) -> bytes:
        """The same; a person without a key gets one, which is on the disk when this returns.

        Raises:
            KeyDestroyed: the person was erased.
        """
        ...


class Stored(Struct, frozen=True):
    """A file that is on the disk for good.

    Attributes:
        address: SHA-256 of the stored body in hex; two files of the same content have different addresses.
        sha256: SHA-256 of the content in hex.
        size: of the content, in bytes.
    """

    address: str
    sha256: str
    size: int


class FileStore:
    """Content-addressed files, encrypted at rest; safe to share between threads.

    Args:
        places: where the files are.
        keys: of the persons to whom they belong.
        random_bytes: source of salts and of the files' own keys.
    """

    def __init__(self, places: Places, keys: PersonKeys, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._places = places
        self._keys = keys
        self._random_bytes = random_bytes

    def put(self, content: bytes | Path | Iterable[bytes], *, person: UUID) -> Stored:
        """Keep `content` (bytes, a file's path, or its parts in order); it has reached the disk when this returns.

        Args:
            content: what to keep.
            person: to whom it belongs, and with whom it is erased.

        Raises:
            KeyDestroyed: the person was erased.
        """
        salt, key = self._random_bytes(SALT_BYTES), self._random_bytes(KEY_BYTES)
        cover = self._cover(person, key, salt)
        plain, boxed = _Tally(), _Tally()
        with Draft(self._places.drafts) as draft:
            draft.write(cover)
            for block in boxed.over(sealed(plain.over(_parts(content)), key, salt)):
                draft.write(block)
            self._enter(person, boxed.sha256)
            self._places.put(draft, _name(boxed.sha256))
        return Stored(boxed.sha256, plain.sha256, plain.size)

    def exists(self, address: str) -> bool:
        """Whether a file is kept at `address`; anything that is no address is not."""
        return _ADDRESS.fullmatch(address) is not None and self._places.exists(_name(address))

    def read(self, address: str) -> bytes:
        """The content at `address`.

        Raises:
            FileNotStored: nothing is kept there.
            FileErased: the person to whom it belonged was erased.
            FileDamaged: the stored bytes were changed.
        """
        return b"".join(self.open(address))

    def open(self, address: str) -> Iterator[bytes]:
        """The content at `address` in parts of at most 64 KiB. The address is checked before the first part is given.

        Raises:
            FileNotStored: nothing is kept there.
            FileErased: the person to whom it belonged was erased.
            FileDamaged: the stored bytes were changed.
        """
        content = self._opened(address)
        next(content)  # up to here everything is checked
        return content

    def owner(self, address: str) -> UUID:
        """To whom the file at `address` belongs.

        Raises:
            FileNotStored: nothing is kept there.
            FileDamaged: it does not say.
        """
        return self._read_cover(address)[0]

    def hand_over(self, address: str, *, to: UUID) -> None:
        """Let the file at `address` belong to another person, from whose key on it depends; once is as good as twice.

        Raises:
            FileNotStored: nothing is kept there.
            FileErased: the person to whom it belonged was erased.
            KeyDestroyed: the other one was.
        """
        person, box = self._read_cover(address)
        if person != to:
            self._cover_anew(address, person, box, to)
            self._places.remove([_entry(person, address)])

    def of(self, person: UUID) -> list[str]:
        """Addresses of the files that belong to `person`."""
        return [name.rpartition("/")[2] for name, _ in self._places.names(f"{OWNERS}/{person.hex}")]

    def erase(self, person: UUID) -> list[str]:
        """Remove every file of `person`, and return which; nothing is left to do the second time."""
        entered = self.of(person)
        gone = [address for address in entered if self._is_of(person, address)]
        self._places.remove([_name(address) for address in gone])
        self._places.remove([_entry(person, address) for address in entered])
        return gone

    def remove(self, address: str) -> None:
        """Remove one file; nothing is left to do the second time."""
        if not self.exists(address):
            return
        with contextlib.suppress(FileDamaged):
            self._places.remove([_entry(self.owner(address), address)])
        self._places.remove([_name(address)])

    def addresses(self) -> Iterator[tuple[str, float]]:
        """Every file that is kept, with the time of its last change (seconds since 1970)."""
        for name, changed_at in self._places.everything():
            if not name.startswith(f"{OWNERS}/"):
                yield name.replace("/", ""), changed_at

    def sweep_drafts(self, before: float) -> int:
        """Remove what was begun before a time (seconds since 1970) and never kept; how many there were."""
        old = [path for path in self._places.drafts.iterdir() if path.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _is_of(self, person: UUID, address: str) -> bool:
        """Whether a file is there that belongs to `person`, or that does not say to whom it belongs."""
        try:
            return self.owner(address) == person
        except FileNotStored:
            return False
        except FileDamaged:
            return True

    def _enter(self, person: UUID, address: str) -> None:
        """Note whose file it is, before it is in its place: no file is ever without its entry."""
        self._places.mark(_entry(person, address))

    def _cover(self, person: UUID, key: bytes, salt: bytes) -> bytes:
        said = MAGIC + person.bytes
        return said + wrapped(key, self._keys.derived_for_writing(person, PURPOSE), salt, said=said)

    def _read_cover(self, address: str) -> tuple[UUID, bytes]:
        if not _ADDRESS.fullmatch(address):
            raise FileNotStored(address)
        try:
            return _said_by(self._places.start(_name(address), COVER_BYTES), address)
        except FileNotFoundError:
            raise FileNotStored(address) from None

    def _unwrapped(self, address: str, person: UUID, box: bytes, salt: bytes) -> bytes:
        persons_key = self._keys.derived(person, PURPOSE)
        if persons_key is None:
            raise FileErased(address)
        try:
            return unwrapped(box, persons_key, salt, said=MAGIC + person.bytes)
        except NotUnderThisKey as error:
            raise FileDamaged(address) from error

    def _cover_anew(self, address: str, person: UUID, box: bytes, to: UUID) -> None:
        with self._places.open(_name(address)) as stored, Draft(self._places.drafts) as draft:
            stored.seek(COVER_BYTES)
            salt = stored.read(SALT_BYTES)
            draft.write(self._cover(to, self._unwrapped(address, person, box, salt), salt))
            stored.seek(COVER_BYTES)
            for part in _read(stored):
                draft.write(part)
            self._enter(to, address)
            self._places.put(draft, _name(address))

    def _opened(self, address: str) -> Iterator[bytes]:
        """Nothing, once the file turned out to be what was stored and readable; then its content."""
        if not _ADDRESS.fullmatch(address):
            raise FileNotStored(address)
        with contextlib.ExitStack() as stack:
            try:
                stored = stack.enter_context(self._places.open(_name(address)))
            except FileNotFoundError:
                raise FileNotStored(address) from None
            person, box = _said_by(stored.read(COVER_BYTES), address)
            if _sha256(stored) != address:
                raise FileDamaged(address)
            stored.seek(COVER_BYTES)
            preamble = stored.read(PREAMBLE_BYTES)
            key = self._unwrapped(address, person, box, preamble[:SALT_BYTES])
            yield b""
            try:
                yield from opened(preamble, _read(stored), key)
            except NotUnderThisKey as error:
                raise FileDamaged(address) from error


def _name(address: str) -> str:
    return f"{address[:2]}/{address[2:]}"


def _entry(person: UUID, address: str) -> str:
    return f"{OWNERS}/{person.hex}/{address}"


def _sha256(rest: BinaryIO) -> str:
    digest = hashlib.sha256()
    for part in _read(rest):
        digest.update(part)
    return digest.hexdigest()


def _said_by(cover: bytes, address: str) -> tuple[UUID, bytes]:
    """To whom a file belongs, and its key under theirs.

    Raises:
        FileDamaged: it does not say.
    """
    if len(cover) != COVER_BYTES or not cover.startswith(MAGIC):
        raise FileDamaged(address)
    person, box = cover[len(MAGIC) :][:PERSON_BYTES], cover[len(MAGIC) + PERSON_BYTES :]
    return UUID(bytes=person), box


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
