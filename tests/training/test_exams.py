"""Examinations: what is drawn, what counts, when they end, and who may begin one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest
from msgspec.structs import replace

from domain.calendar.limits import local_day
from domain.centre.centre import item_stream
from domain.centre.commands import PublishItem
from domain.commands import CENTRE_ONLY
from domain.training.candidate import candidate_stream
from domain.training.content import CatalogueFact, CertificateKind, DrawRule, Question
from domain.training.drawing import Banked, draw, pool_of
from domain.training.exams import AllowAttempts, ExamAnswerLate, ExamEnded, StartExam
from domain.training.source import FileFault, Known, contents_from_source
from tests.cast import CASE, CATALOGUE, HARDSHIP, LEASE, LIN, SUN, ZHOU, Clock
from tests.projections.conftest import Followed
from tests.training.school import BANK, KIND, STALE, School, question
from web.demo.training import FILE
from web.training_files import attached, given_on_disk, parsed

POOL = tuple(Banked(1, one) for one in BANK)
ATTEMPTS = tuple(uuid5(CASE, f"attempt {n}") for n in range(40))


def exam_facts(followed: Followed, attempt: Any) -> list[Any]:
    return [one.fact for one in followed.centre.read(attempt)]


# Drawing


def test_the_same_attempt_draws_the_same_questions_in_the_same_order() -> None:
    assert draw(KIND, POOL, ATTEMPTS[0]) == draw(KIND, tuple(reversed(POOL)), ATTEMPTS[0])


def test_other_attempts_draw_other_questions_and_show_the_options_in_another_order() -> None:
    drawn = [draw(KIND, POOL, one) for one in ATTEMPTS]
    orders = Counter(one.order for each in drawn for one in each)

    assert len({tuple(one.question for one in each) for each in drawn}) == len(ATTEMPTS)
    assert len(orders) == 24, "four options stand in every order"
    assert max(orders.values()) < sum(orders.values()) / 5


def test_the_rules_of_a_certificate_say_how_many_come_from_which_part_of_the_bank() -> None:
    bank = {one.id: one for one in BANK}

    for attempt in ATTEMPTS:
        drawn = [bank[one.question] for one in draw(KIND, POOL, attempt)]
        assert len({one.id for one in drawn}) == KIND.exam.questions
        assert sum(one.level == 3 for one in drawn) >= 4
        assert sum(one.type == "multiple" for one in drawn) >= 2


def test_no_question_of_an_earlier_attempt_is_asked_again_while_others_are_left() -> None:
    seen: list[tuple[str, ...]] = []
    for attempt in ATTEMPTS[:3]:
        seen.append(tuple(one.question for one in draw(replace_draw(), POOL, attempt, seen=seen)))

    assert len({id for asked in seen for id in asked}) == 30, "three times ten of thirty"
    fourth = [one.question for one in draw(replace_draw(), POOL, ATTEMPTS[3], seen=seen)]
    assert set(fourth) == set(seen[0]), "then those that were asked longest ago"


def replace_draw() -> Any:
    return replace(KIND, exam=replace(KIND.exam, draw=()))


def test_a_rule_that_finds_too_few_questions_leaves_the_rest_to_the_whole_bank() -> None:
    greedy = replace(KIND, exam=replace(KIND.exam, draw=(DrawRule(count=9, course_ids=("course-nowhere",)),)))

    assert len(draw(greedy, POOL, ATTEMPTS[0])) == KIND.exam.questions


def test_only_questions_on_items_of_the_certificate_are_asked() -> None:
    other = Banked(1, question(77, item=HARDSHIP.id))

    assert other not in pool_of(KIND, (*POOL, other))
    assert other in pool_of(replace(KIND, item_ids="all"), (*POOL, other))


def test_places_shown_and_letters_of_the_bank_lead_to_each_other() -> None:
    for one in draw(KIND, POOL, ATTEMPTS[0]):
        for letters in (("A",), ("B", "D"), ("A", "B", "C")):
            assert one.chosen(one.shown(letters)) == letters


def test_a_question_that_the_catalogue_contradicts_is_not_asked(school: School) -> None:
    wide = replace(KIND, item_ids=(LEASE.id, HARDSHIP.id), exam=replace(KIND.exam, questions=31, draw=()))
    school.publish(wide)
    first, _ = school.begin(ZHOU, wide)
    assert STALE.id in {one.question for one in school.sitting(first).questions}

    changed = CatalogueFact(item=HARDSHIP.id, path="promised_working_days", equals=HARDSHIP.promised_working_days)
    assert STALE.catalogue_fact == changed
    from_now_on = replace(HARDSHIP, version=2, promised_working_days=9)
    publish_item(school, from_now_on)
    _, answer = school.begin(LIN, wide)

    assert (answer.code, answer.params) == ("exam-not-open", {"why": "no-questions", "have": 30, "need": 31})


def publish_item(school: School, item: Any) -> None:
    assert school.premises.centre.by_itself(PublishItem(item=item), lane=item_stream(item.id)).verdict == "applied"


# Answering


def test_every_answer_is_kept_at_once_and_the_last_one_counts(school: School, followed: Followed) -> None:
    attempt, _ = school.begin(ZHOU)
    asked = school.sitting(attempt).questions[0]

    for choice in ((0,), (1,), (1,)):
        assert school.give(ZHOU, attempt, asked.question, choice).verdict == "applied"

    body = followed.body("exam", attempt)
    assert [(one["question"], one["chosen"]) for one in body["answers"]] == [(asked.question, [1])]
    assert len(exam_facts(followed, attempt)) == 3, "the beginning and two answers; the same one twice says nothing new"


def test_an_answer_is_taken_back_by_choosing_nothing(school: School, followed: Followed) -> None:
    attempt, _ = school.begin(ZHOU)
    asked = school.sitting(attempt).questions[0]

    school.give(ZHOU, attempt, asked.question, (0,))
    school.give(ZHOU, attempt, asked.question, ())

    assert followed.body("exam", attempt)["answers"] == []


def test_nobody_answers_for_another_and_nothing_that_was_not_asked(school: School) -> None:
    attempt, _ = school.begin(ZHOU)
    asked = school.sitting(attempt).questions[0]

    assert school.give(LIN, attempt, asked.question, (0,)).code == "not-found"
    assert school.give(SUN, attempt, asked.question, (0,)).code == "not-found"
    assert school.give(ZHOU, attempt, "q-nowhere", (0,)).code == "invalid"
    assert school.give(ZHOU, attempt, asked.question, (4,)).code == "invalid"
    assert school.hand_in(LIN, attempt).code == "not-found"


def test_answers_count_up_to_the_last_instant_by_the_clock_of_the_centre(
    school: School, followed: Followed, clock: Clock
) -> None:
    attempt, _ = school.begin(ZHOU)
    school.answer(ZHOU, attempt, right=9, of=9)
    last = school.sitting(attempt).questions[9]

    clock.now = school.sitting(attempt).ends_at
    school.give(ZHOU, attempt, last.question, last.shown(school.bank[last.question].answer))
    school.hand_in(ZHOU, attempt)

    assert followed.body("exam", attempt)["percent"] == 100


def test_what_comes_in_after_the_end_is_shown_as_late_and_changes_nothing(
    school: School, followed: Followed, clock: Clock
) -> None:
    attempt, _ = school.begin(ZHOU)
    school.answer(ZHOU, attempt, right=7, of=7)
    late = school.sitting(attempt).questions[9]
    ends_at = school.sitting(attempt).ends_at

    clock.now = ends_at + timedelta(seconds=1)
    assert school.give(ZHOU, attempt, late.question, (2,)).verdict == "applied"

    ended, said = exam_facts(followed, attempt)[-2:]
    assert (ended.why, ended.at, ended.percent, ended.passed) == ("time-over", ends_at, 70, False)
    assert isinstance(said, ExamAnswerLate)
    body = followed.body("exam", attempt)
    assert [(one["question"], one["chosen"]) for one in body["late"]] == [(late.question, [2])]
    assert late.question not in [one["question"] for one in body["answers"]]


def test_an_examination_ends_by_itself_when_its_time_is_over_and_once(
    school: School, followed: Followed, clock: Clock
) -> None:
    attempt, _ = school.begin(ZHOU)
    school.answer(ZHOU, attempt, right=8, of=8)

    school.fire(attempt)
    assert not school.sitting(attempt).ended
    clock.advance(hours=5)
    school.fire(attempt)
    school.fire(attempt)
    assert school.hand_in(ZHOU, attempt).verdict == "applied"

    ended = [one for one in exam_facts(followed, attempt) if isinstance(one, ExamEnded)]
    assert [(one.why, one.at, one.percent, one.passed) for one in ended] == [
        ("time-over", school.sitting(attempt).ends_at, 80, True)
    ]


def test_a_question_with_several_answers_needs_all_of_them_and_no_other(school: School, followed: Followed) -> None:
    attempt, _ = school.begin(ZHOU)
    several = [one for one in school.sitting(attempt).questions if len(school.bank[one.question].answer) == 2]
    half, whole = several[0], several[1]

    school.give(ZHOU, attempt, half.question, half.shown(("A",)))
    school.give(ZHOU, attempt, whole.question, whole.shown(("A", "C")))
    school.hand_in(ZHOU, attempt)

    ended = exam_facts(followed, attempt)[-1]
    assert ended.right == (whole.question,)
    assert half.question in ended.wrong


# What a device holds


def test_no_right_answer_and_no_explanation_is_held_by_a_device_before_the_end(
    school: School, followed: Followed
) -> None:
    attempt, _ = school.begin(ZHOU)
    school.answer(ZHOU, attempt, right=3, of=5)
    followed.settle()
    explained = {one.explanation_zh for one in BANK}

    rows = [row.row for row in followed.reader.page([f"learner:{ZHOU.id}", "learning"], (0, "")).rows]
    assert not [words for words in explained if any(words in row for row in rows)]
    assert {(one["right"], one["is_right"]) for one in followed.body("exam-paper", attempt)["questions"]} == {
        (None, None)
    }

    school.hand_in(ZHOU, attempt)

    paper = followed.body("exam-paper", attempt)["questions"]
    assert sum(one["is_right"] for one in paper) == 3
    assert all(one["explanation"]["zh"] in explained for one in paper)


def test_the_order_of_the_bank_does_not_show_on_the_paper(school: School, followed: Followed) -> None:
    attempt, _ = school.begin(ZHOU)

    for drawn, asked in zip(
        school.sitting(attempt).questions, followed.body("exam-paper", attempt)["questions"], strict=True
    ):
        options = school.bank[drawn.question].options
        assert [one["zh"] for one in asked["options"]] == [options[letter] for letter in drawn.order]


# Beginning


def test_one_examination_runs_at_a_time(school: School) -> None:
    attempt, _ = school.begin(ZHOU)
    _, again = school.begin(ZHOU)

    assert (again.verdict, again.code, again.params) == (
        "refused",
        "exam-not-open",
        {"why": "running", "attempt": str(attempt)},
    )


def test_whoever_failed_waits_for_some_days_and_may_try_only_so_often(school: School, clock: Clock) -> None:
    for days in (3, 3, 0):
        school.sit(ZHOU, right=2)
        _, at_once = school.begin(ZHOU)
        clock.advance(days=days)
        if days:
            assert at_once.params == {"why": "cooldown", "from": f"{local_day(clock.now)}"}

    assert at_once.params == {"why": "no-attempts", "most": 3}
    clock.advance(days=30)
    assert school.begin(ZHOU)[1].params == {"why": "no-attempts", "most": 3}


def test_a_lead_lets_somebody_try_again_with_a_reason_and_nobody_does_so_for_themself(
    school: School, clock: Clock
) -> None:
    for _ in range(3):
        school.sit(ZHOU, right=2)
        clock.advance(days=3)
    allow = AllowAttempts(person=ZHOU.id, certificate=KIND.id, reason="连着三次停电")

    assert school.premises.do(allow, by=LIN, case=ZHOU.id).code == "forbidden"
    assert school.premises.do(allow, by=SUN, case=ZHOU.id).verdict == "applied"
    clock.advance(seconds=1)

    attempt, answer = school.begin(ZHOU)
    assert answer.verdict == "applied"
    assert school.sitting(attempt).person == ZHOU.id
    own = AllowAttempts(person=SUN.id, certificate=KIND.id, reason="我自己")
    assert school.premises.do(own, by=SUN, case=SUN.id).code == "invalid"


def test_more_attempts_take_none_away_that_runs_or_was_passed(school: School, clock: Clock) -> None:
    allow = AllowAttempts(person=ZHOU.id, certificate=KIND.id, reason="停过电")
    school.read(ZHOU)
    school.sit(ZHOU, right=2)
    clock.advance(days=3)
    attempt, _ = school.begin(ZHOU)

    assert school.premises.do(allow, by=SUN, case=ZHOU.id).verdict == "applied"
    clock.advance(seconds=1)
    assert [one.id for one in school.candidate(ZHOU).tried(KIND.id)] == [attempt]
    school.answer(ZHOU, attempt, right=10)
    school.hand_in(ZHOU, attempt)
    assert school.premises.do(allow, by=SUN, case=ZHOU.id).verdict == "applied"
    clock.advance(seconds=1)
    school.practise(ZHOU)

    assert KIND.id in school.candidate(ZHOU).certificates


def test_a_device_cannot_begin_an_examination_by_an_intent_whose_id_it_has_chosen() -> None:
    assert StartExam in CENTRE_ONLY


def test_a_lane_that_was_used_before_begins_nothing(school: School) -> None:
    attempt, _ = school.begin(ZHOU)

    assert school.premises.do(StartExam(certificate=KIND.id), by=LIN, case=attempt).code == "invalid"
    assert (
        school.premises.do(StartExam(certificate=KIND.id), by=LIN, case=candidate_stream(LIN.id)).verdict == "refused"
    )


@pytest.mark.parametrize("right", [7, 8])
def test_the_mark_is_reached_or_it_is_not(school: School, followed: Followed, right: int) -> None:
    attempt = school.sit(ZHOU, right=right)

    body = followed.body("exam", attempt)
    assert (body["percent"], body["passed"]) == (10 * right, right >= 8)


def test_the_rules_of_a_draw_never_have_a_question_asked_again_while_there_are_others() -> None:
    greedy = replace(KIND, exam=replace(KIND.exam, draw=(DrawRule(count=6, levels=(3,)),)))
    seen: list[tuple[str, ...]] = []
    for attempt in ATTEMPTS[:3]:
        seen.append(tuple(one.question for one in draw(greedy, POOL, attempt, seen=seen)))

    assert len({id for asked in seen for id in asked}) == 30, (
        "ten of the thirty are of level 3, and six a draw would be 18"
    )


@pytest.mark.parametrize("certificate", ["cert-all-subject", "cert-social-relief", "cert-employment"])
def test_the_bank_of_the_demonstration_lets_nobody_meet_a_question_twice_in_two_attempts(certificate: str) -> None:
    content = demo_content()
    kind = next(one for one in content if isinstance(one, CertificateKind) and one.id == certificate)
    pool = pool_of(kind, [Banked(1, one) for one in content if isinstance(one, Question)])

    first = [one.question for one in draw(kind, pool, ATTEMPTS[0])]
    second = [one.question for one in draw(kind, pool, ATTEMPTS[1], seen=[first])]

    assert len(first) == len(second) == kind.exam.questions
    assert not set(first) & set(second)


def demo_content() -> tuple[Any, ...]:
    """What the demonstration's staff learn, read as it is published."""
    given = given_on_disk(FILE)
    found = parsed(given.text)
    assert not isinstance(found, FileFault)
    items = {item.id: item for item in CATALOGUE.items}
    return contents_from_source(
        found.raw, found.lines, Known(items.get), attach=lambda name: attached(given.beside(name))
    ).contents
