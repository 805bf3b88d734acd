"""Content that the tests of learning speak of, and the people who learn it."""

from __future__ import annotations

from datetime import date
from uuid import uuid5

from domain.actors import Actor, Role
from domain.training.content import Course, Lesson, Policy, Question, QuestionAndAnswer, Topic
from domain.training.publishing import PublishTraining
from tests.cast import CASE, LEASE
from tests.domain.case.desk import Desk

TRAINER = Actor(id=uuid5(CASE, "trainer"), roles=frozenset({Role.TRAINER}), office="street")
PAPERS = Lesson(id="lease-papers", title_zh="四样材料", minutes=10, item_ids=(LEASE.id,), text_zh="看权利人和签字。")
POST = Lesson(id="lease-post", title_zh="邮寄", minutes=5, item_ids=(LEASE.id,), text_zh="核对地址，登记单号。")
COURSE = Course(id="lease", title_zh="租房备案", title_en="Lease filing", due_days=14, lessons=(PAPERS, POST))
POLICY = Policy(
    id="rental-rules",
    title_zh="住房租赁条例",
    published=date(2026, 9, 1),
    effective=date(2026, 9, 15),
    source_zh="国务院令",
    item_ids=(LEASE.id,),
    summary_zh="租赁双方都可以申请备案。",
)
QUESTION = Question(
    id="q1",
    type="single",
    course_id="lease",
    item_ids=(LEASE.id,),
    stem_zh="谁可以申请？",
    options={"A": "只有房东", "B": "双方都可以"},
    answer=("B",),
    explanation_zh="双方都可以。",
)
ANSWER = QuestionAndAnswer(id="who-files", item_ids=(LEASE.id,), question_zh="谁来办？", answer_zh="双方都可以。")
TOPIC = Topic(id="topic-09", month=9, title_zh="租房月", lesson_ids=("lease-papers",))


def school() -> Desk:
    """A centre with a course and a policy; nobody has learnt anything yet."""
    desk = Desk()
    for content in (COURSE, POLICY):
        desk.do(PublishTraining(content=content), by=TRAINER)
    desk.facts = desk.facts[:]
    return desk
