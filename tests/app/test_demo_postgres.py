"""The demonstration in a log on PostgreSQL: made once in an empty one, in the time of its story, never half."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from domain.case.acts import CaseStatus
from domain.centre.centre import CENTRE_STREAM, CentreOpened
from domain.centre.commands import OpenCentre
from store.centre import Centre
from tests.app.demonstration import TUESDAY_AFTERNOON, Demonstration
from tests.cast import PARTICULARS
from tests.postgres import USER, Server
from web.cli.serve import make_demo
from web.demo import centre as demo
from web.settings import Settings
from web.starting import CannotStart


@pytest.fixture
def settings(postgres: Server, database: str, tmp_path: Path) -> Iterator[Settings]:
    """What an operator sets who wants the demonstration on a server."""
    with postgres.database() as keys:
        yield Settings(
            data=tmp_path,
            demo=True,
            postgres_host=str(postgres.folder),
            postgres_user=USER,
            postgres_dbname=database,
            postgres_keys_dbname=keys,
        )


def opened(settings: Settings) -> Centre:
    return Centre.open(
        settings.centre_folder, clock=lambda: TUESDAY_AFTERNOON, new_id=uuid4, env=settings.log_environment
    )


def seed(settings: Settings) -> bool:
    return demo.seed_log(settings.centre_folder, settings.log_environment, now=TUESDAY_AFTERNOON)


def test_it_is_the_history_of_the_files_made_once_and_then_the_server_s_clock_counts(
    settings: Settings, demonstration: Demonstration
) -> None:
    assert seed(settings)
    assert not seed(settings)

    with closing(opened(settings)) as centre:
        told = [(type(e.fact), e.meta.recorded_at) for _, e in centre.follow(0, 1_000_000)]
        statuses = {centre.case(case).status for case in demonstration.ids}
        centre.by_itself(OpenCentre(particulars=demo.PARTICULARS), lane=CENTRE_STREAM)
        ((_, since),) = [one for one in centre.follow(len(told), 10) if isinstance(one[1].fact, CentreOpened)]
    assert told == [(type(e.fact), e.meta.recorded_at) for _, e in demonstration.centre.follow(0, 1_000_000)]
    assert statuses == set(CaseStatus)
    assert since.meta.recorded_at > TUESDAY_AFTERNOON


def test_an_interrupted_one_is_never_served(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "all_stories", power_cut)
    with pytest.raises(KeyboardInterrupt):
        seed(settings)

    with pytest.raises(CannotStart, match="not whole"):
        make_demo(settings)


def test_a_centre_in_earnest_gets_none(settings: Settings) -> None:
    real = replace(PARTICULARS, is_demo=False)
    with closing(opened(settings)) as centre:
        centre.by_itself(OpenCentre(particulars=real), lane=CENTRE_STREAM)

    with pytest.raises(CannotStart, match="no demo"):
        make_demo(settings)


def test_nothing_is_made_where_nobody_asks_for_it(settings: Settings) -> None:
    make_demo(replace(settings, demo=False))

    assert not settings.centre_folder.exists()
