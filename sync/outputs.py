"""What a session asks of its adapter: frames to send, and questions whose answers are handed back."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import Struct

from domain.decisions import Call
from sync import frames as fr

_encoder = msgspec.json.Encoder()


class Send(Struct, frozen=True):
    """Send this frame."""

    data: str | bytes


class Close(Struct, frozen=True):
    """Close the connection with this code, after what is to be sent; `reason` is text for the device."""

    code: int
    reason: str = ""


class Admit(Struct, frozen=True):
    """Redeem the ticket; answer with `admitted`, `turned_away` or `blocked`.

    Attributes:
        tree: what the log had become when the device saw it last.
    """

    ticket: str
    device: UUID
    tree: fr.TreeHead | None = None


class Fetch(Struct, frozen=True):
    """Read the next page of rows; answer with `page` or `not_yet`.

    Attributes:
        after: place of the last row received.
        since: departures up to this position need not be told: what left before was never received.
    """

    scopes: frozenset[str]
    after: tuple[int, str]
    page_bytes: int
    since: int = 0


class Compare(Struct, frozen=True):
    """Compare the digest of rows held at a place; answer with `compared`."""

    scopes: frozenset[str]
    after: tuple[int, str]
    digest: str


class Judge(Struct, frozen=True):
    """Submit these calls in order; answer with `judged`. Verdicts stand for intents that need no judging."""

    b: int
    calls: tuple[Call | fr.Verdict, ...]


class Recall(Struct, frozen=True):
    """Look up receipts of intents in doubt; answer with `judged` and `b` 0."""

    author: UUID
    ids: tuple[UUID, ...]


Output = Send | Close | Admit | Fetch | Compare | Judge | Recall


def frame(one: fr.AnyServerFrame) -> Send:
    """A frame as text."""
    return Send(_encoder.encode(one).decode())
