from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from domain.refusals import Forbidden, NotFound, PlanWrong
from domain.training.courses import (
    WHOLE,
    AcknowledgePolicy,
    AssignCourse,
    CourseAssigned,
    LessonReached,
    PolicyAcknowledged,
    ReachLesson,
    learner_stream,
)
from domain.training.publishing import PublishTraining, WithdrawTraining
from tests.cast import CASE, FATHER, SUN, ZHOU
from tests.domain.training.lessons import COURSE, POLICY, TRAINER, school

ASSIGN = AssignCourse(course_id="lease", people=(ZHOU.id,))
READ = ReachLesson(course_id="lease", lesson_id="lease-papers", version=1, permille=400)
WHOLE_LESSON = replace(READ, permille=WHOLE)


def test_a_course_is_given_with_a_last_day_or_as_many_days_as_it_says() -> None:
    desk = school()

    usual = list(desk.do(ASSIGN, by=TRAINER))
    named = list(desk.do(replace(ASSIGN, due_on=desk.today + timedelta(days=3)), by=SUN))

    def given(days: int) -> CourseAssigned:
        return CourseAssigned(person=ZHOU.id, course_id="lease", due_on=desk.today + timedelta(days=days))

    assert (usual, named) == ([given(14)], [given(3)])
    assert desk.learner(ZHOU.id).due == {"lease": desk.today + timedelta(days=3)}


def test_giving_the_same_again_records_nothing() -> None:
    desk = school()
    desk.do(ASSIGN, by=TRAINER)

    assert list(desk.do(ASSIGN, by=TRAINER)) == []


def test_a_course_is_given_by_trainers_and_leads_to_staff_and_not_for_the_past() -> None:
    desk = school()

    with pytest.raises(Forbidden):
        desk.do(ASSIGN, by=ZHOU)
    with pytest.raises(NotFound):
        desk.do(replace(ASSIGN, people=(FATHER.id,)), by=TRAINER)
    with pytest.raises(NotFound):
        desk.do(replace(ASSIGN, course_id="nothing"), by=TRAINER)
    with pytest.raises(PlanWrong):
        desk.do(replace(ASSIGN, due_on=desk.today - timedelta(days=1)), by=TRAINER)


def test_progress_only_grows_whatever_arrives_late_from_another_device() -> None:
    desk = school()

    first = list(desk.do(READ, by=ZHOU, case=ZHOU.id))
    back = list(desk.do(replace(READ, permille=200), by=ZHOU, case=ZHOU.id))
    whole = list(desk.do(WHOLE_LESSON, by=ZHOU, case=ZHOU.id))
    late = list(desk.do(replace(READ, permille=900), by=ZHOU, case=ZHOU.id))

    def reached(permille: int) -> LessonReached:
        return LessonReached(course_id="lease", lesson_id="lease-papers", version=1, permille=permille, on=desk.today)

    assert (first, back, whole, late) == ([reached(400)], [], [reached(WHOLE)], [])


def test_a_course_is_finished_with_its_last_lesson() -> None:
    desk = school()
    desk.do(WHOLE_LESSON, by=ZHOU, case=ZHOU.id)
    assert not desk.learner(ZHOU.id).has_finished(COURSE)

    desk.do(replace(WHOLE_LESSON, lesson_id="lease-post"), by=ZHOU, case=ZHOU.id)

    assert desk.learner(ZHOU.id).has_finished(COURSE)


def test_a_lesson_that_was_read_counts_again_in_another_month_only() -> None:
    desk = school()
    desk.do(WHOLE_LESSON, by=ZHOU, case=ZHOU.id)
    read_on = desk.today

    same_month = list(desk.do(WHOLE_LESSON, by=ZHOU, case=ZHOU.id))
    desk.now += timedelta(days=40)
    next_month = list(desk.do(WHOLE_LESSON, by=ZHOU, case=ZHOU.id))

    assert same_month == []
    assert len(next_month) == 1
    assert desk.learner(ZHOU.id).read_on == {"lease-papers": read_on + timedelta(days=40)}


def test_what_was_read_offline_in_a_version_that_was_changed_or_withdrawn_since_counts() -> None:
    desk = school()
    desk.do(PublishTraining(content=replace(COURSE, due_days=7)), by=TRAINER)
    desk.do(WithdrawTraining(kind="course", content_id="lease", reason="撤"), by=TRAINER)

    assert len(list(desk.do(WHOLE_LESSON, by=ZHOU, case=ZHOU.id))) == 1
    assert desk.learner(ZHOU.id).finished == {"lease-papers": 1}


def test_nobody_learns_for_somebody_else_nor_what_there_never_was() -> None:
    desk = school()

    with pytest.raises(Forbidden):
        desk.do(READ, by=ZHOU, case=SUN.id)
    with pytest.raises(Forbidden):
        desk.do(READ, by=FATHER, case=FATHER.id)
    for wrong in (replace(READ, lesson_id="lease-nothing"), replace(READ, version=2), replace(READ, course_id="no")):
        with pytest.raises(NotFound):
            desk.do(wrong, by=ZHOU, case=ZHOU.id)


def test_a_policy_is_acknowledged_version_by_version_on_ones_own_stream() -> None:
    desk = school()
    acknowledge = AcknowledgePolicy(policy_id=POLICY.id, version=1)

    once = list(desk.do(acknowledge, by=ZHOU, case=ZHOU.id))
    twice = list(desk.do(acknowledge, by=ZHOU, case=ZHOU.id))
    desk.do(PublishTraining(content=replace(POLICY, effective=date(2026, 10, 1))), by=TRAINER)
    desk.do(replace(acknowledge, version=2), by=ZHOU, case=ZHOU.id)

    assert (once, twice) == ([PolicyAcknowledged(policy_id=POLICY.id, version=1)], [])
    assert [stream for stream, fact in desk.facts if isinstance(fact, PolicyAcknowledged)] == [
        learner_stream(ZHOU.id)
    ] * 2
    assert desk.learner(ZHOU.id).acknowledged == {POLICY.id: 2}
    with pytest.raises(NotFound):
        desk.do(replace(acknowledge, version=3), by=ZHOU, case=ZHOU.id)
    with pytest.raises(Forbidden):
        desk.do(acknowledge, by=ZHOU, case=CASE)
