"""Learning in numbers: facts of the log folded into what trainers and leads are told; nothing of it is stored.

Expected to learn is who works on cases: from the day on which they joined in such a role. Taking part is a lesson read
to its end, a policy acknowledged, a scenario passed or an examination ended. A case counts by whoever looked at it
first, and as corrected if that was a correction notice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from statistics import median
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from domain.calendar.limits import local_day
from domain.case.facts import CaseAccepted, CaseDeclined, CaseFiled, CorrectionRequested
from domain.catalogue.items import ServiceItem
from domain.centre.centre import ItemPublished
from domain.facts import Envelope, Fact, tag_of
from domain.rights.table import OFFICE
from domain.staff import staff as people
from domain.staff.staff import CertificateEnded, CertificateHeld, Staff, StaffCertified, StaffEnrolled
from domain.training.candidate import ScenarioPassed
from domain.training.content import CertificateKind, Content, Course, Question
from domain.training.courses import WHOLE, LessonReached, PolicyAcknowledged
from domain.training.exams import ExamEnded, ExamStarted
from domain.training.publishing import TrainingPublished, TrainingWithdrawn
from domain.training.soundness import is_stale
from projections.boards import EXPIRES_SOON
from projections.documents import Person, Text
from projections.figure_bodies import (
    Band,
    Effect,
    FiguresBody,
    HeatItem,
    HeatMap,
    Participant,
    Participation,
    QuestionFigures,
    Right,
    Scores,
    Share,
    WeakItem,
)

ENOUGH = 10
"""Fewer answers or cases say nothing."""
OUTER_GROUP = 27
"""Per cent of the attempts at either end that tell good questions from bad ones (T. L. Kelley, 1939)."""
ROLES_ON_CASES = frozenset(role.value for role in OFFICE)


class Period(NamedTuple):
    """Local days, both included."""

    first: date
    last: date

    def has(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.first <= local_day(at) <= self.last


class Done(NamedTuple):
    """Something that somebody learnt: `lesson`, `policy` or `scenario`, and which."""

    person: UUID
    at: datetime
    what: str
    which: str


class Sat(NamedTuple):
    """An examination that has ended."""

    person: UUID
    at: datetime
    certificate: str
    percent: int
    passed: bool
    right: tuple[str, ...]
    wrong: tuple[str, ...]


class Looked(NamedTuple):
    """A case that was looked at for the first time."""

    person: UUID
    at: datetime
    item: str
    corrected: bool


class Figures:
    """Everything that the numbers are counted from.

    Attributes:
        position: of the last fact taken in.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.position = 0
        self._staff: dict[UUID, Staff] = {}
        self._roles: dict[UUID, list[tuple[datetime, bool]]] = {}
        self._done: list[Done] = []
        self._read: dict[UUID, dict[str, datetime]] = {}
        self._begun: dict[UUID, ExamStarted] = {}
        self._sat: list[Sat] = []
        self._filed: dict[UUID, str] = {}
        self._looked: list[Looked] = []
        self._items: dict[str, ServiceItem] = {}
        self._content: dict[UUID, tuple[int, Content, bool]] = {}

    def take(self, position: int, envelope: Envelope) -> None:
        """Take in the next fact of the log."""
        self.position = position
        self._TAKES[type(envelope.fact)](self, envelope.fact, envelope)

    # Taking in

    def _take_staff(self, fact: Fact, envelope: Envelope) -> None:
        id = envelope.originator_id
        self._staff[id] = people.evolve(fact, self._staff.get(id, Staff()), stream=id)
        if isinstance(fact, StaffEnrolled):
            works = not ROLES_ON_CASES.isdisjoint(fact.roles)
            self._roles.setdefault(id, []).append((envelope.meta.recorded_at, works))

    def _take_lesson(self, fact: LessonReached, envelope: Envelope) -> None:
        if fact.permille < WHOLE:
            return
        person, at = envelope.meta.actor, envelope.meta.recorded_at
        self._read.setdefault(person, {}).setdefault(fact.lesson_id, at)
        self._done.append(Done(person, at, "lesson", fact.lesson_id))

    def _take_policy(self, fact: PolicyAcknowledged, envelope: Envelope) -> None:
        self._done.append(Done(envelope.meta.actor, envelope.meta.recorded_at, "policy", fact.policy_id))

    def _take_scenario(self, fact: ScenarioPassed, envelope: Envelope) -> None:
        self._done.append(Done(fact.person, envelope.meta.recorded_at, "scenario", fact.scenario))

    def _take_beginning(self, fact: ExamStarted, envelope: Envelope) -> None:
        self._begun[envelope.originator_id] = fact

    def _take_end(self, fact: ExamEnded, envelope: Envelope) -> None:
        begun = self._begun.pop(envelope.originator_id)
        self._sat.append(
            Sat(begun.person, fact.at, begun.certificate, fact.percent, fact.passed, fact.right, fact.wrong)
        )

    def _take_filing(self, fact: CaseFiled, envelope: Envelope) -> None:
        self._filed[envelope.originator_id] = fact.item_id

    def _take_look(self, fact: CorrectionRequested | CaseAccepted | CaseDeclined, envelope: Envelope) -> None:
        item = self._filed.pop(envelope.originator_id, None)
        if item is not None and envelope.meta.actor in self._staff:  # nobody looked at one that counts as accepted
            corrected = isinstance(fact, CorrectionRequested)
            self._looked.append(Looked(envelope.meta.actor, envelope.meta.recorded_at, item, corrected))

    def _take_item(self, fact: ItemPublished, _envelope: Envelope) -> None:
        known = self._items.get(fact.item.id)
        if known is None or known.version <= fact.item.version:
            self._items[fact.item.id] = fact.item

    def _take_content(self, fact: TrainingPublished, envelope: Envelope) -> None:
        self._content[envelope.originator_id] = fact.version, fact.content, True

    def _take_withdrawal(self, _fact: TrainingWithdrawn, envelope: Envelope) -> None:
        version, content, _ = self._content[envelope.originator_id]
        self._content[envelope.originator_id] = version, content, False

    _TAKES: ClassVar[dict[type[Fact], Callable[[Any, Any, Envelope], None]]] = {
        StaffEnrolled: _take_staff,
        StaffCertified: _take_staff,
        CertificateHeld: _take_staff,
        CertificateEnded: _take_staff,
        LessonReached: _take_lesson,
        PolicyAcknowledged: _take_policy,
        ScenarioPassed: _take_scenario,
        ExamStarted: _take_beginning,
        ExamEnded: _take_end,
        CaseFiled: _take_filing,
        CorrectionRequested: _take_look,
        CaseAccepted: _take_look,
        CaseDeclined: _take_look,
        ItemPublished: _take_item,
        TrainingPublished: _take_content,
        TrainingWithdrawn: _take_withdrawal,
    }

    @classmethod
    def tags(cls) -> frozenset[str]:
        """Tags of the facts that the numbers are counted from."""
        return frozenset(tag_of(kind) for kind in cls._TAKES)

    # Telling

    def body(self, period: Period, *, today: date) -> FiguresBody:
        """What is told of a period; who may handle what is told of `today`."""
        sat = [one for one in self._sat if period.has(one.at)]
        takers = {one.person for one in sat}
        passed = Share(len({one.person for one in sat if one.passed}), len(takers))
        return FiguresBody(
            first=period.first,
            last=period.last,
            as_of=self.position,
            participation=self._participation(period),
            passed=passed,
            passed_percent=passed.percent,
            scores=tuple(self._scores(sat)),
            heat=self._heat(today),
            weak=tuple(self._weak(sat, [one for one in self._looked if period.has(one.at)])),
            effects=tuple(self._effects()),
            questions=tuple(self._questions()),
        )

    def _participation(self, period: Period) -> Participation:
        counted: dict[UUID, Counter[str]] = defaultdict(Counter)
        for one in self._done:
            if period.has(one.at):
                counted[one.person][one.what] += 1
        for sat in self._sat:
            if period.has(sat.at):
                counted[sat.person]["exam"] += 1
        found = [_participant(self._person(id), on, counted[id]) for id, on in self._expected(period.last)]
        found.sort(key=lambda one: (one.took_part, one.person.name, str(one.person.id)))
        share = Share(sum(one.took_part for one in found), len(found))
        return Participation(share=share, percent=share.percent, people=tuple(found))

    def _expected(self, last: date) -> Iterator[tuple[UUID, date]]:
        """Who works on cases at the end of the period, with the day from which on they do."""
        for id, changes in self._roles.items():
            known = [(at, works) for at, works in changes if local_day(at) <= last]
            if known and known[-1][1]:
                since = next(n for n in range(len(known), 0, -1) if n == 1 or not known[n - 2][1])
                yield id, local_day(known[since - 1][0])

    def _person(self, id: UUID) -> Person:
        return Person(id, self._staff[id].name if id in self._staff else "")

    def _scores(self, sat: Iterable[Sat]) -> Iterator[Scores]:
        by_kind: dict[str, list[Sat]] = defaultdict(list)
        for one in sat:
            by_kind[one.certificate].append(one)
        for kind in self._of(CertificateKind):
            attempts = by_kind.get(kind.id, [])
            took = {one.person for one in attempts}
            reached = Share(len({one.person for one in attempts if one.passed}), len(took))
            yield Scores(
                certificate=kind.id,
                name=_both(kind.name_zh, kind.name_en),
                mark=kind.exam.pass_mark,
                attempts=len(attempts),
                sat=reached.of,
                passed=reached.n,
                percent=reached.percent,
                median=median(one.percent for one in attempts) if attempts else None,
                bands=tuple(_bands(attempts)),
            )

    def _heat(self, today: date) -> HeatMap:
        clerks = {id: one for id, one in self._staff.items() if "window-clerk" in one.roles}
        rights: list[Right] = []
        items: list[HeatItem] = []
        for item in self._items.values():
            held = {id: until for id, one in clerks.items() if (until := _until(one, item.id)) is not None}
            rights += [Right(id, item.id, until) for id, until in held.items()]
            valid = [until for until in held.values() if until >= today]
            ending = sum(until <= today + EXPIRES_SOON for until in valid)
            items.append(HeatItem(item.id, _both(item.name_zh, item.name_en), len(valid), ending))
        return HeatMap(
            on=today,
            people=tuple(sorted((self._person(id) for id in clerks), key=lambda one: (one.name, str(one.id)))),
            items=tuple(sorted(items, key=lambda one: (one.people, one.people - one.ending, one.item))),
            rights=tuple(rights),
        )

    def _weak(self, sat: Iterable[Sat], looked: Iterable[Looked]) -> Iterator[WeakItem]:
        exams, cases = self._mistakes(sat), _corrections(looked)
        all_exams, all_cases = _all(exams), _all(cases)
        rows: list[tuple[int, WeakItem]] = []
        for item in self._items.values():
            wrong, corrected = exams.get(item.id, Share(0, 0)), cases.get(item.id, Share(0, 0))
            if not wrong.of and not corrected.of:
                continue
            both = _is_above(wrong, all_exams) and _is_above(corrected, all_cases)
            row = WeakItem(
                item=item.id,
                name=_both(item.name_zh, item.name_en),
                asked=wrong.of,
                wrong=wrong.n,
                wrong_percent=wrong.percent,
                cases=corrected.of,
                corrected=corrected.n,
                corrected_percent=corrected.percent,
                both=both,
            )
            rows.append(((wrong.percent or 0) + (corrected.percent or 0), row))
        rows.sort(key=lambda pair: (not pair[1].both, -pair[0], pair[1].item))
        return (row for _, row in rows)

    def _mistakes(self, sat: Iterable[Sat]) -> dict[str, Share]:
        """Wrong answers by item; a question on several items counts for each."""
        items = {one.id: one.item_ids for one in self._of(Question, withdrawn=True)}
        asked, wrong = Counter[str](), Counter[str]()
        for one in sat:
            for question in (*one.right, *one.wrong):
                asked.update(items.get(question, ()))
            for question in one.wrong:
                wrong.update(items.get(question, ()))
        return {item: Share(wrong[item], n) for item, n in asked.items()}

    def _effects(self) -> Iterator[Effect]:
        looked = _by_item(self._looked)
        for course in self._of(Course):
            finished = {id: at for id in self._read if (at := self._finished(id, course)) is not None}
            mine = [one for item in course.item_ids for one in looked.get(item, ()) if one.person in finished]
            before = _corrected([one for one in mine if one.at < finished[one.person]])
            after = _corrected([one for one in mine if one.at >= finished[one.person]])
            yield Effect(
                course=course.id,
                name=_both(course.title_zh, course.title_en),
                finished=len(finished),
                before=before,
                before_percent=before.percent,
                after=after,
                after_percent=after.percent,
                enough=min(before.of, after.of) >= ENOUGH,
            )

    def _finished(self, person: UUID, course: Course) -> datetime | None:
        read = self._read[person]
        if any(lesson.id not in read for lesson in course.lessons):
            return None
        return max(read[lesson.id] for lesson in course.lessons)

    def _questions(self) -> Iterator[QuestionFigures]:
        answers: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        for one in self._sat:
            for question in one.right:
                answers[question].append((one.percent, True))
            for question in one.wrong:
                answers[question].append((one.percent, False))
        for version, content, is_learnt in self._content.values():
            if isinstance(content, Question) and is_learnt:
                yield self._question(version, content, answers.get(content.id, []))

    def _question(self, version: int, question: Question, answers: list[tuple[int, bool]]) -> QuestionFigures:
        fact = question.catalogue_fact
        right = Share(sum(is_right for _, is_right in answers), len(answers))
        return QuestionFigures(
            question=question.id,
            version=version,
            stem=_both(question.stem_zh, question.stem_en),
            level=question.level,
            course=question.course_id,
            asked=right.of,
            right=right.n,
            difficulty=right.percent if right.of >= ENOUGH else None,
            discrimination=_discrimination(answers),
            stale=fact is not None and is_stale(question, self._items.get(fact.item)),
        )

    def _of(self, kind: Any, *, withdrawn: bool = False) -> list[Any]:
        return [
            one for _, one, is_learnt in self._content.values() if isinstance(one, kind) and (is_learnt or withdrawn)
        ]


def _participant(person: Person, joined_on: date, counted: Counter[str]) -> Participant:
    return Participant(
        person=person,
        joined_on=joined_on,
        lessons=counted["lesson"],
        policies=counted["policy"],
        scenarios=counted["scenario"],
        exams=counted["exam"],
    )


def _bands(attempts: Iterable[Sat]) -> Iterator[Band]:
    """Ten bands of ten, 100 in the last one."""
    by_ten = Counter(min(one.percent // 10, 9) for one in attempts)
    for ten in range(10):
        yield Band(10 * ten, 100 if ten == 9 else 10 * ten + 9, by_ten[ten])


def _until(one: Staff, item: str) -> date | None:
    """Until when somebody may handle an item, or could; what was revoked or replaced counts as if it had never been."""
    held = (each for each in one.held.values() if each.answers(item, item=item))
    return max((each.valid_until for each in held if each.ended not in ("revoked", "renewed")), default=None)


def _corrections(looked: Iterable[Looked]) -> dict[str, Share]:
    return {item: _corrected(cases) for item, cases in _by_item(looked).items()}


def _by_item(looked: Iterable[Looked]) -> dict[str, list[Looked]]:
    by_item: dict[str, list[Looked]] = defaultdict(list)
    for one in looked:
        by_item[one.item].append(one)
    return by_item


def _corrected(looked: list[Looked]) -> Share:
    return Share(sum(one.corrected for one in looked), len(looked))


def _all(shares: dict[str, Share]) -> Share:
    return Share(sum(one.n for one in shares.values()), sum(one.of for one in shares.values()))


def _is_above(one: Share, every: Share) -> bool:
    """Whether a share is above that of all, from enough to say so."""
    return one.of >= ENOUGH and one.n * every.of > every.n * one.of


def _discrimination(answers: list[tuple[int, bool]]) -> int | None:
    """By how much more often the best attempts answer rightly than the worst, in points of a hundred.

    Attempts that came out alike at the edge of a group count in it by their average, so that chance puts nobody there.
    """
    if len(answers) < ENOUGH:
        return None
    by_percent: dict[int, list[bool]] = defaultdict(list)
    for percent, is_right in answers:
        by_percent[percent].append(is_right)
    levels = [by_percent[percent] for percent in sorted(by_percent)]
    group = max(1, len(answers) * OUTER_GROUP // 100)
    return round(100 * (_right_among(reversed(levels), group) - _right_among(levels, group)) / group)


def _right_among(levels: Iterable[list[bool]], group: int) -> Fraction:
    """How many of the first `group` attempts answered rightly."""
    right, left = Fraction(), group
    for level in levels:
        taken = min(left, len(level))
        right += Fraction(taken * sum(level), len(level))
        left -= taken
    return right


def _both(zh: str, en: str) -> Text:
    return Text(zh, en or zh)
