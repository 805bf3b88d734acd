"""Questions that colleagues ask one another 答疑题库, their answers, and what became of them.

A question has a stream of its own. Its words name nobody: they are about items, not about people, and stay readable.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Protocol
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.case.commands import Command
from domain.case.commands.base import LongText, Reason
from domain.case.decide import Call, Decided
from domain.case.deciding import decide as decide_any
from domain.centre.centre import DERIVED_ID
from domain.facts import Fact
from domain.refusals import Invalid, NotFound, QuestionIsClosed
from domain.training.content import Kind, Question, QuestionAndAnswer, kind_of
from domain.training.publishing import TrainingBench, published

ItemIds = Annotated[tuple[str, ...], Meta(max_length=20)]


class QuestionAsked(Fact, frozen=True, kw_only=True, tag="question.asked"):
    """A member of staff asked something.

    Attributes:
        item_ids: what it is about; may be empty.
    """

    text: str
    item_ids: tuple[str, ...]


class QuestionAnswered(Fact, frozen=True, kw_only=True, tag="question.answered"):
    """A colleague answered.

    Attributes:
        number: of the answer, from 1.
    """

    number: int
    text: str


class AnswerMarked(Fact, frozen=True, kw_only=True, tag="answer.marked"):
    """A trainer or lead said which answer holds at this centre; the last one said counts."""

    number: int


class QuestionTakenUp(Fact, frozen=True, kw_only=True, tag="question.taken-up"):
    """A question became one of the bank, or a note of the handbook."""

    kind: Kind
    content_id: str


class QuestionClosed(Fact, frozen=True, kw_only=True, tag="question.closed"):
    """A trainer or lead took a question off the list: it is answered elsewhere, or was none."""

    reason: str


FACTS: tuple[type[Fact], ...] = (QuestionAsked, QuestionAnswered, AnswerMarked, QuestionTakenUp, QuestionClosed)


class Thread(Struct, frozen=True, kw_only=True):
    """A question with what was said.

    Attributes:
        answers: how many there are.
        marked: number of the answer that holds, 0 without one.
    """

    is_asked: bool = False
    answers: int = 0
    marked: int = 0
    is_closed: bool = False


def evolve(fact: Fact, thread: Thread) -> Thread:
    """A question after `fact`."""
    match fact:
        case QuestionAsked():
            return replace(thread, is_asked=True)
        case QuestionAnswered():
            return replace(thread, answers=fact.number)
        case AnswerMarked():
            return replace(thread, marked=fact.number)
        case QuestionClosed():
            return replace(thread, is_closed=True)
        case _:
            return thread


class AskQuestion(Command, frozen=True, kw_only=True):
    """Ask the colleagues something; the lane is a new stream.

    Attributes:
        text: names nobody.
        item_ids: what it is about.
    """

    type: ClassVar[str] = "question.ask@1"
    text: LongText
    item_ids: ItemIds = ()


class ReplyToQuestion(Command, frozen=True, kw_only=True):
    """Answer a question; the lane is its stream.

    Attributes:
        text: names nobody.
    """

    type: ClassVar[str] = "question.answer@1"
    text: LongText


class MarkAnswer(Command, frozen=True, kw_only=True):
    """Say which answer holds at this centre; the lane is the question's stream."""

    type: ClassVar[str] = "answer.mark@1"
    number: Annotated[int, Meta(ge=1, le=10_000)]


class TakeUpQuestion(Command, frozen=True, kw_only=True):
    """Publish what a question has become: a question of the bank, or an answer for all that the handbook may show."""

    type: ClassVar[str] = "question.take-up@1"
    content: Question | QuestionAndAnswer


class CloseQuestion(Command, frozen=True, kw_only=True):
    """Take a question off the list; the lane is its stream.

    Attributes:
        reason: names nobody; it stays readable.
    """

    type: ClassVar[str] = "question.close@1"
    reason: Reason


BY_COLLEAGUES: tuple[type[Command], ...] = (AskQuestion, ReplyToQuestion, MarkAnswer, TakeUpQuestion, CloseQuestion)


class ThreadBench(TrainingBench, Protocol):
    """The bench with questions of colleagues on it."""

    def thread(self, stream: UUID) -> Thread:
        """A question at the head; one that was not asked if there is none.

        Raises:
            NotFound: the stream is none of a question.
        """
        ...


@decide_any.register
def _(command: AskQuestion, call: Call, bench: ThreadBench) -> Decided:
    if call.lane.version == DERIVED_ID or bench.thread(call.lane).is_asked:
        raise Invalid(where="$.lane")
    unknown = [item for item in command.item_ids if not bench.published(item).items]
    if unknown:
        raise Invalid(where="$.item_ids")
    return [(call.lane, QuestionAsked(text=command.text, item_ids=command.item_ids))]


@decide_any.register
def _(command: ReplyToQuestion, call: Call, bench: ThreadBench) -> Decided:
    thread = _open(call, bench)
    return [(call.lane, QuestionAnswered(number=thread.answers + 1, text=command.text))]


@decide_any.register
def _(command: MarkAnswer, call: Call, bench: ThreadBench) -> Decided:
    thread = _open(call, bench)
    if command.number > thread.answers:
        raise NotFound
    return [] if thread.marked == command.number else [(call.lane, AnswerMarked(number=command.number))]


@decide_any.register
def _(command: TakeUpQuestion, call: Call, bench: ThreadBench) -> Decided:
    _open(call, bench)
    content = command.content
    return [
        *published(content, bench),
        (call.lane, QuestionTakenUp(kind=kind_of(content), content_id=content.id)),
    ]


@decide_any.register
def _(command: CloseQuestion, call: Call, bench: ThreadBench) -> Decided:
    thread = bench.thread(call.lane)
    if not thread.is_asked:
        raise NotFound
    return [] if thread.is_closed else [(call.lane, QuestionClosed(reason=command.reason))]


def _open(call: Call, bench: ThreadBench) -> Thread:
    """The question that is still to be talked about.

    Raises:
        NotFound: nobody asked it.
        QuestionIsClosed: it was taken off the list.
    """
    thread = bench.thread(call.lane)
    if not thread.is_asked:
        raise NotFound
    if thread.is_closed:
        raise QuestionIsClosed
    return thread
