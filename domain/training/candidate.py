"""What counts towards the certificates of one person: scenarios passed, attempts at examinations, certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.centre.centre import NAMESPACE
from domain.facts import Fact, Sealed


class ScenarioPassed(Fact, frozen=True, kw_only=True, tag="candidate.scenario_passed"):
    """A person passed a scenario in simulated practice.

    Attributes:
        version: of the scenario.
        points: reached, of `of`.
    """

    person: UUID
    scenario: str
    version: int
    points: int
    of: int


class AttemptBegun(Fact, frozen=True, kw_only=True, tag="candidate.attempt_begun"):
    """A person began an examination.

    Attributes:
        attempt: the stream of the examination.
        certificate: id of the kind of certificate.
        questions: ids of the questions that were drawn.
        at: server's clock, UTC.
    """

    person: UUID
    attempt: UUID
    certificate: str
    questions: tuple[str, ...]
    at: datetime


class AttemptSettled(Fact, frozen=True, kw_only=True, tag="candidate.attempt_settled"):
    """An examination ended.

    Attributes:
        percent: of the questions that were answered rightly, rounded down.
        at: when it ended: the end of its time at the latest.
    """

    person: UUID
    attempt: UUID
    certificate: str
    percent: int
    passed: bool
    at: datetime


class AttemptsAllowed(Fact, frozen=True, kw_only=True, tag="candidate.attempts_allowed"):
    """A lead or trainer let a person try again who had no attempt left.

    Attributes:
        words: why, sealed under the person's key.
    """

    person: UUID
    certificate: str
    at: datetime
    words: Sealed


class CertificateCounted(Fact, frozen=True, kw_only=True, tag="candidate.certificate_counted"):
    """A person earned a certificate, or lost one: attempts are counted anew.

    Attributes:
        certificate: its stream.
        kind: id of its kind.
    """

    person: UUID
    certificate: UUID
    kind: str
    what: Literal["issued", "revoked"]
    at: datetime


FACTS: tuple[type[Fact], ...] = (ScenarioPassed, AttemptBegun, AttemptSettled, AttemptsAllowed, CertificateCounted)

NEVER = datetime.min.replace(tzinfo=UTC)


class Attempt(Struct, frozen=True, kw_only=True):
    """An attempt at an examination; `percent` and what follows are None while it runs."""

    id: UUID
    certificate: str
    begun_at: datetime
    questions: tuple[str, ...]
    percent: int | None = None
    passed: bool = False
    settled_at: datetime | None = None


class Candidate(Struct, frozen=True, kw_only=True):
    """A person as far as certificates go.

    Attributes:
        scenarios: passed, with the newest version in which they were.
        attempts: in order of time, of all kinds.
        since: by kind of certificate, from when on attempts count.
        certificates: by kind, the stream of the one that was issued last.
    """

    scenarios: dict[str, int] = {}
    attempts: tuple[Attempt, ...] = ()
    since: dict[str, datetime] = {}
    certificates: dict[str, UUID] = {}

    @property
    def running(self) -> Attempt | None:
        """The attempt that has not ended yet."""
        return next((one for one in self.attempts if one.settled_at is None), None)

    def tried(self, kind: str) -> tuple[Attempt, ...]:
        """The attempts at a kind of certificate that count now, in order."""
        since = self.since.get(kind, NEVER)
        return tuple(one for one in self.attempts if one.certificate == kind and one.begun_at > since)

    def seen(self, kind: str) -> tuple[tuple[str, ...], ...]:
        """The questions of every attempt at a kind of certificate, the latest attempt last."""
        return tuple(one.questions for one in self.attempts if one.certificate == kind)


def candidate_stream(person: UUID) -> UUID:
    """The stream of what counts towards a person's certificates."""
    return uuid5(NAMESPACE, f"candidate:{person}")


def evolve(fact: Fact, one: Candidate) -> Candidate:
    """The candidate after `fact`."""
    match fact:
        case ScenarioPassed():
            version = max(fact.version, one.scenarios.get(fact.scenario, 0))
            return replace(one, scenarios={**one.scenarios, fact.scenario: version})
        case AttemptBegun():
            begun = Attempt(id=fact.attempt, certificate=fact.certificate, begun_at=fact.at, questions=fact.questions)
            return replace(one, attempts=(*one.attempts, begun))
        case AttemptSettled():
            return replace(one, attempts=tuple(_settled(each, fact) for each in one.attempts))
        case AttemptsAllowed():
            return replace(one, since={**one.since, fact.certificate: _anew(fact, one)})
        case CertificateCounted():
            return replace(
                one,
                since={**one.since, fact.kind: fact.at},
                certificates={**one.certificates, fact.kind: fact.certificate},
            )
        case _:
            return one


def _anew(fact: AttemptsAllowed, one: Candidate) -> datetime:
    """From when on attempts count once more are allowed: the failed ones go, one that runs or was passed stays."""
    last = next(reversed(one.tried(fact.certificate)), None)
    if last is not None and (last.settled_at is None or last.passed):
        return last.begun_at - timedelta.resolution
    return fact.at


def _settled(attempt: Attempt, fact: AttemptSettled) -> Attempt:
    if attempt.id != fact.attempt:
        return attempt
    return replace(attempt, percent=fact.percent, passed=fact.passed, settled_at=fact.at)
