"""A rating with its rectification and appeal, and the case or visit that it is of; folding only assigns."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar.limits import Due
from domain.facts import Fact
from domain.ratings import facts as f
from domain.ratings.facts import Level


class Rectification(Struct, frozen=True, kw_only=True):
    """What is done about a bad rating.

    Attributes:
        responsible: None until a lead has named somebody.
        call_backs: how often the rater was called, whether or not they were reached.
        deferred: whether it stands in the ledger with a later date.
    """

    unit: str
    due: Due
    responsible: UUID | None = None
    call_backs: int = 0
    deferred: bool = False
    outcome: str | None = None
    replied: bool = False
    closed: bool = False
    overdue: bool = False


class Appeal(Struct, frozen=True):
    """An objection of one of the rated; `upheld` is None until somebody else has decided it."""

    by: UUID
    upheld: bool | None = None


class Rating(Struct, frozen=True, kw_only=True):
    """A rating as decisions see it.

    Attributes:
        level: None until it was given.
        excluded: an appeal was upheld; it counts in no score.
    """

    subject_kind: str = ""
    subject: UUID | None = None
    rater: UUID | None = None
    staff: tuple[UUID, ...] = ()
    item: str = ""
    unit: str = ""
    level: Level | None = None
    amended: bool = False
    amend_until: datetime | None = None
    rectification: Rectification | None = None
    appeal: Appeal | None = None

    @property
    def excluded(self) -> bool:
        """Whether it counts in no score."""
        return self.appeal is not None and self.appeal.upheld is True

    @property
    def is_being_rectified(self) -> bool:
        """Whether somebody must still do something about it."""
        return self.rectification is not None and not self.rectification.closed


class Rated(Struct, frozen=True):
    """A case or visit, as far as ratings go.

    Attributes:
        until: last moment at which it can be rated, None while nobody was invited.
        rating: the stream of its rating, None while there is none.
    """

    until: datetime | None = None
    rating: UUID | None = None


def rated_stream(subject: UUID) -> UUID:
    """The stream of a case or ticket that says which rating it has."""
    return uuid5(subject, "rated")


def evolve_rated(fact: Fact, rated: Rated) -> Rated:
    """The case or visit after `fact`."""
    match fact:
        case f.RatingInvited():
            return replace(rated, until=fact.until)
        case f.SubjectRated():
            return replace(rated, rating=fact.rating)
        case _:
            return rated


def evolve(fact: Fact, rating: Rating, *, by: UUID) -> Rating:
    """The rating after `fact`, recorded by the person `by`."""
    match fact:
        case f.RatingGiven():
            return replace(
                rating,
                subject_kind=fact.subject_kind,
                subject=fact.subject,
                rater=fact.rater,
                staff=fact.staff,
                item=fact.item,
                unit=fact.unit,
                level=fact.level,
                amend_until=fact.amend_until,
            )
        case f.RatingAmended():
            return replace(rating, level=fact.level, amended=True)
        case f.RatingAppealed():
            return replace(rating, appeal=Appeal(by))
        case f.AppealDecided() if rating.appeal is not None:
            return replace(rating, appeal=replace(rating.appeal, upheld=fact.upheld))
        case f.RectificationOpened():
            return replace(rating, rectification=Rectification(unit=fact.unit, due=fact.due))
        case _ if rating.rectification is not None:
            return replace(rating, rectification=_evolve_rectification(fact, rating.rectification))
        case _:
            return rating


def _evolve_rectification(fact: Fact, one: Rectification) -> Rectification:
    match fact:
        case f.RectificationAssigned():
            return replace(one, responsible=fact.to)
        case f.RaterCalledBack():
            return replace(one, call_backs=one.call_backs + 1)
        case f.RectificationDeferred():
            return replace(one, due=fact.due, deferred=True)
        case f.RectificationSettled():
            return replace(one, outcome=fact.outcome)
        case f.RaterAnswered():
            return replace(one, replied=True)
        case f.RectificationClosed():
            return replace(one, closed=True)
        case f.RectificationOverdue():
            return replace(one, overdue=True)
        case _:
            return one


FACTS: tuple[type[Fact], ...] = (
    f.RatingGiven,
    f.RatingAmended,
    f.RectificationOpened,
    f.RectificationAssigned,
    f.RaterCalledBack,
    f.RectificationDeferred,
    f.RectificationSettled,
    f.RaterAnswered,
    f.RectificationClosed,
    f.RectificationOverdue,
    f.RatingAppealed,
    f.AppealDecided,
)
"""Every kind of fact that stands on a rating's stream."""

OF_THE_RATED: tuple[type[Fact], ...] = (f.RatingInvited, f.SubjectRated)
"""Facts on the stream of the rated case or visit."""
