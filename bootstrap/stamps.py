"""Knowing by content, not by date, whether something made earlier is still what would be made now."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bootstrap.places import ROOT

NOT_SOURCE = frozenset({"__pycache__", "coverage", "dist", "node_modules"})


def digest(paths: Iterable[Path], *, salt: str = "") -> str:
    """Return the SHA-256 over names and contents of `paths`, folders included with all their source files.

    Args:
        paths: files and folders inside the checkout; a missing one counts as empty.
        salt: what else decides the result, such as the version of a tool.
    """
    total = hashlib.sha256(salt.encode())
    for file in sorted(file for path in paths for file in sources(path)):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(ROOT).as_posix()} {content}\n".encode())
    return total.hexdigest()


def sources(path: Path) -> list[Path]:
    """Return the source files below `path`, or `path` itself where it is a file."""
    if path.is_file():
        return [path]
    found = (file for file in path.rglob("*") if NOT_SOURCE.isdisjoint(file.relative_to(path).parts))
    return [file for file in found if file.is_file()]


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether `stamp` was left by a build of exactly `wanted`."""
    return stamp.is_file() and stamp.read_text() == wanted


def leave(stamp: Path, made: str) -> None:
    """Write down in `stamp` that `made` is now complete."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made)
