"""Looks at personal data that are facts of their own: a number shown in full, something printed."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from domain.case.commands.base import Command, ShortText
from domain.facts import Fact

Purpose = Literal["check-identity", "contact", "deliver", "register", "complaint", "audit"]
"""Why a number is needed in full: to check who somebody is, to reach them, to send or enter something, to answer a
complaint, or to audit. A closed list, so that the person concerned can read it in their language."""


class RecordUnmasked(Fact, frozen=True, kw_only=True, tag="record.unmasked"):
    """A member of staff was shown a number in full that is masked for whoever does not work on the case.

    Attributes:
        record: the case; the appointment or ticket whose visitor had to be reached.
        what: id of the field of its form; `contact` of a visit.
        purpose: as in `Purpose`.
    """

    record: UUID
    what: str
    purpose: str


class RecordPrinted(Fact, frozen=True, kw_only=True, tag="record.printed"):
    """A member of staff fetched something of a case to print or keep it.

    Attributes:
        record: the case.
        what: `result`, or the kind of the paper.
    """

    record: UUID
    what: str


class UnmaskRecord(Command, frozen=True, kw_only=True):
    """Ask for a number of a case in full, and say what for."""

    type: ClassVar[str] = "record.unmask@1"
    what: ShortText
    purpose: Purpose


class PrintRecord(Command, frozen=True, kw_only=True):
    """Say that the result or a paper of a case was fetched to be printed."""

    type: ClassVar[str] = "record.print@1"
    what: ShortText
