"""Projections built anew beside those in use, to take their place or to be compared with them."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from domain.facts import tag_of
from domain.identity.erasure import PersonErased
from projections.cases.view import CaseView
from projections.database import ProjectionFile, connect
from projections.following import advance
from projections.generations import (
    FollowedAlready,
    Generation,
    current,
    discard,
    discard_others,
    place_beside,
    put_in_use,
    sole_follower,
)
from projections.lookups import Lookups
from projections.schema import CONTENT
from store.centre import Centre

Progress = Callable[[int, int], None]
"""Told of the position reached and of the head."""

WAIT_SECONDS = 0.5
MOST_WAITS = 20
"""How often a file that has not followed an erasure yet is looked at again."""

MOST_DIFFERENCES = 5
"""Differences that are named in each table."""

_BLOBS: dict[tuple[str, str], type[Any]] = {("views", "view"): CaseView, ("lookups", "body"): Lookups}
"""What is stored in one piece; compared as values, because sets have no order."""


class NothingToVerify(RuntimeError):
    """There are no projections of this program's shape."""


def rebuild(centre: Centre, folder: Path, *, progress: Progress | None = None) -> Path:
    """Build the projections anew beside those in use and let them take their place.

    Somebody else may follow the log into the file in use meanwhile; they go on with the new one when they have come as
    far. Where nobody does, the old files are removed at once.

    Args:
        centre: the log.
        folder: where projection files lie.
        progress: told after each page of facts.

    Raises:
        RebuildUnderWay: somebody is building in this folder already.
        FactStops: a fact cannot be read or folded; what is in use stays.
    """
    newest = build_beside(centre, folder, progress=progress)
    with contextlib.suppress(FollowedAlready), sole_follower(folder):
        discard_others(newest, folder)
    return newest.path


def build_beside(centre: Centre, folder: Path, *, progress: Progress | None = None) -> Generation:
    """Build the projections anew and put them in use; those that were in use stay. See `rebuild`."""
    with place_beside(folder) as beside:
        return put_in_use(_whole(centre, beside, progress), folder)


def _whole(centre: Centre, beside: Path, progress: Progress | None) -> Path:
    """A file at the head of the log that holds nothing of what was erased meanwhile."""
    target = ProjectionFile(beside, beside=True)
    with closing(target):
        build(centre, target, progress=progress)
        if not target.has_remains:
            return beside
        copy = beside.with_name("projections-new-copy.db")
        discard(copy)
        target.copy_without_remains(copy)
    copy.replace(beside)
    return beside


def build(
    centre: Centre, target: ProjectionFile, *, until: int | None = None, progress: Progress | None = None
) -> None:
    """Fold facts into `target` up to `until`, or to the head of the log."""
    while (batch := advance(centre, target, until=until)) is not None:
        if progress:
            progress(batch.position, centre.head() if until is None else until)


def verify(centre: Centre, folder: Path, *, progress: Progress | None = None) -> list[str]:
    """Compare the file in use with a rebuild, table by table.

    Args:
        centre: the log.
        folder: where projection files lie; somebody may follow into them meanwhile.
        progress: told after each page of facts that is rebuilt.

    Returns:
        A sentence for each table that differs and for its first differences, by key and column, without personal data;
        none if the two are the same.

    Raises:
        NothingToVerify: there is no file.
        RebuildUnderWay: somebody is building in this folder already.
        FactStops: a fact cannot be read or folded.
    """
    newest = current(folder)
    if newest is None:
        raise NothingToVerify
    with (
        place_beside(folder) as beside,
        closing(connect(newest.path, read_only=True)) as used,
        closing(ProjectionFile(beside, beside=True)) as anew,
    ):
        build(centre, anew, until=_position(used), progress=progress)
        used.execute("BEGIN")
        for _ in range(MOST_WAITS):
            if not _erased_after(centre, _position(used)):
                break
            used.execute("ROLLBACK")
            time.sleep(WAIT_SECONDS)
            used.execute("BEGIN")
        else:
            return [f"erased: an erasure after position {_position(used)} has not been followed."]
        build(centre, anew, until=_position(used))
        return list(differences(anew.database, used))


def _position(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT position FROM progress WHERE name='all'").fetchone()
    return int(row[0]) if row else 0


def _erased_after(centre: Centre, position: int) -> bool:
    """Whether an erasure is recorded that the file has not followed yet: its key may be gone already."""
    return bool(centre.event_log.rows_after(position, 1, tags=(tag_of(PersonErased),))[1])


def differences(wanted: sqlite3.Connection, found: sqlite3.Connection) -> Iterator[str]:
    """Where the content of two projection files differs, in sentences without personal data.

    Args:
        wanted: the file that is right.
        found: the file in question.
    """
    for table, keys in CONTENT.items():
        named = 0
        for sentence in _differences_in(table, keys, wanted, found):
            named += 1
            if named <= MOST_DIFFERENCES:
                yield sentence
        if named > MOST_DIFFERENCES:
            yield f"{table}: {named} rows differ in all."


def _differences_in(
    table: str, keys: tuple[str, ...], wanted: sqlite3.Connection, found: sqlite3.Connection
) -> Iterator[str]:
    ours, theirs = (_Rows(table, keys, database) for database in (wanted, found))
    while ours.key is not None or theirs.key is not None:
        if theirs.key is None or (ours.key is not None and ours.key < theirs.key):
            yield f"{table}: {_named(keys, ours.key)} is missing."
            ours.next()
        elif ours.key is None or theirs.key < ours.key:
            yield f"{table}: {_named(keys, theirs.key)} should not be there."
            theirs.next()
        else:
            if columns := [name for name in ours.row if not _same(table, name, ours.row[name], theirs.row[name])]:
                yield f"{table}: {_named(keys, ours.key)} differs in {', '.join(columns)}."
            ours.next()
            theirs.next()


class _Rows:
    """The rows of a table, one at a time, in order of key; `key` is None after the last."""

    def __init__(self, table: str, keys: tuple[str, ...], database: sqlite3.Connection) -> None:
        order = ", ".join(keys)
        self._found = database.execute(f"SELECT * FROM {table} ORDER BY {order}")
        self._names = [column[0] for column in self._found.description]
        self._keys = keys
        self.key: tuple[Any, ...] | None = None
        self.row: dict[str, Any] = {}
        self.next()

    def next(self) -> None:
        values = self._found.fetchone()
        if values is None:
            self.key = None
            return
        self.row = dict(zip(self._names, values, strict=True))
        self.key = tuple(self.row[name] for name in self._keys)


def _named(keys: tuple[str, ...], key: tuple[Any, ...] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(keys, key or (), strict=True))


def _same(table: str, column: str, ours: Any, theirs: Any) -> bool:
    kind = _BLOBS.get((table, column))
    if ours == theirs or kind is None:
        return bool(ours == theirs)
    try:
        return bool(msgspec.msgpack.decode(ours, type=kind) == msgspec.msgpack.decode(theirs, type=kind))
    except msgspec.MsgspecError:  # damaged
        return False
