"""What a change would lead to, shown before it is made: of a version, of a calendar, of moving a case."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.calendar.calendar import Calendar, calendar_faults
from domain.calendar.limits import DueRule, local_day
from domain.case.acts import CaseStatus
from domain.case.deciding.clocks import moved_by
from domain.case.deciding.migrating import migration_effects
from domain.case.facts import DateMoved, MigrationEffects
from domain.case.state import handled_item
from domain.catalogue.items import ServiceItem
from domain.catalogue.soundness import faults_of
from domain.catalogue.trials import ItemTrial, TrialFailure, TrialFindings, failures_of, findings_of
from domain.centre.centre import Plan
from domain.refusals import NotFound, NotNewer
from domain.rights.table import require
from projections.cases.view import CaseView
from projections.documents import Text
from projections.reader import Reader
from store.centre import Centre
from web.api.cases import Opened, open_case
from web.bodies import json_answer, read_json
from web.edge import Edge, edge_of
from web.session import actor_of

RUNNING = tuple(
    status.value
    for status in (
        CaseStatus.RECEIVED,
        CaseStatus.CORRECTION,
        CaseStatus.ACCEPTED,
        CaseStatus.SUSPENDED,
        CaseStatus.GRANTED,
        CaseStatus.ISSUED,
        CaseStatus.POSTED,
    )
)
"""Where a case stands while one of its limits runs."""
_RUNNING = ", ".join("?" * len(RUNNING))
MOST_CASES = 20_000
"""Cases whose dates are counted anew for a calendar that is not published yet."""


class Draft(Struct, frozen=True, kw_only=True):
    """A version of an item with its test cases."""

    item: ServiceItem
    trials: tuple[ItemTrial, ...] = ()


class Findings(Struct, frozen=True, kw_only=True):
    """What would keep a version from being published, and what it would lead to.

    Attributes:
        faults: what contradicts itself; none for a sound version, whose test cases are then run.
        failures: where test cases found something else than they expect.
        findings: what each test case leads to.
        open_cases: how many open cases there are under each earlier version; they keep it.
    """

    faults: tuple[str, ...]
    failures: tuple[TrialFailure, ...]
    findings: tuple[TrialFindings, ...]
    open_cases: dict[int, int]


class Newest(Struct, frozen=True, kw_only=True):
    """The newest version of an item as it was published, for the next one to be made from it.

    Attributes:
        trials: the test cases of that version.
        in_force: the version of today; None where the item is not offered.
        plans: the days that are still to come, by version.
    """

    item: ServiceItem
    trials: tuple[ItemTrial, ...]
    in_force: int | None
    plans: dict[int, Plan]


class DraftCalendar(Struct, frozen=True, kw_only=True):
    """A calendar that is not published yet."""

    calendar: Calendar


class Moving(Struct, frozen=True, kw_only=True):
    """Dates of open cases that go from one day to the same other one; nothing is said of whose they are.

    Attributes:
        clock: as in the case; `gap` for papers that are still to come.
        was: the day that was given.
        becomes: the day under the new calendar; the same where it only becomes certain.
        certain: whether the new one is no longer provisional.
        kept: whether it would be later, but was promised and stays.
        n: how many such dates there are.
    """

    item_name: Text
    clock: str
    was: date
    becomes: date
    certain: bool
    kept: bool
    n: int


class CalendarFindings(Struct, frozen=True, kw_only=True):
    """What would keep a calendar from being published, and which dates of open cases it would move.

    Attributes:
        looked: how many open cases were looked at, those that were filed last.
        cut: whether there are more than those.
    """

    faults: tuple[str, ...]
    looked: int
    cut: bool
    moving: tuple[Moving, ...]


class Migration(Struct, frozen=True, kw_only=True):
    """What moving a case would lead to; `case.migrate@1` takes both as they are."""

    to_version: int
    effects: MigrationEffects


async def check(request: Request) -> Response:
    """`POST /api/catalogue/check`: runs the test cases of a version that is not published yet, for operators."""
    edge, actor = edge_of(request), await actor_of(request)
    require("catalogue.check", actor)
    draft = await read_json(request, Draft)
    open_cases = await edge.readers.ask(lambda reader: _open_cases(reader, draft.item.id))
    return json_answer(await asyncio.to_thread(_findings, edge.centre, draft, open_cases))


def _findings(centre: Centre, draft: Draft, open_cases: dict[int, int]) -> Findings:
    item, trials = draft.item, draft.trials
    if faults := faults_of(item):
        return Findings(faults=faults, failures=(), findings=(), open_cases=open_cases)
    orders, calendar = centre.orders(), centre.calendar()
    return Findings(
        faults=(),
        failures=failures_of(item, trials, orders=orders, calendar=calendar),
        findings=findings_of(item, trials, orders=orders, calendar=calendar),
        open_cases=open_cases,
    )


def _open_cases(reader: Reader, item_id: str) -> dict[int, int]:
    asked = f"SELECT id FROM case_index WHERE item_id = ? AND status IN ({_RUNNING})"
    return dict(Counter(view.state.item_version for view in _views(reader, asked, (item_id, *RUNNING))))


def _views(reader: Reader, asked: str, values: tuple[str | int, ...]) -> Iterator[CaseView]:
    for (id,) in reader.database.execute(asked, values).fetchall():
        if (view := reader.view(UUID(id))) is not None:
            yield view


async def newest(request: Request) -> Response:
    """`GET /api/catalogue/{item}/newest`: the newest version of an item as it was published, for operators."""
    edge, actor = edge_of(request), await actor_of(request)
    require("catalogue.check", actor)
    return json_answer(await asyncio.to_thread(_newest, edge, request.path_params["item"]))


def _newest(edge: Edge, item_id: str) -> Newest:
    published = edge.centre.published(item_id)
    if not published.items:
        raise NotFound
    version = max(published.items)
    return Newest(
        item=published.items[version],
        trials=published.trials.get(version, ()),
        in_force=published.offered(local_day(edge.clock())),
        plans=published.plans,
    )


async def calendar(request: Request) -> Response:
    """`GET /api/calendar`: the calendar in force, for operators."""
    edge, actor = edge_of(request), await actor_of(request)
    require("calendar.check", actor)
    return json_answer(DraftCalendar(calendar=await asyncio.to_thread(edge.centre.calendar)))


async def check_calendar(request: Request) -> Response:
    """`POST /api/calendar/check`: which dates a calendar would move that is not published yet, for operators."""
    edge, actor = edge_of(request), await actor_of(request)
    require("calendar.check", actor)
    draft, now = await read_json(request, DraftCalendar), edge.clock()
    if faults := calendar_faults(draft.calendar):
        return json_answer(CalendarFindings(faults=faults, looked=0, cut=False, moving=()))
    return json_answer(await edge.readers.ask(lambda reader: _calendar_findings(reader, draft.calendar, now)))


def _calendar_findings(reader: Reader, calendar: Calendar, now: datetime) -> CalendarFindings:
    lookups, looked = reader.lookups(), 0
    moving: Counter[Moving] = Counter()
    asked = f"SELECT id FROM case_index WHERE status IN ({_RUNNING}) ORDER BY filed DESC LIMIT ?"
    for view in _views(reader, asked, (*RUNNING, MOST_CASES + 1)):
        if looked == MOST_CASES:
            return _found(moving, looked, cut=True)
        looked += 1
        item = lookups.item_of(view.state)
        for moved in moved_by(calendar, view.state, now=now):
            moving[_moving(Text(item.name_zh, item.name_en), moved)] += 1
    return _found(moving, looked, cut=False)


def _found(moving: Counter[Moving], looked: int, *, cut: bool) -> CalendarFindings:
    found = (replace(one, n=n) for one, n in moving.items())
    order = sorted(found, key=lambda one: (one.was == one.becomes, one.was, one.becomes, one.item_name.zh, one.clock))
    return CalendarFindings(faults=(), looked=looked, cut=cut, moving=tuple(order))


def _moving(name: Text, moved: DateMoved) -> Moving:
    before, after = moved.before, moved.after
    return Moving(
        item_name=name,
        clock=moved.clock.split(":")[0],
        was=before.on,
        becomes=after.on,
        certain=before.provisional and not after.provisional,
        kept=after.rule == DueRule.KEPT_PROMISE,
        n=0,
    )


async def migration(request: Request) -> Response:
    """`GET /api/cases/{case}/migration`: what moving the case to the version in force would lead to, for leads."""
    opened = await open_case(request)
    require("case.migration", opened.actor)
    return json_answer(await asyncio.to_thread(_migration, opened))


def _migration(opened: Opened) -> Any:
    case, centre = opened.case, opened.edge.centre
    in_force = centre.in_force(case.item_id, on=local_day(opened.edge.clock()))
    if in_force is None or in_force <= case.item_version:
        raise NotNewer(item=case.item_id, version=case.item_version, in_force=in_force)
    newer = handled_item(centre.item(case.item_id, in_force), case)
    return Migration(to_version=in_force, effects=migration_effects(case, centre.item_of(case), newer))


ROUTES: tuple[BaseRoute, ...] = (
    Route("/api/catalogue/check", check, methods=["POST"]),
    Route("/api/catalogue/{item}/newest", newest, methods=["GET"]),
    Route("/api/calendar", calendar, methods=["GET"]),
    Route("/api/calendar/check", check_calendar, methods=["POST"]),
    Route("/api/cases/{case:uuid}/migration", migration, methods=["GET"]),
)
