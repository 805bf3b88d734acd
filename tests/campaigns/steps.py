"""The campaign `steps`: everybody does anything to a few cases, a million times; nothing is a fault.

Histories at random (`tests.laws.histories`): residents, agents and every role of staff act on five cases as the table
of rights gives it, and sometimes as it does not; files arrive late, broken or wrong; timers fire, registers are asked,
the post answers, days go by. No command may be a fault of the service; the log must be sound, as by `doorstep check`;
and the read models must come out of it, the same in one go and page by page.
"""

from __future__ import annotations

import logging
import random
import shutil
import tempfile
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from projections.following import FactStops
from projections.rebuilding import rebuild
from store.centre import Centre
from tests.campaigns.campaign import Broken, Run, cores, summed
from tests.campaigns.disk import MEMORY
from tests.campaigns.diskfull import furnished
from tests.cast import Clock
from tests.laws.histories import History
from tests.laws.projected import content, followed
from tests.premises import opened
from web.cli.log_reading import findings

FULL = 1_000_000
WALK = 250
"""Steps of one history."""
PAGED = 8
"""One history in so many is followed page by page too."""


class Done(NamedTuple):
    """What histories came to."""

    steps: int = 0
    events: int = 0


class _Faults(logging.Handler):
    """Keeps what the service says of its own faults."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[1] if record.exc_info else None
        self.heard.append(f"{record.getMessage()}: {kind!r}")


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    walks = -(-run.count(FULL) // WALK)
    furnished(run.folder / "pattern")
    done = Done()
    with (
        ProcessPoolExecutor(min(walks, cores())) as pool,
        run.progress(f"{walks * WALK:,} steps") as told,
    ):
        seeds = (f"{run.seed} {number}" for number in range(walks))
        for some in pool.map(partial(walked, run.folder / "pattern"), seeds):
            done = summed(done, some)
            told(done.steps, walks * WALK)
    return (
        f"{done.steps:,} steps in {walks:,} histories, {done.events:,} events: no command was a fault, every log is "
        "sound, and every read model came out of it"
    )


def walked(pattern: Path, seed: str, steps: int = WALK) -> Done:
    """Walk one history in a copy of a furnished centre.

    Raises:
        Broken: a command was a fault, the log is not sound, or no read models come out of it.
    """
    chance, clock = random.Random(seed), Clock()
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        shutil.copytree(pattern, folder / "centre")
        with opened(folder / "centre", clock) as premises, _listening(seed):
            History(premises, clock, chance.randrange(2**32)).walk(steps)
            _require_models(premises.centre, folder, chance, seed)
            for finding in findings(premises.centre):
                raise Broken(f"history {seed}: {finding}")
            return Done(steps, premises.centre.head())


def _require_models(centre: Centre, folder: Path, chance: random.Random, seed: str) -> None:
    (folder / "models").mkdir()
    try:
        made = content(rebuild(centre, folder / "models"))
        if chance.randrange(PAGED) == 0 and made != content(followed(centre, folder / "paged", page=17)):
            raise Broken(f"history {seed}: read models that followed page by page are others")
    except FactStops as stopped:
        raise Broken(f"history {seed}: {stopped}: {stopped.__cause__!r}") from stopped


@contextmanager
def _listening(seed: str) -> Generator[None]:
    """Hear what the service says of its own faults."""
    faults, service = _Faults(), logging.getLogger("doorstep")
    service.addHandler(faults)
    try:
        yield
    finally:
        service.removeHandler(faults)
        if faults.heard:
            raise Broken(f"history {seed}: {faults.heard[0]}")
