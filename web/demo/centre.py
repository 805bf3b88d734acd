"""Makes the demonstration centre: a log of real facts, recorded by real commands under a clock that walks to now."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
import yaml
from msgspec import Struct

from domain.actors import Actor, Role, office_of
from domain.calendar.calendar import calendar_from_source
from domain.calendar.limits import local_day
from domain.case.commands import Command, DispatchResult, IssueResult
from domain.catalogue.items import Catalogue
from domain.catalogue.source import catalogue_from_source
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    Arrangement,
    Particulars,
    item_stream,
    staff_stream,
)
from domain.centre.commands import ArrangeCatalogue, CertifyStaff, EnrolStaff, OpenCentre, PublishCalendar, PublishItem
from domain.decisions import Call
from store.centre import CENTRE_ACTOR, Centre
from store.files import FileStore, sync_folder
from store.writer import Answer
from web.demo.cases import all_stories
from web.demo.diary import Diary
from web.demo.papers import Papers
from web.demo.people import RESIDENTS
from web.demo.story import NAMESPACE, Cast
from web.effects import Effects
from web.passwords import Passwords
from web.post import DemoPost

PASSWORD = "doorstep-demo"
"""The password of every member of staff of the demonstration."""

RESIDENT_PHONE = RESIDENTS[0].phone
"""The number of the first resident."""

ADDRESS = "http://localhost:8000"
HISTORY = timedelta(days=75)
ASKS_FOR_EFFECTS = frozenset({IssueResult.type, DispatchResult.type})

PARTICULARS = Particulars(
    name_zh="北桥街道便民服务中心",
    name_en="Beiqiao Subdistrict Service Centre",
    phone="027-8550 0000",
    address_zh="武汉市汉阳区北桥路1号一楼大厅",
    address_en="Ground floor, 1 Beiqiao Road, Hanyang, Wuhan",
    hours_zh="工作日 9:00–12:00，13:00–17:00",
    hours_en="Working days 9:00–12:00 and 13:00–17:00",
    number_prefix="BQ",
    document_prefix="北桥便民",
    is_demo=True,
)

_FOLDER = Path(__file__).parent
_YAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SeedingFailed(RuntimeError):
    """A command of the demonstration's own history was not applied: a defect in it or in the rules."""


class FolderInUse(RuntimeError):
    """The folder that the demonstration was to be made in holds something already."""


class Certificates(Struct, frozen=True):
    """Certificates of one person: `items` is `all` or names them; `days` from the making to the last valid day."""

    items: str | tuple[str, ...]
    days: int


class Colleague(Struct, frozen=True):
    """A member of staff as `staff.yaml` has them."""

    username: str
    name: str
    roles: tuple[Role, ...]
    certificates: tuple[Certificates, ...] = ()

    def actor(self) -> Actor:
        """The person as the author of commands."""
        device = _device(self.username)
        roles = frozenset(self.roles)
        return Actor(id=staff_stream(self.username), roles=roles, office=office_of(self.roles[0]), device=device)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now


def seed(folder: Path, *, now: datetime, address: str = ADDRESS) -> None:
    """Make the demonstration centre in `folder`, whole or not at all.

    It is made in a folder beside, which takes the name of `folder` when everything in it has reached the disk; what an
    interrupted making left behind is removed first.

    Args:
        folder: where the centre shall live; absent or empty.
        now: the end of its history, UTC.
        address: under which the check page is reached, printed on the results it has issued.

    Raises:
        FolderInUse: `folder` holds something.
        SeedingFailed: the history does not fit the rules.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse(f"{folder} is not empty")
    beside = folder.with_name(f".{folder.name}.seeding")
    shutil.rmtree(beside, ignore_errors=True)
    clock = Clock(now - HISTORY)
    with closing(Centre.open(beside, clock=clock, new_id=uuid4)) as centre:
        _fill(centre, clock, now=now, address=address)
    if folder.exists():
        folder.rmdir()
    beside.replace(folder)
    sync_folder(folder.parent)


def publish(centre: Centre, files: FileStore, *, now: datetime) -> Cast:
    """Open the centre: publish what it offers, enrol its staff, register its residents; no cases yet.

    Args:
        centre: with an empty log.
        files: where papers of cases will be kept.
        now: the day from which certificates are counted, and the end of the history.
    """
    catalogue = catalogue_from_source(_read("catalogue.yaml"))
    calendar = calendar_from_source(_read("calendar.yaml"), version=1)
    staff = msgspec.convert(_read("staff.yaml")["staff"], tuple[Colleague, ...])
    _do_all(
        centre,
        (CENTRE_STREAM, OpenCentre(particulars=PARTICULARS)),
        (CALENDAR_STREAM, PublishCalendar(calendar=calendar)),
        (CATALOGUE_STREAM, ArrangeCatalogue(arrangement=_arrangement(catalogue))),
        *((item_stream(item.id), PublishItem(item=item)) for item in catalogue.items),
        *_enrolments(staff),
        *_certifications(staff, catalogue, today=local_day(now)),
    )
    return Cast(
        diary=Diary(calendar, now),
        items={item.id: item for item in catalogue.items},
        papers=Papers(files),
        staff={colleague.username: colleague.actor() for colleague in staff},
        residents=dict(_residents(centre)),
    )


def _fill(centre: Centre, clock: Clock, *, now: datetime, address: str) -> None:
    files = FileStore(centre.folder / "files", centre.key_for("files"))
    effects = Effects(centre, files, DemoPost(), address=address)
    cast = publish(centre, files, now=now)
    steps = (step for story in all_stories(cast) for step in story.steps if step.at <= now)
    for step in sorted(steps, key=lambda step: step.at):
        clock.now = step.at
        _require_applied(step.call, centre.submit(step.call).result())
        if step.call.command.type in ASKS_FOR_EFFECTS:
            effects.catch_up()


def _do_all(centre: Centre, *commands: tuple[UUID, Command]) -> None:
    """Let the centre do many things at one instant."""
    calls = [Call(id=uuid4(), lane=lane, command=command, by=CENTRE_ACTOR) for lane, command in commands]
    answers = [centre.submit(call) for call in calls]
    for call, answer in zip(calls, answers, strict=True):
        _require_applied(call, answer.result())


def _residents(centre: Centre) -> Iterator[tuple[str, Actor]]:
    for resident in RESIDENTS:
        person = centre.person_for_phone(resident.phone)
        roles = frozenset({Role.RESIDENT})
        yield resident.phone, Actor(id=person, roles=roles, device=_device(resident.phone))


def _require_applied(call: Call, answer: Answer) -> None:
    if answer.verdict != "applied":
        raise SeedingFailed(f"{call.command.type} on {call.lane}: {answer.code} {answer.params}")


def _enrolments(staff: Iterable[Colleague]) -> Iterator[tuple[UUID, Command]]:
    kept = Passwords().hash(PASSWORD)  # one hash for all: they share the password, and each hash takes a while
    for colleague in staff:
        command = EnrolStaff(
            username=colleague.username,
            name=colleague.name,
            roles=tuple(role.value for role in colleague.roles),
            office=office_of(colleague.roles[0]),
            password_hash=kept,
        )
        yield staff_stream(colleague.username), command


def _certifications(staff: Iterable[Colleague], catalogue: Catalogue, *, today: date) -> Iterator[tuple[UUID, Command]]:
    everything = tuple(item.id for item in catalogue.items)
    for colleague in staff:
        person = staff_stream(colleague.username)
        for certificates in colleague.certificates:
            until = today + timedelta(days=certificates.days)
            for item in everything if isinstance(certificates.items, str) else certificates.items:
                yield person, CertifyStaff(item_id=item, valid_until=until, staff=person)


def _arrangement(catalogue: Catalogue) -> Arrangement:
    return Arrangement(
        departments=catalogue.departments,
        roles=catalogue.roles,
        bundles=catalogue.bundles,
        themes=catalogue.themes,
    )


def _device(owner: str) -> UUID:
    return uuid5(NAMESPACE, f"device of {owner}")


def _read(name: str) -> dict[str, Any]:
    with (_FOLDER / name).open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.load(file, Loader=_YAML)
    return content
