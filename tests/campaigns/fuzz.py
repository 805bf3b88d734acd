"""The campaign `fuzz`: clients that mean harm, at a whole service, while honest people are served.

Frames go into the decoder and over live sockets; every command of the program, with arguments that nobody means, by
every role through the writer, between honest histories that bring cases into all states; malformed photographs and PDFs
through the upload service; bytes on bare connections that no browser sends; and every address of the OpenAPI document.

Nothing of it may be a defect (status 500, a fault in the journal, a command that is set aside as `server-fault`), take
memory without end, keep an honest resident or clerk waiting, or leave a person's name or the attacker's words in the
journal.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections import Counter
from contextlib import suppress
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import httpx
from websockets.exceptions import ConnectionClosed

from domain.actors import Actor, Role
from domain.calendar.limits import local_day
from domain.case.commands import Command
from domain.centre.centre import staff_stream
from sync.reading import read_frame
from tests.app.listening import Site, Wire, hello, listening
from tests.campaigns.campaign import Broken, Run, resident_bytes
from tests.cast import CASE, FATHER, HARDSHIP, LEASE, STAFF, STRANGER, ZHOU, Filing, resident
from tests.hostile import files, lines
from tests.hostile.commands import AT_ONCE, Commands, judged
from tests.hostile.frames import Frames, sendable
from tests.hostile.hosted import hosted, with_page
from tests.hostile.schema import Amiss, Attack
from tests.hostile.values import MARK, Forge
from tests.laws.deeds import ACTS, Scene, deed
from tests.laws.histories import CASES, History
from web.session import COOKIE

DECODED, SENT, GIVEN = 600_000, 100_000, 300_000
"""Messages into the decoder and over sockets, commands: a million in a full run."""
UPLOADED, EXAMPLES = 2_000, 300
"""Files, and requests by each person to each address."""
SOCKETS = 8
PATIENCE_SECONDS = 30.0
HALF_OPEN = 60
BETWEEN_LOOKS = 20
"""Messages on a socket between two questions whether it still answers."""
STEPS = 4
ANYTHING = 0.3
"""How often a command that fits a case in kind is not one of those that fit it now."""
"""Of an honest history between two lots of commands."""
FRESH_EVERY = 60
"""Lots after which a new case is filed, so that there is always one that can still be worked on."""
MOST_GROWTH = 200_000_000
"""Bytes by which the process may grow from the first tenth of the run to its end, caches and all."""
REFUSED_HANDSHAKE = "ASGI callable returned without completing handshake."
"""What the server's library says of a handshake that was answered with 403."""
QUIET = UUID("01939c6f-5e00-7000-8000-0000000000a1")
"""The case of an honest resident, which nobody attacks by name."""
HONEST = resident("honest")
OPERATOR = Actor(id=staff_stream("gaoyuan"), roles=frozenset({Role.OPERATOR}), office="street")
PEOPLE = (FATHER, STRANGER, *STAFF.values(), OPERATOR)
SENDERS = (FATHER, STRANGER, ZHOU, STAFF["sunhao"], STAFF["guwen"], OPERATOR)
WORDS = (
    LEASE.id,
    HARDSHIP.id,
    *(m.id for m in LEASE.materials),
    *STAFF,
    "street",
    "granted",
    "check-identity",
    "1",
    "a",
)
PERSONAL = ("applicant_name", "applicant_phone", "applicant_id_no")


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    figures = asyncio.run(_besiege(run))
    return (
        f"{figures['decoded']:,} messages into the decoder, {figures['sent']:,} over sockets "
        f"({figures['dialled']:,} dialled again), {figures['given']:,} commands ({figures['applied']:,} done, "
        f"{figures['refused']:,} refused), {figures['files']:,} files, {figures['lines']:,} bare connections: "
        f"no defect, others served {figures['served']:,} times meanwhile, {figures['grown'] / 1e6:+.0f} MB; "
        f"{addresses(run)}"
    )


def addresses(run: Run) -> str:
    """The part of the campaign that asks every address of the OpenAPI document; it can be run by itself."""
    return f"{_address(run):,} requests by the OpenAPI document: no defect"


def _address(run: Run) -> int:
    """Ask every address by the document."""
    with hosted(run.folder / "addresses") as host, run.progress("addresses") as told:
        attack = Attack(host)
        operations = list(attack.operations())
        for number, operation in enumerate(operations):
            try:
                attack.ask(operation, examples=run.count(EXAMPLES), chance=run.seed)
            except Amiss as amiss:
                raise Broken(str(amiss)) from None
            told(number, len(operations))
        if not host.is_well():
            raise Broken("an honest resident was not served after the addresses were asked")
        return attack.answers.total()


class Watch:
    """Looks at every line of the journal as it is written.

    Args:
        secrets: what may stand in none of them.
    """

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets
        self.amiss: list[str] = []

    def __call__(self, event: str, **fields: Any) -> None:
        """A line is written."""
        line = json.dumps({"event": event, **fields}, default=str, ensure_ascii=False)
        if fields.get("text") == REFUSED_HANDSHAKE:
            return
        if event == "fault" or fields.get("level") in ("ERROR", "CRITICAL") or fields.get("status") == 500:
            self.amiss.append(f"a defect: {line}")
        if any(secret in line for secret in self._secrets):
            self.amiss.append(f"the journal tells: {line}")

    def look(self) -> None:
        """Whether everything is well.

        Raises:
            Broken: it is not.
        """
        if self.amiss:
            raise Broken(self.amiss[0][:1_500])


class Endless(History):
    """An honest history that takes new cases up again and again."""

    def renew(self, chance: Random) -> None:
        """Let the next case filed be one that nobody has seen."""
        fresh = UUID(int=chance.getrandbits(128), version=4)
        place = chance.randrange(len(CASES))
        gone = list(self._filings)[place]
        self._filings = {case: filing for case, filing in self._filings.items() if case != gone}
        self._filings[fresh] = Filing(chance.choice((LEASE, HARDSHIP)), case=fresh, delivery_method="mail")
        self.applicants[fresh] = FATHER

    def apt(self) -> tuple[UUID, Command, Actor]:
        """A command that somebody might give now, the case that it concerns, and who that would be."""
        case, state = self._case()
        self._takes += 1
        scene = Scene(case, state, local_day(self._clock()), "", self._takes, self._random)
        act, by = self._fitting(state)
        if self._random.random() < ANYTHING:
            act = self._random.choice(ACTS)
        return case, deed(act, scene).command, by

    @property
    def cases(self) -> tuple[UUID, ...]:
        """Those that are worked on now."""
        return tuple(self._filings)

    def mark(self, case: UUID) -> str:
        """None."""
        return ""

    def _case(self) -> tuple[UUID, Any]:
        case = self._random.choice(self.cases)
        return case, self.centre.case(case)


class Seat:
    """A socket at which somebody says what they like, and a reader that throws the answers away.

    Attributes:
        wire: the socket, greeted.
    """

    def __init__(self, wire: Wire) -> None:
        """Begin to read."""
        self.wire = wire
        self._pongs = 0
        self._fault = ""
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def taken(cls, site: Site, ticket: str) -> Seat:
        """Dial and be greeted."""
        wire = await site.wire().__aenter__()
        await wire.say(hello(ticket))
        assert (await wire.hear())["t"] == "welcome"
        return cls(wire)

    @property
    def is_closed(self) -> bool:
        """Whether the service has hung up."""
        return self._reading.done()

    async def say(self, message: str | bytes) -> None:
        """Send a message."""
        with suppress(ConnectionClosed):
            await self.wire.socket.send(message)

    async def answers(self) -> None:
        """Wait until the service has heard everything, or has hung up for what it heard.

        Raises:
            Broken: it does neither, or a command was set aside as a fault.
        """
        wanted = self._pongs + 1
        await self.say('{"t":"ping"}')
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._pongs < wanted and not self.is_closed:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Broken("a socket neither answers nor is closed") from None
        if self._fault:
            raise Broken(f"a command of a socket was set aside as a fault: {self._fault[:800]}")

    async def leave(self) -> None:
        """Hang up."""
        await self.wire.socket.close()
        await self._reading

    async def _read(self) -> None:
        try:
            while True:
                frame = await self.wire.hear()
                if frame["t"] == "pong":
                    self._pongs += 1
                if any(one.get("code") == "server-fault" for one in frame.get("r", ())):
                    self._fault = json.dumps(frame)
                self._news.set()
        except (ConnectionClosed, TimeoutError):
            self._news.set()
        finally:
            asyncio.get_running_loop().call_soon(self._news.set)


async def _besiege(run: Run) -> Counter[str]:
    folder = run.folder / "service"
    with_page(folder / "static")
    with patch("web.live.MOST_FRAMES_A_SECOND", 10**9):
        async with listening(folder) as site:
            return await Siege(run, site).carry_out()


class Siege:
    """One run at one service."""

    def __init__(self, run: Run, site: Site) -> None:
        """Prepare."""
        self._run, self._site = run, site
        self._figures: Counter[str] = Counter()
        personal = Filing().command.answers
        self._watch = Watch((MARK, *(str(personal[name]) for name in PERSONAL if name in personal)))
        self._seats: dict[int, Seat] = {}
        self._tokens: dict[UUID, str] = {}
        self._history = Endless(site.premises, site.clock, run.seed)

    async def carry_out(self) -> Counter[str]:
        """Do all of it.

        Raises:
            Broken: a promise was broken.
        """
        site, written = self._site, self._site.edge.journal.write

        def watched(event: str, **fields: Any) -> None:
            self._watch(event, **fields)
            written(event, **fields)

        await asyncio.to_thread(site.premises.receive, Filing(case=QUIET), by=HONEST, case=QUIET)
        await asyncio.to_thread(site.premises.receive)
        await site.caught_up()
        with patch.object(site.edge.journal, "write", watched):
            async with lines.Held(site.port, f"localhost:{site.port}", HALF_OPEN):
                self._decode()
                await self._bare()
                await self._upload()
                await self._live()
                await self._command()
            for seat in self._seats.values():
                await seat.leave()
        return self._figures

    # Into the decoder

    def _decode(self) -> None:
        frames = self._frames("decoder")
        for _ in range(self._run.count(DECODED)):
            message = frames.message()
            try:
                read_frame(sendable(message))
            except Exception as fault:
                raise Broken(f"the decoder raised {fault!r} at {message[:300]!r}") from fault
            self._figures["decoded"] += 1

    def _frames(self, what: str) -> Frames:
        chance = self._run.chance(what)
        return Frames(chance, self._forge(chance), self._commands(chance).body)

    def _forge(self, chance: Random) -> Forge:
        ids = (CASE, *CASES, *(one.id for one in Filing().files), *(one.id for one in PEOPLE))
        return Forge(chance, ids=ids, words=WORDS)

    def _commands(self, chance: Random, lanes: tuple[UUID, ...] = (CASE, *CASES)) -> Commands:
        return Commands(
            chance,
            self._forge(chance),
            people=PEOPLE,
            lanes=[*lanes, *lanes, *(one.id for one in PEOPLE)],
            apt=self._history.apt,
        )

    # Bare connections

    async def _bare(self) -> None:
        said: list[tuple[str, tuple[bytes, ...]]] = []
        host = f"localhost:{self._site.port}"
        said += [(name, (head,)) for name, head in lines.heads(host).items()]
        said += [(name, (lines.handshake(host), wire)) for name, wire in lines.WIRES.items()]
        for name, parts in said:
            status = await lines.say(self._site.port, *parts)
            if status is not None and status >= 500:
                raise Broken(f"{name}: the service answered {status}")
            self._figures["lines"] += 1
            self._watch.look()
        await self._is_served("bare connections")

    # Files

    async def _upload(self) -> None:
        chance = self._run.chance("files")
        names = files.tricks()
        total = max(self._run.count(UPLOADED), len(names) + 10)
        async with self._browser(FATHER) as browser:
            draft = uuid4()
            await browser.put(f"/api/drafts/{draft}", json={"draft": {}, "base": None})
            for number in range(total):
                file = files.trick(names[number]) if number < len(names) else files.damaged(chance)
                await self._send(browser, draft, file)
                self._figures["files"] += 1
        await self._is_served("files")

    def _browser(self, who: Actor) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self._site.origin,
            headers={"origin": self._site.origin, "tus-resumable": "1.0.0"},
            cookies={COOKIE: self._token(who)},
            timeout=60,
            trust_env=False,
        )

    async def _send(self, browser: httpx.AsyncClient, draft: UUID, file: files.Malformed) -> None:
        fields = {
            "file": str(uuid4()),
            "lane": str(draft),
            "intent_id": str(draft),
            "sha256": hashlib.sha256(file.content).hexdigest(),
            "type": file.media_type,
        }
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in fields.items())
        headers = {
            "upload-length": str(len(file.content)),
            "upload-metadata": metadata,
            "content-type": "application/offset+octet-stream",
        }
        answer = await browser.post("/files/", content=file.content, headers=headers)
        if answer.status_code >= 500:
            raise Broken(f"{file.name}: the upload was answered {answer.status_code} {answer.text[:200]}")
        if file.must_go and not answer.headers.get("doorstep-file", "rejected").startswith("rejected"):
            raise Broken(f"{file.name}: it was {answer.headers['doorstep-file']}")
        self._watch.look()

    # Over sockets

    async def _live(self) -> None:
        frames, total = self._frames("sockets"), self._run.count(SENT)
        before = 0
        with self._run.progress(f"{total:,} messages") as told:
            for number in range(total):
                seat = await self._seat(number % SOCKETS)
                await seat.say(sendable(frames.message()))
                self._figures["sent"] += 1
                if number // SOCKETS % BETWEEN_LOOKS == 0:
                    await seat.answers()
                    self._watch.look()
                if number % 2_000 == 0:
                    await self._is_served("messages")
                    told(number, total)
                if number == total // 10:
                    before = resident_bytes()
        await self._is_served("messages")
        self._grew(before, "messages")

    async def _seat(self, number: int) -> Seat:
        seat = self._seats.get(number)
        if seat is None or seat.is_closed:
            if seat is not None:
                self._figures["dialled"] += 1
                await seat.leave()
            who = SENDERS[number % len(SENDERS)]
            ticket = self._site.edge.tickets.issue(self._token(who))
            seat = self._seats[number] = await Seat.taken(self._site, ticket)
        return seat

    # Through the writer

    async def _command(self) -> None:
        chance, total = self._run.chance("commands"), self._run.count(GIVEN)
        before = 0
        with self._run.progress(f"{total:,} commands") as told:
            commands = self._commands(chance)
            for lot in count():
                if self._figures["given"] >= total:
                    break
                if lot % FRESH_EVERY == 0:
                    self._history.renew(chance)
                    commands = self._commands(chance, (CASE, *self._history.cases))
                await asyncio.to_thread(self._history.walk, STEPS)
                await self._give(commands)
                if lot % FRESH_EVERY == 0:
                    await self._is_served("commands")
                    told(self._figures["given"], total)
                if not before and self._figures["given"] >= total / 10:
                    before = resident_bytes()
        await self._is_served("commands")
        self._grew(before, "commands")

    async def _give(self, commands: Commands) -> None:
        lot = commands.lot()
        for given, verdict in await asyncio.to_thread(judged, self._site.edge.centre, lot):
            self._figures["given"] += 1
            self._figures[verdict] += 1
            if verdict == "quarantined":
                raise Broken(f"set aside as a fault: {given.said}; {''.join(self._watch.amiss[:1])}"[:3_000])
        self._watch.look()
        assert len(lot) == AT_ONCE

    # What must hold all along

    def _token(self, who: Actor) -> str:
        if who.id not in self._tokens or self._site.edge.centre.session(self._tokens[who.id]) is None:
            kind = "resident" if who.is_resident else "staff"
            self._tokens[who.id] = self._site.edge.centre.open_session(
                who.id, kind=kind, method="password", device=None, hours=12
            )
        return self._tokens[who.id]

    async def _is_served(self, meanwhile: str) -> None:
        """An honest resident sees their case, over HTTP and over a socket."""
        self._watch.look()
        self._tokens.pop(HONEST.id, None)  # the clock of long histories runs past a sign-in
        async with self._browser(HONEST) as browser:
            answer = await browser.get(f"/api/cases/{QUIET}")
        if answer.status_code != 200 or answer.json()["row"]["id"] != str(QUIET):
            raise Broken(f"{meanwhile}: an honest resident was answered {answer.status_code} {answer.text[:200]}")
        async with self._site.greeted(HONEST) as wire:
            rows, _, _ = await wire.pull()
        if [row["id"] for row in rows if row["kind"] == "status"] != [str(QUIET)]:
            raise Broken(f"{meanwhile}: an honest resident's device got {[row['kind'] for row in rows]}")
        self._figures["served"] += 1

    def _grew(self, before: int, meanwhile: str) -> None:
        grown = resident_bytes() - before
        self._figures["grown"] += grown
        if grown > MOST_GROWTH:
            raise Broken(f"{meanwhile}: the process grew by {grown / 1e6:.0f} MB")
