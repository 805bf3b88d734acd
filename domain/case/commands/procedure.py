"""Commands on the way of an accepted case through the offices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta as Limits

from domain.case.commands.base import Command, LongText, Reason, ShortText, Words


class ReviewCase(Command, frozen=True, kw_only=True):
    """Complete the review step that is due (审核).

    Attributes:
        opinion: what the next colleague should know.
    """

    type: ClassVar[str] = "case.review@1"
    opinion: Annotated[str, Limits(max_length=2000)] = ""


ProcedureKind = Literal[
    "hearing",
    "tender",
    "auction",
    "inspection",
    "testing",
    "quarantine",
    "appraisal",
    "expert-review",
    "public-notice",
    "assessment",
    "objection-period",
    "production",
]
"""Licensing Law art. 45 names the first eight; the others do not count where the item's own list says so."""


class HandBack(Command, frozen=True, kw_only=True):
    """Give the due step back to the one before it (退回上一步)."""

    type: ClassVar[str] = "case.hand-back@1"
    reason: Reason


class BeginProcedure(Command, frozen=True, kw_only=True):
    """Begin a special procedure, during which the clock stands still (特别程序, art. 45).

    Attributes:
        kind: what it is.
        basis: the rule that lets it stop the clock.
        ends_on: planned last day, local; today is the first.
        notice: the written notice to the applicant, how long it takes among it.
    """

    type: ClassVar[str] = "case.begin-procedure@1"
    kind: ProcedureKind
    basis: ShortText
    ends_on: date
    notice: LongText


class ProlongProcedure(Command, frozen=True, kw_only=True):
    """Give a special procedure more time.

    Attributes:
        ends_on: new planned last day, local.
        reason: as the applicant is told it.
    """

    type: ClassVar[str] = "case.prolong-procedure@1"
    procedure: UUID
    ends_on: date
    reason: Reason


class EndProcedure(Command, frozen=True, kw_only=True):
    """End a special procedure today."""

    type: ClassVar[str] = "case.end-procedure@1"
    procedure: UUID
    findings: Words = ""


class AskExtension(Command, frozen=True, kw_only=True):
    """Ask for more time, before the limit has passed (延期, art. 42).

    Attributes:
        working_days: None for the most that the item allows.
        reason: as the applicant will be told it.
    """

    type: ClassVar[str] = "case.ask-extension@1"
    working_days: Annotated[int, Limits(ge=1, le=60)] | None = None
    reason: Reason


class AnswerExtension(Command, frozen=True, kw_only=True):
    """Approve or refuse more time; not by whoever asked.

    Attributes:
        reason: as the applicant is told it, or why not.
    """

    type: ClassVar[str] = "case.answer-extension@1"
    approved: bool
    reason: Reason


class ConvertCase(Command, frozen=True, kw_only=True):
    """Make an immediate case a promised one, because a check is needed after all (即办件转承诺件)."""

    type: ClassVar[str] = "case.convert@1"
    reason: Reason


class TerminateCase(Command, frozen=True, kw_only=True):
    """End a case without a decision on it (终止)."""

    type: ClassVar[str] = "case.terminate@1"
    cause: Literal["death", "object-lost", "no-response"]
    reason: Reason
