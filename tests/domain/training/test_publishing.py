from datetime import date

import pytest
from msgspec.structs import replace

from domain.actors import Actor
from domain.case.commands import FireTimer
from domain.centre.publishing import midnight
from domain.refusals import Forbidden, NotFound, TrainingUnsound
from domain.training.content import Attachment, Choice, Content, ExpectedAct, Lesson, Play, content_stream
from domain.training.policies import timers_of
from domain.training.publishing import (
    PolicyTookEffect,
    PublishTraining,
    TrainingPublished,
    TrainingWithdrawn,
    WithdrawTraining,
)
from tests.cast import CENTRE, FATHER, SUN, ZHOU
from tests.domain.case.desk import Desk
from tests.domain.training.lessons import ANSWER, COURSE, PAPERS, POLICY, QUESTION, TOPIC, TRAINER, school
from tests.training.school import SCENARIO

STEP = SCENARIO.steps[0]


def published(desk: Desk) -> list[object]:
    return [fact for _, fact in desk.facts if isinstance(fact, TrainingPublished | TrainingWithdrawn)]


@pytest.mark.parametrize("by", [TRAINER, SUN, CENTRE], ids=["trainer", "lead", "centre"])
def test_trainers_leads_and_the_centre_publish_what_is_learnt(by: Actor) -> None:
    desk = Desk()

    desk.do(PublishTraining(content=COURSE), by=by)

    assert published(desk) == [TrainingPublished(content=COURSE, version=1)]


@pytest.mark.parametrize("by", [ZHOU, FATHER], ids=["clerk", "resident"])
def test_nobody_else_does(by: Actor) -> None:
    with pytest.raises(Forbidden):
        Desk().do(PublishTraining(content=COURSE), by=by)


def test_a_changed_thing_gets_the_next_version_and_an_unchanged_one_nothing() -> None:
    desk = school()
    changed = replace(COURSE, due_days=7)

    assert list(desk.do(PublishTraining(content=COURSE), by=TRAINER)) == []
    desk.do(PublishTraining(content=changed), by=TRAINER)

    assert desk.edition("course", "lease").versions == {1: COURSE, 2: changed}


def test_what_was_withdrawn_is_learnt_no_more_until_it_is_published_again() -> None:
    desk = school()

    desk.do(WithdrawTraining(kind="course", content_id="lease", reason="过时"), by=TRAINER)
    assert desk.edition("course", "lease").content is None
    assert list(desk.do(WithdrawTraining(kind="course", content_id="lease", reason="过时"), by=TRAINER)) == []
    desk.do(PublishTraining(content=COURSE), by=TRAINER)

    assert desk.edition("course", "lease").content == COURSE
    assert desk.edition("course", "lease").newest == 2


def test_what_was_never_published_cannot_be_withdrawn() -> None:
    with pytest.raises(NotFound):
        Desk().do(WithdrawTraining(kind="qa", content_id="nothing", reason="无"), by=TRAINER)


def lesson(**changes: object) -> Lesson:
    return replace(PAPERS, **changes)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (replace(COURSE, lessons=()), "lessons: it is empty"),
        (replace(COURSE, id="Lease 1"), "id: it is made of small letters, digits and hyphens, 80 at most"),
        (replace(COURSE, title_zh=" "), "title_zh: it is empty"),
        (replace(COURSE, due_days=0), "due_days: it lies between 1 and 3,660"),
        (replace(COURSE, lessons=(PAPERS, PAPERS)), "lessons.1.id: lease-papers stands twice"),
        (
            replace(COURSE, lessons=(lesson(id="other"),)),
            "lessons.0.id: it does not begin with lease-, the course that it belongs to",
        ),
        (replace(COURSE, lessons=(lesson(item_ids=("nothing",)),)), "lessons.0.item_ids.0: there is no item nothing"),
        (
            replace(
                COURSE,
                lessons=(
                    lesson(attachments=(Attachment(kind="pdf", name="a.pdf", title_zh="件", sha256="a" * 64, size=1),)),
                ),
            ),
            "attachments: the file a.pdf was not brought in",
        ),
        (
            replace(
                COURSE,
                lessons=(
                    lesson(
                        attachments=(
                            Attachment(
                                kind="pdf", name="../a.pdf", title_zh="件", sha256="a" * 64, size=1, address="b" * 64
                            ),
                        )
                    ),
                ),
            ),
            "lessons.0.attachments.0.name: it is a name of 200 signs at most, without slashes",
        ),
        (replace(SCENARIO, steps=(replace(STEP, role="centre"),)), "steps.0.role: there is no role centre"),
        (
            replace(SCENARIO, steps=(replace(STEP, plays=(Play(do="work", role="boss"),)),)),
            "steps.0.plays.0.role: there is no role boss",
        ),
        (replace(TOPIC, lesson_ids=("lease-nothing",)), "lesson_ids.0: there is no lesson lease-nothing"),
        (replace(QUESTION, answer=("C",)), "answer: it names letters of options, each once and in order"),
        (replace(QUESTION, type="multiple"), "answer: a question of type multiple cannot have 1"),
        (replace(QUESTION, type="multiple", answer=("A", "B")), "answer: every option is right"),
        (replace(QUESTION, options={"A": "同", "B": "同"}), "options: two of them are the same"),
        (
            replace(QUESTION, options={"B": "一", "C": "二"}),
            "options: there are two or more, with the letters from A on",
        ),
        (replace(QUESTION, course_id="none"), "course_id: there is no course none"),
        (replace(QUESTION, item_ids=()), "item_ids: it is tied to no item"),
        (replace(ANSWER, item_ids=("nothing",)), "item_ids.0: there is no item nothing"),
        (replace(POLICY, effective=date.min), "effective: it lies between 1880-01-01 and 2199-12-31"),
        (replace(POLICY, effective=date.max), "effective: it lies between 1880-01-01 and 2199-12-31"),
    ],
)
def test_what_contradicts_itself_or_refers_to_nothing_is_not_published(content: Content, fault: str) -> None:
    with pytest.raises(TrainingUnsound) as refused:
        school().do(PublishTraining(content=content), by=TRAINER)

    assert fault in refused.value.params["faults"]


def test_what_is_wrong_is_said_in_chinese_with_its_place_in_the_words_of_the_screen() -> None:
    wrong = replace(QUESTION, answer=("C",), item_ids=("nothing",))

    with pytest.raises(TrainingUnsound) as refused:
        school().do(PublishTraining(content=wrong), by=TRAINER)

    assert refused.value.params["faults_zh"] == [
        "事项·第1个：没有事项 nothing",
        "答案：要写选项的字母，每个一次，按顺序",
    ]


def test_a_step_that_is_judged_by_words_has_to_offer_the_right_ones() -> None:
    said = Choice(action="explain", args={"says": "1"}, text_zh="可以代办。")
    step = replace(STEP, expected=ExpectedAct(action="explain", args={"says": "1"}), choices=(said,))
    wrong = replace(step, choices=(replace(said, args={"says": "2"}), replace(said, action="dance")))

    school().do(PublishTraining(content=replace(SCENARIO, steps=(step,))), by=TRAINER)
    with pytest.raises(TrainingUnsound) as refused:
        school().do(PublishTraining(content=replace(SCENARIO, steps=(wrong,))), by=TRAINER)

    assert refused.value.params["faults"] == [
        "steps.0.choices.1.action: there is no action dance",
        "steps.0.choices: none of them is what is expected",
    ]
    assert refused.value.params["faults_zh"] == [
        "第1步·第2种说法·要做什么：没有操作 dance",
        "第1步·说法：没有一句是应当说的",
    ]


def test_lessons_of_topics_are_found_in_their_courses() -> None:
    desk = school()

    desk.do(PublishTraining(content=TOPIC), by=TRAINER)

    assert desk.edition("topic", TOPIC.id).content == TOPIC


# Policies by time


def test_a_policy_takes_effect_at_the_midnight_of_its_first_day_once() -> None:
    desk = school()
    stream = content_stream("policy", POLICY.id)
    (timer,) = timers_of(stream, desk.edition("policy", POLICY.id))
    fire = FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about)

    desk.now = midnight(date(2026, 9, 14))
    early = list(desk.do(fire, by=CENTRE, case=stream))
    desk.now = midnight(date(2026, 9, 15))
    due = list(desk.do(fire, by=CENTRE, case=stream))
    again = list(desk.do(fire, by=CENTRE, case=stream))

    assert (early, again) == ([], [])
    assert due == [PolicyTookEffect(version=1, effective_at=midnight(date(2026, 9, 15)))]
    assert timers_of(stream, desk.edition("policy", POLICY.id)) == ()


def test_a_new_version_of_a_policy_takes_effect_by_itself_and_a_withdrawn_one_does_not() -> None:
    desk = school()
    desk.do(PublishTraining(content=replace(POLICY, effective=date(2026, 10, 1))), by=TRAINER)
    stream = content_stream("policy", POLICY.id)

    assert [(one.at, one.about) for one in timers_of(stream, desk.edition_in(stream))] == [
        (midnight(date(2026, 10, 1)), "2")
    ]
    desk.do(WithdrawTraining(kind="policy", content_id=POLICY.id, reason="撤"), by=TRAINER)
    assert timers_of(stream, desk.edition_in(stream)) == ()
