"""Simulated practice 模拟训练: a run of a scenario in a sandbox, and the one fact of it that the centre keeps.

The sandbox is a centre of its own with its own log. There stand, beside the facts of the cases, those of the run: they
all lie on one stream of the sandbox. The real centre's log holds `practice.finished` and nothing else of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Protocol
from uuid import UUID, uuid5

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.case.commands.base import Command, ShortText
from domain.case.decide import Call, Decided, decide
from domain.centre.centre import NAMESPACE
from domain.facts import Fact
from domain.refusals import NotFound, Refusal
from domain.training.content import Scenario, ScenarioStep

PRACTICE_STREAM = uuid5(NAMESPACE, "practice")
"""The stream of the run in its sandbox."""


class PracticeWrong(Refusal):
    """The act is not what the step of the scenario asks for; it was held back, so that the story can go on."""

    code = "practice-wrong"


class PracticeOver(Refusal):
    """The run has ended; it can be looked at, and nothing more is done in it."""

    code = "practice-over"


# Facts of the sandbox


class PracticeBegun(Fact, frozen=True, kw_only=True, tag="practice.begun"):
    """Somebody began to practise a scenario; the sandbox has opened.

    Attributes:
        scenario: as it was then.
        version: of the scenario.
    """

    scenario: Scenario
    version: int
    trainee: UUID


class PracticeStepBegan(Fact, frozen=True, kw_only=True, tag="practice.step_began"):
    """What happens at the beginning of a step has happened: now the trainee acts."""

    step: str


class PracticeSpoken(Fact, frozen=True, kw_only=True, tag="practice.spoken"):
    """The trainee said or did something that is no act on a case (解释、查找、保护隐私……).

    Attributes:
        choice: its place among the choices of the step.
    """

    step: str
    choice: int
    action: str
    args: dict[str, Any]


class PracticeHinted(Fact, frozen=True, kw_only=True, tag="practice.hinted"):
    """The trainee had the rule of the step shown before acting."""

    step: str


class PracticeKept(Fact, frozen=True, kw_only=True, tag="practice.kept"):
    """The trainee's device, without a line, keeps an act that will come later.

    Attributes:
        intent: its id.
        type: of the command, with its version.
    """

    step: str
    intent: UUID
    type: str


class PracticeLineCut(Fact, frozen=True, kw_only=True, tag="practice.line_cut"):
    """The trainee's device has no line from here on."""


class PracticeLineMended(Fact, frozen=True, kw_only=True, tag="practice.line_mended"):
    """The trainee's device has a line again."""


class PracticeEnded(Fact, frozen=True, kw_only=True, tag="practice.ended"):
    """The run is over: the last step was done, or the trainee gave it up."""

    given_up: bool = False


# The fact of the real centre


class PracticeFinished(Fact, frozen=True, kw_only=True, tag="practice.finished"):
    """Somebody finished a run of a scenario in a sandbox; it stands on a stream of its own.

    Attributes:
        version: of the scenario.
        points: scored, of `of`.
        begun_at: UTC.
        right: ids of the steps that were done without a mistake.
    """

    trainee: UUID
    scenario: str
    version: int
    points: int
    of: int
    pass_points: int
    passed: bool
    begun_at: datetime
    given_up: bool = False
    right: tuple[str, ...] = ()


# Commands


class BeginPractice(Command, frozen=True, kw_only=True):
    """Open a run in its sandbox (the service itself does so)."""

    type: ClassVar[str] = "practice.begin@1"
    scenario: Scenario
    version: int
    trainee: UUID


class BeginStep(Command, frozen=True, kw_only=True):
    """Let a step of the story begin (the service itself does so)."""

    type: ClassVar[str] = "practice.begin-step@1"
    step: ShortText


class CutLine(Command, frozen=True, kw_only=True):
    """Take the line of the trainee's device away, or give it back (the service itself does so)."""

    type: ClassVar[str] = "practice.cut-line@1"
    up: bool


class EndPractice(Command, frozen=True, kw_only=True):
    """End a run in its sandbox (the service itself does so)."""

    type: ClassVar[str] = "practice.end@1"
    given_up: bool = False


class Speak(Command, frozen=True, kw_only=True):
    """Say or do something that is no act on a case.

    Attributes:
        choice: its place among the choices of the step.
    """

    type: ClassVar[str] = "practice.speak@1"
    step: ShortText
    choice: Annotated[int, Meta(ge=0, le=99)]


class TakeHint(Command, frozen=True, kw_only=True):
    """Have the rule of the step shown."""

    type: ClassVar[str] = "practice.take-hint@1"
    step: ShortText


class KeepAct(Command, frozen=True, kw_only=True):
    """Say that the device keeps an act for which it has no line."""

    type: ClassVar[str] = "practice.keep-act@1"
    step: ShortText
    intent: UUID
    command: ShortText


class FinishPractice(Command, frozen=True, kw_only=True):
    """Record in the real centre how a run ended (the service itself does so)."""

    type: ClassVar[str] = "practice.finish@1"
    trainee: UUID
    scenario: ShortText
    version: int
    points: int
    of: int
    pass_points: int
    passed: bool
    begun_at: datetime
    given_up: bool = False
    right: tuple[str, ...] = ()


# The run at the head


class Practice(Struct, frozen=True, kw_only=True):
    """A run as it stands.

    Attributes:
        scenario: None before it has begun.
        step: of the story, that has begun last.
        line: whether the trainee's device has one.
    """

    scenario: Scenario | None = None
    version: int = 0
    trainee: UUID | None = None
    step: str = ""
    line: bool = True
    ended: bool = False
    hinted: frozenset[str] = frozenset()

    def step_of(self, step: str) -> ScenarioStep:
        """A step of the scenario.

        Raises:
            NotFound: there is none, or no run.
        """
        for one in self.scenario.steps if self.scenario else ():
            if one.id == step:
                return one
        raise NotFound


def evolve(fact: Fact, state: Practice) -> Practice:
    """The run after a fact of its stream."""
    match fact:
        case PracticeBegun(scenario=scenario, version=version, trainee=trainee):
            return Practice(scenario=scenario, version=version, trainee=trainee)
        case PracticeStepBegan(step=step):
            return replace(state, step=step)
        case PracticeHinted(step=step):
            return replace(state, hinted=state.hinted | {step})
        case PracticeLineCut():
            return replace(state, line=False)
        case PracticeLineMended():
            return replace(state, line=True)
        case PracticeEnded():
            return replace(state, ended=True)
        case _:
            return state


FACTS: tuple[type[Fact], ...] = (
    PracticeBegun,
    PracticeStepBegan,
    PracticeSpoken,
    PracticeHinted,
    PracticeKept,
    PracticeLineCut,
    PracticeLineMended,
    PracticeEnded,
)
"""Of the run's stream in a sandbox."""


class PracticeBench(Protocol):
    """What decisions on a run look at."""

    def practice(self) -> Practice:
        """The run of this sandbox; one without a scenario in a centre that is none."""
        ...


def _open(bench: PracticeBench) -> Practice:
    state = bench.practice()
    if state.scenario is None:
        raise NotFound
    if state.ended:
        raise PracticeOver
    return state


@decide.register
def _(command: BeginPractice, call: Call, bench: PracticeBench) -> Decided:
    if call.lane != PRACTICE_STREAM or bench.practice().scenario is not None:
        raise NotFound
    begun = PracticeBegun(scenario=command.scenario, version=command.version, trainee=command.trainee)
    return [(PRACTICE_STREAM, begun)]


@decide.register
def _(command: BeginStep, _call: Call, bench: PracticeBench) -> Decided:
    state = _open(bench)
    step = state.step_of(command.step)
    return [] if state.step == step.id else [(PRACTICE_STREAM, PracticeStepBegan(step=step.id))]


@decide.register
def _(command: CutLine, _call: Call, bench: PracticeBench) -> Decided:
    if _open(bench).line == command.up:
        return []
    return [(PRACTICE_STREAM, PracticeLineMended() if command.up else PracticeLineCut())]


@decide.register
def _(command: EndPractice, _call: Call, bench: PracticeBench) -> Decided:
    _open(bench)
    return [(PRACTICE_STREAM, PracticeEnded(given_up=command.given_up))]


@decide.register
def _(command: Speak, _call: Call, bench: PracticeBench) -> Decided:
    state = _open(bench)
    step = state.step_of(command.step)
    if step.id != state.step or command.choice >= len(step.choices):
        raise NotFound
    choice = step.choices[command.choice]
    spoken = PracticeSpoken(step=step.id, choice=command.choice, action=choice.action, args=choice.args)
    return [(PRACTICE_STREAM, spoken)]


@decide.register
def _(command: TakeHint, _call: Call, bench: PracticeBench) -> Decided:
    state = _open(bench)
    step = state.step_of(command.step)
    if step.id != state.step:
        raise NotFound
    return [] if step.id in state.hinted else [(PRACTICE_STREAM, PracticeHinted(step=step.id))]


@decide.register
def _(command: KeepAct, _call: Call, bench: PracticeBench) -> Decided:
    state = _open(bench)
    if state.line or command.step != state.step:
        return []
    kept = PracticeKept(step=command.step, intent=command.intent, type=command.command)
    return [(PRACTICE_STREAM, kept)]


@decide.register
def _(command: FinishPractice, call: Call, _bench: PracticeBench) -> Decided:
    finished = PracticeFinished(
        trainee=command.trainee,
        scenario=command.scenario,
        version=command.version,
        points=command.points,
        of=command.of,
        pass_points=command.pass_points,
        passed=command.passed,
        begun_at=command.begun_at,
        given_up=command.given_up,
        right=command.right,
    )
    return [(call.lane, finished)]
