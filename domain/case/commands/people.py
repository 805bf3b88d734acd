"""Commands for words about a case and for reading it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from domain.case.commands.base import Command, LongText, Position, Reason


class AddNote(Command, frozen=True, kw_only=True):
    """Leave a note for colleagues on the case; needs no claim."""

    type: ClassVar[str] = "case.note@1"
    text: LongText


class ViewRecord(Command, frozen=True, kw_only=True):
    """Say that a record was opened on screen: reads of personal data are facts.

    Attributes:
        position: the state that was shown.
        at: the device's clock.
        offline: whether it was shown from the device's own copy.
    """

    type: ClassVar[str] = "record.view@1"
    position: Position
    at: datetime
    offline: bool = False


class SendMessage(Command, frozen=True, kw_only=True):
    """Write to the centre, or as staff to the applicant, on the case."""

    type: ClassVar[str] = "case.message@1"
    text: LongText


class EndAgency(Command, frozen=True, kw_only=True):
    """End the agent's right to act on the case, as the applicant or for them."""

    type: ClassVar[str] = "case.end-agency@1"
    reason: Reason
