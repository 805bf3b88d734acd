"""Bringing a centre back from a backup, on either engine: as it was, or under a new name of its log.

Whoever moves a log loses nothing, and it goes on as itself (`same_log`). Whoever restores an older state cuts off what
came after it, which devices and auditors have seen: the log then goes on under a new name, whose first event says from
where. A log that hid this would be taken for an altered one, and rightly.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment
from msgspec import Struct, field

from domain.actors import Role
from domain.centre.signing import SIGNING_STREAM, LogRestored
from domain.facts import Envelope, Meta, tag_of
from store.backup import (
    KEYS,
    LOG,
    KeysCopy,
    LogCopy,
    Manifest,
    NoBackup,
    Told,
    copy_log,
    read,
    require_parts,
    verify,
)
from store.centre import Centre, EngineFactory
from store.itself import CENTRE_ACTOR
from store.keys import KeyDamaged, KeyVault, WrongMasterKey
from store.log import RESTORING, Entry, Leaf, Log, Row, leaf_hash
from store.mapper import FactMapper
from store.master import MasterKeyDamaged, open_vault
from store.merkle import Peaks
from store.notary import NAME, signer_purpose
from store.notes import Checkpoint, Signer, signed
from store.places import Kept, copy_places, kept_in
from store.shelf import KeyShelf, ShelfUnavailable, SQLiteShelf

MASTER_KEY = "master.key"


class Restoring(Struct, frozen=True, kw_only=True):
    """What is to be restored, and where.

    Attributes:
        backup: the folder of the backup.
        folder: of the centre; holds nothing yet.
        master_key: the master key's bytes, which the backup does not hold.
        env: the library's settings; they choose the engine, whose databases are empty.
        same_log: nothing was written after the backup was taken, and the log goes on as itself.
        until: position of the last event to bring back; all of them by default.
        destroyed: folder of a newer backup, whose list of destroyed keys is obeyed too.
        kept: says where files and begun forms go, given the folder in which the centre is being made.
    """

    backup: Path
    folder: Path
    master_key: bytes
    env: Mapping[str, str]
    same_log: bool = False
    until: int | None = None
    destroyed: Path | None = None
    kept: Callable[[Path], Kept] = kept_in


class Restored(Struct, frozen=True):
    """What was brought back.

    Attributes:
        name: of the log from now on.
        events: how many.
        left_out: events of the backup that were not wanted.
        files: how many.
        destroyed: keys that were not brought back because they were destroyed.
    """

    name: str
    events: int
    left_out: int
    files: int
    destroyed: int


def restore(asked: Restoring, *, clock: datetime, fresh: UUID, told: Told | None = None) -> Restored:
    """Bring a centre back.

    Args:
        asked: what and where.
        clock: the time, UTC.
        fresh: a fresh id, for the new name of the log.
        told: hears how far the log is copied.

    Raises:
        NoBackup: the backup is damaged, or does not fit what is asked; nothing was written.
    """
    manifest = read(asked.backup)
    require_parts(asked.backup)
    verify(asked.backup, keys=_known_keys(asked, manifest))
    until = manifest.head if asked.until is None else asked.until
    if asked.same_log and until != manifest.head:
        raise NoBackup("A log that goes on as itself must be brought back whole: leave out the position.")
    _require_empty(asked.folder)
    part = asked.folder.with_name(asked.folder.name + ".restoring")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    _put_master_key(part, asked.master_key)
    env = {"SQLITE_DBNAME": str(part / LOG), "IS_SNAPSHOTTING_ENABLED": "y", **Centre.env, **asked.env}
    with closing(InfrastructureFactory[Any].construct(Environment(Centre.name, env))) as factory:
        log = cast("Log", factory.application_recorder())
        _require_empty_log(log, manifest)
        shelf = cast("EngineFactory", factory).key_shelf(part)
        destroyed = _put_keys(asked, shelf)
        with closing(open_vault(shelf, part / MASTER_KEY)) as vault, closing(LogCopy(asked.backup / LOG)) as source:
            copy_log(source.leaves(until=until), log, last=until, told=told)
            held = _held(source, until)
            name = manifest.name
            if not asked.same_log:
                began = _restored(
                    manifest, held, _note(manifest, held, vault), f"{NAME}{manifest.origin}/{fresh.hex[:12]}"
                )
                meta = Meta(actor=CENTRE_ACTOR.id, role=Role.CENTRE.value, recorded_at=clock)
                envelope = Envelope(SIGNING_STREAM, held.signing + 1, began, meta)
                _begin(log, until + 1, FactMapper(vault, origin=manifest.origin), manifest.origin, envelope)
                name = began.name
        saved, kept = kept_in(asked.backup), asked.kept(part)
        copy_places(saved.begun, kept.begun)
        files = copy_places(saved.files, kept.files)
        log.rename(RESTORING + manifest.origin, manifest.origin)
    if asked.folder.exists():
        asked.folder.rmdir()
    part.rename(asked.folder)
    return Restored(name, held.events, held.left_out, files, destroyed)


def _known_keys(asked: Restoring, manifest: Manifest) -> list[str]:
    """The keys with which the log can have signed, made from the vault of the backup under the master key.

    Raises:
        NoBackup: the master key is another one, or the keys cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _put_master_key(place, asked.master_key)
        try:
            shelf = SQLiteShelf(place / KEYS)
            _fill(shelf, KeysCopy.of(asked.backup))
            with closing(open_vault(shelf, place / MASTER_KEY)) as vault:
                names = {key.partition("+")[0] for key in manifest.keys}
                seeds = [vault.named(signer_purpose(number)) for number in range(len(manifest.keys))]
        except (WrongMasterKey, MasterKeyDamaged):
            raise NoBackup("The master key is not the one under which the keys of the backup are wrapped.") from None
        except (sqlite3.DatabaseError, ShelfUnavailable, KeyDamaged):
            raise NoBackup(f"{KEYS} is not as it was when the backup was taken.") from None
    return [Signer(name, seed).verifier_key for name in names for seed in seeds]


def _fill(shelf: KeyShelf, copy: KeysCopy) -> None:
    shelf.kek(copy.kek)
    shelf.add({name: key for name, key in copy.keys.items() if name not in copy.destroyed}, kek=copy.kek)
    shelf.destroy(sorted(copy.destroyed))


def _require_empty_log(log: Log, manifest: Manifest) -> None:
    """An empty log takes the name of one that is being restored, so that nobody uses it before it is whole."""
    if log.leaves_after(0, 1):
        raise NoBackup("The log of these settings holds events already: a backup is restored to an empty place.")
    if log.origin(RESTORING + manifest.origin) != RESTORING + manifest.origin:
        raise NoBackup("The log of these settings is another log: a backup is restored to an empty place.")


def _require_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise NoBackup(f"There is something in {folder}: a backup is restored to an empty place.")


def _put_master_key(folder: Path, key: bytes) -> None:
    path = folder / MASTER_KEY
    path.touch(mode=0o600)
    path.write_bytes(key)


def _put_keys(asked: Restoring, shelf: KeyShelf) -> int:
    """Bring the keys back, but for those that were destroyed by the time of the newest list."""
    copy = KeysCopy.of(asked.backup)
    if asked.destroyed is not None:
        copy.destroyed.update(KeysCopy.of(asked.destroyed).destroyed)
    _fill(shelf, copy)
    return len(copy.destroyed)


class _Held(Struct):
    """What a backup holds up to a position.

    Attributes:
        events: how many.
        left_out: how many come after it.
        signing: how many of them say something of the log itself.
        peaks: of the tree of the log's last name among them.
        name: the log's last name among them, empty if it is the one that the backup bears.
    """

    events: int = 0
    left_out: int = 0
    signing: int = 0
    peaks: Peaks = field(default_factory=Peaks)
    name: str = ""


def _held(source: LogCopy, until: int) -> _Held:
    held = _Held()
    for leaf in source.leaves():
        if leaf.row.position > until:
            held.left_out += 1
            if leaf.row.tag == tag_of(LogRestored) and not held.name:
                held.name = msgspec.json.decode(leaf.row.state, type=_Stored).fact.before
            continue
        if leaf.number == 0:
            held.peaks = Peaks()
        held.peaks.add(leaf.hash or b"")
        held.events += 1
        held.signing += leaf.row.stream == SIGNING_STREAM
    return held


class _Stored(Struct):
    """The part of the stored form that says what was restored."""

    fact: LogRestored


def _restored(manifest: Manifest, held: _Held, note: str, name: str) -> LogRestored:
    before, peaks = held.name or manifest.name, held.peaks
    return LogRestored(name=name, before=before, size=peaks.size, root=peaks.root.hex(), note=note)


def _note(manifest: Manifest, held: _Held, vault: KeyVault) -> str:
    """The checkpoint of what is brought back; where it is less than the backup holds, it is signed for that much."""
    before = held.name or manifest.name
    checkpoint = Checkpoint(before, held.peaks.size, held.peaks.root)
    if (manifest.checkpoint.origin, manifest.checkpoint.size) == (before, checkpoint.size):
        return manifest.note
    numbers = [number for number, key in enumerate(manifest.keys) if key.partition("+")[0] == before]
    # By each of them: who knows only a key of that time cannot learn of one that was named later.
    return signed(checkpoint.text, [Signer(before, vault.named(signer_purpose(number))) for number in numbers])


def _begin(log: Log, position: int, mapper: FactMapper, origin: str, envelope: Envelope) -> None:
    """Write the first event of the log's new name."""
    stored = mapper.to_stored_event(envelope)
    entry = Entry(envelope.originator_id, envelope.originator_version, stored.topic, stored.state)
    log.load([Leaf(Row(position, *entry), 0, leaf_hash(origin, entry))])
