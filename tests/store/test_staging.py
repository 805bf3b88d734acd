"""Uploads on their way: what arrived counts, in order, across a restart, and is noise to a reader of the disk."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from store.files import FileErased
from store.keys import KeyDestroyed
from store.staging import EXPIRED, Staging, UploadIncomplete, UploadNotFound, UploadTooLong, WrongOffset
from tests.store.ring import Ring

EVENING = datetime(2026, 11, 23, 12, 40, tzinfo=UTC)
LEASE = UUID("01970000-0000-7000-8000-000000000001")
CARD = UUID("01970000-0000-7000-8000-000000000002")
FATHER = UUID("01970000-0000-7000-8000-0000000000f1")
STRANGER = UUID("01970000-0000-7000-8000-0000000000f2")


@pytest.fixture
def keys() -> Ring:
    return Ring()


@pytest.fixture
def staging(tmp_path: Path, keys: Ring) -> Staging:
    return Staging(tmp_path, keys)


def begin(
    staging: Staging, upload: UUID = LEASE, *, by: UUID = FATHER, size: int = 100, now: datetime = EVENING
) -> None:
    staging.create(upload, by=by, size=size, about={"type": "image/jpeg"}, now=now)


def expire(staging: Staging) -> tuple[UUID, ...]:
    return staging.expire(EVENING - timedelta(days=7), forget=EVENING - timedelta(days=37))


def whole(staging: Staging, upload: UUID) -> bytes:
    with staging.open(upload) as content:
        return content.read()


def test_pieces_of_any_length_make_the_whole(staging: Staging) -> None:
    content = bytes(range(256)) * 5
    begin(staging, size=len(content))

    offset = 0
    for length in (1, 15, 16, 17, 500, 731):
        offset = staging.append(LEASE, offset, content[offset : offset + length])

    assert offset == staging.offset(LEASE) == len(content)
    assert whole(staging, LEASE) == content


def test_two_processes_never_append_at_one_place(tmp_path: Path, keys: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    service, beside = Staging(tmp_path, keys), Staging(tmp_path, keys)
    begin(service)
    refused: list[int] = []

    def comes_second() -> None:
        with pytest.raises(WrongOffset) as wrong:
            beside.append(LEASE, 0, b"b" * 60)
        refused.append(wrong.value.offset)

    other = threading.Thread(target=comes_second)
    offset = Staging.offset

    def meanwhile(self: Staging, upload: UUID) -> int:
        known = offset(self, upload)
        if self is service:
            other.start()
            other.join(0.2)
        return known

    monkeypatch.setattr(Staging, "offset", meanwhile)
    service.append(LEASE, 0, b"a" * 60)
    other.join()
    monkeypatch.undo()

    assert (service.offset(LEASE), refused) == (60, [60])
    service.append(LEASE, 60, b"a" * 40)
    assert whole(service, LEASE) == b"a" * 100


def test_what_arrived_before_a_restart_counts(staging: Staging, tmp_path: Path, keys: Ring) -> None:
    begin(staging)
    staging.append(LEASE, 0, b"a" * 60)

    restarted = Staging(tmp_path, keys)

    assert restarted.offset(LEASE) == 60
    restarted.append(LEASE, 60, b"b" * 40)
    assert whole(restarted, LEASE) == b"a" * 60 + b"b" * 40
    assert [upload.about for upload in restarted.all()] == [{"type": "image/jpeg"}]


def test_a_piece_that_begins_elsewhere_changes_nothing(staging: Staging) -> None:
    begin(staging)
    staging.append(LEASE, 0, b"a" * 60)

    for offset in (0, 59, 61):
        with pytest.raises(WrongOffset) as wrong:
            staging.append(LEASE, offset, b"b")
        assert wrong.value.offset == 60


def test_a_piece_beyond_the_announced_size_is_not_kept(staging: Staging) -> None:
    begin(staging)

    with pytest.raises(UploadTooLong):
        staging.append(LEASE, 0, b"a" * 101)

    assert staging.offset(LEASE) == 0


def test_an_incomplete_upload_has_no_content(staging: Staging) -> None:
    begin(staging)

    with pytest.raises(UploadIncomplete):
        staging.open(LEASE)


def test_announcing_twice_keeps_what_has_arrived(staging: Staging) -> None:
    begin(staging)
    staging.append(LEASE, 0, b"a" * 60)

    begin(staging, size=100)

    assert staging.offset(LEASE) == 60


def test_the_disk_does_not_show_the_content(staging: Staging, tmp_path: Path) -> None:
    begin(staging)
    staging.append(LEASE, 0, b"a" * 100)

    assert b"aaaa" not in (tmp_path / f"{LEASE}.part").read_bytes()


def test_a_released_upload_still_says_that_all_of_it_arrived(staging: Staging) -> None:
    begin(staging)
    staging.append(LEASE, 0, b"a" * 100)

    staging.note(LEASE, {"verdict": "stored"})
    staging.release(LEASE)

    assert staging.offset(LEASE) == 100
    assert staging.find(LEASE).notes == {"verdict": "stored"}
    with pytest.raises(UploadNotFound):
        staging.open(LEASE)


def test_a_discarded_upload_is_unknown(staging: Staging) -> None:
    begin(staging)

    staging.discard(LEASE)

    with pytest.raises(UploadNotFound):
        staging.offset(LEASE)
    with pytest.raises(UploadNotFound):
        staging.append(LEASE, 0, b"a")


def test_only_old_uploads_expire(staging: Staging) -> None:
    begin(staging, LEASE, now=EVENING - timedelta(days=8))
    begin(staging, CARD, now=EVENING)

    assert expire(staging) == (LEASE,)
    assert staging.offset(CARD) == 0
    assert staging.find(CARD).notes == {}


def test_an_expired_upload_is_remembered_without_its_bytes_and_forgotten_later(
    staging: Staging, tmp_path: Path
) -> None:
    begin(staging, LEASE, now=EVENING - timedelta(days=8))
    staging.append(LEASE, 0, b"a" * 60)

    expire(staging)

    assert EXPIRED in staging.find(LEASE).notes
    assert not (tmp_path / f"{LEASE}.part").exists()
    staging.expire(EVENING, forget=EVENING - timedelta(days=7))
    assert list(staging.all()) == []


def test_an_upload_that_came_to_its_end_is_forgotten_whole(staging: Staging) -> None:
    begin(staging, LEASE, now=EVENING - timedelta(days=8))
    staging.note(LEASE, {"reported": "applied"})

    assert expire(staging) == (LEASE,)
    assert list(staging.all()) == []


def test_the_whole_can_be_read_from_anywhere(staging: Staging) -> None:
    content = bytes(range(256)) * 4000
    begin(staging, size=len(content))
    staging.append(LEASE, 0, content)

    with staging.open(LEASE) as opened:
        for start, length in ((7, 5), (700_001, 300_000), (0, 16), (len(content) - 3, 10)):
            opened.seek(start)
            assert opened.read(length) == content[start : start + length]


def test_pieces_die_with_the_key_of_whoever_uploads(staging: Staging, keys: Ring) -> None:
    begin(staging)
    staging.append(LEASE, 0, b"a" * 100)

    keys.destroy(FATHER)

    with pytest.raises(FileErased):
        staging.open(LEASE)
    with pytest.raises(KeyDestroyed):
        begin(staging, CARD)


def test_erasing_a_person_forgets_their_uploads_and_nobody_elses(staging: Staging, tmp_path: Path) -> None:
    begin(staging, LEASE, by=FATHER)
    begin(staging, CARD, by=STRANGER)
    staging.append(CARD, 0, b"b" * 100)

    assert staging.erase({FATHER}) == (LEASE,)
    assert staging.erase({FATHER}) == ()
    assert whole(staging, CARD) == b"b" * 100
    assert [path.stem for path in tmp_path.iterdir()] == [str(CARD)] * 2
