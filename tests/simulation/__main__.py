"""Tell the story of a seed: `python -m tests.simulation --seed N [--frames] [--shrink]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import click

from tests.simulation.invariants import Broken
from tests.simulation.plan import Plan, plan_of
from tests.simulation.run import build, live
from tests.simulation.shrinking import shrunk


def main(arguments: Sequence[str]) -> int:
    """Carry one command line out.

    Returns:
        The exit code: 0 everything held, 1 an invariant is broken.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Tell the story of a seed.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--frames", action="store_true", help="with every frame that arrives")
    parser.add_argument("--shrink", action="store_true", help="as short as it can be while the same invariant fails")
    said = parser.parse_args(arguments)
    plan = plan_of(said.seed)
    return story(shrunk(plan) if said.shrink else plan, frames=said.frames)


def story(plan: Plan, *, frames: bool = False) -> int:
    """Tell what happens, and whether everything held."""
    world = build(plan, listen=True)
    world.tells_frames = frames
    try:
        live(world, plan)
    except Broken as broken:
        click.echo("\n".join(world.story or []))
        click.echo(f"{(world.now - world.began) / 1000:9.2f} s  {broken}")
        return 1
    click.echo("\n".join(world.story or []))
    click.echo(f"{(world.now - world.began) / 1000:9.2f} s  everything holds")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
