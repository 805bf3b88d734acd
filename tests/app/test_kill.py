"""kill -9 at any moment under load: what was acknowledged is there once, and everything goes on."""

import asyncio
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4, uuid5

import httpx
import pytest
from msgspec import Struct, field

from bootstrap.places import ROOT
from domain.actors import Actor
from domain.case.commands import AddNote, Command, FileRef
from domain.case.facts import CaseFiled, CaseNoted
from domain.facts import Envelope
from projections.database import ProjectionFile
from projections.runner import advance, file_in, rebuild
from store.centre import Centre
from store.receipts import CommandApplied, receipt_stream
from sync.client import Client, SignInNeeded, Timings
from tests.cast import CASE, FATHER, LIN, STRANGER, ZHOU, Filing
from tests.laws.test_following import content
from tests.premises import Premises, furnish
from web.session import COOKIE
from web.settings import Settings

IN_FLIGHT = 10
DEVICES = (ZHOU, LIN, FATHER, STRANGER)
SHARED_CASE = CASE


class Service(Protocol):
    """A process that serves and can be killed."""

    def start(self) -> int:
        """Start it and return its process id."""
        ...

    def ended(self) -> None:
        """Wait until the killed process is gone."""
        ...

    def close(self) -> None:
        """Clean up."""
        ...


class Forked:
    """The service as a forked child, which starts in a moment."""

    def __init__(self, data: Path, port: int) -> None:
        self._kennel = subprocess.Popen(
            [sys.executable, "-m", "tests.app.kennel", str(data), str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> int:
        assert self._kennel.stdin is not None
        self._kennel.stdin.write("start\n")
        self._kennel.stdin.flush()
        return int(self._line())

    def ended(self) -> None:
        assert self._line() == "ended"

    def close(self) -> None:
        self._kennel.communicate("", timeout=10)

    def _line(self) -> str:
        assert self._kennel.stdout is not None
        return self._kennel.stdout.readline().strip()


class Served:
    """The service as people start it: `python -m web serve`."""

    def __init__(self, data: Path, port: int) -> None:
        self._command = [sys.executable, "-m", "web", "serve", "--empty", "--data", str(data), "--port", str(port)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.DEVNULL)
        return self._process.pid

    def ended(self) -> None:
        assert self._process is not None
        self._process.wait(10)

    def close(self) -> None:
        pass


class Told(Struct):
    """What devices were told of their commands.

    Attributes:
        given: every command, by author and id.
        acknowledged: those that were answered, with the position that was given.
    """

    given: set[tuple[UUID, UUID]] = field(default_factory=set[tuple[UUID, UUID]])
    acknowledged: dict[tuple[UUID, UUID], int] = field(default_factory=dict[tuple[UUID, UUID], int])


def prepared(data: Path) -> dict[UUID, str]:
    """A furnished centre with one case, and a session of every person of the test."""
    settings = Settings(data=data)
    centre = Centre.open(settings.centre_folder, clock=lambda: datetime.now(UTC), new_id=uuid4)
    with closing(centre):
        furnish(centre)
        Premises(centre, centre.clock).receive(case=SHARED_CASE)
        return {
            who.id: centre.open_session(
                who.id, kind="resident" if who.is_resident else "staff", method="password", device=None, hours=9
            )
            for who in DEVICES
        }


def device(who: Actor, token: str, port: int) -> Client:
    origin = f"http://localhost:{port}"

    async def ticket() -> str:
        try:
            async with httpx.AsyncClient(
                base_url=origin, headers={"origin": origin, "cookie": f"{COOKIE}={token}"}
            ) as http:
                answer = await http.post("/session/ticket")
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
        if answer.status_code == 401:
            raise SignInNeeded
        return str(answer.json()["ticket"])

    return Client(
        f"ws://localhost:{port}/sync",
        ticket=ticket,
        person=who.id,
        device=uuid4(),
        clock=lambda: datetime.now(UTC),
        chance=random.Random(who.id.int),
        origin=origin,
        timings=Timings(dial=5.0, silence=5.0, back_off=0.002),
    )


async def work(client: Client, who: Actor, told: Told, going: Callable[[], bool]) -> None:
    """Keep commands under way until told to stop, then wait until the last is answered."""

    async def one(n: int) -> None:
        while going():
            command, lane, files = _next(who, n, len(told.given))
            id, answer = client.submit(command, lane=lane, files=files)
            told.given.add((who.id, id))
            verdict = await answer
            assert verdict.verdict in ("applied", "duplicate"), verdict
            assert verdict.pos is not None
            told.acknowledged[who.id, id] = verdict.pos

    await asyncio.gather(*(one(n) for n in range(IN_FLIGHT)))


def _next(who: Actor, n: int, given: int) -> tuple[Command, UUID, tuple[FileRef, ...]]:
    """Staff write notes on the case of everybody; residents file cases."""
    if not who.is_resident:
        return AddNote(text=f"{n} {given}"), SHARED_CASE, ()
    lane = uuid4()
    filing = Filing(case=lane)
    return filing.command, lane, filing.files


def missing(data: Path, told: Told, seen: set[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
    """Acknowledged commands without a receipt in the log; looks only at those not `seen` before."""
    with closing(sqlite3.connect(Settings(data=data).centre_folder / "log.db")) as log:
        fresh = [key for key in tuple(told.acknowledged) if key not in seen]
        seen.update(fresh)
        asked = "SELECT 1 FROM stored_events WHERE originator_id=? AND topic='command.applied'"
        return [key for key in fresh if not log.execute(asked, (receipt_stream(*key).hex,)).fetchone()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "kills", "longest_life"), [(Forked, 50, 0.25), (Served, 3, 0.8)])
async def test_no_acknowledged_command_is_lost_or_doubled_by_kill_9(
    tmp_path: Path, kind: Callable[[Path, int], Service], kills: int, longest_life: float
) -> None:
    tokens = await asyncio.to_thread(prepared, tmp_path)
    port, told, seen = free_port(), Told(), set[tuple[UUID, UUID]]()
    service, chance = kind(tmp_path, port), random.Random(uuid5(CASE, str(kills)).int)
    clients = [(device(who, tokens[who.id], port), who) for who in DEVICES]
    alive = True
    lives: list[int] = []
    for client, _ in clients:
        await client.__aenter__()
    working = [asyncio.create_task(work(client, who, told, lambda: alive)) for client, who in clients]

    for _ in range(kills):
        before = len(told.acknowledged)
        process = await asyncio.to_thread(service.start)
        await asyncio.wait_for(_greeted_again(clients[0][0]), 30)
        await asyncio.sleep(chance.uniform(0, longest_life))
        os.kill(process, signal.SIGKILL)
        await asyncio.to_thread(service.ended)
        lives.append(len(told.acknowledged) - before)
        assert await asyncio.to_thread(missing, tmp_path, told, seen) == []
    process = await asyncio.to_thread(service.start)
    alive = False
    await asyncio.wait_for(asyncio.gather(*working), 60)
    for client, _ in clients:
        await client.__aexit__(None, None, None)
    os.kill(process, signal.SIGKILL)
    await asyncio.to_thread(service.ended)
    await asyncio.to_thread(service.close)

    assert len(told.acknowledged) == len(told.given)
    assert sum(life > 0 for life in lives) >= kills * 0.6, lives
    _check_log(tmp_path, told)


async def _greeted_again(client: Client) -> None:
    greeted = client.welcomes
    await client.until(lambda: client.welcomes > greeted)


def _check_log(data: Path, told: Told) -> None:
    settings = Settings(data=data)
    centre = Centre.open(settings.centre_folder, clock=lambda: datetime.now(UTC), new_id=uuid4)
    with closing(centre):
        log = centre.follow(0, 1_000_000)
        _check_effects(log, told)
        _check_numbers(log)
        for _, envelope in log[-400:]:
            if isinstance(envelope.fact, CaseNoted):
                assert centre.unseal(envelope, "text") is not None
            elif isinstance(envelope.fact, CaseFiled):
                assert centre.unseal(envelope, "answers")["applicant_name"] == "陈志远"
        (data / "anew").mkdir()
        _catch_up(centre, settings.views_folder)
        assert content(file_in(settings.views_folder)) == content(rebuild(centre, data / "anew"))
    for name in ("log.db", "keys.db"):
        with closing(sqlite3.connect(settings.centre_folder / name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _check_effects(log: list[tuple[int, Envelope]], told: Told) -> None:
    """Each command has one fact and one receipt, at the position that was acknowledged."""
    facts = {
        p: e
        for p, e in log
        if isinstance(e.fact, CaseNoted | CaseFiled) and (e.meta.actor, e.meta.command) in told.given
    }
    effects = Counter((e.meta.actor, e.meta.command) for e in facts.values())
    receipts = Counter((e.meta.actor, e.meta.command) for _, e in log if isinstance(e.fact, CommandApplied))
    assert set(effects) == told.given
    assert set(effects.values()) == {1}
    assert all(receipts[key] == 1 for key in told.given)
    for key, position in told.acknowledged.items():
        assert (facts[position].meta.actor, facts[position].meta.command) == key


def _check_numbers(log: list[tuple[int, Envelope]]) -> None:
    numbers = [e.fact.filing_number for _, e in log if isinstance(e.fact, CaseFiled)]
    days = Counter(number.split("-")[1] for number in numbers)
    serials = sorted((number.split("-")[1], int(number.split("-")[2])) for number in numbers)
    assert serials == [(day, n) for day in sorted(days) for n in range(1, days[day] + 1)]
    streams: dict[UUID, int] = {}
    for _, envelope in log:
        streams[envelope.originator_id] = streams.get(envelope.originator_id, 0) + 1
        assert envelope.originator_version == streams[envelope.originator_id]


def _catch_up(centre: Centre, folder: Path) -> None:
    target = ProjectionFile(file_in(folder))
    while advance(centre, target) is not None:
        pass
    target.close()
