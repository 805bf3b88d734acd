"""What one person has learnt: courses assigned, lessons read as far as they came, policies acknowledged.

All of it stands on the learner's own stream. Progress only grows: what a device sends late takes nothing back.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, ClassVar, Protocol
from uuid import UUID, uuid5

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.actors import Actor
from domain.case.commands import Command
from domain.case.decide import Call, Decided
from domain.case.deciding import decide as decide_any
from domain.centre.centre import NAMESPACE
from domain.facts import Fact
from domain.refusals import NotFound, PlanWrong
from domain.rights.table import require
from domain.staff.staff import Staff
from domain.training.content import ContentId, Course, Policy
from domain.training.publishing import Edition, TrainingBench

WHOLE = 1_000
"""A lesson that was read to its end, in thousandths."""

Version = Annotated[int, Meta(ge=1, le=2**31)]
Permille = Annotated[int, Meta(ge=0, le=WHOLE)]


class CourseAssigned(Fact, frozen=True, kw_only=True, tag="course.assigned"):
    """A course was given to a person to be done.

    Attributes:
        person: whose stream it is.
        due_on: last local day.
    """

    person: UUID
    course_id: str
    due_on: date


class LessonReached(Fact, frozen=True, kw_only=True, tag="lesson.reached"):
    """A person read on in a lesson.

    Attributes:
        version: of the course.
        permille: how far, in thousandths; 1000 is its end.
        on: local day of the centre's clock.
    """

    course_id: str
    lesson_id: str
    version: int
    permille: int
    on: date


class PolicyAcknowledged(Fact, frozen=True, kw_only=True, tag="policy.acknowledged"):
    """A person has read a version of a policy and says so."""

    policy_id: str
    version: int


FACTS: tuple[type[Fact], ...] = (CourseAssigned, LessonReached, PolicyAcknowledged)


class Reached(Struct, frozen=True):
    """How far a lesson was read, in which version of its course; the later version counts first."""

    version: int
    permille: int

    def is_beyond(self, other: Reached | None) -> bool:
        """Whether it is further than another; the end of an older version stays the end."""
        return other is None or (self.version, self.permille) > (other.version, other.permille)


class Learner(Struct, frozen=True, kw_only=True):
    """What one person has learnt.

    Attributes:
        due: last day of each course that was assigned, by its id.
        reached: the furthest place in each lesson, by its id.
        finished: the newest version of its course in which each lesson was read to the end.
        read_on: the day on which each lesson was last read to the end: the topic of a month asks for it again.
        acknowledged: the newest version of each policy that was acknowledged.
    """

    due: dict[str, date] = {}
    reached: dict[str, Reached] = {}
    finished: dict[str, int] = {}
    read_on: dict[str, date] = {}
    acknowledged: dict[str, int] = {}

    def has_finished(self, course: Course) -> bool:
        """Whether every lesson of the course was read to its end, in whichever version."""
        return all(lesson.id in self.finished for lesson in course.lessons)


def learner_stream(person: UUID) -> UUID:
    """The stream of what one person has learnt."""
    return uuid5(NAMESPACE, f"learner:{person}")


def evolve(fact: Fact, learner: Learner) -> Learner:
    """What a person has learnt after `fact`."""
    match fact:
        case CourseAssigned():
            return replace(learner, due={**learner.due, fact.course_id: fact.due_on})
        case LessonReached():
            return _reached(fact, learner)
        case PolicyAcknowledged():
            return replace(learner, acknowledged={**learner.acknowledged, fact.policy_id: fact.version})
        case _:
            return learner


def _reached(fact: LessonReached, learner: Learner) -> Learner:
    reached = {**learner.reached, fact.lesson_id: Reached(fact.version, fact.permille)}
    if fact.permille < WHOLE:
        return replace(learner, reached=reached)
    return replace(
        learner,
        reached=reached,
        finished={**learner.finished, fact.lesson_id: fact.version},
        read_on={**learner.read_on, fact.lesson_id: fact.on},
    )


# Commands


class AssignCourse(Command, frozen=True, kw_only=True):
    """Give a course to people to be done; the lane is the course's stream.

    Attributes:
        due_on: last local day; None: as many days from today as the course says.
    """

    type: ClassVar[str] = "course.assign@1"
    course_id: ContentId
    people: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=1_000)]
    due_on: date | None = None


class ReachLesson(Command, frozen=True, kw_only=True):
    """Say how far one has read in a lesson; the lane is one's own id."""

    type: ClassVar[str] = "lesson.reach@1"
    course_id: ContentId
    lesson_id: ContentId
    version: Version
    permille: Permille


class AcknowledgePolicy(Command, frozen=True, kw_only=True):
    """Say that one has read a version of a policy; the lane is one's own id."""

    type: ClassVar[str] = "policy.acknowledge@1"
    policy_id: ContentId
    version: Version


BY_LEARNERS: tuple[type[Command], ...] = (AssignCourse, ReachLesson, AcknowledgePolicy)


class LearningBench(TrainingBench, Protocol):
    """The bench with what people have learnt on it."""

    def learner(self, person: UUID) -> Learner:
        """What a person has learnt."""
        ...

    def staff(self, person: UUID) -> Staff:
        """A member of staff."""
        ...


@decide_any.register
def _(command: AssignCourse, call: Call, bench: LearningBench) -> Decided:
    course = bench.edition("course", command.course_id).content
    if not isinstance(course, Course):
        raise NotFound
    due_on = command.due_on or bench.today + timedelta(days=course.due_days)
    if due_on < bench.today:
        raise PlanWrong(why="past")
    people = dict.fromkeys(command.people)
    if any(bench.staff(person).id is None for person in people):
        raise NotFound
    return [
        (learner_stream(person), CourseAssigned(person=person, course_id=course.id, due_on=due_on))
        for person in people
        if bench.learner(person).due.get(course.id) != due_on
    ]


@decide_any.register
def _(command: ReachLesson, call: Call, bench: LearningBench) -> Decided:
    learner = _own(command, call.lane, bench, by=call.by)
    course = _version(bench.edition("course", command.course_id), command.version)
    if not isinstance(course, Course) or course.lesson(command.lesson_id) is None:
        raise NotFound
    if not _is_further(command, learner, today=bench.today):
        return []
    fact = LessonReached(
        course_id=course.id,
        lesson_id=command.lesson_id,
        version=command.version,
        permille=command.permille,
        on=bench.today,
    )
    return [(learner_stream(call.by.id), fact)]


@decide_any.register
def _(command: AcknowledgePolicy, call: Call, bench: LearningBench) -> Decided:
    learner = _own(command, call.lane, bench, by=call.by)
    policy = _version(bench.edition("policy", command.policy_id), command.version)
    if not isinstance(policy, Policy):
        raise NotFound
    if learner.acknowledged.get(policy.id, 0) >= command.version:
        return []
    return [(learner_stream(call.by.id), PolicyAcknowledged(policy_id=policy.id, version=command.version))]


def _is_further(command: ReachLesson, learner: Learner, *, today: date) -> bool:
    """Whether it is further than before, or the whole lesson again in another month."""
    if Reached(command.version, command.permille).is_beyond(learner.reached.get(command.lesson_id)):
        return True
    last = learner.read_on.get(command.lesson_id)
    is_whole = command.permille == WHOLE and command.version >= learner.finished.get(command.lesson_id, 0)
    return is_whole and last is not None and (last.year, last.month) < (today.year, today.month)


def _own(command: Command, lane: UUID, bench: LearningBench, *, by: Actor) -> Learner:
    require(command.act, by, own=lane == by.id)
    return bench.learner(by.id)


def _version(edition: Edition, version: int) -> object:
    """What somebody had before them on their device, also where it was changed or withdrawn since."""
    return edition.versions.get(version)
