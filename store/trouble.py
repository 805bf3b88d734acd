"""Why the log cannot be written, as it is told to whoever must mend it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from store.keys import WrongMasterKey
from store.log import LogUnavailable
from store.shelf import ShelfUnavailable

CANNOT_WRITE = (LogUnavailable, ShelfUnavailable, WrongMasterKey)
"""Errors that concern no command; their messages name no person."""


class Trouble(Struct, frozen=True):
    """Why nothing can be written.

    Attributes:
        reason: `full`, `read-only`, `gone`, `busy`, `damaged` or `fault` of the log, or `keys` for the key database.
        since: when it began, by the server's clock.
    """

    reason: str
    since: datetime


def reason_of(error: Exception) -> str:
    """The `reason` of `Trouble`."""
    match error:
        case LogUnavailable():
            return error.reason
        case ShelfUnavailable() | WrongMasterKey():
            return "keys"
        case _:
            return "fault"
