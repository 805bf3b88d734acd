"""Which program this is, as far as it decides and folds: what was derived by another one is not trusted."""

from __future__ import annotations

import hashlib
import os
import socket
from functools import lru_cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("domain", "store")
NODE = "doorstep"
LONGEST_NAME = 63
"""What PostgreSQL keeps of the name of a session."""


@lru_cache(1)
def fingerprint() -> str:
    """The same for the same sources of `domain` and `store`, another after any change in them (64 bits)."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def own_name() -> str:
    """By which this process is known to others on the same log: `doorstep PROGRAM MACHINE:PROCESS`, ASCII."""
    machine = socket.gethostname().encode("ascii", "replace").decode().replace(" ", "-")
    process = f":{os.getpid()}"
    room = LONGEST_NAME - len(f"{NODE} {fingerprint()} {process}")
    return f"{NODE} {fingerprint()} {machine[:room]}{process}"
