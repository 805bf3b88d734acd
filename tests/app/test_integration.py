"""Other systems: tokens and what they open, the feed, and calls that are signed, repeated and never out of order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from domain.facts import Envelope, all_facts, tag_of
from domain.integration.integration import INTEGRATION_STREAM, AddWebhook, GrantAccess, ResumeWebhook, RevokeAccess
from tests.app.standing import Service, centre_open, file_lease, serving
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.vectors.facts.examples import fact, meta
from web.integration import calls
from web.integration.feed import NEXT
from web.integration.tokens import hash_of, integration_of, token_of
from web.integration.told import FAMILIES, told, told_fields, told_tags

ACCESS = UUID("0199aaaa-0000-7000-8000-0000000000aa")
HOOK = UUID("0199aaaa-0000-7000-8000-0000000000bb")
PEOPLE = ("applicant", "agent", "person", "staff", "to", "by", "rater", "opened_by", "asked_by", "into")
TOKEN = token_of(ACCESS, bytes(32))


@pytest.fixture
def still(tmp_path: Path) -> Iterator[Service]:
    """The service with nothing going on beside answering."""
    with centre_open(tmp_path) as opened:
        yield opened


@pytest.fixture
async def service(still: Service) -> AsyncIterator[Service]:
    async with serving(still):
        yield still


def grant(service: Service, *scopes: Any, days: int = 1) -> None:
    until = (service.clock.now + timedelta(days=days)).date()
    command = GrantAccess(access=ACCESS, name="platform", scopes=scopes, sha256=hash_of(TOKEN), until=until)
    assert service.centre.by_itself(command, lane=INTEGRATION_STREAM).verdict == "applied"


def platform(service: Service, token: str = TOKEN) -> httpx.AsyncClient:
    client = service.client(origin=None)
    client.headers["authorization"] = f"Bearer {token}"
    return client


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_the_feed_tells_every_process_fact_once_in_order_behind_its_cursor(service: Service) -> None:
    grant(service, "events")
    cases = [str(file_lease(service, phone=f"1390000020{n}")[0]) for n in range(3)]
    system = platform(service)

    read, after = list[dict[str, Any]](), "0"
    while True:
        answer = await system.get("/api/events", params={"after": after, "limit": "2", "tag": "case.filed"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jsonl"), answer.text
        read += lines(answer)
        if not lines(answer):
            break
        after = answer.headers[NEXT]

    assert [event["stream"] for event in read] == cases
    assert [event["position"] for event in read] == sorted(event["position"] for event in read)
    assert {event["fact"]["item_id"] for event in read} == {"house-lease-filing"}
    assert all(event["fact"].keys().isdisjoint({"answers", "applicant", "choices"}) for event in read)
    whole = await system.get("/api/events")
    assert int(whole.headers[NEXT]) <= service.centre.head()
    assert {event["tag"].partition(".")[0] for event in lines(whole)} <= set(FAMILIES)


async def test_a_token_opens_its_scopes_only_and_until_its_last_day(service: Service) -> None:
    days = {"first": "2026-11-23", "last": "2026-11-23"}
    assert (await platform(service).get("/api/events")).json()["code"] == "token-needed"
    grant(service, "reports")
    system = platform(service)

    assert (await system.get("/api/reports", params=days)).status_code == 200
    refused = await system.get("/api/events")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for wrong in (TOKEN[:-1] + "A" * (TOKEN[-1] != "A") + "B" * (TOKEN[-1] == "A"), token_of(uuid4(), bytes(32)), "x"):
        assert (await platform(service, wrong).get("/api/reports", params=days)).status_code == 401
    service.clock.advance(days=3)
    assert (await system.get("/api/reports", params=days)).status_code == 403
    service.clock.advance(days=-3)
    service.centre.by_itself(RevokeAccess(access=ACCESS), lane=INTEGRATION_STREAM)
    assert (await system.get("/api/reports", params=days)).status_code == 401


@pytest.mark.parametrize("wrong", [{"after": "-1"}, {"limit": "1001"}, {"wait": "31"}, {"tag": "session.opened"}])
async def test_a_question_that_cannot_be_answered_names_the_parameter(service: Service, wrong: dict[str, str]) -> None:
    grant(service, "events")

    answer = await platform(service).get("/api/events", params=wrong)

    assert (answer.status_code, answer.json()) == (400, {"code": "invalid", "params": {"where": next(iter(wrong))}})


@pytest.mark.parametrize("tag", sorted(told_tags()))
def test_no_fact_tells_of_a_person(tag: str) -> None:
    kind = next(one for one in all_facts() if tag_of(one) == tag)
    envelope = Envelope(uuid4(), 1, fact(kind, full=True), meta(full=True))

    said = told(1, envelope)

    text = msgspec.json.encode(said)
    assert said["fact"].keys() == set(told_fields(kind))
    assert str(envelope.meta.actor).encode() not in text
    assert b'"box"' not in text
    people = {str(value) for name in PEOPLE if isinstance(value := getattr(envelope.fact, name, None), UUID)}
    assert [one for one in people if one.encode() in text] == []


def test_ids_inside_a_field_are_ids_of_things_too() -> None:
    found = {name for kind in all_facts() if tag_of(kind) in told_tags() for name in ids_inside(kind)}

    assert found == {"case", "file"}


def ids_inside(kind: Any) -> Iterator[str]:
    """Names of the fields with an id in the structs inside the fields that are told."""
    for field in msgspec.structs.fields(kind):
        if field.name in told_fields(kind):
            yield from _ids_in(field.type)


def _ids_in(annotation: Any, within: frozenset[Any] = frozenset()) -> Iterator[str]:
    for part in get_args(annotation):
        yield from _ids_in(part, within)
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct) and annotation not in within:
        for field in msgspec.structs.fields(annotation):
            if field.type is UUID or UUID in get_args(field.type):
                yield field.name
            yield from _ids_in(field.type, within | {annotation})


class Receiver:
    """Whoever is called, answering as a test says; it checks each signature."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.statuses: list[int] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, url: str, content: bytes, headers: dict[str, str]) -> int:
        """Take the call, or say what was said to say."""
        assert url == "https://platform.example.cn/"
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
        mac = base64.b64encode(hmac.digest(self.secret, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{mac}"
        self.calls.append((headers["webhook-id"], json.loads(content)))
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 0:
            raise TimeoutError
        return status

    @property
    def told(self) -> list[list[str]]:
        """The kinds of facts of each call."""
        return [[event["tag"] for event in content["events"]] for _, content in self.calls]


@pytest.fixture
def receiver(still: Service) -> Receiver:
    after = still.centre.head()
    command = AddWebhook(
        webhook=HOOK, url="https://platform.example.cn/", tags=("case.filed", "case.noted"), after=after
    )
    still.centre.by_itself(command, lane=INTEGRATION_STREAM)
    return Receiver(calls.secret_of(still.centre.vault, HOOK))


def caught_up(service: Service, receiver: Receiver) -> None:
    """What a node does that has just started."""
    calls.Calls(service.centre, caller=receiver, clock=service.clock).catch_up()


def test_a_webhook_is_told_what_happened_once_and_signed(still: Service, receiver: Receiver) -> None:
    caught_up(still, receiver)
    file_lease(still, phone="13900000301")
    caught_up(still, receiver)
    caught_up(still, receiver)
    file_lease(still, phone="13900000302")
    caught_up(still, receiver)

    assert receiver.told == [["case.filed"], ["case.filed"]]
    assert len({id for id, _ in receiver.calls}) == 2


def test_what_was_not_taken_is_told_again_under_the_same_id_before_anything_newer(
    still: Service, receiver: Receiver
) -> None:
    receiver.statuses = [500, 0, 301]
    file_lease(still, phone="13900000301")
    for waits in (5, 60, 300):
        caught_up(still, receiver)
        file_lease(still, phone="13900000302")
        caught_up(still, receiver)  # not before its time
        still.clock.advance(seconds=waits)
    caught_up(still, receiver)

    first, *rest = receiver.calls
    assert [call == first for call in rest[:3]] == [True, True, True]
    assert receiver.told[4] == ["case.filed"] * 3
    assert integration_of(still.centre).webhooks[HOOK].failures == 0


def test_a_webhook_that_takes_nothing_waits_for_an_operator_and_goes_on_from_where_it_stopped(
    still: Service, receiver: Receiver
) -> None:
    receiver.statuses = [503] * (len(calls.AGAIN_AFTER) + 1)
    file_lease(still)
    for waits in (*calls.AGAIN_AFTER, timedelta(days=30)):
        caught_up(still, receiver)
        still.clock.now += waits
    caught_up(still, receiver)
    assert len(receiver.calls) == len(calls.AGAIN_AFTER) + 1
    assert integration_of(still.centre).webhooks[HOOK].is_paused

    still.centre.by_itself(ResumeWebhook(webhook=HOOK), lane=INTEGRATION_STREAM)
    caught_up(still, receiver)

    assert receiver.calls[-1] == receiver.calls[0]
    assert not integration_of(still.centre).webhooks[HOOK].is_paused


def test_two_nodes_tell_it_once_and_a_node_that_died_is_followed_by_another(still: Service, receiver: Receiver) -> None:
    class Dies(Receiver):
        def call(self, url: str, content: bytes, headers: dict[str, str]) -> int:
            caught_up(still, receiver)  # another node, at the same time
            raise SystemError

    file_lease(still)
    with pytest.raises(SystemError):
        caught_up(still, Dies(receiver.secret))
    assert receiver.calls == []

    still.clock.advance(minutes=5)
    caught_up(still, receiver)

    assert receiver.told == [["case.filed"]]


def test_one_that_says_it_is_gone_is_called_no_more(still: Service, receiver: Receiver) -> None:
    receiver.statuses = [410]
    file_lease(still)
    caught_up(still, receiver)

    assert integration_of(still.centre).webhooks == {}


def test_calls_go_over_http_and_follow_nobody_elsewhere() -> None:
    took = list[tuple[str, bytes]]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            took.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(302 if self.path == "/away" else 204)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        caller = calls.HttpCaller()
        assert [caller.call(address + path, b"{}", {}) for path in ("/", "/away")] == [204, 302]
        server.shutdown()
    assert took == [("/", b"{}"), ("/away", b"{}")]
    with pytest.raises(ConnectionError):
        caller.call(address, b"{}", {})


def test_operators_grant_list_and_revoke(home: Home) -> None:
    with home.opened():
        pass
    assert home.types("access", "list").out == "No other system may read.\n"
    granted = home.types("access", "grant", "platform", "--scope", "events")
    token, id = granted.out.splitlines()[0], granted.out[4:36]
    assert home.types("access", "list").out.split()[0] == str(UUID(id))
    with home.opened() as premises:
        assert integration_of(premises.centre).accesses[UUID(id)].sha256 == hash_of(token)
    assert home.types("access", "revoke", id).code == 0
    assert home.types("access", "revoke", id).err == "There is none with this id: see the list.\n"

    added = home.types("webhook", "add", "https://platform.example.cn/", "--tag", "case.filed")
    assert added.out.splitlines()[1].startswith("whsec_")
    assert "told up to" in home.types("webhook", "list").out
    assert home.types("webhook", "add", "http://platform.example.cn/").code == 1
    assert "case.flied" in home.types("webhook", "add", "https://platform.example.cn/", "--tag", "case.flied").err
    hook = added.out.splitlines()[0]
    assert [home.types("webhook", word, hook).code for word in ("resume", "remove", "remove")] == [0, 0, 1]
    assert home.types("webhook", "list").out == "Nobody is called.\n"
