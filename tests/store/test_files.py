"""Files at rest: encrypted, addressed by what is on the disk, and refused when anything about them was changed."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from store.files import HEADER_BYTES, SEGMENT_BYTES, TAG_BYTES, FileDamaged, FileNotStored, FileStore

KEY = bytes(range(32))
BOX = SEGMENT_BYTES + TAG_BYTES


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", KEY)


def on_disk(tmp_path: Path, address: str) -> Path:
    return tmp_path / "files" / address[:2] / address[2:]


@pytest.mark.parametrize(
    "size", [0, 1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 2 * SEGMENT_BYTES, 300_000]
)
def test_what_is_stored_comes_back(files: FileStore, size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]

    stored = files.put(content)

    assert files.exists(stored.address)
    assert files.read(stored.address) == content
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), size)


def test_a_path_and_parts_are_stored_like_bytes(files: FileStore, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"lease" * 50_000)

    from_path = files.put(scan)
    from_parts = files.put(b"lease" for _ in range(50_000))

    assert files.read(from_path.address) == files.read(from_parts.address) == scan.read_bytes()
    assert from_path.sha256 == from_parts.sha256


def test_the_disk_holds_ciphertext_named_by_its_own_hash(files: FileStore, tmp_path: Path) -> None:
    stored = files.put(b"identity card of Chen " * 100)

    boxed = on_disk(tmp_path, stored.address).read_bytes()

    assert hashlib.sha256(boxed).hexdigest() == stored.address
    assert b"identity card" not in boxed
    assert stat.S_IMODE(on_disk(tmp_path, stored.address).stat().st_mode) == 0o600


def test_the_same_content_twice_does_not_show_on_the_disk(files: FileStore) -> None:
    first, second = files.put(b"same"), files.put(b"same")

    assert first.address != second.address
    assert first.sha256 == second.sha256


def test_nothing_unfinished_stays_behind_when_the_source_fails(files: FileStore, tmp_path: Path) -> None:
    def torn() -> object:
        yield b"x" * 100_000
        raise OSError("the source is gone")

    with pytest.raises(OSError, match="the source is gone"):
        files.put(torn())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("address", ["", "0" * 64, "../../etc/passwd", "A" * 64, "0" * 63 + "\n"])
def test_no_other_address_is_ever_looked_up(files: FileStore, address: str) -> None:
    assert not files.exists(address)
    with pytest.raises(FileNotStored):
        files.open(address)


@pytest.mark.parametrize("place", [0, 4, HEADER_BYTES, HEADER_BYTES + BOX - 1, HEADER_BYTES + BOX, -1])
def test_a_changed_byte_is_refused_before_anything_is_given(files: FileStore, tmp_path: Path, place: int) -> None:
    stored = files.put(bytes(2 * SEGMENT_BYTES + 10))
    boxed = bytearray(on_disk(tmp_path, stored.address).read_bytes())
    boxed[place] ^= 1
    on_disk(tmp_path, stored.address).write_bytes(boxed)

    with pytest.raises(FileDamaged):
        files.open(stored.address)


def at_its_own_address(tmp_path: Path, boxed: bytes) -> str:
    address = hashlib.sha256(boxed).hexdigest()
    path = on_disk(tmp_path, address)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(boxed)
    return address


def test_a_file_cut_short_is_refused_even_under_a_fitting_address(files: FileStore, tmp_path: Path) -> None:
    boxed = on_disk(tmp_path, files.put(bytes(2 * SEGMENT_BYTES + 10)).address).read_bytes()

    for length in (len(boxed) - 1, HEADER_BYTES + 2 * BOX, HEADER_BYTES + BOX, HEADER_BYTES, HEADER_BYTES - 1, 0):
        with pytest.raises(FileDamaged):
            files.read(at_its_own_address(tmp_path, boxed[:length]))


def test_segments_in_another_order_or_lengthened_are_refused(files: FileStore, tmp_path: Path) -> None:
    boxed = on_disk(tmp_path, files.put(bytes(2 * SEGMENT_BYTES + 10)).address).read_bytes()
    header, first, second = boxed[:HEADER_BYTES], boxed[HEADER_BYTES:][:BOX], boxed[HEADER_BYTES + BOX :][:BOX]

    for forged in (header + second + first + boxed[HEADER_BYTES + 2 * BOX :], boxed + b"more", boxed + first):
        with pytest.raises(FileDamaged):
            files.read(at_its_own_address(tmp_path, forged))


def test_another_master_key_opens_nothing(files: FileStore, tmp_path: Path) -> None:
    stored = files.put(b"lease")

    with pytest.raises(FileDamaged):
        FileStore(tmp_path / "files", bytes(32)).read(stored.address)


def test_a_short_master_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes, not 5"):
        FileStore(tmp_path, b"short")
