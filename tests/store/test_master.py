"""The master key's file: made once, replaced in one step, and settled after a crash at any point of a rotation."""

from __future__ import annotations

import stat
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from store import keys, master
from store.keys import KEY_BYTES, Counts, KeyVault, WrongMasterKey, kek_id
from store.master import KeysLost, MasterKeyDamaged, open_vault, read_master_key, rotate_master_key
from store.shelf import SQLiteShelf
from tests.cast import FATHER, STRANGER
from tests.premises import Site


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "master.key"


@contextmanager
def opened(path: Path) -> Generator[KeyVault]:
    with closing(open_vault(SQLiteShelf(path.with_name("keys.db")), path)) as vault:
        yield vault


def test_the_master_key_is_made_once_and_only_its_owner_may_read_it(path: Path) -> None:
    first = read_master_key(path)

    assert len(first) == KEY_BYTES
    assert read_master_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["master.key"]


def test_processes_that_start_together_agree_on_one_master_key(path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(read_master_key, [path] * 64))

    assert len(keys) == 1


@pytest.mark.parametrize("damaged", [b"", b"short", b"x" * 33])
def test_a_damaged_master_key_stops_the_start_instead_of_becoming_the_key(path: Path, damaged: bytes) -> None:
    path.write_bytes(damaged)

    with pytest.raises(MasterKeyDamaged, match=f"{len(damaged)} bytes instead of {KEY_BYTES}"):
        read_master_key(path)


def test_a_lost_master_key_is_named_and_no_new_one_takes_its_place_in_the_vault(path: Path) -> None:
    with opened(path) as vault:
        wanted = vault.kek
    path.unlink()

    with pytest.raises(WrongMasterKey, match=f"wrapped by master key {wanted}, which is not in master.key"):
        open_vault(SQLiteShelf(path.with_name("keys.db")), path)
    assert not path.exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_centre_whose_key_database_is_lost_does_not_start_with_an_empty_one(furnished_site: Site) -> None:
    for file in furnished_site.folder.glob("keys.db*"):
        file.unlink()

    with pytest.raises(KeysLost, match="the log holds facts but the key database holds no keys"):
        furnished_site.opened().__enter__()


def test_a_vault_has_a_key_from_the_first_start_on(path: Path) -> None:
    with opened(path):
        pass

    with closing(open_vault(SQLiteShelf(path.with_name("keys.db")), path, log_in_use=True)) as vault:
        assert vault.counts() == Counts(persons=0, named=1, destroyed=0)


def test_a_rotation_leaves_one_new_master_key_and_every_key_as_it_was(path: Path) -> None:
    with opened(path) as vault:
        old = read_master_key(path)
        key = vault.derived_for_writing(FATHER.id, "files")

        rotate_master_key(vault, path)

        assert vault.derived(FATHER.id, "files") == key
    assert read_master_key(path) != old
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in path.parent.iterdir()) == ["keys.db", "master.key"]
    with opened(path) as vault:
        assert vault.derived(FATHER.id, "files") == key


def test_rotations_in_several_processes_at_once_follow_one_another(path: Path) -> None:
    with opened(path) as first, opened(path) as second:
        key = first.derived_for_writing(FATHER.id, "files")

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(rotate_master_key, [first, second] * 5, [path] * 10))

    with opened(path) as vault:
        assert vault.derived(FATHER.id, "files") == key
    assert not path.with_name("master.key.next").exists()


def test_a_process_beside_one_that_crashed_in_a_rotation_finishes_that_and_rotates_by_itself(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as vault, opened(path) as beside:
        key = vault.derived_for_writing(FATHER.id, "files")
        with monkeypatch.context() as patch:
            arrange_crash(patch, "before the new key is in place")
            with pytest.raises(Crash):
                rotate_master_key(vault, path)
        cut_short = vault.kek

        rotate_master_key(beside, path)

        assert beside.kek != cut_short
        assert beside.derived(FATHER.id, "files") == vault.derived(FATHER.id, "files") == key


def test_a_key_that_lies_ready_is_the_one_that_is_rotated_to(path: Path) -> None:
    ready = b"r" * KEY_BYTES
    with opened(path) as vault:
        path.with_name("master.key.next").write_bytes(ready)

        rotate_master_key(vault, path)

        assert vault.kek == kek_id(ready)
    assert path.read_bytes() == ready


class Crash(BaseException):
    """Stands for the end of the process."""


CRASHES: dict[str, tuple[Any, str, str]] = {
    "before the new key is on disk": (master, "_make_master_key", "before"),
    "after the new key is on disk": (master, "_make_master_key", "after"),
    "within the rewrap": (keys, "_rewrapped", "second"),
    "before the rewrap": (SQLiteShelf, "rewrap", "before"),
    "after the rewrap": (SQLiteShelf, "rewrap", "after"),
    "before the old key's log is wiped": (SQLiteShelf, "_wipe", "before"),
    "before the new key is in place": (Path, "replace", "before"),
    "after the new key is in place": (Path, "replace", "after"),
}


@pytest.mark.parametrize("point", CRASHES)
def test_a_rotation_that_crashed_is_settled_at_the_next_start_and_can_be_done_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    with opened(path) as vault:
        made = [vault.derived_for_writing(person, "files") for person in (FATHER.id, STRANGER.id)]
        first = vault.kek
        with monkeypatch.context() as patch:
            arrange_crash(patch, point)
            with pytest.raises(Crash):
                rotate_master_key(vault, path)

    for _ in range(2):
        with opened(path) as vault:
            assert [vault.derived(person, "files") for person in (FATHER.id, STRANGER.id)] == made
    with opened(path) as vault:
        before = vault.kek
        rotate_master_key(vault, path)
        assert vault.kek not in {before, first}
    assert not path.with_name("master.key.next").exists()
    with opened(path) as vault:
        assert [vault.derived(person, "files") for person in (FATHER.id, STRANGER.id)] == made


def arrange_crash(patch: pytest.MonkeyPatch, point: str) -> None:
    """Let the process end there."""
    owner, name, when = CRASHES[point]
    real, calls = getattr(owner, name), count(1)

    def then_crash(*args: Any, **kwargs: Any) -> Any:
        if when == "second" and next(calls) == 1:
            return real(*args, **kwargs)
        if when == "after":
            real(*args, **kwargs)
        raise Crash

    patch.setattr(owner, name, then_crash)
