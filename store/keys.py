"""The key vault: one key a person, wrapped by the master key, in a database of its own.

Destroying a person's key makes every sealed value of theirs unreadable wherever it is stored, while hashes and proofs
over the ciphertext still hold.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from store.sqlite import immediate

NONCE_BYTES = 12
KEY_BYTES = 32

_SCHEMA = """
CREATE TABLE IF NOT EXISTS person_key (
    person TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) WITHOUT ROWID
"""


class MasterKeyDamaged(RuntimeError):
    """The file of the master key does not hold one: bring it back from the backup, nothing can be read without it."""


def read_master_key(path: Path) -> bytes:
    """The master key in `path`, made there with mode 0600 if the file does not exist.

    Raises:
        MasterKeyDamaged: the file is not a key.
    """
    if not path.exists():
        _make_master_key(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise MasterKeyDamaged(f"{path} holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


def _make_master_key(path: Path) -> None:
    """Put a whole key in place in one step, so that no start ever finds a part of one; the first of several wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def derived_key(master: bytes, purpose: str) -> bytes:
    """A key for one purpose, derived from the master key (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(master)


class KeyVault:
    """Keys of persons. Safe for several threads."""

    def __init__(self, path: Path, master: bytes) -> None:
        """Open the vault.

        Args:
            path: the database file, made with mode 0600 if absent.
            master: the master key.
        """
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute(_SCHEMA)
        self._wrap = AESGCM(derived_key(master, "person keys"))
        self._index = derived_key(master, "blind index")
        self._open: dict[UUID, AESGCM] = {}
        self._fresh: dict[UUID, bytes] = {}
        self._lock = threading.Lock()

    def cipher(self, person: UUID) -> AESGCM | None:
        """The person's cipher, None if there is no key for them (never made, or destroyed)."""
        with self._lock:
            return self._open.get(person) or self._load(person)

    def cipher_for_writing(self, person: UUID) -> AESGCM:
        """The person's cipher, made now if there is none; `flush` must come before what it sealed is committed."""
        with self._lock:
            known = self._open.get(person) or self._load(person)
            if known is not None:
                return known
            key = secrets.token_bytes(KEY_BYTES)
            self._fresh[person] = key
            cipher = self._open[person] = AESGCM(key)
            return cipher

    def flush(self) -> None:
        """Commit the keys made since the last flush."""
        if not self._fresh:
            return
        with self._lock:
            rows = [(person.hex, self._wrapped(person, key)) for person, key in self._fresh.items()]
            with immediate(self._db):
                self._db.executemany("INSERT OR IGNORE INTO person_key VALUES (?, ?)", rows)
            self._fresh.clear()

    def forget_unsaved(self) -> None:
        """Drop the keys made since the last flush, because what they sealed was rolled back.

        Another process may make the person's key now; ours must not be used any more.
        """
        with self._lock:
            for person in self._fresh:
                self._open.pop(person, None)
            self._fresh.clear()

    def keyed_hash(self, value: str) -> str:
        """Blind index of a value, for looking it up without storing it (HMAC-SHA256)."""
        mac = hmac.HMAC(self._index, hashes.SHA256())
        mac.update(value.encode())
        return mac.finalize().hex()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def _load(self, person: UUID) -> AESGCM | None:
        row = self._db.execute("SELECT wrapped FROM person_key WHERE person=?", (person.hex,)).fetchone()
        if row is None:
            return None
        wrapped = bytes(row[0])
        key = self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], person.bytes)
        cipher = self._open[person] = AESGCM(key)
        return cipher

    def _wrapped(self, person: UUID, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, key, person.bytes)
