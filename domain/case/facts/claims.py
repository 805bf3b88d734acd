"""What is recorded of who works on a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.facts import Fact, Sealed


class CaseClaimed(Fact, frozen=True, kw_only=True, tag="case.claimed"):
    """A member of staff took the case to work on it, or took it again before the time was over.

    Attributes:
        until: when the claim ends by itself.
        why: empty, or `returned` where the case came back to its last handler with a supplement.
    """

    staff: UUID
    until: datetime | None = None
    why: str = ""


class CaseReleased(Fact, frozen=True, kw_only=True, tag="case.released"):
    """The case was put back into the queue."""


class ClaimExpired(Fact, frozen=True, kw_only=True, tag="claim.expired"):
    """A claim ended by itself, because its time was over or its holder had become absent."""

    staff: UUID


class ClaimBroken(Fact, frozen=True, kw_only=True, tag="claim.broken"):
    """A lead took a claim away.

    Attributes:
        words: the reason, sealed under the applicant's key.
    """

    staff: UUID
    words: Sealed


class CaseHandedOver(Fact, frozen=True, kw_only=True, tag="case.handed_over"):
    """Whoever held the case gave it to a named colleague (转交).

    Attributes:
        words: what the colleague should know, sealed under the applicant's key.
        until: when the colleague's claim ends by itself.
    """

    to: UUID
    words: Sealed | None
    until: datetime


class HandOverOpened(Fact, frozen=True, kw_only=True, tag="handover.opened"):
    """The colleague opened the case; it can no longer be recalled."""


class HandOverRecalled(Fact, frozen=True, kw_only=True, tag="handover.recalled"):
    """The sender took the case back before the colleague had opened it."""

    until: datetime


class HandOverReturned(Fact, frozen=True, kw_only=True, tag="handover.returned"):
    """The colleague gave the case back to the sender.

    Attributes:
        words: why, sealed under the applicant's key.
    """

    to: UUID
    words: Sealed | None
    until: datetime


class TakeOverAsked(Fact, frozen=True, kw_only=True, tag="take_over.asked"):
    """A colleague asked whoever holds the case to give it to them.

    Attributes:
        words: why, sealed under the applicant's key.
    """

    words: Sealed | None


class TakeOverDeclined(Fact, frozen=True, kw_only=True, tag="take_over.declined"):
    """Whoever holds the case keeps it, although a colleague asked for it.

    Attributes:
        asked_by: the colleague.
        words: why, sealed under the applicant's key.
    """

    asked_by: UUID
    words: Sealed | None


class CaseReassigned(Fact, frozen=True, kw_only=True, tag="case.reassigned"):
    """A lead gave the case to a member of staff (改派).

    Attributes:
        words: the reason, sealed under the applicant's key.
    """

    to: UUID
    words: Sealed
    until: datetime
