"""What ./run says when it cannot go on, and how it knows what is left to be made."""

import os
import subprocess
import sys

import pytest

from bootstrap import stamps, terminal
from bootstrap.places import PICTURES, ROOT
from bootstrap.terminal import Trouble, run_or_stop


def run_script(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "run"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [["serv"], ["check", "all"], ["--prot", "9000"], ["clean", "--all"]])
def test_words_that_run_does_not_know_are_refused(words: list[str]) -> None:
    ended = run_script(*words)

    assert ended.returncode in (1, 2)
    assert "Traceback" not in ended.stderr
    assert words[-1] in ended.stderr


def test_help_names_every_command() -> None:
    told = run_script("--help").stdout

    words = ("build", "test", "check", "bench", "cluster", "docs", "clean", "doorstep")
    assert [word for word in words if f"./run {word}" not in told] == []


def test_a_program_that_fails_shows_its_last_lines() -> None:
    script = "print('first'); print('the reason'); raise SystemExit(3)"

    with pytest.raises(Trouble, match="Mend it") as caught:
        run_or_stop([sys.executable, "-c", script], otherwise="Mend it.")

    assert list(caught.value.tail) == ["first", "the reason"]


@pytest.mark.parametrize(
    "line", ["NewConnectionError('<...>: Failed to establish a new connection')", "npm error code ENOTFOUND"]
)
def test_a_missing_network_is_told_from_other_failures(line: str) -> None:
    with pytest.raises(Trouble, match="network did not answer"):
        run_or_stop([sys.executable, "-c", f"print({line!r}); raise SystemExit(1)"], otherwise="Mend it.")


def test_a_long_program_gives_signs_of_life(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "HEARTBEAT_SECONDS", 0.05)

    outcome = terminal.run([sys.executable, "-uc", "import time; print('half done'); time.sleep(3)"])

    assert outcome.code == 0
    assert "still working: half done" in capsys.readouterr().out


def test_a_stamp_follows_content_and_not_dates() -> None:
    file = PICTURES / "stamped" / "source.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("one")
    before = stamps.digest([file.parent])

    os.utime(file, (0, 0))
    touched = stamps.digest([file.parent])
    file.write_text("two")

    assert touched == before
    assert stamps.digest([file.parent]) != before
