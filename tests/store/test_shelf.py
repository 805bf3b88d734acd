"""Shelves of wrapped keys: the rules that each engine must keep (`ShelfRules`), and what SQLite leaves in its files."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.shelf import ForeignShelf, KeyShelf, OtherKek, Place, ShelfUnavailable, SQLiteShelf
from store.sqlite_file import FULL
from tests.campaigns.disk import Disk, cuts, mounted

KEK = "the id of a kek"
NEXT = "the id of the next kek"
Opener = Callable[[], KeyShelf]
"""Opens the same database again, as another process would."""


def turned(_name: str, wrapped: bytes) -> bytes:
    return wrapped[::-1]


class ShelfRules:
    """Rules of the port; a test class of each engine inherits them and gives `open_shelf`."""

    @pytest.fixture
    def open_shelf(self) -> Opener:
        """Give a way to open the shelf under test."""
        raise NotImplementedError

    @pytest.fixture
    def shelf(self, open_shelf: Opener) -> Iterator[KeyShelf]:
        """A shelf that is wrapped by `KEK`."""
        shelf = open_shelf()
        shelf.kek(KEK)
        yield shelf
        shelf.close()

    @pytest.fixture
    def other(self, shelf: KeyShelf, open_shelf: Opener) -> Iterator[KeyShelf]:
        """The same shelf, as another process sees it."""
        other = open_shelf()
        assert other is not shelf
        yield other
        other.close()

    def test_the_first_kek_stands(self, shelf: KeyShelf, other: KeyShelf) -> None:
        assert shelf.kek("mine") == other.kek("yours") == KEK

    def test_what_was_added_is_read_with_the_kek_that_wraps_it(self, shelf: KeyShelf, other: KeyShelf) -> None:
        assert shelf.add({"a": b"1", "b": b"2"}, kek=KEK) == {"a": b"1", "b": b"2"}

        assert other.read("a") == Place(b"1", destroyed=False, kek=KEK)
        assert other.read("c") == Place(None, destroyed=False, kek=KEK)

    def test_the_first_key_under_a_name_stands_and_the_second_is_told_of_it(
        self, shelf: KeyShelf, other: KeyShelf
    ) -> None:
        shelf.add({"a": b"first"}, kek=KEK)

        assert other.add({"a": b"second", "b": b"new"}, kek=KEK) == {"a": b"first", "b": b"new"}
        assert shelf.read("a").wrapped == b"first"

    def test_of_many_who_add_at_once_all_learn_the_same_key(self, open_shelf: Opener, shelf: KeyShelf) -> None:
        shelves = [open_shelf() for _ in range(4)]
        together = threading.Barrier(len(shelves))

        def add(number: int) -> bytes:
            together.wait()
            return shelves[number].add({"a": bytes([number])}, kek=KEK)["a"]

        with ThreadPoolExecutor(len(shelves)) as threads:
            stand = set(threads.map(add, range(len(shelves))))
        for each in shelves:
            each.close()

        assert stand == {shelf.read("a").wrapped}

    def test_a_destroyed_key_is_gone_and_never_made_again(self, shelf: KeyShelf, other: KeyShelf) -> None:
        shelf.add({"a": b"1", "b": b"2"}, kek=KEK)

        shelf.destroy(["a"])

        assert other.read("a") == Place(None, destroyed=True, kek=KEK)
        assert other.add({"a": b"again"}, kek=KEK) == {}
        assert other.read("a").wrapped is None
        assert other.read("b").wrapped == b"2"

    def test_destroying_twice_or_what_never_was_is_remembered_once(self, shelf: KeyShelf) -> None:
        for name in ("b", "a", "b"):
            shelf.destroy([name])
        shelf.destroy([])

        assert shelf.destroyed() == ["a", "b"]

    def test_keys_are_counted_by_the_beginning_of_their_names(self, shelf: KeyShelf) -> None:
        shelf.add({"a/1": b"", "a/2": b"", "b/1": b"", "a%": b""}, kek=KEK)

        assert [shelf.count(prefix) for prefix in ("a/", "b/", "%", "")] == [2, 1, 0, 4]

    def test_keys_are_listed_by_the_beginning_of_their_names(self, shelf: KeyShelf) -> None:
        shelf.add({"b/1": b"", "a/2": b"", "a/1": b"", "a%": b""}, kek=KEK)
        shelf.destroy(["a/2"])

        assert [shelf.names(prefix) for prefix in ("a/", "%", "")] == [["a/1"], [], ["a%", "a/1", "b/1"]]

    def test_a_rewrap_changes_every_key_and_the_kek_in_one_step(self, shelf: KeyShelf, other: KeyShelf) -> None:
        keys = {f"{n:03}": f"{n:03}".encode() for n in range(250)}
        shelf.add(keys, kek=KEK)

        shelf.rewrap(turned, old=KEK, new=NEXT)

        for name, wrapped in keys.items():
            assert other.read(name) == Place(wrapped[::-1], destroyed=False, kek=NEXT)
        assert other.kek(KEK) == NEXT

    def test_a_rewrap_that_fails_half_way_changes_nothing(self, shelf: KeyShelf, other: KeyShelf) -> None:
        keys = {f"{n:03}": b"key" for n in range(250)}
        shelf.add(keys, kek=KEK)

        def fail(name: str, wrapped: bytes) -> bytes:
            if name == "200":
                raise RuntimeError("power cut")
            return turned(name, wrapped)

        with pytest.raises(RuntimeError, match="power cut"):
            shelf.rewrap(fail, old=KEK, new=NEXT)

        assert {other.read(name) for name in keys} == {Place(b"key", destroyed=False, kek=KEK)}

    def test_whoever_holds_the_old_kek_can_add_nothing_and_rewrap_nothing(
        self, shelf: KeyShelf, other: KeyShelf
    ) -> None:
        shelf.rewrap(turned, old=KEK, new=NEXT)

        with pytest.raises(OtherKek, match=NEXT):
            other.add({"a": b"1"}, kek=KEK)
        with pytest.raises(OtherKek, match=NEXT):
            other.rewrap(turned, old=KEK, new="a third")
        assert other.read("a") == Place(None, destroyed=False, kek=NEXT)

    def test_a_closed_shelf_is_unavailable(self, open_shelf: Opener) -> None:
        shelf = open_shelf()
        shelf.kek(KEK)
        shelf.close()

        with pytest.raises(ShelfUnavailable):
            shelf.read("a")


SECRET = b"wrapped key that must not stay behind"


class TestSQLiteShelf(ShelfRules):
    """The rules of the port, on files."""

    @pytest.fixture
    def open_shelf(self, tmp_path: Path) -> Opener:
        """Open the same file again."""
        return lambda: SQLiteShelf(tmp_path / "keys.db")


@pytest.fixture
def shelf(tmp_path: Path) -> SQLiteShelf:
    shelf = SQLiteShelf(tmp_path / "keys.db")
    shelf.kek(KEK)
    return shelf


def bytes_of(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir() if each.is_file())


def test_a_key_is_on_the_disk_before_what_it_seals_can_be(shelf: SQLiteShelf) -> None:
    database: sqlite3.Connection = vars(shelf)["_db"]

    assert database.execute("PRAGMA synchronous").fetchone() == (FULL,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_only_its_owner_may_read_the_shelf(shelf: SQLiteShelf, tmp_path: Path) -> None:
    shelf.close()

    assert stat.S_IMODE((tmp_path / "keys.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("remove", ["destroy", "rewrap"])
def test_a_key_that_was_destroyed_or_rewrapped_is_in_no_file_afterwards(
    shelf: SQLiteShelf, tmp_path: Path, remove: str
) -> None:
    shelf.add({"a": SECRET, "b": b"other"}, kek=KEK)
    assert SECRET in bytes_of(tmp_path)

    if remove == "destroy":
        shelf.destroy(["a"])
    else:
        shelf.rewrap(turned, old=KEK, new=NEXT)

    assert SECRET not in bytes_of(tmp_path)


def test_a_key_that_a_reader_keeps_in_the_write_ahead_log_is_not_called_destroyed(
    shelf: SQLiteShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add({"a": SECRET}, kek=KEK)
    monkeypatch.setattr("store.shelf.BUSY_SECONDS", 0.01)
    hasty = SQLiteShelf(tmp_path / "keys.db")
    reader = sqlite3.connect(tmp_path / "keys.db")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM key").fetchall()

    with pytest.raises(ShelfUnavailable, match="in use"):
        hasty.destroy(["a"])
    reader.close()
    hasty.destroy(["a"])

    assert SECRET not in bytes_of(tmp_path)


def test_a_key_whose_wiping_a_crash_cut_off_is_wiped_at_the_next_opening(
    shelf: SQLiteShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add({"a": SECRET}, kek=KEK)
    with monkeypatch.context() as patch:
        patch.setattr(shelf, "_wipe", lambda: None)
        shelf.destroy(["a"])
    left = tmp_path / "as a crash leaves it"
    left.mkdir()
    for file in tmp_path.glob("keys.db*"):
        shutil.copy(file, left)
    assert SECRET in bytes_of(left)

    reopened = SQLiteShelf(left / "keys.db")  # closing would wipe it anyway

    assert SECRET not in bytes_of(left)
    reopened.close()


def test_rubbish_that_holds_a_key_is_gone_from_the_disk_and_not_only_from_the_folder(tmp_path: Path) -> None:
    SQLiteShelf(tmp_path / "keys.db").close()
    (tmp_path / "keys.db-wal").write_bytes(b"rubbish" + SECRET)  # as torn writes leave it: SQLite finds nothing in it
    disk, before = Disk(), {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    with mounted(disk):
        reopened = SQLiteShelf(tmp_path / "keys.db")
        disk.promise("an open shelf", 1)
        reopened.kek(KEK)
        reopened.close()

    left = [cut.left for cut in cuts(disk.steps, before, random.Random(0), 200) if cut.promised]
    assert left
    assert not any(SECRET in data for files in left for data in files.values())


def test_two_processes_that_make_the_shelf_at_once_make_one(tmp_path: Path) -> None:
    first, second = (SQLiteShelf(tmp_path / "keys.db") for _ in range(2))

    assert first.kek(KEK) == second.kek(NEXT) == KEK


@pytest.mark.parametrize("statement", ["CREATE TABLE person_key (person TEXT)", "PRAGMA user_version = 2"])
def test_a_file_of_another_kind_or_format_is_refused_by_name(tmp_path: Path, statement: str) -> None:
    SQLiteShelf(tmp_path / "of format 2.db").close()
    path = tmp_path / ("other.db" if "TABLE" in statement else "of format 2.db")
    with sqlite3.connect(path) as database:
        database.execute(statement)

    with pytest.raises(ForeignShelf, match=f"{path.name} is no key database of format 1"):
        SQLiteShelf(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"not a database at all" * 100)

    with pytest.raises(ShelfUnavailable, match="not a database"):
        SQLiteShelf(tmp_path / "keys.db")
