"""Where the log is kept is set by the operator; passwords are never shown."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from eventsourcing.utils import Environment

from domain.centre.centre import CENTRE_STREAM
from domain.centre.commands import OpenCentre
from store.centre import Centre
from store.postgres import LogRecorder
from tests.cast import PARTICULARS, Clock, ids
from tests.postgres import USER, Server
from web.settings import Settings, read_settings

PASSWORD = "not to be seen anywhere"
GIVEN = {
    "DOORSTEP_POSTGRES_HOST": "db1,db2",
    "DOORSTEP_POSTGRES_PORT": "6432",
    "DOORSTEP_POSTGRES_PASSWORD": PASSWORD,
    "DOORSTEP_POSTGRES_DBNAME": "log",
}


def test_without_a_setting_the_log_is_a_file() -> None:
    assert Settings().log_environment == {}


def test_the_library_is_told_of_the_server_and_the_command_line_goes_before_the_environment() -> None:
    said = read_settings(GIVEN, {"postgres_host": "db3"}).log_environment

    heard = Environment(Centre.name, {**GIVEN, "POSTGRES_PORT": "1", **said})
    names = ("HOST", "PORT", "USER", "PASSWORD", "DBNAME", "KEYS_DBNAME")
    found = [heard.get(f"POSTGRES_{name}") for name in names]
    assert found == ["db3", "6432", "doorstep", PASSWORD, "log", "doorstep_keys"]
    assert heard.get("PERSISTENCE_MODULE") == "store.postgres:LogFactory"


def test_a_password_is_not_shown_with_the_settings() -> None:
    settings = read_settings(GIVEN, {})

    assert settings.postgres_password == PASSWORD
    for shown in (repr(settings), str(settings), f"{settings}"):
        assert PASSWORD not in shown


@pytest.fixture
def given(postgres: Server, database: str) -> Iterator[dict[str, str]]:
    """What an operator sets."""
    with postgres.database() as keys:
        yield {
            "DOORSTEP_POSTGRES_HOST": str(postgres.folder),
            "DOORSTEP_POSTGRES_USER": USER,
            "DOORSTEP_POSTGRES_DBNAME": database,
            "DOORSTEP_POSTGRES_KEYS_DBNAME": keys,
        }


@contextmanager
def centre_with(given: dict[str, str], folder: Path) -> Generator[Centre]:
    source = ids("set")
    env = read_settings(given, {}).log_environment
    with closing(Centre.open(folder, clock=Clock(), new_id=lambda: next(source), env=env)) as centre:
        yield centre


def test_a_centre_is_kept_on_the_server_that_is_set(
    postgres: Server, given: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**given, "DOORSTEP_POSTGRES_DBNAME": "another"}.items():
        monkeypatch.setenv(name, value)

    with centre_with(given, tmp_path) as centre:
        assert isinstance(centre.recorder, LogRecorder)

    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix != ".lock") == ["master.key"]
    for table, database in (("log_origin", "DBNAME"), ("wrapping", "KEYS_DBNAME")):
        kept = postgres.sql(f"SELECT count(*) FROM {table}", database=given[f"DOORSTEP_POSTGRES_{database}"])
        assert kept == [(1,)]


def test_the_time_of_a_fact_is_that_of_the_server_whatever_the_nodes_clock_says(
    postgres: Server, given: dict[str, str], tmp_path: Path
) -> None:
    ((before,),) = postgres.sql("SELECT clock_timestamp()")
    with centre_with(given, tmp_path) as centre:
        centre.by_itself(OpenCentre(particulars=PARTICULARS), lane=CENTRE_STREAM)
        recorded = centre.read(CENTRE_STREAM)[0].meta.recorded_at
    ((after,),) = postgres.sql("SELECT clock_timestamp()")

    assert before < recorded < after
    assert not before < Clock()() < after
