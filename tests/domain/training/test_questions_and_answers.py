from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.refusals import Forbidden, Invalid, NotFound, QuestionIsClosed, TrainingUnsound
from domain.training.publishing import TrainingPublished
from domain.training.questions_and_answers import (
    AnswerMarked,
    AskQuestion,
    CloseQuestion,
    MarkAnswer,
    QuestionAnswered,
    QuestionAsked,
    QuestionClosed,
    QuestionTakenUp,
    ReplyToQuestion,
    TakeUpQuestion,
)
from tests.cast import CASE, FATHER, LEASE, SUN, ZHOU
from tests.domain.case.desk import Desk
from tests.domain.training.lessons import ANSWER, TRAINER, school

THREAD = UUID("0199aaaa-0000-7000-8000-00000000abcd")
ASK = AskQuestion(text="转租没有书面同意能备案吗？", item_ids=(LEASE.id,))
REPLY = ReplyToQuestion(text="要房东书面同意。")


def asked() -> Desk:
    desk = school()
    desk.do(ASK, by=ZHOU, case=THREAD)
    return desk


def test_a_question_is_asked_answered_and_one_answer_marked() -> None:
    desk = asked()

    desk.do(REPLY, by=SUN, case=THREAD)
    desk.do(replace(REPLY, text="手机上签也行。"), by=ZHOU, case=THREAD)
    desk.do(MarkAnswer(number=2), by=TRAINER, case=THREAD)

    assert [fact for stream, fact in desk.facts if stream == THREAD] == [
        QuestionAsked(text=ASK.text, item_ids=(LEASE.id,)),
        QuestionAnswered(number=1, text=REPLY.text),
        QuestionAnswered(number=2, text="手机上签也行。"),
        AnswerMarked(number=2),
    ]


def test_residents_have_no_part_in_it_and_clerks_do_not_say_what_holds() -> None:
    desk = asked()
    desk.do(REPLY, by=SUN, case=THREAD)

    for command, by in (
        (ASK, FATHER),
        (REPLY, FATHER),
        (MarkAnswer(number=1), ZHOU),
        (CloseQuestion(reason="x"), ZHOU),
    ):
        with pytest.raises(Forbidden):
            desk.do(command, by=by, case=THREAD)


def test_only_an_answer_that_is_there_can_be_marked_and_twice_is_once() -> None:
    desk = asked()
    desk.do(REPLY, by=SUN, case=THREAD)

    with pytest.raises(NotFound):
        desk.do(MarkAnswer(number=2), by=TRAINER, case=THREAD)
    desk.do(MarkAnswer(number=1), by=TRAINER, case=THREAD)
    assert list(desk.do(MarkAnswer(number=1), by=TRAINER, case=THREAD)) == []


def test_a_question_begins_on_a_new_stream_about_items_that_there_are() -> None:
    desk = asked()

    for command, lane in (
        (ASK, THREAD),
        (ASK, uuid5(CASE, "derived")),
        (replace(ASK, item_ids=("nothing",)), UUID("0199aaaa-0000-7000-8000-00000000abce")),
    ):
        with pytest.raises(Invalid):
            desk.do(command, by=ZHOU, case=lane)
    with pytest.raises(NotFound):
        desk.do(REPLY, by=ZHOU, case=UUID("0199aaaa-0000-7000-8000-00000000abcf"))


def test_a_question_that_is_taken_up_is_published_and_says_what_it_became() -> None:
    desk = asked()

    decided = list(desk.do(TakeUpQuestion(content=ANSWER), by=TRAINER, case=THREAD))

    assert decided[-2:] == [
        TrainingPublished(content=ANSWER, version=1),
        QuestionTakenUp(kind="qa", content_id=ANSWER.id),
    ]
    with pytest.raises(TrainingUnsound):
        desk.do(TakeUpQuestion(content=replace(ANSWER, id="x", item_ids=("nothing",))), by=TRAINER, case=THREAD)


def test_a_closed_question_is_talked_about_no_more() -> None:
    desk = asked()

    closed = list(desk.do(CloseQuestion(reason="别处有"), by=TRAINER, case=THREAD))

    assert closed == [QuestionClosed(reason="别处有")]
    assert list(desk.do(CloseQuestion(reason="别处有"), by=TRAINER, case=THREAD)) == []
    for command, by in ((REPLY, ZHOU), (MarkAnswer(number=1), TRAINER)):
        with pytest.raises(QuestionIsClosed):
            desk.do(command, by=by, case=THREAD)
