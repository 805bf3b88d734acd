"""The engines a log can be kept on, each with places for centres and for logs with nothing around them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from store.centre import Centre
from tests.bench import town
from tests.bench.raw import RawLog, RawPostgres, RawSqlite, StoredRow
from tests.postgres import Server

PAGE = 1_000


class Home(Struct, frozen=True):
    """Where one log is kept.

    Attributes:
        folder: of the service; the centre lies in it.
        env: settings that name the log.
        connect: opens the log's database with nothing but its driver.
    """

    folder: Path
    env: Mapping[str, str]
    connect: Callable[[], RawLog]

    @contextmanager
    def opened(self) -> Generator[Centre]:
        """The centre, furnished if it is new."""
        with town.opened(self.folder / "centre", env=self.env) as centre:
            yield centre

    @contextmanager
    def raw(self) -> Generator[RawLog]:
        """The log's database; a table like the log's is made in an empty one."""
        (self.folder / "centre").mkdir(parents=True, exist_ok=True)
        with closing(self.connect()) as log:
            yield log


class Engine(Struct, frozen=True):
    """A kind of database.

    Attributes:
        name: `sqlite` or `postgresql`.
        home: a place of that name, empty at first.
    """

    name: str
    home: Callable[[str], Home]


def sqlite(folder: Path) -> Engine:
    """Files below `folder`."""

    def home(name: str) -> Home:
        return Home(folder / name, {}, lambda: RawSqlite(folder / name / "centre" / "log.db"))

    return Engine("sqlite", home)


def postgresql(folder: Path, server: Server) -> Engine:
    """Databases of a server; the files of the centres below `folder`."""

    def home(name: str) -> Home:
        keys = f"{name}_keys"
        for database in (name, keys):
            server.sql(f"CREATE DATABASE {database}")
        return Home(folder / name, server.env(name, keys), lambda: RawPostgres(server.connect(name)))

    return Engine("postgresql", home)


def stored_rows(centre: Centre, tags: tuple[str, ...], limit: int) -> list[StoredRow]:
    """The first rows of a log that have one of the tags."""
    _, rows = centre.event_log.rows_after(0, limit, tags=tags)
    return [(row.stream.hex, row.version, row.tag, row.state) for row in rows]


def cases_of(name: str, numbers: range) -> list[UUID]:
    """Ids of cases that `town` has made."""
    return [town.case_id(name, number) for number in numbers]
