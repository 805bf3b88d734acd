"""A furnished centre with its projections, at which things are learnt."""

from __future__ import annotations

import pytest

from tests.projections.conftest import Followed, clock, followed
from tests.training.school import School

__all__ = ["clock", "followed", "school"]


@pytest.fixture
def school(followed: Followed) -> School:
    """The small school at that centre."""
    return School(followed)
