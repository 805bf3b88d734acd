"""Uploads on their way: what arrived counts, in order, across a restart, and is noise to a reader of the disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from store.staging import Staging, UploadIncomplete, UploadNotFound, UploadTooLong, WrongOffset

KEY = bytes(range(32))
EVENING = datetime(2026, 11, 23, 12, 40, tzinfo=UTC)
LEASE = UUID("01970000-0000-7000-8000-000000000001")
CARD = UUID("01970000-0000-7000-8000-000000000002")


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging(tmp_path, KEY)


def begin(staging: Staging, upload: UUID = LEASE, *, size: int = 100, now: datetime = EVENING) -> None:
    staging.create(upload, size=size, about={"type": "image/jpeg"}, now=now)


def test_pieces_of_any_length_make_the_whole(staging: Staging) -> None:
    content = bytes(range(256)) * 5
    begin(staging, size=len(content))

    offset = 0
    for length in (1, 15, 16, 17, 500, 731):
        offset = staging.append(LEASE, offset, content[offset : offset + length])

    assert offset == staging.offset(LEASE) == len(content)
    assert staging.content(LEASE) == content


def test_what_arrived_before_a_restart_counts(staging: Staging, tmp_path: Path) -> None:
    begin(staging)
    staging.append(LEASE, 0, b"a" * 60)

    restarted = Staging(tmp_path, KEY)

    assert restarted.offset(LEASE) == 60
    restarted.append(LEASE, 60, b"b" * 40)
    assert restarted.content(LEASE) == b"a" * 60 + b"b" * 40
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
        staging.content(LEASE)


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
        staging.content(LEASE)


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

    assert staging.expire(EVENING - timedelta(days=7)) == (LEASE,)
    assert [upload.id for upload in staging.all()] == [CARD]
