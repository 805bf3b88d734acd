"""Nodes are renewed one after the other while devices of both versions work, and nothing is lost, doubled or wrong."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
import pytest
from msgspec.structs import replace

from bootstrap.places import ROOT
from domain.actors import Actor
from domain.case.commands import AddNote
from sync.client import Client, State
from sync.frames import Verdict
from tests.campaigns.devices import Crowd, Key, Made, Told, crowd, device, tickets
from tests.campaigns.services import free_port
from tests.campaigns.siege import prepared
from tests.cast import CASE, FATHER, LIN, STRANGER, ZHOU
from tests.cluster.balancer import Balancer
from tests.cluster.city import MASTER_KEY, CityNode, environment
from tests.postgres import USER, Server
from tests.rolling.clients import NewerClient, OlderClient
from web.settings import Settings

PRESENT, NEWER = ("tests.rolling.node", "serve"), ("tests.rolling.newer", "serve")
KINDS: dict[Actor, type[Client]] = {FATHER: OlderClient, ZHOU: OlderClient, STRANGER: NewerClient, LIN: NewerClient}
Result = TypeVar("Result")
REST_SECONDS = 2.0
PATIENCE_SECONDS = 90.0
SINCE = "2026-01-01T00:00:00Z"


class Street:
    """People's devices before some nodes, and what becomes of their work."""

    def __init__(self, tokens: dict[UUID, str], stack: AsyncExitStack) -> None:
        self.told = Told()
        self.chance = random.Random(4)
        self.tokens = tokens
        self._stack = stack

    async def comes(self, who: Actor, port: int, kind: type[Made]) -> Made:
        """One more device of that person, which dials the node on that port and no other."""
        origin = f"http://localhost:{port}"
        http = await self._stack.enter_async_context(httpx.AsyncClient(base_url=origin, headers={"origin": origin}))
        made = device(who, tickets(http, self.tokens[who.id]), port, self.chance, kind=kind)
        opened: Client = made
        await self._stack.enter_async_context(opened)
        return made

    @asynccontextmanager
    async def at_work(self, port: int) -> AsyncGenerator[Crowd]:
        """A device of everybody, of both versions, each with commands under way all the time."""
        async with crowd(
            self.tokens, port, self.told, self.chance, patience=PATIENCE_SECONDS, rest=REST_SECONDS, kinds=KINDS
        ) as devices:
            yield devices

    def gives(self, client: Client, who: Actor, type: str = AddNote.type) -> Act:
        """The person gives a command on the case that was there from the beginning."""
        id, answer = client.submit_as(type, b'{"text":"\xe5\xb7\xb2\xe7\x94\xb5\xe8\xaf\x9d"}', lane=CASE)
        self.told.given.add((who.id, id))
        return Act(self.told, client, (who.id, id), answer)

    async def converges(self, devices: Crowd, port: int) -> None:
        """Every device comes to show what one that has just been bought shows."""
        for who, client in devices.clients.items():
            fresh = await self.comes(who, port, Client)
            await patiently(fresh.live())
            await patiently(_alike(client, fresh))

    def check(self, settings: Settings, program: tuple[str, str]) -> None:
        """Every command that was given was acknowledged, and stands in the log as it was."""
        assert self.told.given == self.told.acknowledged.keys()
        told = [(str(author), str(id), position) for (author, id), position in self.told.acknowledged.items()]
        examined = subprocess.run(
            [sys.executable, "-m", program[0], "examine"],
            cwd=ROOT,
            env={**os.environ, **environment(settings)},
            input=json.dumps(told),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (examined.returncode, examined.stdout) == (0, ""), examined.stderr


class Aged(OlderClient):
    """An app that is too old for the next version of the program."""

    app = "0.0.1"


class Act:
    """A command that somebody gave, and how it stands."""

    def __init__(self, told: Told, client: Client, key: Key, answer: asyncio.Future[Verdict]) -> None:
        self._told = told
        self._client = client
        self._key = key
        self._answer = answer

    @property
    def id(self) -> UUID:
        """Of the command."""
        return self._key[1]

    async def is_done(self) -> None:
        """Wait until it is applied."""
        verdict = await patiently(self._answer)
        assert verdict.verdict in ("applied", "duplicate"), verdict
        assert verdict.pos is not None
        self._told.acknowledged[self._key] = verdict.pos

    async def is_held(self, code: str) -> None:
        """Wait until the service has said that it has to wait, and why; the device keeps it."""
        held = ("held", code)
        await patiently(self._client.until(lambda: self._said() == held or self._answer.done()))
        assert not self._answer.done(), self._answer.result()

    def _said(self) -> tuple[str, str | None] | None:
        entry = self._client.outbox.get(self._key[1])
        return None if entry is None or entry.last is None else (entry.last.state, entry.last.code)


async def _alike(one: Client, other: Client) -> None:
    while one.replica.rows != other.replica.rows:  # noqa: ASYNC110 - no event for two of them
        await asyncio.sleep(0.05)


async def patiently(event: Awaitable[Result]) -> Result:
    """What was waited for; a test that waits for long says where."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await event


async def standing(port: int) -> str:
    """How a node says that it stands."""
    async with httpx.AsyncClient() as http:
        said = await http.get(f"http://127.0.0.1:{port}/readyz")
    return "ready" if said.status_code == 200 else str(said.json()["code"])


async def becomes(port: int, wanted: str) -> None:
    """Wait until a node stands so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await standing(port) != wanted:  # noqa: ASYNC110 - it does not call
            await asyncio.sleep(0.1)


async def renewed(node: CityNode, devices: Crowd) -> None:
    """A node stops in order and comes back as the next version, while others go on."""
    assert await node.stop() == 0
    node.program = NEWER
    node.settings = replace(node.settings, min_app=OlderClient.app, upgrade_by=SINCE)
    node.start()
    await node.ready()
    await devices.hear_of_a_new_command()


def was_asked(clients: Mapping[Actor, Client]) -> list[Actor]:
    """Whose app was told that it is too old."""
    return [who for who, client in clients.items() if client.upgrade is not None]


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a node by its name."""

    def of(name: str, **more: object) -> Settings:
        data = tmp_path / name
        return Settings(
            data=data, port=free_port(), empty=True, limit_factor=1000, static=data / "none", **more  # type: ignore[arg-type]
        )  # fmt: skip

    return of


@pytest.mark.timeout(1200)
async def test_two_nodes_are_renewed_one_after_the_other_and_nothing_is_lost_doubled_or_told_wrongly(
    postgres: Server, settings: Callable[..., Settings]
) -> None:
    async with AsyncExitStack() as stack:
        log, keys = (stack.enter_context(postgres.database()) for _ in range(2))
        balancer = Balancer([free_port(), free_port()], chance=random.Random(1))
        await balancer.start()
        stack.push_async_callback(balancer.kill)
        on_server = {
            "postgres_host": str(postgres.folder),
            "postgres_user": USER,
            "postgres_dbname": log,
            "postgres_keys_dbname": keys,
            "url": f"http://localhost:{balancer.port}",
        }
        here, there = (
            CityNode(replace(settings(name, **on_server), port=port), PRESENT)
            for name, port in zip(("here", "there"), balancer.nodes, strict=True)
        )
        tokens = await asyncio.to_thread(prepared, here.settings)
        there.settings.centre_folder.mkdir(mode=0o700, parents=True)
        shutil.copy2(here.settings.centre_folder / MASTER_KEY, there.settings.centre_folder / MASTER_KEY)
        for node in (here, there):
            node.start()
            stack.callback(node.kill)
        await asyncio.gather(here.ready(), there.ready())
        street = Street(tokens, stack)

        async with street.at_work(balancer.port) as devices:
            await devices.hear_of_a_new_command()
            aged = await street.comes(ZHOU, there.settings.port, Aged)
            await patiently(aged.live())
            await renewed(here, devices)

            # the older node is asked for what only the newer one knows
            early = await street.comes(LIN, there.settings.port, NewerClient)
            acts = [street.gives(early, LIN, type) for type in ("case.note@2", "case.greet@1")]
            await acts[0].is_held("service-too-old")

            # the newer node records what the older one does not know
            pioneer = await street.comes(LIN, here.settings.port, NewerClient)
            await street.gives(pioneer, LIN, "case.greet@1").is_done()
            await becomes(there.settings.port, "stopped")
            await devices.hear_of_a_new_command()
            late = await street.comes(ZHOU, there.settings.port, OlderClient)
            acts.append(street.gives(late, ZHOU))
            await acts[-1].is_held("service-too-old")
            assert was_asked({ZHOU: aged}) == []

            await renewed(there, devices)
            for act in acts:
                await act.is_done()
            await devices.finish()

            assert was_asked(devices.clients) == []
            await street.converges(devices, here.settings.port)
            await street.converges(devices, there.settings.port)

            # an app that is too old is told so, keeps its work, and sends it once it was renewed
            await patiently(aged.until(lambda: aged.state is State.UPGRADE_HELD))
            assert aged.upgrade is not None
            assert (aged.upgrade.min_app, aged.upgrade.hard) == (OlderClient.app, True)
            kept = street.gives(aged, ZHOU)
            await street.gives(late, ZHOU).is_done()
            assert [entry.pending.id for entry in aged.outbox] == [kept.id]
            await aged.__aexit__(None, None, None)
            aged.app = OlderClient.app
            await aged.__aenter__()
            await kept.is_done()

        for node in (here, there):
            assert await node.stop() == 0
        street.check(here.settings, NEWER)
