"""Makes the demonstration centre: a log of real facts, recorded by real commands under a clock that walks to now."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import yaml

from domain.actors import Actor, Role, office_of
from domain.calendar.calendar import calendar_from_source, working_hours_from_source
from domain.calendar.limits import local_day
from domain.case.commands import Command
from domain.catalogue.items import Catalogue
from domain.catalogue.listing import ListedItem, entries_from_rows, with_pinyin
from domain.catalogue.publication import Publication, publication_from_source
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    DELEGATION_STREAM,
    LISTING_STREAM,
    Particulars,
    arrangement_of,
    item_stream,
    staff_stream,
)
from domain.centre.commands import (
    ArrangeCatalogue,
    CertifyStaff,
    EnrolStaff,
    OpenCentre,
    OrderDelegation,
    PublishCalendar,
    PublishItem,
    PublishListing,
)
from domain.decisions import Call
from domain.identity.identity import RegisterPerson
from domain.visits.commands import PublishReception
from domain.visits.reception import RECEPTION_STREAM
from projections.words import spelled
from store.centre import Centre
from store.drafts import sync_folder
from store.files import FileStore
from store.itself import CENTRE_ACTOR
from store.places import Kept, kept_in
from web.carrier import DemoCarrier
from web.demo import training
from web.demo.cases import all_stories
from web.demo.diary import Diary
from web.demo.hall import plan
from web.demo.making import Clock, History, SeedingFailed, Step
from web.demo.papers import Papers
from web.demo.people import RESIDENTS, UNREACHABLE
from web.demo.staff import Colleague, colleagues, device_of
from web.demo.story import NAMESPACE, Cast, made_id
from web.effects import Effects
from web.notices.notifier import Notifier
from web.notices.quiet import quiet_hours
from web.passwords import Passwords
from web.post import DemoPost
from web.settings import Settings
from web.spreadsheets import sheets_of

PASSWORD = "doorstep-demo"
"""The password of every member of staff of the demonstration."""

RESIDENT_PHONE = RESIDENTS[0].phone
"""The number of the first resident."""

ADDRESS = "http://localhost:8000"
HISTORY = timedelta(days=120)
STORY_LOG = "web.demo.postgres:LogFactory"
LAST = uuid5(NAMESPACE, "the demonstration is whole")
"""The command that ends the making: a log that has no answer to it holds a part only."""

PARTICULARS = Particulars(
    name_zh="北桥街道便民服务中心",
    name_en="Beiqiao Subdistrict Service Centre",
    phone="027-8550 0000",
    address_zh="武汉市汉阳区北桥路1号一楼大厅",
    address_en="Ground floor, 1 Beiqiao Road, Hanyang, Wuhan",
    hours_zh="工作日 9:00–17:00，中午不休息；延时服务到 19:30；周六 9:00–16:00",
    hours_en="Working days 9:00–17:00 without a noon break, late opening until 19:30; Saturdays 9:00–16:00",
    number_prefix="BQ",
    document_prefix="北桥便民",
    is_demo=True,
)

_FOLDER = Path(__file__).parent
_YAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class InUse(RuntimeError):
    """The demonstration cannot be made where something else is already; the message is one sentence."""


def seed(folder: Path, *, now: datetime, address: str = ADDRESS, kept: Callable[[Path], Kept] = kept_in) -> None:
    """Make the demonstration centre in `folder`, whole or not at all.

    It is made in a folder beside, which takes the name of `folder` when everything in it has reached the disk; what an
    interrupted making left behind is removed first.

    Args:
        folder: where the centre shall live; absent or empty.
        now: the end of its history, UTC.
        address: under which the check page is reached, printed on the results it has issued.
        kept: says where files go, given the folder of the centre.

    Raises:
        InUse: `folder` holds something.
        SeedingFailed: the history does not fit the rules.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InUse(f"The folder {folder} is not empty: choose another for the demo centre.")
    beside = folder.with_name(f".{folder.name}.seeding")
    shutil.rmtree(beside, ignore_errors=True)
    clock = Clock(now - HISTORY)
    with closing(Centre.open(beside, clock=clock, new_id=uuid4)) as centre:
        _fill(centre, FileStore(kept(centre.folder).files, centre.vault), clock, now=now, address=address)
    if folder.exists():
        folder.rmdir()
    beside.replace(folder)
    sync_folder(folder.parent)


def seed_log(
    folder: Path,
    env: Mapping[str, str],
    *,
    now: datetime,
    address: str = ADDRESS,
    kept: Callable[[Path], Kept] = kept_in,
) -> bool:
    """Make the demonstration centre in an empty log on PostgreSQL; leave one that was made before as it is.

    An interrupted making leaves a part behind, which is never served: one sentence says to make the databases anew.

    Args:
        folder: where the master key and the files shall live.
        env: the library's settings for the log.
        now: the end of its history, UTC.
        address: as for `seed`.
        kept: as for `seed`.

    Returns:
        Whether it was made now.

    Raises:
        InUse: the log holds a centre of its own, or a demonstration that was interrupted or is being made elsewhere.
        SeedingFailed: the history does not fit the rules.
    """
    clock = Clock(now - HISTORY)
    story = {**env, "PERSISTENCE_MODULE": STORY_LOG}
    with closing(Centre.open(folder, clock=clock, new_id=uuid4, env=story)) as centre:
        if centre.head():
            _require_whole(centre)
            return False
        _fill(centre, FileStore(kept(centre.folder).files, centre.vault), clock, now=now, address=address)
    return True


def _require_whole(centre: Centre) -> None:
    particulars = centre.particulars()
    if particulars is None or not particulars.is_demo:
        raise InUse("The log holds a centre of its own, in which no demo is made: start without --demo.")
    if centre.answer_to(CENTRE_ACTOR.id, LAST) is None:
        raise InUse(
            "The demo centre in the log is not whole: another process makes it now, or was interrupted; then make both "
            "databases anew and start again."
        )


def publish(centre: Centre, files: FileStore, *, now: datetime) -> Cast:
    """Open the centre: publish what it offers, enrol its staff, register its residents; no cases yet.

    Args:
        centre: with an empty log.
        files: where papers of cases will be kept.
        now: the day from which certificates are counted, and the end of the history.
    """
    publication = publication_from_source({**_read("catalogue.yaml"), **_read("delegation.yaml")})
    catalogue = publication.catalogue
    assert catalogue is not None
    hours = working_hours_from_source(catalogue.meta.working_hours)
    calendar = calendar_from_source(_read("calendar.yaml"), version=1, hours=hours)
    staff = colleagues()
    reception = plan(catalogue, since=local_day(centre.clock()))
    learnt = training.training_content({item.id: item for item in catalogue.items}, files)
    _do_all(
        centre,
        (CENTRE_STREAM, OpenCentre(particulars=PARTICULARS)),
        (CALENDAR_STREAM, PublishCalendar(calendar=calendar)),
        (CATALOGUE_STREAM, ArrangeCatalogue(arrangement=arrangement_of(catalogue))),
        *_items(catalogue, publication),
        *((DELEGATION_STREAM, OrderDelegation(order=order)) for order in publication.orders),
        (LISTING_STREAM, PublishListing(entries=listed())),
        (RECEPTION_STREAM, PublishReception(plan=reception)),
        *_enrolments(staff),
        *_certifications(staff, catalogue, today=local_day(now)),
        *training.published(learnt),
    )
    return Cast(
        diary=Diary(calendar, now),
        items={item.id: item for item in catalogue.items},
        bundles={bundle.id: bundle for bundle in catalogue.bundles},
        papers=Papers(files),
        staff={colleague.username: colleague.actor() for colleague in staff},
        residents=dict(_residents(centre)),
        reception=reception,
        learnt=learnt,
    )


def listed() -> tuple[ListedItem, ...]:
    """What the centre does beside: ten items that have no handbook page yet.

    Raises:
        SeedingFailed: the sheet has a fault.
    """
    (sheet,) = sheets_of(_FOLDER / "listing.csv")
    entries, faults = entries_from_rows("listing.csv", sheet.rows)
    if faults:
        raise SeedingFailed(str(faults[0]))
    return tuple(with_pinyin(entry, spelled) for entry in entries)


def _items(catalogue: Catalogue, publication: Publication) -> Iterator[tuple[UUID, Command]]:
    for item in catalogue.items:
        yield item_stream(item.id), PublishItem(item=item, trials=publication.planned[item.id].trials)


def _fill(centre: Centre, files: FileStore, clock: Clock, *, now: datetime, address: str) -> None:
    effects = Effects(centre, files, DemoPost(), address=address)
    cast = publish(centre, files, now=now)
    steps = [step for story in all_stories(cast) for step in story.steps]
    steps.append(
        Step(now, Call(id=LAST, lane=LISTING_STREAM, command=PublishListing(entries=listed()), by=CENTRE_ACTOR))
    )
    sms = DemoCarrier(clock=clock, say=_say_nothing, unreachable={UNREACHABLE.phone})
    notifier = Notifier(centre, sms=sms, push=None, clock=clock, quiet=quiet_hours(Settings().quiet_hours))
    History(centre, clock, effects, notifier).happen(sorted(steps, key=lambda step: step.at), until=now)


def _say_nothing(_: str) -> None:
    """Messages of the past are on nobody's console."""


def _do_all(centre: Centre, *commands: tuple[UUID, Command]) -> None:
    """Let the centre do many things at one instant."""
    calls = [
        Call(id=uuid5(NAMESPACE, f"publication {n}"), lane=lane, command=command, by=CENTRE_ACTOR)
        for n, (lane, command) in enumerate(commands)
    ]
    answers = centre.submit_all(calls).result()
    for call, answer in zip(calls, answers, strict=True):
        if answer.verdict != "applied":
            raise SeedingFailed(f"{call.command.type} on {call.lane}: {answer.code} {answer.params}")


def _residents(centre: Centre) -> Iterator[tuple[str, Actor]]:
    """Everybody who signs in, registered as their first sign-in does it, under an id that follows from their number."""
    for resident in RESIDENTS:
        link, person = centre.link_of(resident.phone), made_id(f"person {resident.n}")
        register = RegisterPerson(phone=resident.phone, link=link)
        centre.by_itself(register, lane=person, id=uuid5(person, "registered"))
        roles = frozenset({Role.RESIDENT})
        yield resident.phone, Actor(id=person, roles=roles, device=device_of(resident.phone))


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


def _read(name: str) -> dict[str, Any]:
    with (_FOLDER / name).open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.load(file, Loader=_YAML)
    return content
