"""Files at rest: encrypted, addressed by what is on the disk, and refused when anything about them was changed."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from uuid import UUID

import pytest

from store.bucket import BucketPlaces
from store.drafts import Draft
from store.files import COVER_BYTES, FileDamaged, FileErased, FileNotStored, FilesAway, FileStore
from store.keys import KeyDestroyed
from store.places import FolderPlaces, Places, copy_places
from store.segments import PREAMBLE_BYTES, SEGMENT_BYTES, TAG_BYTES
from tests.objects import Storage, serving_objects
from tests.store.ring import Ring

BOX = SEGMENT_BYTES + TAG_BYTES
BODY = COVER_BYTES + PREAMBLE_BYTES
FATHER = UUID("01970000-0000-7000-8000-0000000000f1")
MOTHER = UUID("01970000-0000-7000-8000-0000000000f2")


@pytest.fixture
def keys() -> Ring:
    return Ring()


@pytest.fixture(params=["folder", "bucket"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Where the files are: a folder, or a bucket of S3-compatible storage."""
    if request.param == "folder":
        return FolderPlaces(tmp_path / "files")
    storage: Storage = request.getfixturevalue("storage")
    return BucketPlaces(storage.bucket(f"{tmp_path.name}/files"), tmp_path / "drafts")


@pytest.fixture
def files(places: Places, keys: Ring) -> FileStore:
    return FileStore(places, keys)


def name(address: str) -> str:
    return f"{address[:2]}/{address[2:]}"


def stored_bytes(places: Places, address: str) -> bytes:
    with places.open(name(address)) as stored:
        return stored.read()


def spoil(places: Places, address: str, boxed: bytes) -> None:
    with Draft(places.drafts) as draft:
        draft.write(boxed)
        places.put(draft, name(address))


def everything(places: Places) -> list[str]:
    return [one for one, _ in places.everything()]


@pytest.mark.parametrize(
    "size", [0, 1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 2 * SEGMENT_BYTES, 300_000]
)
def test_what_is_stored_comes_back(files: FileStore, size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]

    stored = files.put(content, person=FATHER)

    assert files.exists(stored.address)
    assert files.read(stored.address) == content
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), size)


def test_a_path_and_parts_are_stored_like_bytes(files: FileStore, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"lease" * 50_000)

    from_path = files.put(scan, person=FATHER)
    from_parts = files.put((b"lease" for _ in range(50_000)), person=FATHER)

    assert files.read(from_path.address) == files.read(from_parts.address) == scan.read_bytes()
    assert from_path.sha256 == from_parts.sha256


def test_the_disk_holds_ciphertext_named_by_its_own_hash(files: FileStore, places: Places) -> None:
    stored = files.put(b"identity card of Chen " * 100, person=FATHER)

    boxed = stored_bytes(places, stored.address)

    assert hashlib.sha256(boxed[COVER_BYTES:]).hexdigest() == stored.address
    assert b"identity card" not in boxed


def test_the_same_content_twice_does_not_show_on_the_disk(files: FileStore) -> None:
    first, second = files.put(b"same", person=FATHER), files.put(b"same", person=FATHER)

    assert first.address != second.address
    assert first.sha256 == second.sha256


def test_nothing_unfinished_stays_behind_when_the_source_fails(files: FileStore, places: Places) -> None:
    def torn() -> object:
        yield b"x" * 100_000
        raise OSError("the source is gone")

    with pytest.raises(OSError, match="the source is gone"):
        files.put(torn(), person=FATHER)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    assert everything(places) == []
    assert list(places.drafts.iterdir()) == []


@pytest.mark.parametrize("address", ["", "0" * 64, "../../etc/passwd", "A" * 64, "0" * 63 + "\n"])
def test_no_other_address_is_ever_looked_up(files: FileStore, address: str) -> None:
    assert not files.exists(address)
    with pytest.raises(FileNotStored):
        files.open(address)


@pytest.mark.parametrize("place", [0, 20, COVER_BYTES - 1, COVER_BYTES, BODY - 1, BODY, BODY + BOX - 1, BODY + BOX, -1])
def test_a_changed_byte_is_refused_before_anything_is_given(files: FileStore, places: Places, place: int) -> None:
    stored = files.put(bytes(2 * SEGMENT_BYTES + 10), person=FATHER)
    boxed = bytearray(stored_bytes(places, stored.address))
    boxed[place] ^= 1
    spoil(places, stored.address, bytes(boxed))

    with pytest.raises(FileDamaged):
        files.open(stored.address)


def at_its_own_address(places: Places, boxed: bytes) -> str:
    address = hashlib.sha256(boxed[COVER_BYTES:]).hexdigest()
    spoil(places, address, boxed)
    return address


def test_a_file_cut_short_is_refused_even_under_a_fitting_address(files: FileStore, places: Places) -> None:
    boxed = stored_bytes(places, files.put(bytes(2 * SEGMENT_BYTES + 10), person=FATHER).address)

    for length in (len(boxed) - 1, BODY + 2 * BOX, BODY + BOX, BODY, BODY - 1, COVER_BYTES, COVER_BYTES - 1, 0):
        with pytest.raises(FileDamaged):
            files.read(at_its_own_address(places, boxed[:length]))


def test_segments_in_another_order_or_lengthened_are_refused(files: FileStore, places: Places) -> None:
    boxed = stored_bytes(places, files.put(bytes(2 * SEGMENT_BYTES + 10), person=FATHER).address)
    head, first, second = boxed[:BODY], boxed[BODY:][:BOX], boxed[BODY + BOX :][:BOX]

    for forged in (head + second + first + boxed[BODY + 2 * BOX :], boxed + b"more", boxed + first):
        with pytest.raises(FileDamaged):
            files.read(at_its_own_address(places, forged))


def test_the_key_of_another_opens_nothing(files: FileStore, places: Places) -> None:
    stored, other = files.put(b"lease", person=FATHER), files.put(b"other", person=MOTHER)
    boxed, others = stored_bytes(places, stored.address), stored_bytes(places, other.address)

    spoil(places, stored.address, others[:COVER_BYTES] + boxed[COVER_BYTES:])

    with pytest.raises(FileDamaged):
        files.read(stored.address)


def test_a_file_says_to_whom_it_belongs(files: FileStore) -> None:
    stored = files.put(b"lease", person=FATHER)

    assert files.owner(stored.address) == FATHER
    assert files.of(FATHER) == [stored.address]
    assert files.of(MOTHER) == []


def test_a_file_whose_key_is_gone_says_that_it_was_erased(files: FileStore, keys: Ring) -> None:
    stored = files.put(b"lease", person=FATHER)

    keys.destroy(FATHER)

    with pytest.raises(FileErased):
        files.open(stored.address)
    with pytest.raises(FileErased):
        files.hand_over(stored.address, to=MOTHER)


def test_nothing_new_is_kept_for_an_erased_person(files: FileStore, keys: Ring, places: Places) -> None:
    keys.destroy(FATHER)

    with pytest.raises(KeyDestroyed):
        files.put(b"lease", person=FATHER)

    assert everything(places) == []
    assert list(places.drafts.iterdir()) == []


def test_a_file_that_is_handed_over_keeps_its_address_and_depends_on_the_new_key_only(
    files: FileStore, keys: Ring
) -> None:
    content = bytes(range(256)) * 1_000
    stored = files.put(content, person=FATHER)

    files.hand_over(stored.address, to=MOTHER)
    files.hand_over(stored.address, to=MOTHER)
    keys.destroy(FATHER)
    files.erase(FATHER)

    assert files.read(stored.address) == content
    assert (files.of(FATHER), files.of(MOTHER)) == ([], [stored.address])
    keys.destroy(MOTHER)
    with pytest.raises(FileErased):
        files.read(stored.address)


def test_erasing_a_person_removes_their_files_and_nobody_elses(files: FileStore, places: Places) -> None:
    theirs = [files.put(bytes([n]) * 70_000, person=FATHER).address for n in range(3)]
    other = files.put(b"other", person=MOTHER).address

    assert files.erase(FATHER) == sorted(theirs)
    assert files.erase(FATHER) == []

    assert [files.exists(address) for address in theirs] == [False] * 3
    assert files.read(other) == b"other"
    assert sorted(everything(places)) == sorted([name(other), f"of/{MOTHER.hex}/{other}"])


def test_a_hand_over_cut_short_loses_the_file_with_neither_person(
    files: FileStore, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = files.put(b"first", person=FATHER).address, files.put(b"second", person=FATHER).address

    def cut(_: Draft, __: str) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(places, "put", cut)
        with pytest.raises(OSError, match="the power went"):
            files.hand_over(first, to=MOTHER)
    assert files.erase(MOTHER) == []
    assert files.read(first) == b"first"

    files.hand_over(second, to=MOTHER)
    assert files.erase(FATHER) == [first]
    assert files.read(second) == b"second"


def test_all_files_are_named_once(files: FileStore) -> None:
    kept = {files.put(bytes([n]), person=FATHER).address for n in range(5)}

    assert {address for address, _ in files.addresses()} == kept
    files.remove(min(kept))
    files.remove(min(kept))
    assert {address for address, _ in files.addresses()} == kept - {min(kept)} == set(files.of(FATHER))


def test_only_old_drafts_are_swept(files: FileStore, places: Places) -> None:
    drafts = places.drafts
    old, young = drafts / "old", drafts / "young"
    old.touch()
    young.touch()
    os.utime(old, (1_000, 1_000))
    os.utime(young, (3_000, 3_000))

    assert files.sweep_drafts(2_000) == 1
    assert list(drafts.iterdir()) == [young]


def test_a_folder_shows_what_is_kept_to_its_owner_only(tmp_path: Path, keys: Ring) -> None:
    stored = FileStore(FolderPlaces(tmp_path / "files"), keys).put(b"lease", person=FATHER)

    assert stat.S_IMODE((tmp_path / "files" / name(stored.address)).stat().st_mode) == 0o600


def test_what_is_copied_is_read_and_erased_there_like_here(
    files: FileStore, places: Places, keys: Ring, tmp_path: Path
) -> None:
    stored = files.put(b"lease" * 50_000, person=FATHER)
    copy = FolderPlaces(tmp_path / "copy")

    assert copy_places(places, copy) == 1

    copied = FileStore(copy, keys)
    assert copied.read(stored.address) == b"lease" * 50_000
    assert copied.erase(FATHER) == [stored.address]
    assert (everything(copy), files.exists(stored.address)) == ([], True)


def test_storage_that_is_away_or_has_no_such_bucket_says_so(tmp_path: Path, keys: Ring, storage: Storage) -> None:
    with serving_objects(tmp_path / "storage") as away:
        files = FileStore(BucketPlaces(away.bucket("files"), tmp_path / "drafts"), keys)
        kept = files.put(b"lease", person=FATHER)

    for asked in (
        lambda: files.put(b"lease", person=FATHER),
        lambda: files.read(kept.address),
        lambda: files.of(FATHER),
    ):
        with pytest.raises(FilesAway):
            asked()
    with pytest.raises(FilesAway, match="no bucket"):
        BucketPlaces(storage.bucket("files", name="elsewhere"), tmp_path / "drafts")
    assert list((tmp_path / "drafts").iterdir()) == []
