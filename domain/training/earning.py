"""What a certificate takes: whether a person has earned it, and what is still missing where they have not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from domain.calendar.limits import local_day
from domain.facts import Fact
from domain.staff.staff import Held, Staff
from domain.training import candidate as candidates
from domain.training import courses
from domain.training.candidate import Attempt, Candidate, candidate_stream
from domain.training.certificates import CertificateBench, Recorded, issued
from domain.training.content import CertificateKind, Course, Kind
from domain.training.courses import Learner, learner_stream
from domain.training.publishing import Edition


class Person(NamedTuple):
    """Everything that conditions are asked of."""

    id: UUID
    staff: Staff
    learner: Learner
    candidate: Candidate


def person_on(bench: CertificateBench, person: UUID, *, pending: Iterable[tuple[UUID, Fact]] = ()) -> Person:
    """A person at the head, with facts that are about to be recorded."""
    learner, candidate = bench.learner(person), bench.candidate(person)
    for stream, fact in pending:
        if stream == learner_stream(person):
            learner = courses.evolve(fact, learner)
        elif stream == candidate_stream(person):
            candidate = candidates.evolve(fact, candidate)
    return Person(person, bench.staff(person), learner, candidate)


def with_earned(decided: Iterable[tuple[UUID, Fact]], person: UUID, bench: CertificateBench) -> Recorded:
    """What was decided, and before it every certificate that the person has earned by it."""
    facts = list(decided)
    if not facts:
        return facts
    return [*earned(person_on(bench, person, pending=facts), bench), *facts]


def earned(who: Person, bench: CertificateBench) -> Recorded:
    """The facts that issue every certificate whose conditions are met now."""
    facts: Recorded = []
    for kind in kinds_of(bench):
        passed = passed_attempt(who, kind, on=bench.today)
        if passed is None or missing_courses(who, kind, bench) or missing_scenarios(who, kind, bench):
            continue
        held = current(who, kind)
        first = max(bench.today, held.valid_until) if held is not None and held.counts(bench.today) else bench.today
        stream = uuid5(passed.id, f"certificate {kind.id}")
        until = first + timedelta(days=kind.valid_days)
        facts += issued(stream, who.id, kind, bench, until=until, attempt=passed.id, percent=passed.percent)
    return facts


def kinds_of(bench: CertificateBench) -> tuple[CertificateKind, ...]:
    """The kinds of certificates that can be earned."""
    found = (edition.content for edition in bench.training("certificate"))
    return tuple(one for one in found if isinstance(one, CertificateKind))


def current(who: Person, kind: CertificateKind) -> Held | None:
    """The certificate of a kind that was issued to somebody last, None if there was none."""
    stream = who.candidate.certificates.get(kind.id)
    return who.staff.held.get(stream) if stream is not None else None


def passed_attempt(who: Person, kind: CertificateKind, *, on: date) -> Attempt | None:
    """The passed examination that counts towards the next certificate; an old one counts as long as a certificate."""
    tried = (one for one in reversed(who.candidate.tried(kind.id)) if one.passed)
    return next((one for one in tried if one.settled_at is not None and _is_recent(one.settled_at, kind, on)), None)


def _is_recent(settled_at: datetime, kind: CertificateKind, on: date) -> bool:
    return local_day(settled_at) + timedelta(days=kind.valid_days) >= on


def missing_courses(who: Person, kind: CertificateKind, bench: CertificateBench) -> tuple[Course, ...]:
    """The courses that somebody has still to finish for a certificate; those that are withdrawn are not asked for."""
    needed = _contents("course", kind.required_courses, bench)
    return tuple(one for one in needed if isinstance(one, Course) and not who.learner.has_finished(one))


def missing_scenarios(who: Person, kind: CertificateKind, bench: CertificateBench) -> tuple[str, ...]:
    """The scenarios that somebody has still to pass for a certificate; those that are withdrawn are not asked for."""
    needed = [one for one in kind.required_scenarios if bench.edition("scenario", one).content is not None]
    return tuple(one for one in needed if one not in who.candidate.scenarios)


def _contents(kind: Kind, ids: Sequence[str], bench: CertificateBench) -> list[object]:
    editions: list[Edition] = [bench.edition(kind, one) for one in ids]
    return [one.content for one in editions]


def renewable_from(held: Held, kind: CertificateKind) -> date:
    """The first day on which a certificate can be renewed."""
    return held.valid_until - timedelta(days=kind.renew_days)


def next_try(who: Person, kind: CertificateKind) -> date | None:
    """The first day on which somebody who failed may try again; None where they did not fail last."""
    tried = [one for one in who.candidate.tried(kind.id) if one.settled_at is not None]
    if not tried or tried[-1].passed or tried[-1].settled_at is None:
        return None
    return local_day(tried[-1].settled_at) + timedelta(days=kind.exam.cooldown_days)


def ways_to(item_id: str, person: UUID, bench: CertificateBench, *, by: str = "") -> list[dict[str, object]]:
    """How somebody can come to a certificate for an item: each kind that covers it, with what is still missing.

    Args:
        item_id: the item.
        person: who asks.
        bench: what is published and learnt.
        by: a kind of certificate that an order asks for besides the item's own; empty: any that covers the item.
    """
    who = person_on(bench, person)
    named = [kind for kind in kinds_of(bench) if (kind.id == by if by else kind.covers(item_id))]
    return [_way(kind, who, bench) for kind in sorted(named, key=lambda kind: kind.item_ids == "all")]


def _way(kind: CertificateKind, who: Person, bench: CertificateBench) -> dict[str, object]:
    again = next_try(who, kind)
    return {
        "certificate": kind.id,
        "courses": [one.id for one in missing_courses(who, kind, bench)],
        "scenarios": list(missing_scenarios(who, kind, bench)),
        "exam": passed_attempt(who, kind, on=bench.today) is None,
        "exam_from": again.isoformat() if again is not None and again > bench.today else None,
    }
