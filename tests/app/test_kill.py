"""kill -9 at any moment under load: what was acknowledged is there once, and everything goes on; on both engines."""

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from tests.campaigns import kill, postgres
from tests.campaigns.campaign import Broken, Run
from tests.campaigns.services import Forked, Served
from tests.postgres import running
from web.cli.progress import progress

SHARE = 0.002


def test_a_share_of_the_campaign_keeps_every_promise(tmp_path: Path) -> None:
    figures = kill.campaign(Run(SHARE, 20261126, tmp_path, progress))

    assert figures.startswith("20 kills")


async def test_the_service_as_people_start_it_keeps_every_promise_too(tmp_path: Path) -> None:
    done = await kill.killed(Served, tmp_path, 3, Random(3), longest_life=0.8)

    assert done.commands > 0


@pytest.mark.parametrize(
    ("sabotage", "caught"),
    [
        # what is answered and not on the disk cannot be proven to a device either, which then is not greeted
        ("answers-too-early", "lost|acknowledged at another position|not-found|did not go on"),
        ("loses-receipts", "damaged|lost|doubled|already-filed"),
        ("skips-pages", "read models"),
    ],
)
async def test_a_service_that_breaks_a_promise_is_caught(tmp_path: Path, sabotage: str, caught: str) -> None:
    def spoilt(data: Path, port: int) -> Forked:
        return Forked(data, port, sabotage)

    with pytest.raises(Broken, match=caught):
        await kill.killed(spoilt, tmp_path, 6, Random(sabotage), longest_life=0.5)


async def test_a_killed_database_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with running() as server:
        done = await postgres.killed(server, Forked, tmp_path, 6, Random(6))

    assert done.busy == done.strikes == 6


async def test_a_service_that_answers_too_early_is_caught_on_postgresql_too(tmp_path: Path) -> None:
    def spoilt(data: Path, port: int, *, env: Mapping[str, str]) -> Forked:
        return Forked(data, port, "answers-too-early", env=env)

    with running() as server, pytest.raises(Broken):
        await postgres.killed(server, spoilt, tmp_path, 6, Random(7))
