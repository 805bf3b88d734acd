"""What the post says of a result on its way, and what follows for the case."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.acts import CaseStatus
from domain.case.commands import Command, Position, ShortText
from domain.case.decide import Call
from domain.case.facts import CaseDelivered, PostReturned
from domain.case.state import Case
from domain.facts import Fact

Event = Literal["accepted", "in-transit", "out-for-delivery", "signed", "returned"]
Why = Literal["", "address", "refused", "not-collected", "damaged"]
Receiver = Literal["applicant", "agent", "other"]


class ParcelTracked(Fact, frozen=True, kw_only=True, tag="parcel.tracked"):
    """The carrier told where a result is.

    Attributes:
        position: of the fact by which the case was posted.
        event: `accepted`, `in-transit`, `out-for-delivery`, `signed` or `returned`.
        at: the carrier's clock, UTC.
    """

    position: int
    tracking_number: str
    event: str
    at: datetime


class Parcels(Struct, frozen=True):
    """What is known of a case's parcels, by position of the posting."""

    events: frozenset[tuple[int, str]] = frozenset()

    def ended(self, position: int) -> bool:
        """Whether a parcel has arrived or come back."""
        return bool(self.events & {(position, "signed"), (position, "returned")})


class RecordTracking(Command, frozen=True, kw_only=True):
    """The carrier told where a result is (the centre itself says so).

    Attributes:
        receiver: who signed for it.
        why: it came back.
    """

    type: ClassVar[str] = "parcel.track@1"
    position: Position
    tracking_number: ShortText
    event: Event
    at: datetime
    receiver: Receiver = "applicant"
    why: Why = ""


def parcels_stream(case: UUID) -> UUID:
    """The stream of a case's parcels."""
    return uuid5(case, "parcels")


def evolve(fact: Fact, parcels: Parcels) -> Parcels:
    """The parcels after `fact`."""
    if isinstance(fact, ParcelTracked):
        return Parcels(parcels.events | {(fact.position, fact.event)})
    return parcels


def track(command: RecordTracking, call: Call, case: Case, parcels: Parcels) -> list[tuple[UUID, Fact]]:
    """Record an event once; signed for means delivered, brought back means work for the outlet.

    A parcel that has arrived or come back says nothing more, and a case that staff have moved on stays where it is.
    """
    if (command.position, command.event) in parcels.events or parcels.ended(command.position):
        return []
    tracked = ParcelTracked(
        position=command.position, tracking_number=command.tracking_number, event=command.event, at=command.at
    )
    return [(parcels_stream(call.lane), tracked), *((call.lane, fact) for fact in _ends(command, case))]


def _ends(command: RecordTracking, case: Case) -> list[Fact]:
    if case.status is not CaseStatus.POSTED:
        return []
    match command.event:
        case "signed":
            return [CaseDelivered(method="mail", receiver=command.receiver)]
        case "returned":
            return [PostReturned(why=command.why or "address")]
        case _:
            return []
