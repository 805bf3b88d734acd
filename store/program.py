"""Which program this is: what another one has derived is not trusted, and nodes of one log should have the same."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_DECIDES_AND_FOLDS = ("domain", "store")
_WHOLE = ("domain", "store", "projections", "sync", "web")
_APP = Path("web", "static", "index.html")
"""The built app; it names all else that was built by what that holds."""
_SOURCES = (".py", ".typ", ".yaml")
NODE = "doorstep"
LONGEST_NAME = 63
"""What PostgreSQL keeps of the name of a session."""


@lru_cache(1)
def fingerprint() -> str:
    """The same for the same sources of `domain` and `store`, another after any change in them (64 bits)."""
    return _digest_of(_ROOT, (path for folder in _DECIDES_AND_FOLDS for path in sorted((_ROOT / folder).rglob("*.py"))))


@cache
def version(root: Path = _ROOT) -> str:
    """The same for the same program with the same app, another after any change in what is served (64 bits)."""
    sources = (path for folder in _WHOLE for path in sorted((root / folder).rglob("*")) if path.suffix in _SOURCES)
    app = root / _APP
    return _digest_of(root, [*sources, *([app] if app.is_file() else [])])


def _digest_of(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def own_name() -> str:
    """By which this process is known to others on the same log: `doorstep VERSION MACHINE:PROCESS`, ASCII."""
    machine = socket.gethostname().encode("ascii", "replace").decode().replace(" ", "-")
    process = f":{os.getpid()}"
    room = LONGEST_NAME - len(f"{NODE} {version()} {process}")
    return f"{NODE} {version()} {machine[:room]}{process}"
