"""What trainers and leads are told of learning in numbers; shares are whole per cent, rounded down."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct

from projections.documents import Person, Text


class Share(Struct, frozen=True):
    """How many of how many; `percent` is rounded down, None of nothing."""

    n: int
    of: int

    @property
    def percent(self) -> int | None:
        """Whole per cent, None where there was nothing to count."""
        return None if self.of == 0 else 100 * self.n // self.of


class Participant(Struct, frozen=True, kw_only=True):
    """A person who should have learnt something in the period.

    Attributes:
        joined_on: local day from which on they are expected to.
        lessons: read to the end; `policies` acknowledged, `scenarios` passed, `exams` ended in the period.
    """

    person: Person
    joined_on: date
    lessons: int
    policies: int
    scenarios: int
    exams: int

    @property
    def took_part(self) -> bool:
        """Whether there was anything."""
        return self.lessons + self.policies + self.scenarios + self.exams > 0


class Participation(Struct, frozen=True, kw_only=True):
    """Who took part in the period."""

    share: Share
    percent: int | None
    people: tuple[Participant, ...]


class Band(Struct, frozen=True):
    """Attempts whose per cent lie from `first` to `last`."""

    first: int
    last: int
    attempts: int


class Scores(Struct, frozen=True, kw_only=True):
    """The examinations of one kind of certificate that ended in the period.

    Attributes:
        mark: to be reached, per cent.
        sat: people who sat it; `passed` those of them who reached the mark at least once.
        median: of all attempts.
    """

    certificate: str
    name: Text
    mark: int
    attempts: int
    sat: int
    passed: int
    percent: int | None
    median: float | None
    bands: tuple[Band, ...]


class Right(Struct, frozen=True):
    """That somebody may handle an item until a day; `valid_until` in the past: they could until then."""

    person: UUID
    item: str
    valid_until: date


class HeatItem(Struct, frozen=True):
    """An item of the map, with how many may handle it today and how many of these end within 30 days."""

    item: str
    name: Text
    people: int
    ending: int


class HeatMap(Struct, frozen=True, kw_only=True):
    """Who may handle what on a day: people at the window by items.

    Attributes:
        items: those with the fewest people first.
        rights: every pair of person and item for which there is or was a certificate.
    """

    on: date
    people: tuple[Person, ...]
    items: tuple[HeatItem, ...]
    rights: tuple[Right, ...]


class WeakItem(Struct, frozen=True, kw_only=True):
    """An item by what goes wrong in examinations and in real cases.

    Attributes:
        asked: answers in examinations that ended in the period; `wrong` of them.
        cases: looked at for the first time in the period; `corrected` of them got a correction notice.
        both: whether both shares are above those of all items together, from enough of each.
    """

    item: str
    name: Text
    asked: int
    wrong: int
    wrong_percent: int | None
    cases: int
    corrected: int
    corrected_percent: int | None
    both: bool


class Effect(Struct, frozen=True, kw_only=True):
    """Real cases of a course's items, looked at by those who took it, before and after they had finished it.

    Attributes:
        finished: how many people have.
        enough: whether there are enough cases on both sides to say anything.
    """

    course: str
    name: Text
    finished: int
    before: Share
    before_percent: int | None
    after: Share
    after_percent: int | None
    enough: bool


class QuestionFigures(Struct, frozen=True, kw_only=True):
    """How a question of the bank has done, since it is in it.

    Attributes:
        difficulty: share of right answers, per cent; None while it was asked too seldom.
        discrimination: share of right answers in the best 27 per cent of attempts less that in the worst, in
            hundredths; None while it was asked too seldom.
        stale: whether the catalogue says something else now than the answer: it is not drawn.
    """

    question: str
    version: int
    stem: Text
    level: int
    course: str
    asked: int
    right: int
    difficulty: int | None
    discrimination: int | None
    stale: bool


class FiguresBody(Struct, frozen=True, kw_only=True):
    """Learning in numbers, of a period of local days, both included."""

    first: date
    last: date
    as_of: int
    participation: Participation
    passed: Share
    passed_percent: int | None
    scores: tuple[Scores, ...]
    heat: HeatMap
    weak: tuple[WeakItem, ...]
    effects: tuple[Effect, ...]
    questions: tuple[QuestionFigures, ...]
