"""Every command's decision under one name: the case's own, and those of identity and of the centre."""

from __future__ import annotations

from typing import Protocol

from domain.case.decide import Bench as CaseBench
from domain.case.decide import Call, Decided, decide
from domain.centre import commands as centre
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    CalendarPublished,
    CatalogueArranged,
    CentreOpened,
    ItemPublished,
    item_stream,
)
from domain.facts import Sealed
from domain.identity import identity
from domain.refusals import Forbidden, UnknownItem, VersionTaken
from domain.staff.staff import StaffCertified, StaffEnrolled

__all__ = ["Bench", "Call", "Decided", "decide"]


class Bench(CaseBench, identity.People, Protocol):
    """What any decision may look at."""


def _require_centre(call: Call) -> None:
    if not call.by.is_centre:
        raise Forbidden(act=call.command.act)


@decide.register
def _(command: identity.RegisterPerson, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    return identity.register(command, call.lane, bench)


@decide.register
def _(command: identity.OpenSession, call: Call, _bench: Bench) -> Decided:
    _require_centre(call)
    return identity.open_session(command, call.lane)


@decide.register
def _(_command: identity.CloseSession, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    return identity.close_session(call.lane, bench)


@decide.register
def _(command: centre.OpenCentre, call: Call, _bench: Bench) -> Decided:
    _require_centre(call)
    return [(CENTRE_STREAM, CentreOpened(particulars=command.particulars))]


@decide.register
def _(command: centre.PublishItem, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    item = command.item
    try:
        known = bench.item(item.id, item.version)
    except UnknownItem:
        return [(item_stream(item.id), ItemPublished(item=item))]
    if known != item:
        raise VersionTaken(item=item.id, version=item.version)
    return []


@decide.register
def _(command: centre.PublishCalendar, call: Call, _bench: Bench) -> Decided:
    _require_centre(call)
    return [(CALENDAR_STREAM, CalendarPublished(calendar=command.calendar))]


@decide.register
def _(command: centre.EnrolStaff, call: Call, _bench: Bench) -> Decided:
    _require_centre(call)
    enrolled = StaffEnrolled(
        username=command.username,
        name=command.name,
        roles=command.roles,
        office=command.office,
        password=Sealed(call.lane, value=command.password_hash),
    )
    return [(call.lane, enrolled)]


@decide.register
def _(command: centre.CertifyStaff, call: Call, _bench: Bench) -> Decided:
    _require_centre(call)
    return [(command.staff, StaffCertified(item_id=command.item_id, valid_until=command.valid_until))]


@decide.register
def _(command: centre.ArrangeCatalogue, call: Call, _bench: Bench) -> Decided:
    _require_centre(call)
    return [(CATALOGUE_STREAM, CatalogueArranged(arrangement=command.arrangement))]
