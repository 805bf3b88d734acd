"""Decisions about keyrings: who may add and remove what signs a member of staff in, and that nothing is shown twice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from domain.actors import Actor, Role
from domain.case.commands import Command
from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.facts import Sealed
from domain.identity import keyring as k
from domain.refusals import (
    AlreadyShown,
    EnrolmentWrong,
    Forbidden,
    NotFound,
    PasskeyCopied,
    PasskeyUnknown,
    SecondFactorWrong,
    TooManyPasskeys,
)
from domain.rights.table import OFFICE, require
from domain.staff.staff import Staff

ENROLLED_BY_LEADS = OFFICE - {Role.LEAD}
"""A lead lets in who works on cases; leads, auditors and operators are let in by an operator only."""


class AddPasskey(Command, frozen=True, kw_only=True):
    """Add a passkey that the edge has verified; the lane is the person's keyring."""

    type: ClassVar[str] = "passkey.add@1"
    credential: str
    public_key: str
    counter: int
    domain: str
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    device: UUID | None
    synced: bool


class UsePasskey(Command, frozen=True, kw_only=True):
    """Note that a person showed a passkey, whose signature the edge has verified; the lane is their keyring."""

    type: ClassVar[str] = "passkey.use@1"
    person: UUID
    credential: str
    counter: int
    challenge: str = ""


class RemovePasskey(Command, frozen=True, kw_only=True):
    """Let a passkey of a person count no more."""

    type: ClassVar[str] = "passkey.remove@1"
    person: UUID
    credential: str


class SetSecondFactor(Command, frozen=True, kw_only=True):
    """Ask the author for one-time codes from now on; the edge has seen that they can make them."""

    type: ClassVar[str] = "second-factor.set@1"
    secret: str
    recovery: tuple[str, ...]


class UseSecondFactor(Command, frozen=True, kw_only=True):
    """Note that a one-time code was shown that the edge has found right."""

    type: ClassVar[str] = "second-factor.use@1"
    person: UUID
    step: int


class UseRecoveryCode(Command, frozen=True, kw_only=True):
    """Use up a code for emergencies."""

    type: ClassVar[str] = "recovery-code.use@1"
    person: UUID
    digest: str


class RemoveSecondFactor(Command, frozen=True, kw_only=True):
    """Ask a person for no one-time code any more."""

    type: ClassVar[str] = "second-factor.remove@1"
    person: UUID


class IssueEnrolment(Command, frozen=True, kw_only=True):
    """Let a person come in once with a code that the edge has made."""

    type: ClassVar[str] = "enrolment.issue@1"
    person: UUID
    digest: str
    until: datetime


class UseEnrolment(Command, frozen=True, kw_only=True):
    """Use up the code of enrolment of a person."""

    type: ClassVar[str] = "enrolment.use@1"
    person: UUID
    digest: str
    now: datetime


class KeyBench(Protocol):
    """What these decisions look at."""

    def keyring(self, person: UUID) -> k.Keyring:
        """With what a person can sign in."""
        ...

    def staff(self, person: UUID) -> Staff:
        """A member of staff at the head; an empty record if there is none."""
        ...


@decide.register
def _(command: AddPasskey, call: Call, bench: KeyBench) -> Decided:
    """Add it, once.

    Raises:
        TooManyPasskeys: the person has as many as anybody needs.
    """
    stream, ring = k.keyring_stream(call.by.id), bench.keyring(call.by.id)
    require(command.act, call.by, own=call.lane == stream)
    if command.credential in ring.passkeys:
        return []
    if len(ring.passkeys) >= k.MOST_PASSKEYS:
        raise TooManyPasskeys(most=k.MOST_PASSKEYS)
    return [(stream, k.PasskeyAdded(**msgspec.structs.asdict(command)))]


@decide.register
def _(command: UsePasskey, _call: Call, bench: KeyBench) -> Decided:
    """Note the use.

    Raises:
        PasskeyUnknown: it was removed meanwhile.
        AlreadyShown: the same was shown before.
        PasskeyCopied: its counter has not grown, so that there are two of it.
    """
    ring = bench.keyring(command.person)
    known = ring.passkeys.get(command.credential)
    if known is None:
        raise PasskeyUnknown
    if command.challenge and command.challenge in ring.shown:
        raise AlreadyShown
    if (command.counter or known.counter) and command.counter <= known.counter:
        raise PasskeyCopied
    return [
        (
            k.keyring_stream(command.person),
            k.PasskeyUsed(credential=command.credential, counter=command.counter, challenge=command.challenge),
        )
    ]


@decide.register
def _(command: RemovePasskey, call: Call, bench: KeyBench) -> Decided:
    """Remove it, once."""
    require(command.act, call.by, own=_is_theirs(call.by, command.person, bench))
    if command.credential not in bench.keyring(command.person).passkeys:
        return []
    return [(k.keyring_stream(command.person), k.PasskeyRemoved(credential=command.credential))]


@decide.register
def _(command: SetSecondFactor, call: Call, _bench: KeyBench) -> Decided:
    stream = k.keyring_stream(call.by.id)
    require(command.act, call.by, own=call.lane == stream)
    secret = Sealed(call.by.id, value=command.secret)
    return [(stream, k.SecondFactorSet(secret=secret, recovery=command.recovery))]


@decide.register
def _(command: UseSecondFactor, _call: Call, bench: KeyBench) -> Decided:
    """Note the use.

    Raises:
        SecondFactorWrong: the person has none any more.
        AlreadyShown: this code, or a later one, was shown before.
    """
    ring = bench.keyring(command.person)
    if not ring.has_second_factor:
        raise SecondFactorWrong
    if command.step <= ring.step:
        raise AlreadyShown
    return [(k.keyring_stream(command.person), k.SecondFactorUsed(step=command.step))]


@decide.register
def _(command: UseRecoveryCode, _call: Call, bench: KeyBench) -> Decided:
    """Use it up.

    Raises:
        SecondFactorWrong: there is no such code, or it was used.
    """
    if command.digest not in bench.keyring(command.person).recovery:
        raise SecondFactorWrong
    return [(k.keyring_stream(command.person), k.RecoveryCodeUsed(digest=command.digest))]


@decide.register
def _(command: RemoveSecondFactor, call: Call, bench: KeyBench) -> Decided:
    """Remove it, once."""
    require(command.act, call.by, own=_is_theirs(call.by, command.person, bench))
    if not bench.keyring(command.person).has_second_factor:
        return []
    return [(k.keyring_stream(command.person), k.SecondFactorRemoved())]


@decide.register
def _(command: IssueEnrolment, call: Call, bench: KeyBench) -> Decided:
    """Issue it.

    Raises:
        NotFound: there is no such member of staff.
        Forbidden: it is for oneself; or a lead's, for another office or for somebody who watches over leads.
    """
    staff = bench.staff(command.person)
    if staff.id is None:
        raise NotFound
    works_for = staff.office == call.by.office and {*staff.roles} <= ENROLLED_BY_LEADS
    require(command.act, call.by, own=works_for)
    if command.person == call.by.id:
        raise Forbidden(act=command.act)
    return [(k.keyring_stream(command.person), k.EnrolmentIssued(digest=command.digest, until=command.until))]


@decide.register
def _(command: UseEnrolment, _call: Call, bench: KeyBench) -> Decided:
    """Use it up.

    Raises:
        EnrolmentWrong: none waits, it is another, or it is too old.
    """
    ring = bench.keyring(command.person)
    if not ring.enrolment or ring.enrolment != command.digest:
        raise EnrolmentWrong
    if ring.enrolment_until is None or command.now >= ring.enrolment_until:
        raise EnrolmentWrong
    return [(k.keyring_stream(command.person), k.EnrolmentUsed())]


def _is_theirs(by: Actor, person: UUID, bench: KeyBench) -> bool:
    """Whether it is their own, or that of somebody whom they lead."""
    office = bench.staff(person).office
    return by.id == person or (Role.LEAD in by.roles and office != "" and office == by.office)
