"""A fact that cannot be read or folded stops the projections, by name; trouble that passes does not."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.case.commands import AddNote
from domain.case.facts import CaseNoted
from domain.effects.notices import ClaimNotice
from domain.facts import Fact
from projections.cases.fold import HANDLINGS
from projections.cases.view import CaseView, Handling
from projections.database import ProjectionFile
from projections.folding import BODIES
from projections.following import Batch, FactStops
from projections.generations import file_in
from projections.runner import Runner, Standing
from store.log import Entry
from tests.cast import CASE, CENTRE, FATHER, ZHOU
from tests.laws.projected import followed
from tests.premises import Premises, opened

NOTED: type[Fact] = CaseNoted
NOTE = AddNote(text="已电话联系")


@pytest.fixture
def premises(tmp_path: Path) -> Generator[Premises]:
    with opened(tmp_path / "centre") as furnished:
        yield furnished


def append(premises: Premises, stream: UUID, tag: str, state: bytes) -> int:
    """Write an event past the program."""
    with closing(premises.centre.event_log.desk()) as desk, desk.transaction():
        return desk.append([Entry(stream, desk.version(stream) + 1, tag, state)])


def stopped(premises: Premises, folder: Path) -> tuple[Standing, list[dict[str, Any]]]:
    """How a runner stands that was stopped, and what it said."""
    said: list[dict[str, Any]] = []
    has_stopped = threading.Event()

    def say(event: str, **more: Any) -> None:
        said.append({"event": event, **more})
        has_stopped.set()

    runner = Runner(premises.centre, folder, publish=lambda _: None, say=say)
    runner.start()
    assert has_stopped.wait(10)
    standing = runner.standing()
    runner.stop()
    return standing, said


@pytest.mark.parametrize(
    ("tag", "state"),
    [
        ("case.noted", b'{"meta":'),
        ("case.noted", b'{"meta":{},"fact":{"tag":"case.noted"}}'),
        ("case.sung_about", b"{}"),
    ],
    ids=["torn", "another form", "of a newer program"],
)
def test_a_fact_that_cannot_be_read_stops_the_runner_after_all_that_come_before(
    premises: Premises, tmp_path: Path, tag: str, state: bytes
) -> None:
    premises.receive()
    at = append(premises, CASE, tag, state)
    premises.receive(case=UUID(int=CASE.int + 1))

    standing, said = stopped(premises, tmp_path)

    version = len(premises.centre.event_log.rows(CASE))
    assert standing == Standing(
        state="stopped", position=at - 1, what="unreadable", at=at, stream=CASE, version=version, tag=tag
    )
    assert said == [
        {
            "event": "projections-stopped",
            "what": "unreadable",
            "position": at,
            "stream": CASE,
            "version": version,
            "tag": tag,
        }
    ]


def test_who_listens_is_told_that_nothing_comes_any_more(premises: Premises, tmp_path: Path) -> None:
    at = append(premises, CASE, "case.sung_about", b"{}")
    heard: list[Batch] = []
    has_stopped = threading.Event()
    runner = Runner(premises.centre, tmp_path, publish=heard.append, say=lambda *_, **__: has_stopped.set())

    runner.start()
    assert has_stopped.wait(10)
    runner.stop()

    assert heard[-1] == Batch(at - 1, (), is_last=True)
    assert [batch.is_last for batch in heard[:-1]] == [False] * (len(heard) - 1)


@pytest.mark.parametrize("limit", [1, 3, 1_000])
def test_a_fact_that_cannot_be_folded_is_named_whatever_page_it_stands_in(
    premises: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    premises.receive()
    noted = premises.do(NOTE, by=ZHOU)
    premises.receive(case=UUID(int=CASE.int + 1))
    monkeypatch.setitem(HANDLINGS, NOTED, Handling(_fails))

    with pytest.raises(FactStops) as stop:
        followed(premises.centre, tmp_path / "stops", page=limit)

    assert (stop.value.position, stop.value.what, stop.value.tag) == (noted.pos, "unfoldable", "case.noted")
    assert (stop.value.stream, str(CASE) in str(stop.value)) == (CASE, True)
    with closing(ProjectionFile(file_in(tmp_path / "stops"))) as target:
        assert target.position() == stop.value.position - 1
        assert target.view(CASE).view.state.status == "received"


def _fails(fact: Fact, *_: object) -> Any:
    raise KeyError(fact)


def test_a_fact_without_a_handler_stops_the_runner(
    premises: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    noted = premises.do(NOTE, by=ZHOU)
    monkeypatch.delitem(HANDLINGS, NOTED)

    standing, _ = stopped(premises, tmp_path)

    assert (standing.state, standing.at, standing.what) == ("stopped", noted.pos, "unfoldable")


def test_a_document_that_cannot_be_made_stops_at_the_fact_that_made_it_so(
    premises: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    premises.receive()
    noted = premises.do(NOTE, by=ZHOU)
    premises.do(NOTE, by=ZHOU)

    def only_without_notes(view: CaseView, _: object) -> Any:
        return {"words": 1 // (not view.notes)}

    monkeypatch.setitem(BODIES, "queue", only_without_notes)
    standing, _ = stopped(premises, tmp_path)

    assert (standing.state, standing.at, standing.tag) == ("stopped", noted.pos, "case.noted")


def test_a_log_that_cannot_be_read_for_a_while_is_tried_again(
    premises: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.runner.RETRY_SECONDS", 0.01)
    premises.receive()
    log, tries = premises.centre.event_log, [0]
    read = log.rows_after

    def sometimes(*args: Any, **more: Any) -> Any:
        tries[0] += 1
        if tries[0] < 4:
            raise sqlite3.OperationalError("disk I/O error")
        return read(*args, **more)

    monkeypatch.setattr(log, "rows_after", sometimes)
    runner = Runner(premises.centre, tmp_path, publish=lambda _: None)
    runner.start()

    assert runner.wait(premises.centre.head())
    assert runner.standing().state == "following"
    runner.stop()


def test_a_notice_of_something_that_has_not_happened_stops_nothing(premises: Premises, tmp_path: Path) -> None:
    premises.receive()
    for ahead in (1, 2, 10**12):
        told = premises.centre.head() + ahead
        premises.do(ClaimNotice(position=told, person=FATHER.id, channel="sms"), by=CENTRE)
    premises.do(NOTE, by=ZHOU)

    with closing(ProjectionFile(followed(premises.centre, tmp_path / "views"))) as views:
        assert views.position() == premises.centre.head()
