"""The file of the log on SQLite: leaves beside events, marks in its header, and a form that a person can read."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from domain.case.commands import AddNote
from store.log import Entry, ForeignLog, LogUnavailable, leaf_hash
from store.sqlite import LogFactory, LogRecorder
from store.sqlite_file import APPLICATION_ID
from tests.cast import CASE, ZHOU
from tests.premises import opened

NOTE = AddNote(text="已电话联系")


@contextmanager
def log_in(folder: Path) -> Generator[LogRecorder]:
    with closing(LogFactory({"SQLITE_DBNAME": str(folder / "log.db")})) as factory:
        recorder = factory.application_recorder()
        assert isinstance(recorder, LogRecorder)
        yield recorder


def event(state: bytes = b"state") -> StoredEvent:
    return StoredEvent(uuid4(), 1, "tag", state)


@contextmanager
def plain(path: Path) -> Generator[sqlite3.Connection]:
    """The file as anybody opens it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        yield database


# Leaves


def test_every_event_has_the_leaf_that_follows_from_its_bytes_whoever_wrote_it(tmp_path: Path) -> None:
    with opened(tmp_path) as premises:
        premises.receive()
        premises.do(NOTE, by=ZHOU)
        with log_in(tmp_path) as library:
            library.insert_events([event(b"one"), event(b"two")])
        premises.do(NOTE, by=ZHOU)

        leaves = premises.centre.event_log.leaves_after(0, 10_000)

        assert [leaf.number for leaf in leaves] == list(range(premises.centre.head()))
        assert [leaf.row.position for leaf in leaves] == list(range(1, premises.centre.head() + 1))
        for leaf in leaves:
            assert leaf.hash == leaf_hash(premises.centre.origin, Entry(*leaf.row[1:]))


def test_leaves_stay_dense_where_positions_are_not(tmp_path: Path) -> None:
    with log_in(tmp_path) as log:
        first = event()
        log.insert_events([first])
        with plain(tmp_path / "log.db") as database:
            database.execute("UPDATE sqlite_sequence SET seq=41")

        assert log.insert_events([event(), event()]) == [42, 43]
        with pytest.raises(IntegrityError):
            log.insert_events([event(), first])
        log.insert_events([event()])

        assert [leaf.number for leaf in log.leaves_after(0, 10)] == [0, 1, 2, 3]


@pytest.mark.parametrize("damage", ["leaf_hash=x''", "leaf_hash=x'00'"])
def test_nothing_follows_an_event_without_a_leaf(tmp_path: Path, damage: str) -> None:
    with log_in(tmp_path) as log:
        log.insert_events([event(), event()])
        with plain(tmp_path / "log.db") as database:
            database.execute(f"UPDATE stored_events SET {damage} WHERE rowid=2")

        with pytest.raises(LogUnavailable, match="position 2 has no leaf"):
            log.insert_events([event()])

        assert len(log.leaves_after(0, 10)) == 2


def test_an_event_cannot_come_into_the_table_without_a_leaf(tmp_path: Path) -> None:
    with log_in(tmp_path), plain(tmp_path / "log.db") as database, pytest.raises(sqlite3.IntegrityError):
        database.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES ('00', 1, 't', x'')"
        )


# What a person reads


def test_a_person_reads_the_log_with_plain_sqlite(tmp_path: Path) -> None:
    with opened(tmp_path) as premises:
        premises.receive()
        premises.do(NOTE, by=ZHOU)
        head = premises.centre.head()
    with plain(tmp_path / "log.db") as database:
        database.row_factory = sqlite3.Row
        (noted,) = database.execute("SELECT * FROM facts WHERE tag='case.noted'").fetchall()
        (filed,) = database.execute("SELECT fact ->> 'item_id' AS item FROM facts WHERE tag='case.filed'").fetchall()

    assert (noted["position"], noted["stream"], noted["actor"]) == (head - 1, CASE.hex, str(ZHOU.id))
    assert (noted["role"], noted["office"], noted["recorded_at"]) == ("window-clerk", "street", "2026-11-23T02:00:00Z")
    assert (noted["leaf_index"], len(noted["leaf_hash"])) == (head - 2, 64)
    assert filed["item"] == "house-lease-filing"


# Whose file it is


def test_the_header_says_whose_file_it_is_and_of_which_form(tmp_path: Path) -> None:
    with log_in(tmp_path), plain(tmp_path / "log.db") as database:
        assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
    assert (tmp_path / "log.db").read_bytes()[68:72] == b"Door"


def older_log(path: Path) -> None:
    with plain(path) as database:
        database.execute("CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER)")


def newer_log(path: Path) -> None:
    with log_in(path.parent), plain(path) as database:
        database.execute("PRAGMA user_version=2")


def another_programs(path: Path) -> None:
    with plain(path) as database:
        database.execute("PRAGMA application_id=1234")


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database but a letter, and a long one at that\n" * 100)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (older_log, "log.db is not a log of this program, or is older than form 1: it is left as it is"),
        (newer_log, "log.db has form 2 and this program reads form 1: it is left as it is"),
        (another_programs, "log.db is not a log of this program"),
        (no_database, "log.db is no database: it is left as it is"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_is_no_log_of_this_form_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / "log.db"
    make(path)
    before = path.read_bytes()

    with pytest.raises(ForeignLog, match=words):
        LogFactory({"SQLITE_DBNAME": str(path)})

    assert path.read_bytes() == before


def test_a_log_in_a_folder_with_a_strange_name_is_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "中心 100% ?mode=ro#1"
    folder.mkdir()
    for expected in ([1], [2]):
        with log_in(folder) as log:
            assert log.insert_events([event()]) == expected
