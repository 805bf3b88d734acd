"""The log on PostgreSQL passes the event-sourcing library's own suites, and keeps what they do not ask for."""

import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    ProcessRecorder,
    StoredEvent,
    TrackingRecorder,
)
from eventsourcing.postgres import (
    PostgresAggregateRecorder,
    PostgresProcessRecorder,
    PostgresTrackingRecorder,
)
from eventsourcing.tests import application
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
)
from eventsourcing.utils import Environment

from store.log import Entry, ForeignLog, LogUnavailable, NotDurable, leaf_hash
from store.postgres import LogFactory, LogRecorder
from tests.postgres import Server, running


@contextmanager
def recorder_on(server: Server, database: str, **settings: str) -> Generator[LogRecorder]:
    with closing(LogFactory({**server.env(database), **settings})) as factory:
        recorder = factory.application_recorder()
        assert isinstance(recorder, LogRecorder)
        yield recorder


@pytest.fixture
def recorder(postgres: Server, database: str) -> Iterator[LogRecorder]:
    with recorder_on(postgres, database) as recorder:
        yield recorder


def event(stream: UUID | None = None, version: int = 1, state: bytes = b"state") -> StoredEvent:
    return StoredEvent(stream or uuid4(), version, "tag", state)


# The library's own suites


class OnPostgres:
    """What each suite stands on: a database of its own."""

    server: Server
    database: str

    @pytest.fixture(autouse=True)
    def place(self, postgres: Server, database: str) -> None:
        self.server, self.database = postgres, database

    def settings(self) -> dict[str, str]:
        return self.server.env(self.database)

    def open_recorder(self, case: Any) -> LogRecorder:
        factory = LogFactory(self.settings())
        case.addCleanup(factory.close)
        recorder = factory.application_recorder()
        assert isinstance(recorder, LogRecorder)
        return recorder


class TestLogRecorder(OnPostgres, ApplicationRecorderTestCase[LogRecorder]):
    """The suite of application recorders."""

    def create_recorder(self) -> LogRecorder:
        return self.open_recorder(self)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    @pytest.mark.timeout(60)
    def test_concurrent_throughput(self) -> None:
        super().test_concurrent_throughput()


class TestPositionsDoNotInterleave(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    """The suite of writers in competition."""

    def create_recorder(self) -> LogRecorder:
        return self.open_recorder(self)


class TestLogFactory(OnPostgres, InfrastructureFactoryTestCase[LogFactory]):
    """The suite of factories."""

    def setUp(self) -> None:
        self.env = Environment(env=self.settings())
        super().setUp()

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return PostgresAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return LogRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return PostgresTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return PostgresProcessRecorder


class OwnTrackingRecorder(PostgresTrackingRecorder):
    """One that the factory is asked for by its class."""


class ByEnvironment(OnPostgres):
    """Stands on the same, told by variables of the environment."""

    @pytest.fixture(autouse=True)
    def environment(self, place: None, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in self.settings().items():
            monkeypatch.setenv(name, value)


class TestExampleApplication(ByEnvironment, application.ExampleApplicationTestCase):
    """The suite of applications, with aggregates and snapshots of the library's own kind."""

    expected_factory_topic = "store.postgres:LogFactory"


class TestApplication(ByEnvironment, application.ApplicationTestCase):
    """The suite of applications, whatever their aggregates are."""

    @pytest.mark.filterwarnings("always::DeprecationWarning")  # the suite looks for one
    def test_application_log(self) -> None:
        super().test_application_log()


# What is in the log


def test_positions_and_leaves_are_dense_and_each_leaf_is_the_hash_of_its_event(recorder: LogRecorder) -> None:
    origin = recorder.origin("the origin")
    stream = uuid4()
    recorder.insert_events([event(stream, version, b"%d" % version) for version in range(1, 4)])
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(), event(stream, 3, b"other")])
    recorder.insert_events([event(stream, 4, b"4")])

    leaves = recorder.leaves_after(0, 10)

    assert [leaf.number for leaf in leaves] == [0, 1, 2, 3]
    assert [leaf.row.state for leaf in leaves] == [b"1", b"2", b"3", b"4"]
    for leaf in leaves:
        assert leaf.hash == leaf_hash(origin, Entry(*leaf.row[1:]))
    positions = [leaf.row.position for leaf in leaves]
    assert positions == sorted(positions)
    assert positions[:3] == [1, 2, 3]


def test_a_log_keeps_its_origin_and_gets_one_with_its_first_event(postgres: Server, database: str) -> None:
    with recorder_on(postgres, database) as first:
        first.insert_events([event()])
        given = first.origin("too late")
    with recorder_on(postgres, database) as again:
        assert again.origin("second") == given != "second"


def test_a_person_reads_the_log_with_plain_sql(postgres: Server, database: str, recorder: LogRecorder) -> None:
    stream = uuid4()
    state = b'{"meta":{"actor":"a","role":"lead","recorded_at":"2026-11-23T02:00:00Z"},"fact":{"type":"t","n":1}}'
    recorder.insert_events([event(stream, 1, state)])

    ((position, found, tag, role, recorded_at, n),) = postgres.sql(
        "SELECT position, stream, tag, role, recorded_at, fact ->> 'n' FROM facts", database=database
    )

    assert (position, found, tag, role, recorded_at, n) == (1, stream, "tag", "lead", "2026-11-23T02:00:00Z", "1")


def test_a_row_that_did_not_come_by_the_logs_function_is_not_taken(postgres: Server, database: str) -> None:
    with recorder_on(postgres, database), pytest.raises(psycopg.errors.NotNullViolation):
        postgres.sql(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
            "VALUES (gen_random_uuid(), 1, 't', '')",
            database=database,
        )


def test_nodes_that_start_at_once_make_one_log(postgres: Server, database: str) -> None:
    together = threading.Barrier(4)

    def start(number: int) -> str:
        together.wait()
        with recorder_on(postgres, database) as recorder:
            return recorder.origin(f"node {number}")

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(start, range(4)))) == 1


def test_a_log_lies_in_the_schema_that_is_named(postgres: Server, database: str) -> None:
    with recorder_on(postgres, database, POSTGRES_SCHEMA="our_log") as recorder:
        assert recorder.insert_events([event()]) == [1]
        assert recorder.max_notification_id() == 1
        assert len(recorder.leaves_after(0, 10)) == 1

    assert postgres.sql("SELECT count(*) FROM our_log.stored_events", database=database) == [(1,)]


def test_a_role_that_may_make_nothing_opens_a_log_that_is_there(postgres: Server, database: str) -> None:
    with recorder_on(postgres, database) as recorder:
        recorder.insert_events([event()])
    postgres.sql("CREATE ROLE clerk LOGIN")
    for grant in ("SELECT, INSERT ON ALL TABLES", "USAGE, UPDATE ON ALL SEQUENCES"):
        postgres.sql(f"GRANT {grant} IN SCHEMA public TO clerk", database=database)

    with recorder_on(postgres, database, POSTGRES_USER="clerk") as recorder:
        assert recorder.insert_events([event()]) == [2]
    postgres.sql("DROP OWNED BY clerk", database=database)
    postgres.sql("DROP ROLE clerk")


def test_of_several_hosts_the_one_that_takes_writes_is_found(postgres: Server, database: str) -> None:
    with running(default_transaction_read_only="on") as standby:
        with standby.connect("postgres") as session:
            session.execute("SET default_transaction_read_only = off")
            session.execute(f"CREATE DATABASE {database}".encode())
        hosts = f"{standby.folder},/nowhere,{postgres.folder}"

        with recorder_on(postgres, database, POSTGRES_HOST=hosts) as recorder:
            recorder.insert_events([event()])
            with closing(recorder.desk()) as desk, desk.transaction():
                assert desk.position() == 1

        assert standby.sql("SELECT to_regclass('stored_events')", database=database) == [(None,)]
    assert postgres.sql("SELECT count(*) FROM stored_events", database=database) == [(1,)]


# What is refused


@pytest.mark.parametrize("setting", ["synchronous_commit = off", "synchronous_commit = local"])
def test_a_role_whose_commits_are_answered_before_they_are_safe_is_refused(
    postgres: Server, database: str, setting: str
) -> None:
    postgres.sql(f"ALTER ROLE doorstep IN DATABASE {database} SET {setting}")

    with pytest.raises(NotDurable, match=setting), recorder_on(postgres, database):
        pass


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_could_lose_what_it_answered_in_a_power_cut_is_refused(setting: str) -> None:
    with (
        running(None, **{setting: "off"}) as server,
        server.database() as database,
        pytest.raises(NotDurable, match=f"{setting} = off"),
        recorder_on(server, database),
    ):
        pass


@pytest.mark.parametrize("statement", ["CREATE TABLE stored_events (id int)", "COMMENT ON TABLE stored_events IS 'x'"])
def test_a_table_that_is_no_log_of_this_form_is_refused(postgres: Server, database: str, statement: str) -> None:
    if statement.startswith("COMMENT"):
        with recorder_on(postgres, database):
            pass
    postgres.sql(statement, database=database)

    with pytest.raises(ForeignLog, match="no 'doorstep log 1'"), recorder_on(postgres, database):
        pass


def test_a_server_that_is_not_there_is_named_at_once(postgres: Server) -> None:
    for database, host, said in (
        ("none of this name", str(postgres.folder), "does not exist"),
        ("x", "/none", "/none"),
    ):
        with (
            pytest.raises(LogUnavailable, match=said) as fault,
            recorder_on(postgres, database, POSTGRES_HOST=host),
        ):
            pass
        assert (fault.value.reason, fault.value.in_doubt) == ("gone", False)


# Followers


def woken(listener: Event, *, within: float = 20) -> bool:
    """Whether a follower is woken; without what may still be on its way from before."""
    return listener.wait(within)


def test_followers_are_woken_by_a_commit_of_another_node(
    postgres: Server, database: str, recorder: LogRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.postgres_listening.POLL_SECONDS", 60)
    listener = Event()
    with recorder_on(postgres, database) as here:
        here.listeners.add(listener)
        for _ in range(3):  # the first may be the wake-up of a session that begins to listen
            listener.clear()

            recorder.insert_events([event()])

            assert woken(listener)


def test_a_killed_listening_session_is_opened_again(
    postgres: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.postgres_listening.POLL_SECONDS", 0.05)
    listening = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    with recorder_on(postgres, database) as recorder:
        while not (before := postgres.sql(listening, database=database)):
            time.sleep(0.01)

        postgres.sql(f"SELECT pg_terminate_backend({before[0][0]}, 10000)", database=database)
        while (now := postgres.sql(listening, database=database)) in ([], before):
            time.sleep(0.01)
        monkeypatch.setattr("store.postgres_listening.POLL_SECONDS", 60)
        time.sleep(0.1)  # what is polled for is polled for the last time
        listener = Event()
        recorder.listeners.add(listener)
        with recorder_on(postgres, database, POSTGRES_POOL_SIZE="1") as other:
            other.insert_events([event()])

        assert len(now) == 1
        assert woken(listener)


def test_a_subscription_goes_on_after_its_listening_session_and_the_server_were_killed(
    postgres: Server, database: str, recorder: LogRecorder
) -> None:
    recorder.insert_events([event()])
    with recorder.subscribe(gt=0) as subscription:
        assert next(subscription).id == 1
        postgres.restart()
        recorder.insert_events([event()])

        assert next(subscription).id > 1
