"""What is told: to whom, in which words, on whose behalf it is recorded, and until when it is worth telling."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

STALE = timedelta(days=3)
"""After which nothing is sent any more, and no report is waited for."""


class Telling(NamedTuple):
    """A notice to be given.

    Attributes:
        kind: one of `texts.yaml`.
        persons: who is told.
        values: what the words may name.
        lane: the case, appointment, ticket or rating beside which the notice is recorded.
        until: after that it leaves by no channel any more.
        url: the page of the app that it leads to.
        given_late: whether it stands in the app also where it could not be told in time.
        stands_alone: whether nobody else is told in the place of somebody without a telephone.
        phone_of: the telephone of somebody who never signed in, from what was written down; None if there is none.
    """

    kind: str
    persons: tuple[UUID, ...]
    values: dict[str, str]
    lane: UUID
    until: datetime
    url: str
    given_late: bool = False
    stands_alone: bool = True
    phone_of: Callable[[UUID], str | None] = lambda _: None


class Later(NamedTuple):
    """Nothing is to be told yet; look again then at the latest, UTC."""

    at: datetime
