"""Examinations 在线考核: drawn from the bank, answered within their time, closed at its end, and judged by the centre.

Only the server's clock counts. An answer counts if it has come in by the end of the time, whatever the clock of the
device said when it was given; what comes in later is kept and shown as late, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Protocol
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.case.commands import Command, FireTimer
from domain.case.commands.base import Reason
from domain.case.decide import Call, Decided
from domain.case.deciding import decide as decide_any
from domain.case.deciding.guards import require_words
from domain.centre.centre import DERIVED_ID
from domain.facts import Fact, Sealed
from domain.refusals import ExamNotOpen, Invalid, NotFound
from domain.rights.table import require
from domain.timers import AFTER, Timer, timer
from domain.training.candidate import (
    AttemptBegun,
    AttemptsAllowed,
    AttemptSettled,
    ScenarioPassed,
    candidate_stream,
)
from domain.training.certificates import CertificateBench, Recorded
from domain.training.content import CertificateKind, ContentId, Question
from domain.training.drawing import Banked, Drawn, draw, pool_of
from domain.training.earning import (
    Person,
    current,
    next_try,
    passed_attempt,
    person_on,
    renewable_from,
    with_earned,
)
from domain.training.soundness import is_stale

Choice = Annotated[tuple[Annotated[int, Meta(ge=0, le=25)], ...], Meta(max_length=26)]


class ExamStarted(Fact, frozen=True, kw_only=True, tag="exam.started"):
    """A person began an examination.

    Attributes:
        certificate: id of the kind of certificate that it is for.
        kind_version: of that kind, with its rules.
        questions: in the order in which they are asked.
        ends_at: last instant at which answers count, UTC.
        pass_mark: per cent.
    """

    person: UUID
    certificate: str
    kind_version: int
    questions: tuple[Drawn, ...]
    ends_at: datetime
    pass_mark: int


class ExamAnswered(Fact, frozen=True, kw_only=True, tag="exam.answered"):
    """An answer was given, or changed; the last one counts.

    Attributes:
        choice: letters of the bank; none takes the answer back.
    """

    question: str
    choice: tuple[str, ...]


class ExamAnswerLate(Fact, frozen=True, kw_only=True, tag="exam.answer_late"):
    """An answer came in after the end; it does not count."""

    question: str
    choice: tuple[str, ...]


class ExamEnded(Fact, frozen=True, kw_only=True, tag="exam.ended"):
    """An examination ended and was judged.

    Attributes:
        why: `handed-in` by the person, or `time-over`.
        at: when it ended: the end of its time at the latest.
        right: ids of the questions that were answered rightly.
        wrong: all others, those without an answer among them.
        percent: answered rightly, rounded down.
    """

    why: Literal["handed-in", "time-over"]
    at: datetime
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    percent: int
    passed: bool


FACTS: tuple[type[Fact], ...] = (ExamStarted, ExamAnswered, ExamAnswerLate, ExamEnded)


class Sitting(Struct, frozen=True, kw_only=True):
    """An examination as decisions see it; one without a person has not begun."""

    person: UUID | None = None
    certificate: str = ""
    questions: tuple[Drawn, ...] = ()
    ends_at: datetime = datetime.min.replace(tzinfo=UTC)
    pass_mark: int = 0
    answers: dict[str, tuple[str, ...]] = {}
    ended: bool = False

    def drawn(self, question: str) -> Drawn | None:
        """The question as it was drawn, or None."""
        return next((one for one in self.questions if one.question == question), None)


def evolve(fact: Fact, one: Sitting) -> Sitting:
    """The examination after `fact`."""
    match fact:
        case ExamStarted():
            return Sitting(
                person=fact.person,
                certificate=fact.certificate,
                questions=fact.questions,
                ends_at=fact.ends_at,
                pass_mark=fact.pass_mark,
            )
        case ExamAnswered():
            return replace(one, answers={**one.answers, fact.question: fact.choice})
        case ExamEnded():
            return replace(one, ended=True)
        case _:
            return one


class StartExam(Command, frozen=True, kw_only=True):
    """Begin an examination for a kind of certificate; the lane is its new stream."""

    type: ClassVar[str] = "exam.start@1"
    certificate: ContentId


class AnswerQuestion(Command, frozen=True, kw_only=True):
    """Answer a question of one's examination, or change the answer.

    Attributes:
        choice: places of the options as they are shown, from 0; none takes the answer back.
    """

    type: ClassVar[str] = "exam.answer@1"
    question: ContentId
    choice: Choice


class HandIn(Command, frozen=True, kw_only=True):
    """Hand in one's examination before its time is over."""

    type: ClassVar[str] = "exam.hand-in@1"


class AllowAttempts(Command, frozen=True, kw_only=True):
    """Let somebody try again who has no attempt left; the lane is their own id."""

    type: ClassVar[str] = "exam.allow@1"
    person: UUID
    certificate: ContentId
    reason: Reason


class PassScenario(Command, frozen=True, kw_only=True):
    """Record that somebody passed a scenario; by the centre, from simulated practice. Lane: their candidate stream."""

    type: ClassVar[str] = "practice.pass@1"
    person: UUID
    scenario: ContentId
    version: int
    points: int
    of: int


BY_CANDIDATES: tuple[type[Command], ...] = (StartExam, AnswerQuestion, HandIn, AllowAttempts)


class ExamBench(CertificateBench, Protocol):
    """The bench with examinations on it."""

    def sitting(self, stream: UUID) -> Sitting:
        """An examination at the head.

        Raises:
            NotFound: the stream is none of an examination.
        """
        ...


# Beginning


@decide_any.register
def _(command: StartExam, call: Call, bench: ExamBench) -> Decided:
    if call.lane.version == DERIVED_ID or bench.sitting(call.lane).person is not None:
        raise Invalid(where="lane")
    edition = bench.edition("certificate", command.certificate)
    kind = edition.content
    if not isinstance(kind, CertificateKind) or bench.staff(call.by.id).id is None:
        raise NotFound
    who = person_on(bench, call.by.id)
    require_open(who, kind, bench)
    questions = draw(kind, pool_of(kind, bank_of(bench)), call.lane, seen=who.candidate.seen(kind.id))
    if len(questions) < kind.exam.questions:
        raise ExamNotOpen(why="no-questions", have=len(questions), need=kind.exam.questions)
    begun = AttemptBegun(
        person=call.by.id,
        attempt=call.lane,
        certificate=kind.id,
        questions=tuple(one.question for one in questions),
        at=bench.now,
    )
    started = ExamStarted(
        person=call.by.id,
        certificate=kind.id,
        kind_version=edition.newest,
        questions=questions,
        ends_at=bench.now + timedelta(minutes=kind.exam.minutes),
        pass_mark=kind.exam.pass_mark,
    )
    return [(candidate_stream(call.by.id), begun), (call.lane, started)]


def require_open(who: Person, kind: CertificateKind, bench: CertificateBench) -> None:
    """Let somebody begin an examination, or say why not.

    Raises:
        ExamNotOpen: `why` is `running`, `held`, `passed`, `no-attempts` or `cooldown`; `from` tells from which day on.
    """
    if (running := who.candidate.running) is not None:
        raise ExamNotOpen(why="running", attempt=str(running.id))
    held = current(who, kind)
    if held is not None and held.counts(bench.today) and bench.today < (first := renewable_from(held, kind)):
        raise ExamNotOpen(why="held", **{"from": first.isoformat()})
    if passed_attempt(who, kind, on=bench.today) is not None:
        raise ExamNotOpen(why="passed")
    if len(_failed(who, kind)) > kind.exam.retakes:
        raise ExamNotOpen(why="no-attempts", most=1 + kind.exam.retakes)
    again = next_try(who, kind)
    if again is not None and bench.today < again:
        raise ExamNotOpen(why="cooldown", **{"from": again.isoformat()})


def _failed(who: Person, kind: CertificateKind) -> list[UUID]:
    return [one.id for one in who.candidate.tried(kind.id) if one.settled_at is not None and not one.passed]


def bank_of(bench: CertificateBench) -> tuple[Banked, ...]:
    """The questions that may be asked: those whose answer the catalogue does not contradict."""
    found = ((edition.newest, edition.content) for edition in bench.training("question"))
    return tuple(
        Banked(version, one) for version, one in found if isinstance(one, Question) and not _is_stale(one, bench)
    )


def _is_stale(question: Question, bench: CertificateBench) -> bool:
    if question.catalogue_fact is None:
        return False
    versions = bench.published(question.catalogue_fact.item).items
    return is_stale(question, versions[max(versions)] if versions else None)


# Answering


@decide_any.register
def _(command: AnswerQuestion, call: Call, bench: ExamBench) -> Decided:
    sitting = _own(command, call, bench)
    drawn = sitting.drawn(command.question)
    if drawn is None or any(place >= len(drawn.order) for place in command.choice):
        raise Invalid(where="question" if drawn is None else "choice")
    choice = drawn.chosen(command.choice)
    if sitting.ended or bench.now > sitting.ends_at:
        late = (call.lane, ExamAnswerLate(question=command.question, choice=choice))
        return [*_closed(call.lane, sitting, "time-over", bench), late]
    if sitting.answers.get(command.question) == choice:
        return []
    return [(call.lane, ExamAnswered(question=command.question, choice=choice))]


@decide_any.register
def _(command: HandIn, call: Call, bench: ExamBench) -> Decided:
    sitting = _own(command, call, bench)
    return _closed(call.lane, sitting, "handed-in" if bench.now <= sitting.ends_at else "time-over", bench)


def _own(command: Command, call: Call, bench: ExamBench) -> Sitting:
    sitting = bench.sitting(call.lane)
    if sitting.person is None or sitting.person != call.by.id:
        raise NotFound
    require(command.act, call.by)
    return sitting


def _closed(stream: UUID, sitting: Sitting, why: Literal["handed-in", "time-over"], bench: ExamBench) -> Recorded:
    """The facts that end an examination, and issue what was earned by it; nothing where it has ended."""
    if sitting.ended or sitting.person is None:
        return []
    right = [one.question for one in sitting.questions if _is_right(one, sitting, bench)]
    wrong = [one.question for one in sitting.questions if one.question not in right]
    of = len(sitting.questions)
    ended = ExamEnded(
        why=why,
        at=min(bench.now, sitting.ends_at),
        right=tuple(right),
        wrong=tuple(wrong),
        percent=100 * len(right) // of,
        passed=100 * len(right) >= sitting.pass_mark * of,
    )
    settled = AttemptSettled(
        person=sitting.person,
        attempt=stream,
        certificate=sitting.certificate,
        percent=ended.percent,
        passed=ended.passed,
        at=ended.at,
    )
    return with_earned([(candidate_stream(sitting.person), settled), (stream, ended)], sitting.person, bench)


def _is_right(drawn: Drawn, sitting: Sitting, bench: ExamBench) -> bool:
    asked = bench.edition("question", drawn.question).versions[drawn.version]
    assert isinstance(asked, Question)
    return sitting.answers.get(drawn.question, ()) == asked.answer


# By others


@decide_any.register
def _(command: AllowAttempts, call: Call, bench: ExamBench) -> Decided:
    kind = bench.edition("certificate", command.certificate).content
    if bench.staff(command.person).id is None or not isinstance(kind, CertificateKind):
        raise NotFound
    if call.lane != command.person or command.person == call.by.id:
        raise Invalid(where="lane" if call.lane != command.person else "person")
    require_words({"reason": command.reason})
    words = Sealed(command.person, value=command.reason.strip())
    return [
        (
            candidate_stream(command.person),
            AttemptsAllowed(person=command.person, certificate=kind.id, at=bench.now, words=words),
        )
    ]


@decide_any.register
def _(command: PassScenario, call: Call, bench: ExamBench) -> Decided:
    if call.lane != candidate_stream(command.person) or bench.staff(command.person).id is None:
        raise Invalid(where="lane")
    if bench.candidate(command.person).scenarios.get(command.scenario, 0) >= command.version:
        return []
    passed = ScenarioPassed(
        person=command.person, scenario=command.scenario, version=command.version, points=command.points, of=command.of
    )
    return with_earned([(call.lane, passed)], command.person, bench)


# Time


class ExamTimer(StrEnum):
    """What a timer of an examination is for."""

    OVER = "exam-over"


def timers_of(stream: UUID, sitting: Sitting) -> tuple[Timer[ExamTimer], ...]:
    """The timer that an examination waits for: the end of its time."""
    return tuple(_waiting(stream, sitting))


def _waiting(stream: UUID, sitting: Sitting) -> Iterator[Timer[ExamTimer]]:
    if sitting.person is not None and not sitting.ended:
        yield timer(stream, ExamTimer.OVER, sitting.ends_at + AFTER)


def fire(command: FireTimer, call: Call, bench: ExamBench) -> Decided:
    """Decide a timer anew on the state of the moment; one that is not due, or no more, records nothing."""
    sitting = bench.sitting(call.lane)
    wanted = (command.kind, command.at.astimezone(UTC))
    due = next((one for one in timers_of(call.lane, sitting) if (one.kind.value, one.at) == wanted), None)
    return [] if due is None or bench.now < due.at else _closed(call.lane, sitting, "time-over", bench)
