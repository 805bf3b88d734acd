"""A small school: two courses, a scenario, a bank of questions and a certificate, published at a furnished centre."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.case.commands import FireTimer
from domain.timers import Timer
from domain.training import certificates, exams
from domain.training.candidate import Candidate, candidate_stream
from domain.training.content import (
    CatalogueFact,
    CertificateKind,
    Content,
    Course,
    DrawRule,
    Exam,
    ExpectedAct,
    Lesson,
    Question,
    Scenario,
    ScenarioStep,
    WrongAct,
    content_stream,
    kind_of,
)
from domain.training.courses import ReachLesson
from domain.training.exams import AnswerQuestion, HandIn, PassScenario, Sitting, StartExam
from domain.training.publishing import PublishTraining
from store.answers import Answer
from store.states import CANDIDATE, CERTIFICATE, EDITION, SITTING
from tests.cast import HARDSHIP, LEASE, ids, staff
from tests.premises import Premises

COURSE = Course(
    id="course-lease",
    title_zh="租赁备案",
    title_en="Lease filing",
    lessons=(
        Lesson(id="course-lease-papers", title_zh="四样材料", minutes=10, text_zh="看权利人、坐落和签字。"),
        Lesson(id="course-lease-time", title_zh="怎么算时间", minutes=10, text_zh="受理当天不算。"),
    ),
)
SCENARIO = Scenario(
    id="sim-lease",
    title_zh="下班后的备案",
    channel="online",
    minutes=10,
    item_ids=(LEASE.id,),
    background_zh="周五18:40，有人在线提交。",
    pass_points=10,
    steps=(
        ScenarioStep(
            id="s1",
            role="window-clerk",
            happens_zh="收到一件。",
            expected=ExpectedAct(action="open-case", args={"item": LEASE.id}),
            rule_zh="照常收件。",
            wrong=(WrongAct(action="decline-case", feedback_zh="不能拒收。"),),
            points=10,
        ),
    ),
)


def question(number: int, *, item: str = LEASE.id, level: int = 1, multiple: bool = False) -> Question:
    """A question of the bank; the right answers are the options that say so."""
    letters = "ABCD"
    right = ("A", "C") if multiple else (letters[number % 4],)
    return Question(
        id=f"q{number:03}",
        type="multiple" if multiple else "single",
        level=level,
        course_id=COURSE.id,
        item_ids=(item,),
        stem_zh=f"第{number}题",
        stem_en=f"Question {number}",
        options={one: f"{'对' if one in right else '错'}{one}{number}" for one in letters},
        answer=right,
        explanation_zh=f"因为是第{number}题。",
    )


NEWCOMER = staff("newcomer", Role.WINDOW_CLERK)
"""A window clerk with no certificate at all."""
BANK = tuple(question(n, level=1 + n % 3, multiple=n % 5 == 0) for n in range(1, 31))
KIND = CertificateKind(
    id="cert-lease",
    name_zh="租赁专岗证",
    name_en="Lease certificate",
    item_ids=(LEASE.id,),
    required_courses=(COURSE.id,),
    required_scenarios=(SCENARIO.id,),
    exam=Exam(
        questions=10,
        minutes=30,
        pass_mark=80,
        retakes=2,
        cooldown_days=3,
        draw=(DrawRule(count=4, levels=(3,)), DrawRule(count=2, types=("multiple",))),
    ),
    valid_days=365,
    renew_days=60,
)
ALL_ITEMS = replace(KIND, id="cert-all", name_zh="全科证", name_en="All items", item_ids="all", required_scenarios=())
STALE = replace(
    question(99, item=HARDSHIP.id),
    id="q-fact",
    catalogue_fact=CatalogueFact(item=HARDSHIP.id, path="promised_working_days", equals=10),
)
CONTENT: tuple[Content, ...] = (COURSE, *BANK, STALE, SCENARIO, KIND)


class School:
    """A furnished centre at which things are learnt."""

    def __init__(self, premises: Premises, content: Iterable[Content] = CONTENT) -> None:
        """Publish `content`."""
        self.premises = premises
        premises.centre.enrol(
            "newcomer", name="新来的", roles=("window-clerk",), office="street", password_hash="not a real hash"
        )
        self._ids = (UUID(int=one.int, version=4) for one in ids("attempts"))
        for one in content:
            self.publish(one)

    def publish(self, content: Content) -> None:
        """Publish a version of something."""
        lane = content_stream(kind_of(content), content.id)
        assert self.premises.centre.by_itself(PublishTraining(content=content), lane=lane).verdict == "applied"

    # What a person does

    def read(self, who: Actor, course: Course = COURSE) -> None:
        """Read a course to its end."""
        version = self.premises.centre.state(content_stream("course", course.id), EDITION).newest
        for lesson in course.lessons:
            reached = ReachLesson(course_id=course.id, lesson_id=lesson.id, version=version, permille=1000)
            assert self.premises.do(reached, by=who, case=who.id).verdict == "applied"

    def practise(self, who: Actor, scenario: Scenario = SCENARIO) -> None:
        """Pass a scenario."""
        passed = PassScenario(person=who.id, scenario=scenario.id, version=1, points=10, of=10)
        assert self.premises.centre.by_itself(passed, lane=candidate_stream(who.id)).verdict == "applied"

    def begin(self, who: Actor, kind: CertificateKind = KIND) -> tuple[UUID, Answer]:
        """Begin an examination."""
        attempt = next(self._ids)
        return attempt, self.premises.do(StartExam(certificate=kind.id), by=who, case=attempt)

    def answer(self, who: Actor, attempt: UUID, *, right: int, of: int | None = None) -> None:
        """Answer the first questions: so many rightly, and the others up to `of` wrongly."""
        for place, drawn in enumerate(self.sitting(attempt).questions[:of]):
            answer = self.bank[drawn.question].answer
            good = drawn.shown(answer)
            bad = tuple(n for n in range(len(drawn.order)) if n not in good)[:1]
            self.give(who, attempt, drawn.question, good if place < right else bad)

    def give(self, who: Actor, attempt: UUID, question: str, choice: tuple[int, ...]) -> Answer:
        """Answer one question."""
        return self.premises.do(AnswerQuestion(question=question, choice=choice), by=who, case=attempt)

    def hand_in(self, who: Actor, attempt: UUID) -> Answer:
        """Hand an examination in."""
        return self.premises.do(HandIn(), by=who, case=attempt)

    def sit(self, who: Actor, *, right: int, kind: CertificateKind = KIND) -> UUID:
        """Sit an examination from its beginning to its end."""
        attempt, answer = self.begin(who, kind)
        assert answer.verdict == "applied", answer
        self.answer(who, attempt, right=right)
        assert self.hand_in(who, attempt).verdict == "applied"
        return attempt

    # What follows

    def fire(self, stream: UUID) -> None:
        """Let every timer of an examination or certificate fire that is due."""
        centre = self.premises.centre
        sitting, one = centre.state(stream, SITTING), centre.state(stream, CERTIFICATE)
        waiting: list[Timer[Any]] = [
            *(exams.timers_of(stream, sitting) if isinstance(sitting, Sitting) else ()),
            *(certificates.timers_of(stream, one) if isinstance(one, certificates.Certificate) else ()),
        ]
        for timer in waiting:
            command = FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about)
            centre.by_itself(command, lane=stream)

    def sitting(self, attempt: UUID) -> Sitting:
        """An examination as it stands."""
        state = self.premises.centre.state(attempt, SITTING)
        assert isinstance(state, Sitting)
        return state

    def candidate(self, who: Actor) -> Candidate:
        """A person as far as certificates go."""
        state = self.premises.centre.state(candidate_stream(who.id), CANDIDATE)
        assert isinstance(state, Candidate)
        return state

    def certificate(self, who: Actor, kind: CertificateKind = KIND) -> UUID:
        """The stream of the certificate that somebody was issued last."""
        return self.candidate(who).certificates[kind.id]

    def valid_until(self, who: Actor, kind: CertificateKind = KIND) -> date:
        """Its last day."""
        state = self.premises.centre.state(self.certificate(who, kind), CERTIFICATE)
        assert isinstance(state, certificates.Certificate)
        return state.valid_until

    @property
    def bank(self) -> dict[str, Question]:
        """The questions by their ids."""
        return {one.id: one for one in (*BANK, STALE)}
