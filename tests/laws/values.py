"""Facts of every kind with values of every shape, for properties."""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

import msgspec
from hypothesis import strategies as st
from msgspec import Struct

from domain.calendar.calendar import Calendar
from domain.catalogue.items import ServiceItem
from domain.facts import Fact, Sealed
from tests.cast import CALENDAR, HARDSHIP, LEASE

TEXT = st.text(max_size=20)
NUMBERS = st.integers(-(2**53), 2**53)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
SEALED = st.builds(Sealed, st.uuids(), value=JSON)

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: NUMBERS,
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bytes: st.binary(max_size=20),
    UUID: st.uuids(),
    datetime: INSTANTS,
    date: DAYS,
    time: st.times(),
    type(None): st.none(),
    Any: JSON,
    Sealed: SEALED,
    ServiceItem: st.sampled_from([LEASE, HARDSHIP]),
    Calendar: st.just(CALENDAR),
}


def facts(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    """Facts of one kind."""
    return _structs(kind)


def _structs(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = {field.name: _values(hints[field.name]) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _values(inside[0])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(_values, inside))
    if origin is Literal:
        return st.sampled_from(inside)
    if origin is tuple and inside[-1] is not Ellipsis:
        return st.tuples(*map(_values, inside))
    if origin is tuple:
        return st.lists(_values(inside[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(_values(inside[0]), _values(inside[1]), max_size=3)
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert issubclass(hint, Struct), hint
    return _structs(hint)
