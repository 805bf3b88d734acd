"""A service under siege: devices keep commands under way while it is struck again and again; then all is compared."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid4

from store.centre import Centre
from tests.campaigns.campaign import Broken, Run
from tests.campaigns.devices import PEOPLE, Crowd, Told, crowd
from tests.campaigns.services import Service
from tests.campaigns.verdict import examine
from tests.premises import Premises, furnish
from web.cli.progress import Progress
from web.settings import Settings


class Withstood(NamedTuple):
    """What a siege came to.

    Attributes:
        strikes: how often it was struck.
        busy: strikes before which at least one command had been acknowledged since the one before.
        commands: acknowledged.
        events: of the log.
    """

    strikes: int
    busy: int
    commands: int
    events: int


class Node:
    """One process of the service, which can be killed."""

    def __init__(self, service: Service) -> None:
        """It is not started yet."""
        self._service = service
        self._process = 0

    async def start(self) -> None:
        """Start it; it greets devices in a moment."""
        self._process = await asyncio.to_thread(self._service.start)

    async def kill(self) -> None:
        """Kill it by SIGKILL."""
        os.kill(self._process, signal.SIGKILL)
        await asyncio.to_thread(self._service.ended)
        self._process = 0

    @property
    def process(self) -> int:
        """Id of the process; 0 while it is down."""
        return self._process

    @property
    def is_up(self) -> bool:
        """Whether it was started and not killed."""
        return self._process != 0

    async def close(self) -> None:
        """Clean up."""
        if self.is_up:
            await self.kill()
        await asyncio.to_thread(self._service.close)


class Strike(Protocol):
    """Starts what is down, waits a while of chance, and kills something."""

    async def __call__(self, node: Node, devices: Crowd, chance: random.Random) -> None:
        """Strike once."""
        ...


async def besiege(
    settings: Settings,
    service: Callable[[int], Service],
    strike: Strike,
    *,
    strikes: int,
    port: int,
    chance: random.Random,
    heard: Callable[[int], None],
) -> Withstood:
    """Strike a service again and again, and compare everything at the end.

    Args:
        settings: of the service; its data folder is empty.
        service: makes the process that serves on a port.
        strike: what is done to it.
        strikes: how often.
        port: to serve on.
        chance: for moments and devices.
        heard: told the number of each strike.

    Raises:
        Broken: a promise was broken.
    """
    tokens = await asyncio.to_thread(prepared, settings)
    told, busy, node = Told(), 0, Node(service(port))
    try:
        async with crowd(tokens, port, told, chance) as devices:
            for number in range(1, strikes + 1):
                before = len(told.acknowledged)
                await strike(node, devices, chance)
                busy += len(told.acknowledged) > before
                heard(number)
            if not node.is_up:
                await node.start()
            await devices.finish()
    finally:
        await node.close()
    if told.given != told.acknowledged.keys():
        raise Broken(f"{len(told.given) - len(told.acknowledged)} commands were never answered")
    return Withstood(strikes, busy, *await asyncio.to_thread(examine, settings, told))


class Round(Protocol):
    """One siege of a campaign."""

    def __call__(
        self, data: Path, strikes: int, chance: random.Random, /, *, heard: Callable[[int], None]
    ) -> Coroutine[Any, Any, Withstood]:
        """Besiege a service whose data lie in `data`; see `besiege`."""
        ...


def in_rounds(run: Run, one: Round, *, full: int, most: int) -> Withstood:
    """Besiege one centre after another, so that each stays small enough to be compared as a whole.

    Args:
        run: says how much of the full figure.
        one: a siege.
        full: strikes of the whole campaign.
        most: strikes on one centre.
    """
    total, rounds = run.count(full), list[Withstood]()
    with run.progress("kills") as told:
        for done in range(0, total, most):
            data, strikes = run.folder / str(done), min(most, total - done)
            rounds.append(asyncio.run(one(data, strikes, run.chance(done), heard=_onwards(told, done, total))))
    return Withstood(*(sum(each) for each in zip(*rounds, strict=True)))


def _onwards(told: Progress, done: int, total: int) -> Callable[[int], None]:
    return lambda strikes: told(done + strikes, total)


def prepared(settings: Settings) -> dict[UUID, str]:
    """A furnished centre with one case, and a session of everybody."""
    opening = Centre.open(
        settings.centre_folder, clock=lambda: datetime.now(UTC), new_id=uuid4, env=settings.log_environment
    )
    with closing(opening) as centre:
        furnish(centre)
        Premises(centre, centre.clock).receive()
        return {
            who.id: centre.open_session(
                who.id, kind="resident" if who.is_resident else "staff", method="password", device=None, hours=9
            )
            for who in PEOPLE
        }
