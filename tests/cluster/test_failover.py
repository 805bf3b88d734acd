"""A database trio, two nodes and a balancer fail in every way there is, while devices work."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.campaigns.failover import CUT, SLOW, STANDS_STILL, survived
from tests.cluster.trio import why_not


@pytest.mark.timeout(900)
async def test_failures_of_a_city_lose_no_command_and_double_none(tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    failures = ("primary and node killed", SLOW, CUT, STANDS_STILL)

    out = await survived(tmp_path, failures, random.Random(1))

    assert [strike.failure for strike in out.strikes] == list(failures)
    assert out.events > out.commands > 0
