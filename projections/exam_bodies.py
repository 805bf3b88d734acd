"""Documents about examinations and certificates: plain data, ready to be sent.

While an examination runs, nothing here tells which answer is right; afterwards its paper does.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from projections.documents import Person, Text


class GivenAnswer(Struct, frozen=True):
    """The answer to a question as the centre has it: places of the options as they are shown, from 0."""

    question: str
    chosen: tuple[int, ...]
    at: datetime


class ExamBody(Struct, frozen=True, kw_only=True):
    """An examination of a person (row kind `exam`, scope `learner:PERSON`); its id is the lane of its commands.

    Attributes:
        certificate: id of the kind of certificate.
        ends_at: last instant at which answers count.
        answers: those that count, in the order in which they first came in.
        late: those that came in after the end.
        percent: None while it runs, as is what follows.
    """

    certificate: str
    name: Text
    started_at: datetime
    ends_at: datetime
    questions: int
    pass_mark: int
    answers: tuple[GivenAnswer, ...]
    late: tuple[GivenAnswer, ...]
    percent: int | None
    passed: bool | None
    ended_at: datetime | None
    why: Literal["handed-in", "time-over"] | None


class PaperQuestion(Struct, frozen=True, kw_only=True):
    """A question as it is asked.

    Attributes:
        multiple: whether more than one answer is right.
        options: in the order in which they are shown.
        right: places of the right options; None while the examination runs, as is what follows.
        is_right: whether it was answered so.
    """

    id: str
    multiple: bool
    stem: Text
    options: tuple[Text, ...]
    course: str
    right: tuple[int, ...] | None
    explanation: Text | None
    is_right: bool | None


class ExamPaperBody(Struct, frozen=True, kw_only=True):
    """What an examination asks (row kind `exam-paper`, scope `learner:PERSON`); its id is that of the examination."""

    questions: tuple[PaperQuestion, ...]


class AttemptLine(Struct, frozen=True, kw_only=True):
    """An attempt; `percent`, `passed` and `ended_at` are None while it runs."""

    id: UUID
    certificate: str
    begun_at: datetime
    percent: int | None
    passed: bool | None
    ended_at: datetime | None


class PassedScenario(Struct, frozen=True, kw_only=True):
    """A scenario that was passed, with the points of the last time."""

    scenario: str
    version: int
    points: int
    of: int
    at: datetime


class CandidateBody(Struct, frozen=True, kw_only=True):
    """What counts towards a person's certificates (row kind `candidate`, scope `learner:PERSON`).

    Its id is the person's candidate stream.

    Attributes:
        attempts: in order of time.
        since: by kind of certificate, from when on attempts count.
    """

    person: UUID
    scenarios: tuple[PassedScenario, ...]
    attempts: tuple[AttemptLine, ...]
    since: dict[str, datetime]


class CertificateBody(Struct, frozen=True, kw_only=True):
    """A certificate (row kind `certificate`, scope `learner:PERSON`; `issued-certificate`, scope `training`).

    Its id is its stream.

    Attributes:
        kind: id of its kind.
        renewable_from: first local day on which it can be renewed.
        percent: of the examination; None where it was recorded without one.
        state: `valid`, `expired`, `revoked` or `renewed`, as recorded; a device compares the day by itself.
        reason: why it was revoked, or on what a recorded one rests.
    """

    holder: Person
    kind: str
    name: Text
    number: str
    code: str
    items: tuple[str, ...]
    all_items: bool
    valid_from: date
    valid_until: date
    renewable_from: date
    percent: int | None
    state: Literal["valid", "expired", "revoked", "renewed"]
    ended_at: datetime | None
    reason: str
