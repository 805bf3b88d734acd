"""Whether the clock can be trusted: after a jump nothing is done by time alone until an operator has looked."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.commands import Command
from domain.case.decide import Call
from domain.centre.centre import NAMESPACE
from domain.facts import Fact

CLOCK_STREAM = uuid5(NAMESPACE, "clock")


class ClockJumped(Fact, frozen=True, kw_only=True, tag="clock.jumped"):
    """A node's wall clock moved by more than its steady clock: timers stop on every node.

    Attributes:
        seconds: by how much, negative where it went back.
    """

    seconds: int


class ClockConfirmed(Fact, frozen=True, kw_only=True, tag="clock.confirmed"):
    """An operator looked and found the clock right: timers go on."""


class ClockState(Struct, frozen=True):
    """Whether timers may fire; `jumped` is by how many seconds the clock moved, None while it is trusted."""

    jumped: int | None = None


class ReportJump(Command, frozen=True, kw_only=True):
    """The wall clock jumped (the centre itself says so)."""

    type: ClassVar[str] = "clock.report@1"
    seconds: int


class ConfirmClock(Command, frozen=True, kw_only=True):
    """The clock is right; by an operator, through the command line."""

    type: ClassVar[str] = "clock.confirm@1"


def evolve(fact: Fact, state: ClockState) -> ClockState:
    """Whether the clock is trusted after `fact`."""
    match fact:
        case ClockJumped():
            return ClockState(fact.seconds)
        case ClockConfirmed():
            return ClockState()
        case _:
            return state


def report(command: ReportJump, _call: Call, state: ClockState) -> list[tuple[UUID, Fact]]:
    """Stop, if nobody has before."""
    return [] if state.jumped is not None else [(CLOCK_STREAM, ClockJumped(seconds=command.seconds))]


def confirm(_command: ConfirmClock, _call: Call, state: ClockState) -> list[tuple[UUID, Fact]]:
    """Go on, where timers had stopped."""
    return [] if state.jumped is None else [(CLOCK_STREAM, ClockConfirmed())]
