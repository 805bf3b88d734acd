"""Between facts and stored bytes: msgspec JSON with a stable tag, personal values sealed under their person's key."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import Any, cast
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent
from msgspec.structs import replace

from domain.facts import Envelope, Fact, Meta, Sealed, all_facts, sealed_fields, tag_of
from store.keys import NONCE_BYTES, KeyVault


class _Stored(msgspec.Struct):
    """The stored form: who and when beside what happened."""

    meta: Meta
    fact: Fact


NONCES_AT_ONCE = 256


class Author(msgspec.Struct, frozen=True, gc=False):
    """The part of the meta that states are folded from."""

    actor: UUID


class Authored(msgspec.Struct, frozen=True, gc=False):
    """What states are folded from; that no more is read is most of the speed of a replay."""

    meta: Author
    fact: Fact


class _Nonces:
    """Random nonces, drawn from the system many at a time: a system call for each would cost more than the cipher."""

    def __init__(self) -> None:
        self._drawn: Iterator[bytes] = iter(())

    def next(self) -> bytes:
        """A nonce that nobody has had; for any thread of this process."""
        nonce = next(self._drawn, None)
        if nonce is None:
            many = secrets.token_bytes(NONCE_BYTES * NONCES_AT_ONCE)
            self._drawn = iter([many[at : at + NONCE_BYTES] for at in range(0, len(many), NONCE_BYTES)])
            return self.next()
        return nonce


def _any_fact() -> Any:
    """The union of all facts, told apart by their tags."""
    kinds: list[Any] = list(all_facts())
    union = kinds[0]
    for kind in kinds[1:]:
        union |= kind
    return union


class FactMapper(Mapper[UUID]):
    """Turns envelopes into stored events and back.

    Sealed values stay closed when read (`Sealed.box`); `unseal` opens one. The additional data of each ties it to the
    log, the kind of fact, its place, its field and its person, so that a ciphertext moved elsewhere does not open.
    """

    def __init__(self, vault: KeyVault, *, origin: str) -> None:
        """Make a mapper.

        Args:
            vault: keys of persons.
            origin: id of the log.
        """
        self.compressor = None
        self.cipher = None
        self._vault = vault
        self._origin = origin
        self._nonces = _Nonces()
        self._encoder = msgspec.json.Encoder()
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        authored = msgspec.defstruct("Authored", [("meta", Author), ("fact", _any_fact())], frozen=True, gc=False)
        self._authored: msgspec.json.Decoder[Any] = msgspec.json.Decoder(authored)
        self._sealed: dict[str, tuple[str, ...]] = {}
        for kind in all_facts():
            tag = tag_of(kind)
            stored = msgspec.defstruct("_Stored", [("meta", Meta), ("fact", kind)], frozen=True, gc=False)
            self._decoders[tag] = msgspec.json.Decoder(stored)
            self._sealed[tag] = sealed_fields(kind)

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The stored form of an envelope, its personal values sealed."""
        envelope = cast("Envelope", domain_event)
        tag = tag_of(envelope.fact)
        fact = self._seal(envelope, tag) if self._sealed[tag] else envelope.fact
        state = self._encoder.encode(_Stored(envelope.meta, fact))
        return StoredEvent(envelope.originator_id, envelope.originator_version, tag, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The envelope of a stored event, its personal values still sealed.

        Raises:
            MapperDeserialisationError: names stream, version and tag of what cannot be read.
        """
        stored = self.decode(
            stored_event.topic, stored_event.state, stored_event.originator_id, stored_event.originator_version
        )
        return Envelope(
            cast("UUID", stored_event.originator_id), stored_event.originator_version, stored.fact, stored.meta
        )

    def envelope(self, stream: str, version: int, tag: str, state: bytes) -> Envelope:
        """The envelope of a row of the log, whose stream is written as hexadecimal digits."""
        stored = self.decode(tag, state, stream, version)
        return Envelope(UUID(stream), version, stored.fact, stored.meta)

    def decode(self, tag: str, state: bytes, stream: object, version: int) -> _Stored:
        """Fact and meta of stored bytes, without the cost of an envelope."""
        try:
            return cast("_Stored", self._decoders[tag].decode(state))
        except (KeyError, msgspec.MsgspecError) as error:
            raise MapperDeserialisationError(f"cannot read {tag} at {stream}/{version}: {error}") from error

    def authored(self, rows: Iterable[tuple[bytes]], stream: UUID) -> list[Authored]:
        """Facts and authors of a stream from its stored bytes, in order from version 1."""
        read: list[Authored] = []
        try:
            for (state,) in rows:
                read.append(self._authored.decode(state))
        except msgspec.MsgspecError as error:
            raise MapperDeserialisationError(f"cannot read {stream}/{len(read) + 1}: {error}") from error
        return read

    def unseal(self, envelope: Envelope, field: str) -> Any:
        """The plain value of a sealed field; None if the field is empty or the person's key is gone."""
        sealed = cast("Sealed | None", getattr(envelope.fact, field))
        if sealed is None:
            return None
        cipher = self._vault.cipher(sealed.person)
        if cipher is None:
            return None
        bound = self._bound_to(envelope, tag_of(envelope.fact), field, sealed.person)
        try:
            plain = cipher.decrypt(sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:], bound)
        except InvalidTag as error:
            place = f"{envelope.originator_id}/{envelope.originator_version}"
            raise MapperDeserialisationError(f"{field} of {tag_of(envelope.fact)} at {place} was altered") from error
        return msgspec.json.decode(plain)

    def _seal(self, envelope: Envelope, tag: str) -> Fact:
        boxes: dict[str, Sealed] = {}
        for field in self._sealed[tag]:
            sealed = cast("Sealed | None", getattr(envelope.fact, field))
            if sealed is None:
                continue
            nonce = self._nonces.next()
            bound = self._bound_to(envelope, tag, field, sealed.person)
            cipher = self._vault.cipher_for_writing(sealed.person)
            box = nonce + cipher.encrypt(nonce, self._encoder.encode(sealed.value), bound)
            boxes[field] = Sealed(sealed.person, box=box)
        return replace(envelope.fact, **boxes)

    def _bound_to(self, envelope: Envelope, tag: str, field: str, person: UUID) -> bytes:
        place = f"{envelope.originator_id.hex}|{envelope.originator_version}"
        return f"{self._origin}|{tag}|{place}|{field}|{person.hex}".encode()
