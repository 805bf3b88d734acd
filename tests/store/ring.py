"""Keys of persons in memory, for tests of what is sealed under them."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from store.keys import KeyDestroyed


class Ring:
    """Gives everybody a key, and no second one to whoever was destroyed."""

    def __init__(self) -> None:
        self._keys: dict[UUID, bytes | None] = {}

    def derived(self, person: UUID, purpose: str) -> bytes | None:
        """A key for one purpose, None if the person has none."""
        key = self._keys.get(person)
        return None if key is None else hashlib.sha256(key + purpose.encode()).digest()

    def derived_for_writing(self, person: UUID, purpose: str) -> bytes:
        """The same, made if there never was one."""
        self._keys.setdefault(person, secrets.token_bytes(32))
        derived = self.derived(person, purpose)
        if derived is None:
            raise KeyDestroyed
        return derived

    def destroy(self, person: UUID) -> None:
        """Make the key unavailable for ever."""
        self._keys[person] = None
