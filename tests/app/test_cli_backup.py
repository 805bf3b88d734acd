"""`doorstep backup`, `verify`, `restore` and `export`, on a centre of either engine."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from store.files import FileStore
from store.places import FolderPlaces
from tests.app.terminal import Home, Said
from tests.app.terminal import home as home
from tests.cast import CASE, FATHER
from web.cli.program import main
from web.operating import backups


@pytest.fixture
def furnished(home: Home) -> Home:
    """A centre with a case and a file."""
    with home.opened() as premises:
        premises.receive()
        vault = premises.centre.vault
        FileStore(FolderPlaces(premises.centre.folder / "files"), vault).put(b"a photograph", person=FATHER.id)
    return home


def typed(capsys: pytest.CaptureFixture[str], *words: object) -> Said:
    """A command that has no data folder."""
    capsys.readouterr()
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return Said(code, said.out, said.err)


@pytest.fixture
def in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Home:
    """Another home, on SQLite, whatever the engine of the first."""
    for name in [name for name in os.environ if name.startswith("DOORSTEP_POSTGRES_")]:
        monkeypatch.delenv(name)
    return Home(tmp_path / "there", capsys)


def test_a_backup_is_taken_looked_at_and_brought_back_elsewhere(
    furnished: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    backup = tmp_path / "backup"
    took = furnished.types("backup", str(backup))
    assert took.code == 0, took.err
    assert "keep master.key elsewhere" in took.out
    noted = backups.last(furnished.data)
    assert noted is not None
    assert f"Events: {noted.events:,};" in took.out
    looked = typed(capsys, "verify", backup)
    assert (looked.code, looked.out.startswith("In order: ")) == (0, True)

    there: Home = request.getfixturevalue("in_files")
    key = furnished.data / "centre" / "master.key"
    back = there.types("restore", str(backup), "--master-key", str(key), "--same-log")

    assert back.code == 0, back.err
    assert there.types("check").code == 0
    with there.opened() as premises:
        assert premises.centre.case(CASE).is_filed


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_backup_is_good_where_no_note_of_it_can_be_kept(furnished: Home, tmp_path: Path) -> None:
    (furnished.data / backups.NOTE).mkdir()

    took = furnished.types("backup", str(tmp_path / "backup"))

    assert (took.code, (tmp_path / "backup" / "backup.json").is_file()) == (0, True)
    assert "The backup is whole, but" in took.err


def test_a_log_that_was_restored_says_so_and_is_sound(
    furnished: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    furnished.types("backup", str(tmp_path / "backup"))
    there: Home = request.getfixturevalue("in_files")
    key = furnished.data / "centre" / "master.key"

    back = there.types("restore", str(tmp_path / "backup"), "--master-key", str(key))

    assert back.code == 0, back.err
    with there.opened(name="there") as premises:
        premises.receive(case=uuid4())
    assert there.types("check").code == 0
    assert there.types("export", str(tmp_path / "export")).code == 0
    checked = verified(tmp_path / "export")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.endswith("It was restored from a backup.\n")


def test_an_export_is_checked_with_nothing_of_doorstep(furnished: Home, tmp_path: Path) -> None:
    said = furnished.types("export", str(tmp_path / "export"))

    assert said.code == 0, said.err
    assert sorted(path.name for path in (tmp_path / "export").iterdir()) == [
        "checkpoint", "events.jsonl", "key", "verify.py",
    ]  # fmt: skip
    assert verified(tmp_path / "export").stdout.startswith("In order: these are the ")
    events = tmp_path / "export" / "events.jsonl"
    events.write_text(events.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    assert verified(tmp_path / "export").returncode == 1


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    key = (folder / "key").read_text(encoding="utf-8").strip()
    return subprocess.run(
        [sys.executable, "-I", folder / "verify.py", "export", folder, "--key", key],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_nothing_is_written_over(furnished: Home, tmp_path: Path) -> None:
    for command in ("backup", "export"):
        said = furnished.types(command, str(tmp_path))
        assert (said.code, said.out) == (1, "")
        assert "name a new folder" in said.err


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_in_a_sentence(
    furnished: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        typed(capsys, "verify", tmp_path).err
        == f"There is no backup.json in {tmp_path}: name the folder of a backup.\n"
    )
    furnished.types("backup", str(tmp_path / "backup"))
    key = furnished.data / "centre" / "master.key"
    over = furnished.types("restore", str(tmp_path / "backup"), "--master-key", str(key))
    assert over.code == 1
    assert "a backup is restored to an empty place" in over.err
    without = furnished.types("restore", str(tmp_path / "backup"), "--master-key", str(tmp_path / "none"))
    assert "There is no master key at" in without.err
