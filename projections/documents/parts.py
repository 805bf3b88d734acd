"""What several documents are made of: words, dates with their proof, people, pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

Status = Literal[
    "filed",
    "received",
    "correction",
    "accepted",
    "granted",
    "rejected",
    "issued",
    "posted",
    "delivered",
    "declined",
    "withdrawn",
    "suspended",
    "redirected",
    "terminated",
    "returned",
    "lapsed",
    "revoked",
    "voided",
    "archived",
]
Turn = Literal["you", "office", "done"]
ClockName = Literal["lapse", "notice", "correction", "promised", "statutory", "step", "delivery", "gap"]


class Text(Struct, frozen=True):
    """A name or sentence in both languages of the product."""

    zh: str
    en: str


class Person(Struct, frozen=True):
    """A member of staff by name."""

    id: UUID
    name: str


class Span(Struct, frozen=True):
    """Local days, both included."""

    first: date
    last: date


class ProofDay(Struct, frozen=True):
    """One day in the proof of a due date.

    Attributes:
        on: the day, local.
        kind: `start`, `counted`, `make-up-workday`, `weekend`, `holiday`, `suspended` or `due-rolled`.
        n: how many days have been counted so far, None on days that do not count.
        is_due: whether the limit ends on this day.
        minutes: working minutes counted on this day; None where days are counted.
    """

    on: date
    kind: str
    n: int | None
    is_due: bool
    minutes: int | None


class DueDate(Struct, frozen=True):
    """A date by which someone must have acted, and why that date.

    Attributes:
        at: the instant at which the limit ends.
        on: the local day of `at`.
        rule: the rule it comes from (kebab-case, worded by the app).
        provisional: whether it rests on a year whose working days are not published yet (暂定).
        days: the day-by-day proof.
    """

    at: datetime
    on: date
    rule: str
    provisional: bool
    days: tuple[ProofDay, ...]


class Clock(Struct, frozen=True, kw_only=True):
    """One limit of the case; what is left of it, and whether it has passed, is told by the reader's own clock.

    Attributes:
        about: material of a `gap`, step of a `step`; empty for the others.
        state: `suspended` while a special procedure stops it, `ended` once what it waited for has happened.
        ended_at: when that was.
        is_overdue: it passed before that, and was flagged (逾期).
        suspended: days that do not count.
    """

    name: ClockName
    about: str
    due: DueDate
    state: Literal["running", "suspended", "ended"]
    ended_at: datetime | None
    is_overdue: bool
    suspended: tuple[Span, ...]


class PageVerdict(Struct, frozen=True):
    """What a member of staff found of a page (核验).

    Attributes:
        code: kind of defect as in a correction notice, empty on a good page.
        words: the reason.
        expires_on: the document's own last day, where it has one.
    """

    good: bool
    code: str
    words: str
    expires_on: date | None
    at: datetime
    by_name: str


class Page(Struct, frozen=True):
    """One photographed or scanned page.

    Attributes:
        state: `waiting` until its bytes arrive, `stored`, `rejected` with a `reason`, or `replaced` by a newer page.
        origin: with the form, with a supplement, as evidence after acceptance, or a checked copy (材料库).
        verdict: the last one on the page, None before anybody has looked.
    """

    file: UUID
    material: str
    number: int
    sha256: str
    size: int
    state: Literal["waiting", "stored", "rejected", "replaced"]
    media_type: str | None = None
    reason: str | None = None
    origin: Literal["filing", "supplement", "evidence", "copy"] = "filing"
    verdict: PageVerdict | None = None


class StepDue(Struct, frozen=True):
    """The step of the route that is due next, and who does it; `stage` as the acts table needs it."""

    id: str
    role: str
    stage: str
    name: Text


class Moment(Struct, frozen=True):
    """One thing that happened, for the timeline.

    Attributes:
        tag: the fact's stored tag; the app has the sentence.
        who: on whose side it happened.
        name: the person's name where it may be shown.
        params: values for the sentence.
    """

    position: int
    at: datetime
    tag: str
    who: Literal["applicant", "staff", "centre"]
    name: str
    role: str
    params: dict[str, Any]
