"""The single writer: one answer for ever, order within a lane, faults set aside alone, two processes on one log."""

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from bootstrap.places import ROOT
from domain.case.commands import (
    AcceptCase,
    AddNote,
    ClaimCase,
    Command,
    DecideCase,
    ReviewCase,
    SupplementCase,
    ViewRecord,
    WithdrawCase,
)
from domain.case.facts import CaseAccepted, CaseClaimed, CaseFiled, CaseNoted
from domain.centre.centre import (
    CALENDAR_STREAM,
    CENTRE_STREAM,
    item_stream,
    series_stream,
    staff_stream,
    views_stream,
)
from domain.centre.commands import PublishItem
from domain.decisions import Call
from store.answers import Answer
from store.receipts import CommandApplied, CommandRefused, receipt_stream
from tests.cast import (
    CASE,
    FATHER,
    GU,
    LEASE,
    LI,
    LIN,
    MONDAY_10AM,
    STRANGER,
    TANG,
    WANG,
    ZHOU,
    Clock,
    Filing,
    resident,
)
from tests.premises import Premises, Site, opened

NOTE = AddNote(text="已电话联系")


class Unheard(Command, frozen=True):
    """A command for which there is no decision: a defect of the program."""

    type: ClassVar[str] = "test.unheard@1"


def log_of(premises: Premises) -> Path:
    return premises.centre.folder / "log.db"


def case_named(name: str) -> UUID:
    return uuid5(CASE, name)


@contextmanager
def sql(premises: Premises) -> Generator[sqlite3.Connection]:
    """A connection of somebody else to the log."""
    with closing(sqlite3.connect(log_of(premises), isolation_level=None)) as database:
        yield database


def together(premises: Premises, calls: list[Call]) -> list[Answer]:
    """Let calls be judged in one transaction: somebody else holds the lock until all of them wait."""
    with premises.held_up():
        plug = premises.centre.submit(premises.call(WithdrawCase(), by=STRANGER, case=case_named("plug")))
        while premises.centre.writer.waiting:
            time.sleep(0.001)
        waiting = [premises.centre.submit(call) for call in calls]
    plug.result(60)
    return [future.result(60) for future in waiting]


def tags(premises: Premises, stream: UUID = CASE) -> list[str]:
    return [str(e.fact.__struct_config__.tag) for e in premises.centre.read(stream)]


# One answer for ever


def test_the_answer_gives_the_position_of_the_last_fact_on_the_lane(premises: Premises) -> None:
    premises.receive()

    answer = premises.do(AcceptCase(), by=ZHOU)

    facts = {position: envelope.fact for position, envelope in premises.centre.follow(0, 10_000)}
    assert answer.pos is not None
    assert answer == Answer(verdict="applied", pos=answer.pos)
    assert isinstance(facts[answer.pos - 1], CaseClaimed)
    assert isinstance(facts[answer.pos], CaseAccepted)
    assert isinstance(facts[answer.pos + 1], CommandApplied)


def test_a_command_without_a_fact_on_its_lane_is_answered_with_the_place_of_its_receipt(premises: Premises) -> None:
    premises.receive()

    answer = premises.do(ViewRecord(position=1, at=MONDAY_10AM), by=GU)

    assert answer.pos == premises.centre.head()
    assert tags(premises, views_stream(CASE)) == ["record.viewed"]


def test_the_same_command_again_gets_the_first_position_and_changes_nothing(premises: Premises) -> None:
    premises.receive()
    call = premises.call(ClaimCase(), by=ZHOU)
    first = premises.centre.submit(call).result(60)
    head = premises.centre.head()

    again = premises.centre.submit(call).result(60)

    assert again == Answer(verdict="duplicate", pos=first.pos)
    assert premises.centre.head() == head
    assert premises.centre.answer_to(ZHOU.id, call.id) == again


def test_the_same_command_again_in_one_transaction_gets_the_first_position(premises: Premises) -> None:
    premises.receive()
    call = premises.call(ClaimCase(), by=ZHOU)

    first, again = together(premises, [call, call])

    assert (first.verdict, again.verdict) == ("applied", "duplicate")
    assert first.pos == again.pos


def test_a_refusal_is_given_again_word_for_word(premises: Premises) -> None:
    premises.receive()
    call = premises.call(AcceptCase(), by=TANG)
    first = premises.centre.submit(call).result(60)

    premises.do(ClaimCase(), by=ZHOU)

    assert first.code == "not-qualified"
    assert premises.centre.submit(call).result(60) == first
    assert premises.centre.answer_to(TANG.id, call.id) == first


def test_the_answer_survives_a_restart(site: Site) -> None:
    with site.opened() as premises:
        premises.receive()
        call = premises.call(ClaimCase(), by=ZHOU)
        first = premises.centre.submit(call).result(60)
    with site.opened() as premises:
        assert premises.centre.submit(call).result(60) == Answer(verdict="duplicate", pos=first.pos)


@pytest.mark.parametrize("other", [{"digest": b"other"}, {"lane": case_named("other")}], ids=["payload", "lane"])
def test_another_payload_under_the_same_id_is_refused_as_such(premises: Premises, other: dict[str, Any]) -> None:
    premises.receive()
    call = premises.call(NOTE, by=ZHOU)
    premises.centre.submit(call).result(60)

    answer = premises.centre.submit(replace(call, **other)).result(60)

    assert answer == Answer(verdict="refused", code="id-reused")


def test_nobody_can_take_another_persons_command_id(premises: Premises) -> None:
    premises.receive()
    call = premises.call(NOTE, by=ZHOU)
    premises.centre.submit(call).result(60)

    assert premises.centre.submit(replace(call, by=LIN)).result(60).verdict == "applied"
    assert premises.centre.answer_to(STRANGER.id, call.id) is None


def test_what_was_refused_is_kept_sealed_for_its_author(premises: Premises) -> None:
    premises.receive()
    call = premises.call(AddNote(text="秘密的话"), by=STRANGER)
    premises.centre.submit(call).result(60)

    (envelope,) = premises.centre.read(receipt_stream(STRANGER.id, call.id))

    assert isinstance(envelope.fact, CommandRefused)
    assert envelope.fact.payload.person == STRANGER.id
    assert premises.words(call) == {"text": "秘密的话"}
    _, rows = premises.centre.event_log.rows_after(0, 10_000)
    assert [row.tag for row in rows if "秘密的话".encode() in row.state] == []


# Order within a lane


def test_a_command_waits_for_the_one_it_names_before_it(premises: Premises) -> None:
    premises.receive()
    first = premises.call(ClaimCase(), by=ZHOU)
    second = premises.call(NOTE, by=ZHOU, after=(first.id,))

    early = premises.centre.submit(second).result(60)
    premises.centre.submit(first).result(60)

    assert early == Answer(verdict="held", code="after-pending", params={"after": str(first.id)})
    assert premises.centre.submit(second).result(60).verdict == "applied"
    assert tags(premises)[-2:] == ["case.claimed", "case.noted"]


def test_a_held_command_leaves_no_trace(premises: Premises) -> None:
    head = premises.centre.head()

    premises.centre.submit(premises.call(NOTE, by=ZHOU, after=(CASE,))).result(60)

    assert premises.centre.head() == head


def test_a_refused_command_stops_only_those_that_need_it(premises: Premises) -> None:
    premises.receive()
    premises.do(ClaimCase(), by=LIN)
    refused = premises.call(ClaimCase(), by=ZHOU)
    needing = premises.call(AcceptCase(), by=ZHOU, needs=(refused.id,))
    following = premises.call(NOTE, by=ZHOU, after=(refused.id,))

    answers = together(premises, [refused, needing, following])

    assert [answer.code for answer in answers] == ["already-claimed", "needs-refused", None]
    assert answers[2].verdict == "applied"


def test_order_holds_within_one_transaction(premises: Premises) -> None:
    filing = Filing()
    file = premises.call(filing.command, by=FATHER, files=filing.files)
    withdraw = premises.call(WithdrawCase(), by=FATHER, needs=(file.id,), after=(file.id,))

    assert [answer.verdict for answer in together(premises, [file, withdraw])] == ["applied", "applied"]
    assert tags(premises) == ["case.filed", "case.withdrawn"]


# What is judged together


def test_each_command_of_a_group_sees_what_the_ones_before_it_did(premises: Premises) -> None:
    premises.receive()

    answers = together(premises, [premises.call(ClaimCase(), by=who) for who in (ZHOU, LIN, ZHOU)])

    assert [answer.code for answer in answers] == [None, "already-claimed", "already-claimed"]


def test_a_decision_is_stale_after_a_material_fact_of_its_own_group(premises: Premises) -> None:
    premises.receive()
    seen = premises.do(AcceptCase(), by=ZHOU).pos

    review, decision = together(
        premises,
        [
            premises.call(ReviewCase(), by=LI),
            premises.call(DecideCase(outcome="granted"), by=WANG, base=seen),
        ],
    )

    assert review.verdict == "applied"
    assert decision.code == "stale-decision"
    assert decision.params == {"happened": ["case.reviewed"]}


def test_numbers_of_one_group_are_dense(premises: Premises) -> None:
    cases = [case_named(f"dense {n}") for n in range(20)]
    filings = [Filing(case=case) for case in cases]

    answers = together(
        premises,
        [premises.call(f.command, by=FATHER, case=c, files=f.files) for f, c in zip(filings, cases, strict=True)],
    )

    assert {answer.verdict for answer in answers} == {"applied"}
    assert serials(premises, cases) == list(range(1, 21))


def serials(premises: Premises, cases: list[UUID]) -> list[int]:
    filed = [premises.centre.read(case)[0].fact for case in cases]
    return sorted(int(fact.filing_number.split("-")[2]) for fact in filed if isinstance(fact, CaseFiled))


def test_a_refused_filing_uses_no_number(premises: Premises) -> None:
    filing = Filing()
    premises.do(replace(filing.command, pages=()), by=FATHER)
    premises.file()

    assert serials(premises, [CASE]) == [1]
    assert len(premises.centre.read(series_stream("filing:20261123"))) == 1


def test_time_recorded_never_goes_back(premises: Premises, clock: Clock) -> None:
    premises.receive()
    clock.advance(hours=-2)

    premises.do(ClaimCase(), by=ZHOU)

    times = [envelope.meta.recorded_at for envelope in premises.centre.read(CASE)]
    assert times == sorted(times)


def test_the_devices_clock_is_kept_beside_and_changes_nothing(premises: Premises) -> None:
    premises.receive()
    wrong = MONDAY_10AM.replace(year=1999)

    premises.centre.submit(replace(premises.call(ClaimCase(), by=ZHOU), captured_at=wrong)).result(60)

    meta = premises.centre.read(CASE)[-1].meta
    assert (meta.captured_at, meta.recorded_at) == (wrong, MONDAY_10AM)


# Faults


def test_a_command_that_faults_is_set_aside_alone(premises: Premises) -> None:
    premises.receive()

    answers = together(
        premises,
        [
            premises.call(ClaimCase(), by=ZHOU),
            premises.call(Unheard(), by=ZHOU),
            premises.call(NOTE, by=LIN),
        ],
    )

    assert [answer.verdict for answer in answers] == ["applied", "quarantined", "applied"]
    assert answers[1] == Answer(verdict="quarantined", code="server-fault")
    assert tags(premises)[-2:] == ["case.claimed", "case.noted"]


def test_a_full_queue_answers_busy_at_once(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    premises.receive()
    monkeypatch.setattr("store.waiting.QUEUE_LIMIT", 3)
    with premises.held_up():
        futures = [premises.centre.submit(premises.call(NOTE, by=ZHOU)) for _ in range(8)]
        busy = [future.result(0) for future in futures if future.done()]
    answers = Counter(future.result(60).verdict for future in futures)

    assert len(busy) >= 4
    assert {(answer.verdict, answer.code) for answer in busy} == {("retry", "busy")}
    assert answers == {"retry": len(busy), "applied": 8 - len(busy)}


STORAGE = ("retry", "storage")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_log_that_cannot_be_written_answers_storage_and_recovers(premises: Premises) -> None:
    premises.receive()
    call = premises.call(ClaimCase(), by=ZHOU)
    with sql(premises) as database:
        database.execute("ALTER TABLE stored_events RENAME TO stolen")
        failed = premises.centre.submit(call).result(60)
        database.execute("ALTER TABLE stolen RENAME TO stored_events")

    assert (failed.verdict, failed.code) == STORAGE
    assert premises.centre.submit(call).result(60).verdict == "applied"


@contextmanager
def full_disk(largest: Path) -> Generator[None]:
    """No file can grow beyond the size of `largest`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("database", ["log.db-wal", "keys.db-wal"])
def test_a_full_disk_answers_storage_and_loses_nothing(tmp_path: Path, database: str) -> None:
    newcomer = resident("newcomer")
    case = case_named("newcomer's case")
    filing = Filing(case=case)
    with opened(tmp_path) as premises:
        call = premises.call(filing.command, by=newcomer, case=case, files=filing.files)
        with full_disk(tmp_path / database):
            failed = premises.centre.submit(call).result(60)
        answer = premises.centre.submit(call).result(60)

        assert (failed.verdict, failed.code) == STORAGE
        assert answer.verdict == "applied"
    with opened(tmp_path) as premises:
        (filed,) = premises.centre.read(case)
        assert premises.centre.unseal(filed, "answers")["applicant_name"] == "陈志远"


def test_a_key_made_for_a_command_that_was_rolled_back_is_not_used_after_another_process_made_one(
    tmp_path: Path,
) -> None:
    newcomer = resident("newcomer")
    with opened(tmp_path) as here, opened(tmp_path, name="there") as there, sql(here) as database:
        database.execute(
            "CREATE TRIGGER no_space BEFORE INSERT ON stored_events BEGIN SELECT RAISE(ABORT, 'no space'); END"
        )
        assert here.file(by=newcomer).code == "storage"
        database.execute("DROP TRIGGER no_space")
        assert there.file(by=newcomer).verdict == "applied"
        assert here.do(SupplementCase(reply="说明"), by=newcomer).verdict == "applied"
    with opened(tmp_path) as again:
        filed, supplemented, *_ = again.centre.read(CASE)
        assert again.centre.unseal(filed, "answers")
        assert again.centre.unseal(supplemented, "reply") == "说明"


def test_what_is_submitted_while_closing_is_answered(site: Site) -> None:
    with site.opened() as premises:
        premises.receive()
        before = [premises.centre.submit(premises.call(NOTE, by=ZHOU)) for _ in range(50)]
        premises.centre.writer.close()
        after = premises.centre.submit(premises.call(NOTE, by=ZHOU))

        assert {future.result(0).verdict for future in before} == {"applied"}
        assert after.result(1).verdict == "retry"


def test_a_caller_who_has_gone_disturbs_nobody(premises: Premises) -> None:
    premises.receive()
    with sql(premises) as database:
        database.execute("BEGIN IMMEDIATE")
        gone = premises.centre.submit(premises.call(NOTE, by=ZHOU))
        gone.cancel()
        database.execute("ROLLBACK")

    assert premises.do(NOTE, by=LIN).verdict == "applied"
    assert gone.result(1).verdict == "applied"


@pytest.mark.parametrize(
    "lane",
    [CENTRE_STREAM, CALENDAR_STREAM, item_stream(LEASE.id), ZHOU.id, series_stream("filing:20261123")],
    ids=["centre", "calendar", "item", "member of staff", "number series"],
)
def test_a_stream_that_is_no_case_cannot_be_filed_into_or_acted_on(tmp_path: Path, lane: UUID) -> None:
    filing = Filing(case=lane)
    for warm in (True, False):
        with opened(tmp_path / str(warm)) as premises:
            premises.file()
        with opened(tmp_path / str(warm)) as premises:
            if warm:
                premises.receive(case=case_named("another"))
                premises.do(ClaimCase(), by=ZHOU, case=case_named("another"))
            before = premises.centre.read(lane)

            answers = [premises.file(filing, case=lane), premises.do(WithdrawCase(), by=FATHER, case=lane)]

            assert [(answer.verdict, answer.code) for answer in answers] == [("refused", "not-found")] * 2
            assert premises.centre.read(lane) == before


def test_asking_for_a_case_that_is_not_there_leaves_its_id_free_for_what_comes(premises: Premises) -> None:
    newcomer, newest = staff_stream("newcomer"), replace(LEASE, version=1, id="newest-item")
    for lane in (newcomer, item_stream(newest.id)):
        premises.do(WithdrawCase(), by=STRANGER, case=lane)

    premises.centre.enrol("newcomer", name="新人", roles=("lead",), office="street", password_hash="x")
    published = premises.centre.by_itself(PublishItem(item=newest), lane=item_stream(newest.id))

    assert premises.centre.staff_by_id(newcomer).name == "新人"
    assert published.verdict == "applied"


# Several threads and processes


def test_many_threads_get_one_answer_each_and_streams_stay_dense(premises: Premises) -> None:
    premises.receive()
    futures: list[Future[Answer]] = [premises.centre.submit(premises.call(NOTE, by=ZHOU)) for _ in range(500)]

    answers = [future.result(20) for future in futures]

    notes = [e for e in premises.centre.read(CASE) if isinstance(e.fact, CaseNoted)]
    assert {answer.verdict for answer in answers} == {"applied"}
    assert len({answer.pos for answer in answers}) == 500
    assert len(notes) == 500
    versions = [e.originator_version for e in premises.centre.read(CASE)]
    assert versions == list(range(1, len(versions) + 1))


def test_two_processes_write_one_log_without_a_lock_error_and_with_dense_numbers(site: Site) -> None:
    cases = 60
    with site.opened() as premises:
        others = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.store.filer", site.as_text(), name, str(cases)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("left", "right")
        ]
        own = [case_named(f"own {n}") for n in range(cases)]
        answers = [premises.file(case=case) for case in own]
        said = [json.loads(process.communicate(timeout=60)[0]) for process in others]

        assert {answer.verdict for answer in answers} == {"applied"}
        assert [one["verdicts"] for one in said] == [{"applied": cases}, {"applied": cases}]
        everybodys = [*own, *(UUID(case) for one in said for case in one["cases"])]
        assert serials(premises, everybodys) == list(range(1, 3 * cases + 1))


def test_a_state_that_another_process_changed_is_read_again(site: Site) -> None:
    with site.opened() as here, site.opened(name="there") as there:
        here.receive()
        assert there.do(ClaimCase(), by=LIN).verdict == "applied"

        assert here.do(ClaimCase(), by=ZHOU).code == "already-claimed"
