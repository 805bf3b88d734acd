"""What every recorded fact is made of: the fact, who recorded it and when, and personal values that are sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType


class Fact(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=False, tag_field="tag", tag=""):
    """Something that happened, in the past tense and in a caseworker's words.

    A subclass writes its stored tag out (`tag="case.accepted"`); the tag never changes, the class may move. Facts of a
    kind that a decision relies on are *material*; reading or noting is not.
    """


class Sealed(Struct, frozen=True, gc=False, omit_defaults=True):
    """A personal value inside a fact, kept encrypted under the key of one person.

    Attributes:
        person: whose key protects it; when that key is destroyed the value is gone and the fact stays.
        box: as stored, see `store.boxes`; empty until the mapper has sealed it, and for ever where the person had been
            erased before.
        value: the plain value; present only between a decision and the mapper, and in the hands of a projection that
            has opened it. It is never stored.
    """

    person: UUID
    box: bytes = b""
    value: Any | UnsetType = UNSET


class Meta(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Who recorded a fact, from where, and when.

    Attributes:
        actor: the person, or the centre's own id for what the system does by itself.
        role: the role in which the actor acted.
        office: the office of a member of staff, empty for residents.
        device: the device that sent the command.
        command: id of the command (intent) that led to the fact.
        recorded_at: the server's clock, UTC; the only clock from which deadlines are counted.
        captured_at: the device's clock when the command was given; untrusted.
        entered_by: the member of staff who brought the command in for the actor, from a rescue file.
        signature: never written: what a device signs stands sealed in its receipt, where it can be erased.
    """

    actor: UUID
    role: str
    office: str = ""
    device: UUID | None = None
    command: UUID | None = None
    recorded_at: datetime
    captured_at: datetime | None = None
    signature: bytes = b""
    entered_by: UUID | None = None


class Envelope(Struct, frozen=True, gc=False):
    """A fact at its place in a stream (satisfies eventsourcing's `DomainEventProtocol`).

    Attributes:
        originator_id: the stream.
        originator_version: place in the stream, from 1, dense.
        stored_as: the old tag under which the fact is stored, where it was upcast; empty otherwise.
    """

    originator_id: UUID
    originator_version: int
    fact: Fact
    meta: Meta
    stored_as: str = ""


def tag_of(fact: type[Fact] | Fact) -> str:
    """The stored tag of a fact or of its class."""
    tag = fact.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def all_facts(root: type[Fact] = Fact) -> Iterator[type[Fact]]:
    """Every kind of fact known to the program, found through its class tree."""
    for kind in root.__subclasses__():
        if tag_of(kind):
            yield kind
        yield from all_facts(kind)


def sealed_fields(kind: type[Fact]) -> tuple[str, ...]:
    """Names of the fields of `kind` that hold a sealed value (only top-level fields may)."""
    return tuple(f.name for f in msgspec.structs.fields(kind) if f.type is Sealed or Sealed in get_args(f.type))
