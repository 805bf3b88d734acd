"""The command line as somebody at a terminal has it, on a centre of either engine."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from tests.cast import Clock
from tests.postgres import USER, Server
from tests.premises import Premises, Site
from web.cli.program import doorstep, main
from web.settings import read_settings


class Said(NamedTuple):
    """How a command ended, and what it said on the output and on the error output."""

    code: int
    out: str
    err: str


class Home:
    """A data folder, with the settings in the environment, and the terminal beside it."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing is there yet."""
        self.data = data
        self._capsys = capsys
        self._site = Site(data / "centre", read_settings(os.environ, {}).log_environment)

    @contextmanager
    def opened(self, name: str = "centre") -> Generator[Premises]:
        """The centre, furnished if it is new."""
        with self._site.opened(Clock(), name) as premises:
            yield premises

    def types(self, *words: str) -> Said:
        """Carry out `doorstep WORDS --data ...`."""
        self._capsys.readouterr()
        code = main([*words, "--data", str(self.data)])
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def answers(self, *words: str, answers: str) -> Said:
        """Carry the command out and type `answers` when it asks."""
        ended = CliRunner().invoke(doorstep, [*words, "--data", str(self.data)], input=answers)
        return Said(ended.exit_code, ended.stdout, ended.stderr)


@pytest.fixture(params=["sqlite", "postgres"])
def home(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Home]:
    """A home on each engine; for one alone: `parametrize("home", ["sqlite"], indirect=True)`."""
    if request.param == "sqlite":
        yield Home(tmp_path, capsys)
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as log, server.database() as keys:
        for name, value in (("HOST", str(server.folder)), ("USER", USER), ("DBNAME", log), ("KEYS_DBNAME", keys)):
            monkeypatch.setenv(f"DOORSTEP_POSTGRES_{name}", value)
        yield Home(tmp_path, capsys)
