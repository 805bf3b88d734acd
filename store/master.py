"""The master key: one file that unlocks the key vault, and how it is replaced by a new one.

A rotation puts the new key beside the old one (`master.key.next`), rewraps every key in one transaction, and then
renames the new file over the old. A crash between any two of these steps is settled at the next start: the shelf knows
the id of the key that wraps it, and one of the two files holds that key.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from store.drafts import sync_folder
from store.keys import BLIND_INDEX, KEY_BYTES, KeyVault, WrongMasterKey, kek_id
from store.shelf import KeyShelf


class MasterKeyDamaged(RuntimeError):
    """The file of the master key does not hold one: bring it back from the backup, nothing can be read without it."""


class KeysLost(RuntimeError):
    """The key database was lost or emptied: with a new one everybody's values would seem erased."""


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


def open_vault(shelf: KeyShelf, path: Path, *, log_in_use: bool = False) -> KeyVault:
    """The vault on `shelf` under the master key in `path`; a rotation that was cut short is finished first.

    Args:
        shelf: where the wrapped keys lie.
        path: the master key's file, made with the first vault.
        log_in_use: whether the log that belongs to the vault holds facts.

    Raises:
        MasterKeyDamaged: the file is not a key.
        WrongMasterKey: the shelf is wrapped by a key that does not lie there.
        KeysLost: the shelf is new although the log is not.
    """
    is_new = shelf.count("") == 0
    if is_new and log_in_use:
        raise KeysLost("the log holds facts but the key database holds no keys: bring it back from the backup")
    if not is_new and not path.exists():  # a fresh one would only hide that the right one is lost
        raise _not_here(shelf.kek(""), path)
    wanted = shelf.kek(kek_id(read_master_key(path)))
    vault = KeyVault(shelf, _the_key(path, wanted), reread=partial(_the_key, path))
    vault.named(BLIND_INDEX)  # from the first start on there is a key, so that a lost shelf is told from a new one
    return vault


def rotate_master_key(vault: KeyVault, path: Path) -> None:
    """Replace the master key in `path` by a fresh one, or by the one that lies ready in `master.key.next`.

    A process that runs beside finds the new key by itself, in the same folder. Where several machines share one key
    database, put the same `master.key.next` on each of them first.
    """
    with _alone(path.parent):
        _settle(path, vault.kek)
        vault.rotate(read_master_key(next_to(path)))
        _put_in_place(path)


def next_to(path: Path) -> Path:
    """Where the key lies that is to replace the one in `path`."""
    return path.with_name(f"{path.name}.next")


def _the_key(path: Path, wanted: str) -> bytes:
    """The master key whose id is `wanted`.

    Raises:
        WrongMasterKey: it does not lie here.
    """
    key = read_master_key(path)
    if kek_id(key) == wanted:
        return key
    with _alone(path.parent):
        return _settle(path, wanted)


def _settle(path: Path, wanted: str) -> bytes:
    """Finish a rotation after which the shelf is wrapped by `wanted`; return that key."""
    key = read_master_key(path)
    if kek_id(key) == wanted:
        return key
    ready = next_to(path)
    if not ready.exists() or kek_id(key := read_master_key(ready)) != wanted:
        raise _not_here(wanted, path)
    _put_in_place(path)
    return key


def _not_here(wanted: str, path: Path) -> WrongMasterKey:
    return WrongMasterKey(f"the key database is wrapped by master key {wanted}, which is not in {path.name}")


def _put_in_place(path: Path) -> None:
    next_to(path).replace(path)
    sync_folder(path.parent)


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
    sync_folder(path.parent)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Nobody else, in any process, replaces the master key of the folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
