"""The OpenAPI document: nothing of the router is left out, and it says what the code does."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

import jsonschema_rs
import msgspec
import pytest
from starlette.routing import BaseRoute, Route

from bootstrap.places import ROOT
from domain.rights.table import GRANTS
from tests.app.standing import Service, centre_open
from tests.rights.routes import ROUTES
from web.errors import CODE_OF_STATUS
from web.openapi import MEANINGS, addresses, document
from web.openapi_table import TABLE
from web.openapi_told import MACHINE, PUBLIC, SECRET, SIGNED_IN

ANYWHERE = {
    "sign-in-needed",
    "enrol-first",
    "unknown-host",
    "origin-not-allowed",
    "warming",
    "server-fault",
    *CODE_OF_STATUS.values(),
}
"""Codes that every address may give."""
LAN_ONLY = {"GET /lan", "GET /lan/ca.crt"}
WORD = re.compile(r"`([^`]+)`")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with centre_open(tmp_path_factory.mktemp("centre")) as made:
        yield made


@pytest.fixture(scope="module")
def described(service: Service) -> dict[str, Any]:
    return document(service.app.routes)


def names(described: dict[str, Any]) -> set[str]:
    return {f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods}


def plain(name: str) -> str:
    return re.sub(r"{(\w+):\w+}", r"{\1}", name)


def test_every_address_of_the_router_stands_in_the_table_and_nothing_else_does(service: Service) -> None:
    assert {one.name for one in addresses(service.app.routes)} == set(TABLE) - LAN_ONLY


def test_every_address_is_described_with_its_methods(service: Service, described: dict[str, Any]) -> None:
    asked = {plain(f"{method} {one.path}") for one in _http(service) for method in one.methods or ()}

    assert asked - names(described) == {name for name in asked if name.startswith("HEAD ")} - {"HEAD /files/{upload}"}
    assert names(described) - asked == {"GET /sync"}


def _http(service: Service) -> list[Route]:
    return [route for route in service.app.routes if isinstance(route, Route)]


def test_it_says_who_may_as_the_table_of_rights_does() -> None:
    told = {name: told.who for name, told in TABLE.items() if name not in LAN_ONLY}

    assert told == {name: asked.right for name, asked in ROUTES.items()}
    assert set(told.values()) - set(GRANTS) <= {PUBLIC, SIGNED_IN, SECRET, MACHINE}


def test_the_struct_that_an_endpoint_reads_is_the_one_described(service: Service) -> None:
    for route in _http(service):
        for method in route.methods or ():
            name = f"{method} {route.path}"
            read = set(_read_by(route))
            assert not read or read == {TABLE[name].takes}, name


def _read_by(route: BaseRoute) -> Iterator[Any]:
    """What an endpoint gives to `read_json`."""
    endpoint = inspect.unwrap(route.endpoint)  # type: ignore[attr-defined]
    source = inspect.getsource(endpoint)
    for call in re.findall(r"read_json\(\w+, ([\w.\[\]]+)\)", source):
        yield eval(call, endpoint.__globals__)


class _Code(NamedTuple):
    status: int
    code: str
    where: str


def _codes() -> Iterator[_Code]:
    """Every literal problem of `web/`."""
    for file in sorted((ROOT / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                match node.func.id, node.args:
                    case "Problem" | "problem_answer", [ast.Constant(int(status)), ast.Constant(str(code)), *_]:
                        yield _Code(status, code, f"{file.name}:{node.lineno}")
                    case _:
                        pass


def test_every_problem_of_the_service_is_named_at_an_address() -> None:
    told = {(status, code) for one in TABLE.values() for status, codes in one.codes.items() for code in codes.split()}
    found = list(_codes())

    assert ("intent-unknown", 409) in {(one.code, one.status) for one in found}
    assert [one for one in found if one.code not in ANYWHERE and (one.status, one.code) not in told] == []
    assert {one.status for one in found} <= set(MEANINGS)


def test_the_page_for_people_names_the_same_addresses(described: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "reference" / "http.md").read_text()
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ") and "`/" in line]
    listed = [f"{method} {path}" for row in rows for path in _paths(row) for method in _methods(row)]
    in_prose = {path for line in page.splitlines() if not line.startswith("|") for path in _paths(line)}

    assert sorted(name for name in set(listed) if listed.count(name) > 1) == []
    told = {name for name in names(described) | LAN_ONLY if name.partition(" ")[2] not in in_prose}
    assert told == {name for name in listed if name.partition(" ")[2] not in in_prose}


def _paths(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if re.fullmatch(r"/[\w./{}-]*", word) and word != "/lan/"]


def _methods(row: str) -> list[str]:
    return re.findall(r"\b(?:GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS)\b", WORD.sub("", row)) or ["GET"]


def test_it_is_an_openapi_document_whose_schemas_are_sound(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for schema in schemas.values():
        jsonschema_rs.meta.validate(schema)
    refs = set(_refs(described))

    assert described["openapi"] == "3.1.0"
    assert refs <= {f"#/components/schemas/{name}" for name in schemas} | {
        f"#/components/responses/{status}" for status in MEANINGS
    }
    ids = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))
    assert all(one["summary"] for methods in described["paths"].values() for one in methods.values())


def _refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        named = cast("dict[str, Any]", part)
        if isinstance(named.get("$ref"), str):
            yield named["$ref"]
        for one in named.values():
            yield from _refs(one)
    elif isinstance(part, list):
        for one in cast("Sequence[Any]", part):
            yield from _refs(one)


async def test_it_is_open_to_everybody_and_not_sent_twice(service: Service) -> None:
    client = service.client()
    answer = await client.get("/openapi.json")
    again = await client.get("/openapi.json", headers={"if-none-match": answer.headers["etag"]})

    assert answer.json() == msgspec.json.decode(msgspec.json.encode(document(service.app.routes)))
    assert (again.status_code, again.content) == (304, b"")
