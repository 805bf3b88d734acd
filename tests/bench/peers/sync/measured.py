"""Cold sync, drain and fan-out of ours and of the other engines: in each round one after another, all standing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.bench.figures import Figure
from tests.bench.peers.sync.ours import FEW_CASES, FEWEST_CASES, Ours
from tests.bench.peers.sync.programs import NotThere, Program, Result

DOCUMENTS, ACTS, DEVICES = 10_000, 1_000, 200
ROUNDS = 5
REACH = 1.0
OURS = Ours("Doorstep", "ours", receivers=DEVICES)
FLOOR = "ws alone, nothing kept"
PEERS = (
    Program(FLOOR, "floor"),
    Program("Logux", "logux"),
    Program("Triplit", "triplit"),
    Program("Yjs (pycrdt-websocket)", "yjs"),
    Program("PouchDB", "pouchdb", {"POUCH_BATCH": "1000"}),
    Program("TinyBase", "tinybase"),
    Program("LiveStore", "livestore", receivers=25),
)

Ask = Callable[[], Result]
Asks = dict[str, Ask]
Results = dict[str, list[Result]]


def measure(folder: Path) -> Iterator[Figure]:
    """Each job for everybody; who cannot be fetched or fails is named and left out."""
    there = [peer for peer in PEERS if _is_installed(peer)]
    OURS.install()
    for job, n in (("cold", DOCUMENTS), ("drain", ACTS), ("fanout", DEVICES)):
        print(f"  {job} ...", file=sys.stderr, flush=True)
        with _standing(job, n, there, folder) as asks:
            found = _rounds(asks)
        if job == "fanout":
            yield _figure("one change to 200 devices, p99, ours and the fastest peer", "p99_ms", "ms", found)
            yield _figure("  median", "p50_ms", "ms", found, reach=None)
        else:
            said = "cold sync of 10,000 documents" if job == "cold" else "drain of 1,000 queued acts"
            yield _figure(f"{said}, ours and the fastest peer", "seconds", "s", found)


def _is_installed(peer: Program) -> bool:
    try:
        peer.install()
    except NotThere as why:
        print(f"not measured: {why}", file=sys.stderr)
        return False
    return True


@contextmanager
def _standing(job: str, n: int, peers: list[Program], folder: Path) -> Generator[Asks]:
    """Everybody's server, filled where the job needs it, and what each is asked."""
    asks: Asks = {}
    with ExitStack() as stack:
        for peer in peers:
            try:
                asks[peer.name] = stack.enter_context(_peer(job, n, peer, folder))
            except NotThere as why:
                print(f"not measured: {why}", file=sys.stderr)
        data = folder / f"ours-{job}"
        cases, devices = {"cold": (n, 1), "drain": (FEW_CASES, 1), "fanout": (FEWEST_CASES, DEVICES + 1)}[job]
        service = stack.enter_context(OURS.over(data, cases=cases, devices=devices))
        asks[OURS.name] = lambda: OURS.measured(job, data, service, n)
        yield asks


@contextmanager
def _peer(job: str, n: int, peer: Program, folder: Path) -> Generator[Ask]:
    """A peer's server; one that was filled is started anew, so that it has its documents from the disk."""
    data = folder / f"{peer.folder}-{job}"
    if job == "cold":
        with peer.serving(data) as port:
            peer.asked("seed", port, n)
    with peer.serving(data) as port:
        yield lambda: peer.asked(job, port, peer.receivers if job == "fanout" else n)


def _rounds(asks: Asks) -> Results:
    """Everybody in turn, after a first time that does not count; who fails is left out from then on."""
    found: Results = {name: [] for name in asks}
    for number in range(1 + ROUNDS):
        for name, ask in asks.items():
            if name not in found:
                continue
            try:
                result = ask()
            except NotThere as why:
                print(f"not measured: {why}", file=sys.stderr)
                del found[name]
            else:
                found[name] += [result] if number else []
    return found


def _figure(job: str, what: str, unit: str, found: Results, *, reach: float | None = REACH) -> Figure:
    """Ours against the peer that comes nearest, by the median over the rounds of the ratio of the same round."""
    taken = {name: [float(one[what]) for one in results] for name, results in found.items()}
    ours = taken.pop(OURS.name)
    rivals = {name: values for name, values in taken.items() if name != FLOOR}
    ratios = {name: median(m / t for m, t in zip(ours, values, strict=True)) for name, values in rivals.items()}
    nearest = max(ratios, key=lambda name: ratios[name])
    return Figure(
        job=f"{job} ({nearest})" if not job.startswith(" ") else job,
        ours=median(ours),
        limit=median(rivals[nearest]),
        ratio=ratios[nearest],
        unit=unit,
        aim="at most",
        reach=reach,
        peers={name: median(values) for name, values in taken.items()},
    )
