"""What waits for the writer: taken while it can be judged soon, sent back with an honest time otherwise."""

import pytest

from domain.case.commands import AddNote
from domain.decisions import Call
from store.answers import Answer
from store.waiting import GROUP_LIMIT, LONGEST_RETRY_MS, LONGEST_WAIT_SECONDS, Job, Waiting
from tests.cast import CASE, ZHOU, ids

NOTE = Call(id=next(ids()), lane=CASE, command=AddNote(text="已电话联系"), by=ZHOU)


class Hall:
    """A queue with a clock that a test moves, and what was heard at once."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.waiting = Waiting(monotonic=lambda: self.seconds)
        self.heard: list[Answer] = []

    def comes(self, calls: int = 1) -> bool:
        """Whether so many calls are taken together."""
        before = len(self.heard)
        self.waiting.take(Job([NOTE] * calls, self.heard.extend))
        return len(self.heard) == before

    def group_takes(self, seconds: float) -> None:
        """One group is judged in `seconds`."""
        assert self.comes() or self.waiting.calls
        assert self.waiting.next_group()
        self.seconds += seconds
        self.waiting.finished()


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_calls_are_handed_out_in_order_and_in_groups_of_a_bounded_size(hall: Hall) -> None:
    for size in (300, 100, 1, 2):
        assert hall.comes(size)

    groups = [hall.waiting.next_group(), hall.waiting.next_group()]

    assert [[len(job.calls) for job in group or []] for group in groups] == [[300, 100], [1, 2]]
    assert hall.waiting.calls == 0


def test_the_wait_is_reckoned_from_the_pace_of_the_last_groups(hall: Hall) -> None:
    for _ in range(40):
        hall.group_takes(0.5)
    for _ in range(4):
        assert hall.comes(GROUP_LIMIT)

    assert hall.waiting.seconds == pytest.approx(5 * 0.5, rel=0.01)


def test_whoever_would_wait_too_long_is_sent_back_with_the_time_it_would_have_taken(hall: Hall) -> None:
    for _ in range(40):
        hall.group_takes(1.0)
    taken = [hall.comes(GROUP_LIMIT) for _ in range(6)]

    assert taken == [True, True, True, False, False, False]
    assert {answer.code for answer in hall.heard} == {"busy"}
    assert [answer.retry_ms for answer in hall.heard] == pytest.approx([4_000] * 3 * GROUP_LIMIT, rel=0.01)


def test_a_group_that_does_not_end_makes_the_rest_wait_no_longer_than_the_bound(hall: Hall) -> None:
    assert hall.comes()
    assert hall.waiting.next_group()
    assert hall.comes()

    hall.seconds += LONGEST_WAIT_SECONDS + 1

    assert not hall.comes()
    assert hall.heard[0].retry_ms == 4_000
    hall.seconds += 3_600
    assert not hall.comes()
    assert hall.heard[1].retry_ms == LONGEST_RETRY_MS


def test_after_a_very_slow_group_the_next_is_tried_and_the_pace_corrected(hall: Hall) -> None:
    hall.group_takes(100)
    assert hall.waiting.seconds > LONGEST_WAIT_SECONDS

    for _ in range(20):
        hall.group_takes(0.01)

    assert hall.waiting.seconds < 0.1


def test_a_closed_queue_takes_nothing_and_ends_once_it_is_empty(hall: Hall) -> None:
    assert hall.comes()
    hall.waiting.close()

    assert not hall.comes()
    assert hall.waiting.next_group()
    assert hall.waiting.next_group() is None


def test_waiting_for_a_group_ends_after_the_time_that_was_given(hall: Hall) -> None:
    assert hall.waiting.next_group(timeout=0.001) == []
