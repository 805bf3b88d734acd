"""Devices that keep commands under way whatever becomes of the service, and remember what they were told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

import httpx
from msgspec import Struct, field

from domain.actors import Actor
from domain.case.commands import AddNote, Command, FileRef
from sync.client import Client, SignInNeeded, Timings
from tests.campaigns.campaign import Broken
from tests.cast import CASE, FATHER, LIN, STRANGER, ZHOU, Filing
from web.session import COOKIE

PEOPLE = (ZHOU, LIN, FATHER, STRANGER)
IN_FLIGHT = 10
"""Commands that each device keeps under way; the protocol allows more."""
PATIENCE_SECONDS = 60.0

Made = TypeVar("Made", bound=Client)

Key = tuple[UUID, UUID]
"""Author and id of a command."""


class Told(Struct):
    """What devices were told of their commands.

    Attributes:
        given: every command.
        acknowledged: those that were answered, with the position that was given.
        cases: acknowledged filings; staff write notes on the newest.
    """

    given: set[Key] = field(default_factory=set[Key])
    acknowledged: dict[Key, int] = field(default_factory=dict[Key, int])
    cases: list[UUID] = field(default_factory=lambda: [CASE])


class Crowd:
    """A device of each person, at work until told to stop."""

    def __init__(
        self, clients: dict[Actor, Client], told: Told, chance: random.Random, *, patience: float, rest: float
    ) -> None:
        """Let the devices begin."""
        self.clients = clients
        self._patience = patience
        self._rest = rest
        self._told = told
        self._chance = chance
        self._going = True
        self._answered = asyncio.Event()
        self._noted = 0
        self._at_work = [asyncio.create_task(self._work(client, who)) for who, client in clients.items()]

    def greeting(self) -> Awaitable[None]:
        """Begin to wait until the service greets one of the devices anew.

        Raises:
            Broken: a device was answered what it should not be.
        """
        client = next(iter(self.clients.values()))
        before = client.welcomes
        return self._waited(client.until(lambda: client.welcomes > before))

    async def hear_an_answer(self) -> None:
        """Wait until another command has been acknowledged.

        Raises:
            Broken: a device was answered what it should not be.
        """
        self._answered.clear()
        await self._waited(self._answered.wait())

    async def hear_of_a_new_command(self) -> None:
        """Wait until a command has been acknowledged that no device has given yet.

        Raises:
            Broken: a device was answered what it should not be.
        """
        before = set(self._told.given)
        while before.issuperset(self._told.acknowledged):
            await self.hear_an_answer()

    async def _waited(self, event: Awaitable[object]) -> None:
        waiting = asyncio.ensure_future(event)
        await asyncio.wait({waiting, *self._at_work}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        self._raise_what_went_wrong()
        if not waiting.done():
            waiting.cancel()
            raise Broken(f"the service did not go on within {self._patience:.0f} s")

    def _raise_what_went_wrong(self) -> None:
        for task in self._at_work:
            if task.done():
                task.result()

    async def finish(self) -> None:
        """Begin nothing new, and wait until the last command is answered.

        Raises:
            Broken: one is never answered, or not as it should be.
        """
        self._going = False
        _, unanswered = await asyncio.wait(self._at_work, timeout=self._patience)
        self._raise_what_went_wrong()
        if unanswered:
            raise Broken(f"the service did not go on within {self._patience:.0f} s")

    def abandon(self) -> None:
        """Stop working at once, answered or not."""
        for task in self._at_work:
            task.cancel()

    async def _work(self, client: Client, who: Actor) -> None:
        await asyncio.gather(*(self._commands(client, who) for _ in range(IN_FLIGHT)))

    async def _commands(self, client: Client, who: Actor) -> None:
        while self._going:
            command, lane, files = self._next(who)
            id, answer = client.submit(command, lane=lane, files=files)
            self._told.given.add((who.id, id))
            verdict = await answer
            if verdict.verdict not in ("applied", "duplicate") or verdict.pos is None:
                raise Broken(f"command {id} was answered {verdict.verdict} {verdict.code}")
            self._told.acknowledged[who.id, id] = verdict.pos
            self._answered.set()
            if who.is_resident:
                self._told.cases.append(lane)
            await asyncio.sleep(self._rest)

    def _next(self, who: Actor) -> tuple[Command, UUID, tuple[FileRef, ...]]:
        """Residents file cases; staff write notes on the newest, so that no case grows to thousands of them."""
        if who.is_resident:
            lane = UUID(int=self._chance.getrandbits(128), version=4)
            filing = Filing(case=lane)
            return filing.command, lane, filing.files
        self._noted += 1
        return AddNote(text=f"note {self._noted}"), self._told.cases[-1], ()


@asynccontextmanager
async def crowd(
    tokens: dict[UUID, str],
    port: int,
    told: Told,
    chance: random.Random,
    *,
    patience: float = PATIENCE_SECONDS,
    rest: float = 0.0,
    kinds: Mapping[Actor, type[Client]] = MappingProxyType({}),
) -> AsyncGenerator[Crowd]:
    """The devices of all people, dialling a service on `port`.

    Args:
        tokens: of everybody's session.
        port: of the service.
        told: what they are told is noted here.
        chance: for ids and for what they do.
        patience: seconds for which the service may fall silent.
        rest: seconds between an answer and the next command.
        kinds: of clients, where somebody's is not this program's own.
    """
    origin = f"http://localhost:{port}"
    async with AsyncExitStack() as stack:
        http = httpx.AsyncClient(base_url=origin, headers={"origin": origin}, limits=httpx.Limits(max_connections=None))
        await stack.enter_async_context(http)
        clients = {
            who: await stack.enter_async_context(
                device(who, tickets(http, tokens[who.id]), port, chance, kind=kinds.get(who, Client))
            )
            for who in PEOPLE
        }
        working = Crowd(clients, told, chance, patience=patience, rest=rest)
        stack.callback(working.abandon)
        yield working


def tickets(http: httpx.AsyncClient, token: str) -> Callable[[], Awaitable[str]]:
    """Gets one-use tickets for the session of a token."""

    async def ticket() -> str:
        try:
            answer = await http.post("/session/ticket", headers={"cookie": f"{COOKIE}={token}", "connection": "close"})
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
        if answer.status_code == 401:
            raise SignInNeeded
        if answer.status_code == 503:  # the log is away
            raise OSError(answer.text)
        return str(answer.json()["ticket"])

    return ticket


def device(
    who: Actor,
    ticket: Callable[[], Awaitable[str]],
    port: int,
    chance: random.Random,
    *,
    kind: type[Made] = Client,  # type: ignore[assignment]
) -> Made:
    """A device of that person, which has not dialled yet."""
    return kind(
        f"ws://localhost:{port}/sync",
        ticket=ticket,
        person=who.id,
        device=UUID(int=chance.getrandbits(128), version=4),
        clock=lambda: datetime.now(UTC),
        chance=random.Random(chance.random()),
        origin=f"http://localhost:{port}",
        timings=Timings(dial=5.0, silence=5.0, back_off=0.002),
    )
