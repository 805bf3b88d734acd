"""What a city asks of a node, in processor time, on one node and on two that share a log; and where answers slow down.

Everything that is counted one by one is given to the first node. A second node then shows what it costs to follow
along, which is what each further node pays for every command of the city. Files lie in S3-compatible storage, as they
must where there are several nodes.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import io
import shutil
import sys
from collections.abc import Coroutine, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from msgspec import Struct
from PIL import Image, ImageDraw
from websockets.asyncio.client import ClientConnection

from domain.actors import Actor
from domain.case.commands import AddNote, FileRef
from sync import frames as fr
from sync.wire import read
from tests.bench import town
from tests.bench.arrivals import Answers, arrive, at_once, at_rate
from tests.bench.engines import Home, postgresql
from tests.bench.figures import Figure
from tests.bench.fleet import dialled, greet
from tests.bench.intents import Act, pushes
from tests.bench.processor import SETTLE_SECONDS, Meter, Spent
from tests.bench.service import Service, serving
from tests.cast import ZHOU
from tests.objects import ACCOUNT, NAME, serving_objects
from tests.postgres import Server
from web.session import COOKIE

CASES, CROWD_CASES = 480, 20
PEOPLE, DESKS = 32, 32
NOTES, FILINGS, LOOKS, PHOTOGRAPHS = 960, 192, 320, 48
ABREAST = 16
PHOTOGRAPH_PIXELS = (1_672, 2_366)
"""An A4 page at 200 dpi, to which the app scales what the camera gives."""
JPEG_QUALITY = 82
GRAIN = 12
SOCKETS = (500, 1_000)
WARMING, AT_A_TIME = 50, 25
HELD_SECONDS = 18.0
"""A heartbeat, with the two seconds in which a measurement settles."""
TOLD, TOLD_A_SECOND = 10, 1.0
"""Slow enough that changes seldom share a frame."""
QUIET_SECONDS = 1.0
REST_SECONDS = 4.0
RATES = (100, 200, 300, 400, 600, 800, 1_200)
RATE_SECONDS = 4
FILED_OF = 10
"""One arrival of so many files a case."""
SLOW_SECONDS = 0.5
"""When a person begins to notice; the knee is the last rate at which 99 of 100 are answered within it."""
SERVER = {"shared_buffers": "256MB", "max_wal_size": "4GB", "max_connections": "100"}
TUS = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream"}
KIB = 1024
MILLI, MICRO = 1_000.0, 1_000_000.0
JOBS = {
    "note": ("processor time of a note, judged and followed", MILLI, "ms"),
    "filing": ("  of a filing with its whole form", MILLI, "ms"),
    "photograph": ("  of a photograph, checked, sealed and stored", MILLI, "ms"),
    "page": ("  of the first page of a queue", MILLI, "ms"),
    "look": ("  of a look by staff, recorded", MILLI, "ms"),
    "own look": ("  of a look by the applicant", MILLI, "ms"),
    "opening": ("  of a connection, from its ticket to its first page", MILLI, "ms"),
    "delivery": ("  of a change told to one device", MICRO, "us"),
    "socket second": ("  of an idle socket, each second", MICRO, "us"),
    "rest": ("  of a node that nobody asks, each second", MILLI, "ms"),
}
"""What is said of each kind of work, and in which unit."""
FOLLOWING = "of these the node that only follows"
ONE_DATABASE, TWO_DATABASES = "PostgreSQL beside one node", "PostgreSQL beside two"
KNEE = "the knee: arrivals a second, every 10th files a case"

_encoder = msgspec.json.Encoder()


class Costs(Struct, frozen=True):
    """What was measured with so many nodes.

    Attributes:
        per: processor time of one of each kind of work.
        kib: memory of the first node for each socket, by the number of them.
        knee: arrivals a second, all nodes together.
    """

    per: dict[str, Spent]
    kib: dict[int, float]
    knee: float


def measure(folder: Path) -> Iterator[Figure]:
    """One node, then two, on logs of their own in the same server."""
    folder.chmod(0o711)  # the server runs as somebody else where root would run it
    (folder / "server").mkdir()
    server = Server(folder / "server", **SERVER)
    server.start()
    try:
        one, two = (_of(folder, server, nodes) for nodes in (1, 2))
    finally:
        server.stop()
    yield from _figures(one, two)


def _of(folder: Path, server: Server, number: int) -> Costs:
    with _nodes(postgresql(folder, server).home(f"office{number}"), number, "crowd", CROWD_CASES) as (nodes, staff, _):
        per, kib = asyncio.run(_Crowd(nodes, Meter(nodes, server), staff).costs())
    with _nodes(postgresql(folder, server).home(f"city{number}"), number, "knee", CASES) as (nodes, staff, residents):
        city = _City(nodes, Meter(nodes, server), staff, residents)
        return Costs({**per, **asyncio.run(city.costs())}, kib, asyncio.run(city.knee()))


@contextmanager
def _nodes(home: Home, number: int, name: str, cases: int) -> Generator[tuple[list[Service], str, list[str]]]:
    """So many nodes on a log with so many cases, and tokens of the desk and of residents.

    Each further node has the master key of the first and nothing else of it.
    """
    with home.opened() as centre:
        town.give(centre, town.filed(name, range(cases), people=PEOPLE))
        staff = town.signed_in(centre, ZHOU)
        residents = [town.signed_in(centre, town.person(n)) for n in range(PEOPLE)]
    folders = [home.folder, *(home.folder.with_name(f"{home.folder.name}-{n}") for n in range(1, number))]
    for folder in folders[1:]:
        (folder / "centre").mkdir(mode=0o700, parents=True)
        shutil.copy2(home.folder / "centre" / "master.key", folder / "centre" / "master.key")
    with serving_objects(home.folder / "objects") as storage, ExitStack() as stack:
        env = {**home.env, **_in_storage(storage.endpoint)}
        yield [stack.enter_context(serving(folder, env)) for folder in folders], staff, residents


def _in_storage(endpoint: str) -> Mapping[str, str]:
    names = {"endpoint": endpoint, "bucket": NAME, "access_key": ACCOUNT[0], "secret_key": ACCOUNT[1]}
    return {f"DOORSTEP_S3_{name.upper()}": value for name, value in names.items()}


class _City:
    """The nodes, and what people do at them."""

    def __init__(self, nodes: Sequence[Service], meter: Meter, staff: str, residents: Sequence[str]) -> None:
        self._nodes = nodes
        self._meter = meter
        self._staff = staff
        self._residents = residents
        self._filed = 0

    async def costs(self) -> dict[str, Spent]:
        """One job after the other; what a job needs is made before it begins."""
        rest = await self._meter.at_rest(REST_SECONDS)
        per = {"rest": rest}
        for name, tokens, frames in (
            ("note", [self._staff] * DESKS, self._notes(NOTES, DESKS)),
            ("filing", self._residents, self._filings(FILINGS)),
        ):
            async with AsyncExitStack() as stack:
                sockets = await _connected(stack, self._nodes[0], tokens)
                per[name] = await self._meter.spent(partial(self._pushed, sockets, frames), number=_count(frames))
        per["photograph"] = await self._photographs()
        for name, path, token in (
            ("page", "/api/queue?first=25", self._staff),
            ("look", "/api/cases/{}", self._staff),
            ("own look", "/api/cases/{}", self._residents[0]),
        ):
            work = partial(self._asked, self._paths(path), token)
            per[name] = await self._meter.spent(work, number=LOOKS)
        return per

    # Commands

    def _notes(self, number: int, devices: int) -> list[list[bytes]]:
        each = number // devices
        return [
            _one_by_one([(AddNote(text=town.NOTE), self._case(first + n * devices), ()) for n in range(each)], ZHOU)
            for first in range(devices)
        ]

    def _filings(self, number: int) -> list[list[bytes]]:
        return [_one_by_one(self._forms(number // PEOPLE), town.person(n)) for n in range(PEOPLE)]

    def _forms(self, number: int) -> list[Act]:
        first, self._filed = self._filed, self._filed + number
        handed_in = [(town.case_id("knee filed", n), n) for n in range(first, first + number)]
        forms = [(case, town.filing(case, n)) for case, n in handed_in]
        return [(form.command, case, form.files) for case, form in forms]

    @staticmethod
    def _case(n: int) -> UUID:
        return town.case_id("knee", n % CASES)

    async def _pushed(self, sockets: Sequence[ClientConnection], frames: Sequence[Sequence[bytes]]) -> None:
        answers = await arrive(sockets, at_once(frames))
        assert set(answers.verdicts) == {"applied"}, answers.verdicts

    # Photographs

    async def _photographs(self) -> Spent:
        """Of cases that are filed already: the command that names a photograph is not counted with it."""
        by = town.person(0)
        sent: list[tuple[UUID, FileRef, bytes]] = []
        filings: list[Act] = []
        contents = photographs(PHOTOGRAPHS)
        for n in range(PHOTOGRAPHS):
            case = town.case_id("knee photographed", n)
            form = town.filing(case, n)
            shown = [(ref, next(contents, None)) for ref in form.files]
            files = tuple(_named(ref, content) if content else ref for ref, content in shown)
            filings.append((form.command, case, files))
            sent += [(case, file, content) for file, (_, content) in zip(files, shown, strict=True) if content]
            if len(sent) == PHOTOGRAPHS:
                break
        async with AsyncExitStack() as stack:
            phone = await _connected(stack, self._nodes[0], self._residents[:1])
            await self._pushed(phone, [_one_by_one(filings, by)])
        return await self._meter.spent(partial(self._upload, sent), number=len(sent))

    async def _upload(self, sent: Sequence[tuple[UUID, FileRef, bytes]]) -> None:
        async with self._browser(self._residents[0]) as browser:

            async def upload(lane: UUID, ref: FileRef, content: bytes) -> None:
                headers = {**TUS, "upload-length": str(len(content)), "upload-metadata": _told(lane, ref)}
                answer = await browser.post("/files/", content=content, headers=headers)
                assert answer.headers.get("doorstep-file") == "stored", answer.text

            await _abreast(upload(*one) for one in sent)

    # Looks

    @staticmethod
    def _paths(path: str) -> list[str]:
        """Looks go round the cases of the first resident."""
        return [path.format(town.case_id("knee", n % (CASES // PEOPLE) * PEOPLE)) for n in range(LOOKS)]

    async def _asked(self, paths: Sequence[str], token: str) -> None:
        async with self._browser(token) as browser:

            async def ask(path: str) -> None:
                (await browser.get(path)).raise_for_status()

            await _abreast(map(ask, paths))

    def _browser(self, token: str) -> httpx.AsyncClient:
        first = self._nodes[0]
        headers = {"origin": first.origin, "cookie": f"{COOKIE}={token}"}
        return httpx.AsyncClient(base_url=first.origin, headers=headers, timeout=60, trust_env=False)

    # Where answers slow down

    async def knee(self) -> float:
        """The last rate of arrivals, all nodes together, at which 99 of 100 are answered before a person notices."""
        held = 0.0
        gc.collect()
        gc.disable()
        try:
            async with AsyncExitStack() as stack:
                desks = [await _connected(stack, node, [self._staff] * DESKS) for node in self._nodes]
                people = await _connected(stack, self._nodes[0], self._residents)
                for rate in RATES:
                    answers = await self._at_rate([*chain(*desks), *people], rate)
                    print(f"  {rate} a second: {_said(answers)}", file=sys.stderr, flush=True)
                    if set(answers.verdicts) != {"applied"} or answers.late > SLOW_SECONDS:
                        break
                    held = rate
        finally:
            gc.enable()
        return held

    async def _at_rate(self, sockets: Sequence[ClientConnection], rate: int) -> Answers:
        """Notes at the desks of all nodes, and filings of people."""
        for node in self._nodes:
            await asyncio.to_thread(node.caught_up)
        number, desks = rate * RATE_SECONDS, DESKS * len(self._nodes)
        filings = at_rate(self._filings(number // FILED_OF), rate / FILED_OF)
        notes = at_rate(self._notes(number - number // FILED_OF, desks), rate - rate / FILED_OF)
        return await arrive(sockets, [*notes, *filings])


class _Crowd:
    """Devices of an office that are connected to the first node, and what they cost it."""

    def __init__(self, nodes: Sequence[Service], meter: Meter, staff: str) -> None:
        self._sizes = SOCKETS if len(nodes) == 1 else SOCKETS[:1]
        self._first = nodes[0]
        self._meter = meter
        self._staff = staff
        self._told = 0
        self._hearing: list[asyncio.Task[None]] = []

    async def costs(self) -> tuple[dict[str, Spent], dict[int, float]]:
        """Opening, resting, being told of a change; and memory by the number of sockets."""
        await self._meter.at_rest(REST_SECONDS)
        per: dict[str, Spent] = {}
        kib: dict[int, float] = {}
        async with AsyncExitStack() as stack:
            per["note in a small office"] = await self._notes()
            await self._open(stack, WARMING)
            before, opened = self._first.resident_bytes(), WARMING
            for most in self._sizes:
                number, opened = most - opened, most
                opening = await self._meter.spent(partial(self._open, stack, number), number=number)
                kib[most] = (self._first.resident_bytes() - before) / (most - WARMING) / KIB
                if most == SOCKETS[0]:
                    per |= {"opening": opening, **await self._at_work(most, per["note in a small office"])}
            for task in self._hearing:
                task.cancel()
            await asyncio.gather(*self._hearing, return_exceptions=True)
        return per, kib

    async def _at_work(self, sockets: int, note: Spent) -> dict[str, Spent]:
        held = await self._meter.spent(lambda: asyncio.sleep(HELD_SECONDS), number=1)
        before = self._told
        told = await self._notes()
        deliveries = (self._told - before) / TOLD
        print(f"  {deliveries:.0f} of {sockets} devices were told of each change", file=sys.stderr, flush=True)
        return {
            "socket second": held.each(sockets * (HELD_SECONDS + SETTLE_SECONDS)),
            "delivery": told.without(note).each(deliveries),
        }

    async def _notes(self) -> Spent:
        frames = [
            _one_by_one(
                [(AddNote(text=town.NOTE), town.case_id("crowd", n % CROWD_CASES), ()) for n in range(TOLD)], ZHOU
            )
        ]

        async def push() -> None:
            async with AsyncExitStack() as stack:
                desk = await _connected(stack, self._first, [self._staff])
                answers = await arrive(desk, at_rate(frames, TOLD_A_SECOND))
            assert set(answers.verdicts) == {"applied"}, answers.verdicts
            heard = -1
            while heard < self._told:
                heard = self._told
                await asyncio.sleep(QUIET_SECONDS)

        return await self._meter.spent(push, number=TOLD)

    async def _open(self, stack: AsyncExitStack, number: int) -> None:
        for begun in range(0, number, AT_A_TIME):
            sockets = await _connected(stack, self._first, [self._staff] * min(AT_A_TIME, number - begun))
            await asyncio.gather(*map(_live, sockets))
            self._hearing += [asyncio.create_task(self._hear(socket)) for socket in sockets]

    async def _hear(self, socket: ClientConnection) -> None:
        while True:
            frame = read(await socket.recv())
            if isinstance(frame, fr.Delta):
                self._told += 1
                await socket.send(_encoder.encode(fr.Credit()), text=True)
            elif isinstance(frame, fr.ServerPing):
                await socket.send(_encoder.encode(fr.Pong()), text=True)


async def _connected(stack: AsyncExitStack, node: Service, tokens: Sequence[str]) -> list[ClientConnection]:
    tickets = await asyncio.to_thread(node.tickets, list(tokens))
    sockets: list[ClientConnection] = []
    for ticket in tickets:
        sockets.append(await stack.enter_async_context(dialled(node.socket_url, node.origin)))
        await greet(sockets[-1], ticket)
    return sockets


async def _live(socket: ClientConnection) -> None:
    await socket.send(_encoder.encode(fr.Pull()), text=True)
    more = True
    while more:
        page = read(await socket.recv())
        assert isinstance(page, fr.PageFrame), page
        more = page.more
        await socket.send(_encoder.encode(fr.Credit()), text=True)


async def _abreast(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it, a few at a time, as people do: what falls together shares a commit and a wake-up."""
    room = asyncio.Semaphore(ABREAST)

    async def one(work: Coroutine[Any, Any, None]) -> None:
        async with room:
            await work

    await asyncio.gather(*map(one, works))


def _one_by_one(acts: Sequence[Act], by: Actor) -> list[bytes]:
    """A frame for each act."""
    return pushes(acts, by, limits=fr.Limits(intents=1))


def photographs(number: int) -> Iterator[bytes]:
    """So many pages as the app would send them: as large as a page of print, each another file."""
    grain = Image.effect_noise(PHOTOGRAPH_PIXELS, GRAIN).convert("RGB")
    for n in range(number):
        ImageDraw.Draw(grain).text((100, 100 + 40 * n), f"page {n}", fill=(0, 0, 0))
        written = io.BytesIO()
        grain.save(written, "JPEG", quality=JPEG_QUALITY)
        yield written.getvalue()


def _count(frames: Sequence[Sequence[bytes]]) -> int:
    return sum(map(len, frames))


def _named(ref: FileRef, content: bytes) -> FileRef:
    return FileRef(ref.id, hashlib.sha256(content).hexdigest(), len(content))


def _told(lane: UUID, ref: FileRef) -> str:
    said = {
        "file": str(ref.id),
        "lane": str(lane),
        "intent_id": str(uuid4()),
        "sha256": ref.sha256,
        "type": "image/jpeg",
    }
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())


def _said(answers: Answers) -> str:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(answers.verdicts.items()))
    return f"99 of 100 within {answers.late * MILLI:.0f} ms ({counts})"


def _figures(one: Costs, two: Costs) -> Iterator[Figure]:
    for name, (job, factor, unit) in JOBS.items():
        alone, both = one.per[name], two.per[name]
        ours, limit = (sum(spent.nodes) * factor for spent in (both, alone))
        peers = {
            FOLLOWING: both.nodes[1] * factor,
            ONE_DATABASE: alone.database * factor,
            TWO_DATABASES: both.database * factor,
        }
        ratio = ours / limit if limit else 1.0
        yield Figure(
            job=job, ours=ours, limit=limit, ratio=ratio, unit=unit, aim="at most", peers=peers, engine="postgresql"
        )
    for number in SOCKETS[1:]:
        yield Figure(
            job=f"memory of each socket, of {number:,} against {SOCKETS[0]:,}",
            ours=one.kib[number],
            limit=one.kib[SOCKETS[0]],
            ratio=one.kib[number] / one.kib[SOCKETS[0]],
            unit="KiB",
            aim="at most",
            engine="postgresql",
        )
    yield Figure(
        job=KNEE,
        ours=two.knee,
        limit=one.knee,
        ratio=two.knee / one.knee if one.knee else 1.0,
        unit="arrivals/s",
        engine="postgresql",
    )
