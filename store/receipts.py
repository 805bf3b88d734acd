"""Receipts: the answer to a command, kept in a stream of its own: the same command gets the same answer for ever.

The stream is UUIDv5(author, command id): the primary key of the log makes retries idempotent on every engine, and
nobody can take another's command id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from domain.facts import Fact, Sealed


class CommandApplied(Fact, frozen=True, kw_only=True, tag="command.applied"):
    """A command was carried out.

    Attributes:
        type: of the command, with its version.
        digest: hash of the exact bytes, so that another payload under the same id is noticed.
        lane: the stream it concerns.
        offset: how far before this receipt, in positions, its last fact on the lane stands; 0 if it recorded none.
        signed: the signature of the device and the hash of what it signed, both in base64, sealed: with either of them
            somebody could try guesses at a command after the person of whom it speaks was erased. None if the device
            signs nothing.
    """

    type: str
    digest: bytes
    lane: UUID
    offset: int
    signed: Sealed | None = None


class CommandRefused(Fact, frozen=True, kw_only=True, tag="command.refused"):
    """A command was judged and refused; what was sent is kept for its author and for auditors.

    Attributes:
        verdict: class of the refusal.
        payload: what was sent, sealed under the author's key.
    """

    type: str
    digest: bytes
    lane: UUID
    verdict: str
    code: str
    params: dict[str, Any]
    options: tuple[str, ...]
    payload: Sealed


class CommandFaulted(Fact, frozen=True, kw_only=True, tag="command.faulted"):
    """The program failed on a command; the same program gives the same answer again, a mended one judges it anew.

    Attributes:
        fault: class of the error; its message may hold personal data and is not kept.
        program: fingerprint of the program that failed.
        payload: what was sent, sealed under the author's key; None if that is what could not be kept.
    """

    type: str
    digest: bytes
    lane: UUID
    fault: str
    program: str
    payload: Sealed | None


class RefusalsCounted(Fact, frozen=True, kw_only=True, tag="refusals.counted"):
    """A device had so many refusals within an hour that the rest of what it sent was not judged.

    Attributes:
        author: who sent the last of them.
        since: beginning of the hour.
        unjudged: how many commands were sent back unjudged.
    """

    device: UUID
    author: UUID
    since: datetime
    unjudged: int


Receipt = CommandApplied | CommandRefused | CommandFaulted


def refusals_stream(device: UUID) -> UUID:
    """The stream on which the refusals of a device are counted."""
    return uuid5(device, "refusals")


def receipt_stream(author: UUID, command_id: UUID) -> UUID:
    """The stream of one receipt."""
    return uuid5(author, command_id.hex)
