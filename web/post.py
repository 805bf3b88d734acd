"""The post: what the centre asks of a carrier, and the stand-in that a demonstration uses."""

from __future__ import annotations

import hashlib
from typing import Protocol
from uuid import UUID

from msgspec import Struct

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


class Carrier(Protocol):
    """Whoever carries printed results to people."""

    @property
    def name(self) -> str:
        """What people call the carrier."""
        ...

    def hand_over(self, case_id: UUID, *, document_number: str, recipient: Recipient) -> str:
        """Hand one paper over and return its tracking number; an exception leaves open whether the carrier has it."""
        ...


class DemoPost:
    """Stands in for the post in a demonstration: nothing leaves the house; the number follows from the case."""

    name = "邮政速递（示例）"

    def hand_over(self, case_id: UUID, *, document_number: str, recipient: Recipient) -> str:
        """A tracking number of the right form, the same for the same case."""
        serial = int.from_bytes(hashlib.sha256(case_id.bytes).digest()[:8], "big") % 100_000_000
        return tracking_number(serial)


def tracking_number(serial: int, *, service: str = "EX", country: str = "CN") -> str:
    """A postal item identifier (UPU S10): service, eight digits, check digit, country."""
    digits = f"{serial:08d}"
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(digits, S10_WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(remainder, remainder)
    return f"{service}{digits}{check}{country}"
