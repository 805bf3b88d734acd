"""Commands on who works on a case."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from domain.case.commands.base import Command, Reason, Words


class ClaimCase(Command, frozen=True, kw_only=True):
    """Take a case from the queue to work on it."""

    type: ClassVar[str] = "case.claim@1"


class ReleaseCase(Command, frozen=True, kw_only=True):
    """Put a claimed case back into the queue."""

    type: ClassVar[str] = "case.release@1"


class HandOver(Command, frozen=True, kw_only=True):
    """Give the case that one holds to a named colleague (转交)."""

    type: ClassVar[str] = "case.hand-over@1"
    to: UUID
    words: Words = ""


class RecallHandOver(Command, frozen=True, kw_only=True):
    """Take back what one handed over, while the colleague has not opened it."""

    type: ClassVar[str] = "case.recall@1"


class SendBack(Command, frozen=True, kw_only=True):
    """Give what was handed over back to its sender."""

    type: ClassVar[str] = "case.send-back@1"
    words: Words = ""


class AskTakeOver(Command, frozen=True, kw_only=True):
    """Ask the colleague who holds the case to give it to oneself."""

    type: ClassVar[str] = "case.ask-take-over@1"
    words: Words = ""


class KeepCase(Command, frozen=True, kw_only=True):
    """Keep the case that a colleague asked for; to give it is to hand it over."""

    type: ClassVar[str] = "case.keep@1"
    words: Words = ""


class BreakClaim(Command, frozen=True, kw_only=True):
    """Take a colleague's claim away, as the lead."""

    type: ClassVar[str] = "case.break-claim@1"
    reason: Reason


class ReassignCase(Command, frozen=True, kw_only=True):
    """Give the case to a member of staff, as the lead (改派); many cases are many of these."""

    type: ClassVar[str] = "case.reassign@1"
    to: UUID
    reason: Reason
