"""What may be kept for a time only, in a log that forgets nothing: sealed under the key of its day, which is destroyed.

Such a value is sealed twice: under the key of the day on which it was recorded, and, as any personal value, under the
key of a person. It is gone when either key is.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from store.boxes import SALT_BYTES, seal, unseal
from store.keys import KeyVault

KEPT = timedelta(days=90)
"""How long the words of a command that was not done are kept (docs/reference/protocol.md, "Intents up")."""


class OfDay(msgspec.Struct, frozen=True, tag_field="sealed-of", tag="day"):
    """A value under the key of a day, as it is stored; no command has such a field.

    Attributes:
        box: see `store.boxes`, in base64; empty if the key of the day was destroyed before.
    """

    day: date
    box: str


def sealed(vault: KeyVault, value: Any, *, at: datetime, bound_to: UUID) -> Any:
    """The stored form of a value that passes.

    Args:
        vault: has the keys of days.
        value: of plain JSON.
        at: when it is recorded.
        bound_to: the command that it belongs to.
    """
    day = at.astimezone(UTC).date()
    key = vault.of_day_for_writing(day)
    box = b"" if key is None else seal(key, secrets.token_bytes(SALT_BYTES), msgspec.json.encode(value), bound_to.bytes)
    return msgspec.to_builtins(OfDay(day, b64encode(box).decode()))


def opened(vault: KeyVault, stored: Any, *, bound_to: UUID) -> Any:
    """The value again, None once it has passed; what was recorded before values passed is as it was stored.

    Raises:
        BoxDamaged: it was altered or moved.
    """
    match stored:
        case {"sealed-of": _}:
            kept = msgspec.convert(stored, OfDay)
        case _:
            return stored
    key = vault.of_day(kept.day) if kept.box else None
    return None if key is None else msgspec.json.decode(unseal(key, b64decode(kept.box), bound_to.bytes))


def destroy_passed(vault: KeyVault, *, now: datetime) -> list[date]:
    """Destroy the keys of days whose values have all had their time; returns these days."""
    return vault.destroy_days(before=(now - KEPT).astimezone(UTC).date())
