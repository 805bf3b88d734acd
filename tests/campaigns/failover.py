"""The campaign `failover`: a city of a database trio, two nodes and a balancer loses one of them again and again.

Devices keep commands under way through the balancer. The primary, or a node, or the balancer is killed without a word;
sometimes the primary and a node at once. Before the next strike everything is whole again. What must hold is the same
as in `kill`, and every device must have been answered everything in the end.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from tests.campaigns.campaign import Broken, Run
from tests.campaigns.devices import Crowd, Told, crowd
from tests.campaigns.siege import prepared
from tests.campaigns.verdict import examine
from tests.cluster.city import City, city
from web.settings import Settings

FULL = 30
VICTIMS = ("primary", "primary", "primary", "primary and node", "node", "balancer")
LONGEST_LIFE_SECONDS = 2.0
PATIENCE_SECONDS = 180.0
"""A lost primary is followed by another after some 20 seconds; a busy machine takes its time over the rest."""


class Strike(NamedTuple):
    """What was killed, and after how many seconds a command was acknowledged that was given after that."""

    victim: str
    silent: float


class Outcome(NamedTuple):
    """What a city went through.

    Attributes:
        strikes: each of them, in order.
        commands: acknowledged.
        events: of the log.
    """

    strikes: list[Strike]
    commands: int
    events: int


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    total = run.count(FULL)
    with run.progress("failures") as told:
        out = asyncio.run(survived(run.folder, total, run.chance("city"), heard=lambda n, _: told(n, total)))
    return f"{len(out.strikes)} failures ({figures(out)}; {out.commands:,} commands acknowledged: 0 lost, 0 doubled"


def figures(out: Outcome) -> str:
    """What was killed how often, and how long nothing could be acknowledged."""
    said: list[str] = []
    for victim in dict.fromkeys(VICTIMS):
        times = sorted(one.silent for one in out.strikes if one.victim == victim)
        if times:
            said.append(
                f"{len(times)} of the {victim}: median {times[len(times) // 2]:.1f} s, longest {times[-1]:.1f} s"
            )
    return "; ".join(said) + f"); {out.events:,} events equal their leaves, read models equal a rebuild"


async def survived(
    folder: Path,
    strikes: int,
    chance: random.Random,
    *,
    heard: Callable[[int, Strike], None] = lambda _number, _strike: None,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Let a city lose something again and again, and compare everything at the end.

    Args:
        folder: an empty one.
        strikes: how often.
        chance: for moments, victims, the balancer and devices.
        heard: told the number of each strike and what it was.
        say: told what is being done.

    Raises:
        Broken: a promise was broken.
    """
    tokens, told, done = dict[UUID, str](), Told(), list[Strike]()

    def furnish(settings: Settings) -> None:
        tokens.update(prepared(settings))

    async with city(folder, chance=random.Random(chance.random()), furnish=furnish, say=say) as place:
        async with crowd(tokens, place.balancer.port, told, chance, patience=PATIENCE_SECONDS) as devices:
            for number in range(1, strikes + 1):
                await devices.hear_an_answer()
                await asyncio.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
                done.append(await _struck(place, devices, chance.choice(VICTIMS), chance))
                heard(number, done[-1])
                await place.mend()
            await devices.finish()
        if told.given != told.acknowledged.keys():
            raise Broken(f"{len(told.given) - len(told.acknowledged)} commands were never answered")
        say("comparing the log with what devices were told ...")
        for node in place.nodes:
            node.kill()
        commands, events = await asyncio.to_thread(examine, place.settings, told)
    return Outcome(done, commands, events)


async def _struck(place: City, devices: Crowd, victim: str, chance: random.Random) -> Strike:
    """Kill something, and measure how long no device heard an answer to a command."""
    primary = await place.primary()
    if "node" in victim:
        chance.choice(place.nodes).kill()
    if "primary" in victim:
        await asyncio.to_thread(primary.kill)
    if victim == "balancer":
        await place.balancer.kill()
    began = time.monotonic()
    if victim == "balancer":
        await place.balancer.start()
    await devices.hear_of_a_new_command()
    return Strike(victim, time.monotonic() - began)
