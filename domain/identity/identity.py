"""People and their sign-ins: residents known by a telephone, staff by a user name, and every session of either."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.case.commands import Command
from domain.centre.centre import NAMESPACE
from domain.facts import Fact, Sealed


class PersonRegistered(Fact, frozen=True, kw_only=True, tag="person.registered"):
    """A resident signed in for the first time."""

    phone: Sealed


class PhoneLinked(Fact, frozen=True, kw_only=True, tag="phone.linked"):
    """A telephone number belongs to a person; the stream is derived from a keyed hash of the number."""

    person: UUID


class SessionOpened(Fact, frozen=True, kw_only=True, tag="session.opened"):
    """A person signed in.

    Attributes:
        method: `sms-code` or `password`.
    """

    person: UUID
    kind: str
    method: str
    device: UUID | None
    expires_at: datetime


class SessionClosed(Fact, frozen=True, kw_only=True, tag="session.closed"):
    """A session was ended by the person or by the centre."""


class Session(Struct, frozen=True, kw_only=True):
    """A sign-in as later requests find it.

    Attributes:
        id: its stream.
        kind: `resident` or `staff`.
        closed: whether it was ended before its time.
    """

    id: UUID
    person: UUID
    kind: str
    device: UUID | None
    expires_at: datetime
    closed: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether the session still counts at `now`."""
        return not self.closed and now < self.expires_at


class RegisterPerson(Command, frozen=True, kw_only=True):
    """Register the resident who owns a telephone number, unless somebody already does."""

    type: ClassVar[str] = "person.register@1"
    phone: str
    link: UUID


class OpenSession(Command, frozen=True, kw_only=True):
    """Open a session for a person whom the edge has authenticated; the lane is the session's stream."""

    type: ClassVar[str] = "session.open@1"
    person: UUID
    kind: str
    method: str
    device: UUID | None
    expires_at: datetime


class CloseSession(Command, frozen=True, kw_only=True):
    """End a session."""

    type: ClassVar[str] = "session.close@1"


class People(Protocol):
    """What identity decisions look at."""

    def phone_owner(self, link: UUID) -> UUID | None:
        """The person a telephone belongs to."""
        ...

    def session(self, stream: UUID) -> Session | None:
        """A session at the head."""
        ...


def register(command: RegisterPerson, person: UUID, people: People) -> Iterable[tuple[UUID, Fact]]:
    """Link the telephone to `person`, unless it is linked already."""
    if people.phone_owner(command.link) is not None:
        return []
    phone = Sealed(person, value=command.phone)
    return [(command.link, PhoneLinked(person=person)), (person, PersonRegistered(phone=phone))]


def open_session(command: OpenSession, stream: UUID) -> Iterable[tuple[UUID, Fact]]:
    """Record the sign-in."""
    opened = SessionOpened(
        person=command.person,
        kind=command.kind,
        method=command.method,
        device=command.device,
        expires_at=command.expires_at,
    )
    return [(stream, opened)]


def close_session(stream: UUID, people: People) -> Iterable[tuple[UUID, Fact]]:
    """End the session, once."""
    session = people.session(stream)
    return [] if session is None or session.closed else [(stream, SessionClosed())]


def evolve_session(fact: Fact, session: Session | None, *, stream: UUID) -> Session | None:
    """The session after `fact`, which stands on `stream`."""
    match fact:
        case SessionOpened():
            return Session(
                id=stream, person=fact.person, kind=fact.kind, device=fact.device, expires_at=fact.expires_at
            )
        case SessionClosed() if session is not None:
            return replace(session, closed=True)
        case _:
            return session


def phone_stream(keyed_hash: str) -> UUID:
    """The stream that links a telephone, named by its keyed hash, to a person."""
    return uuid5(NAMESPACE, f"phone:{keyed_hash}")


def session_stream(token_hash: str) -> UUID:
    """The stream of the session whose token has this hash; the token itself is never stored."""
    return uuid5(NAMESPACE, f"session:{token_hash}")
