"""What is recorded of the way of an accepted case through the offices."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.calendar.limits import Due
from domain.facts import Fact, Sealed


class CaseReviewed(Fact, frozen=True, kw_only=True, tag="case.reviewed"):
    """A review step of the route was completed (审核).

    Attributes:
        step: id of the step in the item's route.
        opinion: words for colleagues, sealed under the applicant's key.
        step_due: by when the next step should be done.
    """

    step: str
    opinion: Sealed | None
    step_due: Due | None = None


class CaseHandedBack(Fact, frozen=True, kw_only=True, tag="case.handed_back"):
    """A step was given back to the one before it (退回上一步); both stay recorded.

    Attributes:
        step: the step that gave it back.
        to: the step that is due again.
        words: what is to be mended, sealed under the applicant's key.
        step_due: by when that step should be done.
    """

    step: str
    to: str
    words: Sealed
    step_due: Due | None = None


class ProcedureBegun(Fact, frozen=True, kw_only=True, tag="procedure.begun"):
    """A special procedure began; its days do not count, and the applicant was told in writing (特别程序, art. 45).

    Attributes:
        procedure: its id.
        kind: what it is, one of `domain.case.commands.ProcedureKind`.
        step: the excluded step of the route that it is, empty for any other.
        basis: the rule that lets it stop the clock.
        begins_on: first day that does not count, local.
        ends_on: planned last day that does not count, local.
        words: the written notice, sealed under the applicant's key.
        promised: the promised limit while the plan holds.
        statutory: the limit of the law while the plan holds.
    """

    procedure: UUID
    kind: str
    step: str
    basis: str
    begins_on: date
    ends_on: date
    words: Sealed
    promised: Due | None
    statutory: Due | None


class ProcedureProlonged(Fact, frozen=True, kw_only=True, tag="procedure.prolonged"):
    """A special procedure takes longer than planned, for a reason that the applicant was told.

    Attributes:
        begins_on: first day that does not count because of it: the day after the old end, or today if that is later.
        ends_on: new planned last day.
        words: the reason, sealed under the applicant's key.
    """

    procedure: UUID
    begins_on: date
    ends_on: date
    words: Sealed
    promised: Due | None
    statutory: Due | None


class ProcedureEnded(Fact, frozen=True, kw_only=True, tag="procedure.ended"):
    """A special procedure ended; the clock runs again from the next working day.

    Attributes:
        ended_on: last day of it, local; days after the planned end had counted.
        findings: what came of it, sealed under the applicant's key.
    """

    procedure: UUID
    ended_on: date
    findings: Sealed | None
    promised: Due | None
    statutory: Due | None
    step_due: Due | None = None


class ProcedureOverran(Fact, frozen=True, kw_only=True, tag="procedure.overran"):
    """A special procedure is past its planned end: it no longer stops the clock, though it goes on."""

    procedure: UUID
    ends_on: date


class ExtensionAsked(Fact, frozen=True, kw_only=True, tag="extension.asked"):
    """Whoever works on the case asked for more time (延期).

    Attributes:
        words: the reason, sealed under the applicant's key.
    """

    working_days: int
    words: Sealed


class ExtensionApproved(Fact, frozen=True, kw_only=True, tag="extension.approved"):
    """Another person approved more time before the limit ended, once; the applicant is told why (art. 42).

    Attributes:
        words: the reason as told, sealed under the applicant's key.
    """

    working_days: int
    asked_by: UUID
    words: Sealed
    promised: Due | None
    statutory: Due | None


class ExtensionRefused(Fact, frozen=True, kw_only=True, tag="extension.refused"):
    """More time was refused; it may be asked for again while the limit runs."""

    asked_by: UUID
    words: Sealed


class CaseConverted(Fact, frozen=True, kw_only=True, tag="case.converted"):
    """An immediate case needs a check after all and became a promised one (即办件转承诺件).

    Attributes:
        words: the reason, sealed under the applicant's key.
    """

    working_days: int
    words: Sealed
    promised: Due
    statutory: Due | None


class CaseTerminated(Fact, frozen=True, kw_only=True, tag="case.terminated"):
    """The case ended without a decision on it (终止).

    Attributes:
        cause: `death`, `object-lost` or `no-response`.
        words: the reason, sealed under the applicant's key.
    """

    cause: str
    words: Sealed


class CaseReturned(Fact, frozen=True, kw_only=True, tag="case.returned"):
    """The correction notice was never answered, so that the papers went back (退件); easily taken up again.

    Attributes:
        due: the date on the notice.
    """

    due: Due


class CaseReopened(Fact, frozen=True, kw_only=True, tag="case.reopened"):
    """An ended case was taken up again.

    Attributes:
        status: what it is now: `filed`, `correction`, `received` or `accepted`.
        words: the reason, sealed under the applicant's key; None where the applicant asked.
        respond_by: new date for the applicant, where it is their turn.
        notice: new notice limit, where the window must answer.
        answer_by: by when it must answer the applicant then; close of business for an immediate item.
        promised: new limits, where the desk must decide.
    """

    status: str
    words: Sealed | None
    respond_by: Due | None = None
    notice: Due | None = None
    promised: Due | None = None
    statutory: Due | None = None
    step_due: Due | None = None
    answer_by: Due | None = None


class ReopeningRefused(Fact, frozen=True, kw_only=True, tag="case.reopening_refused"):
    """Evidence that came after the decision was looked at and changes nothing.

    Attributes:
        words: the reason as told, sealed under the applicant's key.
    """

    words: Sealed
