"""Policies 政策动态 by time: the day from which one holds comes by itself, and once."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.case.commands import FireTimer
from domain.case.decide import Call, Decided
from domain.centre.publishing import midnight
from domain.timers import Timer, timer
from domain.training.content import Policy
from domain.training.publishing import Edition, PolicyTookEffect, TrainingBench


class PolicyTimer(StrEnum):
    """What a timer of a policy is for."""

    TAKES_EFFECT = "policy-takes-effect"


class PolicyBench(TrainingBench, Protocol):
    """The bench with editions by stream on it."""

    def edition_in(self, stream: UUID) -> Edition:
        """Everything that was published in a stream; nothing, if it is a stream of another kind."""
        ...


def timers_of(stream: UUID, edition: Edition) -> tuple[Timer[PolicyTimer], ...]:
    """The timer that a policy waits for: the first day of its newest version, unless that has come."""
    content = edition.content
    if not isinstance(content, Policy) or edition.in_effect == edition.newest:
        return ()
    at = midnight(content.effective)
    return (timer(stream, PolicyTimer.TAKES_EFFECT, at, str(edition.newest)),)


def fire(command: FireTimer, call: Call, bench: PolicyBench) -> Decided:
    """Decide a timer anew on the state of the moment; one that is not due, or no more, records nothing."""
    wanted = (command.kind, command.at.astimezone(UTC), command.about)
    for one in timers_of(call.lane, bench.edition_in(call.lane)):
        if (one.kind.value, one.at, one.about) == wanted and bench.now >= one.at:
            return [(call.lane, PolicyTookEffect(version=int(one.about), effective_at=one.at))]
    return []
