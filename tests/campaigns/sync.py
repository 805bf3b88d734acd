"""The campaign `sync`: seeded worlds of devices, server, network and clocks, in which every invariant must hold.

One world in fifty has the device's core in TypeScript, over a bridge of JSON lines, where there is a Node to run it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from time import monotonic

from msgspec import Struct

from tests.campaigns.campaign import Broken, Run, cores
from tests.simulation import invariants
from tests.simulation.bridge import Bridge
from tests.simulation.run import Told, run_seed
from tests.simulation.years import live_through

FULL = 100_000
BRIDGED = 50
"""One world in so many has the TypeScript core."""
LOT = 50
YEAR = 1.0
"""Share of a year in the one long world of a full run."""


class Figures(Struct):
    """Sums over worlds."""

    seeds: int = 0
    bridged: int = 0
    messages: int = 0
    faults: int = 0
    effects: int = 0
    virtual_ms: float = 0.0

    def add(self, told: Told) -> None:
        """Count a world."""
        self.seeds += 1
        self.messages += told.messages
        self.faults += told.faults
        self.effects += told.effects
        self.virtual_ms += told.virtual_ms

    def join(self, other: Figures) -> None:
        """Count what another process has counted."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    began = monotonic()
    count = run.count(FULL)
    figures = Figures()
    workers = min(cores(), -(-count // LOT))
    with ProcessPoolExecutor(workers, initializer=_sweep_less) as pool, run.progress(f"{count:,} worlds") as progress:
        for some in pool.map(lot, lots(run.seed, count)):
            figures.join(some)
            progress(figures.seeds, count)
    year = live_through(run.seed, days=max(1, round(365 * YEAR * run.share)))
    seconds = monotonic() - began
    return (
        f"{figures.seeds:,} seeds ({figures.bridged:,} with the TypeScript core), {figures.messages:,} messages, "
        f"{figures.faults:,} faults, {figures.effects:,} effects, {figures.virtual_ms / 86_400_000:,.0f} virtual days: "
        f"I1 to I12 hold; {year}; {figures.seeds / seconds:.0f} seeds a second"
    )


def lots(seed: int, count: int) -> Iterator[tuple[int, ...]]:
    """The seeds of a run, a lot at a time."""
    numbers = iter(range(seed * FULL, seed * FULL + count))
    while some := tuple(islice(numbers, LOT)):
        yield some


def lot(seeds: Iterable[int]) -> Figures:
    """Some worlds, one after the other.

    Raises:
        Broken: an invariant does not hold; the message names the seed that tells the story again.
    """
    figures = Figures()
    try:
        for seed in seeds:
            if seed % BRIDGED == 0 and (bridge := _bridge()) is not None:
                figures.add(run_seed(seed, make_core=bridge.core))
                bridge.forget()
                figures.bridged += 1
            else:
                figures.add(run_seed(seed))
    except invariants.Broken as broken:
        told = f"{broken}; `python -m tests.simulation --shrink --seed` tells its story"
        raise Broken(told) from None
    return figures


def _sweep_less() -> None:
    """Look for circular garbage a seventieth as often: it was a seventh of a world's time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@cache
def _bridge() -> Bridge | None:
    """The bridge of this process, which ends with it; None if there is no Node with the tools of the app."""
    return Bridge() if Bridge.is_possible() else None
