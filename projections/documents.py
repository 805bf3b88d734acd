"""The documents that devices hold and people look at: plain data, one struct a kind, ready to be sent.

A document depends only on facts up to its `position`, so that every node builds the same one. Times are UTC instants
in ISO 8601, days local dates. The TypeScript twin is generated from this module (`python -m sync.typescript`).
"""

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
]
Turn = Literal["you", "office", "done"]


class Text(Struct, frozen=True):
    """A name or sentence in both languages of the product."""

    zh: str
    en: str


class ProofDay(Struct, frozen=True):
    """One day in the proof of a due date.

    Attributes:
        on: the day, local.
        kind: `start`, `counted`, `make-up-workday`, `weekend`, `holiday`, `suspended` or `due-rolled`.
        n: how many days have been counted so far, None on days that do not count.
        is_due: whether the limit ends on this day.
    """

    on: date
    kind: str
    n: int | None
    is_due: bool


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


class Page(Struct, frozen=True):
    """One photographed or scanned page.

    Attributes:
        state: `waiting` until its bytes arrive, `stored`, `rejected` with a `reason`, or `replaced` by a newer page.
    """

    file: UUID
    material: str
    number: int
    sha256: str
    size: int
    state: Literal["waiting", "stored", "rejected", "replaced"]
    media_type: str | None = None
    reason: str | None = None


class Defect(Struct, frozen=True):
    """One thing the applicant is asked to put right.

    Attributes:
        number: the page concerned, if one is.
        answered: whether a new page for it has been handed in.
    """

    material: str
    material_name: Text
    file: UUID | None
    number: int | None
    code: str
    words: str
    answered: bool


class Notice(Struct, frozen=True):
    """A correction notice 一次性补正告知: everything that must be put right, told once."""

    requested_at: datetime
    by_name: str
    respond_by: DueDate
    defects: tuple[Defect, ...]
    answered_at: datetime | None


class Step(Struct, frozen=True):
    """One step on the way as the applicant sees it."""

    id: Literal["filed", "correction", "accepted", "decided", "delivered"]
    state: Literal["past", "now", "next"]
    at: datetime | None


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


class Decision(Struct, frozen=True):
    """How the case was decided, or why it was declined."""

    outcome: Literal["granted", "rejected", "declined"]
    at: datetime
    by_name: str
    reason: str
    basis: str
    remedies: str


class Result(Struct, frozen=True):
    """The result document. `rendered` tells whether the PDF can be fetched."""

    document_number: str
    verification_code: str
    issued_at: datetime
    rendered: bool
    name: Text


class Delivery(Struct, frozen=True):
    """How the result reaches the applicant."""

    method: str
    carrier: str | None = None
    tracking_number: str | None = None
    posted_at: datetime | None = None
    delivered_at: datetime | None = None


class StatusBody(Struct, frozen=True, kw_only=True):
    """A case as its applicant and their agent see it (row kind `status`).

    Attributes:
        turn: whose turn it is; the one thing the page must say.
        answer_by: the date by which the centre must answer; while photographs are still on their way it is the date
            that would hold if they had arrived at filing, and `awaiting_files` is above 0.
        office_step: name of the step the centre is at, if it is the centre's turn.
        acts: what the applicant may do now (`case.supplement`, `case.withdraw`).
    """

    item_id: str
    item_version: int
    item_name: Text
    filing_number: str
    case_number: str | None
    status: Status
    turn: Turn
    steps: tuple[Step, ...]
    filed_at: datetime
    received_at: datetime | None
    awaiting_files: int
    answer_by: DueDate | None
    promised: DueDate | None
    office_step: Text | None
    applicant_name: str
    agent_name: str | None
    answers: dict[str, Any]
    pages: tuple[Page, ...]
    declarations: tuple[str, ...]
    notices: tuple[Notice, ...]
    decision: Decision | None
    result: Result | None
    delivery: Delivery
    timeline: tuple[Moment, ...]
    acts: tuple[str, ...]


class StepDue(Struct, frozen=True):
    """The step of the route that is due next, and who does it."""

    id: str
    role: str
    name: Text


class Person(Struct, frozen=True):
    """A member of staff by name."""

    id: UUID
    name: str


class QueueBody(Struct, frozen=True, kw_only=True):
    """A case in the queue: a summary with masked personal data (row kind `queue`)."""

    item_id: str
    item_name: Text
    number: str
    applicant_masked: str
    status: Status
    step: StepDue | None
    claimed_by: Person | None
    due: datetime | None
    due_provisional: bool
    channel: str
    pages: int
    awaiting_files: int
    for_school: bool
    received_at: datetime | None
    changed_at: datetime
    last_handler: Person | None
    returned: bool


class Note(Struct, frozen=True):
    """A note for colleagues."""

    at: datetime
    by_name: str
    text: str


class Opinion(Struct, frozen=True):
    """A completed review step."""

    step: str
    at: datetime
    by_name: str
    text: str


class CaseBody(Struct, frozen=True, kw_only=True):
    """A case in full, for the member of staff who works on it (row kind `case`).

    Attributes:
        view: everything that the applicant sees.
        accepted_by: who accepted it; that person may not decide it.
        checked: materials that were ticked at acceptance.
    """

    view: StatusBody
    step: StepDue | None
    claimed_by: Person | None
    accepted_by: Person | None
    last_handler: Person | None
    channel: str
    checked: tuple[str, ...]
    notes: tuple[Note, ...]
    opinions: tuple[Opinion, ...]


Body = StatusBody | QueueBody | CaseBody
