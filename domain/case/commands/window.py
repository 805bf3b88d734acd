"""Commands of the window: correct, accept, decline."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta as Limits
from msgspec import Struct

from domain.case.commands.base import Command, LongText, Reason, ShortText, Words


class DefectFound(Struct, frozen=True):
    """One thing to put right.

    Attributes:
        material: the material concerned.
        file: the page concerned, None where the material is missing as a whole.
        code: kind of defect: `unreadable`, `incomplete`, `wrong-paper`, `expired`, `missing`, `mismatch` or `other`.
        words: the sentence for the applicant, as the clerk left it.
    """

    material: ShortText
    file: UUID | None
    code: ShortText
    words: ShortText


class RequestCorrection(Command, frozen=True, kw_only=True):
    """Tell the applicant at once everything that must be put right (一次性补正告知, Licensing Law art. 32)."""

    type: ClassVar[str] = "case.request-correction@1"
    defects: tuple[DefectFound, ...]


class GapAllowed(Struct, frozen=True):
    """A material that may follow.

    Attributes:
        working_days: within how many; None for the centre's usual time.
    """

    material: ShortText
    working_days: Annotated[int, Limits(ge=1, le=60)] | None = None


class VerdictOn(Struct, frozen=True):
    """What was found of one page.

    Attributes:
        good: whether it proves what it is for.
        code: kind of defect as in a correction notice, where it is not good.
        words: the reason, where it is not good.
        expires_on: the document's own last day, where it has one.
    """

    file: UUID
    good: bool
    code: Annotated[str, Limits(max_length=40)] = ""
    words: Annotated[str, Limits(max_length=200)] = ""
    expires_on: date | None = None


class VerifyPages(Command, frozen=True, kw_only=True):
    """Look at pages one by one and say what was found (核验); the last verdict on a page counts."""

    type: ClassVar[str] = "case.verify@1"
    verdicts: tuple[VerdictOn, ...]


class AskSecondNotice(Command, frozen=True, kw_only=True):
    """Ask the lead to let a second correction notice go out."""

    type: ClassVar[str] = "case.ask-second-notice@1"
    reason: Reason


class ApproveSecondNotice(Command, frozen=True, kw_only=True):
    """Let a second correction notice go out."""

    type: ClassVar[str] = "case.approve-second-notice@1"


class AcceptCase(Command, frozen=True, kw_only=True):
    """Take the case on (受理): the number is minted and the time limit starts.

    Attributes:
        checked: materials that the clerk ticked as checked.
        gaps: materials that may follow by a date, where the item allows it (容缺受理).
    """

    type: ClassVar[str] = "case.accept@1"
    checked: tuple[ShortText, ...] = ()
    gaps: tuple[GapAllowed, ...] = ()


class DeclineCase(Command, frozen=True, kw_only=True):
    """Decline to take the case on, in writing with the reason and the remedy (不予受理)."""

    type: ClassVar[str] = "case.decline@1"
    reason: LongText
    remedy: LongText


class RedirectCase(Command, frozen=True, kw_only=True):
    """Tell the applicant which office is competent (告知转办).

    Attributes:
        office: the right office, by name.
        how: how to reach it.
    """

    type: ClassVar[str] = "case.redirect@1"
    office: ShortText
    reason: Reason
    how: Words = ""


class VoidCase(Command, frozen=True, kw_only=True):
    """Strike out a case that was opened by mistake (作废)."""

    type: ClassVar[str] = "case.void@1"
    reason: Reason


class SuspectDuplicate(Command, frozen=True, kw_only=True):
    """Another open case looks like the same matter of the same person (the centre compares keyed indexes)."""

    type: ClassVar[str] = "duplicate.suspect@1"
    other: UUID


class ClearDuplicate(Command, frozen=True, kw_only=True):
    """Say that the suspected case is another matter."""

    type: ClassVar[str] = "case.clear-duplicate@1"
    other: UUID
    reason: Reason


class MergeCase(Command, frozen=True, kw_only=True):
    """Strike this case out in favour of the suspected one, which is the same matter."""

    type: ClassVar[str] = "case.merge@1"
    into: UUID
    reason: Reason
