import random
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest

from sync.device.events import Judgement
from sync.frames import IntentBody
from sync.outbox import Entry, IntentTooLarge, Outbox, uuid7
from tests.cast import CASE, FATHER, MONDAY_10AM

LANE, OTHER = uuid5(CASE, "lane"), uuid5(CASE, "other lane")


def add(box: Outbox, lane: UUID = LANE, *, args: bytes = b"{}", **more: Any) -> Entry:
    id = uuid5(lane, f"intent {box.next_seq}")
    return box.add("case.note@1", args, id=id, lane=lane, by=FATHER.id, at=MONDAY_10AM, **more)


def test_sequence_numbers_are_dense_and_each_comes_after_the_last_open_one_of_its_lane() -> None:
    box = Outbox()

    first, other, second = add(box), add(box, OTHER), add(box)

    assert [e.body.seq for e in (first, other, second)] == [1, 2, 3]
    assert [e.body.after for e in (first, other, second)] == [(), (), (first.body.id,)]


def test_a_judged_intent_is_not_named_by_the_next() -> None:
    box = Outbox()
    first = add(box)
    box.judged(Judgement(id=first.body.id, state="applied", pos=3))

    assert add(box).body.after == ()


def test_an_intent_larger_than_any_frame_is_refused_when_it_is_taken() -> None:
    with pytest.raises(IntentTooLarge):
        add(Outbox(), args=b'{"text":"%s"}' % (b"x" * 70_000))


@pytest.mark.parametrize("state", ["applied", "conflict", "refused", "quarantined"])
def test_a_final_verdict_takes_the_intent_out(state: Any) -> None:
    box = Outbox()
    entry = add(box)

    is_final = box.judged(Judgement(id=entry.body.id, state=state))

    assert is_final
    assert len(box) == 0


def test_what_is_put_off_stays_with_the_reason() -> None:
    box = Outbox()
    entry = add(box)

    is_final = box.judged(Judgement(id=entry.body.id, state="held", code="file-missing"))

    assert not is_final
    assert entry.last is not None
    assert entry.last.code == "file-missing"


def test_the_core_is_told_the_text_that_travels() -> None:
    entry = add(Outbox(), needs=(CASE,))

    body = msgspec.json.decode(entry.pending.body, type=IntentBody)

    assert (body.id, body.seq, body.needs) == (entry.pending.id, entry.pending.seq, entry.pending.needs)
    assert (entry.pending.lane, entry.pending.at, entry.pending.state) == (LANE, MONDAY_10AM, "queued")


def test_ids_are_in_order_of_time_and_of_the_right_version() -> None:
    early, late = uuid7(1_000, random.Random(1)), uuid7(1_001, random.Random(1))

    assert early < late
    assert (early.version, early.variant) == (7, "specified in RFC 4122")
