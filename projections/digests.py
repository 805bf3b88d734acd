"""Digests of the rows that a person may hold, by which a device finds out that its replica is not what it should be.

A digest is the number of rows and the sum of `crc32("kind id pos")` over them: order does not matter, so that either
side keeps it up to date row by row. Each scope is summed up once and then followed by what changed in it; a person's
digest is the sum over their scopes, which never share a row.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from zlib import crc32

MODULUS = 2**52
"""Sums stay exact where numbers are doubles."""
MOST_ROWS = 400_000
"""Rows of which hashes are kept; scopes that were not asked for lately are summed up again."""


class _Scope:
    """Hashes of the rows of one scope at a position."""

    def __init__(self) -> None:
        self.position = -1
        self.sum = 0
        self.hashes: dict[tuple[str, str], int] = {}

    def follow(self, database: sqlite3.Connection, scope: str, limit: int) -> None:
        after = self.position
        for kind, id in database.execute("SELECT kind, id FROM departures WHERE scope=? AND pos>?", (scope, after)):
            self.sum -= self.hashes.pop((kind, id), 0)
        rows = database.execute("SELECT kind, id, pos FROM rows WHERE scope=? AND pos>?", (scope, after))
        for kind, id, pos in rows:
            key, hashed = (kind, id), hash_of(kind, id, pos)
            self.sum += hashed - self.hashes.get(key, 0)
            self.hashes[key] = hashed
        self.position = limit


class Digests:
    """Digests of one projection file; for any thread."""

    def __init__(self, *, most_rows: int = MOST_ROWS) -> None:
        """Know nothing yet; keep hashes of about `most_rows` rows."""
        self._most_rows = most_rows
        self._scopes: OrderedDict[str, _Scope] = OrderedDict()
        self._rows = 0
        self._lock = threading.Lock()

    def of(self, database: sqlite3.Connection, scopes: Sequence[str], limit: int) -> str | None:
        """The digest of all rows of the scopes, read in a snapshot; None if a later one was asked for before.

        Args:
            database: with an open snapshot of the file.
            scopes: scope keys.
            limit: position of the snapshot.
        """
        with self._lock:
            known = [self._known(database, scope, limit) for scope in scopes]
            self._forget_oldest(keep=len(scopes))
        if any(one.position != limit for one in known):
            return None
        return digest_of(sum(len(one.hashes) for one in known), sum(one.sum for one in known))

    def _known(self, database: sqlite3.Connection, name: str, limit: int) -> _Scope:
        scope = self._scopes.setdefault(name, _Scope())
        self._scopes.move_to_end(name)
        if scope.position < limit:
            before = len(scope.hashes)
            scope.follow(database, name, limit)
            self._rows += len(scope.hashes) - before
        return scope

    def _forget_oldest(self, *, keep: int) -> None:
        while self._rows > self._most_rows and len(self._scopes) > keep:
            _, oldest = self._scopes.popitem(last=False)
            self._rows -= len(oldest.hashes)


def hash_of(kind: str, id: str, pos: int) -> int:
    """What one row adds to the sum."""
    return crc32(f"{kind} {id} {pos}".encode())


def digest_of(n: int, total: int) -> str:
    """A digest as frames carry it: number of rows and sum, in hex."""
    return f"{n:x}-{total % MODULUS:x}"


def digest_of_rows(rows: Iterable[tuple[str, str, int]]) -> str:
    """The digest of these rows (kind, id, position)."""
    hashes = [hash_of(*row) for row in rows]
    return digest_of(len(hashes), sum(hashes))
