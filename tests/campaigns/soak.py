"""The campaign `soak`: devices at work for two hours, and nothing of the service may grow that has no reason to.

Memory, open files, the lag of the read models and the time of an answer are read again and again. The first part of the
time is not judged: caches fill then. Of the rest the later half is held against the earlier one, so that a machine
that is busy all along judges nobody.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import httpx
from msgspec import Struct

from tests.campaigns.campaign import Broken, Run
from tests.campaigns.devices import Told, crowd
from tests.campaigns.services import Served, Service, free_port
from tests.campaigns.siege import Node, prepared
from tests.campaigns.verdict import examine
from web.settings import Settings

FULL_SECONDS = 7_200
SAMPLES = 240
WARMING = 1 / 3
"""Of the samples; they are not judged."""
LEAST_JUDGED = 8
REST_SECONDS = 1.0
"""Between an answer and the next command: forty commands a second in all, what a district has in a burst."""
SHARE_MORE, BYTES_MORE = 0.10, 32 << 20
"""By which memory may be more in the later half; the log grows all along, and what is kept of it in memory with it."""
FILES_MORE = 8
POSITIONS_BEHIND = 2_000
ANSWER_TIMES, ANSWER_SECONDS = 1.5, 0.5
"""How many times as long an answer may take in the later half, if it takes that long at all."""
MIB = 1 << 20


class Sample(Struct, frozen=True):
    """What was read at one moment.

    Attributes:
        bytes: of memory that the process has.
        files: that it has open, sockets among them.
        behind: positions by which the read models are behind the log.
        seconds: that the answer took which said so.
    """

    bytes: int
    files: int
    behind: int
    seconds: float


class Soaked(Struct, frozen=True):
    """What a soak came to.

    Attributes:
        samples: from the first to the last.
        commands: that were acknowledged.
        events: of the log.
    """

    samples: tuple[Sample, ...]
    commands: int
    events: int


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    seconds = FULL_SECONDS * run.share
    with run.progress("samples") as told:
        done = asyncio.run(soaked(Served, run, seconds=seconds, heard=lambda number: told(number, SAMPLES)))
    judge(done.samples)
    early, late = halves(done.samples)
    return (
        f"{seconds:,.0f} s, {done.commands:,} commands acknowledged: 0 lost, 0 doubled; memory "
        f"{_middle(early, 'bytes') / MIB:.0f} MiB, then {_middle(late, 'bytes') / MIB:.0f}; files "
        f"{_middle(early, 'files'):.0f}, then {_middle(late, 'files'):.0f}; answers "
        f"{_middle(early, 'seconds') * 1_000:.0f} ms, then {_middle(late, 'seconds') * 1_000:.0f}; read models at most "
        f"{max(sample.behind for sample in late)} behind; {done.events:,} events"
    )


async def soaked(
    kind: Callable[[Path, int], Service], run: Run, *, seconds: float, heard: Callable[[int], None]
) -> Soaked:
    """Keep devices at work on a service for so long, and compare everything at the end.

    Args:
        kind: makes the service.
        run: folder and chance.
        seconds: how long.
        heard: told the number of each sample.

    Raises:
        Broken: a command was lost, doubled or answered as it should not be.
    """
    settings, port, told = Settings(data=run.folder / "data"), free_port(), Told()
    tokens = await asyncio.to_thread(prepared, settings)
    node, samples = Node(kind(settings.data, port)), list[Sample]()
    try:
        async with crowd(tokens, port, told, run.chance("devices"), rest=REST_SECONDS) as devices:
            await node.start()
            await devices.hear_an_answer()
            for number in range(1, SAMPLES + 1):
                await asyncio.sleep(seconds / SAMPLES)
                samples.append(await _sample(node.process, port))
                heard(number)
            await devices.finish()
    finally:
        await node.close()
    if told.given != told.acknowledged.keys():
        raise Broken(f"{len(told.given) - len(told.acknowledged)} commands were never answered")
    return Soaked(tuple(samples), *await asyncio.to_thread(examine, settings, told))


async def _sample(process: int, port: int) -> Sample:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        began = time.perf_counter()
        standing = (await http.get(f"http://127.0.0.1:{port}/readyz")).json()
        seconds = time.perf_counter() - began
    said = standing if "head" in standing else standing["params"]
    bytes, files = await asyncio.to_thread(_held, process)
    return Sample(bytes, files, said["head"] - said["position"], seconds)


def _held(process: int) -> tuple[int, int]:
    """Bytes of memory and number of open files, on Linux and on macOS."""
    kib, opened = _said_by("ps", "-o", "rss=", "-p", str(process)), Path(f"/proc/{process}/fd")
    if opened.is_dir():
        return int(kib) << 10, len(list(opened.iterdir()))
    return int(kib) << 10, files_in(_said_by("lsof", "-n", "-P", "-F", "f", "-p", str(process)))


def files_in(listed: str) -> int:
    """How many open files `lsof -F f` lists: a line `f` and its number for each, beside what is mapped."""
    return sum(line[:1] == "f" and line[1:].isdigit() for line in listed.splitlines())


def _said_by(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def halves(samples: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The earlier and the later half of what is judged."""
    judged = samples[int(len(samples) * WARMING) :]
    return judged[: len(judged) // 2], judged[len(judged) // 2 :]


def judge(samples: Sequence[Sample]) -> None:
    """Hold the later half against the earlier one.

    Raises:
        Broken: something has grown.
    """
    early, late = halves(samples)
    if len(early) < LEAST_JUDGED:
        raise Broken(f"{len(samples)} samples are too few to judge by")
    before, after = _middle(early, "bytes"), _middle(late, "bytes")
    if after - before > max(BYTES_MORE, SHARE_MORE * before):
        raise Broken(f"memory grew from {before / MIB:.0f} to {after / MIB:.0f} MiB")
    if (more := _middle(late, "files") - _middle(early, "files")) > FILES_MORE:
        raise Broken(f"{more:.0f} more files are open")
    if (behind := min(sample.behind for sample in late)) > POSITIONS_BEHIND:
        raise Broken(f"the read models never came nearer than {behind:,} positions")
    slow, slower = _middle(early, "seconds"), _middle(late, "seconds")
    if slower > max(ANSWER_SECONDS, ANSWER_TIMES * slow):
        raise Broken(f"an answer took {slow:.2f} s, then {slower:.2f} s")


def _middle(samples: Sequence[Sample], what: str) -> float:
    values: list[float] = [getattr(sample, what) for sample in samples]
    return median(values)
