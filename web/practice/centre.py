"""The sandbox's centre: the one engine, with a gate that holds wrong acts back and a player that lets the story go on.

Calls are judged one after another on one thread, so that the gate knows of every act before the next is decided.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.decisions import Call
from domain.facts import Envelope, Fact
from domain.training.practice import PracticeOver, PracticeWrong
from domain.training.practice_acts import NOT_THE_TRAINEE, Cases, acts_in
from domain.training.practice_scoring import Marking, Refused
from store.answers import Answer
from store.centre import Centre
from store.judging import Gate
from store.receipts import CommandRefused

PAGE_OF_FACTS = 1_000
OF_THE_RUN = "practice."


class PracticeCentre(Centre):
    """The centre of one run."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Open the log; see `Centre`."""
        self._line = ThreadPoolExecutor(1, thread_name_prefix="practice")
        self._marking = Marking()
        self._marked = 0
        self._reading = threading.Lock()
        self.then: Callable[[], None] = _nothing
        super().__init__(*args, **kwargs)
        self.marking()

    def gate(self) -> Gate:
        """Holds back what is wrong in the step in which the trainee stands."""
        return self._hold_back

    def submit(self, call: Call) -> Future[Answer]:
        """Judge a call after all that were submitted before, and let the story go on after it."""
        return self._line.submit(self._judged, call)

    def submit_all(self, calls: Sequence[Call]) -> Future[list[Answer]]:
        """As `submit`, one after another."""
        return self._line.submit(lambda: [self._judged(call) for call in calls])

    def at_once(self, call: Call) -> Answer:
        """Judge a call of the story itself, from the thread on which calls are judged."""
        return self.writer.submit(call).result()

    def marking(self) -> Marking:
        """How the run stands at the head of the log."""
        with self._reading:
            self._catch_up()
            return self._marking

    def close(self) -> None:
        """Finish what waits and close the log."""
        self._line.shutdown(wait=True, cancel_futures=True)
        super().close()

    def _judged(self, call: Call) -> Answer:
        answer = self.at_once(call)
        self.then()
        return answer

    def _catch_up(self) -> None:
        while True:
            reached, page = self.stretch(self._marked, PAGE_OF_FACTS)
            for position, envelope in page:
                take(self._marking, position, envelope)
            if reached == self._marked:
                return
            self._marked = reached

    def _hold_back(self, call: Call, decided: Sequence[tuple[UUID, Fact]]) -> None:
        """Refuse what the scenario calls a mistake.

        Raises:
            PracticeWrong: it is one; `params` name the step, the action and its place among the step's mistakes.
            PracticeOver: the run has ended, and the trainee still acts.
        """
        if call.by.is_centre or call.by.is_resident or {str(role) for role in call.by.roles} <= NOT_THE_TRAINEE:
            return
        marking = self.marking()
        if marking.scenario is None:
            return
        of_cases = [(lane, fact) for lane, fact in decided if not _is_aside(fact)]
        if marking.ended and of_cases:
            raise PracticeOver
        cases = Cases(dict(marking.cases.items), dict(marking.cases.materials), dict(marking.cases.procedures))
        for lane, fact in decided:
            cases.note(lane, fact)
        done = [act for lane, fact in decided for act in acts_in(lane, fact, cases)]
        verdict, act, wrong = marking.verdict(done)
        if verdict == "wrong" and act is not None and not act.by_words and call.id not in marking.kept:
            step = marking.step
            raise PracticeWrong(step=step.id if step else "", action=act.action, wrong=wrong)


def _is_aside(fact: Fact) -> bool:
    """Whether a fact only says that somebody looked."""
    return str(fact.__struct_config__.tag).startswith(("record.", "session.", "device.", OF_THE_RUN))


def take(marking: Marking, position: int, envelope: Envelope) -> None:
    """Hand the next fact of a sandbox's log to whoever marks it."""
    fact = envelope.fact
    if isinstance(fact, CommandRefused):
        if envelope.meta.role not in NOT_THE_TRAINEE and fact.verdict == "refused":
            marking.refused(
                position, Refused(fact.type, fact.code, fact.params, command=envelope.meta.command, lane=fact.lane)
            )
        return
    marking.take(position, envelope)


def leap_days(days: int) -> timedelta:
    """So many days and a minute, so that what ends with the last of them is over."""
    return timedelta(days=days, minutes=1)


def _nothing() -> None:
    pass
