"""Calls that are handed in together: judged in order, answered together, and the writer's rest afterwards."""

from typing import ClassVar

import pytest

from domain.case.commands import AddNote, ClaimCase, Command, ReleaseCase
from tests.cast import ZHOU
from tests.premises import Premises

NOTE = AddNote(text="已电话联系")


class Unheard(Command, frozen=True):
    """A command for which there is no decision: a defect of the program."""

    type: ClassVar[str] = "test.unheard@2"


def test_calls_handed_in_together_are_judged_in_order_and_answered_in_order(premises: Premises) -> None:
    premises.receive()
    calls = [premises.call(command, by=ZHOU) for command in (ClaimCase(), ClaimCase(), ReleaseCase(), NOTE)]

    answers = premises.centre.submit_all(calls).result(60)

    assert [answer.verdict for answer in answers] == ["applied", "conflict", "applied", "applied"]
    positions = [answer.pos for answer in answers if answer.pos is not None]
    assert positions == sorted(positions)


def test_a_fault_among_calls_handed_in_together_is_set_aside_alone(premises: Premises) -> None:
    premises.receive()
    calls = [premises.call(command, by=ZHOU) for command in (NOTE, Unheard(), NOTE)]

    answers = premises.centre.submit_all(calls).result(60)

    assert [answer.verdict for answer in answers] == ["applied", "quarantined", "applied"]


def test_no_calls_get_no_answers(premises: Premises) -> None:
    assert premises.centre.submit_all([]).result(60) == []


def test_calls_that_do_not_fit_into_the_queue_are_busy_as_a_whole(
    premises: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    monkeypatch.setattr("store.waiting.QUEUE_LIMIT", 3)
    calls = [premises.call(NOTE, by=ZHOU) for _ in range(4)]

    answers = premises.centre.submit_all(calls).result(0)

    assert [(answer.verdict, answer.code) for answer in answers] == [("retry", "busy")] * 4
    assert {answer.verdict for answer in premises.centre.submit_all(calls[:3]).result(60)} == {"applied"}


def test_the_writer_rests_once_everything_is_answered(premises: Premises) -> None:
    premises.receive()
    with premises.held_up():
        waiting = premises.centre.submit(premises.call(NOTE, by=ZHOU))
        busy = premises.centre.writer.rest(0.02)

    waiting.result(60)
    assert not busy
    assert premises.centre.writer.rest(5)
    assert premises.centre.writer.position == premises.centre.head()
