"""Certificates 我的证书: issued when all their conditions are met, renewed, run out in time, taken away with a reason.

A certificate stands on a stream of its own; that it counts is told to the stream of its holder, where rights look.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.case.commands import Command, FireTimer
from domain.case.commands.base import Reason
from domain.case.decide import Call, Decided
from domain.case.deciding import decide as decide_any
from domain.case.deciding.guards import require_words
from domain.centre.centre import DERIVED_ID
from domain.centre.publishing import midnight_after
from domain.facts import Fact, Sealed
from domain.refusals import CertificateHasEnded, Forbidden, Invalid, NotFound
from domain.staff.staff import CertificateEnded, CertificateHeld
from domain.timers import Timer, timer
from domain.training.candidate import Candidate, CertificateCounted, candidate_stream
from domain.training.content import CertificateKind, ContentId
from domain.training.courses import LearningBench

Recorded = list[tuple[UUID, Fact]]


class CertificateIssued(Fact, frozen=True, kw_only=True, tag="certificate.issued"):
    """A person holds a certificate from now on.

    Attributes:
        kind: id of its kind.
        kind_version: under which it was earned.
        items: ids of the items that it covers; none where it covers all.
        valid_from: local day.
        valid_until: its last day, local.
        attempt: the examination that was passed for it; None where it was earned before there was one here.
        percent: of that examination.
        renews: the certificate that it follows.
        words: why it is recorded without an examination here, sealed under the holder's key.
    """

    holder: UUID
    kind: str
    kind_version: int
    number: str
    verification_code: str
    items: tuple[str, ...]
    all_items: bool
    valid_from: date
    valid_until: date
    attempt: UUID | None = None
    percent: int | None = None
    renews: UUID | None = None
    words: Sealed | None = None


class CertificateRenewed(Fact, frozen=True, kw_only=True, tag="certificate.renewed"):
    """Another certificate follows; this one counts no more.

    Attributes:
        by: the stream of that.
    """

    by: UUID


class CertificateExpired(Fact, frozen=True, kw_only=True, tag="certificate.expired"):
    """Its last day is over."""


class CertificateRevoked(Fact, frozen=True, kw_only=True, tag="certificate.revoked"):
    """A lead or trainer took it away.

    Attributes:
        words: why, sealed under the holder's key.
    """

    words: Sealed


FACTS: tuple[type[Fact], ...] = (CertificateIssued, CertificateRenewed, CertificateExpired, CertificateRevoked)


class Certificate(Struct, frozen=True, kw_only=True):
    """A certificate as decisions see it; one without a holder was never issued.

    Attributes:
        ended: `expired`, `revoked` or `renewed`; empty while it counts.
    """

    holder: UUID | None = None
    kind: str = ""
    valid_until: date = date.min
    ended: str = ""


def evolve(fact: Fact, one: Certificate) -> Certificate:
    """The certificate after `fact`."""
    match fact:
        case CertificateIssued():
            return Certificate(holder=fact.holder, kind=fact.kind, valid_until=fact.valid_until)
        case CertificateRenewed():
            return replace(one, ended="renewed")
        case CertificateExpired():
            return replace(one, ended="expired")
        case CertificateRevoked():
            return replace(one, ended="revoked")
        case _:
            return one


class RecordCertificate(Command, frozen=True, kw_only=True):
    """Record a certificate that somebody earned before examinations were held here; the lane is its new stream.

    Attributes:
        valid_until: no later than if it were earned today.
        reason: on what it rests, such as the paper that was shown.
    """

    type: ClassVar[str] = "certificate.record@1"
    person: UUID
    certificate: ContentId
    valid_until: date
    reason: Reason


class RevokeCertificate(Command, frozen=True, kw_only=True):
    """Take a certificate away; the lane is its stream."""

    type: ClassVar[str] = "certificate.revoke@1"
    reason: Reason


class CertificateBench(LearningBench, Protocol):
    """The bench with certificates on it."""

    def candidate(self, person: UUID) -> Candidate:
        """A person as far as certificates go."""
        ...

    def certificate(self, stream: UUID) -> Certificate:
        """A certificate at the head.

        Raises:
            NotFound: the stream is none of a certificate.
        """
        ...


def issued(
    stream: UUID,
    holder: UUID,
    kind: CertificateKind,
    bench: CertificateBench,
    *,
    until: date,
    attempt: UUID | None = None,
    percent: int | None = None,
    words: Sealed | None = None,
) -> Recorded:
    """The facts by which a person holds a certificate, and another of the same kind counts no more."""
    before = bench.candidate(holder).certificates.get(kind.id)
    follows = before is not None and bench.certificate(before).ended == ""
    items = () if kind.item_ids == "all" else kind.item_ids
    year = bench.today.year
    fact = CertificateIssued(
        holder=holder,
        kind=kind.id,
        kind_version=bench.edition("certificate", kind.id).newest,
        number=f"{bench.centre().document_prefix}培〔{year}〕第{bench.serial(f'certificate:{year}', stream):04d}号",
        verification_code=bench.code(),
        items=items,
        all_items=kind.item_ids == "all",
        valid_from=bench.today,
        valid_until=until,
        attempt=attempt,
        percent=percent,
        renews=before if follows else None,
        words=words,
    )
    held = CertificateHeld(certificate=stream, kind=kind.id, items=items, all_items=fact.all_items, valid_until=until)
    return [
        *(_replaced(before, holder, by=stream) if before is not None and follows else []),
        (holder, held),
        (candidate_stream(holder), _counted(stream, holder, kind.id, bench.now)),
        (stream, fact),
    ]


def _replaced(before: UUID, holder: UUID, *, by: UUID) -> Recorded:
    return [(before, CertificateRenewed(by=by)), (holder, CertificateEnded(certificate=before, why="renewed"))]


def _counted(stream: UUID, holder: UUID, kind: str, now: datetime) -> CertificateCounted:
    return CertificateCounted(person=holder, certificate=stream, kind=kind, what="issued", at=now)


@decide_any.register
def _(command: RecordCertificate, call: Call, bench: CertificateBench) -> Decided:
    if call.lane.version == DERIVED_ID or bench.certificate(call.lane).holder is not None:
        raise Invalid(where="lane")
    if command.person == call.by.id:
        raise Forbidden(act=command.act)
    kind = bench.edition("certificate", command.certificate).content
    if bench.staff(command.person).id is None or not isinstance(kind, CertificateKind):
        raise NotFound
    if not bench.today <= command.valid_until <= bench.today + timedelta(days=kind.valid_days):
        raise Invalid(where="valid_until")
    require_words({"reason": command.reason})
    words = Sealed(command.person, value=command.reason.strip())
    return issued(call.lane, command.person, kind, bench, until=command.valid_until, words=words)


@decide_any.register
def _(command: RevokeCertificate, call: Call, bench: CertificateBench) -> Decided:
    one = bench.certificate(call.lane)
    if one.holder is None:
        raise NotFound
    if one.holder == call.by.id:
        raise Forbidden(act=command.act)
    if one.ended:
        raise CertificateHasEnded(why=one.ended)
    require_words({"reason": command.reason})
    counted = CertificateCounted(person=one.holder, certificate=call.lane, kind=one.kind, what="revoked", at=bench.now)
    return [
        (one.holder, CertificateEnded(certificate=call.lane, why="revoked")),
        (candidate_stream(one.holder), counted),
        (call.lane, CertificateRevoked(words=Sealed(one.holder, value=command.reason.strip()))),
    ]


# Time


class CertificateTimer(StrEnum):
    """What a timer of a certificate is for."""

    EXPIRES = "certificate-expires"


def timers_of(stream: UUID, one: Certificate) -> tuple[Timer[CertificateTimer], ...]:
    """The timer that a certificate waits for: the midnight after its last day."""
    return tuple(_waiting(stream, one))


def _waiting(stream: UUID, one: Certificate) -> Iterator[Timer[CertificateTimer]]:
    if one.holder is not None and not one.ended:
        yield timer(stream, CertificateTimer.EXPIRES, midnight_after(one.valid_until))


def fire(command: FireTimer, call: Call, bench: CertificateBench) -> Decided:
    """Decide a timer anew on the state of the moment; one that is not due, or no more, records nothing."""
    one = bench.certificate(call.lane)
    wanted = (command.kind, command.at.astimezone(UTC))
    due = next((each for each in timers_of(call.lane, one) if (each.kind.value, each.at) == wanted), None)
    if due is None or bench.now < due.at or one.holder is None:
        return []
    ended = CertificateEnded(certificate=call.lane, why="expired")
    return [(one.holder, ended), (call.lane, CertificateExpired())]
