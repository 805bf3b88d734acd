"""Record devices in simulated worlds for the stories that both cores replay: `python -m tests.simulation.recording`."""

from __future__ import annotations

from collections.abc import Callable

from sync.device import events as ev
from tests.simulation.plan import plan_of
from tests.simulation.run import play
from tests.vectors.device import FILE, Story, written

STORIES = 10
WORLDS = 200
SHORTEST, LONGEST = 30, 60


def recorded() -> list[Story]:
    """One story each of the first worlds that have one of middling length; in all of them everything holds."""
    told: list[Story] = []
    for number in range(WORLDS):
        here: list[Story] = []

        def make_core(
            seed: ev.Seed, random: Callable[[], float], here: list[Story] = here, number: int = number
        ) -> Story:
            here.append(Story(f"world {number}, app {len(here) + 1}", seed))
            return here[-1]

        play(plan_of(number), make_core=make_core)
        told += [one for one in here if SHORTEST < len(one.written["steps"]) <= LONGEST][:1]
        if len(told) == STORIES:
            break
    return told


if __name__ == "__main__":
    FILE.write_bytes(written(recorded()))
