"""Receipts: the same command has the same answer for ever, faults and floods of refusals included."""

from contextlib import closing
from hashlib import blake2b, sha256
from typing import Any, ClassVar
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.actors import Actor
from domain.case.commands import AcceptCase, AddNote, ChildFiling, ClaimCase, Command, OpenBundle, OpenCase
from domain.case.facts import CaseNoted
from domain.decisions import Bench, Call, Decided, decide
from store.answers import FAULT, Answer
from store.floods import REFUSALS_AN_HOUR
from store.keys import KeyDamaged
from store.log import Entry
from store.receipts import (
    CommandApplied,
    CommandFaulted,
    CommandRefused,
    RefusalsCounted,
    receipt_stream,
    refusals_stream,
)
from store.writer import DOUBT_TRIES
from tests.cast import CASE, FATHER, LEASE, LIN, MONDAY_10AM, STRANGER, TANG, ZHOU, Clock, Filing
from tests.premises import Premises, Site
from tests.store.faulty import make_faulty

NOTE = AddNote(text="已电话联系")
TABLET = UUID("01939c6f-5e00-7000-8000-0000007ab1e7")
DEVICE = replace(TANG, device=TABLET)
CHILDREN = tuple(ChildFiling(case=uuid5(CASE, one), item_id=LEASE.id, item_version=1) for one in ("a", "b"))


class Fragile(Command, frozen=True):
    """A command on which the program fails until it is mended."""

    type: ClassVar[str] = "test.fragile@1"
    text: str = "秘密的话"


class Program:
    """A program that fails on `Fragile` while `error` is set, and decides everything else as ours does."""

    def __init__(self) -> None:
        self.error: Exception | None = ZeroDivisionError("of 陈志远")

    def decide(self, command: Any, call: Call, bench: Bench) -> Decided:
        """Decide one call."""
        if not isinstance(command, Fragile):
            return decide(command, call, bench)
        if self.error is not None:
            raise self.error
        return []


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program of the writer, which fails and has a name."""
    running = Program()
    monkeypatch.setattr("store.judging.decide", running.decide)
    is_program("0123456789abcdef", monkeypatch)
    return running


NEWER_FACT = b'{"meta":{},"fact":{"tag":"test.of-a-newer-program"}}'


def is_program(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.judging.fingerprint", lambda: name)


def receipts(premises: Premises, author: Actor, call: Call) -> list[object]:
    return [envelope.fact for envelope in premises.centre.read(receipt_stream(author.id, call.id))]


# Faults


def test_a_fault_leaves_a_receipt_and_a_line_that_name_the_error_and_no_value(
    premises: Premises, caplog: pytest.LogCaptureFixture
) -> None:
    premises.receive()
    call = premises.call(Fragile(), by=ZHOU)

    answer = premises.centre.submit(call).result(60)

    (receipt,) = receipts(premises, ZHOU, call)
    assert answer == FAULT == premises.centre.answer_to(ZHOU.id, call.id)
    assert isinstance(receipt, CommandFaulted)
    assert (receipt.type, receipt.lane, receipt.fault) == ("test.fragile@1", CASE, "ZeroDivisionError")
    assert "ZeroDivisionError" in caplog.text
    assert "陈志远" not in str(receipt) + caplog.text
    assert premises.words(call) == {"text": "秘密的话"}


@pytest.mark.parametrize("whose", ["the case", "the person"])
def test_what_only_a_newer_program_can_judge_waits_and_leaves_no_receipt(premises: Premises, whose: str) -> None:
    premises.receive()
    other = premises.call(NOTE, by=LIN)
    call = premises.call(NOTE, by=ZHOU, case=CASE if whose == "the case" else UUID(int=CASE.int + 1))
    with closing(premises.centre.event_log.desk()) as desk, desk.transaction():
        stream = CASE if whose == "the case" else ZHOU.id
        desk.append([Entry(stream, desk.version(stream) + 1, "test.of-a-newer-program", NEWER_FACT)])
    head = premises.centre.head()

    answers = premises.centre.submit_all([call, other] if whose == "the person" else [call]).result(60)

    assert answers[0] == Answer(verdict="held", code="service-too-old", retry_ms=2_000)
    assert receipts(premises, ZHOU, call) == []
    assert [answer.verdict for answer in answers[1:]] == ["applied"] * (len(answers) - 1)
    assert premises.centre.head() == head + 2 * (len(answers) - 1)


def test_a_fault_is_answered_the_same_again_by_the_same_program_even_if_it_would_not_fail_now(
    premises: Premises, program: Program
) -> None:
    premises.receive()
    call = premises.call(Fragile(), by=ZHOU)
    premises.centre.submit(call).result(60)
    head = premises.centre.head()

    program.error = None

    assert premises.centre.submit(call).result(60) == FAULT
    assert premises.centre.head() == head


def test_a_mended_program_judges_the_command_anew_and_that_answer_stays(
    premises: Premises, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    call = premises.call(Fragile(), by=ZHOU)
    premises.centre.submit(call).result(60)

    is_program("mended", monkeypatch)
    still = premises.centre.submit(call).result(60)
    is_program("mended again", monkeypatch)
    program.error = None
    mended = premises.centre.submit(call).result(60)
    program.error = ZeroDivisionError()
    is_program("broken again", monkeypatch)
    again = premises.centre.submit(call).result(60)

    assert (still, mended.verdict) == (FAULT, "applied")
    assert again == Answer(verdict="duplicate", pos=mended.pos) == premises.centre.answer_to(ZHOU.id, call.id)
    assert [type(fact) for fact in receipts(premises, ZHOU, call)] == [CommandFaulted, CommandFaulted, CommandApplied]


def test_a_mended_program_does_not_take_another_payload_under_the_same_id(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    call = premises.call(Fragile(), by=ZHOU)
    premises.centre.submit(call).result(60)

    is_program("mended", monkeypatch)

    assert premises.centre.submit(replace(call, digest=b"other")).result(60).code == "id-reused"


def test_a_fault_among_many_is_set_aside_in_the_same_single_commit(premises: Premises) -> None:
    premises.receive()
    before = premises.centre.head()
    commands: list[Command] = [NOTE, Fragile(), NOTE, Fragile(), NOTE] * 20

    answers = premises.centre.submit_all([premises.call(command, by=ZHOU) for command in commands]).result(60)

    assert [a.verdict for a in answers] == ["applied", "quarantined", "applied", "quarantined", "applied"] * 20
    assert premises.centre.head() == before + 60 * 2 + 40


def test_a_fact_that_cannot_be_kept_leaves_nothing_of_its_command_and_disturbs_nobody(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    fold = "store.states.case.evolve"
    monkeypatch.setattr(fold, fails_on_claims(premises))

    calls = [premises.call(command, by=ZHOU) for command in (NOTE, ClaimCase(), NOTE)]
    answers = premises.centre.submit_all(calls).result(60)

    assert [answer.verdict for answer in answers] == ["applied", "quarantined", "applied"]
    tags = [type(envelope.fact).__name__ for envelope in premises.centre.read(CASE)][-2:]
    assert tags == ["CaseNoted", "CaseNoted"]
    monkeypatch.undo()
    assert premises.centre.case(CASE).claimed_by is None


def test_a_fact_that_nobody_could_read_is_not_stored(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    premises.receive()

    def decide_wrongly(command: Any, call: Call, bench: Bench) -> Decided:
        decided = decide(command, call, bench)
        if isinstance(command, ClaimCase):
            return [(to, replace(fact, staff="陈志远")) for to, fact in decided]
        return decided

    monkeypatch.setattr("store.judging.decide", decide_wrongly)
    calls = [premises.call(command, by=ZHOU) for command in (NOTE, ClaimCase(), NOTE)]
    answers = premises.centre.submit_all(calls).result(60)

    assert [answer.verdict for answer in answers] == ["applied", "quarantined", "applied"]
    assert [type(envelope.fact) for envelope in premises.centre.read(CASE)][-2:] == [CaseNoted, CaseNoted]
    assert premises.centre.case(CASE).claimed_by is None


def test_a_damaged_key_leaves_no_receipt_and_the_command_is_judged_once_it_is_mended(premises: Premises) -> None:
    premises.receive()
    vault, calls = premises.centre.vault, [premises.call(note, by=ZHOU) for note in (NOTE, NOTE)]
    elsewhere = premises.call(ClaimCase(), by=ZHOU)

    with pytest.MonkeyPatch.context() as damage:
        damage.setattr(vault, "key_for_writing", damaged)
        answers = premises.centre.submit_all([*calls, elsewhere]).result(60)
    mended = premises.centre.submit_all(calls).result(60)

    assert [answer.verdict for answer in answers] == ["quarantined", "quarantined", "applied"]
    assert [answer.verdict for answer in mended] == ["applied", "applied"]
    assert premises.centre.writer.trouble is None


def damaged(_person: UUID) -> bytes:
    raise KeyDamaged


def fails_on_claims(_premises: Premises) -> Any:
    from domain.case import state  # noqa: PLC0415 - the real one, before it is replaced

    real = state.evolve

    def evolve(fact: Any, case: Any, **by: Any) -> Any:
        if type(fact).__name__ == "CaseClaimed":
            raise ZeroDivisionError
        return real(fact, case, **by)

    return evolve


def test_what_needs_a_faulted_command_waits_and_what_only_follows_goes_on(premises: Premises) -> None:
    premises.receive()
    faulted = premises.call(Fragile(), by=ZHOU)
    needing = premises.call(NOTE, by=ZHOU, needs=(faulted.id,))
    following = premises.call(NOTE, by=ZHOU, after=(faulted.id,))

    answers = premises.centre.submit_all([faulted, needing, following]).result(60)

    assert [answer.verdict for answer in answers] == ["quarantined", "held", "applied"]


# What is kept of what was sent


def test_the_hash_of_what_was_sent_cannot_be_guessed_at(premises: Premises) -> None:
    premises.receive()
    call = premises.call(NOTE, by=ZHOU, digest=b"a plain hash of the bytes")
    premises.centre.submit(call).result(60)

    (receipt,) = receipts(premises, ZHOU, call)

    assert isinstance(receipt, CommandApplied)
    assert len(receipt.digest) == 32
    bare = blake2b(call.digest, digest_size=32).digest()
    assert receipt.digest not in (call.digest, sha256(call.digest).digest(), bare)


@pytest.mark.parametrize(("author", "owner"), [(TANG, FATHER), (STRANGER, STRANGER)], ids=["clerk", "stranger"])
def test_what_staff_send_in_vain_is_sealed_for_the_applicant(premises: Premises, author: Actor, owner: Actor) -> None:
    premises.receive()
    command = AcceptCase() if author is TANG else NOTE
    call = premises.call(command, by=author)
    assert premises.centre.submit(call).result(60).verdict == "refused"

    (receipt,) = receipts(premises, author, call)

    assert isinstance(receipt, CommandRefused)
    assert receipt.payload.person == owner.id


def test_an_agents_refused_filing_is_sealed_for_the_person_it_speaks_of(premises: Premises) -> None:
    filing = Filing(has_agent=True)
    call = premises.call(replace(filing.command, pages=()), by=STRANGER)
    assert premises.centre.submit(call).result(60).verdict == "refused"

    (receipt,) = receipts(premises, STRANGER, call)

    assert isinstance(receipt, CommandRefused)
    assert receipt.payload.person == uuid5(CASE, "applicant")


@pytest.mark.parametrize(
    "command",
    [
        OpenCase(item_id=LEASE.id, item_version=99, channel="window", answers={"name": "陈志远"}),
        OpenBundle(bundle_id="none", channel="phone", answers={"name": "陈志远"}, children=CHILDREN),
    ],
    ids=["case", "bundle"],
)
def test_what_staff_open_for_a_person_in_vain_is_sealed_for_that_person(
    premises: Premises, command: OpenCase | OpenBundle
) -> None:
    call = premises.call(command, by=ZHOU)
    assert premises.centre.submit(call).result(60).verdict == "refused"

    (receipt,) = receipts(premises, ZHOU, call)

    assert isinstance(receipt, CommandRefused)
    assert receipt.payload.person == uuid5(CASE, "applicant")


@pytest.mark.parametrize("sent", [ZHOU, replace(ZHOU, roles=frozenset())], ids=["before", "since"])
def test_what_somebody_sends_whose_last_role_was_taken_is_refused_and_kept(premises: Premises, sent: Actor) -> None:
    premises.receive()
    premises.centre.enrol("zhoumin", name="周敏", roles=(), office="street", password_hash="x")
    call = premises.call(NOTE, by=sent)

    answer = premises.centre.submit(call).result(60)

    (envelope,) = premises.centre.read(receipt_stream(ZHOU.id, call.id))
    assert (answer.verdict, answer.code) == ("refused", "permission-lost")
    assert (envelope.meta.role, envelope.meta.office) == ("window-clerk", "street")
    assert premises.words(call)["text"] == NOTE.text


# Floods of refusals


@pytest.fixture
def refused(premises: Premises) -> list[Answer]:
    """Answers to one refusal more than a device may have in an hour."""
    premises.receive()
    calls = [premises.call(AcceptCase(), by=DEVICE) for _ in range(REFUSALS_AN_HOUR + 3)]
    return premises.centre.submit_all(calls).result(60)


def counted(premises: Premises) -> list[RefusalsCounted]:
    facts = [envelope.fact for envelope in premises.centre.read(refusals_stream(TABLET))]
    return [fact for fact in facts if isinstance(fact, RefusalsCounted)]


def test_a_device_with_too_many_refusals_is_not_judged_until_the_hour_ends(
    premises: Premises, refused: list[Answer], clock: Clock
) -> None:
    assert [a.verdict for a in refused] == ["refused"] * REFUSALS_AN_HOUR + ["retry"] * 3
    assert (refused[-1].code, refused[-1].retry_ms) == ("busy", 3_600_001)
    assert premises.do(NOTE, by=DEVICE).verdict == "retry"
    assert premises.do(NOTE, by=ZHOU).verdict == "applied"

    clock.advance(minutes=59, seconds=59)
    assert premises.do(NOTE, by=DEVICE).verdict == "retry"
    clock.advance(seconds=1)
    assert premises.do(NOTE, by=DEVICE).verdict == "applied"


def test_an_answer_that_was_given_is_given_again_in_a_flood(premises: Premises, refused: list[Answer]) -> None:
    assert refused
    call = premises.call(AcceptCase(), by=replace(DEVICE, device=None))
    first = premises.centre.submit(call).result(60)

    assert premises.centre.submit(replace(call, by=DEVICE)).result(60) == first


def test_what_was_sent_back_is_counted_once_an_hour(premises: Premises, refused: list[Answer], clock: Clock) -> None:
    assert len(refused) == REFUSALS_AN_HOUR + 3
    assert counted(premises) == []

    clock.advance(hours=1)
    premises.do(NOTE, by=ZHOU)
    premises.do(NOTE, by=ZHOU)
    premises.do(NOTE, by=ZHOU)

    expected = RefusalsCounted(device=TABLET, author=TANG.id, since=MONDAY_10AM, unjudged=3)
    assert counted(premises) == [expected]


def test_what_was_sent_back_is_counted_when_the_service_closes(furnished_site: Site) -> None:
    with furnished_site.opened() as premises:
        premises.receive()
        calls = [premises.call(AcceptCase(), by=DEVICE) for _ in range(REFUSALS_AN_HOUR + 3)]
        premises.centre.submit_all(calls).result(60)
    with furnished_site.opened(name="again") as premises:
        assert [fact.unjudged for fact in counted(premises)] == [3]


def test_refusals_of_different_hours_are_not_added_up(premises: Premises, clock: Clock) -> None:
    premises.receive()
    for _ in range(3):
        calls = [premises.call(AcceptCase(), by=DEVICE) for _ in range(REFUSALS_AN_HOUR - 1)]
        answers = premises.centre.submit_all(calls).result(60)
        clock.advance(hours=1)

        assert {answer.verdict for answer in answers} == {"refused"}


def test_a_refusal_that_is_judged_again_because_its_commit_was_lost_counts_once(premises: Premises) -> None:
    premises.receive()
    faults = make_faulty(premises)
    faults.commits.extend(["lost"] * DOUBT_TRIES)
    calls = [premises.call(AcceptCase(), by=DEVICE) for _ in range(REFUSALS_AN_HOUR)]

    answers = premises.centre.submit_all(calls).result(20)

    assert [answer.verdict for answer in answers] == ["refused"] * REFUSALS_AN_HOUR
    assert premises.do(AcceptCase(), by=DEVICE).code == "busy"


def test_what_was_sent_back_is_counted_although_the_first_commit_of_the_next_hour_was_lost(
    premises: Premises, clock: Clock
) -> None:
    premises.receive()
    faults = make_faulty(premises)
    premises.centre.submit_all([premises.call(AcceptCase(), by=DEVICE) for _ in range(REFUSALS_AN_HOUR + 3)]).result(60)

    clock.advance(hours=1)
    faults.commits.extend(["lost", "lost"])
    premises.do(NOTE, by=ZHOU)
    premises.do(NOTE, by=ZHOU)

    assert [fact.unjudged for fact in counted(premises)] == [3]


def test_a_damaged_count_of_refusals_keeps_nobody_from_being_judged(
    premises: Premises, refused: list[Answer], clock: Clock
) -> None:
    assert refused
    damaged = Entry(refusals_stream(TABLET), 1, "refusals.counted", b"damaged")
    with closing(premises.centre.event_log.desk()) as desk, desk.transaction():
        desk.append([damaged])

    clock.advance(hours=1)

    assert premises.do(NOTE, by=ZHOU).verdict == "applied"


def test_a_service_comes_to_rest_although_what_is_left_cannot_be_counted(premises: Premises) -> None:
    premises.receive()
    faults = make_faulty(premises)
    premises.centre.submit_all([premises.call(AcceptCase(), by=DEVICE) for _ in range(REFUSALS_AN_HOUR + 3)]).result(60)
    premises.centre.writer.rest(10)
    faults.slow = lambda: 1 / 0

    premises.centre.writer.close()

    assert premises.centre.writer.rest(0)
    assert premises.centre.writer.trouble is not None
