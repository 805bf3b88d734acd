"""The rows that a device holds, in memory: commits of the core go in, bodies of rows come out. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from sync import frames as fr
from sync.device.events import Commit

Key = tuple[str, str]
"""Kind and id of a row."""

DIGEST_MODULUS = 1 << 52


class Digest:
    """Digest of a set of rows, kept as they come and go: how many, and the sum of their hashes."""

    def __init__(self, rows: Iterable[tuple[str, str, int]] = ()) -> None:
        """Begin with some rows, each given by kind, id and position."""
        self.n = 0
        self.sum = 0
        for kind, id, pos in rows:
            self.add(kind, id, pos)

    def add(self, kind: str, id: str, pos: int) -> None:
        """A row is held now."""
        self.n += 1
        self.sum += crc32(f"{kind} {id} {pos}".encode())

    def drop(self, kind: str, id: str, pos: int) -> None:
        """A row is no longer held."""
        self.n -= 1
        self.sum -= crc32(f"{kind} {id} {pos}".encode())

    def __str__(self) -> str:
        return f"{self.n:x}-{self.sum % DIGEST_MODULUS:x}"


class Rows:
    """Rows by kind and id, with their digest."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.by_key: dict[Key, fr.Row] = {}
        self.digest = Digest()

    def take(self, rows: Iterable[fr.Row], gone: Iterable[fr.Gone]) -> None:
        """Take departures, then rows."""
        for left in gone:
            self._drop((left.kind, left.id))
        held, digest = self.by_key, self.digest
        for row in rows:
            key = (row.kind, row.id)
            before = held.get(key)
            if before is not None:
                digest.drop(row.kind, row.id, before.pos)
            digest.add(row.kind, row.id, row.pos)
            held[key] = row

    def _drop(self, key: Key) -> None:
        row = self.by_key.pop(key, None)
        if row is not None:
            self.digest.drop(row.kind, row.id, row.pos)

    def forget(self, ids: Iterable[str]) -> None:
        """Take rows away, of any kind."""
        lost = frozenset(ids)
        for key in [key for key in self.by_key if key[1] in lost]:
            self._drop(key)


class Replica:
    """Rows as the server sent them, in memory.

    A boot fills a shadow, which takes the place of the old rows when it is complete.

    Attributes:
        epoch: of the rows, empty before the first commit.
        cursor: where the next pull starts, None before the first commit.
        position: where `cursor` stands.
        checkpoint: everything up to this position has been received.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.epoch = ""
        self.cursor: str | None = None
        self.position = 0
        self.checkpoint = 0
        self._shown = Rows()
        self._shadow: Rows | None = None

    @property
    def rows(self) -> dict[Key, fr.Row]:
        """What may be shown now."""
        return self._shown.by_key

    @property
    def digest(self) -> str:
        """Of the rows that the next page changes."""
        return str((self._shadow or self._shown).digest)

    @property
    def is_booting(self) -> bool:
        """Whether what is received goes into a shadow, or nothing has been received."""
        return self._shadow is not None or self.cursor is None

    def body(self, kind: str, id: object) -> Any:
        """The body of a row, None if the device does not hold it."""
        row = self.rows.get((kind, str(id)))
        return row.body if row else None

    def bodies(self, kind: str) -> dict[str, Any]:
        """Bodies of all rows of one kind, by id."""
        return {id: row.body for (held, id), row in self.rows.items() if held == kind}

    def commit(self, commit: Commit) -> None:
        """Write rows and cursor."""
        if commit.start:
            self._shadow = Rows()
            self.checkpoint = 0
        (self._shown if self._shadow is None else self._shadow).take(commit.rows, commit.gone)
        if commit.finish and self._shadow is not None:
            self._shown, self._shadow = self._shadow, None
        self.epoch, self.cursor, self.position = commit.epoch, commit.cursor, commit.to
        if commit.complete:
            self.checkpoint = commit.to

    def forget(self, ids: Iterable[str] | None) -> None:
        """Take rows away at once; all of them, and where they stand, if `ids` is None."""
        if ids is not None:
            self._shown.forget(ids)
            if self._shadow is not None:
                self._shadow.forget(ids)
            return
        self._shown, self._shadow = Rows(), None
        self.cursor, self.position, self.checkpoint = None, 0, 0
