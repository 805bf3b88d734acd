"""States that are kept stand at the head of the log, whoever wrote to it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid4

import pytest

from domain.case.commands import AddNote, ClaimCase
from store.heads import Heads
from store.log import Mark
from store.states import CASE, Head
from tests.cast import CASE as CASE_ID
from tests.cast import ZHOU, Clock
from tests.premises import Premises, Site


def test_what_another_process_has_written_is_seen_at_once(
    premises: Premises, furnished_site: Site, clock: Clock
) -> None:
    premises.receive()
    assert premises.centre.case(CASE_ID).claimed_by is None

    with furnished_site.opened(clock, name="elsewhere") as other:
        other.do(ClaimCase(), by=ZHOU)
        assert premises.centre.case(CASE_ID).claimed_by == ZHOU.id


def test_what_the_same_process_has_written_is_seen_at_once(premises: Premises) -> None:
    premises.receive()
    assert premises.centre.case(CASE_ID).claimed_by is None

    premises.do(ClaimCase(), by=ZHOU)

    assert premises.centre.case(CASE_ID).claimed_by == ZHOU.id


class Told:
    """A log that says what it is told to say."""

    def __init__(self) -> None:
        self.asked = 0
        self.mark: Mark | None = Mark("file", 1, 1)
        self.written: Collection[UUID] | None = ()

    def written_since(self, mark: Mark | None) -> tuple[Mark | None, Collection[UUID] | None]:
        self.asked += 1
        return self.mark, self.written


class Loading:
    """Counts how often a stream is folded."""

    def __init__(self) -> None:
        self.loaded: list[UUID] = []

    def __call__(self, stream: UUID, kind: object) -> Head:
        self.loaded.append(stream)
        return Head(1, len(self.loaded), CASE)


FIRST, SECOND = uuid4(), uuid4()


def test_a_stream_is_folded_again_only_after_something_was_written_to_it() -> None:
    log, loading = Told(), Loading()
    kept = Heads(log, loading)  # type: ignore[arg-type]  # of a log it needs no more
    for stream in (FIRST, SECOND, FIRST, SECOND):
        kept.head(stream, CASE)
    log.written = {SECOND}
    kept.head(SECOND, CASE)
    log.written = ()
    kept.head(FIRST, CASE)

    assert loading.loaded == [FIRST, SECOND, SECOND]


def test_nothing_is_kept_of_an_engine_that_cannot_tell() -> None:
    log, loading = Told(), Loading()
    log.mark, log.written = None, None
    kept = Heads(log, loading)  # type: ignore[arg-type]
    kept.head(FIRST, CASE)
    kept.head(FIRST, CASE)

    assert loading.loaded == [FIRST, FIRST]
    assert not kept.are_kept


def test_within_one_moment_the_log_is_looked_at_once() -> None:
    log = Told()
    kept = Heads(log, Loading())  # type: ignore[arg-type]
    with kept.at_one_moment():
        kept.head(FIRST, CASE)
        kept.head(SECOND, CASE)
    assert log.asked == 1

    kept.head(FIRST, CASE)
    assert log.asked == 2


def test_only_so_many_streams_are_kept() -> None:
    loading = Loading()
    kept = Heads(Told(), loading, limit=1)  # type: ignore[arg-type]
    for stream in (FIRST, SECOND, FIRST):
        kept.head(stream, CASE)

    assert loading.loaded == [FIRST, SECOND, FIRST]


def test_after_many_events_everything_is_looked_up_anew(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.sqlite.MOST_WRITTEN", 1)
    premises.receive()
    before = premises.centre.case(CASE_ID)
    for _ in range(3):
        premises.do(AddNote(text="说明"), by=ZHOU)
    premises.do(ClaimCase(), by=ZHOU)

    assert before.claimed_by is None
    assert premises.centre.case(CASE_ID).claimed_by == ZHOU.id
