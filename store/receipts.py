"""Receipts: the answer to a command, kept in a stream of its own: the same command gets the same answer for ever.

The stream is UUIDv5(author, command id): the primary key of the log makes retries idempotent on every engine, and
nobody can take another's command id.
"""

from __future__ import annotations

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
    """

    type: str
    digest: bytes
    lane: UUID
    offset: int


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


def receipt_stream(author: UUID, command_id: UUID) -> UUID:
    """The stream of one receipt."""
    return uuid5(author, command_id.hex)
