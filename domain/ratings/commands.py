"""Commands on ratings, as devices send them; the lane is the rating's own stream unless it is said otherwise."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta as Limits

from domain.case.commands import Command, Reason, Words
from domain.ratings.facts import Level, Outcome, ReasonCode, Subject
from domain.visits.reception import Key

Reasons = Annotated[tuple[ReasonCode, ...], Limits(max_length=6)]


class InviteRating(Command, frozen=True, kw_only=True):
    """Ask whoever may rate a case or visit; by the centre once it has ended. Lane: `rated_stream` of the subject.

    Attributes:
        on: day of a visit.
        group: of a visit: together they name the line of its ticket.
    """

    type: ClassVar[str] = "rating.invite@1"
    subject_kind: Subject
    subject: UUID
    on: date | None = None
    group: Key | None = None


class GiveRating(Command, frozen=True, kw_only=True):
    """Rate a case or a visit. Lane: a new id that the device makes.

    Attributes:
        level: no value is set before the person has chosen one.
        on: day of a visit.
        group: of a visit.
    """

    type: ClassVar[str] = "rating.give@1"
    subject_kind: Subject
    subject: UUID
    level: Level
    reasons: Reasons = ()
    words: Words = ""
    channel: Literal["app", "sms", "counter"] = "app"
    on: date | None = None
    group: Key | None = None


class AmendRating(Command, frozen=True, kw_only=True):
    """Change one's rating, once, within its time."""

    type: ClassVar[str] = "rating.amend@1"
    level: Level
    reasons: Reasons = ()
    words: Words = ""


class AppealRating(Command, frozen=True, kw_only=True):
    """Hold, as one of the rated, that a rating is mistaken or malicious."""

    type: ClassVar[str] = "rating.appeal@1"
    reason: Reason


class DecideAppeal(Command, frozen=True, kw_only=True):
    """Decide an appeal, as somebody who neither was rated nor appealed."""

    type: ClassVar[str] = "rating.decide-appeal@1"
    upheld: bool
    reason: Reason


class AssignRectification(Command, frozen=True, kw_only=True):
    """Name who puts it right; a lead does, as often as needed."""

    type: ClassVar[str] = "rectification.assign@1"
    to: UUID


class CallBack(Command, frozen=True, kw_only=True):
    """Record that the rater was called back; who was reached needs no further notice of the reply."""

    type: ClassVar[str] = "rectification.call-back@1"
    reached: bool
    words: Reason


class DeferRectification(Command, frozen=True, kw_only=True):
    """Put it into the ledger with a later date, because it cannot be put right at once.

    Attributes:
        on: the last working day on which it may still be put right, local.
    """

    type: ClassVar[str] = "rectification.defer@1"
    on: date
    reason: Reason


class SettleRectification(Command, frozen=True, kw_only=True):
    """Say that it was put right, or that the law does not give what was asked for; after the rater was called back."""

    type: ClassVar[str] = "rectification.settle@1"
    outcome: Outcome
    words: Reason


class ReplyToRater(Command, frozen=True, kw_only=True):
    """Tell the rater the outcome."""

    type: ClassVar[str] = "rectification.reply@1"
    words: Reason


class CloseRectification(Command, frozen=True, kw_only=True):
    """Close it, as a lead, once it is settled and the rater has been told, or was erased."""

    type: ClassVar[str] = "rectification.close@1"


BY_PERSONS: tuple[type[Command], ...] = (
    GiveRating,
    AmendRating,
    AppealRating,
    DecideAppeal,
    AssignRectification,
    CallBack,
    DeferRectification,
    SettleRectification,
    ReplyToRater,
    CloseRectification,
)
"""Commands that devices may give."""

BY_CENTRE: tuple[type[Command], ...] = (InviteRating,)
