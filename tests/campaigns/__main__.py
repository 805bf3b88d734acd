"""Run a campaign: `python -m tests.campaigns NAME [--share 0..1] [--seed N]`."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

from bootstrap.places import ROOT
from tests.campaigns import (
    bitrot,
    diskfull,
    failover,
    frames,
    fuzz,
    kill,
    postgres,
    powercut,
    rights,
    soak,
    steps,
    sync,
    tamper,
    trees,
)
from tests.campaigns.campaign import Broken, Campaign, Run
from web.cli.progress import progress

CAMPAIGNS: dict[str, Campaign] = {
    "addresses": fuzz.addresses,
    "bitrot": bitrot.campaign,
    "diskfull": diskfull.campaign,
    "failover": failover.campaign,
    "frames": frames.campaign,
    "fuzz": fuzz.campaign,
    "kill": kill.campaign,
    "postgres": postgres.campaign,
    "powercut": powercut.campaign,
    "rights": rights.campaign,
    "soak": soak.campaign,
    "steps": steps.campaign,
    "sync": sync.campaign,
    "tamper": tamper.campaign,
    "trees": trees.campaign,
}
OUT = ROOT / "tests" / "out"


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line.

    Returns:
        The exit code: 0 all promises were kept, 1 one was broken.
    """
    said = _parser().parse_args(arguments)
    click.echo(f"{said.name}: share {said.share:g}, seed {said.seed}", err=True)
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"campaign-{said.name}-", dir=OUT))
    began = time.monotonic()
    try:
        figures = CAMPAIGNS[said.name](Run(said.share, said.seed, folder, progress))
    except Broken as broken:
        click.echo(f"what the run left behind is in {folder.relative_to(ROOT)}", err=True)
        click.echo(f"{said.name}: BROKEN, seed {said.seed}: {broken}")
        return 1
    shutil.rmtree(folder)
    click.echo(f"{said.name}: {figures}; seed {said.seed}, {time.monotonic() - began:.0f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run campaign", description="Try a promise thousands of times.")
    parser.add_argument("name", choices=CAMPAIGNS, metavar="NAME", help=f"one of {', '.join(CAMPAIGNS)}")
    parser.add_argument("--share", type=_share, default=1.0, help="of the full figures, from 0 to 1 (1 by default)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9), help="to repeat an earlier run's chance")
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")
    return share


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
