"""What is shown of a run: on the way, without what gives the answer away; and how it went, afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.training.content import Play, Scenario, ScenarioStep
from domain.training.practice_scoring import Marked, Mistake, Score
from web.practice.rooms import About, Room
from web.practice.stage import papers_of, signed


class Spoken(Struct, frozen=True, kw_only=True):
    """Something that can be said or done; `choice` is its place in the step."""

    choice: int
    text_zh: str
    text_en: str


class Page(Struct, frozen=True, kw_only=True):
    """A page that the person shows at the window; its picture is asked for by place, material and number."""

    material: str
    number: int
    title_zh: str
    title_en: str


class Brought(Struct, frozen=True, kw_only=True):
    """What the person says and shows at the window, for the trainee's own device.

    Attributes:
        place: of the play in the step.
        bundle: of a linked filing of `items`; empty for one of `item` alone.
        answers: what the form asks, as they say it.
    """

    place: int
    item: str
    bundle: str = ""
    items: tuple[str, ...] = ()
    answers: dict[str, Any]
    declarations: tuple[str, ...]
    later: tuple[str, ...]
    pages: tuple[Page, ...]


class StepShown(Struct, frozen=True, kw_only=True):
    """A step as the trainee sees it while it goes on.

    Attributes:
        number: from 1.
        rule_zh: once the step is done, or its hint was taken; empty before.
        lane: the case on which the step was done.
        cuts: whether the trainee may go where the device has no line.
    """

    id: str
    number: int
    role: str
    happens_zh: str
    happens_en: str
    says_zh: str
    says_en: str
    choices: tuple[Spoken, ...]
    brings: tuple[Brought, ...]
    hinted: bool
    rule_zh: str = ""
    rule_en: str = ""
    mistakes: tuple[Mistake, ...] = ()
    points: int = 0
    of: int
    done: bool = False
    lane: UUID | None = None
    cuts: bool = False


class Cased(Struct, frozen=True, kw_only=True):
    """A case of the sandbox."""

    id: UUID
    item: str


class RunShown(Struct, frozen=True, kw_only=True):
    """A run as its trainee sees it.

    Attributes:
        steps: up to and with the one that goes on.
        count: how many there are.
        now: the time in the sandbox.
    """

    run: UUID
    scenario: str
    title_zh: str
    title_en: str
    background_zh: str
    background_en: str
    minutes: int
    version: int
    channel: str
    steps: tuple[StepShown, ...]
    count: int
    cases: tuple[Cased, ...]
    line: bool
    ended: bool
    given_up: bool
    passed: bool
    points: int
    of: int
    pass_points: int
    now: datetime
    own: bool = True
    stuck: str = ""


def shown(room: Room, *, own: bool) -> RunShown:
    """A run as it stands; blocking."""
    marking = room.centre.marking()
    scenario = marking.scenario
    assert scenario is not None
    score = marking.score
    return RunShown(
        run=room.about.run,
        scenario=scenario.id,
        title_zh=scenario.title_zh,
        title_en=scenario.title_en,
        background_zh=scenario.background_zh,
        background_en=scenario.background_en,
        minutes=scenario.minutes,
        version=room.about.version,
        channel=scenario.channel,
        steps=tuple(_steps(room, scenario, score, began=marking.began)),
        count=len(scenario.steps),
        cases=tuple(Cased(id=lane, item=item) for lane, item in marking.cases.items.items()),
        line=marking.has_line,
        ended=score.ended,
        given_up=score.given_up,
        passed=score.passed,
        points=score.points,
        of=score.of,
        pass_points=score.pass_points,
        now=room.clock(),
        own=own,
        stuck=room.stage.stuck,
    )


def _steps(room: Room, scenario: Scenario, score: Score, *, began: bool) -> Iterator[StepShown]:
    shown_until = len(scenario.steps) if score.ended else score.step + (1 if began else 0)
    for place, (step, marked) in enumerate(zip(scenario.steps, score.steps, strict=True)):
        if place < shown_until:
            yield _step(room, scenario, step, marked, number=place + 1, over=score.ended)


def _step(room: Room, scenario: Scenario, step: ScenarioStep, marked: Marked, *, number: int, over: bool) -> StepShown:
    tells = over or marked.done > 0 or marked.hinted
    return StepShown(
        id=step.id,
        number=number,
        role=step.role,
        happens_zh=step.happens_zh,
        happens_en=step.happens_en,
        says_zh=step.citizen_says_zh,
        says_en=step.citizen_says_en,
        choices=tuple(_choices(room.about.run, step)) if not marked.done and _may_speak(room, step) else (),
        brings=tuple(_brought(room, scenario, step)) if not marked.done else (),
        hinted=marked.hinted,
        rule_zh=step.rule_zh if tells else "",
        rule_en=step.rule_en if tells else "",
        mistakes=marked.mistakes,
        points=marked.points,
        of=marked.of,
        done=marked.done > 0,
        lane=marked.lane,
        cuts=not marked.done and any(play.do == "cut" for play in step.plays),
    )


def _may_speak(room: Room, step: ScenarioStep) -> bool:
    """What is said about syncing is said once there is a line."""
    return step.expected.action != "sync-offline" or room.centre.marking().has_line


def _choices(run: UUID, step: ScenarioStep) -> Iterator[Spoken]:
    """In an order that says nothing, the same for a run however often it is asked for."""
    places = sorted(range(len(step.choices)), key=lambda n: sha256(f"{run} {step.id} {n}".encode()).digest())
    for place in places:
        choice = step.choices[place]
        yield Spoken(choice=place, text_zh=choice.text_zh, text_en=choice.text_en)


def _brought(room: Room, scenario: Scenario, step: ScenarioStep) -> Iterator[Brought]:
    for place, play in enumerate(step.plays):
        if play.do == "bring":
            yield brought(room, scenario, play, place)


def brought(room: Room, scenario: Scenario, play: Play, place: int) -> Brought:
    """What the person of a play brings."""
    item = room.stage.item(play, scenario)
    answers = room.stage.answers(scenario, play)
    bundle = room.stage.bundle(play)
    titles = {material.id: material.name_en for material in item.materials}
    return Brought(
        place=place,
        item=item.id,
        bundle=bundle.id if bundle else "",
        items=play.items,
        answers=dict(answers),
        declarations=signed(item, answers),
        later=play.later,
        pages=tuple(
            Page(material=one.material, number=one.number, title_zh=one.title, title_en=titles.get(one.material, ""))
            for one in papers_of(item, play)
        ),
    )


class RunListed(Struct, frozen=True, kw_only=True):
    """A run in the list of its trainee."""

    run: UUID
    begun_at: datetime
    ended: bool
    given_up: bool
    passed: bool
    points: int
    of: int


def listed(about: About) -> RunListed:
    """A run as its trainee finds it in the list."""
    return RunListed(
        run=about.run,
        begun_at=about.begun_at,
        ended=about.ended,
        given_up=about.given_up,
        passed=about.passed,
        points=about.points,
        of=about.of,
    )


class Offered(Struct, frozen=True, kw_only=True):
    """A scenario as it is offered, without what happens in it.

    Attributes:
        steps: how many.
        points: of all of them.
        runs: one's own, the newest first.
    """

    id: str
    version: int
    title_zh: str
    title_en: str
    background_zh: str
    background_en: str
    channel: str
    minutes: int
    item_ids: tuple[str, ...]
    steps: int
    points: int
    pass_points: int
    runs: tuple[RunListed, ...]


def offered(scenario: Scenario, version: int, runs: Iterable[RunListed]) -> Offered:
    """A scenario as it is offered."""
    return Offered(
        id=scenario.id,
        version=version,
        title_zh=scenario.title_zh,
        title_en=scenario.title_en,
        background_zh=scenario.background_zh,
        background_en=scenario.background_en,
        channel=scenario.channel,
        minutes=scenario.minutes,
        item_ids=scenario.item_ids,
        steps=len(scenario.steps),
        points=sum(step.points for step in scenario.steps),
        pass_points=scenario.pass_points,
        runs=tuple(runs),
    )
