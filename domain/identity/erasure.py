"""Erasure of a person: their key is destroyed, what was sealed under it is gone everywhere, and the facts stay.

While the law has the centre keep a record, deletion is replaced by storing and securing it only (Personal Information
Protection Law art. 47); whether that time is over is for people to say, and they say it with a reason and a basis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import ClassVar, Literal, Protocol
from uuid import UUID

from msgspec.structs import replace

from domain.case.acts import ACTS, ENDED, CaseStatus
from domain.case.commands import Command, ShortText
from domain.case.facts import CaseWithdrawn
from domain.case.state import Case
from domain.facts import Fact
from domain.identity.identity import People, Person, PersonRegistered, PhoneReleased
from domain.refusals import Invalid, NotFound, PersonHasOpenCases, RetentionRuns

ErasureReason = Literal[
    "purpose-achieved", "retention-ended", "consent-withdrawn", "unlawful-processing", "law-requires", "restored"
]
"""The first five are those of PIPL art. 47; `restored` repeats an erasure that a restored log does not know of."""

BEFORE_TIME = frozenset[ErasureReason]({"unlawful-processing", "law-requires", "restored"})
"""Reasons that do not wait for the end of a case's retention: what should not have been kept has none."""

_NUMBER_OF_A_PERSON = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)", re.ASCII)


class PersonErased(Fact, frozen=True, kw_only=True, tag="person.erased"):
    """The personal values of a person are erased; the key goes as soon as this is on disk, and is never made again.

    Attributes:
        reason: one of `ErasureReason`.
        basis: the statute or appraisal (鉴定) that allows it, in words that name nobody.
        open_cases: cases of theirs that had not ended, erased with that in full knowledge.
    """

    reason: str
    basis: str
    open_cases: tuple[UUID, ...]


class ErasePerson(Command, frozen=True, kw_only=True):
    """Erase the person whose stream is the lane; once, however often it is asked.

    Attributes:
        basis: stays in clear for ever, so that it must not name anybody.
        cases: those of which the person is the applicant or the agent. A person's stream does not know them, so that
            whoever commands it looks them up in the log; each is judged here as it stands at the head.
        open_cases_confirmed: erase although some of these have not ended. Those that nobody has decided are withdrawn.
    """

    type: ClassVar[str] = "person.erase@1"
    reason: ErasureReason
    basis: ShortText
    cases: tuple[UUID, ...] = ()
    open_cases_confirmed: bool = False


class Records(People, Protocol):
    """What an erasure looks at."""

    @property
    def today(self) -> date:
        """The local day."""
        ...

    def case(self, case_id: UUID) -> Case:
        """The case at the head; an unfiled one if there is none."""
        ...


def erase(command: ErasePerson, person: UUID, records: Records) -> Iterable[tuple[UUID, Fact]]:
    """Erase `person`.

    Raises:
        NotFound: nobody is known by that id: neither a resident who signed in nor a party of one of the cases.
        Invalid: a case is not theirs, or the basis holds the number of a telephone or of an identity card.
        RetentionRuns: the archive's term of a case is not over, and the reason is none that goes before it.
        PersonHasOpenCases: some cases have not ended, and that was not confirmed.
    """
    known = records.person(person)
    if known.erased:
        return []
    if _NUMBER_OF_A_PERSON.search(command.basis):
        raise Invalid(where="basis")
    cases = {case: records.case(case) for case in command.cases}
    if not all(case.belongs_to(person) for case in cases.values()):
        raise Invalid(where="cases")
    if not known.registered and not cases:
        raise NotFound
    kept = {str(id): case.retain_until for id, case in cases.items() if _is_retained(case, person, on=records.today)}
    if kept and command.reason not in BEFORE_TIME:
        raise RetentionRuns(cases=kept)
    unended = {id: case for id, case in cases.items() if case.applicant == person and case.status not in ENDED}
    if unended and not command.open_cases_confirmed:
        raise PersonHasOpenCases(cases=[str(case) for case in unended])
    erased = PersonErased(reason=command.reason, basis=command.basis, open_cases=tuple(unended))
    return [*_withdrawals(unended), *_release(person, known.link, records), (person, erased)]


def _is_retained(case: Case, person: UUID, *, on: date) -> bool:
    """Whether the archive's term of a case of `person` runs on a day; a permanent one never ends."""
    if case.applicant != person or case.status is not CaseStatus.ARCHIVED:
        return False
    return case.retain_until is None or on <= case.retain_until


def evolve_person(fact: Fact, person: Person) -> Person:
    """The person after `fact`."""
    match fact:
        case PersonRegistered():
            return replace(person, registered=True, link=fact.link)
        case PersonErased():
            return replace(person, erased=True)
        case _:
            return person


def _withdrawals(unended: Mapping[UUID, Case]) -> list[tuple[UUID, Fact]]:
    """What nobody has decided cannot be decided any more without what it was about."""
    return [
        (id, CaseWithdrawn())
        for id, case in unended.items()
        if case.status is not None and "case.withdraw" in ACTS[case.status]
    ]


def _release(person: UUID, link: UUID | None, records: Records) -> list[tuple[UUID, Fact]]:
    if link is None or records.phone_owner(link) != person:
        return []
    return [(link, PhoneReleased())]
