"""What every answer carries and every request must satisfy; and that the log says nothing of people."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from starlette.routing import Route
from starlette.types import Message

from tests.app.standing import DEVICE, ORIGIN, PASSWORD, PHONE, Service, centre_open, serving
from web.app import create_app
from web.limits import address_key
from web.pages import html_page
from web.security import LARGEST_BODY_BYTES


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


def lines(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.edge.settings.journal.read_text().splitlines()]


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://localhost:8001", "https://localhost:8000", ORIGIN + "/"]
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/session/code"), ("DELETE", "/session"), ("PATCH", f"/files/{UUID(int=1)}")]
)
async def test_what_changes_something_comes_from_the_app_itself(
    service: Service, origin: str | None, method: str, path: str
) -> None:
    answer = await service.client(origin=origin).request(method, path, json={"phone": PHONE})

    assert (answer.status_code, answer.json()["code"]) == (403, "origin-not-allowed")
    assert service.said == []


async def test_two_origins_are_none(service: Service) -> None:
    client = service.client(origin=None)

    answer = await client.delete("/session", headers=[("origin", ORIGIN), ("origin", "http://evil.example")])

    assert answer.status_code == 403


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://localhost:9999"])
async def test_a_socket_opens_for_the_app_itself_only(service: Service, origin: str | None) -> None:
    assert await handshake(service, origin=origin) == {"type": "websocket.http.response.start", "status": 403}


async def test_the_apps_own_socket_gets_through_to_the_protocol(service: Service) -> None:
    assert (await handshake(service, origin=ORIGIN))["type"] in {"websocket.accept", "websocket.close"}


async def handshake(service: Service, *, origin: str | None) -> dict[str, Any]:
    """The first answer to a handshake without a subprotocol, headers left out."""
    headers = [(b"host", b"localhost:8000"), *([(b"origin", origin.encode())] if origin else [])]
    scope: dict[str, Any] = {
        "type": "websocket",
        "path": "/sync",
        "headers": headers,
        "query_string": b"",
        "subprotocols": [],
        "scheme": "ws",
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8000),
        "extensions": {"websocket.http.response": {}},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await service.app(scope, receive, send)
    return {name: value for name, value in sent[0].items() if name in {"type", "status"}}


async def test_another_name_for_this_machine_is_not_served(service: Service) -> None:
    answer = await service.client(base="http://rebound.example:8000").get("/demo/inbox.json")

    assert (answer.status_code, answer.json()["code"]) == (421, "unknown-host")


@pytest.mark.parametrize("path", ["/session", "/api/catalogue", "/demo/inbox", "/nothing.here", "/"])
async def test_every_answer_carries_the_headers_that_tie_the_browsers_hands(service: Service, path: str) -> None:
    headers = (await service.client().get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


async def test_https_is_remembered_by_browsers_but_not_for_a_local_certificate(tmp_path: Path) -> None:
    async def hsts(name: str, **settings: Any) -> str | None:
        with centre_open(tmp_path / name, **settings) as made:
            answer = await made.client(base="https://localhost:8000").get("/session")
            return cast("str | None", answer.headers.get("strict-transport-security"))

    assert await hsts("proxied", origins=("https://localhost:8000",)) == "max-age=31536000"
    assert await hsts("lan", lan=True) is None


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_larger_than_any_command_is_refused_before_it_is_read(service: Service, declared: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    content = b" " * (LARGEST_BODY_BYTES + 1) if declared else pieces()
    answer = await service.client().post("/session/code", content=content, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30])
async def test_a_senseless_length_is_refused(service: Service, length: str) -> None:
    answer = await service.client().post("/session/code", headers={"content-length": length})

    assert answer.status_code == 413


async def test_what_is_not_declared_as_json_is_not_read_as_json(service: Service) -> None:
    """A form of another site could send text without asking the browser first."""
    answer = await service.client().post(
        "/session/code", content=b'{"phone":"13800000001"}', headers={"content-type": "text/plain"}
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "body-malformed")


async def test_a_defect_is_answered_calmly_and_logged_once_without_what_the_person_sent(service: Service) -> None:
    async def fail(_: object) -> None:
        raise ValueError(f"cannot use {PHONE}")

    service.app = create_app(service.edge, more=(Route("/api/broken", fail),))
    answer = await service.client().get("/api/broken")

    faults = [line for line in lines(service) if line["event"] == "fault"]
    assert answer.status_code == 500
    assert answer.json() == {"code": "server-fault", "params": {"support": faults[0]["support"]}}
    assert [(fault["kind"], "test_security.py" in fault["places"][-1]) for fault in faults] == [("ValueError", True)]
    assert PHONE not in service.edge.settings.journal.read_text()


async def test_whoever_hangs_up_in_the_middle_of_a_request_is_no_defect(service: Service) -> None:
    headers = [(b"host", b"localhost:8000"), (b"origin", ORIGIN.encode()), (b"content-type", b"application/json")]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/session/code",
        "headers": headers,
        "query_string": b"",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8000),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await service.app(scope, receive, send)

    assert sent == []
    assert [line["event"] for line in lines(service)] == ["request"]


async def test_the_log_names_requests_and_says_nothing_of_people(service: Service) -> None:
    await service.resident()
    clerk = await service.staff("zhoumin")
    await clerk.post("/api/cases/search", json={"q": "陈志远"})
    await clerk.get("/verify/ABCD-EFGH")

    text = service.edge.settings.journal.read_text()

    paths = [line["path"] for line in lines(service) if line["event"] == "request"]
    assert paths == ["/session/code", "/session/resident", "/session/staff", "/api/cases/search", "/verify/..."]
    for secret in (PHONE, service.code(), PASSWORD, "zhoumin", "陈志远", "ABCD-EFGH"):
        assert secret not in text


async def test_a_page_of_the_services_own_allows_its_style_and_script_by_hash_only() -> None:
    page = html_page("title", "<p>text</p>", script="go()")

    policy = page.headers["content-security-policy"]
    assert policy.count("'sha256-") == 2
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        (None, ""),
    ],
)
def test_an_address_counts_by_the_part_that_one_person_cannot_change(host: str | None, key: str) -> None:
    assert address_key(host) == key


async def test_a_device_id_is_an_id(service: Service) -> None:
    good = await service.client().post("/session/code", json={"phone": PHONE, "device": str(DEVICE)})
    bad = await service.client().post("/session/code", json={"phone": PHONE, "device": "my phone"})

    assert (good.status_code, bad.status_code) == (204, 400)
