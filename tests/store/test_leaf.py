"""The leaf of an event, in the form in which every verifier will compute it for ever (`tests/vectors/leaves.json`)."""

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest

from store.log import Entry, leaf_hash

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "leaves.json").read_text(encoding="utf-8"))


class Vector(NamedTuple):
    origin: str
    entry: Entry
    hash: str


def vector(told: dict[str, str]) -> Vector:
    entry = Entry(UUID(told["stream"]), int(told["version"]), told["tag"], bytes.fromhex(told["state"]))
    return Vector(told["origin"], entry, told["hash"])


EACH = [pytest.param(vector(told), id=told["what"]) for told in VECTORS]


@pytest.mark.parametrize("one", EACH)
def test_a_leaf_is_what_it_was_when_the_form_was_made_final(one: Vector) -> None:
    assert leaf_hash(one.origin, one.entry).hex() == one.hash


@pytest.mark.parametrize("one", EACH)
def test_a_leaf_follows_from_the_words_of_its_form(one: Vector) -> None:
    origin, tag, state = one.origin.encode(), one.entry.tag.encode(), one.entry.state
    words = (
        b"\x00doorstep leaf 1\n"
        + struct.pack(">H", len(origin)) + origin
        + one.entry.stream.bytes + struct.pack(">Q", one.entry.version)
        + struct.pack(">H", len(tag)) + tag
        + struct.pack(">Q", len(state)) + hashlib.sha256(state).digest()
    )  # fmt: skip

    assert hashlib.sha256(words).hexdigest() == one.hash


CHANGES: dict[str, Callable[[Vector], tuple[str, Entry]]] = {
    "origin": lambda one: (one.origin + "x", one.entry),
    "stream": lambda one: (one.origin, one.entry._replace(stream=UUID(int=one.entry.stream.int ^ 1))),
    "version": lambda one: (one.origin, one.entry._replace(version=one.entry.version + 1)),
    "tag": lambda one: (one.origin, one.entry._replace(tag=one.entry.tag + "x")),
    "state": lambda one: (one.origin, one.entry._replace(state=one.entry.state + b"x")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("one", EACH)
def test_another_event_has_another_leaf(one: Vector, change: Callable[[Vector], tuple[str, Entry]]) -> None:
    assert leaf_hash(*change(one)).hex() != one.hash
