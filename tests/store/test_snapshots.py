"""Snapshots of long streams: the same state sooner, or the same state all the same where they are of no use."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import AggregateRecorder, MapperDeserialisationError, OperationalError, StoredEvent

from domain.case.commands import AddNote, ClaimCase
from domain.case.state import Case
from domain.centre.centre import CALENDAR_STREAM, item_stream, staff_stream
from store.log import Entry
from store.program import fingerprint
from store.snapshots import SNAPSHOT_EVERY, Snapshots, Source
from store.states import CASE, PUBLISHED, SHAPES, STAFF, Kind, folded, loaded
from tests.cast import CASE as THE_CASE
from tests.cast import LEASE, MONDAY_10AM, ZHOU, Clock
from tests.laws.histories import CASES, History
from tests.premises import Premises, Site, opened

NOTE = AddNote(text="已电话联系")
STREAMS: list[tuple[UUID, Kind]] = [
    *((case, CASE) for case in CASES),
    (CALENDAR_STREAM, PUBLISHED),
    (item_stream(LEASE.id), PUBLISHED),
    (staff_stream("zhoumin"), STAFF),
]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> int:
    """Snapshots are due after every few facts."""
    for module in ("states", "writer"):
        monkeypatch.setattr(f"store.{module}.SNAPSHOT_EVERY", 4)
    return 4


def recorder(premises: Premises) -> AggregateRecorder:
    assert premises.centre.snapshots is not None
    return premises.centre.snapshots.recorder


def kept(premises: Premises, stream: UUID = THE_CASE) -> list[StoredEvent]:
    return list(recorder(premises).select_events(stream))


def from_the_beginning(premises: Premises, stream: UUID, kind: Kind) -> object:
    return folded(premises.centre.event_log.states(stream), premises.centre.facts, stream, kind)


def note(premises: Premises, times: int) -> None:
    answers = premises.centre.submit_all([premises.call(NOTE, by=ZHOU) for _ in range(times)]).result(20)
    assert {answer.verdict for answer in answers} == {"applied"}
    assert premises.centre.writer.rest(10)


class Counting:
    """A source that tells how many events were fetched."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.fetched = 0

    def states(self, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        """As the real one."""
        found = self._source.states(stream, after=after, limit=limit)
        self.fetched += len(found)
        return found


# The same state


@pytest.mark.parametrize("seed", range(4))
def test_with_and_without_snapshots_every_stream_has_the_same_state(tmp_path: Path, often: int, seed: int) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as premises:
        History(premises, clock, seed).walk(150)
    with opened(tmp_path, clock, name="again") as premises:
        centre = premises.centre
        snapshots = Snapshots(recorder(premises), SHAPES)
        heads = {s: loaded(centre.event_log, centre.facts, snapshots, s, kind) for s, kind in STREAMS}

        assert heads == {stream: from_the_beginning(premises, stream, kind) for stream, kind in STREAMS}
        assert any(kept(premises, stream) for stream, _ in STREAMS), often


@pytest.mark.parametrize("seed", range(2))
def test_every_state_on_the_way_is_the_same_after_it_was_written_down(tmp_path: Path, seed: int) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as premises:
        History(premises, clock, seed).walk(100)
        for stream, kind in STREAMS:
            rows = premises.centre.event_log.states(stream)
            for version in range(1, len(rows) + 1):
                state = folded(rows[:version], premises.centre.facts, stream, kind).state
                written = msgspec.msgpack.encode(state)
                assert msgspec.msgpack.decode(written, type=SHAPES[kind.name]) == state


def test_the_writer_goes_on_from_a_snapshot(furnished_site: Site, often: int) -> None:
    with furnished_site.opened() as premises:
        premises.receive()
        note(premises, 3 * often)
    with furnished_site.opened(name="again") as premises:
        assert kept(premises)
        note(premises, 2)
        assert premises.do(ClaimCase(), by=ZHOU).verdict == "applied"

        assert premises.centre.case(THE_CASE).claimed_by == ZHOU.id
        versions = [envelope.originator_version for envelope in premises.centre.read(THE_CASE)]
    assert versions == list(range(1, len(versions) + 1))


# Taken where a stream is long, and used


def test_a_stream_has_a_snapshot_once_it_is_long(premises: Premises) -> None:
    premises.receive()
    note(premises, SNAPSHOT_EVERY // 2)
    assert kept(premises) == []

    note(premises, SNAPSHOT_EVERY // 2)

    (snapshot,) = kept(premises)
    assert snapshot.topic == f"case@{fingerprint()}"
    assert snapshot.originator_version >= SNAPSHOT_EVERY


def test_a_long_stream_is_read_from_its_snapshot_on(premises: Premises) -> None:
    premises.receive()
    for _ in range(10):
        note(premises, SNAPSHOT_EVERY)
    source, centre = Counting(premises.centre.event_log), premises.centre

    head = loaded(source, centre.facts, Snapshots(recorder(premises), SHAPES), THE_CASE, CASE)

    assert head == from_the_beginning(premises, THE_CASE, CASE)
    assert head.version > 10 * SNAPSHOT_EVERY
    assert source.fetched <= 2 * SNAPSHOT_EVERY


# Passed over where they are of no use


@pytest.fixture
def long(premises: Premises, often: int) -> Premises:
    """A centre whose case has a snapshot."""
    premises.receive()
    note(premises, 3 * often)
    assert kept(premises)
    return premises


def at_head(premises: Premises, *, program: str | None = None) -> tuple[object, int]:
    """The state of the case, and how many events were fetched for it."""
    centre, source = premises.centre, Counting(premises.centre.event_log)
    snapshots = Snapshots(recorder(premises), SHAPES, program=program)
    return loaded(source, centre.facts, snapshots, THE_CASE, CASE), source.fetched


def put(premises: Premises, topic: str, state: bytes) -> None:
    """A snapshot newer than all others."""
    recorder(premises).insert_events([StoredEvent(THE_CASE, kept(premises)[-1].originator_version + 1, topic, state)])


def test_a_snapshot_of_another_program_is_passed_over(long: Premises) -> None:
    head, fetched = at_head(long, program="another")

    assert head == from_the_beginning(long, THE_CASE, CASE)
    assert fetched == len(long.centre.read(THE_CASE))


@pytest.mark.parametrize(
    ("topic", "state"),
    [
        (f"case@{fingerprint()}", b"\xc1 not to be read"),
        (f"case@{fingerprint()}", msgspec.msgpack.encode([b"0" * 32, Case()])),
        (f"session@{fingerprint()}", b""),
        ("", b""),
    ],
    ids=["damaged", "of another event", "of another kind", "without a topic"],
)
def test_a_snapshot_that_does_not_fit_is_passed_over(long: Premises, topic: str, state: bytes) -> None:
    put(long, topic, state)

    head, _ = at_head(long)

    assert head == from_the_beginning(long, THE_CASE, CASE)
    assert long.do(NOTE, by=ZHOU).verdict == "applied"


def test_an_event_after_the_snapshot_that_cannot_be_read_is_named_by_its_own_version(long: Premises) -> None:
    with closing(long.centre.event_log.desk()) as desk, desk.transaction():
        damaged = desk.version(THE_CASE) + 1
        desk.append([Entry(THE_CASE, damaged, "case.noted", b"{}")])

    with pytest.raises(MapperDeserialisationError, match=f"{THE_CASE}/{damaged}"):
        at_head(long)


def test_a_snapshot_of_a_longer_stream_than_there_is_is_passed_over(long: Premises) -> None:
    snapshot = kept(long)[-1]
    recorder(long).insert_events([StoredEvent(THE_CASE, 10_000, snapshot.topic, snapshot.state)])

    head, _ = at_head(long)

    assert head == from_the_beginning(long, THE_CASE, CASE)


def fails_on_the_disk(premises: Premises, patch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OperationalError("no space")

    patch.setattr(recorder(premises), "insert_events", full)


def fails_in_the_encoder(_: Premises, patch: pytest.MonkeyPatch) -> None:
    def unencodable(*_: object) -> bytes:
        raise TypeError("no such type")

    patch.setattr("store.snapshots._written", unencodable)


@pytest.mark.parametrize("fails", [fails_on_the_disk, fails_in_the_encoder])
def test_snapshots_that_cannot_be_kept_are_missed_by_nobody(
    premises: Premises,
    often: int,
    fails: Callable[[Premises, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fails(premises, monkeypatch)
    premises.receive()

    note(premises, 3 * often)

    assert kept(premises) == []
    assert premises.centre.writer.trouble is None
    assert premises.centre.read(THE_CASE)[-1].meta.recorded_at == MONDAY_10AM
