"""Uploads on their way: bytes that arrive in pieces, over days if need be, and survive a restart of the server.

The pieces are encrypted like everything else (AES-256-CTR under a key of the upload's own, so that a piece may begin
anywhere); that they are the promised bytes is for whoever takes the whole to check by its hash.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from store.files import KEY_BYTES, FilesError, sync_folder

_BLOCK = 16


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
        size: announced size in bytes.
        began_at: when it was announced, UTC.
        about: what the uploader said of it.
        notes: what the server learnt of it after its last byte.
        salt: makes the upload's key its own.
    """

    id: UUID
    size: int
    began_at: datetime
    about: dict[str, str]
    notes: dict[str, str] = {}
    salt: bytes = b""


class Staging:
    """Uploads in a folder; safe to share between threads. A piece has reached the disk when `append` returns.

    Args:
        folder: where the pieces are kept; made if it is missing.
        master_key: 32 bytes, the same as the file store's.
        random_bytes: source of salts.
    """

    def __init__(self, folder: Path, master_key: bytes, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._folder = folder
        self._master_key = master_key
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self, upload: UUID, *, size: int, about: dict[str, str], now: datetime) -> Upload:
        """Announce an upload; the same one again is answered with the first one as it stands."""
        with self._lock:
            if self._paper(upload).exists():
                return self.find(upload)
            begun = Upload(id=upload, size=size, began_at=now, about=about, salt=self._random_bytes(KEY_BYTES))
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
        """
        with self._lock:
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

    def content(self, upload: UUID) -> bytes:
        """All bytes of a complete upload.

        Raises:
            UploadNotFound: there is none, or its bytes were released.
            UploadIncomplete: some are missing.
        """
        begun = self.find(upload)
        try:
            boxed = self._bytes(upload).read_bytes()
        except FileNotFoundError:
            raise UploadNotFound(str(upload)) from None
        if len(boxed) != begun.size:
            raise UploadIncomplete(str(upload))
        return self._crypt(begun, 0, boxed)

    def note(self, upload: UUID, notes: dict[str, str]) -> Upload:
        """Add to the notes of an upload, durably.

        Raises:
            UploadNotFound: there is none.
        """
        with self._lock:
            begun = self.find(upload)
            noted = msgspec.structs.replace(begun, notes={**begun.notes, **notes})
            self._write(noted)
            return noted

    def release(self, upload: UUID) -> None:
        """Drop the bytes and keep the rest, so that a repeated question is still answered: all of it arrived."""
        self._bytes(upload).unlink(missing_ok=True)

    def discard(self, upload: UUID) -> None:
        """Forget the upload."""
        with self._lock:
            self._paper(upload).unlink(missing_ok=True)
            self._bytes(upload).unlink(missing_ok=True)
            sync_folder(self._folder)

    def expire(self, before: datetime) -> tuple[UUID, ...]:
        """Forget uploads announced before an instant, and return which."""
        old = tuple(upload.id for upload in self.all() if upload.began_at < before)
        for upload in old:
            self.discard(upload)
        return old

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
        key = HKDF(SHA256(), KEY_BYTES, upload.salt, b"doorstep upload 1").derive(self._master_key)
        block, skip = divmod(offset, _BLOCK)
        stream = Cipher(AES(key), CTR(block.to_bytes(_BLOCK, "big"))).encryptor()
        stream.update(bytes(skip))
        return stream.update(piece)
