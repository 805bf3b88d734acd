import random
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest

from sync.frames import IntentBody, Limits, Push, SignedIntent, Verdict
from sync.outbox import Entry, IntentTooLarge, Outbox, full_jitter, uuid7
from tests.cast import CASE, FATHER, MONDAY_10AM

LANE, OTHER = uuid5(CASE, "lane"), uuid5(CASE, "other lane")
LIMITS = Limits()
push_decoder = msgspec.json.Decoder(Push)
body_decoder = msgspec.json.Decoder(IntentBody)


def outbox() -> Outbox:
    return Outbox(random.Random(7))


def add(box: Outbox, lane: UUID = LANE, *, args: bytes = b"{}", **more: Any) -> Entry:
    id = uuid5(lane, f"intent {box.next_seq}")
    return box.add("case.note@1", args, id=id, lane=lane, by=FATHER.id, at=MONDAY_10AM, **more)


def pushed(frame: bytes | None) -> list[IntentBody]:
    assert frame is not None
    return [body_decoder.decode(signed.body) for signed in push_decoder.decode(frame).intents]


def ids(entries: Iterable[Entry | IntentBody]) -> list[UUID]:
    return [(entry.body if isinstance(entry, Entry) else entry).id for entry in entries]


def verdict(entry: Entry, verdict: str, **more: Any) -> Verdict:
    return msgspec.convert({"id": entry.body.id, "verdict": verdict, **more}, Verdict)


def test_sequence_numbers_are_dense_and_each_comes_after_the_last_open_one_of_its_lane() -> None:
    box = outbox()

    first, other, second = add(box), add(box, OTHER), add(box)

    assert [e.body.seq for e in (first, other, second)] == [1, 2, 3]
    assert [e.body.after for e in (first, other, second)] == [(), (), (first.body.id,)]


def test_a_judged_intent_is_not_named_by_the_next() -> None:
    box = outbox()
    first = add(box)
    box.next_push(LIMITS, 0)
    box.judged(1, [verdict(first, "applied", pos=3)], 0)

    assert add(box).body.after == ()


def test_what_it_owes_is_told() -> None:
    box = outbox()
    add(box)
    add(box)

    assert (box.owed.n, box.owed.next_seq, box.owed.oldest_at) == (2, 3, MONDAY_10AM)
    assert outbox().owed.oldest_at is None


def test_a_push_holds_at_most_as_many_intents_as_the_server_takes() -> None:
    box = outbox()
    entries = [add(box) for _ in range(5)]

    frames = [pushed(box.next_push(Limits(intents=2), 0)) for _ in range(3)]

    assert [ids(frame) for frame in frames] == [ids(entries[:2]), ids(entries[2:4]), ids(entries[4:])]


def test_a_push_holds_at_most_as_many_bytes_as_the_server_takes() -> None:
    box = outbox()
    for _ in range(4):
        add(box, args=b'{"text":"%s"}' % (b"x" * 300))
    limits = Limits(bytes=2_000)

    first = box.next_push(limits, 0)
    second = box.next_push(limits, 0)

    assert first is not None
    assert len(first) <= 2_000 + 40
    assert len(pushed(first)) + len(pushed(second)) == 4


def test_an_intent_larger_than_any_frame_is_refused_when_it_is_taken() -> None:
    with pytest.raises(IntentTooLarge):
        add(outbox(), args=b'{"text":"%s"}' % (b"x" * 70_000))


def test_no_more_batches_are_under_way_than_the_server_takes() -> None:
    box = outbox()
    first = add(box)
    for _ in range(3):
        add(box)
    limits = Limits(intents=1, inflight=2)
    box.next_push(limits, 0)
    box.next_push(limits, 0)

    full = box.next_push(limits, 0)
    box.judged(1, [verdict(first, "applied", pos=1)], 0)

    assert full is None
    assert pushed(box.next_push(limits, 0))


@pytest.mark.parametrize("final", ["applied", "duplicate", "conflict", "refused", "quarantined"])
def test_a_final_verdict_takes_the_intent_out(final: str) -> None:
    box = outbox()
    entry = add(box)
    box.next_push(LIMITS, 0)

    told = box.judged(1, [verdict(entry, final)], 0)

    assert told == [verdict(entry, final)]
    assert len(box) == 0


@pytest.mark.parametrize(("put_off", "code"), [("retry", "busy"), ("held", "file-missing")])
def test_an_intent_that_is_put_off_keeps_its_lane_waiting_and_no_other(put_off: str, code: str) -> None:
    box = outbox()
    first, _ = add(box), box.next_push(LIMITS, 0)
    second, other = add(box), add(box, OTHER)

    told = box.judged(1, [verdict(first, put_off, code=code, retry_ms=500)], 10.0)
    now = box.next_push(LIMITS, 10.1)
    later = box.next_push(LIMITS, 10.6)

    assert told == []
    assert first.last is not None
    assert first.last.code == code
    assert ids(pushed(now)) == ids([other])
    assert ids(pushed(later)) == ids([first, second])
    assert box.wake_at(10.1) == 10.5


def test_what_was_put_off_goes_at_once_when_something_has_changed() -> None:
    box = outbox()
    entry = add(box)
    box.next_push(LIMITS, 0)
    box.judged(1, [verdict(entry, "held", code="file-missing", retry_ms=60_000)], 0)

    box.hurry(OTHER)
    waiting = box.next_push(LIMITS, 1)
    box.hurry(LANE)

    assert waiting is None
    assert ids(pushed(box.next_push(LIMITS, 1))) == ids([entry])


def test_an_ended_sign_in_puts_nothing_off() -> None:
    box = outbox()
    entry = add(box)
    box.next_push(LIMITS, 0)

    box.judged(1, [verdict(entry, "auth", code="expired")], 0)

    assert ids(pushed(box.next_push(LIMITS, 0))) == ids([entry])


def test_an_intent_waits_for_what_it_needs_unless_both_go_together() -> None:
    box = outbox()
    filing = add(box)
    note = add(box, OTHER, needs=(filing.body.id,))

    together = pushed(box.next_push(LIMITS, 0))
    box.judged(1, [verdict(filing, "retry", retry_ms=500), verdict(note, "held", retry_ms=0)], 0)
    alone = box.next_push(LIMITS, 0.1)

    assert ids(together) == ids([filing, note])
    assert alone is None


def test_after_a_lost_connection_everything_in_doubt_goes_again_in_the_same_words() -> None:
    box = outbox()
    for _ in range(3):
        add(box)
    first = box.next_push(LIMITS, 0)

    box.disconnected()
    again = box.next_push(LIMITS, 0)

    assert first is not None
    assert again is not None
    assert msgspec.json.decode(first)["intents"] == msgspec.json.decode(again)["intents"]


def test_an_answer_to_a_batch_of_an_earlier_connection_still_counts() -> None:
    box = outbox()
    entry = add(box)
    box.next_push(LIMITS, 0)
    box.disconnected()

    assert box.judged(1, [verdict(entry, "applied", pos=4)], 0)
    assert box.next_push(LIMITS, 0) is None


def test_verdicts_of_unknown_intents_are_left_aside() -> None:
    box = outbox()
    stray = add(outbox())

    assert box.judged(9, [verdict(stray, "applied", pos=4)], 0) == []


def test_an_intent_does_not_wait_for_ever_for_one_that_was_set_aside_without_a_receipt() -> None:
    box = outbox()
    first, second = add(box), add(box)
    box.next_push(LIMITS, 0)

    box.judged(1, [verdict(first, "quarantined"), verdict(second, "held", code="after-pending", retry_ms=0)], 0)

    assert [body.after for body in pushed(box.next_push(LIMITS, 0))] == [()]


def test_an_intent_keeps_its_place_after_an_open_one() -> None:
    box = outbox()
    first, second = add(box), add(box)
    box.next_push(LIMITS, 0)

    box.judged(1, [verdict(first, "retry", retry_ms=0), verdict(second, "held", code="after-pending", retry_ms=0)], 0)

    assert [body.after for body in pushed(box.next_push(LIMITS, 0))] == [(), (first.body.id,)]


def test_ids_are_in_order_of_time_and_of_the_right_version() -> None:
    early, late = uuid7(1_000, random.Random(1)), uuid7(1_001, random.Random(1))

    assert early < late
    assert (early.version, early.variant) == (7, "specified in RFC 4122")


def test_back_off_grows_to_a_minute_and_is_spread_down_to_nothing() -> None:
    waits = [[full_jitter(failures, random.Random(seed)) for seed in range(200)] for failures in (0, 3, 40)]

    assert [max(some) <= most for some, most in zip(waits, (1, 8, 60), strict=True)] == [True] * 3
    assert [max(some) > 0.9 * most for some, most in zip(waits, (1, 8, 60), strict=True)] == [True] * 3
    assert all(min(some) < 1 for some in waits)


def test_the_wire_form_is_the_signed_intent() -> None:
    box = outbox()
    entry = add(box)

    signed = msgspec.json.decode(entry.wire, type=SignedIntent)

    assert body_decoder.decode(signed.body).id == entry.body.id
