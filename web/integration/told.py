"""How a fact looks to another system: what happened when and where, and nothing about a person.

Process facts are told; those of sign-in, devices, identity and learning are not. Left out of each are sealed values,
what an applicant chose in a form, and every id of a person: a data platform counts and compares, it does not look at
people.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args
from uuid import UUID

import msgspec

from domain.facts import Envelope, Fact, all_facts, sealed_fields, tag_of

FAMILIES = (
    *("appointment", "bundle", "case", "claim", "deadline", "delegation", "duplicate", "extension", "gap"),
    *("handover", "item", "notice", "office-day", "parcel", "procedure", "rating", "rectification", "result"),
    *("second_notice", "step", "ticket"),
)
"""Beginnings of the tags of process facts."""

WITHHELD = frozenset({"address", "choices", "reference", "tracking_number", "verification_code"})
"""Fields that say what a person chose, or open what is a person's elsewhere: a parcel, a result, a file."""

THINGS = frozenset(
    {"appointment", "bundle", "moved_from", "other", "procedure", "rating", "replaces", "subject", "ticket"}
)
"""Fields with ids of things; every other id is taken for that of a person."""


@cache
def told_tags() -> frozenset[str]:
    """The tags of all facts that are told."""
    return frozenset(tag_of(kind) for kind in all_facts() if tag_of(kind).partition(".")[0] in FAMILIES)


def told(position: int, envelope: Envelope) -> dict[str, Any]:
    """A fact as it is told."""
    fact, meta = envelope.fact, envelope.meta
    return {
        "position": position,
        "stream": str(envelope.originator_id),
        "version": envelope.originator_version,
        "tag": tag_of(fact),
        "at": msgspec.to_builtins(meta.recorded_at),
        "role": meta.role,
        "office": meta.office,
        "fact": {name: msgspec.to_builtins(getattr(fact, name)) for name in told_fields(type(fact))},
    }


@cache
def told_fields(kind: type[Fact]) -> tuple[str, ...]:
    """The fields of a kind of fact that are told."""
    kept = {*sealed_fields(kind), *WITHHELD}
    fields = msgspec.structs.fields(kind)
    return tuple(one.name for one in fields if one.name not in kept and (one.name in THINGS or not _has_id(one.type)))


def _has_id(annotation: Any) -> bool:
    return annotation is UUID or any(_has_id(part) for part in get_args(annotation))
