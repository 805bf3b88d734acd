"""The service's own log says what is the matter, and quotes nobody."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from store.files import FilesAway
from store.log import LogUnavailable
from tests.app.standing import centre_open
from tests.cast import Clock
from web.app import create_app
from web.cli.program import main
from web.edge import Edge
from web.logs import Journal

NAME = "陈志远"


@pytest.fixture
def journal(tmp_path: Path) -> Generator[Path]:
    """The file of a journal that takes up what this program and a library say."""
    with closing(Journal(tmp_path / "journal", clock=Clock())) as opened:
        for name in ("doorstep.a test", "a library"):
            opened.adopt(name)
        yield tmp_path / "journal"


def fail(logger: logging.Logger) -> None:
    try:
        raise ValueError(NAME)
    except ValueError:
        logger.exception("the fact at %s cannot be read", 7)


def test_what_the_program_says_for_itself_is_written_with_its_reason(journal: Path) -> None:
    logging.getLogger("doorstep.a test").error("the log cannot be written: %s: %s", "full", "disk is full")

    assert '"text":"the log cannot be written: full: disk is full"' in journal.read_text()


def test_what_a_library_quotes_is_left_out(journal: Path) -> None:
    logging.getLogger("a library").warning("cannot open %s", NAME)

    assert '"text":"cannot open %s"' in journal.read_text()


@pytest.mark.parametrize("name", ["doorstep.a test", "a library"])
def test_the_message_of_an_error_is_not_in_the_journal(journal: Path, name: str) -> None:
    fail(logging.getLogger(name))

    assert '"kind":"ValueError"' in journal.read_text()
    assert NAME not in journal.read_text()


def test_the_message_of_an_error_is_not_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    logger = logging.getLogger("doorstep of another test")
    logger.propagate = False  # no handler of the test runner: this is how the command line runs
    fail(logger)

    said = capsys.readouterr().err
    assert said.startswith("the fact at 7 cannot be read\nValueError\ntest_logs.py:")
    assert NAME not in said


@pytest.mark.parametrize(
    ("trouble", "event"),
    [
        (LogUnavailable("gone", "no connection"), "waiting"),
        (FilesAway("no answer"), "waiting"),
        (KeyError(NAME), "fault"),
    ],
)
async def test_a_follower_that_waits_for_the_log_or_the_files_is_no_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception, event: str
) -> None:
    again = asyncio.Event()
    turns = iter([trouble])

    async def follow(_: Edge) -> None:
        for one in turns:
            raise one
        again.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("web.app.RESTART_SECONDS", 0)
    with centre_open(tmp_path) as service:
        app = create_app(service.edge, followers=(follow,))
        async with app.router.lifespan_context(app):
            await again.wait()
        (line,) = [line for line in service.edge.settings.journal.read_text().splitlines() if '"follower"' in line]

    assert f'"event":"{event}"' in line
    assert NAME not in line
