"""Rows of the report: what was measured, against which limit, and whether the promise holds."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from statistics import median
from typing import Literal

from msgspec import Struct, field

Aim = Literal["at least", "at most"]


class Figure(Struct, frozen=True, kw_only=True):
    """One row of the report.

    Attributes:
        job: what was done; a row that belongs to the one above begins with two spaces.
        ours: median of our rounds, in `unit`.
        limit: median of the limit's rounds, in `unit`.
        ratio: median over the rounds of ours divided by the limit of the same round.
        unit: of `ours` and `limit`.
        aim: which side of `reach` is good.
        reach: the promise of the design; None for rows that only explain.
        peers: other ways to do the same, in `unit`.
        engine: that the log is kept on.
        events: in the log, where that is what grows.
    """

    job: str
    ours: float
    limit: float
    ratio: float
    unit: str
    aim: Aim = "at least"
    reach: float | None = None
    peers: dict[str, float] = field(default_factory=dict[str, float])
    engine: str = "sqlite"
    events: int | None = None

    @property
    def holds(self) -> bool:
        """Whether the promise is kept; true where there is none."""
        if self.reach is None:
            return True
        return self.ratio >= self.reach if self.aim == "at least" else self.ratio <= self.reach


def interleaved(
    ours: Callable[[], float], limit: Callable[[], float], *, rounds: int, warm: bool = True
) -> tuple[float, float, float]:
    """Measure both in turn, so that what else the machine does falls on both alike.

    Args:
        ours: runs one round and returns its figure.
        limit: the same for the limit.
        rounds: of each.
        warm: whether a first round of each is thrown away.

    Returns:
        Median of ours, median of the limit, and median of the ratios of the rounds.
    """
    if warm:
        limit()
        ours()
    pairs = [_pair(ours, limit, limit_first=number % 2 == 1) for number in range(rounds)]
    return median(m for m, _ in pairs), median(t for _, t in pairs), median(m / t for m, t in pairs)


def _pair(ours: Callable[[], float], limit: Callable[[], float], *, limit_first: bool) -> tuple[float, float]:
    """One round of each, without the collector of this process (as `timeit` does), which would strike at random."""
    gc.collect()
    gc.disable()
    try:
        first = limit() if limit_first else None
        mine = ours()
        return mine, limit() if first is None else first
    finally:
        gc.enable()


def table(figures: Iterable[Figure]) -> str:
    """The rows as text for a terminal."""
    lines = [("job", "engine", "ours", "limit", "ratio", "reach", "")]
    for figure in figures:
        reach = "" if figure.reach is None else f"{figure.aim} {figure.reach:.3g}"
        unit = figure.unit if figure.holds else f"{figure.unit}  << missed"
        numbers = (_short(figure.ours), _short(figure.limit), f"{figure.ratio:.2f}")
        job = figure.job if figure.events is None else f"{figure.job}, {figure.events:,} events"
        lines.append((job, figure.engine, *numbers, reach, unit))
        lines += [(f"    {name}", "", _short(value), "", "", "", figure.unit) for name, value in figure.peers.items()]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    job, engine, *numbers, unit = cells
    right = (number.rjust(width) for number, width in zip(numbers, widths[2:], strict=True))
    return f"{job.ljust(widths[0])}  {engine.ljust(widths[1])}  {'  '.join(right)}  {unit}".rstrip()


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
