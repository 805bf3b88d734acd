"""Run the measurements and print the report: `python -m tests.bench [--only NAME] [--json FILE]`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from bootstrap.places import ROOT
from tests.bench import append, coldsync, commands, drain, fanout, firstload, idle, rebuild, replay
from tests.bench.figures import Figure, table

JOBS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "commands": commands.measure,
    "append": append.measure,
    "replay": replay.measure,
    "rebuild": rebuild.measure,
    "coldsync": coldsync.measure,
    "drain": drain.measure,
    "fanout": fanout.measure,
    "idle": idle.measure,
    "firstload": firstload.measure,
}
OUT = ROOT / "tests" / "out"
"""On the same disk as the data, since disks differ more than programs."""


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; returns 0 also where a ratio is missed, for a busy machine proves nothing."""
    said = _parser().parse_args(arguments)
    began = time.monotonic()
    figures: list[Figure] = []
    for name in said.only or JOBS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures += _measured(name)
    print(table(figures))
    print(f"\n{time.monotonic() - began:.0f} s; medians of rounds in which ours and the limit take turns.")
    print("A ratio is what counts: the figures themselves change with the machine and with what else it does.")
    if said.json:
        rows = [{**msgspec.to_builtins(figure), "holds": figure.holds} for figure in figures]
        Path(said.json).write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
    return 0


def _measured(name: str) -> list[Figure]:
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=OUT))
    try:
        return sorted(JOBS[name](folder), key=lambda figure: figure.job.startswith(" "))  # what is promised first
    finally:
        shutil.rmtree(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Doorstep against what the machine can do.")
    parser.add_argument("--only", action="append", choices=JOBS, metavar="NAME", help=f"one of {', '.join(JOBS)}")
    parser.add_argument("--json", metavar="FILE", help="write the rows to a file as well")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
