"""The campaign `postgres`: kill -9 of the database server, of the service, and of both, while commands are under way.

The service finds the database again by itself; a commit whose outcome it does not know is looked up before it is
called anything. What must hold is the same as in `kill`.
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
from tests.postgres import USER, Server, running
from web.settings import Settings

FULL = 1_000
ROUND = 100
LONGEST_LIFE_SECONDS = 0.5


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    with running() as server:
        done = in_rounds(run, partial(killed, server, Forked), full=FULL, most=ROUND)
    return (
        f"{done.strikes:,} kills ({done.busy:,} of them under load), {done.commands:,} commands acknowledged: 0 lost, "
        f"0 doubled, 0 false conflicts; {done.events:,} events equal their leaves, read models equal a rebuild"
    )


async def killed(
    server: Server,
    kind: Callable[..., Service],
    data: Path,
    kills: int,
    chance: random.Random,
    *,
    heard: Callable[[int], None] = lambda _: None,
) -> Withstood:
    """Kill a database server and a service on it again and again, and compare everything at the end.

    Args:
        server: the database server.
        kind: makes services.
        data: an empty folder for what the service keeps itself.
        kills: how often; half of them hit the server, a quarter the service, a quarter both.
        chance: for moments, victims and devices.
        heard: told the number of each kill.

    Raises:
        Broken: a promise was broken.
    """

    async def strike(node: Node, devices: Crowd, chance: random.Random) -> None:
        if not node.is_up:
            await node.start()
        await devices.hear_an_answer()
        await asyncio.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
        victims = chance.choice(("server", "server", "service", "both"))
        if victims != "server":
            await node.kill()
        if victims != "service":
            await asyncio.to_thread(server.restart)

    with server.database() as log, server.database() as keys:
        settings = Settings(
            data=data,
            postgres_host=str(server.folder),
            postgres_user=USER,
            postgres_dbname=log,
            postgres_keys_dbname=keys,
        )
        return await besiege(
            settings,
            lambda port: kind(data, port, env=settings.log_environment),
            strike,
            strikes=kills,
            port=free_port(),
            chance=chance,
            heard=heard,
        )
