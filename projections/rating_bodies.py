"""Documents about ratings: plain data, ready to be sent.

The rated staff see a level, never whose it is: their document has no case, no words and no person in it. The TypeScript
twin is generated from this module.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from projections.documents import DueDate, Person

LevelName = Literal["very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied"]


class InvitationBody(Struct, frozen=True, kw_only=True):
    """A question whether one would like to rate, for those who may (row kind `rating-invitation`).

    The id of the row is the subject's. It leaves once somebody has rated.

    Attributes:
        subject_kind: `case` or `visit`.
        on: day of a visit.
        group: of a visit.
    """

    subject_kind: str
    subject: UUID
    item: str
    until: datetime
    on: date | None
    group: str | None


class Answer(Struct, frozen=True):
    """What became of a bad rating, as its rater is told.

    Attributes:
        state: `open`, `deferred`, `fixed` or `no-basis`.
        due: while it is open.
        reply: words to the rater, empty before the reply and after an erasure.
    """

    state: str
    due: DueDate | None
    reply: str


class RatingBody(Struct, frozen=True, kw_only=True):
    """One's own rating (row kind `rating`); its id is the lane of an amendment.

    Attributes:
        amend_until: last moment for the one change, None if it was made.
        answer: None for a rating that was never bad.
    """

    subject_kind: str
    subject: UUID
    item: str
    level: LevelName
    reasons: tuple[str, ...]
    words: str
    given_at: datetime
    amend_until: datetime | None
    answer: Answer | None


class RatedBody(Struct, frozen=True, kw_only=True):
    """A rating, for one of the staff who are rated (row kind `rated`); its id is the lane of an appeal.

    Attributes:
        appeal: `none`, `own` or `other` while undecided, `upheld` or `turned-down`.
    """

    item: str
    level: LevelName
    reasons: tuple[str, ...]
    given_on: date
    appeal: str


class CallBackBody(Struct, frozen=True):
    """A call to the rater."""

    at: datetime
    by_name: str
    reached: bool
    words: str


class RectificationBody(Struct, frozen=True, kw_only=True):
    """A bad rating, or one under appeal, for leads and for whoever puts it right (row kind `rectification`).

    Its id is the lane of every command about it. It leaves once it is closed and no appeal waits.

    Attributes:
        rated: who was rated; none of them may act on it.
        responsible: None until a lead has named somebody.
        is_overdue: the date passed before it was settled.
        outcome: `fixed` or `no-basis`, None before.
        reply_unreached: the rater could be told of the reply by no channel: whoever puts it right should call
            (`rectification.call-back@1`).
        next: who has to do what: `assign`, `call-back`, `settle`, `reply`, `close` or `decide-appeal`.
        appeal_words: grounds of an appeal that waits.
    """

    subject_kind: str
    subject: UUID
    item: str
    unit: str
    level: LevelName
    reasons: tuple[str, ...]
    words: str
    given_at: datetime
    rated: tuple[Person, ...]
    due: DueDate | None
    is_overdue: bool
    is_deferred: bool
    deferred_because: str
    responsible: Person | None
    call_backs: tuple[CallBackBody, ...]
    outcome: str | None
    outcome_words: str
    replied: bool
    reply_unreached: bool
    appeal_waits: bool
    appeal_words: str
    next: str


class Count(Struct, frozen=True):
    """How often a level was given; `excluded` ones count in no score and are kept."""

    level: LevelName
    counted: int
    excluded: int


class TallyBody(Struct, frozen=True, kw_only=True):
    """Ratings of one item or of one unit, for leads (row kind `rating-tally`).

    Attributes:
        of: `item` or `unit`.
        name: id of the item or unit.
        counts: every level, the best first.
    """

    of: str
    name: str
    counts: tuple[Count, ...]
