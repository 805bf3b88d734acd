"""A timer: something to be looked at when its time has come, derived from a state and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID, uuid5

from msgspec import Struct

Kind = TypeVar("Kind", bound=StrEnum)

AFTER = timedelta(seconds=1)
"""A limit ends with its last instant: it has passed a moment later."""


class Timer(Struct, Generic[Kind], frozen=True):
    """Something to be looked at when its time has come.

    Attributes:
        id: derived from stream, kind, subject and instant, so that two nodes that see the same state make the same one.
        at: UTC.
        about: what it concerns within the stream.
    """

    id: UUID
    kind: Kind
    at: datetime
    stream: UUID
    about: str = ""


def timer(stream: UUID, kind: Kind, at: datetime, about: str = "") -> Timer[Kind]:
    """A timer with its id; the same wherever it is computed."""
    return Timer(uuid5(stream, f"timer:{kind.value}:{about}:{at.isoformat()}"), kind, at, stream, about)
