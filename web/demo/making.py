"""Lets the demonstration's history happen: steps and what time brings, in order, under a clock that walks to now."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.acts import ENDED, CaseStatus
from domain.case.commands import ArchiveCase, DispatchResult, IssueResult
from domain.decisions import Call
from store.answers import Answer
from store.centre import Centre
from store.itself import CENTRE_ACTOR
from store.log import Entry, leaf_hash
from web.timers.scheduler import Timers

WINDOW = timedelta(minutes=30)
"""What happens within it is committed together; a timer within it is noticed so much later at most."""
ARCHIVED_AFTER = timedelta(days=60)
ASKS_FOR_EFFECTS = frozenset({IssueResult.type, DispatchResult.type})


class SeedingFailed(RuntimeError):
    """A command of the demonstration's own history was not answered as the story has it: a defect in one of both."""


class Step(Struct, frozen=True):
    """One command at its time, UTC.

    Attributes:
        refused: code of the refusal with which it is answered; empty where it is applied.
    """

    at: datetime
    call: Call
    refused: str = ""


class Clock:
    """A clock that stands until it is set, or goes through given times, one each time it is asked."""

    def __init__(self, now: datetime) -> None:
        """Stop at `now`."""
        self.now = now
        self._ahead: deque[datetime] = deque()

    def __call__(self) -> datetime:
        """The time it shows, UTC."""
        if self._ahead:
            self.now = self._ahead.popleft()
        return self.now

    def go_through(self, times: Iterable[datetime]) -> None:
        """Show these times next; they never lie before the last one."""
        for at in times:
            self._ahead.append(max(at, self._ahead[-1] if self._ahead else self.now))

    def seconds(self) -> float:
        """The same time in seconds; nobody sets this clock but the history itself."""
        return self.now.timestamp()

    @property
    def is_through(self) -> bool:
        """Whether every given time has been asked for."""
        return not self._ahead


class Follower(Protocol):
    """Whatever does outside the log what the log asks for."""

    def catch_up(self) -> None:
        """Read the log to its head and do what it asks for."""
        ...


class History:
    """What happens in the centre until now.

    Args:
        centre: with everything published.
        clock: the centre's.
        followers: what follows outside the log, done as soon as it is asked for.
    """

    def __init__(self, centre: Centre, clock: Clock, *followers: Follower) -> None:
        """Begin at the time that the clock shows."""
        self._centre = centre
        self._clock = clock
        self._followers = followers
        self._timers = Timers(centre, centre.folder / "timers", clock=clock, ticks=clock.seconds, say=_refuse_jump)
        self._gathered: list[Step] = []
        self._ended: dict[UUID, datetime] = {}

    def happen(self, steps: Iterable[Step], *, until: datetime) -> None:
        """Let the steps happen, and everything that time brings in between.

        Args:
            steps: in order of time; those after `until` do not happen.
            until: the end of the history, UTC.

        Raises:
            SeedingFailed: the history does not fit the rules.
        """
        for step in steps:
            if step.at > until:
                break
            self._pass_time(step.at)
            self._gathered.append(step)
            if step.call.command.type in ASKS_FOR_EFFECTS:
                self._commit()
        self._commit()
        self._pass_time(until)
        self._clock.now = max(self._clock.now, until)

    def _pass_time(self, at: datetime) -> None:
        if self._gathered and at - self._gathered[0].at >= WINDOW:
            self._commit()
        while (due := self._timers.standing().next_at) is not None and due <= at:
            self._commit()
            self._clock.now = max(self._clock.now, due)
            self._timers.turn()
        self._archive(at)

    def _archive(self, at: datetime) -> None:
        """Close the packages of what ended long enough ago, unless somebody must still look at it."""
        for case in [case for case, ended in self._ended.items() if ended + ARCHIVED_AFTER <= at]:
            self._commit()
            closed_at = self._ended.pop(case) + ARCHIVED_AFTER
            state = self._centre.case(case)
            if state.status in ENDED and not (state.evidence or state.sampling_due):
                command = package_of(self._centre, case)
                call = Call(id=uuid5(case, "archive"), lane=case, command=command, by=CENTRE_ACTOR)
                self._carry_out([Step(closed_at, call)])

    def _commit(self) -> None:
        steps, self._gathered = self._gathered, []
        if steps:
            self._carry_out(steps)

    def _carry_out(self, steps: Sequence[Step]) -> None:
        """Let the steps be judged together, each at its own time, and what is due by then."""
        self._clock.go_through(step.at for step in steps)
        answers = self._centre.submit_all([step.call for step in steps]).result()
        for step, answer in zip(steps, answers, strict=True):
            _require_as_told(step, answer)
        if not self._clock.is_through:
            raise SeedingFailed("the clock was not asked once for each command")
        self._timers.turn()
        for follower in self._followers:
            follower.catch_up()
        for stream in dict.fromkeys(step.call.lane for step in steps):
            self._note_end(stream)

    def _note_end(self, stream: UUID) -> None:
        if self._centre.case(stream).status in ENDED - {CaseStatus.ARCHIVED}:
            self._ended.setdefault(stream, self._clock.now)
        else:
            self._ended.pop(stream, None)


def _refuse_jump(said: str) -> None:
    raise SeedingFailed(said)


def package_of(centre: Centre, case: UUID) -> ArchiveCase:
    """The command that closes a case's package, with the digest of what it holds now."""
    rows = centre.event_log.rows(case)
    digest = hashlib.sha256(b"".join(leaf_hash(centre.origin, Entry(*row[1:])) for row in rows))
    return ArchiveCase(digest=digest.hexdigest(), leaves=len(rows))


def _require_as_told(step: Step, answer: Answer) -> None:
    expected = ("refused", step.refused) if step.refused else ("applied", None)
    if (answer.verdict, answer.code) != expected:
        call = step.call
        raise SeedingFailed(f"{call.command.type} on {call.lane} at {step.at}: {answer.code} {answer.params}")
