"""The shelf of wrapped keys on PostgreSQL: the rules of the port, and what the database's own files keep."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.postgres import LogFactory
from store.shelf import ForeignShelf, KeyShelf, ShelfUnavailable
from tests.postgres import Server
from tests.store.test_shelf import KEK, NEXT, SECRET, Opener, ShelfRules, turned


def shelf_on(server: Server, database: str) -> KeyShelf:
    return LogFactory(server.env("none", database)).key_shelf(Path("not used"))


class TestPostgresShelf(ShelfRules):
    """The rules of the port, on a server."""

    @pytest.fixture
    def open_shelf(self, postgres: Server, database: str) -> Opener:
        """Open the same database again."""
        return lambda: shelf_on(postgres, database)


@pytest.fixture
def shelf(postgres: Server, database: str) -> Iterator[KeyShelf]:
    shelf = shelf_on(postgres, database)
    shelf.kek(KEK)
    yield shelf
    shelf.close()


def bytes_of_tables(server: Server, database: str) -> bytes:
    """Everything that the files of a database hold, the write-ahead log aside."""
    server.sql("CHECKPOINT")
    ((oid,),) = server.sql(f"SELECT oid FROM pg_database WHERE datname = '{database}'")
    return b"".join(file.read_bytes() for file in (server.folder / "data" / "base" / str(oid)).iterdir())


@pytest.mark.parametrize("remove", ["destroy", "rewrap"])
def test_a_key_that_was_destroyed_or_rewrapped_is_in_no_file_of_a_table_afterwards(
    postgres: Server, database: str, shelf: KeyShelf, remove: str
) -> None:
    shelf.add({"a": SECRET, "b": b"other"}, kek=KEK)
    assert SECRET in bytes_of_tables(postgres, database)

    if remove == "destroy":
        shelf.destroy(["a"])
    else:
        shelf.rewrap(turned, old=KEK, new=NEXT)

    assert SECRET not in bytes_of_tables(postgres, database)
    assert shelf.read("b").wrapped is not None


def test_a_shelf_goes_on_after_its_server_was_killed(postgres: Server, shelf: KeyShelf) -> None:
    shelf.add({"a": b"1"}, kek=KEK)

    postgres.restart()

    assert shelf.read("a").wrapped == b"1"
    postgres.restart()
    assert shelf.add({"b": b"2"}, kek=KEK) == {"b": b"2"}


def test_a_table_that_is_no_shelf_is_refused(postgres: Server, database: str) -> None:
    postgres.sql("CREATE TABLE key (id int)", database=database)

    with pytest.raises(ForeignShelf, match="no 'doorstep keys 1'"):
        shelf_on(postgres, database)


def test_a_database_that_is_not_there_is_named(postgres: Server) -> None:
    with pytest.raises(ShelfUnavailable, match="does not exist"):
        shelf_on(postgres, "none of this name")
    with pytest.raises(OSError, match="POSTGRES_KEYS_DBNAME"):
        shelf_on(postgres, "")
