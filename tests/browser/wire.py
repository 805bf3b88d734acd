"""A wire between browser and server that a test can break: being offline is then the same for HTTP and WebSocket."""

import asyncio
import random
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from enum import StrEnum

CHUNK_BYTES = 65536
SLOW_CHUNK_BYTES = 4096
LOSS = 0.08
"""How often a chunk is lost on a lossy wire, and its connection with it."""


class Mode(StrEnum):
    """What the wire does with what is sent over it."""

    PASS = "pass"  # everything arrives
    REFUSE = "refuse"  # connections that stand are reset, new ones at once: no signal
    HANG = "hang"  # nothing moves and nothing breaks; what waits goes on when the mode changes: a lift, a tunnel
    CUT = "cut"  # requests arrive, and the connection dies instead of bringing the answer: the lost acknowledgement
    HOLD_ANSWERS = "hold-answers"  # requests arrive, and what answers them waits until the mode changes
    MID_FRAME = "mid-frame"  # requests arrive, and the connection dies in the middle of the answer
    LOSSY = "lossy"  # now and then a connection dies in the middle of what goes over it, in either direction
    MUTE_SOCKETS = (
        "mute-sockets"  # requests are answered; what is said over a WebSocket arrives, and nothing comes back
    )
    NO_SOCKETS = "no-sockets"  # requests are answered, and every WebSocket is broken: some hotels, offices and proxies


class Kind:
    """What is known of a connection: whether it became a WebSocket, and whether the other side has answered."""

    is_socket = False
    is_open = False


class Wire:
    """A TCP relay on a port of its own, run by a thread.

    Attributes:
        port: where the browser connects.
        mode: what happens to the traffic now.
        delay: seconds by which each chunk of at most 64 KiB is late, in both directions.
        rate: bytes that go over it in a second, both directions and all connections together; None for no limit.
        broken: how many connections have died in the middle of what went over them.
        swallowed: how many answers over WebSockets it has kept to itself.
        sent_bytes: what has gone from browser to server so far.
    """

    def __init__(self, upstream: int) -> None:
        """Listen on a free port of 127.0.0.1 and relay to the port `upstream`."""
        self.mode = Mode.PASS
        self.delay = 0.0
        self.rate: int | None = None
        self.broken = 0
        self.swallowed = 0
        self.sent_bytes = 0
        self.port = 0
        self._upstream = upstream
        self._refuse_at: int | None = None
        self._free_at = 0.0
        self._chance = random.Random(1)
        self._moving = asyncio.Event()
        self._moving.set()
        self._answering = asyncio.Event()
        self._answering.set()
        self._relays: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"wire to {upstream}", daemon=True)
        ready = threading.Event()
        self._loop.call_soon(lambda: self._loop.create_task(self._listen(ready)))
        self._thread.start()
        ready.wait()

    def set(self, mode: Mode, *, delay: float = 0.0, rate: int | None = None) -> None:
        """Change the mode for all traffic, standing connections included, before this returns."""

        def change() -> None:
            self.mode, self.delay, self.rate, self._refuse_at = mode, delay, rate, None
            if mode is Mode.HANG:
                self._moving.clear()
            else:
                self._moving.set()
            if mode is Mode.HOLD_ANSWERS:
                self._answering.clear()
            else:
                self._answering.set()
            if mode in (Mode.REFUSE, Mode.NO_SOCKETS, Mode.MUTE_SOCKETS):
                self._reset()

        self._call(change)

    def refuse_after(self, more_bytes: int) -> None:
        """Lose the signal once `more_bytes` more have gone from browser to server: in the middle of an upload."""

        def arm() -> None:
            self._refuse_at = self.sent_bytes + more_bytes

        self._call(arm)

    @contextmanager
    def down(self, mode: Mode = Mode.REFUSE) -> Generator[None]:
        """Be in `mode` within the block and pass everything after it."""
        self.set(mode)
        try:
            yield
        finally:
            self.set(Mode.PASS)

    def close(self) -> None:
        """Reset every connection and end the thread."""
        self.set(Mode.REFUSE)
        self._call(lambda: self._server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(self._settle())

    async def _settle(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _listen(self, ready: threading.Event) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        ready.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.REFUSE:
            writer.transport.abort()
            return
        relay = asyncio.current_task()
        assert relay is not None
        self._relays.add(relay)
        try:
            await self._relay(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # one end is gone, and so the other goes
        finally:
            self._relays.discard(relay)
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        kind = Kind()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump_up(reader, server_writer, kind))
                both.create_task(self._pump_down(server_reader, writer, kind))
        except* OSError:
            pass
        finally:
            server_writer.transport.abort()

    async def _pump_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: Kind) -> None:
        while data := await reader.read(self._chunk_bytes):
            await self._hold(len(data))
            kind.is_socket = kind.is_socket or b"upgrade: websocket" in data.lower()
            if self.mode is Mode.NO_SOCKETS and kind.is_socket:
                raise ConnectionResetError
            await self._put(writer, data, breaks=self._loses())
            self.sent_bytes += len(data)
            if self._refuse_at is not None and self.sent_bytes >= self._refuse_at:
                self.mode, self._refuse_at = Mode.REFUSE, None
                self._reset()
        writer.write_eof()

    async def _pump_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: Kind) -> None:
        while data := await reader.read(self._chunk_bytes):
            await self._hold(len(data))
            await self._answering.wait()
            if self.mode is Mode.CUT:
                raise ConnectionResetError
            if self.mode is Mode.MUTE_SOCKETS and kind.is_socket and kind.is_open:
                self.swallowed += 1
                continue
            kind.is_open = True
            await self._put(writer, data, breaks=self.mode is Mode.MID_FRAME or self._loses())
        writer.close()
        await writer.wait_closed()  # what the server said last still arrives
        raise ConnectionResetError  # and then this side is closed like the other

    async def _put(self, writer: asyncio.StreamWriter, data: bytes, *, breaks: bool) -> None:
        writer.write(data[: len(data) // 2] if breaks else data)
        await writer.drain()
        if breaks:
            self.broken += 1
            raise ConnectionResetError

    def _loses(self) -> bool:
        return self.mode is Mode.LOSSY and self._chance.random() < LOSS

    @property
    def _chunk_bytes(self) -> int:
        return CHUNK_BYTES if self.rate is None else SLOW_CHUNK_BYTES

    async def _hold(self, size: int) -> None:
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.rate is not None:
            now = self._loop.time()
            self._free_at = max(now, self._free_at) + size / self.rate
            await asyncio.sleep(self._free_at - now)
        await self._moving.wait()

    def _reset(self) -> None:
        for relay in tuple(self._relays):
            relay.cancel()

    def _call(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            act()
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait()
