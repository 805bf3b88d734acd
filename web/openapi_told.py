"""What can be told of an address, beside what its route and its docstring say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

PUBLIC = "public"
"""Open to everyone."""
SIGNED_IN = "signed-in"
"""For every person who has signed in; what is answered is their own."""
SECRET = "secret"
"""For whoever holds a one-time secret, signed in or not."""
MACHINE = "machine"
"""For addresses of the operator's own."""

Codes = Mapping[int, str]
NONE: Codes = MappingProxyType({})


class OneOf(NamedTuple):
    """An answer that has one of several shapes."""

    kinds: tuple[type, ...]


class Media(NamedTuple):
    """An answer that is no JSON."""

    types: tuple[str, ...]


class Parameter(NamedTuple):
    """A parameter of the query or a header.

    Attributes:
        schema: a type as msgspec describes it.
        where: `query` or `header`.
    """

    name: str
    says: str
    schema: Any = str
    where: str = "query"
    required: bool = False


class Told(NamedTuple):
    """What the document says of one address.

    Attributes:
        who: a reading or command of the table of rights, or one of the words above.
        gives: the body of a good answer; None where it has none.
        takes: the struct that its JSON body is read as; `Media` for another body.
        shows: how that body is described, where the struct itself tells too little.
        status: of a good answer.
        asks: parameters of query and head.
        codes: codes of its own by status, separated by spaces; those that every address may give are left out.
        also: good answers beside `status`, such as 206 and 303.
        has_etag: whether 304 is answered to whoever holds it already.
        says: where the endpoint has no docstring, or one for several addresses.
    """

    who: str
    gives: Any = None
    takes: Any = None
    shows: Any = None
    status: int = 200
    asks: tuple[Parameter, ...] = ()
    codes: Codes = NONE
    also: tuple[int, ...] = ()
    has_etag: bool = False
    says: str = ""


PDF = Media(("application/pdf",))
HTML = Media(("text/html",))
BUSY: Codes = {503: "busy"}
AWAY: Codes = {503: "files-away"}
"""Of an address that reads or keeps files."""
ABSENT: Codes = {404: "not-found"}
