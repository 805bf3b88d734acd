"""The key vault: one random key a person, wrapped by the master key, on a shelf apart from the log.

Destroying a person's key makes every sealed value of theirs unreadable wherever it is stored, while hashes and proofs
over the ciphertext still hold. Keys that are nobody's (the blind index, ...) lie beside them under their purpose; they
are random too, so that a new master key changes no hash, link or file. Keys of days (see `store.passing`) are destroyed
when what was sealed on the day has had its time.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from store.shelf import KeyShelf, OtherKek, Place

NONCE_BYTES = 12
KEY_BYTES = 32
OPEN_KEYS = 20_000
"""Keys of persons kept in memory, about 0.2 kB each; the rest is read from the shelf when it is wanted."""

BLIND_INDEX = "blind index"
_ID_BYTES = 8
_PERSON = "person/"
_NAMED = "named/"
_DAY = "day/"


class WrongMasterKey(RuntimeError):
    """The key database is wrapped by another master key: bring the right one back, nothing can be read without it."""


class KeyDamaged(Exception):
    """A wrapped key was altered or put under another name; bring the key database back from the backup."""


class KeyDestroyed(Exception):
    """The person was erased: their key is gone and there will be no other."""


class KeysMadeElsewhere(Exception):
    """Another process made or destroyed a key first: what was sealed since the last flush must not be kept.

    Decide and seal again; the keys that stand are used then.
    """


class Counts(NamedTuple):
    """How much the vault holds."""

    persons: int
    named: int
    destroyed: int


def derived_key(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, derived from another (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def kek_id(master: bytes) -> str:
    """The public id of a master key."""
    return derived_key(master, "id of a master key")[:_ID_BYTES].hex()


class KeyVault:
    """Keys of persons and named keys. Safe for several threads and for several processes on one shelf.

    Every method may raise `ShelfUnavailable`, and `WrongMasterKey` after the master key was rotated out of reach.
    """

    def __init__(
        self,
        shelf: KeyShelf,
        kek: bytes,
        *,
        reread: Callable[[str], bytes] | None = None,
        open_keys: int = OPEN_KEYS,
    ) -> None:
        """Open the vault.

        Args:
            shelf: where the wrapped keys lie; closed with the vault.
            kek: the master key.
            reread: finds the master key of an id, for when another process has rotated it.
            open_keys: how many keys of persons are kept in memory.

        Raises:
            WrongMasterKey: the shelf is wrapped by another one, which `reread` does not find.
        """
        self._shelf = shelf
        self._reread = reread
        self._limit = open_keys
        self._open: OrderedDict[UUID, bytes] = OrderedDict()
        self._fresh: dict[UUID, bytes] = {}
        self._unwiped: set[UUID] = set()
        self._named: dict[str, bytes] = {}
        self._days: dict[date, bytes] = {}
        self._lock = threading.RLock()
        self._take_up(kek)
        self._require(shelf.kek(self._kek_id))

    @property
    def kek(self) -> str:
        """Id of the master key that wraps the shelf now."""
        return self._shelf.kek(self._kek_id)

    def key(self, person: UUID) -> bytes | None:
        """The person's key, None if there is none (never made, not committed yet, or destroyed)."""
        with self._lock:
            return self._known(person)

    def key_for_writing(self, person: UUID) -> bytes | None:
        """The person's key for the writer, made now if there never was one; None if it was destroyed.

        `flush` must come before what it sealed is committed.
        """
        with self._lock:
            known = self._fresh.get(person) or self._opened(person)
            if known is not None:
                return known
            place = self._shelf.read(_PERSON + person.hex)
            if place.wrapped is None and not place.destroyed:
                self._fresh[person] = secrets.token_bytes(KEY_BYTES)
                return self._fresh[person]
            return self._taken(person, place)

    def flush(self) -> None:
        """Commit the keys made since the last flush.

        Raises:
            KeysMadeElsewhere: one of them is not the person's key, because another process was first.
        """
        with self._lock:
            if not self._fresh:
                return
            fresh, self._fresh = self._fresh, {}
            stand = self._add({_PERSON + person.hex: key for person, key in fresh.items()})
            for person in fresh:
                if (key := stand.get(_PERSON + person.hex)) is not None:
                    self._keep(person, key)
            if len(stand) < len(fresh) or any(stand[_PERSON + p.hex] != key for p, key in fresh.items()):
                raise KeysMadeElsewhere

    def forget_unsaved(self) -> None:
        """Drop the keys made since the last flush, because what they sealed was rolled back."""
        with self._lock:
            self._fresh.clear()

    def derived(self, person: UUID, purpose: str) -> bytes | None:
        """A key for one purpose that dies with the person's key; None if that is not there."""
        key = self.key(person)
        return None if key is None else derived_key(key, purpose)

    def derived_for_writing(self, person: UUID, purpose: str) -> bytes:
        """A key for one purpose, the person's key made and committed now if there never was one.

        Raises:
            KeyDestroyed: the person was erased.
        """
        with self._lock:
            key = self._known(person) or self._made(person)
        return derived_key(key, purpose)

    def named(self, purpose: str) -> bytes:
        """The key for one purpose of the centre, the same in every process and under every master key."""
        with self._lock:
            if purpose not in self._named:
                name = _NAMED + purpose
                known = self._unwrapped(name, self._shelf.read(name))
                self._named[purpose] = known or self._add({name: secrets.token_bytes(KEY_BYTES)})[name]
            return self._named[purpose]

    def of_day(self, day: date) -> bytes | None:
        """The key of a day, None if there is none, or none any more."""
        with self._lock:
            if day not in self._days:
                key = self._unwrapped(_DAY + day.isoformat(), self._shelf.read(_DAY + day.isoformat()))
                if key is None:
                    return None
                self._days[day] = key
            return self._days[day]

    def of_day_for_writing(self, day: date) -> bytes | None:
        """The key of a day, made and committed now if there never was one; None if it was destroyed."""
        with self._lock:
            known = self.of_day(day)
            if known is None:
                name = _DAY + day.isoformat()
                known = self._add({name: secrets.token_bytes(KEY_BYTES)}).get(name)
            if known is not None:
                self._days[day] = known
            return known

    def destroy_days(self, *, before: date) -> list[date]:
        """Destroy the keys of all days before one, also those that came back with an older copy of the key database."""
        with self._lock:
            days = [date.fromisoformat(name.removeprefix(_DAY)) for name in self._shelf.names(_DAY)]
            over = [day for day in days if day < before]
            self._days = {day: key for day, key in self._days.items() if day >= before}
            if over:
                self._shelf.destroy([_DAY + day.isoformat() for day in over])
            return over

    def keyed_hash(self, value: str) -> str:
        """Blind index of a value, for looking it up without storing it (HMAC-SHA256)."""
        mac = hmac.HMAC(self.named(BLIND_INDEX), hashes.SHA256())
        mac.update(value.encode())
        return mac.finalize().hex()

    def destroy(self, person: UUID) -> None:
        """Destroy a person's key for ever, and remember that; doing it twice does nothing."""
        self._destroy([person])

    def destroy_all(self, persons: Iterable[UUID]) -> list[UUID]:
        """Destroy the keys of persons whom the log says to be erased.

        Called at every start with all of them: it redoes what a crash cut off between the fact and the key, and purges
        keys that came back with a restored copy of the key database.

        Returns:
            Those whose key was there.
        """
        with self._lock:
            asked = list(dict.fromkeys(persons))
            for person in asked:  # another process may have destroyed what this one still remembers
                self.drop(person)
            gone = set(self.destroyed())
            due = [person for person in asked if person not in gone]
            alive = [person for person in due if self._shelf.read(_PERSON + person.hex).wrapped is not None]
            if due or self._unwiped:
                self._destroy(due)
            return alive

    def _destroy(self, persons: Collection[UUID]) -> None:
        with self._lock:
            for person in persons:
                self.drop(person)
            self._unwiped.update(persons)  # until the shelf says that they are out of its files too
            self._shelf.destroy([_PERSON + person.hex for person in self._unwiped])
            self._unwiped.clear()

    def drop(self, person: UUID) -> None:
        """Forget a person's key in this process's memory, because another process destroyed it."""
        with self._lock:
            self._open.pop(person, None)
            self._fresh.pop(person, None)

    def is_destroyed(self, person: UUID) -> bool:
        """Whether the person's key was destroyed."""
        return self._shelf.read(_PERSON + person.hex).destroyed

    def destroyed(self) -> list[UUID]:
        """Everybody whose key was destroyed; what a log restored from an older copy must be told again."""
        return [UUID(name.removeprefix(_PERSON)) for name in self._shelf.destroyed() if name.startswith(_PERSON)]

    def counts(self) -> Counts:
        """How many keys there are."""
        return Counts(self._shelf.count(_PERSON), self._shelf.count(_NAMED), len(self.destroyed()))

    def copy_to(self, shelf: KeyShelf) -> None:
        """Put every wrapped key on another shelf, which is empty, and what was destroyed too.

        Raises:
            OtherKek: that shelf is wrapped by another master key.
        """
        kek, keys, destroyed = self.kek, self._shelf.everything(), self._shelf.destroyed()
        shelf.kek(kek)
        shelf.add(keys, kek=kek)
        shelf.destroy(destroyed)

    def rotate(self, kek: bytes) -> None:
        """Wrap every key by another master key, in one transaction; the new key must be on disk before.

        Doing it again, after a crash, does nothing.
        """
        with self._lock:
            new = kek_id(kek)
            self._require(self.kek, unless=new)
            if self.kek != new:
                wrap = AESGCM(derived_key(kek, "wrap"))
                self._shelf.rewrap(partial(_rewrapped, self._wrap, wrap), old=self._kek_id, new=new)
            self._take_up(kek)

    def close(self) -> None:
        """Close the shelf."""
        with self._lock:
            self._shelf.close()

    def _known(self, person: UUID) -> bytes | None:
        return self._opened(person) or self._taken(person, self._shelf.read(_PERSON + person.hex))

    def _opened(self, person: UUID) -> bytes | None:
        key = self._open.get(person)
        if key is not None:
            self._open.move_to_end(person)
        return key

    def _taken(self, person: UUID, place: Place) -> bytes | None:
        """The key at a place of the shelf, kept in memory."""
        key = self._unwrapped(_PERSON + person.hex, place)
        if key is not None:
            self._keep(person, key)
        return key

    def _made(self, person: UUID) -> bytes:
        """A key that stands on the shelf; the writer's own, if it has one that is not committed yet, loses to it."""
        key = self._add({_PERSON + person.hex: secrets.token_bytes(KEY_BYTES)}).get(_PERSON + person.hex)
        if key is None:
            raise KeyDestroyed
        self._keep(person, key)
        return key

    def _keep(self, person: UUID, key: bytes) -> None:
        self._open[person] = key
        if len(self._open) > self._limit:
            self._open.popitem(last=False)

    def _unwrapped(self, name: str, place: Place) -> bytes | None:
        if place.wrapped is None:
            return None
        self._require(place.kek)
        return _unwrapped(self._wrap, name, place.wrapped)

    def _add(self, keys: Mapping[str, bytes]) -> dict[str, bytes]:
        """Commit keys under names that have none; the keys that stand there afterwards."""
        while True:
            wrapped = {name: _wrapped(self._wrap, name, key) for name, key in keys.items()}
            try:
                stand = self._shelf.add(wrapped, kek=self._kek_id)
            except OtherKek:
                self._require(self.kek)
                continue
            return {
                name: keys[name] if box == wrapped[name] else _unwrapped(self._wrap, name, box)
                for name, box in stand.items()
            }

    def _require(self, wanted: str, *, unless: str | None = None) -> None:
        """Hold the master key `wanted`, found anew if another process has rotated it."""
        if wanted in (self._kek_id, unless):
            return
        if self._reread is None:
            raise WrongMasterKey(f"the key database is wrapped by master key {wanted}, not by {self._kek_id}")
        self._take_up(self._reread(wanted))

    def _take_up(self, kek: bytes) -> None:
        self._wrap = AESGCM(derived_key(kek, "wrap"))
        self._kek_id = kek_id(kek)


def _wrapped(wrap: AESGCM, name: str, key: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + wrap.encrypt(nonce, key, name.encode())


def _unwrapped(wrap: AESGCM, name: str, wrapped: bytes) -> bytes:
    try:
        return wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name.encode())
    except InvalidTag as error:
        raise KeyDamaged(f"the key {name} does not unwrap: it was altered or put under another name") from error


def _rewrapped(old: AESGCM, new: AESGCM, name: str, wrapped: bytes) -> bytes:
    return _wrapped(new, name, _unwrapped(old, name, wrapped))
