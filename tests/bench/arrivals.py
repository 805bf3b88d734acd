"""Commands that arrive when they arrive: sent at a given rate, whether or not the ones before are answered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import quantiles

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection

from sync import frames as fr

_decoder = msgspec.json.Decoder(fr.AnyServerFrame)
_encoder = msgspec.json.Encoder()


class Due(Struct, frozen=True):
    """A frame with one intent, and when it is to be pushed, in seconds from the beginning."""

    at: float
    frame: bytes


class Answers(Struct, frozen=True):
    """What came of it.

    Attributes:
        seconds: from when each was due to its answer, so that waiting for a turn counts.
        verdicts: how often each was given.
    """

    seconds: tuple[float, ...]
    verdicts: dict[str, int]

    @property
    def late(self) -> float:
        """The 99th percentile of `seconds`."""
        return quantiles(self.seconds, n=100)[98]


def at_rate(frames: Sequence[Sequence[bytes]], rate: float) -> list[list[Due]]:
    """Let the frames of all devices arrive evenly, one device after the other, so many a second in all."""
    devices = len(frames)
    return [
        [Due((turn * devices + device) / rate, frame) for turn, frame in enumerate(mine)]
        for device, mine in enumerate(frames)
    ]


def at_once(frames: Iterable[Iterable[bytes]]) -> list[list[Due]]:
    """Let all be due now; each device then pushes as fast as it is answered."""
    return [[Due(0.0, frame) for frame in mine] for mine in frames]


async def arrive(sockets: Sequence[ClientConnection], dues: Sequence[Sequence[Due]]) -> Answers:
    """Push every frame on its device's connection when it is due, or as soon as the server takes another there."""
    began = time.perf_counter()
    parts = await asyncio.gather(
        *(_device(socket, mine, began) for socket, mine in zip(sockets, dues, strict=True) if mine)
    )
    verdicts = sum((verdicts for _, verdicts in parts), Counter[str]())
    return Answers(tuple(one for seconds, _ in parts for one in seconds), dict(verdicts))


async def _device(socket: ClientConnection, dues: Sequence[Due], began: float) -> tuple[list[float], Counter[str]]:
    window = asyncio.Semaphore(fr.Limits().inflight)
    seconds: list[float] = []
    verdicts = Counter[str]()

    async def hear() -> None:
        while len(seconds) < len(dues):
            frame = _decoder.decode(await socket.recv())
            if isinstance(frame, fr.Ack):
                seconds.append(time.perf_counter() - began - dues[frame.b - 1].at)
                verdicts.update(verdict.verdict for verdict in frame.r)
                window.release()
            elif isinstance(frame, fr.ServerPing):
                await socket.send(_encoder.encode(fr.Pong()), text=True)

    hearing = asyncio.create_task(hear())
    try:
        for due in dues:
            await asyncio.sleep(max(0.0, began + due.at - time.perf_counter()))
            await window.acquire()
            await socket.send(due.frame, text=True)
        await hearing
    finally:
        hearing.cancel()
    return seconds, verdicts
