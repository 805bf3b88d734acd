"""What is recorded of words about a case and of reading it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.facts import Fact, Sealed


class CaseNoted(Fact, frozen=True, kw_only=True, tag="case.noted"):
    """A note for colleagues, sealed under the applicant's key."""

    text: Sealed


class RecordViewed(Fact, frozen=True, kw_only=True, tag="record.viewed"):
    """A member of staff opened a record with personal data on screen.

    Attributes:
        position: the state that was shown.
        offline: whether it was shown from the device's own copy.
    """

    record: UUID
    position: int
    offline: bool


class MessageSent(Fact, frozen=True, kw_only=True, tag="message.sent"):
    """Words between the applicant and the centre on the case.

    Attributes:
        text: sealed under the applicant's key.
        readers: who will read it: `applicant`, `agent`, `handler` (whoever holds the case) or a role.
    """

    text: Sealed
    readers: tuple[str, ...]


class UploadLinkMade(Fact, frozen=True, kw_only=True, tag="upload_link.made"):
    """A one-time link was made, by which a person who is not signed in hands papers in.

    Attributes:
        link: its id, under which files arrive.
        token_hash: SHA-256 of the secret in the link; the secret itself is never stored.
        expires_at: UTC.
        materials: the papers it asks for.
    """

    link: UUID
    token_hash: str
    expires_at: datetime
    materials: tuple[str, ...]


class UploadLinkUsed(Fact, frozen=True, kw_only=True, tag="upload_link.used"):
    """A one-time link has served and can be used no more."""

    link: UUID


class AgencyEnded(Fact, frozen=True, kw_only=True, tag="agency.ended"):
    """The agent may no longer act on the case; what they did stays.

    Attributes:
        words: the reason, sealed under the applicant's key.
    """

    agent: UUID
    words: Sealed


class DuplicateSuspected(Fact, frozen=True, kw_only=True, tag="duplicate.suspected"):
    """The same person seems to have filed the same item in another open case."""

    other: UUID


class DuplicateCleared(Fact, frozen=True, kw_only=True, tag="duplicate.cleared"):
    """Somebody looked: the two cases are not the same matter.

    Attributes:
        words: the reason, sealed under the applicant's key.
    """

    other: UUID
    words: Sealed


class DuplicateAbsorbed(Fact, frozen=True, kw_only=True, tag="duplicate.absorbed"):
    """Another case of the same matter was struck out; this one goes on in its place."""

    other: UUID
