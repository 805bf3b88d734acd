"""What a campaign is given, and how it ends."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from web.cli.progress import Progress


class Broken(AssertionError):
    """A promise was broken; the message says which, where and how often."""


class Run(NamedTuple):
    """One run of a campaign.

    Attributes:
        share: of the full figures, from 0 to 1.
        seed: from which all chance of the harness comes.
        folder: an empty one for whatever the run keeps.
        progress: shows how far work of some name has come.
    """

    share: float
    seed: int
    folder: Path
    progress: Callable[[str], AbstractContextManager[Progress]]

    def count(self, full: int) -> int:
        """The run's share of the full figure, at least 1."""
        return max(1, round(full * self.share))

    def chance(self, *what: object) -> random.Random:
        """Chance for one purpose, the same for the same seed."""
        return random.Random(f"{self.seed} {what}")


Campaign = Callable[[Run], str]
"""Carries one run out and returns its figures.

Raises:
    Broken: a promise was broken.
"""
