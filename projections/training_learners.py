"""What each person has learnt, for themselves (row kind `learner`) and for who trains them (row kind `trainee`)."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.training import courses
from domain.training.courses import WHOLE, CourseAssigned, LessonReached, PolicyAcknowledged
from projections.cases.view import At
from projections.documents import Person
from projections.ledgers import Book, Key, Ledger
from projections.training_bodies import Acknowledged, Assigned, LearnerBody, LessonRead
from projections.training_content import TRAINING


def learner_scope(person: UUID) -> str:
    """The scope of what one person has learnt."""
    return f"learner:{person}"


class LearnerView(Struct, frozen=True, kw_only=True):
    """Everything that the rows of one learner are made from; `position` is that of the last fact folded."""

    person: UUID
    name: str = ""
    position: int = 0
    assigned: dict[str, Assigned] = {}
    lessons: dict[str, LessonRead] = {}
    acknowledged: dict[str, Acknowledged] = {}


def _on_learner(fact: CourseAssigned | LessonReached | PolicyAcknowledged, at: At, book: Book) -> None:
    person = fact.person if isinstance(fact, CourseAssigned) else at.meta.actor
    id = str(person)
    view = book.view("learner", id, LearnerView) or LearnerView(person=person)
    if at.position <= view.position:
        return
    view = replace(_folded(fact, at, view), position=at.position, name=at.name(view.person))
    book.keep("learner", id, view)
    book.touch(Key(learner_scope(view.person), "learner", id), at.position, id)
    book.touch(Key(TRAINING, "trainee", id), at.position, id)


def _folded(fact: CourseAssigned | LessonReached | PolicyAcknowledged, at: At, view: LearnerView) -> LearnerView:
    match fact:
        case CourseAssigned():
            by = Person(at.meta.actor, at.by_name())
            one = Assigned(fact.course_id, fact.due_on, at.when, by)
            return replace(view, assigned={**view.assigned, fact.course_id: one})
        case LessonReached():
            return replace(view, lessons={**view.lessons, fact.lesson_id: _read(fact, at, view)})
        case PolicyAcknowledged():
            taken = Acknowledged(fact.policy_id, fact.version, at.when)
            return replace(view, acknowledged={**view.acknowledged, fact.policy_id: taken})


def _read(fact: LessonReached, at: At, view: LearnerView) -> LessonRead:
    before = view.lessons.get(fact.lesson_id)
    is_end = fact.permille == WHOLE
    ended_before = before.finished_at if before else None
    return LessonRead(
        lesson=fact.lesson_id,
        course=fact.course_id,
        version=fact.version,
        permille=fact.permille,
        at=at.when,
        finished=fact.version if is_end else before.finished if before else 0,
        finished_at=ended_before or (at.when if is_end else None),
        read_on=fact.on if is_end else before.read_on if before else None,
    )


def _row(_: Key, id: str, book: Book) -> LearnerBody:
    view = book.view("learner", id, LearnerView)
    assert view is not None
    return LearnerBody(
        person=Person(view.person, view.name),
        assigned=tuple(view.assigned.values()),
        lessons=tuple(view.lessons.values()),
        acknowledged=tuple(view.acknowledged.values()),
    )


LEDGER = Ledger(
    views={"learner": LearnerView},
    handlers=dict.fromkeys(courses.FACTS, _on_learner),
    builders={"learner": _row, "trainee": _row},
    forget={},
)
