"""A database trio, two nodes and a balancer lose the primary and a node at once, while devices work."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.campaigns import failover
from tests.campaigns.failover import survived
from tests.cluster.trio import why_not


@pytest.mark.timeout(600)
async def test_losing_the_primary_and_a_node_at_once_loses_no_command_and_doubles_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := why_not():
        pytest.skip(reason)
    monkeypatch.setattr(failover, "VICTIMS", ("primary and node",))

    out = await survived(tmp_path, 1, random.Random(1))

    assert [strike.victim for strike in out.strikes] == ["primary and node"]
    assert out.events > out.commands > 0
