"""A furnished centre for tests of the log, on each engine."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import Clock
from tests.postgres import Server
from tests.premises import Premises, Site

ENGINES = ("sqlite", "postgres")


@pytest.fixture
def clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of the log; a test for one alone says so: `parametrize("engine", ["sqlite"], indirect=True)`."""
    return str(request.param)


@pytest.fixture
def site(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A place for a centre, empty yet."""
    folder = tmp_path / "centre"
    if engine == "sqlite":
        yield Site(folder)
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as log, server.database() as keys:
        yield _on(server, folder, log, keys)


@pytest.fixture
def furnished_site(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A place with a furnished centre: a copy of one that was furnished once."""
    folder = tmp_path / "centre"
    if engine == "sqlite":
        pattern: Site = request.getfixturevalue("pattern_in_files")
        shutil.copytree(pattern.folder, folder)
        yield Site(folder)
        return
    server: Server = request.getfixturevalue("postgres")
    pattern = request.getfixturevalue("pattern_in_databases")
    shutil.copytree(pattern.folder, folder)
    log_pattern, keys_pattern = pattern.env["POSTGRES_DBNAME"], pattern.env["POSTGRES_KEYS_DBNAME"]
    with server.database(template=log_pattern) as log, server.database(template=keys_pattern) as keys:
        yield _on(server, folder, log, keys)


@pytest.fixture(scope="session")
def pattern_in_files(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A centre that was furnished and closed, on SQLite."""
    return _furnished(Site(tmp_path_factory.mktemp("pattern")))


@pytest.fixture(scope="session")
def pattern_in_databases(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A centre that was furnished and closed, on PostgreSQL."""
    with postgres.database("pattern") as log, postgres.database("pattern of keys") as keys:
        yield _furnished(_on(postgres, tmp_path_factory.mktemp("pattern"), log, keys))


def _on(server: Server, folder: Path, log: str, keys: str) -> Site:
    """A site on PostgreSQL where the test's clock counts instead of the server's."""
    return Site(folder, server.env(log, keys) | {"PERSISTENCE_MODULE": "tests.store.timeless:Factory"})


def _furnished(site: Site) -> Site:
    with site.opened(name="furniture"):
        return site


@pytest.fixture
def premises(furnished_site: Site, clock: Clock) -> Iterator[Premises]:
    """A furnished centre in a place of its own."""
    with furnished_site.opened(clock) as open_premises:
        yield open_premises
