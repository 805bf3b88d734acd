"""What a campaign is given, and how it ends."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from web.cli.progress import Progress

Sums = TypeVar("Sums", bound=tuple[Any, ...])


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


def cores() -> int:
    """Processors that this process may use: `taskset -c 1 ./run campaign sync` leaves the others alone."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resident_bytes() -> int:
    """Memory that the process holds, once what nobody needs has been given back (Linux)."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def summed(one: Sums, other: Sums) -> Sums:
    """Figures of two parts of a run together, each a named tuple of numbers."""
    return type(one)(*(mine + others for mine, others in zip(one, other, strict=True)))


Campaign = Callable[[Run], str]
"""Carries one run out and returns its figures.

Raises:
    Broken: a promise was broken.
"""
