"""The whole service in this process, over a fresh centre that offers one item and knows a few people."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import msgspec
from argon2 import PasswordHasher
from PIL import Image
from starlette.applications import Starlette

from domain.actors import Actor, Role
from domain.case.commands import Command, FileCase, FileRef, PageOf, StoreFile
from domain.catalogue.conditions import filled_form, materials_needed
from domain.catalogue.items import Catalogue, ServiceItem
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    Arrangement,
    Particulars,
    item_stream,
)
from domain.centre.commands import ArrangeCatalogue, OpenCentre, PublishCalendar, PublishItem
from domain.decisions import Call
from store.answers import Answer
from store.centre import Centre
from tests.domain.calendar.shipped import shipped_calendar
from tests.domain.catalogue.filled import filled_answers
from tests.domain.catalogue.shipped import shipped_catalogue
from web.app import create_app, opened
from web.carrier import DemoCarrier
from web.edge import Edge
from web.settings import Settings

ORIGIN = "http://localhost:8000"
MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PHONE = "13800000001"
PASSWORD = "a long enough password"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DEVICE = UUID("01970000-0000-7000-8000-0000000000d1")
PARTICULARS = Particulars(
    name_zh="示例街道便民服务中心",
    name_en="Sample Subdistrict Service Centre",
    phone="027-00000000",
    address_zh="示例路1号",
    address_en="1 Sample Road",
    hours_zh="9:00至17:00",
    hours_en="9:00 to 17:00",
    number_prefix="SL",
    document_prefix="示例",
    is_demo=True,
)
STAFF = {
    "zhoumin": ("周敏", Role.WINDOW_CLERK, "street"),
    "guwen": ("顾文", Role.AUDITOR, "street"),
    "assessor": ("评定员", Role.ASSESSOR, "assessor"),
}


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time, UTC."""
        return self.now

    def advance(self, **by: float) -> None:
        """Move on by a `timedelta(**by)`."""
        self.now += timedelta(**by)


class Service:
    """The application and what lives behind it.

    Attributes:
        said: what was printed on the console.
    """

    def __init__(self, edge: Edge, app: Starlette, clock: Clock, said: list[str]) -> None:
        self.edge = edge
        self.app = app
        self.clock = clock
        self.said = said

    @property
    def centre(self) -> Centre:
        """The centre behind it."""
        return self.edge.centre

    def client(self, *, origin: str | None = ORIGIN, base: str = ORIGIN) -> httpx.AsyncClient:
        """A browser without a cookie, that shows defects of the service as answers like a real one would."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = {"origin": origin} if origin else {}
        return httpx.AsyncClient(transport=transport, base_url=base, headers=headers)

    async def resident(self, phone: str = PHONE) -> httpx.AsyncClient:
        """The browser of a resident who has signed in."""
        client = self.client()
        await client.post("/session/code", json={"phone": phone})
        shown = {"phone": phone, "code": self.code(phone), "device": str(DEVICE)}
        assert (await client.post("/session/resident", json=shown)).status_code == 200
        return client

    async def staff(self, username: str) -> httpx.AsyncClient:
        """The browser of a member of staff who has signed in."""
        client = self.client()
        shown = {"username": username, "password": PASSWORD}
        assert (await client.post("/session/staff", json=shown)).status_code == 200
        return client

    def code(self, phone: str = PHONE) -> str:
        """The last code sent to `phone`."""
        assert isinstance(self.edge.carrier, DemoCarrier)
        code = self.edge.carrier.inbox(phone)[0].code
        assert code is not None
        return code

    def do(self, command: Command, *, lane: UUID, by: Actor, files: tuple[FileRef, ...] = ()) -> Answer:
        """Submit a command and wait for its answer."""
        return self.centre.submit(Call(id=uuid4(), lane=lane, command=command, by=by, files=files)).result()

    def caught_up(self) -> None:
        """Wait until the read models show everything that is in the log."""
        assert self.edge.runner.wait(self.centre.head())


@contextmanager
def centre_open(folder: Path, **settings: Any) -> Generator[Service]:
    """The service over a centre in `folder`; its read models follow only inside `serving`."""
    clock, said = Clock(), list[str]()
    wanted = msgspec.structs.replace(Settings(data=folder, static=folder / "static"), **settings)
    _prepare(wanted, clock)
    with opened(wanted, clock=clock, new_id=uuid4, say=said.append) as edge:
        yield Service(edge, create_app(edge), clock, said)


@asynccontextmanager
async def serving(service: Service) -> AsyncGenerator[Service]:
    """The service with everything that follows the log running."""
    async with service.app.router.lifespan_context(service.app):
        yield service


def _prepare(settings: Settings, clock: Clock) -> None:
    """Make a centre with a name, one item, a calendar and staff, unless there is one."""
    if settings.centre_folder.exists():
        return
    centre = Centre.open(settings.centre_folder, clock=clock, new_id=uuid4)
    centre.by_itself(OpenCentre(particulars=PARTICULARS), lane=CENTRE_STREAM)
    centre.by_itself(PublishCalendar(calendar=shipped_calendar()), lane=CALENDAR_STREAM)
    arrangement = Arrangement(departments=catalogue().departments, themes=catalogue().themes)
    centre.by_itself(ArrangeCatalogue(arrangement=arrangement), lane=CATALOGUE_STREAM)
    centre.by_itself(PublishItem(item=lease()), lane=item_stream(lease().id))
    for username, (name, role, office) in STAFF.items():
        centre.enrol(username, name=name, roles=(role.value,), office=office, password_hash=CHEAP.hash(PASSWORD))
    centre.close()


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue, read once a test run."""
    return shipped_catalogue()


def lease() -> ServiceItem:
    """Its lease certificate."""
    item = catalogue().item("house-lease-filing")
    assert item is not None
    return item


def file_lease(service: Service, *, phone: str = PHONE) -> tuple[UUID, list[FileRef]]:
    """File a lease certificate for the resident of `phone`, with one stored photograph a paper; case id and files."""
    person, case_id, item = service.centre.person_for_phone(phone), uuid4(), lease()
    by = Actor(id=person, roles=frozenset({Role.RESIDENT}), device=DEVICE)
    answers = filled_answers(item)
    needed = [one for one in materials_needed(filled_form(item, answers)) if one.required]
    files = [_stored(service, case_id, person, one.material.id) for one in needed if one.photograph_demanded]
    papers = [one.material.id for one in needed if one.photograph_demanded]
    command = FileCase(
        item_id=item.id,
        item_version=item.version,
        answers=answers,
        pages=tuple(PageOf(ref.id, paper, 1) for ref, paper in zip(files, papers, strict=True)),
        declarations=tuple(one.material.id for one in needed if one.signature_demanded),
    )
    answer = service.do(command, lane=case_id, by=by, files=tuple(files))
    assert answer.verdict == "applied", answer
    return case_id, files


def _stored(service: Service, case_id: UUID, person: UUID, paper: str) -> FileRef:
    content = photograph(paper)
    kept = service.edge.files.put(content, person=person)
    ref = FileRef(uuid5(case_id, paper), hashlib.sha256(content).hexdigest(), len(content))
    stored = StoreFile(file=ref, address=kept.address, media_type="image/jpeg", uploaded_by=person)
    service.centre.by_itself(stored, lane=case_id)
    return ref


def photograph(paper: str, *, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A JPEG that differs from paper to paper."""
    out = io.BytesIO()
    Image.new("RGB", size, tuple(hashlib.sha256(paper.encode()).digest()[:3])).save(out, "JPEG")
    return out.getvalue()
