"""Values that nobody sends by accident: made from the types that the service reads, and then spoiled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast
from uuid import UUID

from msgspec import inspect as mi

MARK = "hostile-mark-7f3a"
"""Stands in every text that is made up here, so that a leak is found."""

TEXTS = (
    "",
    " ",
    "\0",
    "\u202e" + "gnp.exe",
    "\u200b\u200d\ufeff",
    "e\u0301",
    "\u00e9",
    "\U0010ffff",
    "\ud7ff\ue000",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "..\\..\\",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE rows; --",
    "{{7*7}}",
    "%s%n%x",
    "$.lane",
    "null",
    "1" * 400,
    "汉" * 2_000,
    "\u0e49" * 300,
)
NUMBERS: tuple[Any, ...] = (0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30, 0.5, 1e308, -0.0)
DAYS = ("0001-01-01", "9999-12-31", "2026-02-29", "2026-11-23", "2026-11-24", "2076-01-01")
INSTANTS = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-11-23T02:00:00Z",
    "2026-11-23T02:00:00",
    "2076-01-01T00:00:00+14:00",
)
DEEPEST = 6


class Forge:
    """Makes values of a type, sound ones that point at what exists, and spoils them.

    Args:
        chance: from which everything comes.
        ids: ids of what there is.
        words: short texts that mean something to the service.
    """

    def __init__(self, chance: Random, *, ids: Sequence[UUID], words: Sequence[str]) -> None:
        self._chance = chance
        self._ids = list(ids)
        self._words = list(words)

    def of(self, kind: Any) -> Any:
        """A value of `kind`, as JSON has it; mostly sound."""
        return self._made(mi.type_info(kind), 0)

    def text(self) -> str:
        """A text that is marked, often odd."""
        chance = self._chance
        if chance.random() < 0.4:
            return chance.choice(self._words)
        return chance.choice(TEXTS) + (MARK if chance.random() < 0.5 else "")

    def id(self) -> str:
        """An id, mostly of something that exists."""
        chance = self._chance
        return str(chance.choice(self._ids) if chance.random() < 0.7 else UUID(int=chance.getrandbits(128)))

    def spoil(self, value: Any) -> Any:
        """The value with one part of it made wrong, or odd."""
        chance = self._chance
        if isinstance(value, dict) and value and chance.random() < 0.8:
            return self._without_sense(cast("dict[str, Any]", value))
        if isinstance(value, list) and value and chance.random() < 0.7:
            parts = cast("Sequence[Any]", value)
            at = chance.randrange(len(parts))
            many = list(parts) * chance.choice((2, 40)) if chance.random() < 0.2 else parts
            return [*many[:at], self.spoil(parts[at]), *many[at + 1 :]]
        return self.odd()

    def _without_sense(self, value: dict[str, Any]) -> dict[str, Any]:
        key = self._chance.choice(list(value))
        match self._chance.randrange(4):
            case 0:
                return {name: one for name, one in value.items() if name != key}
            case 1:
                return {**value, self._chance.choice(("__proto__", "x", MARK)): self.odd()}
            case _:
                return {**value, key: self.spoil(value[key])}

    def odd(self) -> Any:
        """Something of any type."""
        chance = self._chance
        match chance.randrange(8):
            case 0:
                return None
            case 1:
                return chance.choice((True, False))
            case 2 | 3:
                return chance.choice(NUMBERS)
            case 4:
                return [self.text()] * chance.choice((0, 1, 3, 200))
            case 5:
                return {self.text(): self.text()}
            case 6:
                return nested(chance.choice((3, 60)))
            case _:
                return self.text()

    def _made(self, kind: Any, depth: int) -> Any:
        chance = self._chance
        match kind:
            case mi.UnionType(types=types):
                return self._made(chance.choice(types), depth)
            case mi.StructType(fields=fields, tag=tag, tag_field=tag_field):
                made = {
                    field.encode_name: self._made(field.type, depth + 1)
                    for field in fields
                    if field.required or (depth < DEEPEST and chance.random() < 0.7)
                }
                return {tag_field: tag, **made} if tag_field else made
            case mi.ListType() | mi.VarTupleType() | mi.SetType() | mi.FrozenSetType() | mi.CollectionType():
                n = 0 if depth >= DEEPEST else chance.choice((0, 1, 1, 2, 3))
                return [self._made(kind.item_type, depth + 1) for _ in range(n)]
            case mi.TupleType(item_types=types):
                return [self._made(one, depth + 1) for one in types]
            case mi.DictType(key_type=key, value_type=value):
                n = 0 if depth >= DEEPEST else chance.choice((0, 1, 3))
                return {str(self._made(key, depth + 1)): self._made(value, depth + 1) for _ in range(n)}
            case _:
                return self._leaf(kind)

    def _leaf(self, kind: Any) -> Any:
        chance = self._chance
        match kind:
            case mi.LiteralType(values=values):
                return chance.choice(values)
            case mi.EnumType(cls=cls):
                return chance.choice(list(cls)).value
            case mi.UUIDType():
                return self.id()
            case mi.StrType():
                return self._string(kind)
            case mi.IntType():
                return chance.choice((kind.ge or 0, kind.le or 9, chance.randrange(20), *NUMBERS[:5]))
            case mi.FloatType():
                return chance.choice(NUMBERS[9:])
            case mi.BoolType():
                return chance.random() < 0.5
            case mi.DateType():
                return chance.choice((*DAYS, _soon(chance)))
            case mi.DateTimeType():
                return chance.choice(INSTANTS)
            case mi.NoneType():
                return None
            case mi.BytesType():
                return "AAAA"
            case _:  # anything
                return chance.choice((self.text(), 1, None, {}, [self.text()], {"zh": self.text()}))

    def _string(self, kind: mi.StrType) -> str:
        if kind.pattern and "0-9a-f" in kind.pattern:
            return f"{self._chance.getrandbits(256):064x}"
        text = self.text()
        if kind.max_length is not None:
            text = text[: kind.max_length]
        return text or ("x" if kind.min_length else "")


def nested(depth: int) -> Any:
    """Lists in lists."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def _soon(chance: Random) -> str:
    return (datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=chance.randrange(-3, 30))).date().isoformat()
