"""Run the measurements and print the report: `python -m tests.bench [--only NAME] [--engine NAME] [--json FILE]`."""

from __future__ import annotations

import argparse
import functools
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bootstrap.places import ROOT
from tests.bench import (
    append,
    coldsync,
    commands,
    drain,
    engines,
    fanout,
    firstload,
    growth,
    http,
    idle,
    knee,
    lighthouse,
    rebuild,
    replay,
    scroll,
)
from tests.bench.engines import Engine
from tests.bench.figures import Figure, table
from tests.bench.peers.sync import measured as peers
from tests.postgres import Server

OF_THE_LOG: dict[str, Callable[[Engine], Iterator[Figure]]] = {
    "commands": commands.measure,
    "append": append.measure,
    "replay": replay.measure,
    "rebuild": rebuild.measure,
}
"""Measured on every engine."""
OF_THE_REST: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "coldsync": coldsync.measure,
    "drain": drain.measure,
    "fanout": fanout.measure,
    "idle": idle.measure,
    "firstload": firstload.measure,
    "http": http.measure,
}
ON_REQUEST: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "knee": knee.measure,
    "lighthouse": lighthouse.measure,
    "peers": peers.measure,
    "scroll": scroll.measure,
}
"""Only when asked for: they fetch other programs, or take long."""
GROWTH = "growth"
"""Of the log too, and only when asked for."""
ENGINES = ("sqlite", "postgresql")
SERVER = {"shared_buffers": "256MB", "max_wal_size": "4GB"}
"""PostgreSQL as a small machine of its own would have it; all that touches durability stays as it comes."""
OUT = ROOT / "tests" / "out"
"""On the same disk as the data, since disks differ more than programs."""


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; returns 0 also where a ratio is missed, for a busy machine proves nothing."""
    said = _parser().parse_args(arguments)
    began = time.monotonic()
    of_the_log: dict[str, Callable[[Engine], Iterator[Figure]]] = {
        **OF_THE_LOG,
        GROWTH: functools.partial(growth.measure, most=said.most),
    }
    figures: list[Figure] = []
    for name in said.only or (*OF_THE_LOG, *OF_THE_REST):
        if name in of_the_log:
            figures += _on_engines(name, of_the_log[name], said.engine or ENGINES)
        else:
            figures += _once(name, {**OF_THE_REST, **ON_REQUEST}[name])
    print(table(figures))
    print(f"\n{time.monotonic() - began:.0f} s; medians of rounds in which ours and the limit take turns.")
    print("A ratio is what counts: the figures themselves change with the machine and with what else it does.")
    if said.json:
        rows = [{**msgspec.to_builtins(figure), "holds": figure.holds} for figure in figures]
        Path(said.json).write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
    return 0


def _on_engines(name: str, job: Callable[[Engine], Iterable[Figure]], kinds: Sequence[str]) -> Iterator[Figure]:
    for kind in kinds:
        print(f"measuring {name} on {kind} ...", file=sys.stderr, flush=True)
        with _folder(name) as folder, _engine(kind, folder) as engine:
            yield from (msgspec.structs.replace(figure, engine=kind) for figure in _promised_first(job(engine)))


def _once(name: str, job: Callable[[Path], Iterable[Figure]]) -> Iterator[Figure]:
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    with _folder(name) as folder:
        yield from _promised_first(job(folder))


def _promised_first(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda figure: figure.job.startswith(" "))


@contextmanager
def _engine(kind: str, folder: Path) -> Generator[Engine]:
    if kind == "sqlite":
        yield engines.sqlite(folder)
        return
    folder.chmod(0o711)  # the server runs as somebody else where root would run it
    (folder / "server").mkdir()
    server = Server(folder / "server", **SERVER)
    server.start()
    try:
        yield engines.postgresql(folder, server)
    finally:
        server.stop()


@contextmanager
def _folder(name: str) -> Generator[Path]:
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=OUT))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _parser() -> argparse.ArgumentParser:
    names = (*OF_THE_LOG, *OF_THE_REST, *ON_REQUEST, GROWTH)
    parser = argparse.ArgumentParser(prog="bench", description="Measure Doorstep against what the machine can do.")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="that logs are kept on; both by default")
    parser.add_argument("--most", type=int, default=growth.SIZES[-1], metavar="EVENTS", help="where growth ends")
    parser.add_argument("--json", metavar="FILE", help="write the rows to a file as well")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
