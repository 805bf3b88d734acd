"""The running service of a furnished centre, and devices of its people: they say and see nothing but what travels."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import shutil
import socket
from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
from PIL import Image

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI
from domain.catalogue.conditions import Json, filled_form, materials_needed
from domain.catalogue.records import Holder, holder_of
from store.centre import Centre
from store.files import FileStore
from store.places import FolderPlaces
from tests.app.listening import Site, Wire
from tests.app.timely import Hours
from web.app import create_app, opened
from web.demo.answers import fill
from web.demo.centre import publish
from web.demo.people import RESIDENTS, Resident
from web.demo.story import WORKS_FOR, Cast
from web.edge import Edge
from web.registers import DemoRegister
from web.serving import Server, config_for
from web.session import COOKIE
from web.settings import Settings

OPENED = datetime(2026, 9, 1, 9, tzinfo=SHANGHAI).astimezone(UTC)
"""When the centre was furnished: its certificates are counted from here."""
PATIENCE_SECONDS = 20
TURN_SECONDS = 0.02
TUS = {"tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream"}

Body = dict[str, Any]


def local(text: str) -> datetime:
    """A local time, written `2026-11-23 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def furnished(folder: Path) -> Cast:
    """A centre in `folder` that has opened, with its whole catalogue, its orders and its staff, and no cases."""
    with closing(Centre.open(folder, clock=lambda: OPENED, new_id=uuid4)) as centre:
        return publish(centre, FileStore(FolderPlaces(folder / "files"), centre.vault), now=OPENED)


class Office:
    """A running service, and the time that a test lets pass.

    Attributes:
        items: what it offers, by id.
        site: where it listens.
    """

    def __init__(self, site: Site, hours: Hours, cast: Cast) -> None:
        self.site = site
        self.hours = hours
        self.items = cast.items
        self._staff = cast.staff
        self._devices: dict[str, Device] = {}

    @property
    def folder(self) -> Path:
        """Its data folder, for the command line."""
        return self.edge.settings.data

    @property
    def edge(self) -> Edge:
        """The service's inside, for its clock and its threads only."""
        return self.site.edge

    def colleague(self, username: str) -> Device:
        """The tablet of a member of staff."""
        if username not in self._devices:
            self._devices[username] = Device(self, self._staff[username])
        return self._devices[username]

    async def accept(self, case: UUID, *, by: str = "zhoumin", gaps: tuple[str, ...] = ()) -> None:
        """The window takes a case on, with every paper of the item ticked that is not promised."""
        clerk = self.colleague(by)
        item = self.items[(await clerk.full(case))["view"]["item_id"]]
        await self.until(partial(self._registers_have_answered, clerk, case))
        checked = [one.id for one in item.materials if one.id not in gaps]
        await clerk.do("case.accept", case, checked=checked, gaps=[{"material": one} for one in gaps])

    async def complete(self, case: UUID, resident: Device) -> None:
        """Ask for what the registers do not know, and let the resident hand it in."""
        clerk = self.colleague("zhoumin")
        await self.until(partial(self._registers_have_answered, clerk, case))
        looked_up = (await clerk.full(case))["view"]["look_ups"]
        unknown = [one["material"] for one in looked_up if one["outcome"] == "not-found"]
        if unknown:
            told = {"file": None, "code": "missing", "words": "没有查到，请拍照上传"}
            await clerk.do("case.request-correction", case, defects=[{"material": one, **told} for one in unknown])
            await resident.supplement(case, *unknown, take=1, replaces=False)

    async def _registers_have_answered(self, clerk: Device, case: UUID) -> bool:
        view = (await clerk.full(case))["view"]
        needed = materials_needed(filled_form(self.items[view["item_id"]], view["answers"]))
        there = {one["material"] for one in (*view["look_ups"], *view["pages"])}
        asked = [
            one.material.id
            for one in needed
            if one.material.source == "shared"
            and _kept(one.material.type)
            and holder_of(one.material, view["answers"]) is not None
        ]
        return set(asked) <= there

    async def review(self, case: UUID, opinion: str = "属实") -> None:
        """Everybody whose step comes before the decision does it."""
        while (step := (await self.colleague("sunhao").full(case))["step"])["stage"] == "review":
            await self.colleague(WORKS_FOR[Role(step["role"])]).do("case.review", case, opinion=opinion)

    async def decide(self, case: UUID, outcome: str = "granted", **words: str) -> None:
        """Whoever decides does it."""
        step = (await self.colleague("sunhao").full(case))["step"]
        await self.colleague(WORKS_FOR[Role(step["role"])]).do("case.decide", case, outcome=outcome, **words)

    async def issue(self, case: UUID) -> None:
        """The outlet issues the result, whose paper is there soon."""
        outlet = self.colleague("chenjing")
        await outlet.do("case.issue", case)

        async def printed() -> bool:
            return bool((await outlet.full(case))["view"]["result"]["rendered"])

        await self.until(printed)

    async def resident(self, who: Resident = RESIDENTS[0]) -> Device:
        """The telephone of a resident, who signs in with the code that it gets."""
        if who.phone not in self._devices:
            self._devices[who.phone] = await self._signed_in(who)
        return self._devices[who.phone]

    async def _signed_in(self, who: Resident) -> Device:
        browser = self.browser()
        assert (await browser.post("/session/code", json={"phone": who.phone})).status_code == 204
        inbox = (await browser.get("/demo/inbox.json", params={"phone": who.phone})).json()["messages"]
        code = next(message["code"] for message in inbox if message.get("code"))
        entered = await browser.post("/session/resident", json={"phone": who.phone, "code": code})
        assert entered.status_code == 200, entered.text
        id = UUID(entered.json()["person"]["id"])
        return Device(self, Actor(id=id, roles=frozenset({Role.RESIDENT})), browser=browser, person=who)

    def browser(self, token: str = "") -> httpx.AsyncClient:
        """A browser at the service, signed in where a token is given."""
        return httpx.AsyncClient(
            base_url=self.site.origin,
            headers={"origin": self.site.origin},
            cookies={COOKIE: token} if token else {},
            timeout=60,
            trust_env=False,
        )

    # Time

    @property
    def now(self) -> datetime:
        """The time, UTC."""
        return self.hours.now

    async def pass_to(self, at: str | datetime) -> None:
        """Let time pass to an instant, or to a local time, with everything that is due on the way."""
        until = local(at) if isinstance(at, str) else at
        assert until >= self.now
        for device in self._devices.values():
            await device.hang_up()
        while self.hours.now < until:
            self.hours.move_to(min(until, self._next_timer()))
            await self.settle()

    def _next_timer(self) -> datetime:
        due = self.edge.timers.standing().next_at
        return due if due is not None and due > self.hours.now else datetime.max.replace(tzinfo=UTC)

    async def settle(self) -> None:
        """Wait until what time brings has been done, and rows show everything in the log."""
        head = -1
        while head != self.edge.centre.head():
            head = self.edge.centre.head()
            await asyncio.to_thread(self.edge.timers.turn)
        assert await asyncio.to_thread(self.edge.runner.wait, head)

    async def until(self, is_so: Callable[[], Awaitable[object]]) -> None:
        """Wait for what followers of the log do in their own time: papers, the post, registers, messages."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not await is_so():
            assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
            self.edge.centre.event_log.wake()
            await asyncio.sleep(TURN_SECONDS)
            await self.settle()

    async def close(self) -> None:
        """Put every device away."""
        for device in self._devices.values():
            await device.close()


class Device:
    """A device of one person: intents go up the socket, rows come down it, files and papers go by HTTP.

    Attributes:
        actor: the person, as the service knows them.
        person: what forms ask of a resident.
    """

    def __init__(
        self, office: Office, actor: Actor, *, browser: httpx.AsyncClient | None = None, person: Resident | None = None
    ) -> None:
        self.office = office
        self.actor = actor
        self._person = person
        self._browser = browser
        self._id = uuid4()
        self._said = 0
        self._open = AsyncExitStack()
        self._wire: Wire | None = None

    @property
    def person(self) -> Resident:
        """The resident behind it."""
        assert self._person is not None
        return self._person

    # What goes up

    async def say(
        self, type: str, lane: UUID, *, files: Iterable[Body] = (), base: int | None = None, **args: Any
    ) -> Body:
        """Push an intent and return the verdict on it."""
        self._said += 1
        body = {
            "id": str(uuid5(self._id, str(self._said))),
            "seq": self._said,
            "lane": str(lane),
            "type": f"{type}@1",
            "args": args,
            "at": self.office.now.isoformat(),
            "by": str(self.actor.id),
            "files": list(files),
            **({"base": {"pos": base}} if base is not None else {}),
        }
        (verdict,) = await (await self._line()).push({"body": json.dumps(body, ensure_ascii=False)})
        return verdict

    async def do(self, type: str, lane: UUID, **args: Any) -> Body:
        """Push an intent that is carried out."""
        verdict = await self.say(type, lane, **args)
        assert verdict["verdict"] == "applied", (type, verdict)
        return verdict

    async def refused(self, type: str, lane: UUID, **args: Any) -> str:
        """Push an intent that is not carried out, and return the code that says why."""
        verdict = await self.say(type, lane, **args)
        assert verdict["verdict"] in ("refused", "conflict"), (type, verdict)
        return str(verdict["code"])

    async def file(
        self, item_id: str, *, case: UUID | None = None, agent_for: Resident | None = None, **how: Any
    ) -> UUID:
        """Hand a form in, photograph by photograph; see `form` for `how`."""
        lane = case or uuid4()
        form = self.form(item_id, lane, person=agent_for, **how)
        await self.do("case.file", lane, files=form.pop("files"), **form)
        await self.upload(lane)
        return lane

    def form(
        self,
        item_id: str,
        case: UUID,
        *,
        person: Resident | None = None,
        copies: dict[str, UUID] | None = None,
        later: tuple[str, ...] = (),
        **choices: Json,
    ) -> Body:
        """The arguments of `case.file`, with one photograph of each paper that the answers ask for, and `files`.

        Args:
            item_id: what is applied for.
            case: its id.
            person: the applicant, where it is not the owner of the device.
            copies: checked copies that serve in place of photographs, by material.
            later: papers promised for later.
            **choices: answers that are wanted as they are.
        """
        item = self.office.items[item_id]
        if person is not None:
            choices = {**_agents_answers(self.person), **choices}
        answers = fill(item, person or self.person, on=self.office.now.astimezone(SHANGHAI).date(), choices=choices)
        needed = materials_needed(filled_form(item, answers))
        spared = {*(copies or {}), *later}
        papers = [one.material.id for one in needed if one.photograph_demanded and one.material.id not in spared]
        self._shot = {file_of(case, paper, 1): photograph(f"{case} {paper}") for paper in papers}
        return {
            "item_id": item.id,
            "item_version": item.version,
            "answers": answers,
            "pages": [_page(case, paper) for paper in papers],
            "declarations": [one.material.id for one in needed if one.signature_demanded],
            "copies": [{"copy": str(copy), "material": material} for material, copy in (copies or {}).items()],
            "later": list(later),
            "files": [ref_of(file, content) for file, content in self._shot.items()],
        }

    async def supplement(self, case: UUID, *materials: str, take: int = 2, replaces: bool = True) -> None:
        """Photograph papers anew, or for the first time where they replace nothing, and hand them in."""
        self._shot = {file_of(case, one, take): photograph(f"{case} {one} {take}") for one in materials}
        await self.do(
            "case.supplement",
            case,
            files=[ref_of(file, content) for file, content in self._shot.items()],
            pages=[_page(case, one, take=take) for one in materials],
            replaces=[str(file_of(case, one, take - 1)) for one in materials] if replaces else [],
        )
        await self.upload(case)

    async def hand_in(self, type: str, lane: UUID, *, papers: Iterable[str], **args: Any) -> None:
        """Hand a form in with one photograph of each paper, and let these arrive."""
        self._shot = {file_of(lane, one): photograph(f"{lane} {one}") for one in papers}
        files = [ref_of(file, content) for file, content in self._shot.items()]
        await self.do(type, lane, files=files, pages=[_page(lane, one) for one in papers], **args)
        await self.upload(lane)

    async def upload(self, case: UUID) -> None:
        """Let the photographs that were taken last arrive."""
        browser = await self.browser()
        for file, content in self._shot.items():
            said = {
                "file": str(file),
                "lane": str(case),
                "intent": str(uuid4()),
                "sha256": hashlib.sha256(content).hexdigest(),
                "type": "image/jpeg",
            }
            metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
            headers = {**TUS, "upload-length": str(len(content)), "upload-metadata": metadata}
            answer = await browser.post("/files/", content=content, headers=headers)
            assert answer.headers.get("doorstep-file") == "stored", answer.text

    # What comes down

    async def rows(self, kind: str) -> dict[str, Body]:
        """Every row of a kind that a device of this person holds, by id."""
        await self.office.settle()
        found, _, _ = await (await self._line()).pull()
        return {row["id"]: row["body"] for row in found if row["kind"] == kind}

    async def row(self, kind: str, id: UUID) -> Body:
        """One row."""
        return (await self.rows(kind))[str(id)]

    async def status(self, case: UUID) -> Body:
        """A case as its applicant sees it."""
        return await self.row("status", case)

    async def queued(self, case: UUID) -> Body:
        """A case in the queue of the office."""
        return await self.row("queue", case)

    async def opened(self, case: UUID) -> Body:
        """`GET /api/cases/{case}`: the row with what may be done."""
        return dict((await self.get(f"/api/cases/{case}")).json())

    async def full(self, case: UUID) -> Body:
        """The case in full."""
        return dict((await self.opened(case))["row"]["body"])

    async def get(self, path: str, **params: str) -> httpx.Response:
        """Something by HTTP."""
        answer = await (await self.browser()).get(path, params=params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer

    async def browser(self) -> httpx.AsyncClient:
        """The person's browser, signed in."""
        if self._browser is None:
            self._browser = self.office.browser(await self.office.site.sign_in(self.actor))
        return self._browser

    async def hang_up(self) -> None:
        """Be out of reach; members of staff sign in anew."""
        await self._open.aclose()
        self._open, self._wire = AsyncExitStack(), None
        if not self.actor.is_resident and self._browser is not None:
            await self._browser.aclose()
            self._browser = None

    async def close(self) -> None:
        """Switch it off."""
        await self.hang_up()
        if self._browser is not None:
            await self._browser.aclose()

    async def _line(self) -> Wire:
        if self._wire is None:
            self._wire = await self._open.enter_async_context(self.office.site.greeted(self.actor))
        return self._wire


@asynccontextmanager
async def running(template: Path, folder: Path, cast: Cast, at: str) -> AsyncGenerator[Office]:
    """The service over a copy of a furnished centre, from a local time on.

    Args:
        template: the furnished centre.
        folder: for everything of this run.
        cast: who and what is in it.
        at: the local time at which it begins.
    """
    hours = Hours(local(at))
    shutil.copytree(template, folder / "centre")
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    settings = Settings(data=folder, static=folder / "static", port=port, limit_factor=100, resident_hours=8760)
    with opened(settings, clock=hours, new_id=uuid4, say=_unheard, ticks=hours.ticks) as edge:
        up = asyncio.Event()
        server = Server(config_for(create_app(edge), settings), up=up.set, stopping=edge.stopping)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.wait({serving, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
        office = Office(Site(edge, server, port, hours), hours, cast)  # type: ignore[arg-type]
        try:
            yield office
        finally:
            await office.close()
            server.should_exit = True
            await serving


def ref_of(file: UUID, content: bytes) -> Body:
    """A file as an intent names it."""
    return {"id": str(file), "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def photograph(of: str) -> bytes:
    """A small JPEG that differs from paper to paper."""
    out = io.BytesIO()
    colours = hashlib.sha256(of.encode()).digest()[:3]
    Image.new("RGB", (320, 240), (colours[0], colours[1], colours[2])).save(out, "JPEG")
    return out.getvalue()


def file_of(case: UUID, material: str, take: int = 1) -> UUID:
    """The photograph of a paper, the first or a later one."""
    return uuid5(case, f"{material} {take}")


def _page(case: UUID, material: str, *, take: int = 1) -> Body:
    return {"file": str(file_of(case, material, take)), "material": material, "number": 1}


def _kept(material_type: str) -> bool:
    """Whether the city's exchange keeps a kind of paper at all."""
    return DemoRegister().look_up(material_type, Holder(name="", number="")) is not None


def _agents_answers(agent: Resident) -> dict[str, Json]:
    return {
        "has_agent": True,
        "agent_name": agent.name,
        "agent_relation": "child",
        "agent_id_no": agent.id_number,
        "agent_phone": agent.phone,
    }


def _unheard(_: str) -> None:
    """Nobody reads the console."""
