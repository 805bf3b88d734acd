"""People and their sign-ins: residents known by a telephone, staff by a user name, and every session of either."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Protocol
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.case.commands import Command
from domain.centre.centre import NAMESPACE
from domain.facts import Fact, Sealed
from domain.refusals import NotFound, PersonIsErased
from domain.rights.table import require

FRESH_FOR = timedelta(minutes=5)
"""How long a proof of who one is counts for sensitive acts."""
ENROLMENT = "enrolment-code"
"""How a session began that is good for making what one signs in with, and for nothing else."""


class PersonRegistered(Fact, frozen=True, kw_only=True, tag="person.registered"):
    """A resident signed in for the first time.

    Attributes:
        link: the stream of their telephone, so that it can be released when the number itself is gone.
    """

    phone: Sealed
    link: UUID


class PhoneLinked(Fact, frozen=True, kw_only=True, tag="phone.linked"):
    """A telephone number belongs to a person; the stream is derived from a keyed hash of the number."""

    person: UUID


class PhoneReleased(Fact, frozen=True, kw_only=True, tag="phone.released"):
    """The telephone belongs to nobody any more: whoever signs in with it next is a new person."""


class SessionOpened(Fact, frozen=True, kw_only=True, tag="session.opened"):
    """A person signed in.

    Attributes:
        method: `sms-code`, `oidc`, `password`, `password+code`, `passkey` or `enrolment-code`.
        opened_at: when; None in facts from before it was noted.
    """

    person: UUID
    kind: str
    method: str
    device: UUID | None
    expires_at: datetime
    opened_at: datetime | None = None


class SessionProved(Fact, frozen=True, kw_only=True, tag="session.proved"):
    """In an open session the person showed once more who they are, for an act that asks for it.

    Attributes:
        method: as in `SessionOpened`, of this proof.
    """

    method: str
    at: datetime


class LoginLinked(Fact, frozen=True, kw_only=True, tag="login.linked"):
    """An account at an identity provider belongs to a person; the stream is derived from its keyed hash."""

    person: UUID


class SessionClosed(Fact, frozen=True, kw_only=True, tag="session.closed"):
    """A session was ended by the person or by the centre."""


class Person(Struct, frozen=True, kw_only=True):
    """A resident as decisions see them.

    Attributes:
        registered: whether they ever signed in themselves; an applicant for whom others act never does.
        link: the stream of their telephone.
    """

    registered: bool = False
    link: UUID | None = None
    erased: bool = False


class Session(Struct, frozen=True, kw_only=True):
    """A sign-in as later requests find it.

    Attributes:
        id: its stream.
        kind: `resident` or `staff`.
        closed: whether it was ended before its time.
        method: how the person showed who they are.
        opened_at: when; None in sessions from before it was noted.
        proved_at: when they last showed it, at the beginning or since.
        proved_by: how, if that was since.
    """

    id: UUID
    person: UUID
    kind: str
    device: UUID | None
    expires_at: datetime
    closed: bool = False
    method: str = ""
    opened_at: datetime | None = None
    proved_at: datetime | None = None
    proved_by: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it is good for one thing, to make what one signs in with: it began with a code of enrolment."""
        return self.method == ENROLMENT and not self.proved_by

    def is_open(self, now: datetime) -> bool:
        """Whether the session still counts at `now`."""
        return not self.closed and now < self.expires_at

    def is_fresh(self, now: datetime) -> bool:
        """Whether the person showed who they are so lately that a sensitive act may follow."""
        return self.proved_at is not None and now - self.proved_at < FRESH_FOR


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
    opened_at: datetime | None = None


class ProveSession(Command, frozen=True, kw_only=True):
    """Note that the person of an open session has shown once more who they are; the lane is the session's stream."""

    type: ClassVar[str] = "session.prove@1"
    method: str
    at: datetime


class CloseSession(Command, frozen=True, kw_only=True):
    """End a session."""

    type: ClassVar[str] = "session.close@1"


class LinkLogin(Command, frozen=True, kw_only=True):
    """Let an account at an identity provider belong to a person; the lane is the account's stream."""

    type: ClassVar[str] = "login.link@1"
    person: UUID


class People(Protocol):
    """What identity decisions look at."""

    def phone_owner(self, link: UUID) -> UUID | None:
        """The person a telephone or an account belongs to, None if nobody or nobody any more."""
        ...

    def person(self, stream: UUID) -> Person:
        """A resident at the head; an unregistered one if the stream is none of theirs."""
        ...

    def session(self, stream: UUID) -> Session | None:
        """A session at the head."""
        ...


def register(command: RegisterPerson, person: UUID, people: People) -> Iterable[tuple[UUID, Fact]]:
    """Link the telephone to `person`, unless it is linked already."""
    if people.phone_owner(command.link) is not None:
        return []
    phone = Sealed(person, value=command.phone)
    return [(command.link, PhoneLinked(person=person)), (person, PersonRegistered(phone=phone, link=command.link))]


def open_session(command: OpenSession, stream: UUID, people: People) -> Iterable[tuple[UUID, Fact]]:
    """Record the sign-in.

    Raises:
        PersonIsErased: the person was erased between showing who they are and this.
    """
    if people.person(command.person).erased:
        raise PersonIsErased
    opened = SessionOpened(
        person=command.person,
        kind=command.kind,
        method=command.method,
        device=command.device,
        expires_at=command.expires_at,
        opened_at=command.opened_at,
    )
    return [(stream, opened)]


def prove_session(command: ProveSession, stream: UUID, people: People) -> Iterable[tuple[UUID, Fact]]:
    """Note the proof.

    Raises:
        NotFound: there is no such session, or it was ended meanwhile.
    """
    session = people.session(stream)
    if session is None or session.closed:
        raise NotFound
    return [(stream, SessionProved(method=command.method, at=command.at))]


def close_session(stream: UUID, people: People, *, by: Actor, office: str = "") -> Iterable[tuple[UUID, Fact]]:
    """End the session, once.

    Args:
        stream: of the session.
        people: who there is.
        by: who ends it.
        office: of the session's person, empty for a resident.

    Raises:
        Forbidden: it is somebody else's, and `by` is neither the centre, an operator, nor a lead of their office.
    """
    session = people.session(stream)
    if session is None:
        return []
    leads = Role.LEAD in by.roles and office != "" and office == by.office
    require("session.close", by, own=session.person == by.id or leads)
    return [] if session.closed else [(stream, SessionClosed())]


def link_login(command: LinkLogin, stream: UUID, people: People) -> Iterable[tuple[UUID, Fact]]:
    """Link the account, unless it is linked already."""
    return [] if people.phone_owner(stream) is not None else [(stream, LoginLinked(person=command.person))]


def evolve_session(fact: Fact, session: Session | None, *, stream: UUID) -> Session | None:
    """The session after `fact`, which stands on `stream`."""
    match fact:
        case SessionOpened():
            return Session(
                id=stream,
                person=fact.person,
                kind=fact.kind,
                device=fact.device,
                expires_at=fact.expires_at,
                method=fact.method,
                opened_at=fact.opened_at,
                proved_at=fact.opened_at,
            )
        case SessionProved() if session is not None:
            return replace(session, proved_at=fact.at, proved_by=fact.method)
        case SessionClosed() if session is not None:
            return replace(session, closed=True)
        case _:
            return session


def evolve_phone(fact: Fact, owner: UUID | None) -> UUID | None:
    """Whose telephone, or whose account at an identity provider, it is after `fact`."""
    match fact:
        case PhoneLinked() | LoginLinked():
            return fact.person
        case PhoneReleased():
            return None
        case _:
            return owner


def phone_stream(keyed_hash: str) -> UUID:
    """The stream that links a telephone, named by its keyed hash, to a person."""
    return uuid5(NAMESPACE, f"phone:{keyed_hash}")


def login_stream(keyed_hash: str) -> UUID:
    """The stream that links an account at an identity provider, named by its keyed hash, to a person."""
    return uuid5(NAMESPACE, f"login:{keyed_hash}")


def session_stream(token_hash: str) -> UUID:
    """The stream of the session whose token has this hash; the token itself is never stored."""
    return uuid5(NAMESPACE, f"session:{token_hash}")
