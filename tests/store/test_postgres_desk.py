"""The desk on PostgreSQL: one lock for all nodes, one clock, and a true word about every commit."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from psycopg import Connection

from store.log import Entry, LogUnavailable
from store.postgres import LogRecorder
from store.postgres_desk import LogDesk, append
from tests.postgres import Server, running
from tests.store.test_postgres_recorder import event, recorder_on


@pytest.fixture
def recorder(postgres: Server, database: str) -> Iterator[LogRecorder]:
    with recorder_on(postgres, database) as recorder:
        yield recorder


@pytest.fixture
def desk(recorder: LogRecorder) -> Iterator[LogDesk]:
    with closing(recorder.desk()) as desk:
        yield desk


def entry(stream: UUID | None = None, version: int = 1, state: bytes = b"state") -> Entry:
    return Entry(stream or uuid4(), version, "tag", state)


def stored(recorder: LogRecorder) -> list[bytes]:
    return [row.state for row in recorder.rows_after(0, 10_000)[1]]


def test_what_is_asked_at_the_desk_is_what_was_appended_there(desk: LogDesk) -> None:
    stream = uuid4()
    with desk.transaction():
        first = desk.append([entry(stream, 1, b"one"), entry(stream, 2, b"two"), entry(state=b"other")])

        assert desk.position() == first + 2
        assert desk.append([]) == first + 3
        assert desk.states(stream) == [b"one", b"two"]
        assert desk.states(stream, after=1) == [b"two"]
        assert desk.states(stream, limit=1) == [b"one"]
        assert desk.version(stream) == 2
        assert desk.version(uuid4()) == 0
        assert desk.tags_since(stream, first) == ["tag"]
        assert stream in desk.streams_since(0)
        assert desk.streams_since(first + 2) == set()
        assert [row[:3] for row in desk.firsts([stream, uuid4()])] == [(first, stream, 1)]
        assert desk.firsts([]) == []
    assert desk.position() == first + 2


def test_what_was_rolled_back_is_gone_and_the_desk_goes_on(desk: LogDesk, recorder: LogRecorder) -> None:
    def give_up() -> None:
        with desk.transaction():
            desk.append([entry(state=b"lost")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()
    with desk.transaction():
        desk.append([entry(state=b"kept")])

    assert stored(recorder) == [b"kept"]
    assert [leaf.number for leaf in recorder.leaves_after(0, 10)] == [0]


def test_a_version_that_is_taken_is_an_integrity_error_and_cannot_be_passed_over(
    desk: LogDesk, recorder: LogRecorder
) -> None:
    taken = entry()
    with desk.transaction():
        desk.append([taken])
    with pytest.raises(IntegrityError), desk.transaction():
        desk.append([taken])
    with pytest.raises(LogUnavailable) as fault, desk.transaction(), pytest.raises(IntegrityError):
        desk.append([taken])

    assert (fault.value.reason, fault.value.in_doubt) == ("fault", False)
    assert len(stored(recorder)) == 1


def test_the_clock_is_the_servers_and_is_read_after_the_lock_was_got(recorder: LogRecorder) -> None:
    turns: list[Any] = []

    def work(_: int) -> None:
        with closing(recorder.desk()) as desk:
            for _ in range(20):
                with desk.transaction():
                    turns.append(desk.now())

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))

    assert len(turns) == 80
    assert turns == sorted(turns)
    assert turns[0].utcoffset().total_seconds() == 0


def test_a_probe_writes_and_changes_nothing(desk: LogDesk, recorder: LogRecorder) -> None:
    before = recorder.origin("other")

    desk.probe()

    assert (recorder.origin("other"), stored(recorder)) == (before, [])


# What is lost on the way


def test_a_session_lost_between_transactions_is_replaced_without_a_word(
    postgres: Server, desk: LogDesk, recorder: LogRecorder
) -> None:
    with desk.transaction():
        desk.append([entry(state=b"before")])
    postgres.restart()
    with desk.transaction():
        desk.append([entry(state=b"after")])

    assert stored(recorder) == [b"before", b"after"]


def test_a_server_that_dies_before_the_commit_leaves_it_in_doubt_and_the_log_without_it(
    postgres: Server, desk: LogDesk, recorder: LogRecorder
) -> None:
    def commit_to_a_dead_server() -> None:
        with desk.transaction():
            desk.append([entry()])
            postgres.restart()

    with pytest.raises(LogUnavailable) as fault:
        commit_to_a_dead_server()

    assert (fault.value.reason, fault.value.in_doubt) == ("gone", True)
    assert stored(recorder) == []


def test_a_server_that_is_away_is_said_to_be_gone_until_it_is_back(
    postgres: Server, desk: LogDesk, recorder: LogRecorder
) -> None:
    with desk.transaction():
        desk.append([entry()])
    postgres.kill()
    try:
        with pytest.raises(LogUnavailable) as fault, desk.transaction():
            pass
        with pytest.raises(LogUnavailable) as unread:
            recorder.rows_after(0, 10)
    finally:
        postgres.start()

    assert (fault.value.reason, fault.value.in_doubt) == ("gone", False)
    assert unread.value.reason == "gone"
    assert len(stored(recorder)) == 1
    with desk.transaction():
        desk.append([entry()])


@pytest.mark.parametrize("told", ["notice", "error"])
def test_a_standby_that_was_given_up_leaves_the_commit_in_doubt_whatever_the_role_is_told(told: str) -> None:
    with (
        running(wal_level="replica", max_wal_senders="2", client_min_messages=told) as server,
        server.database() as database,
        recorder_on(server, database) as recorder,
        closing(recorder.desk()) as desk,
        server.connect(database) as admin,
    ):
        admin.execute("SET synchronous_commit = local")
        admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        admin.execute("SELECT pg_reload_conf()")

        def give_up() -> None:
            waiting = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            while not admin.execute(waiting).fetchall():
                time.sleep(0.01)

        canceller = threading.Thread(target=give_up)
        canceller.start()
        with pytest.raises(LogUnavailable, match="synchronous replication") as fault:
            commit_until_the_settings_are_read(desk)
        canceller.join()

        assert fault.value.in_doubt
        admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
        admin.execute("SELECT pg_reload_conf()")


def test_a_server_that_is_told_not_to_flush_any_more_gets_no_commit_of_an_open_session() -> None:
    with (
        running() as server,
        server.database() as database,
        recorder_on(server, database) as recorder,
        closing(recorder.desk()) as desk,
    ):
        with desk.transaction():
            desk.append([entry()])
        server.sql("ALTER SYSTEM SET synchronous_commit = off")
        server.sql("SELECT pg_reload_conf()")

        with pytest.raises(LogUnavailable, match="synchronous_commit = off") as fault:
            commit_until_the_settings_are_read(desk)

        assert (fault.value.reason, fault.value.in_doubt) == ("fault", False)
        new = LogDesk(lambda: server.connect(database), "origin")
        with closing(new), pytest.raises(LogUnavailable, match="synchronous_commit = off"), new.transaction():
            pass


def commit_until_the_settings_are_read(desk: LogDesk) -> None:
    """Commit until the desk's session goes by the server's new settings, and says so."""
    while True:
        with desk.transaction():
            desk.append([entry()])


# Who holds the lock


def test_a_holder_of_the_lock_that_hangs_is_freed_by_the_timeout_and_told_so(postgres: Server, database: str) -> None:
    with (
        recorder_on(postgres, database, POSTGRES_IDLE_IN_TRANSACTION_SESSION_TIMEOUT="1") as recorder,
        closing(recorder.desk()) as hung,
        closing(recorder.desk()) as waiting,
    ):

        def hang_until_the_other_is_done() -> None:
            with hung.transaction():
                hung.append([entry(state=b"hung")])
                with waiting.transaction():
                    waiting.append([entry(state=b"next")])

        with pytest.raises(LogUnavailable) as fault:
            hang_until_the_other_is_done()
        with hung.transaction():
            hung.append([entry(state=b"again")])

        assert fault.value.reason == "gone"
        assert stored(recorder) == [b"next", b"again"]


def test_whoever_waits_too_long_for_the_lock_is_told_that_the_log_is_busy(postgres: Server, database: str) -> None:
    with (
        recorder_on(postgres, database, POSTGRES_LOCK_TIMEOUT="1") as recorder,
        closing(recorder.desk()) as holder,
        closing(recorder.desk()) as waiting,
    ):
        with holder.transaction():
            with pytest.raises(LogUnavailable) as fault, waiting.transaction():
                pass
            holder.append([entry()])

        assert (fault.value.reason, fault.value.in_doubt) == ("busy", False)
        with waiting.transaction():
            waiting.append([entry()])
        assert len(stored(recorder)) == 2


# The library's way in


def test_an_insert_whose_answer_was_lost_is_no_conflict(recorder: LogRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [event(version=1), event(version=1)]
    recorder.insert_events([event()])
    answers: list[int] = []

    def lose_the_first_answer(session: Connection[Any], origin: str, entries: list[Entry]) -> int:
        answers.append(append(session, origin, entries))
        if len(answers) == 1:
            session.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return answers[-1]

    monkeypatch.setattr("store.postgres.append", lose_the_first_answer)

    assert recorder.insert_events(events) == [2, 3]
    assert len(stored(recorder)) == 3
    with pytest.raises(IntegrityError):
        recorder.insert_events([StoredEvent(events[0].originator_id, 1, "tag", b"another")])


def test_an_insert_that_was_lost_before_its_commit_is_made_again(
    recorder: LogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def lose_the_first_question(session: Connection[Any], origin: str, entries: list[Entry]) -> int:
        tries.append(1)
        if len(tries) == 1:
            session.close()
        return append(session, origin, entries)

    monkeypatch.setattr("store.postgres.append", lose_the_first_question)

    assert recorder.insert_events([event(state=b"made again")]) == [1]
    assert stored(recorder) == [b"made again"]


def test_inserts_go_through_a_server_that_is_killed_again_and_again(postgres: Server, recorder: LogRecorder) -> None:
    ended = threading.Event()

    def insert(name: int) -> list[bytes]:
        acknowledged: list[bytes] = []
        while not ended.is_set():
            state = b"%d of %d" % (len(acknowledged), name)
            try:
                recorder.insert_events([event(state=state)])
            except OperationalError:
                continue
            acknowledged.append(state)
        return acknowledged

    with ThreadPoolExecutor(2) as threads:
        inserting = [threads.submit(insert, name) for name in range(2)]
        for _ in range(4):
            time.sleep(0.3)
            postgres.restart()
        time.sleep(0.3)
        ended.set()
        acknowledged = [state for future in inserting for state in future.result(60)]

    found = stored(recorder)
    assert sorted(set(found)) == sorted(found)
    assert set(acknowledged) <= set(found)
    assert [leaf.number for leaf in recorder.leaves_after(0, 10_000)] == list(range(len(found)))


def test_a_server_that_stands_still_is_given_up_and_what_was_on_its_way_is_in_doubt(
    postgres: Server, database: str, recorder: LogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.postgres.DESK_SILENT_SECONDS", 3.0)
    kept = entry(state=b"on its way")
    holding = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    stopped: list[int] = []

    def give_up(desk: LogDesk) -> None:
        with desk.transaction():
            desk.append([kept])
            stopped.append(postgres.sql(holding, database=database)[0][0])
            os.kill(stopped[0], signal.SIGSTOP)

    with closing(recorder.desk()) as desk:
        try:
            with pytest.raises(LogUnavailable) as told:
                give_up(desk)
        finally:
            os.kill(stopped[0], signal.SIGCONT)

        assert (told.value.reason, told.value.in_doubt) == ("gone", True)
        with desk.transaction():  # the lock is free when the first session has ended
            assert desk.version(kept.stream) == 1
