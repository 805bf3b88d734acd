"""What is learnt, as data: courses, monthly topics, questions, scenarios, policies, answers and kinds of certificates.

Each is one thing with an id of its own, published in versions. Words come in Chinese and English; where the English
is empty the Chinese is shown. Everything is tied to service items by their ids.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from msgspec import Meta, Struct

from domain.centre.centre import NAMESPACE

ContentId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,79}\Z")]
"""How a thing is named in files and addresses: short, of small letters, digits and hyphens."""

Kind = Literal["course", "topic", "question", "scenario", "policy", "qa", "certificate"]

ACTIONS = (
    "search-item",
    "explain",
    "check-eligibility",
    "open-case",
    "attach-material",
    "reuse-material",
    "fetch-shared",
    "request-correction",
    "accept-with-gap",
    "accept-case",
    "decline-case",
    "transfer",
    "record-visit",
    "start-special",
    "end-special",
    "approve",
    "reject",
    "print-result",
    "mail-result",
    "invite-rating",
    "protect-privacy",
    "sync-offline",
)
"""What a step of a scenario may expect, in the order in which an editor offers it."""

SPOKEN = frozenset(("search-item", "explain", "check-eligibility", "invite-rating", "protect-privacy", "sync-offline"))
"""Those that no command stands for: only what is said can be them."""


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of content: what nobody knows is refused, what is left out has its default."""


# Courses


class Attachment(_Part, frozen=True, kw_only=True):
    """A picture, video or PDF beside a lesson or a policy; its bytes are kept by their hash.

    Attributes:
        name: of the file, as it is saved.
        size: in bytes.
        address: where the bytes are kept; empty while they are not yet.
    """

    kind: Literal["picture", "video", "pdf"]
    name: str
    title_zh: str
    title_en: str = ""
    sha256: str
    size: int
    address: str = ""


class Lesson(_Part, frozen=True, kw_only=True):
    """A part of a course that is read, or watched, in one go.

    Attributes:
        minutes: how long it takes.
        item_ids: items of whose cases it speaks; from inside such a case it is one press away.
        text_zh: paragraphs, parted by an empty line.
    """

    id: str
    title_zh: str
    title_en: str = ""
    minutes: int
    item_ids: tuple[str, ...] = ()
    text_zh: str
    text_en: str = ""
    attachments: tuple[Attachment, ...] = ()


class Course(_Part, frozen=True, kw_only=True, tag="course", tag_field="kind"):
    """A course 课程: lessons in order.

    Attributes:
        due_days: by when it is to be done, in calendar days after it was assigned, unless the trainer says otherwise.
    """

    id: str
    title_zh: str
    title_en: str = ""
    summary_zh: str = ""
    summary_en: str = ""
    due_days: int = 30
    lessons: tuple[Lesson, ...]

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The items of its lessons, each once."""
        return tuple(dict.fromkeys(item for lesson in self.lessons for item in lesson.item_ids))

    def lesson(self, lesson_id: str) -> Lesson | None:
        """The lesson of that id, or None."""
        return next((one for one in self.lessons if one.id == lesson_id), None)


class Topic(_Part, frozen=True, kw_only=True, tag="topic", tag_field="kind"):
    """The topic of a month 每月主题: lessons that everybody reads again, by the last day of it.

    Attributes:
        month: 1 to 12.
        year: None: every year.
        lesson_ids: of any course.
    """

    id: str
    month: int
    year: int | None = None
    title_zh: str
    title_en: str = ""
    summary_zh: str = ""
    summary_en: str = ""
    lesson_ids: tuple[str, ...]


# Questions of the bank


class CatalogueFact(_Part, frozen=True, kw_only=True):
    """Where in the catalogue the answer stands: another value there makes the question stale.

    Attributes:
        path: names and `[ids]` from the item on, such as `route[assessment].clock`.
        equals: what stood there when the question was written.
    """

    item: str
    path: str
    equals: Any


class Question(_Part, frozen=True, kw_only=True, tag="question", tag_field="kind"):
    """A question of the bank.

    Attributes:
        type: `single` has one answer; `multiple` has two or more, all of them needed.
        level: 1 easy to 3 hard.
        course_id: the course that teaches it.
        options: by letter, from A on.
        answer: letters, in order.
    """

    id: str
    type: Literal["single", "multiple"]
    level: int = 1
    course_id: str
    item_ids: tuple[str, ...]
    stem_zh: str
    stem_en: str = ""
    options: dict[str, str]
    options_en: dict[str, str] = {}
    answer: tuple[str, ...]
    explanation_zh: str
    explanation_en: str = ""
    catalogue_fact: CatalogueFact | None = None


# Scenarios


class ExpectedAct(_Part, frozen=True, kw_only=True):
    """What is to be done in a step.

    Attributes:
        action: one of `ACTIONS`.
        args: what it is done with, by name.
    """

    action: str
    args: dict[str, Any] = {}


class WrongAct(_Part, frozen=True, kw_only=True):
    """A tempting mistake and what to say of it.

    Attributes:
        args: None stands for any other arguments than the expected ones.
    """

    action: str
    args: dict[str, Any] | None = None
    feedback_zh: str
    feedback_en: str = ""


class Choice(_Part, frozen=True, kw_only=True):
    """Something to say or to do that is no act on a case, as it is offered to the trainee.

    Attributes:
        action: what it counts as; with `args` it is right where it equals what the step expects.
        text_zh: the words of the trainee, or what they do.
    """

    action: str
    args: dict[str, Any] = {}
    text_zh: str
    text_en: str = ""


class Play(_Part, frozen=True, kw_only=True):
    """What the sandbox does by itself when a step begins, before the trainee acts.

    Attributes:
        do: `file` the person applies online; `supply` they send papers to a case that they filed; `bring` they stand
            at the window with what the form asks and with papers, for the trainee's own device; `work` a colleague
            completes the due step; `accept` one at the window takes the case on, and `decide` one decides; `open` one
            fills the form in for the person; `wait` days go by; `cut` the trainee may go where their device has no
            line; `call` a colleague at the window notes the person's new telephone number.
        item: the item concerned; empty where the scenario has one only.
        answers: what the form says otherwise than usual.
        pages: page numbers by material.
        shows: what can be read on the first page of a material.
        signs: declarations that are signed; None: all that are called for.
        items: those of a linked filing (一件事), in the order of their bundle.
        agent: whether a relative acts for the person.
        later: materials promised for later.
        role: of the colleague.
        words: what the colleague writes.
        days: how many go by.
    """

    do: Literal["file", "open", "supply", "bring", "accept", "work", "decide", "wait", "cut", "call"]
    item: str = ""
    answers: dict[str, Any] = {}
    pages: dict[str, tuple[int, ...]] = {}
    shows: dict[str, str] = {}
    signs: tuple[str, ...] | None = None
    items: tuple[str, ...] = ()
    agent: bool = False
    later: tuple[str, ...] = ()
    role: str = ""
    words: str = ""
    days: int = 0


class Player(_Part, frozen=True, kw_only=True):
    """An invented person of a scenario, as forms ask for one.

    Attributes:
        home: address below the street.
    """

    name: str
    birth: date
    sex: Literal["male", "female"]
    home: str


class ScenarioMoment(_Part, frozen=True, kw_only=True):
    """The local time at which a scenario begins: the last such time before the day of practice.

    Attributes:
        weekday: 1 Monday to 7 Sunday.
    """

    weekday: int
    time: str


class ScenarioStep(_Part, frozen=True, kw_only=True):
    """One moment of a scenario: what happens, what the person says, what is to be done.

    Attributes:
        role: in which role the trainee acts.
        citizen_says_zh: empty where nobody speaks.
        plays: what the sandbox does when the step begins.
        choices: what can be said or done that is no act on a case.
        rule_zh: why the expected act is right.
    """

    id: str
    role: str
    happens_zh: str
    happens_en: str = ""
    citizen_says_zh: str = ""
    citizen_says_en: str = ""
    plays: tuple[Play, ...] = ()
    choices: tuple[Choice, ...] = ()
    expected: ExpectedAct
    rule_zh: str
    rule_en: str = ""
    wrong: tuple[WrongAct, ...] = ()
    points: int


class Scenario(_Part, frozen=True, kw_only=True, tag="scenario", tag_field="kind"):
    """A story to practise on 模拟训练.

    Attributes:
        channel: by which way the person comes.
        starts: None: Monday at ten.
        person: who applies; None for somebody invented by the sandbox.
        relative: who acts for them.
        pass_points: of the sum of the steps' points.
    """

    id: str
    title_zh: str
    title_en: str = ""
    channel: Literal["online", "window", "phone", "community"]
    minutes: int
    item_ids: tuple[str, ...]
    background_zh: str
    background_en: str = ""
    starts: ScenarioMoment | None = None
    person: Player | None = None
    relative: Player | None = None
    pass_points: int
    steps: tuple[ScenarioStep, ...]


# Policies, questions and answers


class Policy(_Part, frozen=True, kw_only=True, tag="policy", tag_field="kind"):
    """A change of the rules 政策动态 that everybody at the window has to know.

    Attributes:
        published: the day on which whoever made it published it.
        effective: the first day on which it holds.
        verify: whether its text was not checked against the source yet.
        action_zh: what the centre has to do about it.
    """

    id: str
    title_zh: str
    title_en: str = ""
    published: date
    effective: date
    source_zh: str
    source_en: str = ""
    item_ids: tuple[str, ...] = ()
    verify: bool = False
    summary_zh: str
    summary_en: str = ""
    action_zh: str = ""
    action_en: str = ""
    attachments: tuple[Attachment, ...] = ()


class QuestionAndAnswer(_Part, frozen=True, kw_only=True, tag="qa", tag_field="kind"):
    """A question as people ask it, with the answer that holds at this centre 答疑题库.

    Attributes:
        in_handbook: whether the window handbook shows it under its items.
    """

    id: str
    item_ids: tuple[str, ...] = ()
    question_zh: str
    question_en: str = ""
    answer_zh: str
    answer_en: str = ""
    in_handbook: bool = False


# Certificates


class DrawRule(_Part, frozen=True, kw_only=True):
    """How many questions of an examination come from which part of the bank; what is left empty is not asked for.

    Attributes:
        count: how many, drawn by chance.
        course_ids: courses that teach them.
        levels: how hard they are.
        types: `single`, `multiple`.
    """

    count: int
    course_ids: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    types: tuple[Literal["single", "multiple"], ...] = ()


class Exam(_Part, frozen=True, kw_only=True):
    """How a certificate is examined.

    Attributes:
        questions: how many.
        pass_mark: per cent.
        retakes: how often it may be tried again.
        cooldown_days: calendar days after a failed attempt before the next.
        draw: what `questions` are made up of; the rest comes from all that the certificate covers.
    """

    questions: int
    minutes: int
    pass_mark: int
    retakes: int
    cooldown_days: int
    draw: tuple[DrawRule, ...] = ()


class CertificateKind(_Part, frozen=True, kw_only=True, tag="certificate", tag_field="kind"):
    """A certificate that can be earned: what it covers and what it takes.

    Attributes:
        item_ids: `all` stands for every item of the catalogue, also of those to come.
        valid_days: calendar days from the day on which it is earned.
        renew_days: how many calendar days before its last day it can be renewed.
    """

    id: str
    name_zh: str
    name_en: str = ""
    item_ids: Literal["all"] | tuple[str, ...]
    required_courses: tuple[str, ...] = ()
    required_scenarios: tuple[str, ...] = ()
    exam: Exam
    valid_days: int
    renew_days: int = 60

    def covers(self, item_id: str) -> bool:
        """Whether it lets its holder handle the item."""
        return self.item_ids == "all" or item_id in self.item_ids


FILES_OF_TRAINING = uuid5(NAMESPACE, "training files")
"""To whom the files beside lessons and policies belong, in the file store: to nobody who could be erased."""


def attachments_of(
    content: Course | Topic | Question | Scenario | Policy | QuestionAndAnswer | CertificateKind,
) -> tuple[Attachment, ...]:
    """The files that a thing names."""
    match content:
        case Course():
            return tuple(one for lesson in content.lessons for one in lesson.attachments)
        case Policy():
            return content.attachments
        case _:
            return ()


Content = Course | Topic | Question | Scenario | Policy | QuestionAndAnswer | CertificateKind
"""Anything that is published for learning; its kind is the tag under `kind`."""

KINDS: dict[Kind, type[Content]] = {
    "course": Course,
    "topic": Topic,
    "question": Question,
    "scenario": Scenario,
    "policy": Policy,
    "qa": QuestionAndAnswer,
    "certificate": CertificateKind,
}
"""In the order in which they are published: what others refer to comes first."""


def kind_of(content: Content) -> Kind:
    """The kind of a thing, as its tag says."""
    return next(kind for kind, struct in KINDS.items() if isinstance(content, struct))


def index_stream(kind: Kind) -> UUID:
    """The stream that lists everything of one kind."""
    return uuid5(NAMESPACE, f"training:{kind}")


def content_stream(kind: Kind, content_id: str) -> UUID:
    """The stream of the versions of one thing."""
    return uuid5(NAMESPACE, f"training:{kind}:{content_id}")
