"""Hostile clients at socket and long poll: each ends its own connection at most, and others are served meanwhile."""

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from sync.cursors import Cursor, Signer, scopes_digest
from sync.frames import CloseCode
from sync.scopes import scopes_for
from tests.app.browsing import browser, poll
from tests.app.listening import Site, hello, listening
from tests.cast import CASE, FATHER, ZHOU
from tests.sync.intents import body, intent
from web.terms import epoch_of

OWED = {"n": 0, "next_seq": 1}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.premises.receive)
        await open_site.caught_up()
        yield open_site


async def serves(site: Site) -> None:
    """Others are served as if nothing were."""
    async with site.greeted(ZHOU) as wire:
        rows, _, _ = await wire.pull()
        assert str(CASE) in {row["id"] for row in rows}


async def ended(wire: Any) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        await wire.hear_until("nothing more")
    return closed.value.rcvd.code if closed.value.rcvd else 1006


def of(site: Site, who: Any, **fields: Any) -> str:
    cursor = Cursor(epoch_of(site.edge), scopes_digest(scopes_for(who)), fields.pop("pos", 0), fields.pop("id", ""))
    return Signer(site.edge.centre.key_for("cursors")).write(cursor)


ODD = (
    '{"t":"pull","cursor":null,"__proto__":{"x":1}}',
    '{"t":"seen","cursor":"' + "A" * 190 + '","digest":"' + "f" * 190 + '","outbox":{"n":1,"next_seq":1}}',
    '{"t":"ping","x":' + "[" * 500 + "]" * 500 + "}",
    '{"t":"\\u0000"}',
    '{"t":"hello2"}',
    '{"t":"push","b":9007199254740991,"intents":[]}',
    '{"t":"ask","ids":[]}',
)
MALFORMED = (
    '{"t":"seen","cursor":"x","outbox":{"n":1e999,"next_seq":1}}',
    '{"t":"push","b":1e400,"intents":[]}',
    '{"t":"push","b":-1,"intents":[]}',
    '{"t":"push","b":9223372036854775807,"intents":[]}',
    '{"t":"push","b":' + "9" * 4_000 + ',"intents":[]}',
    '{"t":"ask","ids":["' + str(uuid4()) + '"' + f',"{uuid4()}"' * 200 + "]}",
    '{"t":"hello","v":[1,1]}',
    '{"t":"push","b":1,"intents":' + "[" * 30_000,
    "\ud7ff{",
)


async def test_what_is_odd_but_a_frame_leaves_the_connection_open(site: Site) -> None:
    async with site.greeted(FATHER) as wire:
        for frame in ODD:
            await wire.say(frame)
            await wire.say({"t": "ping"})
            assert (await wire.hear_until("pong"))["t"] == "pong", frame
    await serves(site)


async def test_what_is_no_frame_ends_its_own_connection(site: Site) -> None:
    for frame in MALFORMED:
        async with site.greeted(FATHER) as wire:
            await wire.say(frame)
            assert await ended(wire) == CloseCode.MALFORMED, frame[:40]
    await serves(site)


async def test_a_message_that_is_too_large_is_not_read(site: Site) -> None:
    async with site.greeted(FATHER) as wire:
        await wire.say("x" * 70_000)

        assert await ended(wire) in (1009, CloseCode.TOO_LARGE)
    await serves(site)


async def test_an_outbox_of_a_million_is_only_a_number(site: Site) -> None:
    async with site.wire() as wire:
        await wire.say({**hello(await site.ticket(FATHER)), "outbox": {"n": 10**6, "next_seq": 2**52, "bytes": 2**52}})
        assert (await wire.hear())["t"] == "welcome"
    await serves(site)


async def test_a_clock_that_is_fifty_years_off_changes_nothing(site: Site) -> None:
    for seq, wall in enumerate(("0001-01-01T00:00:00Z", "2076-11-23T02:00:00Z", "9999-12-31T23:59:59Z")):
        async with site.wire() as wire:
            await wire.say({**hello(await site.ticket(ZHOU)), "wall": wall})
            assert (await wire.hear())["t"] == "welcome"
            (verdict,) = await wire.push(intent("case.note@1", {"text": "字"}, by=ZHOU, seq=seq, at=wall))

        assert verdict["verdict"] == "applied"


async def test_cursors_that_are_forged_ahead_or_behind_never_give_rows_of_others(site: Site) -> None:
    async with site.greeted(FATHER) as wire:
        await wire.say({"t": "pull", "cursor": of(site, ZHOU), "credit": 4})
        assert (await wire.hear())["why"] == "scopes"
        await wire.say({"t": "pull", "cursor": of(site, FATHER, pos=2**62), "credit": 4})
        ahead = await wire.hear()
        await wire.say({"t": "pull", "cursor": of(site, FATHER, id="\uffff"), "credit": 4})
        behind = await wire.hear_until("page")

    assert (ahead["t"], ahead["why"]) == ("wait", "lagging")
    assert {row["kind"] for row in behind["rows"]} == {"status"}


async def test_a_used_id_with_another_body_is_refused_and_the_first_answer_stands(site: Site) -> None:
    first = body("case.note@1", {"text": "字"}, by=ZHOU)
    other = {**first, "args": {"text": "other"}}
    async with site.greeted(ZHOU) as wire:
        (applied,) = await wire.push({"body": json.dumps(first)})
        (reused,) = await wire.push({"body": json.dumps(other)})
        (again,) = await wire.push({"body": json.dumps(first)})

    assert (applied["verdict"], reused["code"]) == ("applied", "id-reused")
    assert (again["verdict"], again["pos"]) == ("duplicate", applied["pos"])


async def test_intents_of_somebody_else_are_not_judged_and_not_told_of(site: Site) -> None:
    clerks = intent("case.note@1", {"text": "字"}, by=ZHOU)
    async with site.greeted(ZHOU) as wire:
        (verdict,) = await wire.push(clerks)
    async with site.greeted(FATHER) as wire:
        (refused,) = await wire.push(clerks)
        await wire.say({"t": "ask", "ids": [verdict["id"]]})
        asked = await wire.hear_until("ack")

    assert (refused["verdict"], refused["code"]) == ("auth", "other-person")
    assert asked["r"] == []


async def test_a_ticket_counts_for_one_socket(site: Site) -> None:
    ticket = await site.ticket(FATHER)
    async with site.wire() as first, site.wire() as second:
        await first.say(hello(ticket))
        assert (await first.hear())["t"] == "welcome"
        await second.say(hello(ticket))

        assert (await second.hear())["t"] == "auth-required"
        assert await ended(second) == CloseCode.AUTH


async def test_many_reconnects_of_one_device_leave_one_connection(site: Site) -> None:
    device = uuid4()
    wires = [await site.wire().__aenter__() for _ in range(30)]
    for wire in wires:
        await wire.say(hello(await site.ticket(FATHER), device=device))
        assert (await wire.hear())["t"] == "welcome"

    ends = [await ended(wire) for wire in wires[:-1]]

    assert set(ends) == {CloseCode.REPLACED}
    assert len(site.edge.presence) == 1
    await wires[-1].say({"t": "ping"})
    assert (await wires[-1].hear_until("pong"))["t"] == "pong"
    await wires[-1].socket.close()
    await serves(site)


async def test_interleaved_sockets_of_one_device_change_nothing_twice(site: Site) -> None:
    device, note = uuid4(), intent("case.note@1", {"text": "字"}, by=ZHOU)
    async with site.wire() as older, site.wire() as newer:
        for wire in (older, newer):
            await wire.say(hello(await site.ticket(ZHOU), device=device))
            assert (await wire.hear())["t"] == "welcome"
        with contextlib.suppress(ConnectionClosed):
            await older.say({"t": "push", "b": 1, "intents": [note]})
        (verdict,) = await newer.push(note)

    assert verdict["verdict"] in ("applied", "duplicate")
    notes = [e for e in site.edge.centre.read(CASE) if type(e.fact).__name__ == "CaseNoted"]
    assert len(notes) == 1


async def test_half_a_handshake_and_half_a_frame_stall_nobody(site: Site) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"GET /sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: web")
    await writer.drain()
    async with site.greeted(FATHER) as wire:
        wire.socket.transport.write(struct.pack("!BBH", 0x81, 0xFE, 60_000) + b"mask")
        await serves(site)
        wire.socket.transport.abort()
    writer.close()
    await serves(site)


async def test_sockets_that_never_say_hello_are_bounded_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr("web.live.HELLO_SECONDS", 0.05)
        wires = [await site.wire().__aenter__() for _ in range(20)]

        assert {await ended(wire) for wire in wires} == {CloseCode.AUTH}
    await serves(site)


async def test_questions_without_end_wait_for_their_answers(site: Site) -> None:
    async with site.greeted(FATHER) as wire:
        for _ in range(150):
            await wire.say({"t": "ask", "ids": [str(uuid4()) for _ in range(100)]})
        acks = [await wire.hear_until("ack") for _ in range(150)]

    assert all(ack["r"] == [] for ack in acks)
    await serves(site)


async def test_the_long_poll_takes_the_same_hostile_frames(site: Site) -> None:
    odd: list[dict[str, Any]] = [
        {"t": "wave"},
        {"t": "pull", "cursor": "nonsense"},
        {"t": "seen", "cursor": "x", "digest": "x", "outbox": OWED},
        {"t": "push", "b": 1, "intents": [{"body": "{"}]},
        {"t": "ask", "ids": []},
    ]
    async with await browser(site, FATHER) as client:
        heard = await poll(client, *odd)
        broken = await poll(client, {"t": "pull", "credit": 99}, {"t": "ping"})

    assert [frame["t"] for frame in heard] == ["welcome", "error", "reset", "error", "ack", "ack"]
    assert [frame["t"] for frame in broken] == ["welcome", "error"]
