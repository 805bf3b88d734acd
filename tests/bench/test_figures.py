from collections.abc import Callable

import pytest

from tests.bench.figures import Aim, Figure, interleaved, table


def figure(ratio: float, *, aim: Aim = "at least", reach: float | None = 1.5) -> Figure:
    return Figure(job="a job", ours=1_234.5, limit=0.25, ratio=ratio, unit="events/s", aim=aim, reach=reach)


@pytest.mark.parametrize(
    ("ratio", "aim", "reach", "holds"),
    [
        (1.5, "at least", 1.5, True),
        (1.49, "at least", 1.5, False),
        (2.5, "at most", 2.5, True),
        (2.51, "at most", 2.5, False),
        (9.0, "at most", None, True),
    ],
)
def test_a_promise_holds_on_its_side_of_the_mark(ratio: float, aim: Aim, reach: float | None, holds: bool) -> None:
    assert figure(ratio, aim=aim, reach=reach).holds is holds


def test_medians_are_taken_of_both_and_of_the_ratios_of_the_rounds() -> None:
    mine, theirs = iter([99.0, 1.0, 6.0, 4.0]), iter([99.0, 1.0, 2.0, 8.0])

    assert interleaved(lambda: next(mine), lambda: next(theirs), rounds=3) == (4.0, 2.0, 1.0)


def test_rounds_take_turns_at_going_first() -> None:
    order: list[str] = []

    def measured(name: str) -> Callable[[], float]:
        return lambda: float(len(order.__iadd__([name])))

    interleaved(measured("ours"), measured("limit"), rounds=2, warm=False)

    assert order == ["ours", "limit", "limit", "ours"]


def test_a_missed_promise_is_marked_in_the_table() -> None:
    kept, missed = table([figure(1.6)]), table([figure(1.4)])

    assert kept.splitlines()[1] == "a job  sqlite  1,234   0.25   1.60  at least 1.5  events/s"
    assert "missed" in missed
