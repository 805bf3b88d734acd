"""A share of the campaign `sync`, and that it names what is broken."""

from pathlib import Path

import pytest

from tests.campaigns import sync
from tests.campaigns.campaign import Broken, Run
from tests.simulation.mutants import MUTANTS
from web.cli.progress import progress

SHARE = 0.0012


def test_a_share_of_the_campaign_keeps_every_promise(tmp_path: Path) -> None:
    figures = sync.campaign(Run(SHARE, 20261126, tmp_path, progress))

    assert figures.startswith("120 seeds")
    assert "I1 to I12 hold" in figures


def test_a_world_without_a_rule_ends_the_campaign() -> None:
    mutant = next(one for one in MUTANTS if one.name == "drops-what-was-set-aside")

    with mutant.change(), pytest.raises(Broken, match=r"seed \d+: I1 is broken"):
        sync.lot(range(1, 20))


def test_the_seeds_of_a_run_are_its_own() -> None:
    first, second = (sum(sync.lots(seed, 120), ()) for seed in (1, 2))

    assert (len(first), len(set(first) | set(second))) == (120, 240)
