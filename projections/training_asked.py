"""Questions that colleagues ask one another, with their answers (row kind `asked`)."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact
from domain.training import questions_and_answers as qa
from projections.cases.view import At
from projections.documents import Person
from projections.ledgers import Book, Key, Ledger
from projections.training_bodies import AnswerGiven, AskedBody, TakenUp
from projections.training_content import LEARNING
from projections.words import spoken


class AskedView(Struct, frozen=True, kw_only=True):
    """Everything that the row of one question is made from; `position` is that of the last fact folded."""

    position: int = 0
    body: AskedBody | None = None
    is_closed: bool = False


def _on_thread(fact: Fact, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    view = book.view("thread", id, AskedView) or AskedView()
    if at.position <= view.position:
        return
    is_closed = view.is_closed or isinstance(fact, qa.QuestionClosed)
    book.keep("thread", id, AskedView(position=at.position, body=_folded(fact, at, view.body), is_closed=is_closed))
    book.touch(Key(LEARNING, "asked", id), at.position, id)


def _folded(fact: Fact, at: At, body: AskedBody | None) -> AskedBody:
    by = Person(at.meta.actor, at.by_name())
    if isinstance(fact, qa.QuestionAsked):
        return AskedBody(
            text=fact.text,
            item_ids=fact.item_ids,
            by=by,
            at=at.when,
            pinyin=spoken(fact.text),
            answers=(),
            marked=0,
            taken_up=(),
        )
    assert body is not None
    match fact:
        case qa.QuestionAnswered():
            return replace(body, answers=(*body.answers, AnswerGiven(fact.number, fact.text, by, at.when)))
        case qa.AnswerMarked():
            return replace(body, marked=fact.number)
        case qa.QuestionTakenUp():
            one = TakenUp(fact.kind, fact.content_id)
            return replace(body, taken_up=tuple(dict.fromkeys((*body.taken_up, one))))
        case _:
            return body


def _row(_: Key, id: str, book: Book) -> AskedBody | None:
    view = book.view("thread", id, AskedView)
    assert view is not None
    return None if view.is_closed else view.body


LEDGER = Ledger(
    views={"thread": AskedView},
    handlers=dict.fromkeys(qa.FACTS, _on_thread),
    builders={"asked": _row},
    forget={},
)
