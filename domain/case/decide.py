"""What every decision on a case starts from: the command as it came, and what may be looked at.

Everything here is pure. Time, randomness and the states at the head of the log come in through the `Bench`. The
decisions themselves stand in `domain.case.deciding`, by stage.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import singledispatch
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from domain.actors import Actor
from domain.calendar.calendar import Calendar
from domain.case import commands as c
from domain.case.state import Case
from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import Bundle, ServiceItem
from domain.catalogue.listing import ListedItem
from domain.centre.centre import Particulars
from domain.facts import Fact
from domain.rights.glass import Glass
from domain.staff.staff import Staff
from domain.vault.vault import Vault


class Call(Struct, frozen=True, kw_only=True):
    """A command with everything that came with it.

    Attributes:
        id: of the intent; the same id gets the same answer for ever.
        lane: the case it concerns.
        files: files that the command names.
        after: commands of the same author that must have been judged before.
        needs: commands of the same author that must have been applied.
        base: position of the last change of the case that the author had seen, None if unknown.
        captured_at: the device's clock; never changes a verdict.
        digest: hash of the exact bytes sent, so that another payload under the same id is noticed.
        entered_by: the member of staff who brings the command in for its author.
        signed: what the device has signed it with, checked: its signature (64 bytes) and the SHA-256 of the exact bytes
            sent (32 bytes); empty if the device signs nothing.
    """

    id: UUID
    lane: UUID
    command: c.Command
    by: Actor
    files: tuple[c.FileRef, ...] = ()
    after: tuple[UUID, ...] = ()
    needs: tuple[UUID, ...] = ()
    base: int | None = None
    captured_at: datetime | None = None
    digest: bytes = b""
    entered_by: UUID | None = None
    signed: bytes = b""


class Bench(Protocol):
    """What a decision may look at: states at the head of the log, the clock, and fresh numbers."""

    @property
    def now(self) -> datetime:
        """The server's clock for this decision, UTC."""
        ...

    @property
    def today(self) -> date:
        """The local day of `now`."""
        ...

    def case(self, case_id: UUID) -> Case:
        """The case at the head; an unfiled one if there is none."""
        ...

    def item(self, item_id: str, version: int) -> ServiceItem:
        """A published version of an item.

        Raises:
            UnknownItem: there is none.
        """
        ...

    def item_in_force(self, item_id: str) -> int | None:
        """The version of an item under which cases are filed today, None where it is not offered."""
        ...

    def listed(self, item_id: str) -> ListedItem | None:
        """An item that is only listed, for which people ask at the window."""
        ...

    def bundle(self, bundle_id: str) -> Bundle | None:
        """A bundle of items that are applied for together (一件事)."""
        ...

    def orders(self) -> tuple[DelegationOrder, ...]:
        """All delegation orders that have been recorded."""
        ...

    def calendar(self) -> Calendar:
        """The calendar in force."""
        ...

    def staff(self, person: UUID) -> Staff:
        """A member of staff at the head."""
        ...

    def vault(self, person: UUID) -> Vault:
        """The checked copies of a person at the head."""
        ...

    def centre(self) -> Particulars:
        """The centre's particulars."""
        ...

    def serial(self, series: str, owner: UUID) -> int:
        """Mint the next number of a series, from 1; it is recorded together with the decision."""
        ...

    def code(self) -> str:
        """An unguessable code for a paper."""
        ...

    def glass(self, case_id: UUID) -> Glass:
        """Who has broken the glass to see the case."""
        ...

    def material_since(self, case_id: UUID, position: int) -> tuple[str, ...]:
        """Tags of material facts of the case after `position`."""
        ...


Decided = Iterable[tuple[UUID, Fact]]
"""Facts with the stream each belongs to; those of the command's own lane come last."""


@singledispatch
def decide(command: c.Command, call: Call, bench: Bench) -> Decided:
    """Decide `command` at the head of the log.

    Raises:
        Refusal: the command cannot be done; the refusal says why.
        NotImplementedError: no decision is known for the command (a defect).
    """
    raise NotImplementedError(type(command).__name__)
