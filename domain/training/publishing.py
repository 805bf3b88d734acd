"""Publishing what is learnt: every version of a course, question, policy and so on is a fact on the thing's stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Protocol

from msgspec import Struct
from msgspec.structs import replace

from domain.case.commands import Command
from domain.case.commands.base import Reason
from domain.case.decide import Bench, Call, Decided
from domain.case.deciding import decide as decide_any
from domain.catalogue.items import ServiceItem
from domain.centre.centre import Published
from domain.facts import Fact
from domain.refusals import NotFound, TrainingUnsound
from domain.training.content import (
    KINDS,
    Content,
    ContentId,
    Course,
    Kind,
    attachments_of,
    content_stream,
    index_stream,
    kind_of,
)
from domain.training.limits import Fault
from domain.training.soundness import faults_of


class TrainingPublished(Fact, frozen=True, kw_only=True, tag="training.published"):
    """A version of something to be learnt was published.

    Attributes:
        version: from 1, counted by the stream.
    """

    content: Content
    version: int


class TrainingListed(Fact, frozen=True, kw_only=True, tag="training.listed"):
    """A thing was published for the first time: it stands in the index of its kind."""

    content_id: str


class TrainingWithdrawn(Fact, frozen=True, kw_only=True, tag="training.withdrawn"):
    """A thing is not learnt any more; what people did with it stays. Publishing it again brings it back."""

    reason: str


class PolicyTookEffect(Fact, frozen=True, kw_only=True, tag="policy.took-effect"):
    """The day came from which a policy holds.

    Attributes:
        version: of the policy.
        effective_at: the midnight with which the day began, UTC.
    """

    version: int
    effective_at: datetime


class Edition(Struct, frozen=True, kw_only=True):
    """Everything that was published of one thing.

    Attributes:
        versions: by number.
        is_withdrawn: whether it is learnt no more.
        in_effect: the version of a policy whose day has come; 0 before.
    """

    versions: dict[int, Content] = {}
    is_withdrawn: bool = False
    in_effect: int = 0

    @property
    def newest(self) -> int:
        """The newest version, 0 without one."""
        return max(self.versions, default=0)

    @property
    def content(self) -> Content | None:
        """What is learnt now; None where nothing is."""
        return None if self.is_withdrawn else self.versions.get(self.newest)


class Index(Struct, frozen=True):
    """The ids of everything of one kind that was ever published, in order."""

    ids: tuple[str, ...] = ()


FACTS: tuple[type[Fact], ...] = (TrainingPublished, TrainingWithdrawn, PolicyTookEffect)


def evolve(fact: Fact, edition: Edition) -> Edition:
    """What is published of a thing after `fact`."""
    match fact:
        case TrainingPublished():
            versions = {**edition.versions, fact.version: fact.content}
            return replace(edition, versions=versions, is_withdrawn=False)
        case TrainingWithdrawn():
            return replace(edition, is_withdrawn=True)
        case PolicyTookEffect():
            return replace(edition, in_effect=fact.version)
        case _:
            return edition


def evolve_index(fact: Fact, index: Index) -> Index:
    """The index of a kind after `fact`."""
    return Index((*index.ids, fact.content_id)) if isinstance(fact, TrainingListed) else index


class PublishTraining(Command, frozen=True, kw_only=True):
    """Publish a course, question, policy or another thing, new or changed; the lane is its stream."""

    type: ClassVar[str] = "training.publish@1"
    content: Content


class WithdrawTraining(Command, frozen=True, kw_only=True):
    """Take a thing out of what is learnt; the lane is its stream.

    Attributes:
        reason: names nobody; it stays readable.
    """

    type: ClassVar[str] = "training.withdraw@1"
    kind: Kind
    content_id: ContentId
    reason: Reason


BY_TRAINERS: tuple[type[Command], ...] = (PublishTraining, WithdrawTraining)


class TrainingBench(Bench, Protocol):
    """The bench with what is learnt on it."""

    def edition(self, kind: Kind, content_id: str) -> Edition:
        """Everything that was published of one thing; nothing if there is none."""
        ...

    def training(self, kind: Kind) -> tuple[Edition, ...]:
        """Everything of one kind that is learnt now, in the order of first publication."""
        ...

    def published(self, item_id: str) -> Published:
        """Every version of an item."""
        ...


class _OnBench:
    """What content refers to, as it stands at the head of the log."""

    def __init__(self, bench: TrainingBench) -> None:
        self._bench = bench

    def newest_item(self, item_id: str) -> ServiceItem | None:
        versions = self._bench.published(item_id).items
        return versions[max(versions)] if versions else None

    def has(self, kind: Kind, content_id: str) -> bool:
        return self._bench.edition(kind, content_id).content is not None

    def has_lesson(self, lesson_id: str) -> bool:
        """A lesson's id begins with that of its course, so that it is found without a list of all courses."""
        parts = lesson_id.split("-")
        courses = (self._bench.edition("course", "-".join(parts[:end])).content for end in range(len(parts), 0, -1))
        return any(isinstance(course, Course) and course.lesson(lesson_id) is not None for course in courses)


@decide_any.register
def _(command: PublishTraining, call: Call, bench: TrainingBench) -> Decided:
    return published(command.content, bench)


def published(content: Content, bench: TrainingBench) -> Decided:
    """The fact that publishes a thing; none where just that is published already.

    Raises:
        TrainingUnsound: it contradicts itself, or refers to what is not there.
    """
    kind = kind_of(content)
    edition = bench.edition(kind, content.id)
    if edition.content == content:
        return []
    faults = [*faults_of(content, _OnBench(bench)), *_unkept(content)]
    if faults:
        raise TrainingUnsound(
            kind=kind,
            id=content.id,
            faults=[str(fault) for fault in faults],
            faults_zh=[fault.in_chinese() for fault in faults],
        )
    listed = [] if edition.versions else [(index_stream(kind), TrainingListed(content_id=content.id))]
    fact = TrainingPublished(content=content, version=edition.newest + 1)
    return [*listed, (content_stream(kind, content.id), fact)]


def _unkept(content: Content) -> Iterator[Fault]:
    """Files that a thing names and that are not kept here."""
    for one in attachments_of(content):
        if not one.address:
            yield Fault(("attachments",), f"the file {one.name} was not brought in", f"文件 {one.name} 没有一起导入")


@decide_any.register
def _(command: WithdrawTraining, call: Call, bench: TrainingBench) -> Decided:
    edition = bench.edition(command.kind, command.content_id)
    if not edition.versions:
        raise NotFound
    if edition.is_withdrawn:
        return []
    return [(content_stream(command.kind, command.content_id), TrainingWithdrawn(reason=command.reason))]


PUBLISHED_IN_ORDER: tuple[Kind, ...] = tuple(KINDS)
"""Kinds in the order in which a file is published, so that what a thing refers to is there before it."""
