"""Which facts change which timers, and how the timers of a stream follow from its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.calendar.calendar import Calendar
from domain.case import facts as f
from domain.case import state as cases
from domain.case import timers as case_timers
from domain.centre import offering
from domain.centre import timers as publications
from domain.centre.centre import ItemPublished
from domain.facts import Fact, tag_of
from domain.ratings import rating as ratings
from domain.ratings import rectifying
from domain.training import certificates, exams, policies
from domain.training.publishing import FACTS as TRAINING_FACTS
from domain.visits import facts as visit
from domain.visits import line as lines
from domain.visits import timers as visits
from domain.visits.reception import Reception
from store.states import CASE, CERTIFICATE, EDITION, HALL, LINE, PUBLISHED, RATING, SITTING, Kind


class Waiting(Protocol):
    """A timer of any family."""

    @property
    def id(self) -> UUID:
        """Derived from stream, kind, subject and instant."""
        ...

    @property
    def kind(self) -> str:
        """What it is for."""
        ...

    @property
    def at(self) -> datetime:
        """When it is due, UTC."""
        ...

    @property
    def about(self) -> str:
        """What it concerns within the stream."""
        ...


class Around(Protocol):
    """What timers depend on beside their own stream."""

    def calendar(self) -> Calendar:
        """The calendar in force."""
        ...

    def reception(self) -> Reception:
        """What is published about receiving people."""
        ...


_QUIET: frozenset[type[Fact]] = frozenset(
    {
        f.CaseNoted,
        f.MessageSent,
        f.FileStored,
        f.FileRejected,
        f.BundleFiled,
        f.HandOverOpened,
        f.PagesVerified,
        f.RegisterAsked,
        f.RegisterLookedUp,
        f.CopyReused,
        f.ResultRendered,
        f.ResultReprinted,
        f.EffectClaimed,
        f.EffectUncertain,
        f.DuplicateSuspected,
        f.DuplicateCleared,
        f.DuplicateAbsorbed,
        f.UploadLinkMade,
        f.UploadLinkUsed,
        f.AgencyEnded,
    }
)
"""Facts of a case that move no date."""

_FACTS: dict[str, tuple[Kind, Iterable[type[Fact]]]] = {
    "case": (CASE, [kind for kind in cases.FACTS if kind not in _QUIET]),
    "line": (LINE, lines.FACTS),
    "hall": (HALL, (visit.CounterOpened, visit.CounterClosed)),
    "rating": (RATING, ratings.FACTS),
    "training": (EDITION, TRAINING_FACTS),
    "exam": (SITTING, (exams.ExamStarted, exams.ExamEnded)),
    "certificate": (CERTIFICATE, certificates.FACTS),
    "published": (
        PUBLISHED,
        (
            ItemPublished,
            offering.ItemCameIntoForce,
            offering.ItemEnded,
            offering.ItemWithdrawn,
            offering.DelegationOrdered,
            offering.DelegationBegan,
            offering.DelegationRevoked,
            offering.DelegationEnded,
        ),
    ),
}

FAMILY_OF_TAG: dict[str, str] = {tag_of(kind): name for name, (_, kinds) in _FACTS.items() for kind in kinds}
"""The family of the stream on which a fact stands, for every fact that can move a timer."""

KIND_OF_FAMILY: dict[str, Kind] = {name: kind for name, (kind, _) in _FACTS.items()}
"""How the streams of a family are folded."""


def timers_of(family: str, stream: UUID, state: Any, around: Around) -> Sequence[Waiting]:
    """The timers that a stream waits for, the earliest first."""
    return _TIMERS[family](stream, state, around)


_TIMERS: dict[str, Callable[[UUID, Any, Around], Sequence[Waiting]]] = {
    "case": lambda stream, state, around: case_timers.timers_of(stream, state, around.calendar()),
    "line": lambda stream, state, around: visits.timers_of(stream, state, around.reception()),
    "hall": lambda stream, state, _: visits.timers_of_hall(stream, state),
    "rating": lambda stream, state, _: rectifying.timers_of(stream, state),
    "training": lambda stream, state, _: policies.timers_of(stream, state),
    "exam": lambda stream, state, _: exams.timers_of(stream, state),
    "certificate": lambda stream, state, _: certificates.timers_of(stream, state),
    "published": lambda stream, state, _: publications.timers_of(stream, state),
}
