import stat
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from store.keys import KEY_BYTES, KeyVault, MasterKeyDamaged, derived_key, read_master_key
from tests.cast import FATHER, STRANGER

MASTER = b"m" * KEY_BYTES
NONCE = b"n" * 12


@pytest.fixture
def vault(tmp_path: Path) -> Generator[KeyVault]:
    opened = KeyVault(tmp_path / "keys.db", MASTER)
    yield opened
    opened.close()


def test_the_master_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "master.key"

    first = read_master_key(path)

    assert len(first) == KEY_BYTES
    assert read_master_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["master.key"]


def test_processes_that_start_together_agree_on_one_master_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(read_master_key, [tmp_path / "master.key"] * 64))

    assert len(keys) == 1


@pytest.mark.parametrize("damaged", [b"", b"short", b"x" * 33])
def test_a_damaged_master_key_stops_the_start_instead_of_becoming_the_key(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(damaged)

    with pytest.raises(MasterKeyDamaged, match=f"{len(damaged)} bytes instead of {KEY_BYTES}"):
        read_master_key(path)


def test_keys_for_different_purposes_differ_and_stay_the_same() -> None:
    assert derived_key(MASTER, "files") == derived_key(MASTER, "files")
    assert derived_key(MASTER, "files") != derived_key(MASTER, "cursors")


def test_each_person_has_a_key_of_their_own_that_survives_a_restart(vault: KeyVault, tmp_path: Path) -> None:
    box = vault.cipher_for_writing(FATHER.id).encrypt(NONCE, b"value", None)
    vault.cipher_for_writing(STRANGER.id)
    vault.flush()

    again = KeyVault(tmp_path / "keys.db", MASTER)
    father, stranger = again.cipher(FATHER.id), again.cipher(STRANGER.id)
    again.close()

    assert father is not None
    assert stranger is not None
    assert father.decrypt(NONCE, box, None) == b"value"
    with pytest.raises(InvalidTag):
        stranger.decrypt(NONCE, box, None)


def test_a_key_is_not_kept_before_the_flush_and_not_used_after_it_was_forgotten(
    vault: KeyVault, tmp_path: Path
) -> None:
    box = vault.cipher_for_writing(FATHER.id).encrypt(NONCE, b"value", None)
    vault.forget_unsaved()
    vault.flush()

    assert vault.cipher(FATHER.id) is None
    with pytest.raises(InvalidTag):
        vault.cipher_for_writing(FATHER.id).decrypt(NONCE, box, None)


def test_a_persons_key_is_wrapped_and_opens_under_the_right_master_key_only(vault: KeyVault, tmp_path: Path) -> None:
    vault.cipher_for_writing(FATHER.id)
    vault.flush()

    stolen = KeyVault(tmp_path / "keys.db", b"x" * KEY_BYTES)
    with pytest.raises(InvalidTag):
        stolen.cipher(FATHER.id)
    stolen.close()


def test_the_blind_index_is_the_same_for_the_same_value_and_tells_nothing_without_the_key(
    vault: KeyVault, tmp_path: Path
) -> None:
    other = KeyVault(tmp_path / "other.db", b"x" * KEY_BYTES)

    assert vault.keyed_hash("13800000001") == vault.keyed_hash("13800000001")
    assert vault.keyed_hash("13800000001") != vault.keyed_hash("13800000002")
    assert vault.keyed_hash("13800000001") != other.keyed_hash("13800000001")
    other.close()


def test_only_its_owner_may_read_the_vault(vault: KeyVault, tmp_path: Path) -> None:
    assert vault.cipher(FATHER.id) is None
    assert stat.S_IMODE((tmp_path / "keys.db").stat().st_mode) == 0o600
