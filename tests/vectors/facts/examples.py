"""Examples of facts, made from their classes alone and the same every time: full of values, or as bare as can be."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct, UnsetType

from domain.catalogue.items import ServiceItem
from domain.facts import Fact, Meta, Sealed
from tests.cast import CASE, HARDSHIP, LEASE

INSTANT = datetime(2026, 9, 1, 2, 30, 15, 123456, tzinfo=UTC)

_FULL: dict[Any, Callable[[str], Any]] = {
    str: lambda name: f"{name} 例",
    int: lambda _name: 7,
    bool: lambda _name: True,
    float: lambda _name: 0.5,
    bytes: lambda name: name.encode(),
    UUID: lambda name: uuid5(CASE, name),
    datetime: lambda _name: INSTANT,
    date: lambda _name: INSTANT.date(),
    time: lambda _name: time(9, 30),
    Any: lambda name: {name: ["例", 1, None, True]},
    Sealed: lambda name: Sealed(uuid5(CASE, "person"), value={name: ["不公开的例", 1, None]}),
    ServiceItem: lambda _name: LEASE,
}
_BARE: dict[Any, Callable[[str], Any]] = {
    **_FULL,
    str: lambda _name: "",
    int: lambda _name: 0,
    bool: lambda _name: False,
    float: lambda _name: 0.0,
    bytes: lambda _name: b"",
    Any: lambda _name: None,
    Sealed: lambda _name: Sealed(uuid5(CASE, "person"), value=None),
    ServiceItem: lambda _name: HARDSHIP,
}


def fact(kind: type[Fact], *, full: bool) -> Fact:
    """A fact with a value in every field, or with nothing wherever there may be nothing."""
    made: Fact = _struct(kind, full=full)
    return made


def meta(*, full: bool) -> Meta:
    """Who recorded it and when."""
    made: Meta = _struct(Meta, full=True)
    return made if full else Meta(actor=made.actor, role=made.role, recorded_at=made.recorded_at)


def _struct(kind: type[Any], *, full: bool) -> Any:
    hints = typing.get_type_hints(kind, include_extras=True)
    return kind(**{f.name: _value(hints[f.name], f.name, full=full) for f in msgspec.structs.fields(kind)})


def _value(hint: Any, name: str, *, full: bool) -> Any:
    plain = _FULL if full else _BARE
    if hint in plain:
        return plain[hint](name)
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _value(inside[0], name, full=full)
    if origin in (typing.Union, types.UnionType):
        return _one_of(inside, name, full=full)
    if origin is Literal:
        return inside[0]
    if origin is tuple:
        return _row(inside, name, full=full)
    if origin is frozenset:  # one at most: a set's order is another in each process
        return frozenset(_row((inside[0], ...), name, full=full))
    if origin is dict:
        key, value = (_value(each, name, full=full) for each in inside)
        return {key: value} if full else {}
    if issubclass(hint, Enum):
        return next(iter(hint))
    assert issubclass(hint, Struct), hint
    return _struct(hint, full=full)


def _one_of(kinds: tuple[Any, ...], name: str, *, full: bool) -> Any:
    absent = {type(None): None, UnsetType: msgspec.UNSET}
    for kind in kinds:
        if (kind in absent) is not full:
            return absent[kind] if kind in absent else _value(kind, name, full=full)
    return _value(kinds[0], name, full=full)


def _row(kinds: tuple[Any, ...], name: str, *, full: bool) -> tuple[Any, ...]:
    if kinds[-1] is not Ellipsis:
        return tuple(_value(each, f"{name}{n}", full=full) for n, each in enumerate(kinds))
    return (_value(kinds[0], name, full=full),) if full else ()
