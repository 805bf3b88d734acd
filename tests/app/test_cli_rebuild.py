"""`doorstep rebuild`: read models from the log alone, and where the ones in use differ."""

import sqlite3
from contextlib import closing

import pytest

from domain.case.commands import AddNote
from projections.follower import catch_up
from projections.generations import current
from projections.runner import Runner
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import ZHOU


def followed(home: Home) -> None:
    """A centre with a case, and read models at its head."""
    with home.opened() as premises:
        premises.receive()
        (home.data / "views").mkdir()
        catch_up(premises.centre, home.data / "views")


def test_read_models_that_followed_the_log_are_what_a_rebuild_gives(home: Home) -> None:
    followed(home)

    said = home.types("rebuild", "--verify")

    assert (said.code, said.out) == (0, "The read models are what a rebuild gives.\n")


def test_a_changed_read_model_is_named_without_its_values_and_rebuilt(home: Home) -> None:
    followed(home)
    newest = current(home.data / "views")
    assert newest is not None
    with closing(sqlite3.connect(newest.path)) as views:
        views.execute("UPDATE views SET view = (SELECT body FROM lookups)")
        views.execute("DELETE FROM rows WHERE rowid = (SELECT MIN(rowid) FROM rows)")
        views.commit()

    differing = home.types("rebuild", "--verify")
    rebuilt = home.types("rebuild")
    again = home.types("rebuild", "--verify")

    assert differing.code == 1
    assert "is missing" in differing.out
    assert "differs in view" in differing.out
    assert "陈志远" not in differing.out
    assert (rebuilt.code, again.code) == (0, 0)


def test_without_read_models_there_is_nothing_to_compare(home: Home) -> None:
    with home.opened():
        pass

    said = home.types("rebuild", "--verify")

    assert said.code == 1
    assert said.err.splitlines()[-1] == "There are no read models yet: make them without --verify."


def test_a_service_follows_on_while_its_read_models_are_rebuilt(home: Home) -> None:
    followed(home)
    with home.opened(name="service") as premises:
        runner = Runner(premises.centre, home.data / "views", publish=lambda _: None)
        runner.start()
        try:
            said = home.types("rebuild")
            premises.do(AddNote(text="after it"), by=ZHOU)

            assert said.code == 0
            assert runner.wait(premises.centre.head())
        finally:
            runner.stop()

    assert home.types("rebuild", "--verify").code == 0


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_an_event_that_cannot_be_read_stops_a_rebuild_and_is_not_quoted(home: Home) -> None:
    followed(home)
    with closing(sqlite3.connect(home.data / "centre" / "log.db")) as log:
        log.execute("UPDATE stored_events SET state='{\"meta\":\"secret\"}' WHERE topic='case.filed'")
        log.commit()

    said = home.types("rebuild")

    assert said.code == 1
    assert said.err.splitlines()[-1] == "The log holds an event that cannot be read: `doorstep check` names it."
    assert "secret" not in said.out + said.err


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_damaged_file_of_read_models_is_said_and_made_anew(home: Home) -> None:
    followed(home)
    newest = current(home.data / "views")
    assert newest is not None
    newest.path.write_bytes(newest.path.read_bytes()[:4096] + bytes(20_000))

    differing = home.types("rebuild", "--verify")
    rebuilt = home.types("rebuild")

    assert (differing.code, differing.out.splitlines()[0]) == (1, "The file of the read models is damaged.")
    assert rebuilt.code == 0
    assert home.types("rebuild", "--verify").code == 0
