"""What is recorded of the clocks of a case: alarms, missed dates, and dates counted anew."""

from __future__ import annotations

from msgspec import Struct

from domain.calendar.limits import Due
from domain.facts import Fact


class DeadlineNeared(Fact, frozen=True, kw_only=True, tag="deadline.neared"):
    """Part of a limit has passed (alarm ladder: 50 %, 80 %).

    Attributes:
        clock: `promised` or `statutory`.
        share: per cent of the time that counts.
        due: the limit.
    """

    clock: str
    share: int
    due: Due


class CaseOverdue(Fact, frozen=True, kw_only=True, tag="case.overdue"):
    """A limit passed without a decision: flagged for good, and the decision must say why (逾期).

    Attributes:
        clock: `promised` or `statutory`.
        due: the limit.
    """

    clock: str
    due: Due


class StepOverdue(Fact, frozen=True, kw_only=True, tag="step.overdue"):
    """A step took longer than its working hours.

    Attributes:
        step: id of the step in the item's route.
        due: its limit.
    """

    step: str
    due: Due


class DeliveryOverdue(Fact, frozen=True, kw_only=True, tag="delivery.overdue"):
    """The result was not delivered within its limit (Licensing Law art. 44)."""

    due: Due


class GapOverdue(Fact, frozen=True, kw_only=True, tag="gap.overdue"):
    """A material that was promised did not come by its date."""

    material: str
    due: Due


class DateMoved(Struct, frozen=True):
    """One date before and after a new calendar.

    Attributes:
        clock: a name of `domain.case.standing.clocks`.
    """

    clock: str
    before: Due
    after: Due


class DeadlineRecomputed(Fact, frozen=True, kw_only=True, tag="deadline.recomputed"):
    """A new calendar changed dates of the case that had not passed (only these are named)."""

    calendar_version: int
    moved: tuple[DateMoved, ...]
