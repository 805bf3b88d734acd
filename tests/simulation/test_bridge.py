"""The TypeScript core in the same world, over a bridge of JSON lines, and both cores against the same stories."""

from collections.abc import Generator

import pytest

from tests.simulation.bridge import Bridge
from tests.simulation.plan import THEMES
from tests.simulation.run import run_seed

SEEDS = 7

pytestmark = pytest.mark.skipif(not Bridge.is_possible(), reason="there is no Node with the tools of the app")


@pytest.fixture(scope="module")
def bridge() -> Generator[Bridge]:
    """A Node process for all seeds."""
    opened = Bridge()
    yield opened
    opened.close()


@pytest.mark.parametrize("theme", THEMES)
def test_every_invariant_holds_with_the_typescript_core(bridge: Bridge, theme: str) -> None:
    told = [run_seed(seed, theme=theme, make_core=bridge.core) for seed in range(SEEDS)]

    assert sum(one.effects for one in told) > 10 * len(told)
