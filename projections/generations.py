"""Which projection file is the one in use: files are numbered, the newest one of the current shape counts.

A new file is built under another name and appears under its number in one step. Names are never used twice, so that
whoever still has an older file open keeps a whole one until they let go of it.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from projections.schema import SHAPE

BESIDE = "projections-new.db"
BUILDING = "rebuild.lock"
FOLLOWING = "follow.lock"
FIRST = 1

_NAME = re.compile(r"projections-(\d+)(?:-(\d+))?\.db", re.ASCII)
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


class RebuildUnderWay(RuntimeError):
    """Somebody is building projections in this folder already."""


class FollowedAlready(RuntimeError):
    """Somebody keeps the projections of this folder up already."""


class Generation(NamedTuple):
    """A whole projection file."""

    number: int
    shape: int
    path: Path


def generations(folder: Path) -> list[Generation]:
    """Every whole projection file of the folder, the newest last."""
    found = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted(Generation(int(name[2] or 0), int(name[1]), path) for name, path in found if name)


def current(folder: Path) -> Generation | None:
    """The newest file of the current shape, None if there is none."""
    return next((each for each in reversed(generations(folder)) if each.shape == SHAPE), None)


def file_in(folder: Path) -> Path:
    """The projection file in use; where it will lie, if there is none yet."""
    newest = current(folder)
    return newest.path if newest else _path_of(folder, FIRST)


@contextmanager
def place_beside(folder: Path) -> Generator[Path]:
    """A path for building a new file, for one builder at a time; what is left there at the end is removed.

    Raises:
        RebuildUnderWay: there is another builder, in this process or another.
    """
    with _held(folder / BUILDING, RebuildUnderWay):
        path = folder / BESIDE
        discard(path)
        try:
            yield path
        finally:
            discard(path)


@contextmanager
def sole_follower(folder: Path) -> Generator[None]:
    """Be the one who writes to the file in use, and removes older ones.

    Raises:
        FollowedAlready: there is another, in this process or another.
    """
    with _held(folder / FOLLOWING, FollowedAlready):
        yield


@contextmanager
def _held(path: Path, otherwise: type[Exception]) -> Generator[None]:
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise otherwise from error
        yield


def put_in_use(path: Path, folder: Path) -> Generation:
    """Let a whole, closed file be the newest one from now on."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    while True:
        number = max((each.number for each in generations(folder)), default=FIRST - 1) + 1
        newest = Generation(number, SHAPE, _path_of(folder, number))
        try:
            os.link(path, newest.path)
        except FileExistsError:
            continue  # another process has just taken the number
        break
    path.unlink()
    return newest


def discard(path: Path) -> None:
    """Remove a file with what SQLite keeps beside it; whoever has it open may go on reading."""
    for suffix in _SIDE_FILES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def discard_others(kept: Generation, folder: Path) -> None:
    """Remove every older file, of whatever shape: nobody would take erased values out of them any more."""
    for each in generations(folder):
        if each.number < kept.number:
            discard(each.path)


def _path_of(folder: Path, number: int) -> Path:
    return folder / f"projections-{SHAPE}-{number}.db"
