"""A city on one machine: a trio of databases, nodes of the service, a balancer, and what may be killed in it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bootstrap.places import ROOT
from tests.campaigns.services import free_port
from tests.cluster.balancer import Balancer
from tests.cluster.trio import Member, Trio, trio
from tests.postgres import USER
from web.settings import PREFIX, Settings

LOG, KEYS = "doorstep", "doorstep_keys"
READY_WITHIN = 120.0
ENDS_WITHIN = 60.0
MASTER_KEY = "master.key"


class CityNode:
    """One node of the service, as people start it.

    Attributes:
        settings: of it.
    """

    def __init__(self, settings: Settings, program: tuple[str, ...] = ("web", "serve", "--empty")) -> None:
        """It is not started yet; `program` is a module and its arguments."""
        self.settings = settings
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_up(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start its process."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        with (self.settings.data / "output.log").open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.program],
                cwd=ROOT,
                env={**os.environ, **environment(self.settings)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def kill(self) -> None:
        """End it by SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def stop(self) -> int | None:
        """Let it end in order, as at an upgrade; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self._process.wait, ENDS_WITHIN)
        self._process = None
        return code

    async def ready(self) -> None:
        """Wait until it would be given visitors.

        Raises:
            TimeoutError: it never is.
        """
        ends = time.monotonic() + READY_WITHIN
        async with httpx.AsyncClient(timeout=5) as http:
            while time.monotonic() < ends and self.is_up:
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"http://127.0.0.1:{self.settings.port}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        said = (self.settings.data / "output.log").read_text(errors="replace")[-2000:]
        raise TimeoutError(f"the node on port {self.settings.port} is not ready:\n{said}")


class City:
    """All of it.

    Attributes:
        trio: the databases.
        nodes: of the service.
        balancer: in front of them.
        settings: of the first node; its folder holds the master key.
    """

    def __init__(self, databases: Trio, nodes: list[CityNode], balancer: Balancer) -> None:
        self.trio = databases
        self.nodes = nodes
        self.balancer = balancer

    @property
    def settings(self) -> Settings:
        """Of the first node."""
        return self.nodes[0].settings

    async def primary(self) -> Member:
        """Who takes writes, once the trio has settled with at least one replica that has every commit."""
        return await asyncio.to_thread(self.trio.settle, replicas=1)

    async def mend(self) -> None:
        """Start what is down, and wait until all of it is whole."""
        await asyncio.to_thread(self.trio.start)
        for node in self.nodes:
            if not node.is_up:
                node.start()
        await asyncio.to_thread(self.trio.settle)
        await asyncio.gather(*(node.ready() for node in self.nodes))


@asynccontextmanager
async def city(
    folder: Path,
    *,
    nodes: int = 2,
    chance: random.Random,
    furnish: Callable[[Settings], None],
    say: Callable[[str], None] = lambda _: None,
) -> AsyncGenerator[City]:
    """A city at work, ended with the block.

    Args:
        folder: an empty one for everything.
        nodes: of the service.
        chance: of the balancer.
        furnish: makes what is in the log before the first node starts.
        say: told what is being done.
    """
    with trio(folder / "databases", say=say) as databases:
        primary = databases.settle()
        for name in (LOG, KEYS):
            databases.sql(primary, f"CREATE DATABASE {name}")
        balancer = Balancer([free_port() for _ in range(nodes)], chance=chance)
        await balancer.start()
        settings = [
            _settings(folder / f"node-{n}", port, balancer.port, databases) for n, port in enumerate(balancer.nodes)
        ]
        say("furnishing the centre ...")
        await asyncio.to_thread(furnish, settings[0])
        for other in settings[1:]:
            other.centre_folder.mkdir(mode=0o700, parents=True)
            shutil.copy2(settings[0].centre_folder / MASTER_KEY, other.centre_folder / MASTER_KEY)
        running = [CityNode(one) for one in settings]
        say(f"starting {nodes} nodes and a balancer ...")
        try:
            for node in running:
                node.start()
            await asyncio.gather(*(node.ready() for node in running))
            yield City(databases, running, balancer)
        finally:
            for node in running:
                node.kill()
            await balancer.kill()


def _settings(data: Path, port: int, balancer: int, databases: Trio) -> Settings:
    return Settings(
        data=data,
        port=port,
        empty=True,
        url=f"http://localhost:{balancer}",
        limit_factor=1000,
        static=data / "no static files",
        postgres_host=",".join(member.host for member in databases.members),
        postgres_port=databases.members[0].port,
        postgres_user=USER,
        postgres_dbname=LOG,
        postgres_keys_dbname=KEYS,
    )


def environment(settings: Settings) -> dict[str, str]:
    """The settings that differ from what they are by default, as variables."""
    default = Settings()
    named = {name: getattr(settings, name) for name in settings.__struct_fields__}
    return {PREFIX + name.upper(): _text(value) for name, value in named.items() if value != getattr(default, name)}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
