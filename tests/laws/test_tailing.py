"""Whoever follows the log from the last position they have seen misses nothing, whoever writes at the same time."""

import json
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from eventsourcing.persistence import InfrastructureFactory

from bootstrap.places import ROOT
from store.log import Entry, Log, Row
from store.postgres import LogFactory, LogRecorder
from tests.laws.appender import stream_of
from tests.postgres import Server

APPENDERS = 4
PAGE = 500


@contextmanager
def appending(env: dict[str, str], events: int) -> Generator[list[subprocess.Popen[bytes]]]:
    """Four processes that append to one log."""
    command = [sys.executable, "-m", "tests.laws.appender", json.dumps(env)]
    processes = [subprocess.Popen([*command, str(n), str(events)], cwd=ROOT) for n in range(APPENDERS)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def followed(log: Log, processes: list[subprocess.Popen[bytes]]) -> list[Row]:
    """What a reader sees who only ever asks for what comes after the last position."""
    seen: list[Row] = []
    reached = 0
    while True:
        are_done = all(process.poll() is not None for process in processes)
        reached, rows = log.rows_after(reached, PAGE)
        seen += rows
        if are_done and not rows:
            return seen


def assert_complete(seen: list[Row], events: int) -> None:
    """Every event of every appender, once, in its order."""
    positions = [row.position for row in seen]
    assert positions == sorted(set(positions))
    for appender in range(APPENDERS):
        versions = [row.version for row in seen if row.stream == stream_of(appender)]
        assert versions == list(range(1, events + 1))


@pytest.mark.parametrize(("engine", "events"), [("postgres", 25_000), ("sqlite", 25_000)])
def test_a_reader_misses_no_event_of_four_processes_that_append(
    engine: str, events: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    env = {"PERSISTENCE_MODULE": "store.sqlite:LogFactory", "SQLITE_DBNAME": str(tmp_path / "log.db")}
    if engine == "postgres":
        env = request.getfixturevalue("postgres").env(request.getfixturevalue("database"))
    with InfrastructureFactory.construct(env) as factory:
        log = cast("Log", factory.application_recorder())
        with appending(env, events) as processes:
            seen = followed(log, processes)
            codes = [process.returncode for process in processes]

        leaves = log.leaves_after(0, APPENDERS * events)
    assert codes == [0] * APPENDERS
    assert_complete(seen, events)
    assert [leaf.number for leaf in leaves] == list(range(APPENDERS * events))
    # the appenders took turns; one after the other would have proved nothing
    assert len([1 for _ in groupby(row.stream for row in seen)]) > 10 * APPENDERS


@pytest.fixture
def recorder(postgres: Server, database: str) -> Generator[LogRecorder]:
    with closing(LogFactory(postgres.env(database))) as factory:
        recorder = factory.application_recorder()
        assert isinstance(recorder, LogRecorder)
        yield recorder


def seen_beside_a_slow_commit(recorder: LogRecorder, *, waits: float = 0.3) -> list[str]:
    """Tags that a reader sees who looks before and after the slow one of two writers has committed.

    Args:
        waits: seconds that the quick one has at most before the reader looks for the first time.
    """
    slow, quick = Entry(uuid4(), 1, "slow", b""), Entry(uuid4(), 1, "quick", b"")
    with closing(recorder.desk()) as first, closing(recorder.desk()) as second:

        def append_quickly() -> None:
            second.append([quick])

        with first.transaction():
            first.append([slow])
            other = threading.Thread(target=append_quickly)
            other.start()
            other.join(waits)
            reached, seen = recorder.rows_after(0, PAGE)
        other.join(20)
    return [row.tag for row in seen + recorder.rows_after(reached, PAGE)[1]]


def test_a_position_is_never_seen_before_a_smaller_one(recorder: LogRecorder) -> None:
    recorder.origin("origin")

    assert seen_beside_a_slow_commit(recorder) == ["slow", "quick"]


def test_without_the_lock_a_reader_would_miss_the_slower_commit(
    recorder: LogRecorder, postgres: Server, database: str
) -> None:
    recorder.origin("origin")
    ((function,),) = postgres.sql(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'append_to_log'", database=database
    )
    unlocked = function.replace("PERFORM pg_advisory_xact_lock", "PERFORM abs").replace(
        ", coalesce(leaf, 0) + n", ", n"
    )
    assert unlocked != function
    postgres.sql(unlocked, database=database)

    assert seen_beside_a_slow_commit(recorder, waits=20) == ["quick"]
