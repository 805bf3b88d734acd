"""The vault: a key a person, kept by the first who made it, gone for ever once destroyed, wrapped by the master key."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from store.keys import (
    KEY_BYTES,
    Counts,
    KeyDamaged,
    KeyDestroyed,
    KeysMadeElsewhere,
    KeyVault,
    WrongMasterKey,
    derived_key,
)
from store.shelf import Place, ShelfUnavailable, SQLiteShelf
from tests.cast import CASE, FATHER, STRANGER

MASTER = b"m" * KEY_BYTES
NEW_MASTER = b"n" * KEY_BYTES
PERSONS = [uuid5(CASE, str(n)) for n in range(40)]
Opener = Callable[[], KeyVault]


@pytest.fixture
def open_vault(tmp_path: Path) -> Iterator[Opener]:
    """Opens the vault again, as another process would."""
    opened: list[KeyVault] = []

    def open_one() -> KeyVault:
        opened.append(KeyVault(SQLiteShelf(tmp_path / "keys.db"), MASTER))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def vault(open_vault: Opener) -> KeyVault:
    return open_vault()


@pytest.fixture
def other(vault: KeyVault, open_vault: Opener) -> KeyVault:
    """The vault of another process on the same shelf."""
    assert vault.counts().persons == 0
    return open_vault()


def written(vault: KeyVault, person: UUID) -> bytes:
    """The key that the writer of this process would seal with, committed."""
    key = vault.key_for_writing(person)
    vault.flush()
    assert key is not None
    return key


def test_keys_for_different_purposes_differ_and_stay_the_same() -> None:
    assert derived_key(MASTER, "files") == derived_key(MASTER, "files")
    assert derived_key(MASTER, "files") != derived_key(MASTER, "cursors")


def test_each_person_has_a_key_of_their_own_that_other_processes_find(vault: KeyVault, other: KeyVault) -> None:
    keys = [written(vault, person) for person in PERSONS]

    assert len(set(keys)) == len(PERSONS)
    assert [other.key(person) for person in PERSONS] == keys


def test_a_key_is_nobodys_before_the_flush_and_not_used_after_it_was_forgotten(vault: KeyVault) -> None:
    key = vault.key_for_writing(FATHER.id)
    assert vault.key_for_writing(FATHER.id) == key
    assert vault.key(FATHER.id) is None

    vault.forget_unsaved()
    vault.flush()

    assert vault.key(FATHER.id) is None
    assert written(vault, FATHER.id) != key


def test_of_two_who_make_a_key_the_second_is_told_and_takes_the_firsts(vault: KeyVault, other: KeyVault) -> None:
    lost = other.key_for_writing(FATHER.id)
    stands = written(vault, FATHER.id)

    with pytest.raises(KeysMadeElsewhere):
        other.flush()
    other.forget_unsaved()

    assert lost != stands
    assert written(other, FATHER.id) == other.key(FATHER.id) == stands


def test_the_others_of_a_lost_group_keep_the_keys_they_were_given(vault: KeyVault, other: KeyVault) -> None:
    other.key_for_writing(FATHER.id)
    strangers = other.key_for_writing(STRANGER.id)
    written(vault, FATHER.id)

    with pytest.raises(KeysMadeElsewhere):
        other.flush()

    assert vault.key(STRANGER.id) == other.key_for_writing(STRANGER.id) == strangers


def test_a_key_that_is_wanted_at_once_wins_over_the_writers_that_is_not_committed(vault: KeyVault) -> None:
    vault.key_for_writing(FATHER.id)

    files = vault.derived_for_writing(FATHER.id, "files")

    with pytest.raises(KeysMadeElsewhere):
        vault.flush()
    assert derived_key(written(vault, FATHER.id), "files") == files == vault.derived(FATHER.id, "files")


def test_many_threads_and_processes_agree_on_every_key(vault: KeyVault, other: KeyVault) -> None:
    start = threading.Barrier(8)

    def make(number: int) -> list[bytes]:
        start.wait()
        mine = (vault, other)[number % 2]
        return [mine.derived_for_writing(person, "files") for person in PERSONS[:10]]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(make, range(8)))

    assert all(answer == answers[0] for answer in answers)


def test_a_destroyed_key_is_gone_in_every_process_that_has_dropped_it(vault: KeyVault, other: KeyVault) -> None:
    written(vault, FATHER.id)
    assert other.key(FATHER.id) is not None

    vault.destroy(FATHER.id)
    vault.destroy(FATHER.id)
    other.drop(FATHER.id)

    for each in (vault, other):
        assert each.key(FATHER.id) is None
        assert each.derived(FATHER.id, "files") is None
        assert each.key_for_writing(FATHER.id) is None
        assert each.is_destroyed(FATHER.id)
        with pytest.raises(KeyDestroyed):
            each.derived_for_writing(FATHER.id, "files")
    assert not vault.is_destroyed(STRANGER.id)
    assert vault.destroyed() == [FATHER.id]


def test_what_was_sealed_while_another_process_destroyed_the_new_key_is_sealed_again_as_gone(
    vault: KeyVault, other: KeyVault
) -> None:
    assert vault.key_for_writing(FATHER.id) is not None
    other.destroy(FATHER.id)

    with pytest.raises(KeysMadeElsewhere):
        vault.flush()

    assert vault.key_for_writing(FATHER.id) is None


def test_a_key_that_came_back_with_an_old_copy_is_destroyed_again(tmp_path: Path, open_vault: Opener) -> None:
    vault = open_vault()
    for person in (FATHER.id, STRANGER.id):
        written(vault, person)
    backup = tmp_path / "backup.db"
    with sqlite3.connect(tmp_path / "keys.db") as database:
        database.execute("VACUUM INTO ?", (str(backup),))
    vault.destroy(FATHER.id)

    restored = KeyVault(SQLiteShelf(backup), MASTER)
    assert restored.key(FATHER.id) is not None

    assert restored.destroy_all([FATHER.id, PERSONS[0], FATHER.id]) == [FATHER.id]
    assert restored.key(FATHER.id) is None
    assert restored.key(STRANGER.id) == vault.key(STRANGER.id)
    assert set(restored.destroyed()) == {FATHER.id, PERSONS[0]}
    assert restored.destroy_all([FATHER.id, PERSONS[0]]) == []
    restored.close()


def test_a_key_that_a_reader_kept_in_the_write_ahead_log_is_wiped_when_all_are_destroyed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.shelf.BUSY_SECONDS", 0.01)
    shelf = SQLiteShelf(tmp_path / "keys.db")
    vault = KeyVault(shelf, MASTER)
    written(vault, FATHER.id)
    wrapped = shelf.read("person/" + FATHER.id.hex).wrapped
    reader = sqlite3.connect(tmp_path / "keys.db")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM key").fetchall()

    with pytest.raises(ShelfUnavailable, match="in use"):
        vault.destroy_all([FATHER.id])
    reader.close()
    vault.destroy_all([FATHER.id])

    assert wrapped is not None
    assert not any(wrapped in path.read_bytes() for path in tmp_path.glob("keys.db*"))
    vault.close()


def test_a_key_that_another_process_destroyed_is_forgotten_when_all_are_destroyed_again(
    vault: KeyVault, other: KeyVault
) -> None:
    written(vault, FATHER.id)
    assert other.key(FATHER.id) is not None
    vault.destroy(FATHER.id)

    assert other.destroy_all([FATHER.id]) == []

    assert other.key(FATHER.id) is None


def test_only_so_many_keys_are_open_at_once_and_the_rest_is_read_again(tmp_path: Path) -> None:
    reads: list[str] = []

    class CountedShelf(SQLiteShelf):
        def read(self, name: str) -> Place:
            reads.append(name)
            return super().read(name)

    vault = KeyVault(CountedShelf(tmp_path / "keys.db"), MASTER, open_keys=3)
    first, second, third, fourth = ((person, written(vault, person)) for person in PERSONS[:4])
    reads.clear()

    for person, key in (second, third, fourth, second):
        assert vault.key(person) == key
    assert reads == []
    assert vault.key(first[0]) == first[1]
    assert reads == [f"person/{first[0].hex}"]
    assert vault.key(third[0]) == third[1]
    assert len(reads) == 2
    vault.close()


def test_named_keys_are_random_and_the_same_for_everybody(vault: KeyVault, other: KeyVault, tmp_path: Path) -> None:
    elsewhere = KeyVault(SQLiteShelf(tmp_path / "elsewhere.db"), MASTER)

    assert vault.named("cursors") == other.named("cursors")
    assert len({vault.named("cursors"), vault.named("links"), elsewhere.named("cursors")}) == 3
    elsewhere.close()


def test_the_blind_index_is_the_same_for_the_same_value_and_tells_nothing_without_the_key(
    vault: KeyVault, other: KeyVault, tmp_path: Path
) -> None:
    elsewhere = KeyVault(SQLiteShelf(tmp_path / "elsewhere.db"), MASTER)

    assert vault.keyed_hash("13800000001") == other.keyed_hash("13800000001")
    assert vault.keyed_hash("13800000001") != vault.keyed_hash("13800000002")
    assert vault.keyed_hash("13800000001") != elsewhere.keyed_hash("13800000001")
    elsewhere.close()


def test_what_the_vault_holds_is_counted(vault: KeyVault) -> None:
    for person in PERSONS[:3]:
        written(vault, person)
    vault.destroy(PERSONS[0])
    vault.keyed_hash("a value")

    assert vault.counts() == Counts(persons=2, named=1, destroyed=1)


def test_a_vault_under_another_master_key_is_refused_by_the_ids_of_both(vault: KeyVault, tmp_path: Path) -> None:
    shelf = SQLiteShelf(tmp_path / "keys.db")

    with pytest.raises(WrongMasterKey, match=f"wrapped by master key {vault.kek}, not by [0-9a-f]{{16}}"):
        KeyVault(shelf, NEW_MASTER)
    shelf.close()


def test_a_key_put_under_another_name_does_not_open(vault: KeyVault, tmp_path: Path, open_vault: Opener) -> None:
    for person in (FATHER.id, STRANGER.id):
        written(vault, person)
    with sqlite3.connect(tmp_path / "keys.db") as database:
        database.execute(
            "UPDATE key SET wrapped=(SELECT wrapped FROM key WHERE name=?) WHERE name=?",
            (f"person/{STRANGER.id.hex}", f"person/{FATHER.id.hex}"),
        )

    with pytest.raises(KeyDamaged, match=f"person/{FATHER.id.hex} does not unwrap"):
        open_vault().key(FATHER.id)


def test_a_new_master_key_changes_no_key(vault: KeyVault, tmp_path: Path) -> None:
    keys = [written(vault, person) for person in PERSONS]
    hashed = vault.keyed_hash("13800000001")

    vault.rotate(NEW_MASTER)
    vault.rotate(NEW_MASTER)

    again = KeyVault(SQLiteShelf(tmp_path / "keys.db"), NEW_MASTER)
    assert again.keyed_hash("13800000001") == hashed
    assert [again.key(person) for person in PERSONS] == [vault.key(person) for person in PERSONS] == keys
    again.close()


def test_a_process_that_was_open_during_a_rotation_finds_the_new_key_or_says_which_it_lacks(
    vault: KeyVault, other: KeyVault, tmp_path: Path
) -> None:
    asked: list[str] = []

    def reread(wanted: str) -> bytes:
        asked.append(wanted)
        return NEW_MASTER

    beside = KeyVault(SQLiteShelf(tmp_path / "keys.db"), MASTER, reread=reread)
    key = written(vault, FATHER.id)
    known = written(other, STRANGER.id)

    vault.rotate(NEW_MASTER)

    assert written(beside, PERSONS[0]) == vault.key(PERSONS[0])
    assert beside.key(FATHER.id) == key
    assert asked == [vault.kek]
    assert other.key(STRANGER.id) == known
    with pytest.raises(WrongMasterKey, match=f"wrapped by master key {vault.kek}"):
        other.key(FATHER.id)
    with pytest.raises(WrongMasterKey):
        written(other, PERSONS[1])
    beside.close()
