"""A centre whose files are in a bucket: served, backed up, moved, and honest when the storage is away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.files import FilesAway, FileStore
from tests.app.standing import Service, centre_open, file_lease, serving
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import FATHER
from tests.objects import ACCOUNT, NAME, Storage, serving_objects
from web.cli.serve import make_demo
from web.kept import kept_by
from web.settings import Settings, read_settings
from web.starting import CannotStart


def in_bucket(storage: Storage, prefix: str) -> dict[str, str]:
    """The settings for a part of the storage's bucket."""
    return {
        "s3_endpoint": storage.endpoint,
        "s3_bucket": NAME,
        "s3_prefix": prefix,
        "s3_access_key": ACCOUNT[0],
        "s3_secret_key": ACCOUNT[1],
    }


@pytest.fixture
def service(tmp_path: Path, storage: Storage) -> Iterator[Service]:
    with centre_open(tmp_path, **in_bucket(storage, f"{tmp_path.name}/one")) as opened:
        yield opened


async def test_photographs_in_a_bucket_are_served_and_none_lies_in_the_folder(service: Service) -> None:
    async with serving(service):
        case, files = file_lease(service)
        service.caught_up()
        resident = await service.resident()

        got = await resident.get(f"/api/cases/{case}/files/{files[0].id}")

    assert (got.status_code, len(got.content)) == (200, files[0].size)
    kept = [
        path for path in (service.centre.folder / "files").rglob("*") if path.is_file() and path.name != "handed-over"
    ]
    assert kept == []


async def test_what_cannot_be_fetched_now_is_said_in_words_and_may_be_asked_again(tmp_path: Path) -> None:
    with (
        serving_objects(tmp_path / "storage") as storage,
        centre_open(tmp_path, **in_bucket(storage, "one")) as service,
    ):
        async with serving(service):
            case, files = file_lease(service)
            service.caught_up()
            resident = await service.resident()
            auditor = await service.staff("guwen")
            storage.stop()

            page = await resident.get(f"/api/cases/{case}/files/{files[0].id}")
            taken = await auditor.get(f"/api/cases/{case}/export.zip")

    for got in (page, taken):
        assert (got.status_code, got.json()["code"], got.headers["retry-after"]) == (503, "files-away", "5")


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_centre_moves_from_a_folder_into_a_bucket_and_on_into_another(
    home: Home,
    storage: Storage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with home.opened() as premises:
        premises.receive()
        files = FileStore(kept_by(Settings(data=home.data)).files, premises.centre.vault)
        address = files.put(b"a photograph", person=FATHER.id).address
    key = home.data / "centre" / "master.key"
    assert home.types("backup", str(tmp_path / "from-folder")).code == 0

    for before, after in (("from-folder", "one"), ("from-bucket", "two")):
        there = Home(tmp_path / after, capsys)
        for name, value in in_bucket(storage, f"{tmp_path.name}/{after}").items():
            monkeypatch.setenv(f"DOORSTEP_{name.upper()}", value)
        back = there.types("restore", str(tmp_path / before), "--master-key", str(key), "--same-log")
        assert back.code == 0, back.err
        with there.opened() as premises:
            moved = FileStore(kept_by(read_settings(os.environ, {"data": there.data})).files, premises.centre.vault)
            assert moved.read(address) == b"a photograph"
            assert moved.of(FATHER.id) == [address]
        if after == "one":
            assert there.types("backup", str(tmp_path / "from-bucket")).code == 0


def test_a_bucket_that_is_not_there_is_said_before_anything_begins(tmp_path: Path, storage: Storage) -> None:
    settings = read_settings({}, {"data": tmp_path, **in_bucket(storage, "one"), "s3_bucket": "elsewhere"})

    with pytest.raises(FilesAway, match="There is no bucket elsewhere"):
        make_demo(settings)
    assert not settings.centre_folder.exists()


def test_two_centres_do_not_keep_their_files_in_one_place(tmp_path: Path, storage: Storage) -> None:
    bucket = in_bucket(storage, f"{tmp_path.name}/shared")
    for _ in range(2):  # a restart is no other centre
        with centre_open(tmp_path / "one", **bucket):
            pass

    with pytest.raises(CannotStart, match="prefix of its own"), centre_open(tmp_path / "two", **bucket):
        pass
    with centre_open(tmp_path / "two", **in_bucket(storage, f"{tmp_path.name}/own")):
        pass
