"""Golden facts: what is stored for an example of each fact, written once and never changed.

One file a tag. Its last form is how the fact is written today; an earlier form is one that lacked fields which have a
default now. A file whose tag is no fact of today says under `read_as` what its facts are read as.
"""

from __future__ import annotations

import hashlib
import pkgutil
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Envelope, Fact, Meta, Sealed, all_facts, sealed_fields, tag_of
from store.boxes import SALT_BYTES
from store.mapper import FactMapper
from tests.cast import CASE
from tests.vectors.facts import examples

PACKAGES = ("domain", "store")
"""Where facts may be written."""

COMMAND = ".venv/bin/python -m tests.vectors.facts"
FOLDER = Path(__file__).parent
TAGS = FOLDER / "tags.txt"
ORIGIN = "origin of the golden log"
VERSION = 7

Plain = dict[str, Any]


class Golden(Struct, omit_defaults=True):
    """An example of a fact as it was stored when its form was new.

    Attributes:
        form: counts the forms of one tag.
        example: `full` or `bare`.
        state: the stored bytes, which are UTF-8.
        meta: who and when, as plain values.
        fact: the fact as plain values, what is sealed opened.
        read_as: tag of today to the plain values that a fact with an old tag has under it.
    """

    form: int
    example: str
    stream: UUID
    version: int
    state: str
    meta: Plain
    fact: Plain
    read_as: dict[str, Plain] = {}


class FixedKeys:
    """A key for everybody, the same every time."""

    def key(self, person: UUID) -> bytes:
        """The person's key."""
        return hashlib.sha256(b"golden key of " + person.bytes).digest()

    key_for_writing = key


def all_kinds() -> dict[str, type[Fact]]:
    """Every fact by its tag."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    return {tag_of(kind): kind for kind in all_facts()}


class CountedSalts:
    """Salts that count from 1."""

    def __init__(self) -> None:
        """Begin with 1."""
        self.restart()

    def restart(self) -> None:
        """Begin with 1 again."""
        self._numbers = count(1)

    def __call__(self) -> bytes:
        """The next salt."""
        return next(self._numbers).to_bytes(SALT_BYTES, "big")


SALTS = CountedSalts()


@cache
def golden_mapper() -> FactMapper:
    """The mapper of the golden log; it knows every fact."""
    all_kinds()
    return FactMapper(FixedKeys(), origin=ORIGIN, salt=SALTS)


def read() -> dict[str, list[Golden]]:
    """The goldens of every tag."""
    return {each.stem: msgspec.json.decode(each.read_bytes(), type=list[Golden]) for each in FOLDER.glob("*.json")}


def written_tags() -> list[str]:
    """Every tag that was ever stored."""
    return TAGS.read_text().split() if TAGS.exists() else []


def decoded(tag: str, golden: Golden) -> Envelope:
    """The golden as the program reads it."""
    return golden_mapper().envelope(golden.stream, golden.version, tag, golden.state.encode())


def opened(envelope: Envelope) -> Fact:
    """A fact with its sealed values opened, as it was before it was stored."""
    mapper = golden_mapper()
    found = {name: getattr(envelope.fact, name) for name in sealed_fields(type(envelope.fact))}
    values = {
        name: Sealed(sealed.person, value=mapper.unseal(envelope, name))
        for name, sealed in found.items()
        if sealed is not None
    }
    return replace(envelope.fact, **values)


def plain(value: Fact | Meta) -> Plain:
    """A fact or meta as plain JSON values."""
    made: Plain = msgspec.json.decode(msgspec.json.encode(value))
    return made


def stored(fact: Fact, meta: Meta, stream: UUID) -> str:
    """What is stored for an opened fact, the same every time."""
    SALTS.restart()
    return golden_mapper().to_stored_event(Envelope(stream, VERSION, fact, meta)).state.decode()


def is_of_today(tag: str, golden: Golden) -> bool:
    """Whether a fact of today, written again, becomes the golden's bytes."""
    envelope = decoded(tag, golden)
    return not envelope.stored_as and stored(opened(envelope), envelope.meta, golden.stream) == golden.state


def made(kind: type[Fact], form: int) -> list[Golden]:
    """New goldens of a fact of today."""
    stream = uuid5(CASE, tag_of(kind))
    found: list[Golden] = []
    for name in ("full", "bare"):
        fact, meta = (examples.fact(kind, full=name == "full"), examples.meta(full=name == "full"))
        state = stored(fact, meta, stream)
        found.append(Golden(form, name, stream, VERSION, state, plain(meta), plain(fact)))
    return found
