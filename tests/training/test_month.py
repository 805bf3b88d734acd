"""A month of training, made up: the figures are what counting by hand gives, whatever happens in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from statistics import median
from typing import NamedTuple
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.calendar.limits import Due, local_day
from domain.case.facts import CaseAccepted, CaseFiled, CorrectionRequested
from domain.centre.centre import NAMESPACE, ItemPublished, item_stream
from domain.facts import Envelope, Fact, Meta, Sealed
from domain.staff.staff import CertificateEnded, CertificateHeld, StaffEnrolled
from domain.training.candidate import ScenarioPassed, candidate_stream
from domain.training.content import Content, content_stream, kind_of
from domain.training.courses import WHOLE, LessonReached, PolicyAcknowledged
from domain.training.drawing import Banked, Drawn, draw
from domain.training.exams import ExamEnded, ExamStarted
from domain.training.publishing import TrainingPublished
from projections.figure_bodies import FiguresBody
from projections.training_figures import Figures, Period
from tests.cast import CATALOGUE, LEASE
from tests.training.school import BANK, COURSE, KIND, SCENARIO

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
NOVEMBER = Period(FIRST, LAST)
START = datetime(2026, 9, 1, 1, tzinfo=UTC)
ITEMS = (LEASE, *(one for one in CATALOGUE.items if one.id != LEASE.id))[:12]
PEOPLE = 300
TAUGHT = replace(COURSE, lessons=tuple(replace(one, item_ids=(LEASE.id,)) for one in COURSE.lessons))
"""The course, about the lease filing."""
ASKED = tuple(replace(one, item_ids=(ITEMS[n % 4].id,)) for n, one in enumerate(BANK))
"""The bank, about four items in turn; on the first of them people make more mistakes."""
ABOUT = {one.id: one.item_ids[0] for one in ASKED}
CENTRE = uuid5(NAMESPACE, "centre")


class Person(NamedTuple):
    """Somebody of the month: joined on a day, and how good they are."""

    id: UUID
    name: str
    roles: tuple[str, ...]
    joined: datetime
    skill: float


class Month:
    """Facts in the order of time, and beside them what was done, counted while it is made up."""

    def __init__(self, seed: int, *, all_pass: bool = False) -> None:
        """Make one up."""
        self.pick = Random(seed)
        self.all_pass = all_pass
        self.made: list[tuple[datetime, UUID, UUID, Fact]] = []
        self.done: list[tuple[UUID, datetime]] = []
        self.sat: list[tuple[UUID, datetime, int, bool, tuple[str, ...], tuple[str, ...]]] = []
        self.cases: list[tuple[UUID, datetime, str, bool]] = []
        self.held: dict[tuple[UUID, UUID], tuple[tuple[str, ...], bool, date, str]] = {}
        self.finished: dict[UUID, datetime] = {}
        self._n = 0
        self._publish()
        self.people = [self._join(n) for n in range(PEOPLE)]
        for one in self.people:
            self._learn(one)
        self._work()

    def figures(self) -> FiguresBody:
        """What is told of November."""
        figures = Figures()
        ordered = sorted(self.made, key=lambda one: one[0])
        versions: dict[UUID, int] = defaultdict(int)
        for position, (at, stream, actor, fact) in enumerate(ordered, start=1):
            versions[stream] += 1
            meta = Meta(actor=actor, role="window-clerk", recorded_at=at)
            figures.take(position, Envelope(stream, versions[stream], fact, meta))
        return figures.body(NOVEMBER, today=LAST)

    def _publish(self) -> None:
        for item in ITEMS:
            self._add(START, item_stream(item.id), CENTRE, ItemPublished(item=item))
        every: tuple[Content, ...] = (TAUGHT, *ASKED, SCENARIO, KIND)
        for content in every:
            fact = TrainingPublished(content=content, version=1)
            self._add(START, content_stream(kind_of(content), content.id), CENTRE, fact)

    def _join(self, n: int) -> Person:
        late = self.pick.random() < 0.15
        joined = self._at(date(2026, 11, self.pick.randint(2, 22)) if late else date(2026, 9, self.pick.randint(2, 28)))
        roles = ("window-clerk",) if n % 10 else ("auditor",)
        one = Person(uuid5(NAMESPACE, f"person {n}"), f"人{n:03}", roles, joined, self.pick.random())
        enrolled = StaffEnrolled(
            username=f"p{n}", name=one.name, roles=roles, office="street", password=Sealed(one.id, value="x")
        )
        self._add(joined, one.id, one.id, enrolled)
        return one

    def _learn(self, one: Person) -> None:
        if not self.all_pass and self.pick.random() < 0.2:
            return
        at = max(one.joined, self._at(date(2026, self.pick.choice((10, 11)), self.pick.randint(1, 27))))
        if self.all_pass:
            at = max(at, self._at(date(2026, 11, 2)))
        reads_all = self.all_pass or self.pick.random() < 0.7
        for lesson in COURSE.lessons[: 2 if reads_all else 1]:
            at += timedelta(minutes=self.pick.randint(5, 600))
            half = LessonReached(course_id=COURSE.id, lesson_id=lesson.id, version=1, permille=400, on=local_day(at))
            self._add(at - timedelta(minutes=3), one.id, one.id, half)
            self._add(at, one.id, one.id, replace(half, permille=WHOLE))
            self.done.append((one.id, at))
        if reads_all:
            self.finished[one.id] = at
        if self.pick.random() < 0.3:
            at += timedelta(hours=1)
            self._add(at, one.id, one.id, PolicyAcknowledged(policy_id="policy-x", version=1))
            self.done.append((one.id, at))
        if self.pick.random() < 0.4:
            at += timedelta(hours=1)
            passed = ScenarioPassed(person=one.id, scenario=SCENARIO.id, version=1, points=10, of=10)
            self._add(at, candidate_stream(one.id), CENTRE, passed)
            self.done.append((one.id, at))
        self._examine(one, at)
        self._certify(one, at)

    def _examine(self, one: Person, at: datetime) -> None:
        for n in range(1 if self.all_pass else self.pick.randint(0, 3)):
            at += timedelta(hours=self.pick.randint(1, 90))
            attempt = uuid5(one.id, f"attempt {n} {self._next()}")
            drawn = draw(KIND, (Banked(1, each) for each in ASKED), attempt)
            begun = ExamStarted(
                person=one.id,
                certificate=KIND.id,
                kind_version=1,
                questions=drawn,
                ends_at=at + timedelta(minutes=30),
                pass_mark=KIND.exam.pass_mark,
            )
            self._add(at, attempt, one.id, begun)
            right = [each.question for each in drawn if self.all_pass or self.pick.random() < self._chance(one, each)]
            wrong = [each.question for each in drawn if each.question not in right]
            percent = 100 * len(right) // len(drawn)
            ended = ExamEnded(
                why="handed-in",
                at=at + timedelta(minutes=20),
                right=tuple(right),
                wrong=tuple(wrong),
                percent=percent,
                passed=percent >= 80,
            )
            self._add(ended.at, attempt, one.id, ended)
            self.sat.append((one.id, ended.at, percent, percent >= 80, tuple(right), tuple(wrong)))
            if percent >= 80:
                return

    def _chance(self, one: Person, drawn: Drawn) -> float:
        return (0.4 if ABOUT[drawn.question] == LEASE.id else 0.6) + one.skill / 2

    def _certify(self, one: Person, at: datetime) -> None:
        for _ in range(self.pick.randint(0, 2)):
            certificate = uuid5(one.id, f"certificate {self._next()}")
            items = tuple(item.id for item in self.pick.sample(ITEMS, 3))
            all_items = self.pick.random() < 0.05
            until = LAST + timedelta(days=self.pick.choice((-40, -1, 0, 10, 30, 31, 200)))
            held = CertificateHeld(
                certificate=certificate, kind=KIND.id, items=items, all_items=all_items, valid_until=until
            )
            self._add(at, one.id, one.id, held)
            why = self.pick.choice(("", "", "", "revoked", "renewed", "expired"))
            if why:
                self._add(at + timedelta(hours=1), one.id, one.id, CertificateEnded(certificate=certificate, why=why))
            self.held[one.id, certificate] = (items, all_items, until, why)

    def _work(self) -> None:
        for n in range(1_500):
            item = self.pick.choice(ITEMS).id if n % 3 else LEASE.id
            at = self._at(date(2026, self.pick.choice((10, 11)), self.pick.randint(1, 28)))
            one = self.pick.choice([one for one in self.people if one.joined < at])
            case = uuid5(NAMESPACE, f"case {n}")
            self._add(at, case, one.id, _filed(item))
            corrected = self.pick.random() < (0.5 if item == LEASE.id else 0.2)
            looked = at + timedelta(hours=2)
            if n % 50 == 0:
                self._add(looked, case, CENTRE, _accepted(deemed=True))
                continue
            fact: Fact = _corrected() if corrected else _accepted()
            self._add(looked, case, one.id, fact)
            if corrected:
                self._add(looked + timedelta(hours=5), case, self.pick.choice(self.people).id, _accepted())
            self.cases.append((one.id, looked, item, corrected))

    def _add(self, at: datetime, stream: UUID, actor: UUID, fact: Fact) -> None:
        self.made.append((at, stream, actor, fact))

    def _at(self, day: date) -> datetime:
        """An instant of a working day, far from midnight in Shanghai."""
        return datetime(day.year, day.month, day.day, self.pick.randint(1, 8), self.pick.randint(0, 59), tzinfo=UTC)

    def _next(self) -> int:
        self._n += 1
        return self._n


DUE = Due(at=START, on=FIRST, rule="promised", provisional=False, calendar_version=1)


def _filed(item: str) -> CaseFiled:
    """A filing of an item."""
    who = uuid5(NAMESPACE, "applicant")
    return CaseFiled(
        item_id=item,
        item_version=1,
        filing_number="S-1",
        channel="app",
        applicant=who,
        agent=None,
        choices={},
        answers=Sealed(who, value={}),
        agent_answers=None,
        pages=(),
        declarations=(),
        answer_by=DUE,
    )


def _accepted(*, deemed: bool = False) -> CaseAccepted:
    return CaseAccepted(
        case_number="C-1",
        item_version=1,
        calendar_version=1,
        checked=(),
        promised=DUE,
        statutory=None,
        deemed=deemed,
    )


def _corrected() -> CorrectionRequested:
    return CorrectionRequested(defects=(), words=Sealed(uuid5(NAMESPACE, "applicant"), value=[]), respond_by=DUE)


def in_november(at: datetime) -> bool:
    return datetime(2026, 10, 31, 16, tzinfo=UTC) <= at < datetime(2026, 11, 30, 16, tzinfo=UTC)


@pytest.fixture(scope="module", params=[1, 2, 3])
def month(request: pytest.FixtureRequest) -> Month:
    return Month(request.param)


@pytest.fixture(scope="module")
def told(month: Month) -> FiguresBody:
    return month.figures()


def test_who_works_on_cases_is_expected_from_the_day_on_which_they_joined(month: Month, told: FiguresBody) -> None:
    expected = {one.id: one.joined for one in month.people if "auditor" not in one.roles and one.joined.date() <= LAST}
    took = {person for person, at in month.done if in_november(at)} | {
        one[0] for one in month.sat if in_november(one[1])
    }
    n = len(took & set(expected))

    assert {one.person.id for one in told.participation.people} == set(expected)
    assert (told.participation.share.n, told.participation.share.of) == (n, len(expected))
    assert told.participation.percent == n * 100 // len(expected)
    assert 0 < n < len(expected)
    assert {one.person.id for one in told.participation.people if one.took_part} == took & set(expected)
    assert any(one.joined_on > FIRST for one in told.participation.people), "somebody joined late"


def test_people_pass_once_however_often_they_tried(month: Month, told: FiguresBody) -> None:
    sat = [one for one in month.sat if in_november(one[1])]
    (scores,) = told.scores

    assert (scores.attempts, scores.sat) == (len(sat), len({one[0] for one in sat}))
    assert scores.passed == len({one[0] for one in sat if one[3]})
    assert scores.percent == told.passed_percent == 100 * scores.passed // scores.sat
    assert scores.median == median(one[2] for one in sat)
    assert [band.attempts for band in scores.bands] == [
        sum(1 for one in sat if low <= one[2] <= high) for low, high in _tens()
    ]
    assert scores.attempts > scores.sat, "somebody tried again"


def _tens() -> Iterator[tuple[int, int]]:
    return ((low, 100 if low == 90 else low + 9) for low in range(0, 100, 10))


def test_the_map_shows_everybody_at_the_window_with_the_last_day_for_each_item(month: Month, told: FiguresBody) -> None:
    clerks = {one.id for one in month.people if "window-clerk" in one.roles}
    last: dict[tuple[UUID, str], date] = {}
    for (person, _), (items, all_items, until, why) in month.held.items():
        if person not in clerks or why in ("revoked", "renewed"):
            continue
        for item in (one.id for one in ITEMS) if all_items else items:
            last[person, item] = max(until, last.get((person, item), date.min))

    assert {(one.person, one.item): one.valid_until for one in told.heat.rights} == last
    assert {one.id for one in told.heat.people} == clerks
    for row in told.heat.items:
        days = [until for (_, item), until in last.items() if item == row.item]
        assert row.people == sum(day >= LAST for day in days)
        assert row.ending == sum(LAST <= day <= LAST + timedelta(days=30) for day in days)


def test_weak_items_are_those_with_more_mistakes_and_more_corrections_than_all_together(
    month: Month, told: FiguresBody
) -> None:
    answers = [
        (ABOUT[question], question in one[5])
        for one in month.sat
        if in_november(one[1])
        for question in (*one[4], *one[5])
    ]
    cases = [(one[2], one[3]) for one in month.cases if in_november(one[1])]
    rows = {row.item: row for row in told.weak}

    for item in (one.id for one in ITEMS):
        wrong = [is_wrong for about, is_wrong in answers if about == item]
        corrected = [is_corrected for about, is_corrected in cases if about == item]
        row = rows[item]
        assert (row.asked, row.wrong, row.cases, row.corrected) == (
            len(wrong),
            sum(wrong),
            len(corrected),
            sum(corrected),
        )
        assert row.both == (_is_worse(wrong, answers) and _is_worse(corrected, cases))
    assert told.weak[0].item == LEASE.id
    assert told.weak[0].both


def _is_worse(some: list[bool], every: list[tuple[str, bool]]) -> bool:
    return len(some) >= 10 and sum(some) / len(some) > sum(is_bad for _, is_bad in every) / len(every)


def test_the_effect_of_a_course_compares_the_cases_of_its_items_before_and_after(
    month: Month, told: FiguresBody
) -> None:
    (effect,) = told.effects
    mine = [one for one in month.cases if one[0] in month.finished and one[2] == LEASE.id]
    before = [one[3] for one in mine if one[1] < month.finished[one[0]]]
    after = [one[3] for one in mine if one[1] >= month.finished[one[0]]]

    assert effect.finished == len(month.finished)
    assert (effect.before.n, effect.before.of) == (sum(before), len(before))
    assert (effect.after.n, effect.after.of) == (sum(after), len(after))
    assert effect.before_percent == 100 * sum(before) // len(before)
    assert effect.enough


def test_questions_are_as_hard_as_they_are_answered_wrongly(month: Month, told: FiguresBody) -> None:
    for one in told.questions:
        answers = [
            (percent, one.question in right)
            for _, _, percent, _, right, wrong in month.sat
            if one.question in right or one.question in wrong
        ]
        rightly = sum(is_right for _, is_right in answers)
        assert (one.asked, one.right) == (len(answers), rightly)
        assert one.difficulty == (100 * rightly // len(answers) if len(answers) >= 10 else None)
        if len(answers) >= 10:
            group = max(1, len(answers) * 27 // 100)
            worst = sum(_within(group, percent, answers) for percent, is_right in answers if is_right)
            mirrored = [(-percent, is_right) for percent, is_right in answers]
            best = sum(_within(group, percent, mirrored) for percent, is_right in mirrored if is_right)
            assert one.discrimination == round(100 * (best - worst) / group)


def _within(group: int, percent: int, answers: list[tuple[int, bool]]) -> Fraction:
    """Which part of an attempt lies among the lowest ones, if those that came out alike share what room is left."""
    below = sum(other < percent for other, _ in answers)
    alike = sum(other == percent for other, _ in answers)
    return Fraction(min(max(group - below, 0), alike), alike)


def test_a_question_tells_nobody_apart_where_all_came_out_alike() -> None:
    figures = Figures()
    published = TrainingPublished(content=ASKED[0], version=1)
    facts: list[tuple[UUID, Fact]] = [(content_stream("question", ASKED[0].id), published)]
    for n in range(20):
        attempt, is_right = uuid5(NAMESPACE, f"alike {n}"), n % 2 == 0
        drawn = draw(KIND, [Banked(1, ASKED[0])], attempt)
        begun = ExamStarted(
            person=CENTRE, certificate=KIND.id, kind_version=1, questions=drawn, ends_at=START, pass_mark=80
        )
        right, wrong = ((ASKED[0].id,), ()) if is_right else ((), (ASKED[0].id,))
        ended = ExamEnded(why="handed-in", at=START, right=right, wrong=wrong, percent=50, passed=False)
        facts += [(attempt, begun), (attempt, ended)]

    for position, (stream, fact) in enumerate(facts, start=1):
        meta = Meta(actor=CENTRE, role="window-clerk", recorded_at=START)
        figures.take(position, Envelope(stream, position, fact, meta))

    (told,) = figures.body(NOVEMBER, today=LAST).questions
    assert (told.asked, told.difficulty, told.discrimination) == (20, 50, 0)


def test_a_month_in_which_everybody_took_part_and_passed_shows_a_hundred_per_cent() -> None:
    told = Month(7, all_pass=True).figures()

    assert (told.participation.percent, told.passed_percent) == (100, 100)
    assert [one.percent for one in told.scores] == [100]
