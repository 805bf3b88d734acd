"""`/api/audit/what-if`: dates of a period counted again under another calendar or item version; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.calendar import limits
from domain.calendar.calendar import SATURDAY, Calendar, CalendarYear
from domain.calendar.limits import Due, DueRule, LimitUnit
from domain.calendar.reckoning import recounted
from domain.case.acts import ENDED
from domain.catalogue.items import ServiceItem
from domain.refusals import NotFound
from domain.rights.table import require
from projections.cases.view import CaseView
from projections.documents import Text
from projections.lookups import Lookups
from projections.reader import Reader
from web.bodies import json_answer, read_json
from web.edge import Edge, edge_of
from web.errors import Problem
from web.session import actor_of

MOST_CASES = 20_000
MOST_SHOWN = 500
LONGEST = timedelta(days=366)
SUPPOSED = 0
"""Version of a calendar that nobody has published."""

Days = Annotated[tuple[date, ...], Meta(max_length=100)]


class Supposed(Struct, frozen=True, kw_only=True):
    """What is supposed, of the cases that were filed from `first` to `last`, both included.

    Attributes:
        calendar: a published version of the calendar; the one in force by default.
        closed: working days that are supposed to be days off.
        worked: days off that are supposed to be worked.
        item: an item whose cases are counted by its version `item_version`.
    """

    first: date
    last: date
    calendar: int | None = None
    closed: Days = ()
    worked: Days = ()
    item: Annotated[str, Meta(max_length=80)] | None = None
    item_version: int | None = None


class Changed(Struct, frozen=True, kw_only=True):
    """A case whose date would be another one.

    Attributes:
        clock: `promised` or `statutory`.
        decided_at: None while nobody has decided.
        was_late: whether the decision came, or is, after the date that was given.
    """

    id: UUID
    number: str
    item_name: Text
    clock: str
    was: Due
    becomes: Due
    decided_at: datetime | None
    was_late: bool
    would_be_late: bool


class Answer(Struct, frozen=True, kw_only=True):
    """What would be.

    Attributes:
        looked: cases of the period that have such a date.
        changed: cases whose date would be another one; `rows` shows so many, newly late ones first.
        newly_late: dates that were kept and would not have been.
        no_longer_late: dates that were missed and would have been kept.
    """

    looked: int
    changed: int
    newly_late: int
    no_longer_late: int
    rows: tuple[Changed, ...]


async def what_if(request: Request) -> Response:
    """`POST /api/audit/what-if`: which dates of a period would be others, and which would have been late."""
    edge, actor = edge_of(request), await actor_of(request)
    require("audit.what-if", actor)
    supposed = await read_json(request, Supposed)
    if not timedelta() <= supposed.last - supposed.first <= LONGEST:
        raise Problem(400, "invalid")
    return json_answer(await edge.readers.ask(lambda reader: _answer(edge, reader, supposed)))


async def choices(request: Request) -> Response:
    """`GET /api/audit/what-if`: versions of the calendar and of items that can be supposed."""
    edge, actor = edge_of(request), await actor_of(request)
    require("audit.what-if", actor)
    return json_answer(await edge.readers.ask(lambda reader: _choices(reader.lookups())))


def _choices(lookups: Lookups) -> dict[str, object]:
    versions: dict[str, list[int]] = {}
    names: dict[str, Text] = {}
    for item in lookups.items.values():
        versions.setdefault(item.id, []).append(item.version)
        names[item.id] = Text(item.name_zh, item.name_en)
    items = [{"id": id, "name": names[id], "versions": sorted(found)} for id, found in versions.items()]
    return {"calendars": sorted(lookups.calendars), "items": items}


def _answer(edge: Edge, reader: Reader, supposed: Supposed) -> Answer:
    lookups, now = reader.lookups(), edge.clock()
    calendar = _calendar(edge, lookups, supposed)
    other = _other_item(lookups, supposed)
    views = [view for view in _views(reader, supposed) if other is None or view.state.item_id == other.id]
    rows = [row for view in views for row in _changes(view, lookups, calendar, other, now)]
    rows.sort(key=lambda row: (not (row.would_be_late and not row.was_late), row.becomes.at))
    return Answer(
        looked=sum(view.state.promised is not None for view in views),
        changed=len({row.id for row in rows}),
        newly_late=sum(row.would_be_late and not row.was_late for row in rows),
        no_longer_late=sum(row.was_late and not row.would_be_late for row in rows),
        rows=tuple(rows[:MOST_SHOWN]),
    )


def _views(reader: Reader, supposed: Supposed) -> Iterator[CaseView]:
    """The cases that were filed in the period."""
    filed = "SELECT filed FROM case_figures WHERE filed_on BETWEEN ? AND ?"
    asked = f"SELECT id FROM case_index WHERE filed IN ({filed}) LIMIT ?"
    period = (supposed.first.isoformat(), supposed.last.isoformat(), MOST_CASES)
    for (id,) in reader.database.execute(asked, period).fetchall():
        if (view := reader.view(UUID(id))) is not None:
            yield view


def _calendar(edge: Edge, lookups: Lookups, supposed: Supposed) -> Calendar:
    calendar = edge.centre.calendar()
    if supposed.calendar is not None:
        if supposed.calendar not in lookups.calendars:
            raise NotFound
        calendar = lookups.calendars[supposed.calendar]
    return with_days(calendar, closed=supposed.closed, worked=supposed.worked)


def with_days(calendar: Calendar, *, closed: tuple[date, ...], worked: tuple[date, ...]) -> Calendar:
    """A calendar on which some days are off and others are worked; itself where there are none."""
    if not closed and not worked:
        return calendar
    years = dict(calendar.years)
    for number in {on.year for on in (*closed, *worked)}:
        year = years.get(number, CalendarYear(status="provisional", days_off=frozenset()))
        off = {on for on in closed if on.year == number}
        on_duty = {on for on in worked if on.year == number}
        years[number] = replace(
            year,
            days_off=(year.days_off | off) - on_duty,
            make_up_workdays=(year.make_up_workdays | {on for on in on_duty if on.weekday() >= SATURDAY}) - off,
        )
    return Calendar(version=SUPPOSED, years=years, shifts=calendar.shifts)


def _other_item(lookups: Lookups, supposed: Supposed) -> ServiceItem | None:
    if supposed.item is None:
        return None
    found = lookups.items.get(f"{supposed.item}@{supposed.item_version}")
    if found is None:
        raise NotFound
    return found


def _changes(
    view: CaseView, lookups: Lookups, calendar: Calendar, other: ServiceItem | None, now: datetime
) -> Iterator[Changed]:
    case, item = view.state, lookups.item_of(view.state)
    ended = view.decision.at if view.decision else None
    for clock, was in (("promised", case.promised), ("statutory", case.statutory)):
        if was is None or was.limit is None:
            continue
        becomes = _counted(was, calendar, item, other, clock)
        if becomes.at == was.at:
            continue
        until = ended or (was.at if case.status in ENDED else now)
        yield Changed(
            id=view.id,
            number=case.case_number or case.filing_number or "",
            item_name=Text(item.name_zh, item.name_en),
            clock=clock,
            was=was,
            becomes=becomes,
            decided_at=ended,
            was_late=until > was.at,
            would_be_late=until > becomes.at,
        )


def _counted(was: Due, calendar: Calendar, item: ServiceItem, other: ServiceItem | None, clock: str) -> Due:
    """The date under the calendar, and under the other version of the item; extensions stay on top."""
    if other is None or clock != "promised" or item.promised_working_days == other.promised_working_days:
        return recounted(calendar, was)
    assert was.limit is not None
    if other.promised_working_days == 0:
        return limits.immediate(calendar, was.limit.since).due
    is_counted = was.limit.unit is LimitUnit.WORKING_DAY
    extra = int(was.limit.length) - item.promised_working_days if is_counted else 0
    days, spans = other.promised_working_days + max(extra, 0), was.limit.suspended
    return limits.working_days(calendar, was.limit.since, days, rule=DueRule.PROMISED, suspended=spans).due


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/audit/what-if", what_if, methods=["POST"]),
    Route("/api/audit/what-if", choices, methods=["GET"]),
)
