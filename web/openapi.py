"""`/openapi.json`: an OpenAPI 3.1 document of the service's own addresses, made from its routes and structs."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from domain.rights.fresh import NEEDS_PROOF
from domain.rights.table import GRANTS
from web import openapi_answers as a
from web.bodies import json_answer, matches, not_modified
from web.openapi_table import TABLE
from web.openapi_told import MACHINE, PUBLIC, SECRET, Media, OneOf, Parameter, Told
from web.session import COOKIE

ADDRESS = "/openapi.json"
CACHE = "no-cache"
JSON = "application/json"
VERSION = "1"
"""Of the addresses: it rises when one of them changes in a way that callers notice."""

ABOUT = (
    "Whatever changes something must carry an `Origin` that is the service's own or stands in `DOORSTEP_ORIGINS`. "
    "Bodies are at most 64 KiB unless it says otherwise. An address that knows GET also answers HEAD. "
    "`x-who` says who may: roles that always may, and roles that may where it is their own."
)
MEANINGS = {
    400: "the request is malformed",
    401: "nobody is signed in, or the sign-in failed",
    403: "not for this person, or from another origin",
    404: "there is no such thing, or none that this person may know of",
    405: "no such address",
    408: "it took too long to arrive",
    409: "it does not fit how things stand",
    410: "it is over, or was erased",
    412: "another version of tus",
    413: "too large",
    415: "of another type",
    416: "no such range",
    421: "not a name of this service",
    422: "refused",
    429: "too often; `Retry-After` says when",
    431: "the head is too large",
    460: "damaged on its way",
    500: "a defect; `params.support` is its number in the journal",
    507: "no room for more of this person's",
    503: "not now; `Retry-After` says when",
}
_ALWAYS = (413, 421, 431, 500, 503)
_FORMATS = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
    "str": {"type": "string"},
    "path": {"type": "string"},
}
_PLACE = re.compile(r"{(\w+)(?::(\w+))?}")
_REF = "#/components/schemas/{name}"
_SAFE = ("GET", "HEAD", "OPTIONS")


class Address(NamedTuple):
    """One method of one route.

    Attributes:
        name: as the table has it, with the convertors of the router.
        words: what the endpoint's docstring says.
    """

    name: str
    method: str
    path: str
    words: str


def addresses(routes: Iterable[BaseRoute]) -> Iterator[Address]:
    """The addresses of a router; HEAD is not told apart where GET is known."""
    for route in routes:
        if isinstance(route, WebSocketRoute):
            yield Address(f"GET {route.path}", "GET", route.path, inspect.getdoc(route.endpoint) or "")
        elif isinstance(route, Route):
            methods = set(route.methods or ())
            for method in sorted(methods - ({"HEAD"} if "GET" in methods else set())):
                yield Address(f"{method} {route.path}", method, route.path, inspect.getdoc(route.endpoint) or "")


def document(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """The document of a router's addresses; those that do not stand in the table are left out."""
    found = [(address, TABLE[address.name]) for address in addresses(routes) if address.name in TABLE]
    schemas = _Schemas(told for _, told in found)
    paths: dict[str, dict[str, Any]] = {}
    for address, told in found:
        path = _PLACE.sub(r"{\1}", address.path)
        paths.setdefault(path, {})[address.method.lower()] = _operation(address, told, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Doorstep 家门口", "version": VERSION, "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {str(status): _failure(meaning) for status, meaning in MEANINGS.items()},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}},
        },
    }


class _Schemas:
    """The schemas of everything that the table names."""

    def __init__(self, told: Iterable[Told]) -> None:
        kinds: list[Any] = [a.Problem]
        for one in told:
            kinds += one.gives.kinds if isinstance(one.gives, OneOf) else [one.gives]
            kinds += [one.shows or one.takes, *(asked.schema for asked in one.asks)]
        self._kinds = [kind for kind in kinds if kind is not None and not isinstance(kind, Media)]
        made, components = msgspec.json.schema_components(self._kinds, ref_template=_REF)
        self._made = [_as_others_read_it(schema) for schema in made]
        self.components: dict[str, Any] = {name: _as_others_read_it(one) for name, one in components.items()}

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a struct or type."""
        if isinstance(kind, OneOf):
            return {"anyOf": [self.of(one) for one in kind.kinds]}
        return next(made for known, made in zip(self._kinds, self._made, strict=True) if known == kind)


def _as_others_read_it(schema: Any) -> Any:
    """A schema without what only Python's regular expressions know."""
    if isinstance(schema, dict):
        parts = cast("dict[str, Any]", schema)
        return {key: _pattern(one) if key == "pattern" else _as_others_read_it(one) for key, one in parts.items()}
    if isinstance(schema, list):
        return [_as_others_read_it(one) for one in cast("Sequence[Any]", schema)]
    return schema


def _pattern(pattern: Any) -> Any:
    return re.sub(r"\\Z", "$", pattern) if isinstance(pattern, str) else _as_others_read_it(pattern)


def _operation(address: Address, told: Told, schemas: _Schemas) -> dict[str, Any]:
    summary, _, more = _said(address, told)
    operation: dict[str, Any] = {
        "operationId": _id_of(address),
        "summary": summary,
        "x-who": _who(told.who),
        "security": _shows(told.who),
        "responses": _responses(address, told, schemas),
    }
    if more:
        operation["description"] = more
    if parameters := [*_places(address.path), *(_parameter(one, schemas) for one in told.asks)]:
        operation["parameters"] = parameters
    if told.takes is not None:
        operation["requestBody"] = {"required": True, "content": _content(told.shows or told.takes, schemas)}
    return operation


def _shows(who: str) -> list[dict[str, list[str]]]:
    """What whoever asks may show: a session, or nothing."""
    session: dict[str, list[str]] = {"session": []}
    nothing: dict[str, list[str]] = {}
    if who in (PUBLIC, MACHINE):
        return []
    return [nothing, session] if who == SECRET else [session]


def _said(address: Address, told: Told) -> tuple[str, str, str]:
    words = told.says or re.sub(r"^`[^`]*`: ", "", address.words)
    return words.partition("\n\n")


def _id_of(address: Address) -> str:
    parts = [address.method.lower(), *re.findall(r"\w+", _PLACE.sub(r"\1", address.path))]
    return "-".join(parts) + ("-" if address.path.endswith("/") and len(parts) > 1 else "")


def _who(who: str) -> Any:
    grant = GRANTS.get(who)
    if grant is None:
        return who
    told = {"right": who, "roles": sorted(grant.anyone), "own": sorted(grant.own), "relation": grant.relation}
    return {key: value for key, value in told.items() if value}


def _places(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _FORMATS[kind or "str"]}
        for name, kind in _PLACE.findall(path)
    ]


def _parameter(asked: Parameter, schemas: _Schemas) -> dict[str, Any]:
    return {
        "name": asked.name,
        "in": asked.where,
        "required": asked.required,
        "description": asked.says,
        "schema": schemas.of(asked.schema),
    }


def _content(kind: Any, schemas: _Schemas) -> dict[str, Any]:
    if isinstance(kind, Media):
        return {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in kind.types}
    return {JSON: {"schema": schemas.of(kind)}}


def _responses(address: Address, told: Told, schemas: _Schemas) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "done"}
    if told.gives is not None:
        good["content"] = _content(told.gives, schemas)
    elsewhere = {"description": "elsewhere, by `Location`"}
    responses = {str(status): elsewhere if status == 303 else good for status in (told.status, *told.also)}
    if told.has_etag:
        responses["304"] = {"description": "held already"}
    for status in sorted(_failures(address, told)):
        if str(status) not in responses:
            responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
        if codes := _codes(told, status):
            responses[str(status)] = _failure(f"{MEANINGS[status]}: {', '.join(codes.split())}")
    return responses


def _codes(told: Told, status: int) -> str:
    """Codes of its own; an act that asks for a fresh proof may answer that it needs one."""
    codes = told.codes.get(status, "")
    asks = status == 403 and told.who in NEEDS_PROOF and "proof-needed" not in codes
    return f"{codes} proof-needed forbidden" if asks else codes


def _failures(address: Address, told: Told) -> set[int]:
    statuses = {*_ALWAYS, *told.codes}
    if address.method not in _SAFE:
        statuses.add(403)
    if told.who not in (PUBLIC, MACHINE, SECRET):
        statuses |= {401, 403}
    if told.takes is not None and not isinstance(told.takes, Media):
        statuses |= {400, 415}
    if "{" in address.path:
        statuses |= {404, 410} | ({405} if address.method != "GET" else set())
    return statuses


def _failure(description: str) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": {"$ref": _REF.format(name="Problem")}}}}


class _Document:
    """The document, made when it is first asked for: the router must be complete by then."""

    def __init__(self) -> None:
        self._made: tuple[bytes, str] | None = None

    async def answer(self, request: Request) -> Response:
        """`GET /openapi.json`: this document."""
        if self._made is None:
            content = msgspec.json.encode(document(request.app.routes))
            self._made = content, hashlib.sha256(content).hexdigest()[:20]
        content, etag = self._made
        if matches(request, etag):
            return not_modified(etag, cache=CACHE)
        return json_answer(content, cache=CACHE, etag=etag)


def routes() -> list[BaseRoute]:
    """The address of the document."""
    return [Route(ADDRESS, _Document().answer, methods=["GET"])]
