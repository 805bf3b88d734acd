"""A backup of a centre that works, and what comes back from it: on either engine, and from one to the other."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from store import merkle, notes
from store.backup import KEYS, LOG, MANIFEST, Manifest, NoBackup, kept_files, take, verify
from store.begun import BegunForms
from store.centre import Centre
from store.erasure import Erasure
from store.files import FileStore
from store.log import ForeignLog
from store.merkle import Peaks
from store.notary import LogAltered, Notary
from store.places import FolderPlaces, kept_in
from store.restoring import Restored, Restoring, restore
from store.staging import Staging
from tests.cast import CASE, FATHER, MONDAY_10AM
from tests.postgres import Server
from tests.premises import Premises, Site
from tests.store.test_notary import verdict

OTHER_CASE, FRESH = UUID(int=99), UUID(int=0xABC)


@pytest.fixture
def kept(premises: Premises) -> Premises:
    """A centre with a case and a file of its applicant."""
    premises.receive()
    files_of(premises).put(b"a photograph", person=FATHER.id)
    return premises


def files_of(premises: Premises) -> FileStore:
    return FileStore(FolderPlaces(premises.centre.folder / "files"), premises.centre.vault)


def taken(premises: Premises, folder: Path) -> Manifest:
    with closing(Notary(premises.centre, folder.with_name(folder.name + "-tree.db"))) as notary:
        return take(premises.centre, notary, folder, kept=kept_in(premises.centre.folder))


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """An empty place on either engine, whatever the engine of the log that was backed up."""
    folder = tmp_path / "restored"
    if request.param == "sqlite":
        yield Site(folder)
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as log, server.database() as keys:
        env = server.env(log, keys) | {"PERSISTENCE_MODULE": "tests.store.timeless:Factory"}
        yield Site(folder, env)


def restored(premises: Premises, backup: Path, place: Site, **how: Any) -> Restored:
    master = (premises.centre.folder / "master.key").read_bytes()
    asked = Restoring(backup=backup, folder=place.folder, master_key=master, env=place.env, **how)
    return restore(asked, clock=MONDAY_10AM, fresh=FRESH)


def content(centre: Centre) -> list[tuple[Any, ...]]:
    return [tuple(leaf) for leaf in centre.event_log.leaves_after(0, 100_000)]


def opened(note: str, key: str) -> notes.Checkpoint:
    return notes.checkpoint_of(notes.opened(note, notes.public_keys([key])))


def test_a_log_that_moves_is_the_same_to_the_byte_and_goes_on_as_itself(
    kept: Premises, place: Site, tmp_path: Path
) -> None:
    manifest = taken(kept, tmp_path / "backup")
    before = content(kept.centre)
    with closing(Notary(kept.centre, tmp_path / "tree.db")) as notary:
        receipt = notary.receipt(kept.centre.position_of(CASE, 1))
        checkpoint = notary.checkpoint()
    told = restored(kept, tmp_path / "backup", place, same_log=True)

    with place.opened(name="there") as there, closing(Notary(there.centre, tmp_path / "there.db")) as notary:
        assert content(there.centre) == before
        assert (told.name, told.events, told.left_out) == (manifest.name, len(before), 0)
        assert notary.checkpoint() == checkpoint
        assert notary.receipt(there.centre.position_of(CASE, 1)) == receipt
        assert there.centre.case(CASE) == kept.centre.case(CASE)
        assert [files_of(there).read(address) for address in files_of(there).of(FATHER.id)] == [b"a photograph"]
        there.receive(case=OTHER_CASE)
        assert notary.consistency(len(before), notary.catch_up())


def test_an_older_state_goes_on_under_a_new_name_that_says_from_where(
    kept: Premises, place: Site, tmp_path: Path
) -> None:
    manifest = taken(kept, tmp_path / "backup")
    with closing(Notary(kept.centre, tmp_path / "tree.db")) as notary:
        receipt = notary.receipt(kept.centre.position_of(CASE, 1))
        old_key = notary.log_keys()[-1].verifier_key
    kept.receive(case=OTHER_CASE)
    told = restored(kept, tmp_path / "backup", place)

    with place.opened(name="there") as there, closing(Notary(there.centre, tmp_path / "there.db")) as notary:
        note = notes.checkpoint_of(notes.opened(notary.checkpoint(), notes.public_keys([old_key])))
        (fact,) = notary.restored
        assert (note.origin, note.size) == (told.name, 3)  # what tells of it, the new key and its receipt
        assert (fact.name, fact.before, fact.note) == (told.name, manifest.name, manifest.note)
        assert (fact.size, bytes.fromhex(fact.root)) == (manifest.checkpoint.size, manifest.checkpoint.root)
        assert there.centre.case(CASE) == kept.centre.case(CASE)
        there.receive(case=OTHER_CASE)
        later = notary.receipt(there.centre.position_of(OTHER_CASE, 1))
        assert later is not None
        assert verdict(later, tmp_path) == 0
        older = notary.receipt(there.centre.position_of(CASE, 1))
        assert older is not None
        assert receipt is not None
        assert older.event == receipt.event
        assert verdict(older, tmp_path, old_key) == 0

    assert verdict(receipt, tmp_path, old_key) == 0


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_an_event_from_before_a_restoration_that_changes_stops_the_signing_until_it_is_as_it_was(
    kept: Premises, place: Site, tmp_path: Path
) -> None:
    taken(kept, tmp_path / "backup")
    restored(kept, tmp_path / "backup", place)

    def look(*, is_whole: bool) -> None:
        with place.opened(name="there") as there, closing(Notary(there.centre, tmp_path / "there.db")) as notary:
            if is_whole:
                list(notary.looked_over())
                assert notary.checkpoint()
                assert notary.receipt(there.centre.position_of(CASE, 1)) is not None
                return
            with pytest.raises(LogAltered):
                list(notary.looked_over())
            for ask in (notary.checkpoint, lambda: notary.receipt(there.centre.position_of(CASE, 1))):
                with pytest.raises(LogAltered):
                    ask()
            assert notary.is_altered

    def rewrite(state: bytes, hash: bytes) -> tuple[bytes, bytes]:
        with closing(sqlite3.connect(place.folder / "log.db", isolation_level=None)) as log:
            before: tuple[bytes, bytes] = log.execute(
                "SELECT state, leaf_hash FROM stored_events WHERE rowid=5"
            ).fetchone()
            log.execute("UPDATE stored_events SET state=?, leaf_hash=? WHERE rowid=5", (state, hash))
        return before

    look(is_whole=True)
    as_it_was = rewrite(b"{}", bytes(32))
    for _ in range(2):
        look(is_whole=False)
    rewrite(*as_it_was)
    look(is_whole=True)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE stored_events SET state=x'7b7d' WHERE rowid=5",
        "UPDATE stored_events SET originator_version=-3 WHERE rowid=5",
    ],
)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_an_event_that_had_changed_before_anybody_made_the_tree_of_before_stops_the_signing_too(
    kept: Premises, place: Site, tmp_path: Path, damage: str
) -> None:
    taken(kept, tmp_path / "backup")
    restored(kept, tmp_path / "backup", place)
    with closing(sqlite3.connect(place.folder / "log.db", isolation_level=None)) as log:
        log.execute(damage)

    with place.opened(name="there") as there, closing(Notary(there.centre, tmp_path / "there.db")) as notary:
        assert notary.checkpoint()
        with pytest.raises(LogAltered):
            list(notary.looked_over())
        with pytest.raises(LogAltered):
            notary.checkpoint()
        assert notary.is_altered


def test_whoever_saw_the_log_before_is_told_what_it_was_restored_from(
    kept: Premises, place: Site, tmp_path: Path
) -> None:
    with closing(Notary(kept.centre, tmp_path / "tree.db")) as notary:
        key = notary.log_keys()[-1].verifier_key
        early = opened(notary.checkpoint(), key)
        moment = kept.centre.head()
        kept.receive(case=OTHER_CASE)
        late = opened(notary.checkpoint(), key)
    taken(kept, tmp_path / "backup")
    restored(kept, tmp_path / "backup", place, until=moment)

    with place.opened(name="there") as there, closing(Notary(there.centre, tmp_path / "there.db")) as notary:
        seen, lost = notary.witnessed(early.origin, early.size), notary.witnessed(late.origin, late.size)
        older = notary.receipt(there.centre.position_of(CASE, 1))
    was, now = opened(seen.before, key), opened(seen.note, key)
    assert (was.origin, was.size, now.origin == was.origin) == (early.origin, early.size, False)
    assert merkle.is_consistent(early.size, early.root, was.size, was.root, seen.path)
    assert notes.opened(seen.keys[-1].endorsement, notes.public_keys([key])) == f"{seen.keys[-1].verifier_key}\n"
    assert (opened(lost.before, key), lost.path) == (was, ())
    assert older is not None
    assert verdict(older, tmp_path, key) == 0


def test_whoever_knows_only_a_key_of_the_moment_can_check_what_was_restored(
    kept: Premises, place: Site, tmp_path: Path
) -> None:
    with closing(Notary(kept.centre, tmp_path / "tree.db")) as notary:
        key = notary.log_keys()[-1].verifier_key
        early = opened(notary.checkpoint(), key)
        moment = kept.centre.head()
        notary.change_key()
    taken(kept, tmp_path / "backup")
    restored(kept, tmp_path / "backup", place, until=moment)

    with place.opened(name="there") as there, closing(Notary(there.centre, tmp_path / "there.db")) as notary:
        seen = notary.witnessed(early.origin, early.size)
    assert opened(seen.before, key) == early


def test_a_state_of_a_moment_in_between_leaves_the_rest_out(kept: Premises, place: Site, tmp_path: Path) -> None:
    moment = kept.centre.head()
    kept.receive(case=OTHER_CASE)
    taken(kept, tmp_path / "backup")
    told = restored(kept, tmp_path / "backup", place, until=moment)

    assert told.left_out > 0
    with place.opened(name="there") as there:
        assert there.centre.case(CASE) == kept.centre.case(CASE)
        assert not there.centre.case(OTHER_CASE).is_filed


def test_a_key_that_was_destroyed_since_does_not_come_back(kept: Premises, place: Site, tmp_path: Path) -> None:
    taken(kept, tmp_path / "old")
    vault = kept.centre.vault
    erasure = Erasure(kept.centre, files_of(kept), Staging(tmp_path / "uploads", vault))
    erasure.erase(FATHER.id, reason="retention-ended", basis="档案鉴定", open_cases_confirmed=True)
    taken(kept, tmp_path / "new")

    told = restored(kept, tmp_path / "old", place, destroyed=tmp_path / "new")

    assert told.destroyed == 1
    with place.opened(name="there") as there:
        assert there.centre.vault.is_destroyed(FATHER.id)
        assert there.centre.vault.key(FATHER.id) is None


def _damage(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        held = bytearray((folder / name).read_bytes())
        held[len(held) // 2] ^= 1
        (folder / name).write_bytes(held)

    return damage


def _damage_file(folder: Path) -> None:
    path = next(kept_files(folder / "files"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def _lose_file(folder: Path) -> None:
    next(kept_files(folder / "files")).unlink()


def _shorten(folder: Path) -> None:
    """By somebody who mends the hash of the file, and has not the key of the log."""
    with closing(sqlite3.connect(folder / LOG, isolation_level=None)) as log:
        log.execute("DELETE FROM stored_events WHERE rowid = (SELECT max(rowid) FROM stored_events)")
    _mend_hash(folder)


def _mend_hash(folder: Path) -> None:
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    digest = hashlib.sha256((folder / LOG).read_bytes()).hexdigest()
    (folder / MANIFEST).write_bytes(msgspec.json.encode(replace(manifest, log_sha256=digest)))


def _turn_below_zero(folder: Path) -> None:
    """One bit of a number is its sign; again by somebody who mends the hash of the file."""
    with closing(sqlite3.connect(folder / LOG, isolation_level=None)) as log:
        log.execute("UPDATE stored_events SET originator_version=-3 WHERE rowid=7")
    _mend_hash(folder)


def _resign(folder: Path) -> None:
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    (folder / MANIFEST).write_text(
        text.replace("\\u2014 doorstep", "\\u2014 elsewhere").replace("— d", "— e"), encoding="utf-8"
    )


def _spoil(folder: Path) -> None:
    (folder / MANIFEST).write_text("{", encoding="utf-8")


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "log": (_damage(LOG), "log.db is not as it was when the backup was taken."),
    "keys": (_damage(KEYS), "keys.db is not as it was when the backup was taken."),
    "manifest": (
        _spoil,
        "backup.json in FOLDER cannot be read: it is damaged.",
    ),
    "no manifest": (lambda folder: (folder / MANIFEST).unlink(), "There is no backup.json in FOLDER"),
    "no keys": (lambda folder: (folder / KEYS).unlink(), "keys.db is missing from the backup."),
    "file": (_damage_file, "The file ADDRESS of the backup is damaged."),
    "no file": (_lose_file, "The backup should hold 1 files and holds 0."),
    "shortened": (_shorten, "The events of the backup are not those that its checkpoint was signed for."),
    "below zero": (_turn_below_zero, "The event at position 7 of the backup is damaged."),
    "signed by another": (_resign, "The checkpoint of the backup does not hold: "),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_backup_is_refused_with_what_is_wrong_and_nothing_is_written(
    kept: Premises, tmp_path: Path, what: str
) -> None:
    taken(kept, tmp_path / "backup")
    address = files_of(kept).of(FATHER.id)[0]
    damage, sentence = DAMAGES[what]
    damage(tmp_path / "backup")

    with pytest.raises(NoBackup) as refused:
        restored(kept, tmp_path / "backup", Site(tmp_path / "restored"))

    assert str(refused.value).startswith(
        sentence.replace("FOLDER", str(tmp_path / "backup")).replace("ADDRESS", address)
    )
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nothing_is_restored_over_something_or_with_another_master_key(kept: Premises, tmp_path: Path) -> None:
    taken(kept, tmp_path / "backup")
    with pytest.raises(NoBackup, match="empty place"):
        restored(kept, tmp_path / "backup", Site(kept.centre.folder))
    asked = Restoring(backup=tmp_path / "backup", folder=tmp_path / "there", master_key=bytes(32), env={})
    with pytest.raises(NoBackup, match="The master key is not the one"):
        restore(asked, clock=MONDAY_10AM, fresh=FRESH)


def _resigned(folder: Path, events: int) -> None:
    """What somebody does who can write to the backup: other events, numbered from 0, signed with a key of their own."""
    forger = notes.Signer(msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest).name, bytes(32))
    with closing(sqlite3.connect(folder / LOG, isolation_level=None)) as log:
        if events:
            log.execute("UPDATE stored_events SET leaf_index = leaf_index - ? WHERE leaf_index >= ?", (events, events))
        hashes = log.execute(
            "SELECT leaf_hash FROM stored_events ORDER BY rowid LIMIT -1 OFFSET ?", (events,)
        ).fetchall()
    peaks = Peaks()
    for (one,) in hashes:
        peaks.add(one)
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    forged = replace(
        manifest,
        note=notes.signed(notes.Checkpoint(manifest.name, peaks.size, peaks.root).text, [forger]),
        keys=(forger.verifier_key,),
        log_sha256=hashlib.sha256((folder / LOG).read_bytes()).hexdigest(),
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(forged))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_backup_that_somebody_signed_anew_is_refused(kept: Premises, tmp_path: Path) -> None:
    key = taken(kept, tmp_path / "backup").keys[0]
    _resigned(tmp_path / "backup", 0)

    verify(tmp_path / "backup")  # it fits itself
    with pytest.raises(NoBackup, match="nobody known has signed it"):
        verify(tmp_path / "backup", keys=[key])
    with pytest.raises(NoBackup, match="nobody known has signed it"):
        restored(kept, tmp_path / "backup", Site(tmp_path / "restored"))
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_events_hidden_before_a_second_beginning_are_found(kept: Premises, tmp_path: Path) -> None:
    taken(kept, tmp_path / "backup")
    _resigned(tmp_path / "backup", 5)

    with pytest.raises(NoBackup, match="stands in a wrong place"):
        verify(tmp_path / "backup")


def test_a_log_that_is_only_half_restored_is_not_used(
    kept: Premises, place: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(kept, tmp_path / "backup")
    with monkeypatch.context() as patched:
        patched.setattr("store.restoring.copy_places", Mock(side_effect=OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            restored(kept, tmp_path / "backup", place, same_log=True)

    assert not place.folder.exists()
    if place.env:
        place.folder.mkdir()
        (place.folder / "master.key").write_bytes((kept.centre.folder / "master.key").read_bytes())
        with pytest.raises(ForeignLog, match="is being restored"), place.opened():
            pass
    else:
        assert restored(kept, tmp_path / "backup", place, same_log=True).files == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_forms_that_were_begun_come_back(kept: Premises, tmp_path: Path) -> None:
    draft = UUID(int=7)
    begun = BegunForms(FolderPlaces(kept.centre.folder / "begun"), files_of(kept))
    begun.save(draft, b"{}", person=FATHER.id, base=None, now=MONDAY_10AM)
    taken(kept, tmp_path / "backup")
    place = Site(tmp_path / "restored")
    restored(kept, tmp_path / "backup", place, same_log=True)

    with place.opened(name="there") as there:
        found = BegunForms(FolderPlaces(there.centre.folder / "begun"), files_of(there)).of(FATHER.id)
    assert [one.draft for one in found] == [draft]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_files_that_go_while_they_are_copied_are_left_out(
    kept: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = kept.centre.folder / "files" / "aa" / "b"
    gone.parent.mkdir(exist_ok=True)
    gone.symlink_to("nowhere")  # listed, and not there when it is read

    manifest = taken(kept, tmp_path / "backup")

    assert manifest.files == 1
    assert verify(tmp_path / "backup") == manifest


def test_a_backup_can_be_taken_while_the_centre_works(kept: Premises, tmp_path: Path) -> None:
    stop = Event()

    def work() -> None:
        for number in range(10_000):
            kept.receive(case=UUID(int=number + 1_000))
            if stop.is_set():
                return

    with ThreadPoolExecutor(1) as busy:
        working = busy.submit(work)
        for number in range(3):
            taken(kept, tmp_path / f"backup {number}")
        stop.set()
        working.result()

    sizes = [verify(tmp_path / f"backup {number}").checkpoint.size for number in range(3)]
    assert sizes == sorted(sizes)
