"""The campaign `failover`: a city of a database trio, two nodes and a balancer loses one of them again and again.

Devices keep commands under way through the balancer. The primary, or a node, or the balancer is killed without a word;
sometimes the primary and a node at once. Or the primary stands still until another has taken its place, and goes on
then as if nothing had been; or the line to it is cut for some seconds; or its replicas are slow. Before the next
failure everything is whole again. What must hold is the same as in `kill`, and every device must have been answered
everything in the end.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
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
STANDS_STILL, CUT, SLOW = "primary stood still", "line to the primary cut", "replicas slow"
FAILURES = (
    *("primary killed", "primary killed", "primary and node killed", "node killed", "balancer killed"),
    *(STANDS_STILL, CUT, SLOW),
)
LONGEST_LIFE_SECONDS = 2.0
CUT_SECONDS = (2.0, 8.0)
SLOW_SECONDS = (2.0, 8.0)
SLOWNESS_SECONDS = 0.3
"""By how much each piece to or from a replica is late then: a commit takes twice as long."""
PATIENCE_SECONDS = 180.0
"""A lost primary is followed by another after some 20 seconds; a busy machine takes its time over the rest."""


class Strike(NamedTuple):
    """What failed, and after how many seconds a command was acknowledged that was given after that."""

    failure: str
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
    chance = run.chance("city")
    failures = some_failures(run.count(FULL), chance)
    with run.progress("failures") as told:
        out = asyncio.run(survived(run.folder, failures, chance, heard=lambda n, _: told(n, len(failures))))
    return f"{len(out.strikes)} failures ({figures(out)}; {out.commands:,} commands acknowledged: 0 lost, 0 doubled"


def some_failures(count: int, chance: random.Random) -> list[str]:
    """Of `FAILURES`, `count` in some order, each as often as the others as far as that goes."""
    failures = [FAILURES[n % len(FAILURES)] for n in range(count)]
    chance.shuffle(failures)
    return failures


def figures(out: Outcome) -> str:
    """What failed how often, and how long nothing could be acknowledged."""
    said: list[str] = []
    for failure in dict.fromkeys(FAILURES):
        times = sorted(one.silent for one in out.strikes if one.failure == failure)
        if times:
            said.append(f"{len(times)} x {failure}: median {times[len(times) // 2]:.1f} s, longest {times[-1]:.1f} s")
    return "; ".join(said) + f"); {out.events:,} events equal their leaves, read models equal a rebuild"


async def survived(
    folder: Path,
    failures: Sequence[str],
    chance: random.Random,
    *,
    heard: Callable[[int, Strike], None] = lambda _number, _strike: None,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Let a city lose something again and again, and compare everything at the end.

    Args:
        folder: an empty one.
        failures: of `FAILURES`, one after the other.
        chance: for moments, nodes, the balancer and devices.
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
            for number, failure in enumerate(failures, 1):
                await devices.hear_an_answer()
                await asyncio.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
                done.append(await _struck(place, devices, failure, chance))
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


async def _struck(place: City, devices: Crowd, failure: str, chance: random.Random) -> Strike:
    """Let something fail, and measure how long no device heard an answer to a command."""
    primary = await place.primary()
    began = time.monotonic()
    if failure == "balancer killed":
        await place.balancer.kill()
        await place.balancer.start()
    elif failure == STANDS_STILL:
        primary.stand_still()
    elif failure == CUT:
        primary.line.cut()
        hearing = asyncio.create_task(devices.hear_of_a_new_command())
        await asyncio.sleep(chance.uniform(*CUT_SECONDS))
        primary.line.mend()
        if hearing.done():
            raise Broken("a command was acknowledged while the line to the primary was cut")
        began = time.monotonic()
        await hearing
    elif failure == SLOW:
        primary.line.replication_delay = SLOWNESS_SECONDS
    else:
        if "node" in failure:
            chance.choice(place.nodes).kill()
        if "primary" in failure:
            await asyncio.to_thread(primary.kill)
        began = time.monotonic()
    await devices.hear_of_a_new_command()
    silent = time.monotonic() - began
    if failure == STANDS_STILL:
        if await place.primary() is primary:
            raise Broken("a primary that stands still is still the primary")
        primary.go_on()
    if failure == SLOW:
        if silent < SLOWNESS_SECONDS:
            raise Broken(f"replicas were {SLOWNESS_SECONDS} s late, and a commit took {silent:.2f} s")
        await asyncio.sleep(chance.uniform(*SLOW_SECONDS))
        primary.line.replication_delay = 0.0
    return Strike(failure, silent)
