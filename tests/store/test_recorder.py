"""The log's recorder passes the event-sourcing library's own suite, on the SQLite that is safe, fully synchronised."""

import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests.persistence import ApplicationRecorderTestCase

import store
from bootstrap.places import ROOT
from store import SAFE_SQLITE, UnsafeSQLite, require_safe_sqlite
from store.sqlite import FULL, LogFactory, LogPool, LogRecorder
from tests.premises import Premises


def recorder_in(folder: Path) -> LogRecorder:
    factory = LogFactory({"PERSISTENCE_MODULE": "store.sqlite:LogFactory", "SQLITE_DBNAME": str(folder / "log.db")})
    recorder = factory.application_recorder()
    assert isinstance(recorder, LogRecorder)
    return recorder


def _join_others(known: set[threading.Thread]) -> None:
    """Wait for threads that the suite has told to stop and left: closing under a running query ends the process."""
    for thread in set(threading.enumerate()) - known:
        thread.join(10)


def event(version: int = 1) -> StoredEvent:
    return StoredEvent(uuid4(), version, "tag", b"state")


class TestLogRecorder(ApplicationRecorderTestCase[LogRecorder]):
    """The library's suite; on a file, since the log is never in memory."""

    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def create_recorder(self) -> LogRecorder:
        recorder = recorder_in(self.folder)
        self.addCleanup(recorder.datastore.close)
        self.addCleanup(_join_others, set(threading.enumerate()))
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    @pytest.mark.timeout(30)
    def test_concurrent_throughput(self) -> None:
        super().test_concurrent_throughput()


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


def test_every_connection_of_the_log_synchronises_fully(premises: Premises) -> None:
    recorder = premises.centre.log_recorder
    pool = recorder.datastore.pool
    assert isinstance(pool, LogPool)

    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == FULL
    own = recorder.own_connection()
    assert own.database.execute("PRAGMA synchronous").fetchone()[0] == FULL
    assert own.database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    own.close()


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


def test_followers_are_woken_by_an_append(tmp_path: Path) -> None:
    recorder, woken = recorder_in(tmp_path), Event()
    recorder.listeners.add(woken)

    recorder.insert_events([event()])

    assert woken.is_set()
    recorder.datastore.close()
