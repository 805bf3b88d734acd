"""Rows of several streams at once, on every engine."""

from tests.cast import CASE, ZHOU
from tests.premises import Premises


def test_the_rows_of_several_streams_come_with_one_question_in_log_order(premises: Premises) -> None:
    premises.receive()
    log = premises.centre.event_log

    both = log.rows(CASE, ZHOU.id)

    assert both == sorted((*log.rows(CASE), *log.rows(ZHOU.id)))
    assert {row.stream for row in both} == {CASE, ZHOU.id}
    assert [row.version for row in log.rows(CASE)] == list(range(1, len(log.rows(CASE)) + 1))
    assert log.rows() == []
