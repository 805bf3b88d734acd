"""When the log cannot be written: nothing that is not on disk is answered, reads go on, and it recovers by itself."""

import resource
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case.commands import AddNote
from domain.case.facts import CaseNoted
from domain.centre.centre import staff_stream
from domain.centre.commands import EnrolStaff
from store import sqlite_file
from store.answers import Answer
from tests.cast import CASE, MONDAY_10AM, ZHOU, Clock
from tests.premises import Premises, Site, opened
from tests.store.faulty import Faults, make_faulty

NOTE = AddNote(text="已电话联系")
ENROL = EnrolStaff(username="newcomer", name="新人", roles=("lead",), office="street", password_hash="x")


@pytest.fixture
def faults(premises: Premises) -> Faults:
    premises.receive()
    return make_faulty(premises)


def notes(premises: Premises) -> int:
    return sum(isinstance(envelope.fact, CaseNoted) for envelope in premises.centre.read(CASE))


def recovered(premises: Premises) -> bool:
    """Wait until the writer says that all is well."""
    deadline = time.monotonic() + 60
    while premises.centre.writer.trouble and time.monotonic() < deadline:
        time.sleep(0.01)
    return premises.centre.writer.trouble is None


# What is refused, what goes on, and how it ends


@pytest.mark.parametrize("reason", ["full", "read-only", "gone", "busy", "damaged", "fault"])
def test_a_log_that_is_down_says_why_and_everything_can_still_be_read(
    premises: Premises, faults: Faults, reason: str
) -> None:
    faults.down = reason

    answer = premises.do(NOTE, by=ZHOU)

    assert answer == Answer(verdict="retry", code="storage", params={"reason": reason}, retry_ms=2_000)
    trouble = premises.centre.writer.trouble
    assert trouble is not None
    assert (trouble.reason, trouble.since) == (reason, MONDAY_10AM)
    assert premises.centre.case(CASE).is_filed
    assert premises.centre.follow(0, 10)
    assert notes(premises) == 0


def test_the_writer_finds_by_itself_that_the_log_can_be_written_again(premises: Premises, faults: Faults) -> None:
    faults.down = "full"
    premises.do(NOTE, by=ZHOU)

    assert faults.probes.acquire(timeout=10)
    assert premises.centre.writer.trouble is not None
    faults.down = None

    assert recovered(premises)
    assert premises.do(NOTE, by=ZHOU).verdict == "applied"


def test_the_next_command_after_the_cause_is_gone_is_judged_at_once(premises: Premises, faults: Faults) -> None:
    faults.down = "full"
    call = premises.call(NOTE, by=ZHOU)
    assert premises.centre.submit(call).result(60).code == "storage"

    faults.down = None

    assert premises.centre.submit(call).result(60).verdict == "applied"
    assert premises.centre.writer.trouble is None


def test_a_writer_in_trouble_can_be_closed(premises: Premises, faults: Faults) -> None:
    faults.down = "gone"
    premises.do(NOTE, by=ZHOU)

    premises.centre.writer.close()

    assert premises.do(NOTE, by=ZHOU).verdict == "retry"


# Commits whose end is not known


def test_a_commit_that_was_done_though_it_reported_failure_is_answered_as_done(
    premises: Premises, faults: Faults
) -> None:
    faults.commits.append("done but reported as failed")

    answer = premises.do(NOTE, by=ZHOU)

    assert answer.verdict == "applied"
    assert answer.pos == premises.centre.head() - 1
    assert notes(premises) == 1


def test_a_commit_that_was_lost_is_done_again_and_answered_then(premises: Premises, faults: Faults) -> None:
    faults.commits.append("lost")

    answer = premises.do(NOTE, by=ZHOU)

    assert answer.verdict == "applied"
    assert notes(premises) == 1


def test_what_was_done_before_the_commit_in_doubt_is_still_a_duplicate(premises: Premises, faults: Faults) -> None:
    call = premises.call(NOTE, by=ZHOU)
    first = premises.centre.submit(call).result(60)
    faults.commits.append("done but reported as failed")

    answers = premises.centre.submit_all([call, premises.call(NOTE, by=ZHOU)]).result(60)

    assert [answer.verdict for answer in answers] == ["duplicate", "applied"]
    assert answers[0].pos == first.pos


@pytest.mark.parametrize("fate", ["done and then down", "lost and then down"])
def test_a_doubt_that_outlasts_the_patience_is_settled_by_asking_again(
    premises: Premises, faults: Faults, fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.writer.DOUBT_SECONDS", 0.05)
    faults.commits.append(fate)
    call = premises.call(NOTE, by=ZHOU)

    unknown = premises.centre.submit(call).result(60)
    faults.down = None
    known = premises.centre.submit(call).result(60)

    assert (unknown.verdict, unknown.code) == ("retry", "storage")
    assert known.verdict == ("duplicate" if fate.startswith("done") else "applied")
    assert notes(premises) == 1


@pytest.mark.parametrize("fate", ["done and then down", "lost and then down"])
def test_what_the_centre_does_by_itself_gets_the_true_answer(premises: Premises, faults: Faults, fate: str) -> None:
    faults.commits.append(fate)
    back = threading.Timer(0.2, lambda: setattr(faults, "down", None))
    back.start()

    answer = premises.centre.by_itself(ENROL, lane=staff_stream("newcomer"))

    back.join()
    assert answer.verdict == "applied"
    assert len(premises.centre.read(staff_stream("newcomer"))) == 1


def test_a_log_whose_commits_always_report_failure_is_not_asked_for_ever(premises: Premises, faults: Faults) -> None:
    faults.commits.extend(["done but reported as failed"] * 10)

    answer = premises.do(NOTE, by=ZHOU)

    assert (answer.verdict, answer.code) == ("retry", "storage")
    assert notes(premises) == 1


FATES = ["done", "lost", "done but reported as failed"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=st.lists(st.sampled_from(FATES), max_size=12), sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_whatever_commits_do_what_was_answered_is_stored_once_and_nothing_else_is(
    premises: Premises, fates: list[str], sizes: list[int]
) -> None:
    if not premises.centre.case(CASE).is_filed:
        premises.receive()
    faults = make_faulty(premises)
    faults.commits.extend(fates)
    before = notes(premises)
    pending = [[premises.call(NOTE, by=ZHOU) for _ in range(size)] for size in sizes]
    wanted = sum(sizes)

    while pending:
        answered = [premises.centre.submit_all(calls).result(60) for calls in pending]
        retried = [
            [c for c, a in zip(*both, strict=True) if a.verdict == "retry"]
            for both in zip(pending, answered, strict=True)
        ]
        assert {a.verdict for answers in answered for a in answers} <= {"applied", "duplicate", "retry"}
        pending = [calls for calls in retried if calls]

    assert notes(premises) == before + wanted


# A slow disk


def test_a_slow_disk_delays_answers_and_loses_none(premises: Premises, faults: Faults) -> None:
    faults.slow = lambda: time.sleep(0.05)

    with premises.held_up():
        futures = [premises.centre.submit(premises.call(NOTE, by=ZHOU)) for _ in range(50)]
    answers = Counter(future.result(60).verdict for future in futures)

    assert answers == {"applied": 50}
    assert faults.commits_done < 10


def test_nothing_is_answered_before_the_commit_has_ended(premises: Premises, faults: Faults) -> None:
    committing, may_end = threading.Event(), threading.Event()

    def stand_still() -> None:
        committing.set()
        assert may_end.wait(10)

    faults.slow = stand_still
    future = premises.centre.submit(premises.call(NOTE, by=ZHOU))
    assert committing.wait(10)

    assert not future.done()
    may_end.set()
    assert future.result(60).verdict == "applied"


# The clock


def test_recorded_time_never_goes_back_whatever_the_clock_does(premises: Premises, clock: Clock) -> None:
    premises.receive()
    for hours in (1, -3, 0.5, -24, 48, -48):
        clock.advance(hours=hours)
        premises.do(NOTE, by=ZHOU)

    times = [envelope.meta.recorded_at for _, envelope in premises.centre.follow(0, 10_000)]
    assert times == sorted(times)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_recorded_time_does_not_go_back_across_a_restart_with_the_clock_set_back(furnished_site: Site) -> None:
    clock = Clock()
    with furnished_site.opened(clock) as premises:
        clock.advance(days=1)
        premises.receive()
    with furnished_site.opened(Clock(), name="again") as premises:
        premises.do(NOTE, by=ZHOU)

        last = premises.centre.read(CASE)[-1]

    assert last.meta.recorded_at == clock.now


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_recorded_time_does_not_go_back_behind_that_of_another_process(furnished_site: Site) -> None:
    fast = Clock()
    fast.advance(minutes=10)
    with furnished_site.opened() as here, furnished_site.opened(fast, name="there") as there:
        there.receive()
        here.do(NOTE, by=ZHOU)

        times = [envelope.meta.recorded_at for _, envelope in here.centre.follow(0, 10_000)]

    assert times == sorted(times)
    assert times[-1] == fast.now


def test_where_the_engine_has_the_shared_clock_that_one_counts(premises: Premises, faults: Faults) -> None:
    faults.now = premises.centre.read(CASE)[-1].meta.recorded_at + timedelta(days=3)

    premises.do(NOTE, by=ZHOU)

    assert premises.centre.read(CASE)[-1].meta.recorded_at == faults.now


# Real faults of SQLite


@contextmanager
def largest_file(size: int) -> Generator[None]:
    """No file of this process can grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_at_any_byte_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    with opened(tmp_path) as premises:
        premises.receive()
        wal, applied = tmp_path / "log.db-wal", 0
        for step in range(0, 24_000, 2_000):
            calls = [premises.call(NOTE, by=ZHOU) for _ in range(6)]
            with largest_file(wal.stat().st_size + step + 7 * (step % 3)):
                answers = [premises.centre.submit(call).result(60) for call in calls]
            assert {a.verdict for a in answers} <= {"applied", "retry"}
            applied += len(calls)
            again = [premises.centre.submit(call).result(60).verdict for call in calls]
            assert again == ["duplicate" if a.verdict == "applied" else "applied" for a in answers]
        head = premises.centre.head()
    with opened(tmp_path, name="again") as premises:
        assert notes(premises) == applied
        assert premises.centre.head() == head


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Every connection that is made to the log, for setting SQLite's own limits on it."""
    made: list[sqlite3.Connection] = []
    real = vars(sqlite_file)["_connect"]

    def connect(*args: object) -> sqlite3.Connection:
        made.append(real(*args))
        return made[-1]

    monkeypatch.setattr(sqlite_file, "_connect", connect)
    return made


@pytest.mark.parametrize(
    ("limit", "reason"), [("PRAGMA query_only=ON", "read-only"), ("PRAGMA max_page_count=1", "full")]
)
def test_what_sqlite_says_is_told_by_its_reason(
    tmp_path: Path, connections: list[sqlite3.Connection], limit: str, reason: str
) -> None:
    with opened(tmp_path) as premises:
        premises.receive()
        for connection in connections:
            with suppress(sqlite3.ProgrammingError):  # some are closed by now
                connection.execute(limit)
        big = AddNote(text="很长的话" * 500)

        futures = [premises.centre.submit(premises.call(big, by=ZHOU)) for _ in range(8)]
        answers = [future.result(60) for future in futures]

        assert answers[0] == Answer(verdict="retry", code="storage", params={"reason": reason}, retry_ms=2_000)
        assert premises.do(NOTE, by=ZHOU).verdict == "applied"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_log_that_was_moved_away_is_gone_until_it_is_back(premises: Premises) -> None:
    premises.receive()
    log = premises.centre.folder / "log.db"
    away = log.rename(log.with_name("away.db"))

    answer = premises.do(NOTE, by=ZHOU)
    assert answer.params == {"reason": "gone"}
    assert not log.exists()
    away.rename(log)

    assert premises.do(NOTE, by=ZHOU).verdict == "applied"
    assert notes(premises) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_log_in_whose_place_a_copy_was_brought_is_written_and_read_there(premises: Premises) -> None:
    premises.receive()
    log = premises.centre.folder / "log.db"
    copied_to(log, log.with_name("copy.db"))
    discard(log)
    assert premises.do(NOTE, by=ZHOU).params == {"reason": "gone"}
    log.with_name("copy.db").rename(log)

    answer = premises.do(NOTE, by=ZHOU)

    assert answer.verdict == "applied"
    assert notes(premises) == 1
    assert answer.pos is not None
    assert premises.centre.head() > answer.pos
    with closing(sqlite3.connect(log)) as database:
        assert database.execute("SELECT MAX(rowid) FROM stored_events").fetchone() == (premises.centre.head(),)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_another_log_in_the_place_of_the_one_that_was_opened_is_left_as_it_is(
    premises: Premises, tmp_path: Path
) -> None:
    premises.receive()
    log = premises.centre.folder / "log.db"
    with opened(tmp_path / "other") as other:
        other.receive()
        head = other.centre.head()
    discard(log)
    (tmp_path / "other" / "log.db").rename(log)

    verdicts = [premises.do(NOTE, by=ZHOU).verdict for _ in range(3)]

    assert verdicts == ["retry"] * 3
    with closing(sqlite3.connect(log)) as database:
        assert database.execute("SELECT MAX(rowid) FROM stored_events").fetchone() == (head,)


def copied_to(log: Path, to: Path) -> None:
    with closing(sqlite3.connect(log)) as database:
        database.execute("VACUUM INTO ?", (str(to),))


def discard(log: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        log.with_name(log.name + suffix).unlink()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_event_without_its_leaf_stops_every_append(premises: Premises) -> None:
    premises.receive()
    with closing(sqlite3.connect(premises.centre.folder / "log.db")) as database, database:
        database.execute("UPDATE stored_events SET leaf_hash=x'' WHERE rowid=(SELECT MAX(rowid) FROM stored_events)")

    answer = premises.do(NOTE, by=ZHOU)

    assert answer.params == {"reason": "damaged"}
    assert notes(premises) == 0
