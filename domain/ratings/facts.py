"""What is recorded of ratings (国办发〔2019〕51号, GB/T 39734-2020, GB/T 39735-2020).

Everything that a person said, and what was said to or about them, is sealed under the key of whoever rated. A rating
stands on a stream of its own whose id follows from nothing, so that the staff who are rated cannot tell the case by it;
the stream of the rated case or visit only says which rating counts.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from domain.calendar.limits import Due
from domain.facts import Fact, Sealed

Subject = Literal["case", "visit"]
"""One matter one rating 一事一评, and one visit one rating 一次一评."""


class Level(StrEnum):
    """The five levels; none is set before the person has chosen."""

    VERY_SATISFIED = "very-satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically-satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very-dissatisfied"


BAD = frozenset({Level.DISSATISFIED, Level.VERY_DISSATISFIED})
"""Levels that open a rectification."""

ReasonCode = Literal[
    "fast",
    "clear",
    "no-trip",
    "kind",
    "slow",
    "unclear",
    "asked-again",
    "extra-papers",
    "extra-trips",
    "unkind",
    "system",
    "fee",
    "hours",
    "other",
]
"""What it was about, at the person's choice; the app has the words."""

Outcome = Literal["fixed", "no-basis"]
"""Put right; or explained, because no law gives what was asked for."""


class RatingInvited(Fact, frozen=True, kw_only=True, tag="rating.invited"):
    """Those who may rate a case or visit were asked whether they would like to; nobody has to.

    Attributes:
        item: id of the service item; empty for a visit without one.
        persons: applicant and agent, or the visitor.
        until: last moment at which it can be rated, UTC.
        on: day of a visit, which a device names to rate it.
        group: of a visit.
    """

    subject_kind: str
    subject: UUID
    item: str
    persons: tuple[UUID, ...]
    until: datetime
    on: date | None = None
    group: str | None = None


class SubjectRated(Fact, frozen=True, kw_only=True, tag="rating.counted"):
    """A case or visit has its one rating.

    Attributes:
        rating: the stream on which that stands.
    """

    rating: UUID


class RatingGiven(Fact, frozen=True, kw_only=True, tag="rating.given"):
    """A person rated a case or a visit.

    Attributes:
        rater: the applicant, the agent or the visitor.
        staff: who acted on it; they learn the level, and never by whom it was given.
        item: id of the service item; empty for a visit without one.
        unit: the line department of the item, or the hall; it answers for what is put right.
        amend_until: last moment at which the rater may change it, once, UTC.
        words: in the rater's own words, sealed under their key.
    """

    subject_kind: str
    subject: UUID
    rater: UUID
    staff: tuple[UUID, ...]
    item: str
    unit: str
    level: Level
    reasons: tuple[str, ...]
    words: Sealed | None
    channel: str
    amend_until: datetime


class RatingAmended(Fact, frozen=True, kw_only=True, tag="rating.amended"):
    """The rater changed the rating, once; what it was before stays recorded, and an open rectification stays open."""

    level: Level
    reasons: tuple[str, ...]
    words: Sealed | None


class RectificationOpened(Fact, frozen=True, kw_only=True, tag="rectification.opened"):
    """A bad rating must be put right or explained by a date (整改).

    Attributes:
        unit: that answers for it; never the rated staff themselves.
    """

    unit: str
    due: Due


class RectificationAssigned(Fact, frozen=True, kw_only=True, tag="rectification.assigned"):
    """A named person, none of the rated, puts it right."""

    to: UUID


class RaterCalledBack(Fact, frozen=True, kw_only=True, tag="rectification.called_back"):
    """The rater was called back to hear what went wrong (回访核实).

    Attributes:
        reached: whether they could be spoken to and were willing.
        words: what was said, sealed under the rater's key.
    """

    reached: bool
    words: Sealed


class RectificationDeferred(Fact, frozen=True, kw_only=True, tag="rectification.deferred"):
    """It cannot be put right at once: it stands in the ledger with a new date and a reason (建立台账限期整改).

    Attributes:
        words: the reason, sealed under the rater's key.
    """

    due: Due
    words: Sealed


class RectificationSettled(Fact, frozen=True, kw_only=True, tag="rectification.settled"):
    """It was put right, or nothing in law allows it and that is explained.

    Attributes:
        outcome: `fixed` or `no-basis`.
        words: what was done or why not, sealed under the rater's key.
    """

    outcome: str
    words: Sealed


class RaterAnswered(Fact, frozen=True, kw_only=True, tag="rectification.replied"):
    """The rater was told the outcome.

    Attributes:
        words: sealed under the rater's key.
    """

    words: Sealed


class RectificationClosed(Fact, frozen=True, kw_only=True, tag="rectification.closed"):
    """A lead found that everything has been done, or that the rater was erased and nobody can be told any more."""


class RectificationOverdue(Fact, frozen=True, kw_only=True, tag="rectification.overdue"):
    """The date passed before it was settled; flagged for good."""

    due: Due


class RatingAppealed(Fact, frozen=True, kw_only=True, tag="rating.appealed"):
    """One of the rated holds that the rating is mistaken or malicious (申诉).

    Attributes:
        words: the grounds, sealed under the rater's key, since they speak of them.
    """

    words: Sealed


class AppealDecided(Fact, frozen=True, kw_only=True, tag="rating.appeal_decided"):
    """A second person, neither rated nor the appellant, decided an appeal.

    Attributes:
        upheld: the rating no longer counts in any score; it is kept.
        words: the reason, sealed under the rater's key; None once that person was erased.
    """

    upheld: bool
    words: Sealed | None
