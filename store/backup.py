"""Backups of a whole centre: log, keys and files, taken while it runs, in one form for both engines.

A backup is a folder: `log.db` and `keys.db` in the form of SQLite, `files/`, and `backup.json`, which says what it
holds and bears the log's signed checkpoint. The log is copied first and the rest after it, so that every key and file
of which an event speaks is there: keys are on the disk before the events that need them, and files before those that
name them.

The master key is no part of a backup: keys are wrapped in it, and are noise without it. A backup of the log may be kept
for ever; one of the keys expires (`KEYS_LAST`), because a key that was destroyed must be gone from all copies one day.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import quote

import msgspec
from eventsourcing.utils import Environment
from msgspec import Struct

from domain.centre.signing import LogRestored
from domain.facts import tag_of
from store import notes
from store.centre import Centre
from store.files import COVER_BYTES
from store.log import Entry, Leaf, Log, LogUnavailable, Row, leaf_hash
from store.merkle import Peaks
from store.notary import Notary
from store.places import FILES, Kept, copy_places, kept_in
from store.shelf import SQLiteShelf
from store.sqlite import LogFactory, LogRecorder
from store.sqlite_desk import as_row

FORM = 1
MANIFEST, LOG, KEYS = "backup.json", "log.db", "keys.db"
KEYS_LAST = timedelta(days=30)
"""How long a copy of keys may be kept (trust findings: the honest end of an erasure)."""

PAGE = 2_000
LAST = 2**63 - 1
"""Beyond the last position that there can be."""

Told = Callable[[int, int], None]
"""Hears how far it has come: done, and of how many."""


class NoBackup(Exception):
    """What was found is no backup, or not as it was taken; the message is one sentence for the operator."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds.

    Attributes:
        form: of the backup.
        origin: id of the log.
        name: of the log when it was taken.
        taken_at: UTC; the log is as it was then.
        head: position of its last event.
        note: the signed checkpoint at that event.
        keys: the keys that signed it, as C2SP notes name them.
        keys_until: when the copy of the keys is to be destroyed.
        log_sha256: of `log.db`, hex.
        keys_sha256: of `keys.db`, hex.
        files: how many there are.
    """

    form: int = FORM
    origin: str
    name: str
    taken_at: datetime
    head: int
    note: str
    keys: tuple[str, ...]
    keys_until: datetime
    log_sha256: str
    keys_sha256: str
    files: int

    @property
    def checkpoint(self) -> notes.Checkpoint:
        """What the log had become.

        Raises:
            BadNote: none of the keys has signed it.
        """
        return notes.checkpoint_of(notes.opened(self.note, notes.public_keys(self.keys)))


def take(centre: Centre, notary: Notary, folder: Path, *, kept: Kept, told: Told | None = None) -> Manifest:
    """Take a backup of a running centre.

    Args:
        centre: whose log and keys.
        notary: of its log.
        folder: in which to put it; must not be there yet. Until it is whole it is called `folder.part`.
        kept: its files and begun forms.
        told: hears how far the log is copied.

    Raises:
        FileExistsError: there is something at `folder`.
        LogAltered: the log is not what it was; see `doorstep check`.
    """
    if folder.exists():
        raise FileExistsError(folder)
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    note = notary.checkpoint()
    keys = tuple(key.verifier_key for key in notary.log_keys())
    head, taken_at = notary.position, centre.clock()
    with closing(LogFactory(Environment(Centre.name, {"SQLITE_DBNAME": str(part / LOG)}))) as factory:
        copy = cast("LogRecorder", factory.application_recorder())
        copy.origin(centre.origin)
        copy_log(events_of(centre.event_log, until=head), copy, told=told, last=head)
    with closing(SQLiteShelf(part / KEYS)) as shelf:
        centre.vault.copy_to(shelf)
    _settle(part / LOG, part / KEYS)
    copies = kept_in(part)
    copy_places(kept.begun, copies.begun)
    files = copy_places(kept.files, copies.files)
    manifest = Manifest(
        origin=centre.origin,
        name=notary.name,
        taken_at=taken_at,
        head=head,
        note=note,
        keys=keys,
        keys_until=taken_at + KEYS_LAST,
        log_sha256=_sha256(part / LOG),
        keys_sha256=_sha256(part / KEYS),
        files=files,
    )
    (part / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    part.rename(folder)
    return manifest


def read(folder: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        NoBackup: there is none, or of another form.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise NoBackup(f"There is no {MANIFEST} in {folder}: name the folder of a backup.") from None
    except msgspec.MsgspecError:
        raise NoBackup(f"{MANIFEST} in {folder} cannot be read: it is damaged.") from None
    if manifest.form != FORM:
        raise NoBackup(f"The backup has form {manifest.form} and this program reads form {FORM}.")
    return manifest


def verify(folder: Path, *, keys: Collection[str] | None = None, told: Told | None = None) -> Manifest:
    """Look whether a backup is as it was taken: every hash, every leaf, the root, its signature, and every file.

    Args:
        folder: of the backup.
        keys: the log's keys as they are known from elsewhere; without them only what the backup itself names is asked,
            and whoever can write to it can have signed it anew.
        told: hears how far it has come.

    Raises:
        NoBackup: it is not; says what is wrong.
    """
    manifest = read(folder)
    require_parts(folder)
    for name, expected in ((LOG, manifest.log_sha256), (KEYS, manifest.keys_sha256)):
        if _sha256(folder / name) != expected:
            raise NoBackup(f"{name} is not as it was when the backup was taken.")
    try:
        trusted = notes.public_keys(manifest.keys if keys is None else keys)
        checkpoint = notes.checkpoint_of(notes.opened(manifest.note, trusted))
    except notes.BadNote as error:
        raise NoBackup(f"The checkpoint of the backup does not hold: {error}.") from None
    _require_root(folder, manifest, checkpoint, told)
    _require_files(folder / FILES, manifest.files)
    return manifest


def require_parts(folder: Path) -> None:
    """Log and keys must be there.

    Raises:
        NoBackup: one of them is not.
    """
    for name in (LOG, KEYS):
        if not (folder / name).is_file():
            raise NoBackup(f"{name} is missing from the backup.")


def events_of(log: Log, *, until: int) -> Iterator[Leaf]:
    """The events of a log with their leaves, in order, up to a position."""
    position = 0
    while leaves := log.leaves_after(position, PAGE):
        for leaf in leaves:
            if leaf.row.position > until:
                return
            yield leaf
        position = leaves[-1].row.position


def copy_log(events: Iterator[Leaf], target: Log, *, last: int, told: Told | None = None) -> None:
    """Copy events, each to its place and with its leaf; `last` is the position of the last of them."""
    while leaves := list(islice(events, PAGE)):
        target.load(leaves)
        if told:
            told(leaves[-1].row.position, last)


def kept_files(folder: Path) -> Iterator[Path]:
    """The kept files in a folder of files."""
    return (path for shelf in sorted(folder.glob("[0-9a-f][0-9a-f]")) for path in sorted(shelf.iterdir()))


class LogCopy:
    """The log of a backup, read without changing a byte of it."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._database = unchanged(path)

    def close(self) -> None:
        """Close it."""
        self._database.close()

    def leaves(self, *, until: int | None = None) -> Iterator[Leaf]:
        """Its events with their leaves, in order, up to a position.

        Raises:
            NoBackup: what stands there is no event.
        """
        asked = (
            "SELECT rowid, originator_id, originator_version, topic, state, leaf_index, leaf_hash FROM stored_events "
            "WHERE rowid <= ? ORDER BY rowid"
        )
        for at, *row, number, hash in self._database.execute(asked, (LAST if until is None else until,)):
            try:
                yield Leaf(as_row(at, *row), number, hash)
            except LogUnavailable:
                raise NoBackup(f"The event at position {at} of the backup is damaged.") from None


class KeysCopy(NamedTuple):
    """The keys of a backup: which key wraps them, the wrapped keys by name, and the names of those destroyed."""

    kek: str
    keys: dict[str, bytes]
    destroyed: set[str]

    @classmethod
    def of(cls, folder: Path) -> KeysCopy:
        """Read them without changing a byte."""
        with closing(unchanged(folder / KEYS)) as database:
            ((kek,),) = database.execute("SELECT kek FROM wrapping").fetchall()
            keys = dict(database.execute("SELECT name, wrapped FROM key").fetchall())
            return cls(kek, keys, {name for (name,) in database.execute("SELECT name FROM destroyed")})


def unchanged(path: Path) -> sqlite3.Connection:
    """A connection that leaves a file of a backup as it is."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)


def _require_root(folder: Path, manifest: Manifest, checkpoint: notes.Checkpoint, told: Told | None) -> None:
    peaks = Peaks()
    with closing(LogCopy(folder / LOG)) as copy:
        for leaf in copy.leaves():
            if leaf.hash is None or leaf.hash != leaf_hash(manifest.origin, Entry(*leaf.row[1:])):
                raise NoBackup(f"The event at position {leaf.row.position} of the backup is damaged.")
            if leaf.row.tag == tag_of(LogRestored):  # the log goes on under another name
                _require_restored(leaf.row, peaks)
                peaks = Peaks()
            if leaf.number != peaks.size:
                raise NoBackup(f"The event at position {leaf.row.position} of the backup stands in a wrong place.")
            peaks.add(leaf.hash)
            if told and peaks.size % PAGE == 0:
                told(leaf.row.position, manifest.head)
    if (peaks.size, peaks.root) != (checkpoint.size, checkpoint.root):
        raise NoBackup("The events of the backup are not those that its checkpoint was signed for.")


def _require_restored(row: Row, before: Peaks) -> None:
    """What stands before a restoration must be what its event says."""
    try:
        fact = msgspec.json.decode(row.state, type=_Stored).fact
    except msgspec.MsgspecError:
        raise NoBackup(f"The event at position {row.position} of the backup is damaged.") from None
    if (fact.size, fact.root) != (before.size, before.root.hex()):
        raise NoBackup(f"The events before position {row.position} are not those that were restored there.")


class _Stored(Struct):
    """The part of the stored form that says what was restored."""

    fact: LogRestored


def _require_files(folder: Path, count: int) -> None:
    """Each file's bytes must be those of its address; a file may only be missing if its person was erased since."""
    found = 0
    for path in kept_files(folder):
        found += 1
        with path.open("rb") as stored:
            stored.seek(COVER_BYTES)
            if hashlib.file_digest(stored, "sha256").hexdigest() != path.parent.name + path.name:
                raise NoBackup(f"The file {path.parent.name + path.name} of the backup is damaged.")
    if found != count:
        raise NoBackup(f"The backup should hold {count} files and holds {found}.")


def _settle(*paths: Path) -> None:
    """Bring databases that were closed into one file each."""
    for path in paths:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=DELETE")


def _sha256(path: Path) -> str:
    with path.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()
