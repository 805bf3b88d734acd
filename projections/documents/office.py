"""What an office and its lead look at beside single cases: colleagues, the board, reports."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from projections.documents.parts import Person, Text


class Certificate(Struct, frozen=True):
    """A certificate that somebody holds.

    Attributes:
        kind: id of its kind; empty where it was only recorded for one item.
        name: of the kind, or of that item.
        items: ids of the items that it covers.
        all_items: whether it covers every item.
        valid_until: its last day, local.
    """

    kind: str
    name: Text
    items: tuple[str, ...]
    all_items: bool
    valid_until: date

    def covers(self, item_id: str) -> bool:
        """Whether it lets its holder handle the item."""
        return self.all_items or item_id in self.items


class Away(Struct, frozen=True):
    """Days away, both included, and who stands in."""

    first: date
    last: date
    substitute: Person | None


class ColleagueBody(Struct, frozen=True, kw_only=True):
    """A member of staff, for the colleagues of the office (row kind `colleague`, scope `people:OFFICE`).

    Its id is the person's.

    Attributes:
        absences: in the order in which they were recorded; those that are over among them.
    """

    name: str
    roles: tuple[str, ...]
    office: str
    certificates: tuple[Certificate, ...]
    absences: tuple[Away, ...]


class StatusCount(Struct, frozen=True):
    """How many open cases stand where."""

    status: str
    cases: int


class WaitingCount(Struct, frozen=True):
    """How many open cases wait for whom (`WaitingFor`)."""

    waiting_for: str
    cases: int


class DueDay(Struct, frozen=True):
    """Cases whose date falls on a day; `on` None gathers those without a date.

    Attributes:
        working_days: from today to that day; negative once it has passed, None without a date.
    """

    on: date | None
    working_days: int | None
    cases: tuple[UUID, ...]


class Load(Struct, frozen=True):
    """What a member of staff has taken.

    Attributes:
        minutes: working time of the due steps.
        due_today: of the cases, those whose date is today or has passed.
    """

    person: Person
    roles: tuple[str, ...]
    is_away: bool
    substitute: Person | None
    cases: tuple[UUID, ...]
    minutes: int
    due_today: int


class Late(Struct, frozen=True, kw_only=True):
    """A case whose date has passed, and why that shows red.

    Attributes:
        clock: whose limit it is.
        working_days: by which it is late; 0 on the day itself after close of business.
        held_by: who has it now; None: nobody.
        step: that is due.
        since: when it last changed.
    """

    case: UUID
    number: str
    item_name: Text
    clock: str
    due: datetime
    working_days: int
    waiting_for: str
    held_by: Person | None
    step: Text | None
    since: datetime


class Cover(Struct, frozen=True):
    """Who may take an item on at the window.

    Attributes:
        qualified: with a valid certificate today; `expiring` are those of them whose certificate ends within 30 days.
    """

    item: str
    item_name: Text
    qualified: tuple[Person, ...]
    expiring: tuple[Person, ...]
    open_cases: int


class BoardBody(Struct, frozen=True, kw_only=True):
    """The lead's board of an office; made when it is asked for, out of the same rows as the queue.

    Attributes:
        on: the local day it is for.
        late: open cases whose date has passed while the centre has to act; `ReportBody.late_open` counts the same.
        decided_late: cases that were decided after their date, since `decided_since`; reports count the same as `late`.
        asks: cases that wait for a lead.
        unclaimed: cases that wait for somebody of the step's role to take them.
        coming_off: claims that end within the day.
    """

    on: date
    office: str
    open_cases: int
    statuses: tuple[StatusCount, ...]
    waiting: tuple[WaitingCount, ...]
    days: tuple[DueDay, ...]
    loads: tuple[Load, ...]
    late: tuple[Late, ...]
    decided_late: int
    decided_since: date
    asks: tuple[UUID, ...]
    unclaimed: tuple[UUID, ...]
    coming_off: tuple[UUID, ...]
    covers: tuple[Cover, ...]


class ReportRow(Struct, frozen=True, kw_only=True):
    """Cases of a period under one heading.

    Attributes:
        key: id of the item, name of the channel, number of the batch (0: no order), or empty for all.
        filed: filed in the period; the other counts are of cases that came to it in the period.
        ended_otherwise: declined, redirected, withdrawn, terminated, returned, lapsed or struck out.
        late: decided after the promised limit.
        median_minutes: working time from the complete set to the decision, procedures not counted; None without one.
        slowest_minutes: the longest of them.
        deemed: accepted because nobody answered in time.
    """

    key: str
    name: Text | None
    filed: int
    accepted: int
    deemed: int
    granted: int
    rejected: int
    ended_otherwise: int
    late: int
    median_minutes: float | None
    slowest_minutes: int | None


class ReportBody(Struct, frozen=True, kw_only=True):
    """Counts of a period, in local days, both included.

    Attributes:
        late_open: open cases whose date has passed, as of now and whatever the period is; none of them is decided, so
            that none is among those counted as decided late.
    """

    first: date
    last: date
    late_open: int
    all: ReportRow
    by_item: tuple[ReportRow, ...]
    by_channel: tuple[ReportRow, ...]
    by_batch: tuple[ReportRow, ...]
