"""Commands of the centre about effects outside the system."""

from __future__ import annotations

from typing import ClassVar

from domain.case.commands.base import Command


class ClaimEffect(Command, frozen=True, kw_only=True):
    """Claim an effect outside the system before doing it, so that it happens once.

    Attributes:
        position: of the fact that asks for it.
        channel: `post`, `sms`.
    """

    type: ClassVar[str] = "effect.claim@1"
    position: int
    channel: str


class ReportEffect(Command, frozen=True, kw_only=True):
    """Say that an effect was claimed and its outcome is unknown, so that staff look into it.

    Attributes:
        position: of the fact that asked for it.
    """

    type: ClassVar[str] = "effect.report@1"
    position: int
    channel: str
