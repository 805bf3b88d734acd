"""Files that come into their place whole: written aside, brought to the disk, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

DRAFTS = "drafts"
"""Folder for files that are being written; whoever finds an old one may remove it."""


class Draft:
    """A temporary file; it disappears unless it is kept."""

    def __init__(self, folder: Path) -> None:
        """Begin one in `folder`, which is on the same file system as its final place."""
        handle, name = tempfile.mkstemp(dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")

    def __enter__(self) -> Draft:
        """Write it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget it, unless it was kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, block: bytes) -> None:
        """Add to it."""
        self._file.write(block)

    @contextmanager
    def written(self) -> Generator[BinaryIO]:
        """What was written so far, for whoever keeps it elsewhere."""
        self._file.flush()
        with self._path.open("rb") as written:
            yield written

    def keep_as(self, path: Path) -> None:
        """Put it in its place; it is on the disk when this returns."""
        self._file.flush()
        os.fsync(self._file.fileno())
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(path.parent.parent)
        self._path.replace(path)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in `folder` (new, replaced or removed) survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
