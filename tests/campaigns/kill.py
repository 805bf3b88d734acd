"""The campaign `kill`: kill -9 of the service at random moments while devices keep commands under way, on SQLite.

A receipt on the wire is a promise: what was acknowledged is in the log once, the same command gets the same answer for
ever, and everything that is derived from the log equals what would be derived anew.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.campaigns.campaign import Run
from tests.campaigns.devices import Crowd
from tests.campaigns.services import Forked, Service, free_port
from tests.campaigns.siege import Node, Withstood, besiege, in_rounds
from web.settings import Settings

FULL = 10_000
ROUND = 250
"""Kills on one centre; then everything is compared and the next round begins with a new one."""
LONGEST_LIFE_SECONDS = 0.15


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    done = in_rounds(run, partial(killed, Forked), full=FULL, most=ROUND)
    return (
        f"{done.strikes:,} kills ({done.busy:,} of them under load), {done.commands:,} commands acknowledged: 0 lost, "
        f"0 doubled; {done.events:,} events equal their leaves, read models equal a rebuild"
    )


async def killed(
    kind: Callable[[Path, int], Service],
    data: Path,
    kills: int,
    chance: random.Random,
    *,
    heard: Callable[[int], None] = lambda _: None,
    longest_life: float = LONGEST_LIFE_SECONDS,
) -> Withstood:
    """Kill a service in `data` again and again, and compare everything at the end.

    Args:
        kind: makes services.
        data: an empty folder.
        kills: how often.
        chance: for moments and devices.
        heard: told the number of each kill.
        longest_life: seconds that the service serves at most, from its first greeting.

    Raises:
        Broken: a promise was broken.
    """

    async def strike(node: Node, devices: Crowd, chance: random.Random) -> None:
        greeting = devices.greeting()
        await node.start()
        await greeting
        await asyncio.sleep(chance.uniform(0, longest_life))
        await node.kill()

    return await besiege(
        Settings(data=data),
        lambda port: kind(data, port),
        strike,
        strikes=kills,
        port=free_port(),
        chance=chance,
        heard=heard,
    )
