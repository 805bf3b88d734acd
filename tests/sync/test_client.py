"""The client against a server that does as each test says, over a real WebSocket."""

import asyncio
import json
import random
import zlib
from asyncio import Queue
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from domain.case.commands import AddNote
from sync.client import Client, SignInNeeded, State, Timings
from sync.frames import SUBPROTOCOL
from tests.cast import CASE, FATHER, MONDAY_10AM

NOTE = AddNote(text="已电话联系")
IMPATIENT = Timings(dial=2, silence=2, back_off=0.01)
DEVICE = UUID("01970000-0000-7000-8000-0000000000d1")
WELCOME = {
    "t": "welcome",
    "v": 1,
    "epoch": "e1",
    "origin": "log",
    "head": 5,
    "now": "2026-11-23T02:00:00Z",
    "mode": "live",
}
LIMITS = {"intents": 50, "bytes": 61_440, "inflight": 4, "page": 262_144}
Frame = dict[str, Any]


def welcome(**other: Any) -> Frame:
    return {**WELCOME, "limits": LIMITS, **other}


def row(id: str, pos: int) -> Frame:
    return {"id": id, "kind": "queue", "pos": pos, "body": {"of": pos}}


def page(*rows: Frame, to: int, more: bool = False) -> Frame:
    return {"t": "page", "cursor": f"c{to}", "to": to, "rows": rows, "gone": [], "more": more, "phase": "boot"}


def delta(*rows: Frame, after: int, to: int) -> Frame:
    return {"t": "delta", "from": after, "to": to, "cursor": f"c{to}", "rows": rows, "gone": []}


class Peer:
    """The server's end of one connection."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def hear(self, kind: str) -> Frame:
        """The next frame, which must be of this kind; what a device tells of itself is left aside."""
        while True:
            frame: Frame = json.loads(await self.socket.recv())
            if frame["t"] != "seen" or kind == "seen":
                assert frame["t"] == kind, frame
                return frame

    async def say(self, *frames: Frame) -> None:
        """Send frames."""
        for frame in frames:
            await self.socket.send(json.dumps(frame))

    async def greet(self, *rows: Frame, to: int = 5) -> Frame:
        """Take hello and the first pull, and send everything in one page; returns the hello."""
        hello = await self.hear("hello")
        await self.say(welcome())
        await self.hear("pull")
        await self.say(page(*rows, to=to))
        return hello

    async def bodies(self) -> tuple[int, list[Frame]]:
        """The number and the intents of the next push."""
        push = await self.hear("push")
        return push["b"], [json.loads(intent["body"]) for intent in push["intents"]]

    async def judge(self, verdict: str = "applied", **more: Any) -> list[Frame]:
        """Answer the next push, every intent alike; returns the intents."""
        b, bodies = await self.bodies()
        answers = [{"id": body["id"], "verdict": verdict, **more} for body in bodies]
        await self.say({"t": "ack", "b": b, "r": answers})
        return bodies


class World:
    """A server whose connections the test takes one by one, and a device that dials it."""

    def __init__(self, port: int, peers: Queue[Peer]) -> None:
        self._port = port
        self._peers = peers
        self.signed_in = True
        self.reachable = True
        self.tickets = 0

    async def peer(self) -> Peer:
        """The next connection."""
        return await asyncio.wait_for(self._peers.get(), 5)

    async def ticket(self) -> str:
        """A ticket, as long as somebody is signed in."""
        if not self.reachable:
            raise ConnectionRefusedError
        if not self.signed_in:
            raise SignInNeeded
        self.tickets += 1
        return f"ticket {self.tickets}"

    def device(self, **how: Any) -> Client:
        """A device that has never synced."""
        given: dict[str, Any] = {"timings": IMPATIENT, "device": DEVICE, **how}
        return Client(
            f"ws://127.0.0.1:{self._port}/sync",
            ticket=self.ticket,
            person=FATHER.id,
            clock=lambda: MONDAY_10AM,
            chance=random.Random(3),
            **given,
        )


@asynccontextmanager
async def world() -> AsyncGenerator[World]:
    """A server on a free port."""
    peers: Queue[Peer] = Queue()

    async def arrived(socket: ServerConnection) -> None:
        peers.put_nowait(Peer(socket))
        await socket.wait_closed()

    async with serve(arrived, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL], compression=None) as server:  # type: ignore[list-item]
        yield World(server.sockets[0].getsockname()[1], peers)


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something that no frame announces is so."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.005)


async def test_it_greets_with_ticket_cursor_and_what_it_owes() -> None:
    async with world() as here, here.device() as device:
        device.submit(NOTE, lane=CASE)

        hello = await (await here.peer()).hear("hello")

    assert (hello["ticket"], hello["device"], hello["cursor"], hello["v"]) == ("ticket 1", str(DEVICE), None, [1, 1])
    assert (hello["outbox"]["n"], hello["outbox"]["next_seq"]) == (1, 2)


async def test_it_pulls_page_after_page_and_gives_credit_for_each() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.hear("hello")
        await server.say(welcome())
        pull = await server.hear("pull")
        await server.say(page(row("a", 1), to=1, more=True))
        credit = await server.hear("credit")
        await server.say(page(row("b", 2), to=5))
        await device.live()
        seen = await server.hear("seen")

    assert (pull["cursor"], credit["n"], seen["cursor"]) == (None, 1, "c5")
    assert device.replica.bodies("queue") == {"a": {"of": 1}, "b": {"of": 2}}


async def test_a_compressed_page_is_unpacked() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.hear("hello")
        await server.say(welcome())
        await server.hear("pull")
        await server.socket.send(zlib.compress(json.dumps(page(row("a", 1), to=5)).encode(), 1))
        await device.live()

    assert device.replica.bodies("queue") == {"a": {"of": 1}}


async def test_live_changes_arrive_and_a_gap_is_pulled() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet(row("a", 1))
        await server.say(delta(row("a", 6), after=5, to=6))
        await device.shows(6)
        await server.say(delta(row("a", 9), after=8, to=9))
        pull = await server.hear("pull")
        await server.say(page(row("a", 9), row("b", 8), to=9))
        await device.shows(9)

    assert pull["cursor"] == "c6"
    assert device.replica.bodies("queue") == {"a": {"of": 9}, "b": {"of": 8}}


async def test_a_device_that_has_fallen_behind_pulls() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet(row("a", 1))
        await server.say({"t": "behind", "head": 9})
        pull = await server.hear("pull")
        await server.say(page(row("a", 9), to=9))
        await device.shows(9)

    assert pull["cursor"] == "c5"


async def test_a_reset_boots_anew_and_keeps_the_outbox() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet(row("a", 1))
        await device.live()
        device.submit(NOTE, lane=CASE)
        await server.bodies()
        await server.say({"t": "reset", "epoch": "e2", "why": "epoch"})
        pull = await server.hear("pull")
        shown = device.replica.bodies("queue")
        await server.say(page(row("b", 2), to=6))
        await device.shows(6)

    assert (pull["cursor"], shown) == (None, {"a": {"of": 1}})
    assert device.replica.bodies("queue") == {"b": {"of": 2}}
    assert len(device.outbox) == 1


async def test_a_server_that_warms_up_is_asked_again() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.hear("hello")
        await server.say(welcome(mode="warming"))
        await server.hear("pull")
        await server.say({"t": "wait", "why": "warming", "done": 1, "total": 9, "retry_ms": 20}, {"t": "ping"})
        await server.hear("pong")
        device.submit(NOTE, lane=CASE)
        bodies = await server.judge(pos=7)
        await server.hear("pull")
        await server.say(page(to=7))
        await device.shows(7)

    assert len(bodies) == 1


async def test_what_is_revoked_disappears_at_once() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet(row("a", 1), row("b", 2))
        await device.live()
        await server.say({"t": "revoke", "cases": ["a"], "wipe": False})
        await device.until(lambda: len(device.replica.rows) == 1)
        await server.say({"t": "revoke", "wipe": True})
        await server.say({"t": "reset", "epoch": "e1", "why": "scopes"})
        pull = await server.hear("pull")

    assert device.replica.rows == {}
    assert pull["cursor"] is None


async def test_a_command_is_pushed_as_an_intent_and_gets_its_verdict() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet()
        id, answer = device.submit(NOTE, lane=CASE, base=4)
        (body,) = await server.judge(pos=9)
        verdict = await answer

    assert (verdict.verdict, verdict.pos) == ("applied", 9)
    assert body["args"] == {"text": NOTE.text}
    assert (body["id"], body["type"], body["lane"]) == (str(id), "case.note@1", str(CASE))
    assert (body["seq"], body["base"], body["by"]) == (1, {"pos": 4}, str(FATHER.id))
    assert id.version == 7


async def test_commands_given_without_a_connection_go_in_batches_when_there_is_one() -> None:
    async with world() as here:
        device = here.device()
        answers = [device.submit(NOTE, lane=uuid5(CASE, str(n)))[1] for n in range(120)]
        async with device:
            server = await here.peer()
            await server.greet()
            batches = [await server.judge(pos=9) for _ in range(3)]
            verdicts = await asyncio.gather(*answers)

    assert [len(batch) for batch in batches] == [50, 50, 20]
    assert {verdict.verdict for verdict in verdicts} == {"applied"}


async def test_no_more_batches_are_under_way_than_the_server_takes() -> None:
    async with world() as here:
        device = here.device()
        for n in range(6):
            device.submit(NOTE, lane=uuid5(CASE, str(n)))
        async with device:
            server = await here.peer()
            await server.hear("hello")
            await server.say(welcome(limits={**LIMITS, "intents": 1, "inflight": 2}))
            await server.hear("pull")
            await server.bodies()
            b, bodies = await server.bodies()
            await server.say(page(to=5))
            await device.live()
            await server.say({"t": "ping"})
            await server.hear("pong")
            await server.say({"t": "ack", "b": b, "r": [{"id": bodies[0]["id"], "verdict": "applied", "pos": 7}]})
            await server.bodies()


async def test_an_intent_that_was_held_is_offered_again() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet()
        id, answer = device.submit(NOTE, lane=CASE)
        await server.judge("held", code="file-missing", retry_ms=20)
        await device.until(lambda: (entry := device.outbox.get(id)) is not None and entry.last is not None)
        waiting = answer.done()
        await server.judge(pos=9)

        assert not waiting
        assert (await answer).verdict == "applied"


async def test_after_a_lost_answer_the_same_words_are_pushed_again() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet()
        _, answer = device.submit(NOTE, lane=CASE)
        first = await server.hear("push")
        server.socket.transport.abort()
        server = await here.peer()
        hello = await server.greet(to=6)
        again = await server.hear("push")
        id = json.loads(again["intents"][0]["body"])["id"]
        await server.say({"t": "ack", "b": again["b"], "r": [{"id": id, "verdict": "duplicate", "pos": 9}]})

        assert again["intents"] == first["intents"]
        assert (hello["cursor"], hello["ticket"]) == ("c5", "ticket 2")
        assert (await answer).verdict == "duplicate"
        assert device.welcomes == 2


async def test_a_ping_is_answered() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet()
        await device.live()
        await server.say({"t": "ping"})

        await server.hear("pong")


async def test_a_silent_server_is_given_up() -> None:
    timings = Timings(dial=2, silence=0.1, back_off=0.01)
    async with world() as here, here.device(timings=timings) as device:
        await (await here.peer()).greet()
        await device.live()

        await (await here.peer()).hear("hello")


async def test_a_restarting_server_says_when_to_come_back() -> None:
    timings = Timings(dial=2, silence=2, back_off=1_000)
    async with world() as here, here.device(timings=timings) as device:
        server = await here.peer()
        await server.greet()
        await device.live()
        await server.socket.close(4503, "30")

        await (await here.peer()).hear("hello")


async def test_a_kick_cuts_the_waiting_short() -> None:
    timings = Timings(dial=2, silence=2, back_off=1_000)
    async with world() as here:
        here.reachable = False
        async with here.device(timings=timings) as device:
            await device.until(lambda: device.state is State.BACKOFF)
            here.reachable = True
            device.kick()

            await (await here.peer()).hear("hello")


async def test_without_a_sign_in_it_waits_with_everything_it_owes() -> None:
    async with world() as here:
        here.signed_in = False
        async with here.device() as device:
            _, answer = device.submit(NOTE, lane=CASE)
            await device.until(lambda: device.state is State.AUTH_HELD)
            here.signed_in = True
            device.kick()
            server = await here.peer()
            await server.greet()
            await server.judge(pos=9)

            assert (await answer).verdict == "applied"


async def test_a_sign_in_that_has_ended_holds_the_outbox() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet()
        device.submit(NOTE, lane=CASE)
        await server.judge("auth", code="expired")
        await device.until(lambda: device.state is State.AUTH_HELD)

        assert len(device.outbox) == 1


async def test_a_renewed_sign_in_is_sent_on_the_same_line() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet()
        await device.live()
        await server.say({"t": "auth-required", "why": "expiring", "grace_ms": 60_000})

        assert (await server.hear("auth"))["ticket"] == "ticket 2"


async def test_an_app_that_is_too_old_does_not_dial_by_itself() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.hear("hello")
        await server.say({"t": "upgrade", "min_app": "2", "hard": True})
        await server.socket.close(4426)
        await eventually(lambda: device.state is State.UPGRADE_HELD)
        await asyncio.sleep(0.05)

        assert (device.state, here.tickets) == (State.UPGRADE_HELD, 1)


async def test_frames_and_fields_of_a_newer_server_are_left_aside() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.hear("hello")
        await server.say({"t": "fireworks"}, welcome(moon={"size": 5}))
        await server.hear("pull")
        await server.say({**page(row("a", 1), to=5), "colour": "red"})
        await device.live()

    assert device.replica.bodies("queue") == {"a": {"of": 1}}


async def test_a_frame_of_another_shape_is_a_defect_and_ends_the_client() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.hear("hello")
        await server.say({"t": "welcome", "v": "one"})

        with pytest.raises(msgspec.ValidationError):
            await device.live()


async def test_an_owner_who_has_gone_disturbs_nobody() -> None:
    async with world() as here, here.device() as device:
        server = await here.peer()
        await server.greet()
        _, gone = device.submit(NOTE, lane=CASE)
        gone.cancel()
        await server.judge(pos=9)
        _, answer = device.submit(NOTE, lane=CASE)
        await server.judge(pos=10)

        assert (await answer).pos == 10


async def test_what_is_in_the_outbox_survives_hanging_up() -> None:
    async with world() as here:
        device = here.device(device=uuid4())
        async with device:
            server = await here.peer()
            await server.greet()
            await device.live()
            device.submit(NOTE, lane=CASE)
            await server.bodies()
        with suppress(ConnectionClosed):
            await server.hear("bye")

        assert (device.state, len(device.outbox)) == (State.OFF, 1)
        async with device:
            server = await here.peer()
            hello = await server.greet(to=6)
            bodies = await server.judge(pos=9)

    assert (hello["cursor"], hello["outbox"]["n"], len(bodies)) == ("c5", 1, 1)
