"""A sandbox is furnished with what the real centre offers now: its catalogue, calendar and orders, and with seats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.actors import Role, office_of
from domain.case.commands import Command
from domain.centre import commands as c
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    DELEGATION_STREAM,
    LISTING_STREAM,
    ItemPublished,
    Particulars,
    Published,
    item_stream,
)
from domain.decisions import Call
from domain.facts import tag_of
from domain.identity.identity import RegisterPerson
from domain.refusals import NotFound
from domain.training.content import Scenario
from store.centre import Centre
from store.itself import CENTRE_ACTOR
from store.states import PUBLISHED
from web.practice.cast import NAMES, people, roles_of, seat, username

PREFIX = "LX"
"""Numbers of practice cases begin with it (练习), so that nobody takes one for a real one."""
NO_PASSWORD = "!"
"""No password has this hash: the seats of a sandbox are taken by way of the real sign-in only."""
CERTIFIED_DAYS = 400
CHUNK = 200
PAGE_OF_FACTS = 1_000


class CannotFurnish(RuntimeError):
    """The real centre has published nothing that can be practised on; the message says what was refused."""


def furnish(sandbox: Centre, real: Centre, *, run: UUID, scenario: Scenario, today: date) -> None:
    """Publish in the sandbox what the real centre has published, enrol the seats and register the people.

    Raises:
        CannotFurnish: something of it is refused.
    """
    commands = [*_published(real, today), *_seats(run, scenario, today), *_residents(sandbox, run, scenario)]
    calls = [
        Call(id=uuid5(run, f"furnish {n}"), lane=lane, command=command, by=CENTRE_ACTOR)
        for n, (lane, command) in enumerate(commands)
    ]
    for first in range(0, len(calls), CHUNK):
        chunk = calls[first : first + CHUNK]
        answers = sandbox.writer.submit_all(chunk).result()
        for call, answer in zip(chunk, answers, strict=True):
            if answer.verdict not in ("applied", "duplicate"):
                raise CannotFurnish(f"{call.command.type}: {answer.code} {answer.params}")


def _published(real: Centre, today: date) -> Iterator[tuple[UUID, Command]]:
    particulars = real.particulars()
    if particulars is None:
        raise CannotFurnish("centre.open: nothing")
    yield CENTRE_STREAM, c.OpenCentre(particulars=_as_practice(particulars))
    with suppress(NotFound):
        yield CALENDAR_STREAM, c.PublishCalendar(calendar=real.calendar())
    yield CATALOGUE_STREAM, c.ArrangeCatalogue(arrangement=real.arrangement())
    for item_id in _item_ids(real):
        version = real.in_force(item_id, on=today)
        if version is not None:
            yield item_stream(item_id), c.PublishItem(item=real.item(item_id, version))
    for order in real.orders():
        yield DELEGATION_STREAM, c.OrderDelegation(order=order)
    listed: Published = real.state(LISTING_STREAM, PUBLISHED)
    if listed.listing:
        yield LISTING_STREAM, c.PublishListing(entries=tuple(listed.listing.values()))


def _item_ids(real: Centre) -> tuple[str, ...]:
    """Every item that was ever published, in order."""
    found, reached = dict[str, None](), 0
    while reached < real.head():
        reached, page = real.stretch(reached, PAGE_OF_FACTS, tags=[tag_of(ItemPublished)])
        found |= dict.fromkeys(one.fact.item.id for _, one in page if isinstance(one.fact, ItemPublished))
    return tuple(found)


def _as_practice(particulars: Particulars) -> Particulars:
    """The same centre, whose numbers say that they are of practice."""
    return replace(particulars, number_prefix=PREFIX, is_demo=False)


def _seats(run: UUID, scenario: Scenario, today: date) -> Iterator[tuple[UUID, Command]]:
    until = today + timedelta(days=CERTIFIED_DAYS)
    for role in roles_of(scenario):
        person = seat(run, role).id
        yield (
            person,
            c.EnrolStaff(
                username=username(run, role),
                name=NAMES[role],
                roles=(role.value,),
                office=office_of(role),
                password_hash=NO_PASSWORD,
            ),
        )
        if role is Role.WINDOW_CLERK:
            for item in scenario.item_ids:
                yield person, c.CertifyStaff(item_id=item, valid_until=until, staff=person)


def _residents(sandbox: Centre, run: UUID, scenario: Scenario) -> Iterator[tuple[UUID, Command]]:
    for resident in people(scenario):
        link = sandbox.link_of(resident.phone)
        yield person_id(run, resident.n), RegisterPerson(phone=resident.phone, link=link)


def person_id(run: UUID, n: int) -> UUID:
    """The stream of an invented person in the run's sandbox."""
    return uuid5(run, f"person {n}")
