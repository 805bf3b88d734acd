"""An export of a log, for whoever checks it without this program: events, the signed checkpoint, and the key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path

from store.log import Leaf

EVENTS, CHECKPOINT, KEY = "events.jsonl", "checkpoint", "key"


def write_export(folder: Path, events: Iterable[Leaf], *, origin: str, note: str, key: str) -> int:
    """Write an export into a folder that is there, and return how many events it holds.

    Args:
        folder: in which to write.
        events: of the log, in order; personal values are in them as ciphertext.
        origin: id of the log.
        note: its signed checkpoint.
        key: that signed it, as C2SP notes name it.
    """
    count = 0
    with (folder / EVENTS).open("w", encoding="utf-8") as lines:
        for count, leaf in enumerate(events, 1):  # noqa: B007 - counts
            lines.write(_line(origin, leaf))
    (folder / CHECKPOINT).write_text(note, encoding="utf-8")
    (folder / KEY).write_text(key + "\n", encoding="utf-8")
    return count


def _line(origin: str, leaf: Leaf) -> str:
    row = leaf.row
    event = {
        "origin": origin,
        "stream": str(row.stream),
        "version": row.version,
        "tag": row.tag,
        "stored": base64.b64encode(row.state).decode(),
        "leaf": (leaf.hash or b"").hex(),
    }
    return json.dumps(event, separators=(",", ":")) + "\n"
