"""`./run campaign`: the last line has the figures, and the exit code says whether the promise was kept."""

import sys
from pathlib import Path

import click
import pytest

from tests.campaigns import __main__ as program
from tests.campaigns.campaign import Broken, Run
from web.cli import progress as shown


@pytest.fixture(autouse=True)
def coins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign of tossing coins, and one whose promise is broken."""

    def toss(run: Run) -> str:
        with run.progress("coins") as told:
            told(run.count(100), 100)
        return f"{run.count(100)} coins, {run.chance('coins').getrandbits(16)} heads"

    def broken(run: Run) -> str:
        (run.folder / "left behind").touch()
        raise Broken("1 coin on its edge")

    monkeypatch.setattr(program, "CAMPAIGNS", {"coins": toss, "broken": broken})


def test_the_last_line_has_figures_and_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    code = program.main(["coins", "--share", "0.5", "--seed", "7"])

    said = capsys.readouterr()
    assert code == 0
    assert said.out.startswith("coins: 50 coins, ")
    assert "; seed 7, " in said.out
    assert said.err.splitlines()[0] == "coins: share 0.5, seed 7"


def test_a_seed_repeats_the_chance_and_without_one_it_is_another(capsys: pytest.CaptureFixture[str]) -> None:
    tossed: list[str] = []
    for words in (["--seed", "7"], ["--seed", "7"], []):
        program.main(["coins", *words])
        tossed.append(capsys.readouterr().out.partition(";")[0])

    assert tossed[0] == tossed[1] != tossed[2]


def test_a_broken_promise_ends_with_1_and_keeps_what_was_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(program, "OUT", tmp_path)
    monkeypatch.setattr(program, "ROOT", tmp_path)

    code = program.main(["broken", "--seed", "7"])

    assert code == 1
    assert capsys.readouterr().out == "broken: BROKEN, seed 7: 1 coin on its edge\n"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["left behind"]


@pytest.mark.parametrize("words", [["coin"], ["coins", "--share", "0"], ["coins", "--share", "2"], ["coins", "--seed"]])
def test_a_wrong_command_line_ends_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(words)

    assert ended.value.code == 2


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with shown.progress("reading") as told:
        told(1, 2)
        told(2, 2)

    drawn = click.unstyle(capsys.readouterr().err)
    assert "reading" in drawn
    assert "2/2" in drawn


def test_elsewhere_there_is_a_line_at_most_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with shown.progress("reading") as told:
        for done in range(1_000):
            told(done, 1_000)

    assert capsys.readouterr().err == "reading: 0 of 1,000\n"
