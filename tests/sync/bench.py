"""A session under test, with what devices say to it and what it answers."""

import json
import zlib
from datetime import datetime
from typing import Any
from uuid import uuid5

from domain.actors import Actor
from projections.database import Change
from projections.following import Batch
from projections.reader import Page, StoredRow
from sync.cursors import Cursor, Signer
from sync.outputs import Close, Output, Send
from sync.session import Session
from sync.terms import Terms
from tests.cast import CASE, FATHER, MONDAY_10AM

EPOCH = "1-abcdefgh"
SIGNER = Signer(b"k" * 32)
DEVICE = uuid5(CASE, "device")
HELLO: dict[str, Any] = {
    "t": "hello",
    "v": [1, 1],
    "app": "0.1.0",
    "device": str(DEVICE),
    "ticket": "one use",
    "cursor": None,
    "outbox": {"n": 0, "next_seq": 1},
    "wall": "2026-11-23T02:00:00Z",
}


def session(terms: Terms | None = None) -> Session:
    """A session that waits for hello."""
    return Session(epoch=EPOCH, signer=SIGNER, terms=terms)


def say(device: Session, frame: dict[str, Any]) -> list[Output]:
    """What the session makes of a frame."""
    return device.receive(json.dumps(frame, ensure_ascii=False))


def told(outputs: list[Output]) -> list[dict[str, Any]]:
    """The frames that were sent."""
    texts = [o.data if isinstance(o.data, str) else zlib.decompress(o.data) for o in outputs if isinstance(o, Send)]
    return [json.loads(text) for text in texts]


def closed_with(outputs: list[Output]) -> int | None:
    """The code with which the connection was closed."""
    return next((o.code for o in outputs if isinstance(o, Close)), None)


def greeted(
    actor: Actor = FATHER, *, terms: Terms | None = None, now: datetime = MONDAY_10AM, **hello: Any
) -> tuple[Session, list[dict[str, Any]]]:
    """A session after hello, and what it was told."""
    device = session(terms)
    say(device, {**HELLO, **hello})
    return device, told(device.admitted(actor, head=7, now=now))


def live(actor: Actor = FATHER, *, at: int = 10) -> Session:
    """A session whose device is complete up to a position."""
    device, _ = greeted(actor)
    say(device, {"t": "pull", "cursor": None, "credit": 2})
    device.page(Page([], [], (at, ""), more=False))
    return device


def row(pos: int, name: str = "row") -> StoredRow:
    """A row as the projection file keeps it."""
    return StoredRow(pos, name, "status", json.dumps({"id": name, "kind": "status", "pos": pos, "body": {}}))


def change(pos: int, name: str = "row") -> Change:
    """A change of a row of the father's."""
    return Change(
        f"person:{FATHER.id}", "status", name, pos, f'{{"id":"{name}","kind":"status","pos":{pos},"body":{{}}}}'
    )


def batch(*changes: Change) -> Batch:
    """What one page of facts changed."""
    return Batch(max(c.pos for c in changes), changes)


def cursor_of(frame: dict[str, Any]) -> Cursor:
    """The cursor of a frame, opened."""
    cursor = SIGNER.read(frame["cursor"])
    assert cursor is not None
    return cursor
