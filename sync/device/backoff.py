"""Waiting times before another try."""

from __future__ import annotations

from collections.abc import Callable

Random = Callable[[], float]
"""Uniform in [0, 1)."""

FIRST_MS = 1_000.0
LONGEST_MS = 60_000.0


def full_jitter(tries: int, random: Random) -> float:
    """Milliseconds to wait after so many tries: uniform between 0 and `min(60 s, 1 s * 2^tries)`."""
    return random() * min(LONGEST_MS, FIRST_MS * 2.0 ** min(tries, 16))
