"""Schemathesis over the service's own OpenAPI document: every address, asked by everybody, sound and unsound.

The plugin's command line is not used: cases are generated here, sent to the service in its own loop, and the answers
are compared with the document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode, openapi
from schemathesis import checks as known_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from tests.hostile.hosted import EVERYBODY, NOBODY, Hosted
from web.openapi import document
from web.uploads import PIECE_TYPE

CHECKED = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
UNASKED = {"GET /sync"}
"""Speaks no HTTP."""
STREAMED = {"GET /{path}"}
"""The app's own files: any type."""
OF_THE_CLIENT = ("Cookie", "Origin", "Host", "Content-Length", "Transfer-Encoding", "Connection")
"""Headers that the harness sets itself."""

schemathesis.serializer.alias(PIECE_TYPE, "application/octet-stream")

Operation = Any
Case = Any
"""Of the library, whose own types are not all told."""


class Amiss(Exception):
    """An answer that the document does not allow, or a defect."""


class Attack:
    """Requests made from the document, at a service.

    Attributes:
        answers: how often each status was answered.
    """

    def __init__(self, host: Hosted) -> None:
        """Read the document as a client would."""
        self._host = host
        described = msgspec.json.decode(msgspec.json.encode(document(host.service.app.routes)))
        self._schema: Any = openapi.from_dict(described)
        library: Any = known_checks
        library.load_all_checks()
        self._checks = library.CHECKS.get_by_names(list(CHECKED))
        self.answers: Counter[int] = Counter()

    def operations(self) -> Iterator[Operation]:
        """Every address that can be asked."""
        for found in self._schema.get_all_operations():
            if not isinstance(found, Ok):
                raise Amiss(str(found))
            operation = _known(found)
            if operation.label not in UNASKED:
                yield operation

    def ask(self, operation: Operation, *, examples: int, chance: int) -> None:
        """Ask one address `examples` times, each time as everybody.

        Raises:
            Amiss: an answer is not as the document says, or a defect.
        """

        @seed(chance)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(_cases(operation), st.booleans())
        def asked(case: Case, at_something: bool) -> None:
            if at_something:
                self._aim(case)
            for who in (NOBODY,) if operation.label.startswith("POST /session/") else EVERYBODY:
                self._ask_as(who, case)

        asked()

    def _aim(self, case: Case) -> None:
        """Ask for what there is, where the address names something."""
        known = {name: str(value) for name, value in self._host.target._asdict().items()}
        named: dict[str, Any] = case.path_parameters or {}
        for name in named:
            if name in known:
                case.path_parameters[name] = known[name]

    def _ask_as(self, who: str, case: Case) -> None:
        said: dict[str, Any] = case.as_transport_kwargs(base_url="http://localhost:8000")
        headers = {name: value for name, value in said["headers"].items() if name not in OF_THE_CLIENT}
        content = {key: said[key] for key in ("json", "data", "files") if said.get(key) is not None}
        if isinstance(content.get("data"), bytes | str):
            content["content"] = content.pop("data")
        try:
            answer = self._host.ask(
                who, said["method"], said["url"], params=said.get("params"), headers=headers, **content
            )
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError):
            return  # no client could send it
        self.answers[answer.status_code] += 1
        self._look(who, case, answer)

    def _look(self, who: str, case: Case, answer: httpx.Response) -> None:
        label = case.operation.label
        if answer.status_code >= 500:
            raise Amiss(f"{who}: {label} answered {answer.status_code} {answer.text[:200]} to {case.as_curl_command()}")
        if label in STREAMED or answer.request.method == "HEAD":
            return
        if answer.status_code in (404, 405) and quote(answer.request.url.path, safe="/") != answer.request.url.path:
            return  # it may have become another address
        try:
            case.validate_response(answer, checks=self._checks)
        except FailureGroup as failed:
            raise Amiss(f"{who}: {label}: {failed}"[:2_000]) from None


def _known(found: Any) -> Operation:
    return found.ok()


def _cases(operation: Operation) -> SearchStrategy[Case]:
    """Sound requests and unsound ones, where the address takes anything at all."""
    sound: SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not any((operation.path_parameters, operation.query, operation.body, operation.headers)):
        return sound
    unsound: SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return sound | unsound
