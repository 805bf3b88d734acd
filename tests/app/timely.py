"""A centre whose hours a test moves, with nodes that follow its log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import msgspec
from starlette.applications import Starlette

from domain.actors import Actor, Role
from domain.calendar.calendar import Calendar
from domain.calendar.limits import Due
from domain.case import commands as c
from domain.case.state import Case
from domain.case.timers import Timer, timers_of
from domain.catalogue.items import ServiceItem
from domain.centre.centre import CALENDAR_STREAM, CATALOGUE_STREAM, CENTRE_STREAM, item_stream
from domain.centre.commands import ArrangeCatalogue, CertifyStaff, OpenCentre, PublishCalendar, PublishItem
from domain.decisions import Call
from domain.facts import Fact
from domain.ratings import commands as ratings
from domain.ratings.facts import Level, RectificationOpened
from domain.ratings.rating import rated_stream
from domain.visits import commands as visits
from domain.visits.reception import RECEPTION_STREAM, at_local, line_stream
from store.centre import Centre
from store.itself import CENTRE_ACTOR
from tests.app.standing import CHEAP, ORIGIN, PASSWORD, PHONE
from tests.cast import ARRANGEMENT, CALENDAR, CERTIFIED_UNTIL, HARDSHIP, LEASE, PARTICULARS, QUALIFIED, STAFF, Filing
from tests.domain.visits.office import HOUSING, PLAN
from web.app import create_app, opened
from web.carrier import DemoCarrier
from web.edge import Edge
from web.settings import Settings

AnyFact = TypeVar("AnyFact", bound=Fact)
MONDAY_10AM = datetime(2026, 11, 23, 2, tzinfo=UTC)
PATIENCE_SECONDS = 20
TURN_SECONDS = 0.02
_HASH = CHEAP.hash(PASSWORD)


class Hours:
    """A wall clock and a steady one."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._ticks = 0.0

    def __call__(self) -> datetime:
        """The wall clock, UTC."""
        return self.now

    def ticks(self) -> float:
        """The steady clock."""
        return self._ticks

    def move_to(self, at: datetime) -> None:
        """Time passes, on both clocks."""
        self._ticks += (at - self.now).total_seconds()
        self.now = at

    def jump_to(self, at: datetime) -> None:
        """Somebody sets the wall clock."""
        self.now = at


class TimelyTown:
    """A centre in a folder, with a handle of the test's own beside the nodes that run.

    Attributes:
        folder: data folder of the first node.
        said: what nodes printed on their consoles.
    """

    def __init__(self, folder: Path, *, items: tuple[ServiceItem, ...] = (LEASE, HARDSHIP), **settings: Any) -> None:
        self.folder = folder
        self.hours = Hours(MONDAY_10AM)
        self.said: list[str] = []
        self.staff = dict(STAFF)
        self.itself = CENTRE_ACTOR
        self._settings = settings
        self._edges: list[Edge] = []
        self._clients: list[httpx.AsyncClient] = []
        self._apps: list[Starlette] = []
        self.centre = Centre.open(folder / "centre", clock=self.hours, new_id=uuid4)
        self._open(items)
        self.person = self.centre.person_for_phone(PHONE)
        self.resident = Actor(id=self.person, roles=frozenset({Role.RESIDENT}))

    @asynccontextmanager
    async def running(self, *, beside: str = "") -> AsyncGenerator[Edge]:
        """A node; `beside` names another one over the same log."""
        data = self.folder / beside if beside else self.folder
        if beside:
            data.mkdir()
            (data / "centre").symlink_to(self.folder / "centre", target_is_directory=True)
        settings = Settings(data=data, static=self.folder / "static", **self._settings)
        with opened(settings, clock=self.hours, new_id=uuid4, say=self.said.append, ticks=self.hours.ticks) as edge:
            app = create_app(edge)
            client = _browser(app)
            async with app.router.lifespan_context(app), client:
                self._edges.append(edge)
                self._clients.append(client)
                self._apps.append(app)
                try:
                    yield edge
                finally:
                    self._edges.remove(edge)
                    self._clients.remove(client)
                    self._apps.remove(app)

    def client(self) -> httpx.AsyncClient:
        """A browser at the node that started last."""
        return self._clients[-1]

    # What people do

    def do(self, command: c.Command, lane: UUID, who: str | Actor, files: tuple[c.FileRef, ...] = ()) -> None:
        """Somebody does something, and it is applied."""
        by = self.staff[who] if isinstance(who, str) else who
        answer = self.centre.submit(Call(id=uuid4(), lane=lane, command=command, by=by, files=files)).result()
        assert answer.verdict == "applied", answer

    def lease(self, *, arrived: bool = True) -> UUID:
        """A filed lease certificate, received where its photographs have arrived."""
        return self.file(LEASE, arrived=arrived)

    def file(self, item: ServiceItem, *, arrived: bool = True, **choices: Any) -> UUID:
        """A filed case."""
        case = uuid4()
        filing = Filing(item, case=case, **choices)
        self.do(filing.command, case, self.resident, filing.files)
        if arrived:
            self.arrive(case)
        return case

    def arrive(self, case: UUID) -> None:
        """The photographs of a case arrive."""
        state = self.case(case)
        by = state.agent or state.applicant
        assert by is not None
        for page in state.waiting:
            file = c.FileRef(page.file, page.sha256, page.size)
            stored = c.StoreFile(file=file, address="0" * 64, media_type="image/jpeg", uploaded_by=by)
            self.centre.by_itself(stored, lane=case)

    def file_for_another(self, case: UUID, agent: Actor) -> None:
        """A lease certificate that an agent files for an elder without a mobile number."""
        proxy: dict[str, Any] = {
            "has_agent": True,
            "agent_name": "陈志远",
            "agent_relation": "child",
            "agent_phone": PHONE,
        }
        filing = Filing(LEASE, case=case, applicant_phone="027-85500000", **proxy)
        self.do(filing.command, case, agent, filing.files)
        self.arrive(case)

    def request_correction(self, case: UUID) -> None:
        """Zhou tells what is wrong."""
        page = self.case(case).pages[0]
        defect = c.DefectFound(material=page.material, file=page.file, code="unreadable", words="照片模糊，请重拍")
        self.do(c.RequestCorrection(defects=(defect,)), case, "zhoumin")

    def accepted(self) -> UUID:
        """A case of an item with a promise of several days, accepted."""
        case = self.file(HARDSHIP)
        everything = tuple(material.id for material in HARDSHIP.materials)
        self.do(c.AcceptCase(checked=everything), case, "zhoumin")
        return case

    def reviewer(self, case: UUID) -> Actor:
        """Whoever has the role of the step that is due."""
        step = HARDSHIP.steps("review")[self.case(case).reviews_done]
        return next(actor for actor in self.staff.values() if actor.roles == frozenset({Role(step.role)}))

    def withdraw(self, case: UUID) -> None:
        """The applicant takes it back."""
        self.do(c.WithdrawCase(), case, self.resident)

    def booked(self) -> tuple[UUID, UUID, datetime]:
        """An appointment tomorrow: its line, its id, and when the slot begins."""
        on, appointment = date(2026, 11, 24), uuid4()
        line, starts = line_stream(on, HOUSING.id), at_local(on, time(10))
        self.centre.by_itself(visits.PublishReception(plan=PLAN), lane=RECEPTION_STREAM)
        booking = visits.BookAppointment(appointment=appointment, on=on, group=HOUSING.id, starts=starts)
        self.do(booking, line, self.resident)
        return line, appointment, starts

    def badly_rated(self) -> tuple[UUID, Due]:
        """A rating that must be put right, and by when."""
        case, rating = self.lease(), uuid4()
        self.do(c.DeclineCase(reason="不在本街道", remedy="请到江岸街道办理"), case, "zhoumin")
        invite = ratings.InviteRating(subject_kind="case", subject=case)
        self.centre.by_itself(invite, lane=rated_stream(case))
        given = ratings.GiveRating(subject_kind="case", subject=case, level=Level.DISSATISFIED, reasons=("slow",))
        self.do(given, rating, self.resident)
        return rating, self.facts(rating, RectificationOpened)[0].due

    def with_day_off(self, calendar: Calendar, on: date) -> Calendar:
        """The next version of a calendar, in which a day is off."""
        year = calendar.years[on.year]
        changed = msgspec.structs.replace(year, days_off=year.days_off | {on})
        years = {**calendar.years, on.year: changed}
        return msgspec.structs.replace(calendar, version=calendar.version + 1, years=years)

    def issued(self, **choices: Any) -> UUID:
        """A lease certificate that was granted and issued."""
        case = self.file(LEASE, **choices)
        everything = tuple(material.id for material in LEASE.materials)
        self.do(c.AcceptCase(checked=everything), case, "zhoumin")
        for _ in LEASE.steps("review"):
            self.do(c.ReviewCase(), case, "litao")
        self.do(c.DecideCase(outcome="granted"), case, "wangfang")
        self.do(c.IssueResult(), case, "chenjing")
        return case

    async def resident_browser(self, phone: str = PHONE) -> httpx.AsyncClient:
        """The browser of a resident who has signed in at the node that started last."""
        browser = _browser(self._apps[-1])
        await browser.post("/session/code", json={"phone": phone})
        carrier = self._edges[-1].carrier
        assert isinstance(carrier, DemoCarrier)
        code = next(message.code for message in carrier.inbox(phone) if message.code)
        shown = {"phone": phone, "code": code, "device": str(uuid4())}
        assert (await browser.post("/session/resident", json=shown)).status_code == 200
        return browser

    async def staff_browser(self, username: str) -> httpx.AsyncClient:
        """The browser of a member of staff who has signed in at the node that started last."""
        browser = _browser(self._apps[-1])
        shown = {"username": username, "password": PASSWORD}
        assert (await browser.post("/session/staff", json=shown)).status_code == 200
        return browser

    # What can be seen

    def case(self, case: UUID) -> Case:
        """A case at the head."""
        return self.centre.case(case)

    def timer(self, case: UUID) -> Timer:
        """The next timer of a case."""
        return timers_of(case, self.case(case), self.centre.calendar())[0]

    def facts(self, stream: UUID, kind: type[AnyFact]) -> list[AnyFact]:
        """The facts of a kind on a stream."""
        return [one.fact for one in self.centre.read(stream) if isinstance(one.fact, kind)]

    def position_of(self, stream: UUID, kind: type[Fact]) -> int:
        """The position of the last fact of a kind."""
        found = [one.originator_version for one in self.centre.read(stream) if isinstance(one.fact, kind)]
        return self.centre.position_of(stream, found[-1])

    async def fact(self, stream: UUID, kind: type[AnyFact]) -> AnyFact:
        """The last fact of a kind, waited for."""
        await self.until(lambda: bool(self.facts(stream, kind)))
        return self.facts(stream, kind)[-1]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something that a node does has happened."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_SECONDS
        while not is_so():
            assert loop.time() < until, "it did not happen in time"
            self._wake()
            await asyncio.sleep(TURN_SECONDS)

    async def caught_up(self) -> None:
        """Wait until every node has taken in the log and done what is due."""
        head = 0
        while head != self.centre.head():
            head = self.centre.head()
            for edge in self._edges:
                await asyncio.to_thread(edge.timers.turn)

    async def nothing_happens(self, stream: UUID) -> None:
        """Give the nodes the time to do something, and see that they do not."""
        before = len(self.centre.read(stream))
        await self.caught_up()
        assert len(self.centre.read(stream)) == before

    def said_jump(self) -> int:
        """By how many seconds the clock jumped, as the console says."""
        (line,) = [line for line in self.said if "jumped" in line]
        return int(line.partition("jumped by ")[2].partition(" s")[0])

    def close(self) -> None:
        """Give the test's own handle up."""
        self.centre.close()

    def _wake(self) -> None:
        for edge in self._edges:
            edge.centre.event_log.wake()

    def _open(self, items: tuple[ServiceItem, ...]) -> None:
        do = self.centre.by_itself
        do(OpenCentre(particulars=PARTICULARS), lane=CENTRE_STREAM)
        do(PublishCalendar(calendar=CALENDAR), lane=CALENDAR_STREAM)
        do(ArrangeCatalogue(arrangement=ARRANGEMENT), lane=CATALOGUE_STREAM)
        for item in items:
            do(PublishItem(item=item), lane=item_stream(item.id))
        for username, actor in STAFF.items():
            roles = tuple(role.value for role in actor.roles)
            self.centre.enrol(username, name=username, roles=roles, office=actor.office, password_hash=_HASH)
        for username in QUALIFIED:
            for item in items:
                person = STAFF[username].id
                certified = CertifyStaff(item_id=item.id, valid_until=CERTIFIED_UNTIL, staff=person)
                do(certified, lane=person)


def _browser(app: Starlette) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN})
