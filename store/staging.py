"""Uploads on their way: bytes that arrive in pieces, over days if need be, and survive a restart of the server.

The pieces are encrypted: AES-256-CTR, so that a piece may begin anywhere, under a key of the upload's own that depends
on the uploader's, so that they die with the person. That they are the promised bytes is for whoever takes the whole to
check by its hash.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import threading
from collections.abc import Callable, Collection, Generator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from store.drafts import sync_folder
from store.files import FileErased, FilesError, PersonKeys
from store.segments import KEY_BYTES

PURPOSE = "uploads"
"""Name of the key for pieces, among the keys that are derived from a person's."""

EXPIRED = "expired"
"""Note of an upload that took too long: its bytes are gone, and whoever goes on with it is told so."""

_BLOCK = 16
_READ_BYTES = 262_144


Crypt = Callable[[int, bytes], bytes]
"""Encrypts or decrypts what stands at an offset; the one is the other."""


class UploadNotFound(FilesError, LookupError):
    """There is no such upload: it never began, was discarded, or has expired."""


class WrongOffset(FilesError):
    """The piece does not begin where the last one ended.

    Attributes:
        offset: where the next piece must begin.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(f"the next piece begins at {offset}")
        self.offset = offset


class UploadTooLong(FilesError):
    """The piece would reach beyond the size that was announced."""


class UploadIncomplete(FilesError):
    """Bytes are still missing."""


class Upload(Struct, frozen=True, kw_only=True):
    """What was announced of an upload, and what has been noted since.

    Attributes:
        id: the upload's own id.
        by: the person who uploads.
        size: announced size in bytes.
        began_at: when it was announced, UTC.
        about: what the uploader said of it.
        notes: what the server learnt of it after its last byte.
        salt: makes the upload's key its own.
    """

    id: UUID
    by: UUID
    size: int
    began_at: datetime
    about: dict[str, str]
    notes: dict[str, str] = {}
    salt: bytes = b""


class Staging:
    """Uploads in a folder; safe to share between threads. A piece has reached the disk when `append` returns.

    Args:
        folder: where the pieces are kept; made if it is missing.
        keys: of the persons who upload.
        random_bytes: source of salts.
    """

    def __init__(self, folder: Path, keys: PersonKeys, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._folder = folder
        self._keys = keys
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self, upload: UUID, *, by: UUID, size: int, about: dict[str, str], now: datetime) -> Upload:
        """Announce an upload; the same one again is answered with the first one as it stands.

        Raises:
            KeyDestroyed: the person was erased.
        """
        self._keys.derived_for_writing(by, PURPOSE)
        with self._alone():
            if self._paper(upload).exists():
                return self.find(upload)
            begun = Upload(id=upload, by=by, size=size, began_at=now, about=about, salt=self._random_bytes(KEY_BYTES))
            os.close(os.open(self._bytes(upload), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
            self._write(begun)
            return begun

    def find(self, upload: UUID) -> Upload:
        """The upload as announced.

        Raises:
            UploadNotFound: there is none.
        """
        try:
            return msgspec.json.decode(self._paper(upload).read_bytes(), type=Upload)
        except FileNotFoundError:
            raise UploadNotFound(str(upload)) from None

    def all(self) -> Iterator[Upload]:
        """Every upload that is kept."""
        for paper in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(UploadNotFound):  # forgotten meanwhile
                yield self.find(UUID(paper.stem))

    def offset(self, upload: UUID) -> int:
        """How many bytes have arrived.

        Raises:
            UploadNotFound: there is none.
        """
        begun = self.find(upload)
        try:
            return self._bytes(upload).stat().st_size
        except FileNotFoundError:
            return begun.size

    def append(self, upload: UUID, offset: int, piece: bytes) -> int:
        """Keep one piece and return where the next one begins.

        Raises:
            UploadNotFound: there is none.
            WrongOffset: `offset` is not where the last piece ended.
            UploadTooLong: the piece is longer than what was announced; nothing of it is kept.
            FileErased: the person who uploads was erased.
        """
        with self._alone():
            begun = self.find(upload)
            if offset != self.offset(upload):
                raise WrongOffset(self.offset(upload))
            if offset + len(piece) > begun.size:
                raise UploadTooLong(str(upload))
            with self._bytes(upload).open("ab") as file:
                file.write(self._crypt(begun, offset, piece))
                file.flush()
                os.fsync(file.fileno())
            return offset + len(piece)

    def open(self, upload: UUID) -> io.BufferedReader:
        """The bytes of a complete upload, to be read from anywhere: a part is decrypted when it is asked for.

        Raises:
            UploadNotFound: there is none, or its bytes were released.
            UploadIncomplete: some are missing.
            FileErased: the person who uploaded was erased.
        """
        begun = self.find(upload)
        stream = self._stream(begun)
        try:
            boxed = self._bytes(upload).open("rb", buffering=0)
        except FileNotFoundError:
            raise UploadNotFound(str(upload)) from None
        if os.fstat(boxed.fileno()).st_size != begun.size:
            boxed.close()
            raise UploadIncomplete(str(upload))
        return io.BufferedReader(_Decrypted(boxed, stream), _READ_BYTES)

    def note(self, upload: UUID, notes: dict[str, str]) -> Upload:
        """Add to the notes of an upload, durably.

        Raises:
            UploadNotFound: there is none.
        """
        with self._alone():
            begun = self.find(upload)
            noted = msgspec.structs.replace(begun, notes={**begun.notes, **notes})
            self._write(noted)
            return noted

    def release(self, upload: UUID) -> None:
        """Drop the bytes and keep the rest, so that a repeated question is still answered: all of it arrived."""
        self._bytes(upload).unlink(missing_ok=True)

    def discard(self, upload: UUID) -> None:
        """Forget the upload."""
        with self._alone():
            self._paper(upload).unlink(missing_ok=True)
            self._bytes(upload).unlink(missing_ok=True)
            sync_folder(self._folder)

    def expire(self, before: datetime, *, forget: datetime) -> tuple[UUID, ...]:
        """End uploads announced before an instant, and return which; pieces without a paper, of a crash, go too.

        One that was noted to have come to its end is forgotten; of any other the bytes go and the note `EXPIRED` stays.

        Args:
            before: uploads announced earlier took too long.
            forget: of uploads announced earlier than this nothing is kept.
        """
        for left in (*self._folder.glob("*.part"), *self._folder.glob(".*.draft")):
            if left.stat().st_mtime < before.timestamp() and not left.with_suffix(".json").exists():
                left.unlink(missing_ok=True)
        old = [upload for upload in self.all() if upload.began_at < before]
        for upload in old:
            if upload.notes.keys() - {EXPIRED} or upload.began_at < forget:
                self.discard(upload.id)
            elif EXPIRED not in upload.notes:
                self.note(upload.id, {EXPIRED: before.isoformat()})
                self.release(upload.id)
        return tuple(upload.id for upload in old)

    def erase(self, persons: Collection[UUID]) -> tuple[UUID, ...]:
        """Forget what these persons upload, and return which."""
        theirs = tuple(upload.id for upload in self.all() if upload.by in persons)
        for upload in theirs:
            self.discard(upload)
        return theirs

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """Nobody else writes, in this process or in another one that brings in a rescue file beside it."""
        with self._lock:
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)  # gives the lock back

    def _paper(self, upload: UUID) -> Path:
        return self._folder / f"{upload}.json"

    def _bytes(self, upload: UUID) -> Path:
        return self._folder / f"{upload}.part"

    def _write(self, upload: Upload) -> None:
        draft = self._folder / f".{upload.id}.draft"
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(upload))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._paper(upload.id))
        sync_folder(self._folder)

    def _crypt(self, upload: Upload, offset: int, piece: bytes) -> bytes:
        return self._stream(upload)(offset, piece)

    def _stream(self, upload: Upload) -> Crypt:
        uploaders = self._keys.derived(upload.by, PURPOSE)
        if uploaders is None:
            raise FileErased(str(upload.id))
        key = HKDF(SHA256(), KEY_BYTES, upload.salt, b"doorstep upload 1").derive(uploaders)

        def crypt(offset: int, piece: bytes) -> bytes:
            block, skip = divmod(offset, _BLOCK)
            stream = Cipher(AES(key), CTR(block.to_bytes(_BLOCK, "big"))).encryptor()
            stream.update(bytes(skip))
            return stream.update(piece)

        return crypt


class _Decrypted(io.RawIOBase):
    """An encrypted file read as what it was before."""

    def __init__(self, boxed: io.FileIO, crypt: Crypt) -> None:
        self._boxed = boxed
        self._crypt = crypt

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._boxed.seek(offset, whence)

    def readinto(self, into: Any, /) -> int:
        offset = self._boxed.tell()
        piece = self._boxed.read(len(into))
        into[: len(piece)] = self._crypt(offset, piece)
        return len(piece)

    def close(self) -> None:
        self._boxed.close()
        super().close()
