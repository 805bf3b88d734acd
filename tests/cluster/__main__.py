"""`./run cluster`: a city on one machine, whose parts fail one after the other while devices work."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from pathlib import Path

import click

import store as store  # first, so that every later `import sqlite3` gets the safe library
from tests.campaigns.campaign import Broken
from tests.campaigns.failover import Strike, figures, some_failures, survived

STRIKES = 8


@click.command()
@click.option("--strikes", type=click.IntRange(1, 1000), default=STRIKES, show_default=True, help="How often.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of all chance.")
def cluster(strikes: int, seed: int) -> None:
    """Start a PostgreSQL trio under Patroni, two nodes and a balancer, and let them fail while devices work."""
    with tempfile.TemporaryDirectory(prefix="doorstep-", ignore_cleanup_errors=True) as folder:
        try:
            chance = random.Random(seed)
            failures = some_failures(strikes, chance)
            out = asyncio.run(survived(Path(folder), failures, chance, heard=_tell, say=click.echo))
        except Broken as broken:
            click.echo(f"BROKEN: {broken}")
            sys.exit(1)
    click.echo(f"Held: {out.commands:,} commands acknowledged, 0 lost, 0 doubled ({figures(out)}.")


def _tell(number: int, strike: Strike) -> None:
    click.echo(f"{number}. {strike.failure}: {strike.silent:.1f} s until the next command was acknowledged")


if __name__ == "__main__":
    cluster()
