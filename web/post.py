"""The post: what the centre asks of a carrier, and the stand-in that a demonstration uses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from domain.calendar.calendar import SHANGHAI
from domain.effects.parcels import Event, Receiver, Why
from web.results.paper import address_text

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
"""Weights of the serial's digits in the check digit of a postal item (UPU standard S10)."""


class Recipient(Struct, frozen=True):
    """Whom a paper is sent to.

    Attributes:
        address: in one line.
    """

    name: str
    phone: str
    address: str


class Tracked(Struct, frozen=True, kw_only=True):
    """Something that the carrier tells of a parcel.

    Attributes:
        at: the carrier's clock, UTC.
        receiver: who signed for it.
        why: it came back.
    """

    event: Event
    at: datetime
    receiver: Receiver = "applicant"
    why: Why = ""


class Carrier(Protocol):
    """Whoever carries printed results to people."""

    @property
    def name(self) -> str:
        """What people call the carrier."""
        ...

    def hand_over(self, case_id: UUID, *, document_number: str, recipient: Recipient, reference: UUID) -> str:
        """Hand one paper over and return its tracking number; an exception leaves open whether the carrier has it.

        Args:
            case_id: whose result it is.
            document_number: printed on the paper.
            recipient: whom it goes to.
            reference: of this handing over; a paper that came back and is sent again has another one.
        """
        ...

    def track(self, tracking_number: str, *, handed_over_at: datetime) -> list[Tracked]:
        """Everything that the carrier tells of a parcel so far, in order."""
        ...


class DemoPost:
    """Stands in for the post in a demonstration: nothing leaves the house, and every parcel takes a day.

    One parcel in twenty comes back, because its address was not found.

    Args:
        clock: the time, UTC.
    """

    name = "邮政速递（示例）"

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self._clock = clock

    def hand_over(self, case_id: UUID, *, document_number: str, recipient: Recipient, reference: UUID) -> str:
        """A tracking number of the right form, the same for the same handing over."""
        told_by = case_id.bytes + document_number.encode() + reference.bytes
        serial = int.from_bytes(hashlib.sha256(told_by).digest()[:8], "big")
        return tracking_number(serial % 100_000_000)

    def track(self, tracking_number: str, *, handed_over_at: datetime) -> list[Tracked]:
        """What would have happened by now."""
        if self._clock is None:
            return []
        now = self._clock()
        return [one for one in _demo_way(tracking_number, handed_over_at) if one.at <= now]


def _demo_way(number: str, handed_over_at: datetime) -> list[Tracked]:
    chance = int.from_bytes(hashlib.sha256(number.encode()).digest()[:2], "big")
    next_day = handed_over_at.astimezone(SHANGHAI).date() + timedelta(days=1)
    delivery = datetime.combine(next_day, time(8, 30), tzinfo=SHANGHAI)
    way = [
        Tracked(event="accepted", at=handed_over_at + timedelta(minutes=30)),
        Tracked(event="in-transit", at=handed_over_at + timedelta(hours=5)),
        Tracked(event="out-for-delivery", at=delivery),
    ]
    if chance % 20 == 7:
        return [*way, Tracked(event="returned", at=delivery + timedelta(days=2), why="address")]
    minutes = 30 + chance % 300
    receiver: Receiver = "other" if chance % 9 == 0 else "applicant"
    return [*way, Tracked(event="signed", at=delivery + timedelta(minutes=minutes), receiver=receiver)]


def recipient_of(answers: Mapping[str, Any]) -> Recipient:
    """Whom the result goes to: as asked for in the form, else to the applicant."""
    return Recipient(
        name=str(answers.get("mail_recipient") or answers.get("applicant_name", "")),
        phone=str(answers.get("mail_phone") or answers.get("applicant_phone", "")),
        address=address_text(answers.get("mail_address") or answers.get("applicant_address")),
    )


def tracking_number(serial: int, *, service: str = "EX", country: str = "CN") -> str:
    """A postal item identifier (UPU S10): service, eight digits, check digit, country."""
    digits = f"{serial:08d}"
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(digits, S10_WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(remainder, remainder)
    return f"{service}{digits}{check}{country}"
