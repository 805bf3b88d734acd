"""A furnished centre for tests of the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import Clock
from tests.premises import Premises, opened


@pytest.fixture
def clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture
def premises(tmp_path: Path, clock: Clock) -> Iterator[Premises]:
    """A furnished centre in a folder of its own."""
    with opened(tmp_path / "centre", clock) as open_premises:
        yield open_premises
