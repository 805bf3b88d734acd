"""Scoring a run of a scenario from the facts of its sandbox alone: the same facts always give the same score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from msgspec import Struct

from domain.facts import Envelope
from domain.training.content import ExpectedAct, Scenario, ScenarioStep, WrongAct
from domain.training.practice import (
    PracticeBegun,
    PracticeEnded,
    PracticeHinted,
    PracticeKept,
    PracticeLineCut,
    PracticeLineMended,
    PracticeStepBegan,
    PracticeWrong,
)
from domain.training.practice_acts import Cases, Done, Weight, acts_of, tried

HINT_COSTS = 2
"""A step whose rule was shown before the act gives its points divided by this, rounded down."""


class Refused(Struct, frozen=True):
    """A command of the trainee that was refused, as its receipt has it."""

    type: str
    code: str
    params: Mapping[str, Any]
    command: UUID | None = None
    lane: UUID | None = None


class Mistake(Struct, frozen=True, kw_only=True):
    """Something that was not what the step asks for.

    Attributes:
        position: in the sandbox's log, of the fact or of the receipt that shows it.
        wrong: its place among the step's mistakes; None for one that the scenario does not name.
        lane: the case on which it was tried; None for words.
    """

    position: int
    action: str
    wrong: int | None
    feedback_zh: str
    feedback_en: str
    lane: UUID | None = None


class Marked(Struct, frozen=True, kw_only=True):
    """How one step went.

    Attributes:
        began: position at which the trainee could act; 0 before.
        done: position of the expected act; 0 while it is not done.
        lane: the case on which it was done.
    """

    step: str
    of: int
    points: int = 0
    began: int = 0
    done: int = 0
    hinted: bool = False
    lane: UUID | None = None
    mistakes: tuple[Mistake, ...] = ()


class Score(Struct, frozen=True, kw_only=True):
    """How a run went, or goes.

    Attributes:
        step: place of the step in which the trainee acts; the number of steps when all are done.
    """

    steps: tuple[Marked, ...]
    step: int
    points: int
    of: int
    pass_points: int
    passed: bool
    ended: bool
    given_up: bool


class Marking:
    """A run being marked, fact by fact, in the order of the sandbox's log."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self.scenario: Scenario | None = None
        self.cases = Cases()
        self.at = 0
        self.began = False
        self._ended: PracticeEnded | None = None
        self.has_line = True
        self._kept: dict[UUID, int] = {}
        self._waiting: set[UUID | None] = set()
        self._marked: list[Marked] = []

    @property
    def step(self) -> ScenarioStep | None:
        """The step in which the trainee acts; None before the first and after the last."""
        steps = self.scenario.steps if self.scenario else ()
        return steps[self.at] if self.at < len(steps) else None

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self._ended is not None

    @property
    def kept(self) -> frozenset[UUID]:
        """Acts that the device kept for want of a line: judged where they were done."""
        return frozenset(self._kept)

    @property
    def waits(self) -> bool:
        """Whether something that the device kept has still to come in."""
        return bool(self._waiting)

    @property
    def score(self) -> Score:
        """How the run stands."""
        assert self.scenario is not None
        steps = tuple(self._marked)
        points = sum(one.points for one in steps)
        return Score(
            steps=steps,
            step=self.at,
            points=points,
            of=sum(one.of for one in steps),
            pass_points=self.scenario.pass_points,
            passed=points >= self.scenario.pass_points and self.at == len(steps),
            ended=self._ended is not None,
            given_up=self._ended is not None and self._ended.given_up,
        )

    def take(self, position: int, envelope: Envelope) -> None:
        """Take the next fact of the log."""
        self._waiting.discard(envelope.meta.command)
        match envelope.fact:
            case PracticeBegun(scenario=scenario):
                self.scenario = scenario
                self._marked = [Marked(step=one.id, of=one.points) for one in scenario.steps]
            case PracticeStepBegan():
                self.began = True
                self._note(began=position)
            case PracticeHinted():
                self._note(hinted=True)
            case PracticeKept():
                self._keep(envelope.fact, position)
            case PracticeEnded():
                self._ended = envelope.fact
            case PracticeLineCut() | PracticeLineMended():
                self.has_line = isinstance(envelope.fact, PracticeLineMended)
            case _:
                self._judge(position, envelope)

    def refused(self, position: int, refused: Refused) -> None:
        """Take the next receipt of a command of the trainee's that was refused."""
        self._waiting.discard(refused.command)
        step = self.step
        if step is None or not self.began:
            return
        if refused.code == PracticeWrong.code:
            action = str(refused.params.get("action", ""))
            self._err(position, step, action, refused.params.get("wrong"), refused.lane)
            return
        action = tried(refused.type, refused.code)
        named = named_mistake(step, Done(action=action, weight=Weight.LIGHT))
        if action and action != step.expected.action and named is not None:
            self._err(position, step, action, named, refused.lane)

    def verdict(self, done: Iterable[Done]) -> tuple[str, Done | None, int | None]:
        """What acts mean now: `right`, `wrong` with the act and its place among the mistakes, or `neither`."""
        acts, step = tuple(done), self.step
        if step is None or not self.began or self._ended is not None:
            return "neither", None, None
        firm = [act for act in acts if act.weight is not Weight.OPENS]
        for act in firm:
            if is_expected(act, step.expected):
                return "right", act, None
        for act in firm:
            wrong = named_mistake(step, act)
            if wrong is not None or act.weight is Weight.FIRM or act.action == step.expected.action:
                return "wrong", act, wrong
        for act in acts:
            if is_expected(act, step.expected):
                return "right", act, None
        return "neither", None, None

    def _judge(self, position: int, envelope: Envelope) -> None:
        done = acts_of(envelope, self.cases)
        if not done or envelope.meta.command in self._kept:
            return
        verdict, act, wrong = self.verdict(done)
        step = self.step
        if verdict == "right" and act is not None:
            self._finish(position, None if act.by_words else act.lane)
        elif verdict == "wrong" and act is not None and step is not None:
            self._err(position, step, act.action, wrong, None if act.by_words else act.lane)

    def _keep(self, kept: PracticeKept, position: int) -> None:
        """An act that the device keeps counts when it is done, not when it arrives."""
        step = self.step
        self._kept[kept.intent] = position
        self._waiting.add(kept.intent)
        if step is not None and step.id == kept.step and is_kept_act(step, kept.type):
            self._finish(position, None)

    def _finish(self, position: int, lane: UUID | None) -> None:
        marked = self._marked[self.at]
        points = 0 if marked.mistakes else marked.of // (HINT_COSTS if marked.hinted else 1)
        self._note(done=position, points=points, lane=lane)
        self.at, self.began = self.at + 1, False

    def _err(self, position: int, step: ScenarioStep, action: str, wrong: Any, lane: UUID | None) -> None:
        zh, en = feedback_of(step, wrong if isinstance(wrong, int) else None)
        mistake = Mistake(
            position=position,
            action=action,
            wrong=wrong if isinstance(wrong, int) else None,
            feedback_zh=zh,
            feedback_en=en,
            lane=lane,
        )
        self._note(mistakes=(*self._marked[self.at].mistakes, mistake))

    def _note(self, **changes: Any) -> None:
        if self.at < len(self._marked):
            marked = self._marked[self.at]
            known = {name: getattr(marked, name) for name in Marked.__struct_fields__}
            self._marked[self.at] = Marked(**{**known, **changes})


OFFLINE_ACTS: Mapping[str, str] = {"case.review": "record-visit", "case.note": "record-visit"}
"""What a device may keep without a line, and the action for which it stands."""


def is_kept_act(step: ScenarioStep, type: str) -> bool:
    """Whether an act that the device keeps is what the step asks for."""
    return step.expected.action == OFFLINE_ACTS.get(type.partition("@")[0], "")


def feedback_of(step: ScenarioStep, wrong: int | None) -> tuple[str, str]:
    """What to say of a mistake, Chinese and English; the step's rule for one that the scenario does not name."""
    if wrong is None or not 0 <= wrong < len(step.wrong):
        return step.rule_zh, step.rule_en
    return step.wrong[wrong].feedback_zh, step.wrong[wrong].feedback_en


def named_mistake(step: ScenarioStep, done: Done) -> int | None:
    """The place of an act among the mistakes that the step names, or None."""
    for place, wrong in enumerate(step.wrong):
        if wrong.action == done.action and _fits(wrong, done):
            return place
    return None


def is_expected(done: Done, expected: ExpectedAct) -> bool:
    """Whether an act is the expected one, with its arguments in whatever order."""
    return done.action == expected.action and all(_agrees(done, key, value) for key, value in expected.args.items())


def _fits(wrong: WrongAct, done: Done) -> bool:
    return wrong.args is None or all(_agrees(done, key, value) for key, value in wrong.args.items())


def _agrees(done: Done, key: str, wanted: Any) -> bool:
    """Whether one argument agrees; of what an act on a case does not record nothing is asked."""
    known = done.args.get(key)
    match key:
        case "keep":
            return not set(_words(wanted)) & set(_words(done.args.get("missing", ())))
        case "missing":
            return {one.partition(":")[0] for one in _words(wanted)} == set(_words(known))
        case "materials" if not done.by_words:
            return set(_words(wanted)) <= set(_words(known))
        case "items" | "look_at" | "options" | "fields" | "delete":
            return {*_words(wanted)} == {*_words(known)}
        case _ if known is None and not done.by_words:
            return True
        case _:
            return bool(known == wanted)


def _words(value: Any) -> Sequence[str]:
    return [str(one) for one in cast("Sequence[Any]", value)] if isinstance(value, list | tuple) else ()


def marked(facts: Iterable[tuple[int, Envelope | tuple[Envelope, Refused]]]) -> Marking:
    """A whole log marked: facts with their positions; a receipt of a refusal comes with what it says."""
    marking = Marking()
    for position, one in facts:
        if isinstance(one, Envelope):
            marking.take(position, one)
        else:
            marking.refused(position, one[1])
    return marking
