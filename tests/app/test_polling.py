"""The long poll: the same protocol over plain HTTP, with the same answers."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.case.commands import AddNote
from sync.feed import COMPRESS_FROM_BYTES
from tests.app.browsing import browser, poll
from tests.app.listening import Site, hello, listening
from tests.cast import CASE, FATHER, LIN, ZHOU
from tests.sync.intents import intent
from web.limits import Limit
from web.polling import POLLS

BOOT = {"t": "pull", "cursor": None, "credit": 4}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


async def _until(so: Callable[[], bool]) -> None:
    for _ in range(12_000):
        if so():
            return
        await asyncio.sleep(0.005)
    raise AssertionError


def pages(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for frame in frames if frame["t"] == "page"]


async def test_a_poll_boots_pushes_and_asks_like_a_socket(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    await site.caught_up()
    note = intent("case.note@1", {"text": "字"}, by=ZHOU)
    identity = json.loads(note["body"])["id"]
    async with await browser(site, ZHOU) as client:
        first = await poll(client, BOOT, {"t": "push", "b": 3, "intents": [note]}, {"t": "ask", "ids": [identity]})
        await site.caught_up()
        second = await poll(client, {"t": "pull", "cursor": pages(first)[-1]["cursor"], "credit": 4})

    acks = [frame for frame in first if frame["t"] == "ack"]
    assert [frame["t"] for frame in first[:2]] == ["welcome", "page"]
    assert [(ack["b"], v["verdict"]) for ack in acks for v in ack["r"]] == [(3, "applied"), (0, "duplicate")]
    assert pages(first)[0]["digest"].startswith(f"{len(pages(first)[0]['rows']):x}-")
    assert {row["id"] for row in pages(second)[-1]["rows"]} == {str(CASE)}


async def test_a_poll_with_nothing_pending_waits_for_news(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    await site.caught_up()
    async with await browser(site, ZHOU) as client:
        cursor = pages(await poll(client, BOOT))[-1]["cursor"]
        waiting = asyncio.create_task(poll(client, {"t": "pull", "cursor": cursor}))
        await _until(lambda: len(site.edge.hub) > 0)
        await asyncio.to_thread(site.premises.do, AddNote(text="字"), by=LIN)
        frames = await waiting

    assert frames[0]["t"] == "welcome"
    changed = [row["id"] for frame in frames if frame["t"] in ("page", "delta") for row in frame["rows"]]
    assert changed == [str(CASE)]
    assert len(site.edge.hub) == 0


async def test_a_poll_without_news_is_answered_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.polling.WAIT_SECONDS", 0.01)
    async with await browser(site, FATHER) as client:
        cursor = pages(await poll(client, BOOT))[-1]["cursor"]

        frames = await poll(client, {"t": "pull", "cursor": cursor})

    assert [frame["t"] for frame in frames] == ["welcome", "page"]
    assert (frames[1]["rows"], frames[1]["more"]) == ([], False)


async def test_a_newer_poll_of_a_device_ends_the_older(site: Site) -> None:
    device = uuid4()
    async with await browser(site, FATHER) as client:
        cursor = pages(await poll(client, BOOT, device=device))[-1]["cursor"]
        older = asyncio.create_task(poll(client, {"t": "pull", "cursor": cursor}, device=device))
        await _until(lambda: len(site.edge.presence) > 0)
        await poll(client, BOOT, device=device)
        frames = await older

    assert frames[-1] == {"t": "error", "code": "replaced", "fatal": True}


async def test_a_ticket_or_the_cookie_shows_who_asks_and_nothing_else(site: Site) -> None:
    async with await browser(site, None) as client:
        strangers = await poll(client, BOOT)
        with_ticket = await poll(client, BOOT, ticket=await site.ticket(FATHER))

    assert strangers == [{"t": "auth-required", "why": "expired"}]
    assert [frame["t"] for frame in with_ticket] == ["welcome", "page"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_page_of_another_origin_is_not_heard(site: Site, origin: str) -> None:
    async with await browser(site, FATHER, origin=origin) as client:
        answer = await client.post("/sync/x", json=[hello(""), BOOT])

    assert answer.status_code == 403


NO_FRAMES = (
    "",
    "{}",
    "[]",
    "[1]",
    '["hello"]',
    '[{"t":"pull"}]',
    "[" * 3_000 + "]" * 3_000,
    "[" * 50_000,
    '[{"t":"hello"},{"t":"hello"}' + ',{"t":"ping"}' * 80 + "]",
    '[{"t":"hello"}' + ',{"t":"push","b":1,"intents":[]}' * 5 + "]",
)


async def test_what_is_no_array_of_frames_is_refused(site: Site) -> None:
    async with await browser(site, FATHER) as client:
        for body in NO_FRAMES:
            answer = await client.post("/sync/x", content=body, headers={"content-type": "application/json"})

            assert (answer.status_code, answer.json()["code"]) == (400, "body-malformed"), body[:40]


async def test_more_than_a_socket_takes_is_not_taken_here_either(site: Site) -> None:
    async with await browser(site, FATHER) as client:
        large = await client.post("/sync/x", json=[hello(""), {"t": "ask", "ids": [str(CASE)] * 2_000}])
        two_hellos = await poll(client, hello(""))

    assert large.status_code == 413
    assert two_hellos[-1] == {"t": "error", "code": "hello-twice", "fatal": True}


async def test_a_flood_of_polls_is_told_when_to_come_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLLS, "device", (Limit(3, timedelta(minutes=1)),))
    device = uuid4()
    async with await browser(site, FATHER) as client:
        for _ in range(3):
            await poll(client, device=device)
        answer = await client.post("/sync/x", json=[hello("", device=device)])

    assert (answer.status_code, answer.json()["code"]) == (429, "slow-down")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_poll_packs_nothing_whatever_its_hello_can_unpack(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    await site.caught_up()
    async with await browser(site, ZHOU) as client:
        heard = await poll(client, BOOT, feat=["zlib"])

    (page,) = pages(heard)
    assert len(json.dumps(page)) > COMPRESS_FROM_BYTES
    assert str(CASE) in {row["id"] for row in page["rows"]}


async def test_a_frame_that_is_no_text_is_refused_and_makes_no_fault(site: Site) -> None:
    first = json.dumps(hello("")).encode()
    async with await browser(site, ZHOU) as client:
        for frames in (b'[%s,{"t":"\xff"}]' % first, b'[%s,"\xff"]' % first, b'[{"t":"hello","x":"\xff"}]'):
            answer = await client.post("/sync/x", content=frames, headers={"content-type": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (400, "body-malformed")
