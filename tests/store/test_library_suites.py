"""The event-sourcing library's own suites, passed by the log on SQLite; on a file, since the log is never in memory.

Left out are the suites of transcoders and of tracking alone, for the library's own classes are in use there.
"""

import threading
from pathlib import Path
from typing import Any, TypeVar

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.sqlite import SQLiteTrackingRecorder
from eventsourcing.tests import application
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
)
from eventsourcing.utils import Environment

from store.sqlite import BesideRecorder, LogFactory, LogProcessRecorder, LogRecorder

Kind = TypeVar("Kind")


class OnAFile:
    """What each suite stands on: settings that choose the log on a file of its own."""

    settings: dict[str, str]

    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = {"PERSISTENCE_MODULE": "store.sqlite:LogFactory", "SQLITE_DBNAME": str(tmp_path / "log.db")}
        for name, value in self.settings.items():
            monkeypatch.setenv(name, value)

    def factory_for(self, case: Any) -> LogFactory:
        """A factory that is closed after the test, once the threads have ended that the suite told to stop and left."""
        factory, known = LogFactory(self.settings), set(threading.enumerate())
        case.addCleanup(factory.close)
        case.addCleanup(join_others, known)
        return factory


def join_others(known: set[threading.Thread]) -> None:
    for thread in set(threading.enumerate()) - known:
        thread.join(10)


def of_kind(kind: type[Kind], found: object) -> Kind:
    assert isinstance(found, kind)
    return found


class TestLogRecorder(OnAFile, ApplicationRecorderTestCase[LogRecorder]):
    """The suite of application recorders."""

    def create_recorder(self) -> LogRecorder:
        return of_kind(LogRecorder, self.factory_for(self).application_recorder())

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    @pytest.mark.timeout(60)
    def test_concurrent_throughput(self) -> None:
        super().test_concurrent_throughput()


class TestBesideRecorder(OnAFile, AggregateRecorderTestCase):
    """The suite of aggregate recorders, passed by the one that keeps snapshots."""

    def create_recorder(self) -> AggregateRecorder:
        return self.factory_for(self).aggregate_recorder(purpose="snapshots")


class TestLogProcessRecorder(OnAFile, ProcessRecorderTestCase):
    """The suite of process recorders."""

    def create_recorder(self) -> ProcessRecorder:
        return self.factory_for(self).process_recorder()


class TestPositionsDoNotInterleave(OnAFile, NonInterleavingNotificationIDsBaseCase):
    """The suite of writers in competition."""

    def create_recorder(self) -> ApplicationRecorder:
        return self.factory_for(self).application_recorder()


class OwnTrackingRecorder(SQLiteTrackingRecorder):
    """One that the factory is asked for by its class."""


class TestLogFactory(OnAFile, InfrastructureFactoryTestCase[LogFactory]):
    """The suite of factories."""

    def setUp(self) -> None:
        self.env = Environment(env=self.settings)
        super().setUp()

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return BesideRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return LogRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return SQLiteTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return LogProcessRecorder


class TestExampleApplication(OnAFile, application.ExampleApplicationTestCase):
    """The suite of an application with aggregates and snapshots of the library's own kind."""

    expected_factory_topic = "store.sqlite:LogFactory"


class TestApplication(OnAFile, application.ApplicationTestCase):
    """The suite of applications."""

    @pytest.mark.filterwarnings("always::DeprecationWarning")  # the suite looks for one
    def test_application_log(self) -> None:
        super().test_application_log()
