"""With what a member of staff can sign in beside the password: passkeys, a second factor, and codes of enrolment.

These stand on a stream beside the person's own, so that signing in day after day does not lengthen the one that every
decision about the person reads.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact, Sealed

MOST_PASSKEYS = 10
MOST_SHOWN = 100
"""Challenges that are remembered; more are not shown by one person while one of them is good."""


class PasskeyAdded(Fact, frozen=True, kw_only=True, tag="passkey.added"):
    """A passkey was made for the person (W3C Web Authentication level 3).

    Attributes:
        credential: its id, base64url.
        public_key: in COSE form, base64url.
        counter: how often it has signed, as it says; 0 for one that does not count.
        domain: the host for which it was made (RP ID); it is good for no other.
        name: as the person calls it.
        device: where it was made.
        synced: whether it may be on other devices of the person too.
    """

    credential: str
    public_key: str
    counter: int
    domain: str
    name: str
    device: UUID | None
    synced: bool


class PasskeyUsed(Fact, frozen=True, kw_only=True, tag="passkey.used"):
    """The person showed a passkey; a counter that does not grow would mean that there are two of it.

    Attributes:
        challenge: what it signed, as a hash; nobody shows the same again.
    """

    credential: str
    counter: int
    challenge: str = ""


class PasskeyRemoved(Fact, frozen=True, kw_only=True, tag="passkey.removed"):
    """A passkey counts no more: given up, lost or stolen."""

    credential: str


class SecondFactorSet(Fact, frozen=True, kw_only=True, tag="second-factor.set"):
    """One-time codes (RFC 6238) are asked for beside the password from now on; this replaces an earlier one.

    Attributes:
        secret: base32.
        recovery: keyed hashes of codes that are good once each, for when the telephone is lost.
    """

    secret: Sealed
    recovery: tuple[str, ...]


class SecondFactorUsed(Fact, frozen=True, kw_only=True, tag="second-factor.used"):
    """A one-time code was shown; neither it nor an earlier one is good again.

    Attributes:
        step: of thirty seconds, since 1970.
    """

    step: int


class RecoveryCodeUsed(Fact, frozen=True, kw_only=True, tag="recovery-code.used"):
    """One of the codes for emergencies was shown."""

    digest: str


class SecondFactorRemoved(Fact, frozen=True, kw_only=True, tag="second-factor.removed"):
    """No one-time code is asked for any more."""


class EnrolmentIssued(Fact, frozen=True, kw_only=True, tag="enrolment.issued"):
    """The person was given a code with which to come in once, to make a passkey; it replaces an earlier one.

    Attributes:
        digest: keyed hash of the code.
    """

    digest: str
    until: datetime


class EnrolmentUsed(Fact, frozen=True, kw_only=True, tag="enrolment.used"):
    """The code of enrolment was shown."""


class Passkey(Struct, frozen=True, kw_only=True):
    """A passkey that counts."""

    credential: str
    public_key: str
    counter: int
    domain: str
    name: str
    device: UUID | None
    synced: bool


class Keyring(Struct, frozen=True, kw_only=True):
    """With what the person can sign in now.

    Attributes:
        passkeys: by their ids, in the order in which they were made.
        has_second_factor: whether one-time codes are asked for.
        step: of the last one-time code shown.
        recovery: hashes of the emergency codes that are left.
        enrolment: hash of the code of enrolment that waits, empty if none does.
        enrolment_until: until when it is good.
        shown: hashes of the challenges that passkeys signed last.
        set_up: how often one-time codes were set up.
    """

    passkeys: dict[str, Passkey] = {}
    has_second_factor: bool = False
    step: int = 0
    recovery: frozenset[str] = frozenset()
    enrolment: str = ""
    enrolment_until: datetime | None = None
    shown: tuple[str, ...] = ()
    set_up: int = 0


FACTS = (
    PasskeyAdded,
    PasskeyUsed,
    PasskeyRemoved,
    SecondFactorSet,
    SecondFactorUsed,
    RecoveryCodeUsed,
    SecondFactorRemoved,
    EnrolmentIssued,
    EnrolmentUsed,
)


def keyring_stream(person: UUID) -> UUID:
    """The stream of a person's keyring."""
    return uuid5(person, "keyring")


def evolve(fact: Fact, ring: Keyring) -> Keyring:
    """The keyring after `fact`."""
    match fact:
        case PasskeyAdded():
            return replace(ring, passkeys={**ring.passkeys, fact.credential: _passkey(fact)})
        case PasskeyUsed() if fact.credential in ring.passkeys:
            used = replace(ring.passkeys[fact.credential], counter=fact.counter)
            shown = (*ring.shown, fact.challenge)[-MOST_SHOWN:] if fact.challenge else ring.shown
            return replace(ring, passkeys={**ring.passkeys, fact.credential: used}, shown=shown)
        case PasskeyRemoved():
            left = {id: one for id, one in ring.passkeys.items() if id != fact.credential}
            return replace(ring, passkeys=left)
        case SecondFactorSet():
            recovery, set_up = frozenset(fact.recovery), ring.set_up + 1
            return replace(ring, has_second_factor=True, step=0, recovery=recovery, set_up=set_up)
        case SecondFactorUsed():
            return replace(ring, step=fact.step)
        case RecoveryCodeUsed():
            return replace(ring, recovery=ring.recovery - {fact.digest})
        case SecondFactorRemoved():
            return replace(ring, has_second_factor=False, step=0, recovery=frozenset())
        case EnrolmentIssued():
            return replace(ring, enrolment=fact.digest, enrolment_until=fact.until)
        case EnrolmentUsed():
            return replace(ring, enrolment="", enrolment_until=None)
        case _:
            return ring


def _passkey(fact: PasskeyAdded) -> Passkey:
    return Passkey(
        credential=fact.credential,
        public_key=fact.public_key,
        counter=fact.counter,
        domain=fact.domain,
        name=fact.name,
        device=fact.device,
        synced=fact.synced,
    )
