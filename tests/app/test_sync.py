"""The sync protocol over a real WebSocket: what is pushed is judged, and what changed arrives."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from domain.case.commands import AcceptCase, AddNote, ClaimCase, FileCase, WithdrawCase
from sync.client import Client
from sync.frames import CloseCode, Verdict
from sync.scopes import scopes_for
from tests.app.listening import Site, hello, listening
from tests.cast import CASE, FATHER, LIN, STRANGER, ZHOU, Filing
from tests.sync.intents import intent
from web.live import Outbox

NOTE = AddNote(text="已电话联系")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


async def file(device: Client, case: UUID = CASE) -> Verdict:
    filing = Filing(case=case)
    assert isinstance(filing.command, FileCase)
    _, answer = device.submit(filing.command, lane=case, files=filing.files)
    return await answer


def shown(device: Client, kind: str) -> str | None:
    """The status that the device shows of the case."""
    body = device.replica.body(kind, CASE)
    return None if body is None else str(body["status"])


@contextmanager
def nothing_committed(site: Site) -> Generator[None]:
    """Somebody else holds the log's lock: what is judged meanwhile waits for its answer."""
    with closing(sqlite3.connect(site.edge.settings.centre_folder / "log.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


async def closed_with(wire: Any) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        await wire.hear_until("nothing more")
    return closed.value.rcvd.code if closed.value.rcvd else None


# Work goes up, rows come down


async def test_a_filing_is_pushed_judged_and_shown(site: Site) -> None:
    async with site.device(FATHER) as device:
        await device.live()
        verdict = await file(device)
        assert verdict.pos is not None
        await device.shows(verdict.pos)

        row = device.replica.body("status", CASE)

    assert verdict == Verdict(id=verdict.id, verdict="applied", pos=verdict.pos)
    assert (row["status"], row["filing_number"]) == ("filed", "BQS-20261123-0001-6")
    assert len(device.outbox) == 0


async def test_a_clerk_sees_the_case_come_and_go_while_others_work_on_it(site: Site) -> None:
    async with site.device(ZHOU) as clerk, site.device(LIN) as colleague, site.device(FATHER) as father:
        for device in (clerk, colleague, father):
            await device.live()
        await file(father)
        await asyncio.to_thread(site.premises.store, *Filing().files)
        await clerk.until(lambda: shown(clerk, "queue") == "received")

        _, claimed = clerk.submit(ClaimCase(), lane=CASE)
        assert (await claimed).verdict == "applied"
        _, late = colleague.submit(ClaimCase(), lane=CASE)
        refused = await late
        await clerk.until(lambda: clerk.replica.body("case", CASE) is not None)
        _, accepted = clerk.submit(AcceptCase(), lane=CASE)
        assert (await accepted).verdict == "applied"
        await clerk.until(lambda: clerk.replica.body("case", CASE) is None)
        await father.until(lambda: shown(father, "status") == "accepted")
        await colleague.until(lambda: shown(colleague, "queue") == "accepted")

    assert (refused.verdict, refused.code) == ("conflict", "already-claimed")
    assert refused.options == ("take-over", "watch", "note", "discard")
    assert colleague.replica.body("case", CASE) is None


async def test_a_device_holds_exactly_the_rows_of_its_scopes(site: Site) -> None:
    async with site.device(FATHER) as father, site.device(STRANGER) as stranger, site.device(ZHOU) as clerk:
        for device in (father, stranger, clerk):
            await device.live()
        verdict = await file(father)
        assert verdict.pos is not None
        await clerk.shows(verdict.pos)
        await father.shows(verdict.pos)
        expected = await site.rows(f"mine:{ZHOU.id}", "office:street", "people:street")

    assert {key: row.body for key, row in clerk.replica.rows.items()} == {k: r["body"] for k, r in expected.items()}
    assert set(father.replica.rows) == {("status", str(CASE))}
    assert stranger.replica.rows == {}


async def test_many_intents_in_flight_are_each_answered_once_and_in_order(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    async with site.device(ZHOU) as device:
        await device.live()
        pushed = [device.submit(AddNote(text=str(n)), lane=CASE) for n in range(300)]
        verdicts = [await answer for _, answer in pushed]

    positions = [verdict.pos for verdict in verdicts]
    assert {verdict.verdict for verdict in verdicts} == {"applied"}
    assert positions == sorted(positions, key=lambda pos: pos or 0)
    assert len(set(positions)) == 300


# Reconnecting


async def test_a_device_that_was_away_catches_up_with_exactly_what_changed(site: Site) -> None:
    other = uuid4()
    await asyncio.to_thread(site.premises.receive)
    await asyncio.to_thread(site.premises.receive, case=other)
    async with site.greeted(ZHOU) as wire:
        await site.caught_up()
        first, _, cursor = await wire.pull()
    await asyncio.to_thread(site.premises.do, ClaimCase(), by=ZHOU)
    await asyncio.to_thread(site.premises.do, WithdrawCase(), by=FATHER, case=other)
    await site.caught_up()

    async with site.greeted(ZHOU) as wire:
        rows, gone, later = await wire.pull(cursor)
        nothing = (await wire.pull(later))[:2]

    cases = {(row["kind"], row["id"]) for row in first if row["kind"] != "colleague"}
    assert cases == {("queue", str(CASE)), ("queue", str(other))}
    assert {(row["kind"], row["id"]) for row in rows} == {("queue", str(CASE)), ("case", str(CASE))}
    assert gone == [{"id": str(other), "kind": "queue", "why": "reassigned"}]
    assert nothing == ([], [])


async def test_a_client_that_is_cut_off_dials_again_and_loses_nothing(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    async with site.device(ZHOU) as device:
        await device.live()
        with nothing_committed(site):
            answers = [device.submit(AddNote(text=str(n)), lane=CASE)[1] for n in range(100)]
            await asyncio.sleep(0.1)
            site.cut()
        async with asyncio.timeout(20):
            verdicts = [await answer for answer in answers]
        assert device.welcomes >= 2

    notes = [e for e in site.edge.centre.read(CASE) if type(e.fact).__name__ == "CaseNoted"]
    assert {verdict.verdict for verdict in verdicts} <= {"applied", "duplicate"}
    assert len(notes) == 100


async def test_a_device_that_vanishes_while_its_work_is_judged_disturbs_nobody(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    for n in range(5):
        async with site.greeted(ZHOU) as wire:
            notes = [intent("case.note@1", {"text": "字"}, by=ZHOU, seq=n * 50 + m) for m in range(50)]
            with nothing_committed(site):
                await wire.say({"t": "push", "b": 1, "intents": notes})
                await asyncio.sleep(0.05)
                wire.socket.transport.abort()
                await asyncio.sleep(0.05)

    async with site.device(LIN) as device:
        _, answer = device.submit(NOTE, lane=CASE)
        async with asyncio.timeout(60):
            assert (await answer).verdict == "applied"


async def test_the_same_intent_from_two_sockets_has_one_effect(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    note = intent("case.note@1", {"text": "字"}, by=ZHOU)
    async with site.greeted(ZHOU) as left, site.greeted(ZHOU) as right:
        (first,), (second,) = await left.push(note), await right.push(note)
        in_doubt = await _ask(left, first["id"], str(uuid4()))

    assert (first["verdict"], second["verdict"]) == ("applied", "duplicate")
    assert first["pos"] == second["pos"]
    assert in_doubt == [{"id": first["id"], "verdict": "duplicate", "pos": first["pos"]}]
    assert [type(e.fact).__name__ for e in site.edge.centre.read(CASE)].count("CaseNoted") == 1


async def _ask(wire: Any, *ids: str) -> list[dict[str, Any]]:
    await wire.say({"t": "ask", "ids": list(ids)})
    verdicts: list[dict[str, Any]] = (await wire.hear_until("ack"))["r"]
    return verdicts


async def test_a_cursor_of_another_person_resets_the_replica(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    await site.caught_up()
    async with site.greeted(ZHOU) as wire:
        _, _, cursor = await wire.pull()
    async with site.greeted(FATHER) as wire:
        await wire.say({"t": "pull", "cursor": cursor})
        frame = await wire.hear_until("reset")
        rows, _, _ = await wire.pull()

    assert frame["why"] == "scopes"
    assert {(row["kind"], row["id"]) for row in rows} == {("status", str(CASE))}


# Who is let in


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
async def test_a_page_of_another_origin_gets_no_socket(site: Site, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with site.wire(origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_a_socket_without_the_protocols_name_is_closed(site: Site) -> None:
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with site.wire(subprotocols=None) as wire:
            await wire.hear()


@pytest.mark.parametrize("why", ["used", "unknown", "too old", "signed out"])
async def test_a_ticket_counts_once_for_a_minute_and_while_its_session_is_open(site: Site, why: str) -> None:
    token = await site.sign_in(FATHER)
    ticket = site.edge.tickets.issue(token) if why != "unknown" else "no such ticket"
    async with AsyncExitStack() as sockets:
        if why == "used":
            wire = await sockets.enter_async_context(site.wire())
            await wire.say(hello(ticket))
            assert (await wire.hear())["t"] == "welcome"
        elif why == "too old":
            site.clock.advance(seconds=61)
        elif why == "signed out":
            await asyncio.to_thread(site.edge.centre.close_session, token)
        wire = await sockets.enter_async_context(site.wire())

        await wire.say(hello(ticket))

        assert await wire.hear() == {"t": "auth-required", "why": "expired"}
        assert await closed_with(wire) == CloseCode.AUTH


async def test_a_socket_that_says_nothing_is_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.HELLO_SECONDS", 0.05)
    async with site.wire() as wire:
        assert await closed_with(wire) == CloseCode.AUTH


# Clients that misbehave


async def test_a_flood_of_frames_is_told_to_slow_down(site: Site) -> None:
    async with site.greeted(FATHER) as wire:
        for _ in range(300):
            await wire.say({"t": "ping"})

        assert await closed_with(wire) == CloseCode.SLOW_DOWN


@pytest.mark.parametrize(
    ("frame", "code"),
    [("{", CloseCode.MALFORMED), ("[" * 30_000, CloseCode.MALFORMED), ('{"t":"hello"}', CloseCode.MALFORMED)],
)
async def test_no_frame_ends_more_than_its_own_connection(site: Site, frame: str, code: int) -> None:
    async with site.greeted(FATHER) as bad, site.greeted(FATHER) as good:
        await bad.say(frame)

        assert (await bad.hear())["fatal"] is True
        assert await closed_with(bad) == code
        await good.say({"t": "ping"})
        assert await good.hear() == {"t": "pong"}


async def test_a_device_that_does_not_read_is_told_once_that_it_is_behind_and_catches_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.MOST_QUEUED_FRAMES", 8)
    async with listening(tmp_path, send_buffer=4_096) as site:
        await asyncio.to_thread(site.premises.receive)
        await site.caught_up()
        async with site.greeted(ZHOU, sock=_slow_socket(site.port), max_queue=1) as wire:
            await wire.pull()
            for n in range(250):
                await asyncio.to_thread(site.premises.do, AddNote(text=f"{n} " + "字" * 400), by=LIN)
                await site.caught_up()  # a frame for each note: a follower that is behind would put many into one
            await asyncio.to_thread(site.premises.do, ClaimCase(), by=ZHOU)
            await site.caught_up()
            heard = await _until_quiet(wire)
            cursor = [frame for frame in heard if frame["t"] == "delta"][-1]["cursor"]
            rows, _, _ = await wire.pull(cursor)
        expected = await site.rows(f"mine:{ZHOU.id}", "office:street")

    assert [frame["t"] for frame in heard].count("behind") == 1
    assert len(heard) < 200
    assert {(row["kind"], row["id"]): row for row in rows} == expected


def _slow_socket(port: int) -> socket.socket:
    dialled = socket.socket()
    dialled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    dialled.connect(("127.0.0.1", port))
    return dialled


async def _until_quiet(wire: Any) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    while True:
        try:
            async with asyncio.timeout(0.5):
                heard.append(await wire.hear())
        except TimeoutError:
            return heard


async def test_a_device_that_stops_reading_and_then_vanishes_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.live.MOST_QUEUED_FRAMES", 4)
    async with listening(tmp_path, send_buffer=4_096) as site:
        await asyncio.to_thread(site.premises.receive)
        async with site.greeted(ZHOU, sock=_slow_socket(site.port), max_queue=1) as wire:
            await wire.say({"t": "pull", "cursor": None})
            for _ in range(150):
                await asyncio.to_thread(site.premises.do, AddNote(text="字" * 400), by=LIN)
            await site.caught_up()
            for _ in range(20):
                await wire.say({"t": "ping"})
            assert len(site.edge.hub) == len(scopes_for(ZHOU))
            wire.socket.transport.abort()
            for _ in range(500):
                if len(site.edge.hub):
                    await asyncio.sleep(0.02)
            assert len(site.edge.hub) == 0


async def test_a_device_that_does_not_take_its_answers_is_not_heard_until_it_has() -> None:
    out = Outbox()
    for _ in range(120):
        out.put("x" * 10_000)
    assert out.is_full
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(out.room(), 0.01)

    for _ in range(20):
        await out.take()

    await asyncio.wait_for(out.room(), 0.01)
