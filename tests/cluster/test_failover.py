"""A database trio, two nodes and a balancer fail while devices work; the campaign `failover` has every failure."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.campaigns.failover import CUT, SLOW, survived
from tests.cluster.trio import why_not


@pytest.mark.timeout(900)
async def test_failures_of_a_city_lose_no_command_and_double_none(tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    failures = ("primary and node killed", SLOW, CUT)

    out = await survived(tmp_path, failures, random.Random(1))

    assert [strike.failure for strike in out.strikes] == list(failures)
    assert out.events > out.commands > 0
