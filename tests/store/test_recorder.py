"""The log's recorder passes the event-sourcing library's own suite, on the SQLite that is safe, fully synchronised."""

import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

import store
from bootstrap.places import ROOT
from store import SAFE_SQLITE, UnsafeSQLite, require_safe_sqlite
from store.log import Entry
from store.sqlite import LogFactory, LogRecorder
from store.sqlite_file import FULL, LogPool
from tests.premises import Premises


def recorder_in(folder: Path) -> LogRecorder:
    factory = LogFactory({"PERSISTENCE_MODULE": "store.sqlite:LogFactory", "SQLITE_DBNAME": str(folder / "log.db")})
    recorder = factory.application_recorder()
    assert isinstance(recorder, LogRecorder)
    return recorder


def event(version: int = 1) -> StoredEvent:
    return StoredEvent(uuid4(), version, "tag", b"state")


def test_the_sqlite_in_use_is_one_without_the_wal_fault() -> None:
    assert tuple(map(int, require_safe_sqlite().split("."))) >= SAFE_SQLITE
    assert sqlite3.sqlite_version_info >= SAFE_SQLITE


def test_a_process_that_took_the_systems_sqlite_first_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))

    with pytest.raises(UnsafeSQLite, match=r"3\.51\.3 is needed"):
        require_safe_sqlite()


@pytest.mark.parametrize("package", ["store", "projections", "sync", "web"])
def test_whoever_imports_a_package_gets_the_safe_sqlite(package: str) -> None:
    asked = f"import {package}, sqlite3; print(sqlite3.__name__)"

    said = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "pysqlite3"
    assert store.SAFE_SQLITE == (3, 51, 3)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_connection_of_the_log_synchronises_fully(premises: Premises) -> None:
    recorder = premises.centre.recorder
    assert isinstance(recorder, LogRecorder)
    pool = recorder.datastore.pool
    assert isinstance(pool, LogPool)

    with closing(pool.open_connection()) as own, pool.reading() as shared:
        for database in (own.database, shared):
            assert database.execute("PRAGMA synchronous").fetchone()[0] == FULL
            assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_position_is_never_given_out_twice(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    recorder.insert_events([event(), event()])
    with recorder.datastore.transaction(commit=True) as cursor:
        cursor.execute("DELETE FROM stored_events WHERE rowid=2")

    assert recorder.insert_events([event()]) == [3]
    recorder.datastore.close()


def test_a_log_keeps_its_origin(tmp_path: Path) -> None:
    first = recorder_in(tmp_path)
    assert first.origin("first") == "first"
    first.datastore.close()

    again = recorder_in(tmp_path)
    assert again.origin("second") == "first"
    again.datastore.close()


def test_what_was_rolled_back_is_gone_and_the_desk_goes_on(tmp_path: Path) -> None:
    recorder = recorder_in(tmp_path)
    entry = Entry(uuid4(), 1, "tag", b"state")
    with closing(recorder.desk()) as desk:
        with suppress(ZeroDivisionError), desk.transaction():
            desk.append([entry])
            raise ZeroDivisionError
        assert desk.position() == 0

        with desk.transaction():
            assert desk.append([entry]) == 1
    assert [row[1:] for row in recorder.rows_after(0, 10)[1]] == [entry]
    recorder.datastore.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_followers_have_been_woken_when_a_command_is_answered(premises: Premises) -> None:
    woken = Event()
    premises.centre.event_log.listeners.add(woken)

    premises.receive()

    assert woken.is_set()


def test_followers_are_woken_by_an_append(tmp_path: Path) -> None:
    recorder, woken = recorder_in(tmp_path), Event()
    recorder.listeners.add(woken)

    recorder.insert_events([event()])

    assert woken.is_set()
    recorder.datastore.close()
