"""Whether content holds together: what it refers to is there, answers are among the options, points can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, cast

import msgspec

from domain.catalogue.items import Material, ServiceItem
from domain.rights.table import OFFICE
from domain.training.content import (
    ACTIONS,
    SPOKEN,
    CertificateKind,
    Content,
    Course,
    ExpectedAct,
    Kind,
    Policy,
    Question,
    QuestionAndAnswer,
    Scenario,
    ScenarioStep,
    Topic,
)
from domain.training.limits import Fault, Path, limit_faults

LETTERS = "ABCDEFGHIJ"
ROLES = frozenset(role.value for role in OFFICE)
"""In which somebody acts in a scenario."""
_PARTS = re.compile(r"[^.\[\]]+|\[[^\]]+\]")


class Around(Protocol):
    """What content may refer to."""

    def newest_item(self, item_id: str) -> ServiceItem | None:
        """The newest version of an item of the catalogue."""
        ...

    def has(self, kind: Kind, content_id: str) -> bool:
        """Whether there is a thing of that kind."""
        ...

    def has_lesson(self, lesson_id: str) -> bool:
        """Whether a course has that lesson."""
        ...


class Nowhere(LookupError):
    """The path leads to nothing in the item."""


def value_at(item: ServiceItem, path: str) -> Any:
    """What stands in the catalogue at the path of a `CatalogueFact`.

    Raises:
        Nowhere: nothing does.
    """
    here: Any = msgspec.to_builtins(item)
    try:
        for part in _PARTS.findall(path):
            here = _named(part[1:-1], here) if part.startswith("[") else here[part]
    except (KeyError, StopIteration, TypeError) as error:
        raise Nowhere(path) from error
    return here


def _named(name: str, parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return next(one for one in parts if name in (one.get("id"), one.get("step"), one.get("type")))


def is_stale(question: Question, item: ServiceItem | None) -> bool:
    """Whether the catalogue says something else now than when the question was written.

    Args:
        question: of the bank.
        item: the newest version of the item that its `catalogue_fact` names; None where it is gone.
    """
    fact = question.catalogue_fact
    if fact is None:
        return False
    try:
        return item is None or value_at(item, fact.path) != fact.equals
    except Nowhere:
        return True


def faults_of(content: Content, around: Around) -> tuple[Fault, ...]:
    """What is wrong with a thing; nothing for a sound one."""
    match content:
        case Course():
            found = _course(content, around)
        case Topic():
            found = _unknown_lessons(content, around)
        case Question():
            found = _question(content, around)
        case Scenario():
            found = _scenario(content, around)
        case Policy() | QuestionAndAnswer():
            found = _items(content.item_ids, around)
        case CertificateKind():
            found = _certificate(content, around)
    return (*limit_faults(content), *found)


def _items(ids: Sequence[str], around: Around, at: Path = ("item_ids",)) -> Iterator[Fault]:
    for place, item in enumerate(ids):
        if around.newest_item(item) is None:
            yield Fault((*at, place), f"there is no item {item}", f"没有事项 {item}")


def _course(course: Course, around: Around) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, lesson in enumerate(course.lessons):
        if lesson.id in seen:
            yield Fault(("lessons", place, "id"), f"{lesson.id} stands twice", f"{lesson.id} 写了两遍")
        if not lesson.id.startswith(f"{course.id}-"):
            yield Fault(
                ("lessons", place, "id"),
                f"it does not begin with {course.id}-, the course that it belongs to",
                f"要以所属课程 {course.id}- 开头",
            )
        seen.add(lesson.id)
        yield from _items(lesson.item_ids, around, ("lessons", place, "item_ids"))


def _unknown_lessons(topic: Topic, around: Around) -> Iterator[Fault]:
    for place, lesson in enumerate(topic.lesson_ids):
        if not around.has_lesson(lesson):
            yield Fault(("lesson_ids", place), f"there is no lesson {lesson}", f"没有课 {lesson}")


def _question(question: Question, around: Around) -> Iterator[Fault]:
    yield from _items(question.item_ids, around)
    if not question.item_ids:
        yield Fault(("item_ids",), "it is tied to no item", "没有对应的事项")
    if not around.has("course", question.course_id):
        yield Fault(("course_id",), f"there is no course {question.course_id}", f"没有课程 {question.course_id}")
    yield from _options(question)
    answer = question.answer
    if not set(answer) <= question.options.keys() or list(answer) != sorted(set(answer)):
        yield Fault(
            ("answer",), "it names letters of options, each once and in order", "要写选项的字母，每个一次，按顺序"
        )
    elif (question.type == "single") != (len(answer) == 1):
        many = len(answer)
        kind = "单选题" if question.type == "single" else "多选题"
        yield Fault(("answer",), f"a question of type {question.type} cannot have {many}", f"{kind}不能有{many}个答案")
    elif len(answer) == len(question.options):
        yield Fault(("answer",), "every option is right", "不能每个选项都对")
    fact = question.catalogue_fact
    if fact is not None:
        yield from _catalogue_fact(question, around.newest_item(fact.item))


def _options(question: Question) -> Iterator[Fault]:
    letters = list(question.options)
    if letters != list(LETTERS[: len(letters)]) or len(letters) < 2:
        yield Fault(("options",), "there are two or more, with the letters from A on", "至少两个，字母从 A 起连着排")
    if len(set(question.options.values())) != len(letters):
        yield Fault(("options",), "two of them are the same", "有两个选项一样")
    if question.options_en and question.options_en.keys() != question.options.keys():
        yield Fault(("options_en",), "it has other letters than options", "英文选项的字母和中文的不一样")


def _catalogue_fact(question: Question, item: ServiceItem | None) -> Iterator[Fault]:
    fact = question.catalogue_fact
    assert fact is not None
    if item is None:
        yield Fault(("catalogue_fact", "item"), f"there is no item {fact.item}", f"没有事项 {fact.item}")
        return
    try:
        found = value_at(item, fact.path)
    except Nowhere:
        yield Fault(
            ("catalogue_fact", "path"), f"{fact.item} has nothing at {fact.path}", f"{fact.item} 没有 {fact.path}"
        )
        return
    if found != fact.equals:
        yield Fault(
            ("catalogue_fact", "equals"),
            f"the catalogue says {found!r}, so the question is stale",
            f"目录现在写的是 {found!r}，这道题过时了",
        )


# Scenarios


def _scenario(scenario: Scenario, around: Around) -> Iterator[Fault]:
    yield from _items(scenario.item_ids, around)
    if not scenario.item_ids:
        yield Fault(("item_ids",), "it is tied to no item", "没有对应的事项")
    total = sum(step.points for step in scenario.steps)
    if scenario.pass_points > total:
        yield Fault(("pass_points",), f"all steps together give {total}", f"各步加起来只有{total}分")
    items = [item for one in scenario.item_ids if (item := around.newest_item(one)) is not None]
    seen: set[str] = set()
    for place, step in enumerate(scenario.steps):
        if step.id in seen:
            yield Fault(("steps", place, "id"), f"{step.id} stands twice", f"{step.id} 写了两遍")
        seen.add(step.id)
        for fault in _step(step, items):
            yield fault._replace(path=("steps", place, *fault.path))


def _step(step: ScenarioStep, items: Sequence[ServiceItem]) -> Iterator[Fault]:
    if step.role not in ROLES:
        yield Fault(("role",), f"there is no role {step.role}", f"没有岗位 {step.role}")
    for place, play in enumerate(step.plays):
        if play.role and play.role not in ROLES:
            yield Fault(("plays", place, "role"), f"there is no role {play.role}", f"没有岗位 {play.role}")
    if step.expected.action not in ACTIONS:
        yield Fault(
            ("expected", "action"), f"there is no action {step.expected.action}", f"没有操作 {step.expected.action}"
        )
    yield from _said(step)
    if not step.wrong:
        yield Fault(("wrong",), "there is no mistake to make", "至少写一条容易做错的")
    for place, wrong in enumerate(step.wrong):
        if wrong.action not in ACTIONS:
            yield Fault(("wrong", place, "action"), f"there is no action {wrong.action}", f"没有操作 {wrong.action}")
        if wrong.args == step.expected.args and wrong.action == step.expected.action:
            yield Fault(("wrong", place), "it is what is expected", "和应当做的一样")
    yield from _args(step.expected, items)


def _said(step: ScenarioStep) -> Iterator[Fault]:
    """What is wrong with the things to say: a step that is judged by words has to offer the right ones."""
    for place, choice in enumerate(step.choices):
        if choice.action not in ACTIONS:
            yield Fault(
                ("choices", place, "action"), f"there is no action {choice.action}", f"没有操作 {choice.action}"
            )
    expected = step.expected
    offered = any(one.action == expected.action and one.args == expected.args for one in step.choices)
    if expected.action in SPOKEN and not offered:
        yield Fault(("choices",), "none of them is what is expected", "没有一句是应当说的")


def _args(act: ExpectedAct, items: Sequence[ServiceItem]) -> Iterator[Fault]:
    at: Path = ("expected", "args")
    ids = {item.id for item in items}
    named = [item for item in (act.args.get("item"), *_words(act, "items")) if item is not None]
    for item in named:
        if item not in ids:
            yield Fault((*at, "item"), f"the scenario has no item {item}", f"情景里没有事项 {item}")
    materials = {one.id: one for item in items for one in item.materials}
    for material in _materials(act):
        if material not in materials:
            yield Fault(at, f"the items of the scenario have no material {material}", f"情景的事项没有材料 {material}")
    if act.action == "accept-with-gap":
        yield from _gap(act, materials)


def _gap(act: ExpectedAct, materials: dict[str, Material]) -> Iterator[Fault]:
    material = materials.get(str(act.args.get("material")))
    if material is None or not material.can_supply_later:
        yield Fault(("expected", "args", "material"), "it may not be supplied later", "这样材料不能后补")


def _materials(act: ExpectedAct) -> Iterator[str]:
    yield from (one for key in ("materials", "keep") for one in _words(act, key))
    yield from (one.partition(":")[0] for one in _words(act, "missing"))
    if "material" in act.args:
        yield str(act.args["material"])


def _words(act: ExpectedAct, key: str) -> Sequence[str]:
    value = act.args.get(key, ())
    return [str(one) for one in cast("Sequence[Any]", value)] if isinstance(value, list | tuple) else ()


# Certificates

_OF = {"course": "课程", "scenario": "情景"}


def _certificate(kind: CertificateKind, around: Around) -> Iterator[Fault]:
    if kind.item_ids != "all":
        yield from _items(kind.item_ids, around)
    for field, of in (("required_courses", "course"), ("required_scenarios", "scenario")):
        for place, one in enumerate(cast("tuple[str, ...]", getattr(kind, field))):
            if not around.has(cast("Kind", of), one):
                yield Fault((field, place), f"there is no {of} {one}", f"没有{_OF[of]} {one}")
    drawn = sum(rule.count for rule in kind.exam.draw)
    if drawn > kind.exam.questions:
        most = kind.exam.questions
        yield Fault(
            ("exam", "draw"),
            f"the rules draw {drawn} questions for an examination of {most}",
            f"规则要抽{drawn}题，考核只有{most}题",
        )
    for place, rule in enumerate(kind.exam.draw):
        for one in rule.course_ids:
            if not around.has("course", one):
                yield Fault(("exam", "draw", place, "course_ids"), f"there is no course {one}", f"没有课程 {one}")
