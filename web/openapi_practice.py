"""What is told of the addresses of simulated practice; part of the table in `web/openapi_table.py`."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from domain.training.content import Scenario
from web.openapi_told import ABSENT, BUSY, Codes, Media, Told
from web.practice import api, cases
from web.practice.views import Offered, RunShown


class Scenarios(Struct, frozen=True):
    """The scenarios that can be practised."""

    scenarios: tuple[Offered, ...]


class Begun(Struct, frozen=True):
    """A run that has begun."""

    run: UUID


_RUN: Codes = {**ABSENT, 409: "practice-over", 503: "practice-busy storage no-line"}

TABLE: Mapping[str, Told] = {
    "GET /api/practice": Told("practice.begin-run", Scenarios),
    "POST /api/practice": Told(
        "practice.begin-run",
        Begun,
        takes=api.Wanted,
        status=201,
        codes={**ABSENT, 409: "practice-cannot-begin", 429: "practice-full", 503: "practice-busy"},
    ),
    "GET /api/practice/{run:uuid}": Told("practice.run", RunShown, codes=_RUN),
    "POST /api/practice/{run:uuid}/speak": Told("practice.run", RunShown, takes=api.Said, codes=_RUN),
    "POST /api/practice/{run:uuid}/hint": Told("practice.run", RunShown, takes=api.Hint, codes=_RUN),
    "POST /api/practice/{run:uuid}/kept": Told("practice.run", RunShown, takes=api.Kept, codes=_RUN),
    "POST /api/practice/{run:uuid}/line": Told("practice.run", RunShown, takes=api.Line, codes=_RUN),
    "POST /api/practice/{run:uuid}/end": Told("practice.run", RunShown, codes=_RUN),
    "GET /api/practice/{run:uuid}/papers/{step}/{place:int}/{material}/{number:int}.jpg": Told(
        "practice.run", Media(("image/jpeg",)), codes=_RUN
    ),
    "POST /api/practice/from-case": Told(
        "training.publish", Scenario, takes=cases.FromCase, codes={**ABSENT, 422: "case-not-over", **BUSY}
    ),
}
