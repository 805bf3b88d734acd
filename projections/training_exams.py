"""Examinations and what counts towards certificates, as the person who sits them sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact
from domain.training import candidate as candidates
from domain.training import exams
from domain.training.candidate import (
    AttemptBegun,
    AttemptsAllowed,
    AttemptSettled,
    Candidate,
    CertificateCounted,
    ScenarioPassed,
)
from domain.training.content import CertificateKind, Question
from domain.training.drawing import Drawn
from domain.training.exams import ExamAnswered, ExamAnswerLate, ExamEnded, ExamStarted, Sitting
from projections.cases.view import At
from projections.documents import Text
from projections.exam_bodies import (
    AttemptLine,
    CandidateBody,
    ExamBody,
    ExamPaperBody,
    GivenAnswer,
    PaperQuestion,
    PassedScenario,
)
from projections.ledgers import Book, Key, Ledger
from projections.training_learners import learner_scope


class ExamView(Struct, frozen=True, kw_only=True):
    """Everything that the documents of one examination are made from.

    Attributes:
        position: of the last fact folded.
        asked: the questions in the versions that were drawn.
        answered_at: when the answer that counts came in, by question.
        late: answers that came in after the end.
    """

    sitting: Sitting = Sitting()
    position: int = 0
    name: Text = Text("", "")
    started_at: datetime | None = None
    asked: dict[str, Question] = {}
    answered_at: dict[str, datetime] = {}
    late: tuple[GivenAnswer, ...] = ()
    ended: ExamEnded | None = None


def _on_exam(fact: Fact, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    before = book.view("exam", id, ExamView) or ExamView()
    if at.position <= before.position:
        return
    sitting = exams.evolve(fact, before.sitting)
    view = _folded(fact, replace(before, sitting=sitting, position=at.position), at)
    book.keep("exam", id, view)
    scope = learner_scope(_person(view))
    book.touch(Key(scope, "exam", id), at.position, id)
    if isinstance(fact, ExamStarted | ExamEnded):
        book.touch(Key(scope, "exam-paper", id), at.position, id)


def _folded(fact: Fact, view: ExamView, at: At) -> ExamView:
    match fact:
        case ExamStarted():
            asked = {one.question: _asked(one, at) for one in fact.questions}
            kind = at.lookups.training_of("certificate", fact.certificate, fact.kind_version)
            assert isinstance(kind, CertificateKind)
            return replace(view, name=both(kind.name_zh, kind.name_en), started_at=at.when, asked=asked)
        case ExamAnswered():
            return replace(view, answered_at={**view.answered_at, fact.question: at.when})
        case ExamAnswerLate():
            return replace(view, late=(*view.late, _given(fact.question, fact.choice, at.when, view.sitting)))
        case ExamEnded():
            return replace(view, ended=fact)
        case _:
            return view


def _asked(drawn: Drawn, at: At) -> Question:
    question = at.lookups.training_of("question", drawn.question, drawn.version)
    assert isinstance(question, Question)
    return question


def both(zh: str, en: str) -> Text:
    """Words in both languages, the Chinese where there is no English."""
    return Text(zh, en or zh)


def _person(view: ExamView) -> UUID:
    assert view.sitting.person is not None
    return view.sitting.person


def _given(question: str, choice: tuple[str, ...], at: datetime, sitting: Sitting) -> GivenAnswer:
    drawn = sitting.drawn(question)
    return GivenAnswer(question, drawn.shown(choice) if drawn else (), at)


def _exam(_key: Key, id: str, book: Book) -> ExamBody:
    view = book.view("exam", id, ExamView)
    assert view is not None
    assert view.started_at is not None
    sitting, ended = view.sitting, view.ended
    answers = (
        _given(question, choice, view.answered_at[question], sitting)
        for question, choice in sitting.answers.items()
        if choice
    )
    return ExamBody(
        certificate=sitting.certificate,
        name=view.name,
        started_at=view.started_at,
        ends_at=sitting.ends_at,
        questions=len(sitting.questions),
        pass_mark=sitting.pass_mark,
        answers=tuple(answers),
        late=view.late,
        percent=ended.percent if ended else None,
        passed=ended.passed if ended else None,
        ended_at=ended.at if ended else None,
        why=ended.why if ended else None,
    )


def _paper(_key: Key, id: str, book: Book) -> ExamPaperBody:
    view = book.view("exam", id, ExamView)
    assert view is not None
    return ExamPaperBody(questions=tuple(_paper_questions(view)))


def _paper_questions(view: ExamView) -> Iterator[PaperQuestion]:
    for drawn in view.sitting.questions:
        asked = view.asked[drawn.question]
        known = view.ended is not None
        yield PaperQuestion(
            id=asked.id,
            multiple=asked.type == "multiple",
            stem=both(asked.stem_zh, asked.stem_en),
            options=tuple(both(asked.options[one], asked.options_en.get(one, "")) for one in drawn.order),
            course=asked.course_id,
            right=drawn.shown(asked.answer) if known else None,
            explanation=both(asked.explanation_zh, asked.explanation_en) if known else None,
            is_right=drawn.question in view.ended.right if view.ended else None,
        )


# Candidates

CandidateFact = ScenarioPassed | AttemptBegun | AttemptSettled | AttemptsAllowed | CertificateCounted


class CandidateView(Struct, frozen=True, kw_only=True):
    """Everything that a candidate's row is made from."""

    person: UUID
    position: int = 0
    state: Candidate = Candidate()
    scenarios: dict[str, PassedScenario] = {}


def _on_candidate(fact: CandidateFact, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    view = book.view("candidate", id, CandidateView) or CandidateView(person=fact.person)
    if at.position <= view.position:
        return
    scenarios = view.scenarios
    if isinstance(fact, ScenarioPassed):
        passed = PassedScenario(
            scenario=fact.scenario, version=fact.version, points=fact.points, of=fact.of, at=at.when
        )
        scenarios = {**scenarios, fact.scenario: passed}
    state = candidates.evolve(fact, view.state)
    book.keep("candidate", id, replace(view, position=at.position, state=state, scenarios=scenarios))
    book.touch(Key(learner_scope(view.person), "candidate", id), at.position, id)


def _candidate(_key: Key, id: str, book: Book) -> CandidateBody:
    view = book.view("candidate", id, CandidateView)
    assert view is not None
    return CandidateBody(
        person=view.person,
        scenarios=tuple(view.scenarios.values()),
        attempts=tuple(_line(one) for one in view.state.attempts),
        since=view.state.since,
    )


def _line(one: candidates.Attempt) -> AttemptLine:
    over = one.settled_at is not None
    return AttemptLine(
        id=one.id,
        certificate=one.certificate,
        begun_at=one.begun_at,
        percent=one.percent,
        passed=one.passed if over else None,
        ended_at=one.settled_at,
    )


LEDGER = Ledger(
    views={"exam": ExamView, "candidate": CandidateView},
    handlers={**dict.fromkeys(exams.FACTS, _on_exam), **dict.fromkeys(candidates.FACTS, _on_candidate)},
    builders={"exam": _exam, "exam-paper": _paper, "candidate": _candidate},
    forget={},
)
