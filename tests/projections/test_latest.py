"""A case as it was last folded is shown where it still stands so at the head of the log; else it is replayed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.case import commands as c
from domain.centre.centre import CATALOGUE_STREAM
from domain.centre.commands import ArrangeCatalogue
from domain.effects.notices import GiveNotice
from domain.identity.erasure import ErasePerson
from projections import history
from projections.history import latest_view, view_at
from projections.reader import Reader
from tests.cast import ARRANGEMENT, CASE, CENTRE, FATHER, ZHOU, Clock
from tests.laws.projected import followed
from tests.premises import Premises, opened


class Behind:
    """A centre whose read models have stopped following it."""

    def __init__(self, premises: Premises, folder: Path) -> None:
        self.premises = premises
        self.centre = premises.centre
        self.reader = Reader(followed(premises.centre, folder / "views"))

    def is_folded(self) -> bool:
        """Whether the folded view may be shown; it is the replayed one then."""
        view = latest_view(self.centre, self.reader, CASE)
        if view is None:
            return False
        assert view == view_at(self.centre, CASE, self.reader.lookups())
        return True


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Behind]:
    with opened(tmp_path / "centre", Clock()) as premises:
        premises.receive()
        made = Behind(premises, tmp_path)
        with closing(made.reader):
            yield made


def test_what_was_folded_last_is_shown_as_long_as_nothing_has_happened_to_the_case(behind: Behind) -> None:
    assert behind.is_folded()


def test_other_facts_of_the_log_change_nothing(behind: Behind) -> None:
    behind.premises.do(c.ViewRecord(position=1, at=behind.premises.clock()), by=ZHOU)
    behind.centre.by_itself(ArrangeCatalogue(arrangement=ARRANGEMENT), lane=CATALOGUE_STREAM)

    assert behind.is_folded()


def test_a_step_of_the_case_has_it_replayed(behind: Behind) -> None:
    behind.premises.do(c.AddNote(text="请核对第二页"), by=ZHOU)

    assert not behind.is_folded()


def test_what_stands_beside_the_case_has_it_replayed(behind: Behind) -> None:
    behind.centre.by_itself(GiveNotice(position=1, kind="received", person=FATHER.id), lane=CASE)

    assert not behind.is_folded()


def test_an_erasure_has_it_replayed(behind: Behind) -> None:
    erase = ErasePerson(reason="law-requires", basis="鉴定", cases=(CASE,), open_cases_confirmed=True)
    behind.premises.do(erase, by=CENTRE, case=FATHER.id)

    assert not behind.is_folded()


def test_a_log_that_has_gone_far_ahead_is_not_looked_through(behind: Behind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LOOKED_THROUGH", 2)
    behind.centre.by_itself(ArrangeCatalogue(arrangement=ARRANGEMENT), lane=CATALOGUE_STREAM)

    assert not behind.is_folded()
