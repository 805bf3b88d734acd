"""Commands of the centre that time gives: deemed acceptance, timers, dates counted anew."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from domain.case.commands.base import Command, ShortText


class DeemAccepted(Command, frozen=True, kw_only=True):
    """The notice limit has passed without an answer: the case counts as accepted (逾期视为受理)."""

    type: ClassVar[str] = "case.deem@1"


class FireTimer(Command, frozen=True, kw_only=True):
    """A timer of the stream is due; decided anew on the state, so that one fired late, early or twice does no harm.

    Attributes:
        kind: see `domain.case.timers.TimerKind`.
        at: the instant of the timer, UTC.
        about: clock, step, procedure or material concerned, as the timer names it.
    """

    type: ClassVar[str] = "timer.fire@1"
    kind: ShortText
    at: datetime
    about: str = ""


class RecomputeDeadlines(Command, frozen=True, kw_only=True):
    """Count the open dates of a case anew with the calendar in force."""

    type: ClassVar[str] = "deadline.recompute@1"
