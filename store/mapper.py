"""Between facts and stored bytes: msgspec JSON with a stable tag, personal values sealed under their person's key."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol, cast
from uuid import UUID

import msgspec
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent
from msgspec.structs import replace

from domain.facts import Envelope, Fact, Meta, Sealed, all_facts, sealed_fields, tag_of
from store.boxes import SALT_BYTES, BoxDamaged, seal, unseal
from store.upcasts import UPCASTS, UnknownTag, Upcast, Upcasts

SALTS_AT_ONCE = 256
UNREADABLE = (UnknownTag, msgspec.MsgspecError, UnicodeError, RecursionError)
"""What the decoder of a known form raises for bytes that are not of it."""


class NewerFact(MapperDeserialisationError):
    """A fact of a kind that this program does not know: most likely a newer one on the same log has written it."""


class PersonKeys(Protocol):
    """The keys of persons; `store.keys.KeyVault` has them."""

    def key(self, person: UUID) -> bytes | None:
        """The person's key, None if there is none."""
        ...

    def key_for_writing(self, person: UUID) -> bytes | None:
        """The person's key, made if there never was one; None if the person was erased."""
        ...


class _Stored(msgspec.Struct):
    """The stored form: who and when beside what happened."""

    meta: Meta
    fact: Fact


class Author(msgspec.Struct, frozen=True, gc=False):
    """The part of the meta that states are folded from."""

    actor: UUID


class Authored(msgspec.Struct, frozen=True, gc=False):
    """What states are folded from; that no more is read is most of the speed of a replay."""

    meta: Author
    fact: Fact


class _Old(msgspec.Struct):
    """The stored form of a fact whose class is no more."""

    meta: dict[str, Any]
    fact: dict[str, Any]


class _Tag(msgspec.Struct):
    tag: str


class _Tagged(msgspec.Struct):
    """The part of the stored form that says what it is."""

    fact: _Tag


class _Salts:
    """Random salts, drawn from the system many at a time: a system call for each would cost more than the cipher."""

    def __init__(self) -> None:
        self._drawn: Iterator[bytes] = iter(())

    def next(self) -> bytes:
        """A salt that nobody has had; for any thread of this process."""
        salt = next(self._drawn, None)
        if salt is None:
            many = secrets.token_bytes(SALT_BYTES * SALTS_AT_ONCE)
            self._drawn = iter([many[at : at + SALT_BYTES] for at in range(0, len(many), SALT_BYTES)])
            return self.next()
        return salt


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

    def __init__(
        self,
        keys: PersonKeys,
        *,
        origin: str,
        upcasts: Mapping[str, Upcast] = UPCASTS,
        salt: Callable[[], bytes] | None = None,
    ) -> None:
        """Make a mapper.

        Args:
            keys: keys of persons.
            origin: id of the log.
            upcasts: how old forms are read.
            salt: source of fresh random salts, `boxes.SALT_BYTES` each; the system's by default.
        """
        self.compressor = None
        self.cipher = None
        self._keys = keys
        self._origin = origin
        self._salt = salt or _Salts().next
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
        self._upcasts = Upcasts(upcasts, self.tags)

    @property
    def tags(self) -> Collection[str]:
        """Tags of the facts of today."""
        return self._decoders.keys()

    def stored_tags(self, tags: Collection[str]) -> set[str]:
        """All tags under which facts of the given tags of today may be stored; for asking the log for them."""
        return self._upcasts.stored(tags)

    def current_tag(self, tag: str) -> str:
        """The tag of today of a fact that is stored under `tag`."""
        return self._upcasts.current(tag)

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
        stream = cast("UUID", stored_event.originator_id)
        return self.envelope(stream, stored_event.originator_version, stored_event.topic, stored_event.state)

    def envelope(self, stream: UUID, version: int, tag: str, state: bytes) -> Envelope:
        """The envelope of a row of the log.

        Raises:
            MapperDeserialisationError: names stream, version and tag of what cannot be read.
        """
        stored = self.decode(tag, state, stream, version)
        return Envelope(stream, version, stored.fact, stored.meta, "" if tag in self._decoders else tag)

    def decode(self, tag: str, state: bytes, stream: object, version: int) -> _Stored:
        """Fact and meta of stored bytes, without the cost of an envelope.

        Raises:
            MapperDeserialisationError: names stream, version and tag of what cannot be read.
        """
        decoder = self._decoders.get(tag)
        try:
            return cast("_Stored", decoder.decode(state) if decoder else self._upcast(tag, state))
        except UNREADABLE as error:
            raise _unreadable(tag, stream, version, error) from error

    def authored(self, states: Iterable[bytes], stream: UUID, *, after: int = 0) -> list[Authored]:
        """Facts and authors of a stream from its stored bytes, in order from the version after `after`.

        Raises:
            MapperDeserialisationError: names stream, version and tag of the first that cannot be read.
        """
        decode, stored = self._authored.decode, tuple(states)
        try:
            return [decode(state) for state in stored]
        except UNREADABLE:  # one of them is of an old form, or damaged
            return [self._authored_of(state, stream, version) for version, state in enumerate(stored, after + 1)]

    def unseal(self, envelope: Envelope, field: str) -> Any:
        """The plain value of a sealed field; None if the field is empty or the person's key is gone.

        Raises:
            MapperDeserialisationError: names stream, version, tag and field of a box that does not open under the key.
        """
        sealed = cast("Sealed | None", getattr(envelope.fact, field))
        key = self._keys.key(sealed.person) if sealed is not None and sealed.box else None
        if sealed is None or key is None:
            return None
        tag = envelope.stored_as or tag_of(envelope.fact)
        name = self._upcasts.sealed_as(tag, field)
        try:
            return msgspec.json.decode(unseal(key, sealed.box, self._bound_to(envelope, tag, name, sealed.person)))
        except BoxDamaged as error:
            place = f"{envelope.originator_id}/{envelope.originator_version}"
            raise MapperDeserialisationError(f"{name} of {tag} at {place} {error}") from error

    def _upcast(self, tag: str, state: bytes) -> _Stored:
        """A fact that is stored in an old form, as the fact of today."""
        stored = msgspec.json.decode(state, type=_Old)
        fields = {name: value for name, value in stored.fact.items() if name != "tag"}
        try:
            changed = self._upcasts.change(tag, fields)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise msgspec.ValidationError(f"{type(error).__name__} on the way from its old form") from error
        now = self._upcasts.current(tag)
        again = self._encoder.encode({"meta": stored.meta, "fact": {**changed, "tag": now}})
        return cast("_Stored", self._decoders[now].decode(again))

    def _authored_of(self, state: bytes, stream: UUID, version: int) -> Authored:
        try:
            return cast("Authored", self._authored.decode(state))
        except UNREADABLE as error:
            return self._authored_before(state, stream, version, error)

    def _authored_before(self, state: bytes, stream: UUID, version: int, error: Exception) -> Authored:
        """A fact that is not of today's form: one of an old form, or damaged."""
        try:
            tag = msgspec.json.decode(state, type=_Tagged).fact.tag
        except UNREADABLE:
            tag = "what has no tag"
        if tag in self._decoders:
            raise _unreadable(tag, stream, version, error) from error
        stored = self.decode(tag, state, stream, version)
        return Authored(Author(stored.meta.actor), stored.fact)

    def _seal(self, envelope: Envelope, tag: str) -> Fact:
        boxes: dict[str, Sealed] = {}
        for field in self._sealed[tag]:
            sealed = cast("Sealed | None", getattr(envelope.fact, field))
            if sealed is None:
                continue
            key = self._keys.key_for_writing(sealed.person)
            if key is None:  # the person was erased: what still comes is gone at once
                boxes[field] = Sealed(sealed.person)
                continue
            bound = self._bound_to(envelope, tag, field, sealed.person)
            box = seal(key, self._salt(), self._encoder.encode(sealed.value), bound)
            boxes[field] = Sealed(sealed.person, box=box)
        return replace(envelope.fact, **boxes)

    def _bound_to(self, envelope: Envelope, tag: str, field: str, person: UUID) -> bytes:
        place = f"{envelope.originator_id.hex}|{envelope.originator_version}"
        return f"{self._origin}|{tag}|{place}|{field}|{person.hex}".encode()


def _unreadable(tag: str, stream: object, version: int, error: Exception) -> MapperDeserialisationError:
    kind = NewerFact if isinstance(error, UnknownTag) else MapperDeserialisationError
    return kind(f"cannot read {tag} at {stream}/{version}: {error}")
