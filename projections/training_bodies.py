"""What devices hold of learning: content in its newest version, a person's own progress, questions of colleagues."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from domain.training.content import (
    CertificateKind,
    Course,
    Policy,
    Question,
    QuestionAndAnswer,
    Scenario,
    Topic,
)
from projections.documents import Person


class CourseBody(Struct, frozen=True, kw_only=True):
    """A course in its newest version (row kind `course`, scope `learning`)."""

    version: int
    published_at: datetime
    content: Course


class TopicBody(Struct, frozen=True, kw_only=True):
    """The topic of a month (row kind `topic`, scope `learning`)."""

    version: int
    published_at: datetime
    content: Topic


class PolicyBody(Struct, frozen=True, kw_only=True):
    """A policy in its newest version (row kind `policy`, scope `learning`).

    Attributes:
        in_effect: whether the first day on which it holds has come.
    """

    version: int
    published_at: datetime
    in_effect: bool
    content: Policy


class QaBody(Struct, frozen=True, kw_only=True):
    """A question with the answer that holds (row kind `qa`, scope `learning`).

    Attributes:
        pinyin: of the question, syllables between spaces.
    """

    version: int
    published_at: datetime
    pinyin: str
    content: QuestionAndAnswer


class CertificateKindBody(Struct, frozen=True, kw_only=True):
    """A certificate that can be earned (row kind `certificate-kind`, scope `learning`)."""

    version: int
    published_at: datetime
    content: CertificateKind


class BankQuestionBody(Struct, frozen=True, kw_only=True):
    """A question of the bank with its answer (row kind `bank-question`, scope `training`: trainers and leads only)."""

    version: int
    published_at: datetime
    content: Question


class ScenarioBody(Struct, frozen=True, kw_only=True):
    """A scenario with what it expects (row kind `scenario`, scope `training`: trainers and leads only)."""

    version: int
    published_at: datetime
    content: Scenario


class Assigned(Struct, frozen=True):
    """A course that was given to a person; `due_on` is its last local day."""

    course: str
    due_on: date
    at: datetime
    by: Person


class LessonRead(Struct, frozen=True, kw_only=True):
    """How far a person has come in a lesson.

    Attributes:
        version: of the course, in which `permille` was reached.
        permille: thousandths.
        finished: the newest version that was read to its end; 0 while none was.
        finished_at: when it first was.
        read_on: local day on which it was last read to its end.
    """

    lesson: str
    course: str
    version: int
    permille: int
    at: datetime
    finished: int
    finished_at: datetime | None
    read_on: date | None


class Acknowledged(Struct, frozen=True):
    """A version of a policy that a person has read."""

    policy: str
    version: int
    at: datetime


class LearnerBody(Struct, frozen=True, kw_only=True):
    """What a person has learnt (row kind `learner`, scope `learner:PERSON`; row kind `trainee`, scope `training`).

    Its id is the person's, and the lane of `lesson.reach@1` and `policy.acknowledge@1`.
    """

    person: Person
    assigned: tuple[Assigned, ...]
    lessons: tuple[LessonRead, ...]
    acknowledged: tuple[Acknowledged, ...]


class AnswerGiven(Struct, frozen=True):
    """What a colleague answered."""

    number: int
    text: str
    by: Person
    at: datetime


class TakenUp(Struct, frozen=True):
    """What a question has become: a question of the bank, or an answer for all."""

    kind: str
    content: str


class AskedBody(Struct, frozen=True, kw_only=True):
    """A question of a colleague (row kind `asked`, scope `learning`); its id is the lane of what is said on it.

    Attributes:
        pinyin: of the question, syllables between spaces.
        marked: number of the answer that holds, 0 without one.
    """

    text: str
    item_ids: tuple[str, ...]
    by: Person
    at: datetime
    pinyin: str
    answers: tuple[AnswerGiven, ...]
    marked: int
    taken_up: tuple[TakenUp, ...]
