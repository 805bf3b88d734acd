"""Where kept files lie: the port of the file store, and its form on a folder of this machine.

A *place* has a name of two or three parts joined by `/`, as `ab/cdef` or `of/PERSON/ADDRESS`. What stands there was
put there whole, replaces what stood there before, and survives a power cut once the call returns.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from store.drafts import DRAFTS, Draft, sync_folder

FILES, BEGUN = "files", "begun"
MOST_RACES = 10
"""How often a folder may be removed by another while something is put into it."""

_READ_BYTES = 1 << 20


class Places(Protocol):
    """Named places of whole files; safe to share between threads."""

    @property
    def drafts(self) -> Path:
        """The folder of this machine in which files are written before they are put into their places."""
        ...

    def put(self, draft: Draft, name: str) -> None:
        """Put a file that has been written into its place."""
        ...

    def mark(self, name: str) -> None:
        """Put an empty file there."""
        ...

    def exists(self, name: str) -> bool:
        """Whether something is there."""
        ...

    def start(self, name: str, size: int) -> bytes:
        """The first `size` bytes of what is there, or all if there are fewer.

        Raises:
            FileNotFoundError: nothing is there.
        """
        ...

    def open(self, name: str) -> contextlib.AbstractContextManager[BinaryIO]:
        """What is there, to be read and sought in.

        Raises:
            FileNotFoundError: nothing is there.
        """
        ...

    def remove(self, names: Collection[str]) -> None:
        """Leave nothing there; what is not there is no fault."""
        ...

    def names(self, folder: str) -> Iterator[tuple[str, float]]:
        """The names that begin with `folder/`, in their order, with the time of the last change (s since 1970)."""
        ...

    def everything(self) -> Iterator[tuple[str, float]]:
        """The names of all, in their order, with the time of the last change (s since 1970)."""
        ...


class FolderPlaces:
    """Places in a folder.

    Args:
        folder: made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.drafts = folder / DRAFTS
        self.drafts.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, draft: Draft, name: str) -> None:
        """Rename it."""
        self._into(name, draft.keep_as)

    def mark(self, name: str) -> None:
        """Make an empty file."""
        self._into(name, _touch)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._folder / name).is_file()

    def start(self, name: str, size: int) -> bytes:
        """Read the start of the file."""
        with (self._folder / name).open("rb") as stored:
            return stored.read(size)

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """Open the file."""
        with (self._folder / name).open("rb") as stored:
            yield stored

    def remove(self, names: Collection[str]) -> None:
        """Unlink the files, and remove the folders that are empty then."""
        paths = [self._folder / name for name in names]
        for path in paths:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in paths}:
            self._settle(folder)

    def names(self, folder: str) -> Iterator[tuple[str, float]]:
        """Walk one folder."""
        return self._under(self._folder / folder)

    def everything(self) -> Iterator[tuple[str, float]]:
        """Walk all folders but that of drafts, and leave out files that stand in none."""
        with contextlib.suppress(FileNotFoundError):
            for folder in sorted(self._folder.iterdir()):
                if folder.is_dir() and folder != self.drafts:
                    yield from self._under(folder)

    def _under(self, folder: Path) -> Iterator[tuple[str, float]]:
        for path in sorted(folder.rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                found = path.stat()
                if path.is_file():
                    yield path.relative_to(self._folder).as_posix(), found.st_mtime

    def _into(self, name: str, put: Callable[[Path], None]) -> None:
        """Put it there, also if its folder is removed at this moment because it had become empty."""
        path = self._folder / name
        for _ in range(MOST_RACES):
            self._ready(path.parent)
            with contextlib.suppress(FileNotFoundError):
                put(path)
                return
        raise FileNotFoundError(path.parent)

    def _ready(self, folder: Path) -> None:
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir(mode=0o700, exist_ok=True)
            sync_folder(place.parent)

    def _settle(self, folder: Path) -> None:
        """Make removals last; a folder goes with the last of what was in it."""
        with contextlib.suppress(FileNotFoundError):
            sync_folder(folder)
        with contextlib.suppress(OSError):
            folder.rmdir()
            sync_folder(folder.parent)


class Kept(NamedTuple):
    """Where the files of a centre and the forms that were begun in it are."""

    files: Places
    begun: Places


def kept_in(folder: Path) -> Kept:
    """Both of them in a centre's own folder."""
    return Kept(FolderPlaces(folder / FILES), FolderPlaces(folder / BEGUN))


def _touch(path: Path) -> None:
    path.touch(mode=0o600)
    sync_folder(path.parent)


def copy_places(source: Places, target: Places) -> int:
    """Copy everything; what is removed meanwhile is left out. How many files, without the empty ones."""
    copied = 0
    for name, _ in source.everything():
        with contextlib.suppress(FileNotFoundError), source.open(name) as stored, Draft(target.drafts) as draft:
            if not (first := stored.read(_READ_BYTES)):
                target.mark(name)
                continue
            draft.write(first)
            while part := stored.read(_READ_BYTES):
                draft.write(part)
            target.put(draft, name)
            copied += 1
    return copied
