"""The command line as a whole: what it offers, and how it ends."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from bootstrap.places import ROOT
from tests.app.terminal import Home
from tests.app.terminal import home as home
from web.cli.program import doorstep, main

COMMANDS = [
    *("serve", "check", "rebuild", "erase", "keys", "log", "timers", "calendar", "catalogue", "handbook"),
    *("backup", "verify", "restore", "export", "rescue", "set-aside", "enrolment", "training"),
    *("access", "webhook"),
]


def test_help_names_every_command_and_every_option_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out

    assert [name for name in COMMANDS if f"  {name} " not in told] == []
    assert sorted(doorstep.commands) == sorted(COMMANDS)
    for command in doorstep.commands.values():
        options = [one for one in command.params if isinstance(one, click.Option) and not one.help]
        assert (command.name, options) == (command.name, [])
        assert all(
            f"{one.name}".upper() in str(command.help) for one in command.params if isinstance(one, click.Argument)
        )
        assert command.help


@pytest.mark.parametrize(
    "words",
    [[], ["chek"], ["check", "all"], ["check", "--dta", "x"], ["keys"], ["keys", "show"], ["rebuild", "--verfy"]],
)
def test_a_wrong_command_line_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(words)

    assert code == 2
    assert "Usage: doorstep" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["check"], ["rebuild"], ["keys", "status"], ["keys", "rotate"]])
def test_a_folder_without_a_centre_is_said_in_one_sentence_and_left_alone(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([*words, "--data", str(tmp_path)])

    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert said.err == f"There is no centre in {tmp_path}: name the folder that the service uses with --data.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_master_key_is_asked_for_and_not_made_anew(home: Home) -> None:
    with home.opened():
        pass
    key = home.data / "centre" / "master.key"
    key.unlink()

    said = home.types("check")

    assert said.code == 1
    assert said.err == f"There is no master.key in {key.parent}: bring it back from where it is kept.\n"
    assert not key.exists()


def test_another_centres_master_key_is_refused(home: Home) -> None:
    with home.opened():
        pass
    (home.data / "centre" / "master.key").write_bytes(bytes(32))

    said = home.types("keys", "status")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("The keys cannot be used: the key database is wrapped by master key ")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_file_that_is_no_log_is_refused(home: Home) -> None:
    with home.opened():
        pass
    for path in (home.data / "centre").glob("log.db*"):
        path.unlink()
    (home.data / "centre" / "log.db").write_bytes(b"SQLite format 2\0" * 64)

    said = home.types("keys", "status")

    assert (said.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1


def test_a_database_server_that_is_away_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "centre").mkdir()
    (tmp_path / "centre" / "master.key").write_bytes(bytes(32))
    monkeypatch.setenv("DOORSTEP_POSTGRES_HOST", str(tmp_path))

    code = main(["keys", "status", "--data", str(tmp_path)])

    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("The database cannot be used now: ")


def test_the_program_ends_with_the_commands_exit_code(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "web", "check", "--data", str(tmp_path)]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("There is no centre")


def test_run_means_a_folder_from_where_one_stands(tmp_path: Path) -> None:
    for words in (["--data", "here"], ["--data=here"]):
        command = [sys.executable, str(ROOT / "run"), "doorstep", "check", *words]

        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

        assert f"There is no centre in {tmp_path / 'here'}" in ended.stderr
