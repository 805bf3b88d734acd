"""The campaign `frames`: a hundred million messages into the decoder, ten million into a session's state machine.

Messages that mean harm (`tests.hostile.frames`), each spoiled again and again at a random place: bytes replaced, left
out, doubled, or pieces of other frames put in. The decoder must give a frame or say what is wrong with the message, and
a frame that it gives must be the same when it is written and read once more. A session must answer whatever it is sent,
before and after the greeting. Neither may take memory without end.

The same over real sockets, in smaller numbers, is part of `fuzz`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, islice, repeat
from random import Random
from typing import NamedTuple, get_args
from uuid import UUID

import msgspec

from domain.actors import Actor
from domain.case.commands import AddNote
from domain.devices.devices import DeviceKey
from projections.reader import Page
from sync import frames as fr
from sync import outputs as out
from sync.reading import Wrong, read_frame
from sync.session import Session
from sync.signing import SecretKey
from tests.campaigns.campaign import Broken, Run, cores, resident_bytes, summed
from tests.cast import CASE, FATHER, MONDAY_10AM, STAFF, ZHOU
from tests.hostile.commands import Commands
from tests.hostile.frames import Frames, sendable
from tests.hostile.values import Forge
from tests.sync.bench import greeted, say, session

DECODED, HEARD = 100_000_000, 10_000_000
LOT = 200_000
"""Messages of one seed into the decoder; a tenth of that go into sessions."""
SPOILED = 400
"""How often one message is spoiled."""
SPOILED_FOR_SESSIONS = 20
MOST_GROWTH = 64_000_000
"""Bytes by which a process may grow over one lot, once it has seen the first tenth of it."""
PIECES = (
    *(bytes([sign]) for sign in b'"{}[],:\\0919eE-.tfn \x00\xff\xc3\xed\xa0'),
    b"\\ud800",
    b"1e999",
    b"9" * 40,
    b"null",
    b'{"t":"ping"}',
    b'"t":"push"',
    b'"cursor":null',
    b"[[[[[[[[",
    b"\xf0\x9f\x92\xa9",
)
_WRONG = frozenset(get_args(Wrong))
_encoder = msgspec.json.Encoder()


class Heard(NamedTuple):
    """What became of messages."""

    decoded: int = 0
    frames: int = 0
    heard: int = 0
    sessions: int = 0


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    total, lots = run.count(DECODED), -(-run.count(DECODED) // LOT)
    sizes = chain(repeat(LOT, lots - 1), (total - LOT * (lots - 1),))
    done = Heard()
    with ProcessPoolExecutor(min(lots, cores())) as pool, run.progress(f"{total:,} messages") as told:
        for some in pool.map(partial(tried, run.seed), range(lots), sizes):
            done = summed(done, some)
            told(done.decoded, total)
    return (
        f"{done.decoded:,} messages into the decoder, of which {done.frames:,} were frames, the same when read again; "
        f"{done.heard:,} into {done.sessions:,} sessions: no fault, and no memory that stayed"
    )


def tried(seed: int, number: int, size: int) -> Heard:
    """One lot: its messages into the decoder, a tenth of them into sessions.

    Raises:
        Broken: the decoder or a session raised, gave something that it must not, or memory grew.
    """
    chance = Random(f"{seed} {number}")
    frames, before = 0, 0
    for count, message in enumerate(islice(_spoiled(chance, SPOILED), size)):
        if count == size // 10:
            before = resident_bytes()
        frames += _decode(message)
    heard, sessions = _hear(chance, max(1, size * HEARD // DECODED))
    if (grown := resident_bytes() - before) > MOST_GROWTH:
        raise Broken(f"lot {number}: the process grew by {grown / 1e6:.0f} MB")
    return Heard(size, frames, heard, sessions)


def _spoiled(chance: Random, times: int) -> Iterator[bytes]:
    """Messages, each followed by what becomes of it when it is spoiled."""
    forge = Forge(chance, ids=(CASE, FATHER.id, ZHOU.id), words=("street", "granted", "1"))
    commands = Commands(chance, forge, people=(FATHER, *STAFF.values()), lanes=(CASE,), apt=_apt)
    frames, pick = Frames(chance, forge, commands.body), chance.random
    while True:
        sent = sendable(frames.message())
        message = sent if isinstance(sent, bytes) else sent.encode()
        yield message
        length = len(message)
        for _ in range(times):
            at = int(pick() * length)
            until, piece = at + int(pick() * 4), PIECES[int(pick() * len(PIECES))]
            yield message[:at] + piece + message[until:]


def _apt() -> tuple[UUID, AddNote, Actor]:
    return CASE, AddNote(text="字"), ZHOU


def _decode(message: bytes) -> bool:
    """Whether a message is a frame."""
    try:
        frame = read_frame(message)
        if isinstance(frame, str):
            if frame not in _WRONG:
                raise Broken(f"the decoder says {frame!r} of {message[:300]!r}")
            return False
        again = read_frame(_encoder.encode(frame))
    except Broken:
        raise
    except Exception as fault:
        raise Broken(f"the decoder raised {fault!r} at {message[:300]!r}") from fault
    if again != frame and "too-large" not in (again, frame):
        raise Broken(f"the decoder reads {message[:300]!r} in one way, and what it has read in another")
    return True


def _hear(chance: Random, size: int) -> tuple[int, int]:
    """Messages into sessions; a session that was closed is followed by another."""
    keys = (None, None, SecretKey("ed25519").public, SecretKey("es256").public)
    sessions, device = 0, session()
    for message in islice(_spoiled(chance, SPOILED_FOR_SESSIONS), size):
        if sessions == 0 or device.state == "closed":
            sessions, device = sessions + 1, _fresh(chance, chance.choice(keys))
        try:
            _answer(device, device.receive(message))
        except Broken:
            raise
        except Exception as fault:
            raise Broken(f"a session raised {fault!r} at {message[:300]!r}") from fault
    return size, sessions


def _fresh(chance: Random, key: DeviceKey | None) -> Session:
    """A session before the greeting, greeted, or live."""
    stage = chance.randrange(4)
    if stage == 0:
        return session()
    device, _ = greeted(ZHOU if key else chance.choice((FATHER, ZHOU)))
    device.key = key
    if stage > 1:
        say(device, {"t": "pull", "cursor": None, "credit": 2})
        device.page(Page([], [], (10, ""), more=False))
    return device


def _answer(device: Session, outputs: list[out.Output]) -> None:
    """Do as the adapter does, with a centre in which there is nothing."""
    for output in outputs:
        match output:
            case out.Send(data) if len(data) > fr.MAX_SERVER_FRAME_BYTES:
                raise Broken(f"a session sends a frame of {len(data):,} bytes")
            case out.Admit() if device.actor is None:
                _answer(device, device.admitted(ZHOU, head=10, now=MONDAY_10AM))
            case out.Fetch():
                _answer(device, device.page(Page([], [], (10, ""), more=False)))
            case out.Compare():
                _answer(device, device.compared(None, output.digest))
            case _:
                pass
