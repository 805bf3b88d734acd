"""Streams that a group will ask for are loaded together: the same states, with one question."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest

from domain.case.commands import AddNote
from store.log import Desk
from store.snapshots import Snapshots
from store.states import CASE, SHAPES, States, loaded
from tests.cast import CASE as THE_CASE
from tests.cast import FATHER, ZHOU, Filing, ids
from tests.premises import Premises

NOWHERE = UUID(int=7)


@pytest.fixture
def desk(premises: Premises) -> Iterator[Desk]:
    """A desk beside the writer's."""
    with closing(premises.centre.event_log.desk()) as desk:
        yield desk


@pytest.fixture
def asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Streams that a desk is asked for one by one, from now on."""
    streams: list[UUID] = []
    real: Any = type(desk).states

    def states(self: Desk, stream: UUID, *, after: int = 0, limit: int | None = None) -> list[bytes]:
        streams.append(stream)
        found: list[bytes] = real(self, stream, after=after, limit=limit)
        return found

    monkeypatch.setattr(type(desk), "states", states)
    return streams


@pytest.fixture(autouse=True)
def however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one stream is worth a question."""
    monkeypatch.setattr("store.states.FORESEEN_AT_LEAST", 1)


def snapshots(premises: Premises) -> Snapshots:
    assert premises.centre.snapshots is not None
    return Snapshots(premises.centre.snapshots.recorder, SHAPES)


def states_of(premises: Premises, desk: Desk) -> States:
    return States(desk, premises.centre.facts, snapshots(premises))


def test_beginnings_are_those_of_each_stream_in_order_and_none_of_an_empty_one(premises: Premises, desk: Desk) -> None:
    premises.receive()
    whole = premises.centre.event_log.states(THE_CASE)

    assert len(whole) > 2
    assert desk.beginnings([NOWHERE, THE_CASE], 100) == {NOWHERE: [], THE_CASE: whole}
    assert desk.beginnings([THE_CASE], 2) == {THE_CASE: whole[:2]}
    assert desk.beginnings([], 2) == {}


def test_what_was_foreseen_is_at_hand_and_the_same_as_if_asked_for_alone(
    premises: Premises, desk: Desk, asked: list[UUID]
) -> None:
    premises.receive()
    states = states_of(premises, desk)
    alone = [loaded(desk, premises.centre.facts, snapshots(premises), stream, CASE) for stream in (THE_CASE, NOWHERE)]
    asked.clear()

    states.foresee([THE_CASE, NOWHERE])

    assert [states.head(stream, CASE) for stream in (THE_CASE, NOWHERE)] == alone
    assert asked == []


def test_a_long_stream_waits_until_it_is_asked_for(
    premises: Premises, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    monkeypatch.setattr("store.states.SNAPSHOT_EVERY", 2)
    states = states_of(premises, desk)

    states.foresee([THE_CASE])

    assert states.known(THE_CASE) is None
    assert states.head(THE_CASE, CASE).state == premises.centre.case(THE_CASE)


def test_what_is_at_hand_is_not_loaded_again(premises: Premises, desk: Desk) -> None:
    premises.receive()
    states = states_of(premises, desk)
    before = states.head(THE_CASE, CASE)

    states.foresee([THE_CASE])

    assert states.head(THE_CASE, CASE) is before


def test_filings_that_are_judged_together_ask_for_their_cases_with_one_question(
    premises: Premises, asked: list[UUID]
) -> None:
    fresh = ids("foresight")
    filings = {case: Filing(case=case) for case in (next(fresh) for _ in range(3))}
    calls = [premises.call(one.command, by=FATHER, case=case, files=one.files) for case, one in filings.items()]

    answers = premises.centre.submit_all(calls).result(60)

    assert {answer.verdict for answer in answers} == {"applied"}
    assert not filings.keys() & set(asked)


def test_commands_after_a_filing_in_the_same_group_see_it(premises: Premises) -> None:
    case = next(ids("one group"))
    filing = Filing(case=case)
    calls = [
        premises.call(filing.command, by=FATHER, case=case, files=filing.files),
        premises.call(AddNote(text="已电话联系"), by=ZHOU, case=case),
    ]

    answers = premises.centre.submit_all(calls).result(60)

    assert [answer.verdict for answer in answers] == ["applied", "applied"]
