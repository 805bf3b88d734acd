"""The shelf of wrapped keys on PostgreSQL, in a database of its own beside the log's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from store.log import LogUnavailable
from store.postgres_server import LogPool, ask, engine_errors
from store.shelf import REWRAPPED_AT_ONCE, ForeignShelf, OtherKek, Place, ShelfUnavailable

LOCK = int.from_bytes(b"DoorKeys", "big")
"""The advisory lock of whoever changes the shelf."""
FORM = "doorstep keys 1"
"""Stands as the table's comment, so that nobody takes another program's table for a shelf."""
PARTS = 16
"""Into how many files the keys are spread, so that rewriting one after a key was destroyed takes little time."""

# Names are compared byte by byte: another order of letters must not change what `rewrap` takes for the next key.
_NAME = 'name text COLLATE "C"'
_SCHEMA = (
    f"CREATE TABLE key ({_NAME} PRIMARY KEY, wrapped bytea NOT NULL) PARTITION BY HASH (name)",
    *(
        f"CREATE TABLE key_{part} PARTITION OF key FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
        for part in range(PARTS)
    ),
    f"CREATE TABLE destroyed ({_NAME} PRIMARY KEY)",
    "CREATE TABLE wrapping (id integer PRIMARY KEY CHECK (id = 1), kek text NOT NULL)",
    f"COMMENT ON TABLE key IS '{FORM}'",
)
_FOUND = "SELECT obj_description(to_regclass('key'), 'pg_class'), to_regclass('key') IS NOT NULL"
_ADD = """
INSERT INTO key SELECT name, wrapped FROM unnest(%b::text[], %b::bytea[]) AS fresh (name, wrapped)
WHERE NOT EXISTS (SELECT 1 FROM destroyed WHERE destroyed.name = fresh.name) ON CONFLICT DO NOTHING RETURNING name"""
_PLACE = """
SELECT (SELECT wrapped FROM key WHERE name=%s), EXISTS (SELECT 1 FROM destroyed WHERE name=%s), kek FROM wrapping"""
_NEXT = "SELECT name, wrapped FROM key WHERE name > %s ORDER BY name LIMIT %s"
_REPLACE = """
UPDATE key SET wrapped = again.wrapped FROM unnest(%b::text[], %b::bytea[]) AS again (name, wrapped)
WHERE key.name = again.name RETURNING key.name"""
_PARTS_OF = f"""
SELECT part FROM generate_series(0, {PARTS - 1}) AS part WHERE EXISTS (
    SELECT 1 FROM unnest(%s::text[]) AS name WHERE satisfies_hash_partition('key'::regclass, {PARTS}, part, name)
)"""


class PostgresShelf:
    """Satisfies `store.shelf.KeyShelf`.

    A destroyed key is in no file of the tables afterwards. The server's own write-ahead log, its archive and backups
    hold it, wrapped, until they expire (docs/how-to/keep-the-log-in-postgresql.md).
    """

    def __init__(self, pool: LogPool) -> None:
        """Open the shelf, making its tables if they are absent.

        Args:
            pool: of connections to its database; closed with the shelf.

        Raises:
            ForeignShelf: the database holds something else.
            ShelfUnavailable: it cannot be used.
        """
        self._pool = pool
        try:
            self._prepare()
        except BaseException:
            pool.close()
            raise

    def kek(self, fresh: str) -> str:
        """See `KeyShelf.kek`."""
        with self._writing() as session:
            ask(session, "INSERT INTO wrapping VALUES (1, %s) ON CONFLICT DO NOTHING RETURNING kek", (fresh,))
            return _kek(session)

    def read(self, name: str) -> Place:
        """See `KeyShelf.read`."""
        with _named():
            ((wrapped, destroyed, kek),) = self._pool.ask(_PLACE, (name, name))
        return Place(wrapped, destroyed, kek)

    def add(self, keys: Mapping[str, bytes], *, kek: str) -> dict[str, bytes]:
        """See `KeyShelf.add`."""
        with self._writing() as session:
            _require(session, kek)
            ask(session, _ADD, (list(keys), list(keys.values())))
            return dict(ask(session, "SELECT name, wrapped FROM key WHERE name = ANY(%s)", (list(keys),)))

    def destroy(self, names: Collection[str]) -> None:
        """See `KeyShelf.destroy`."""
        gone = list(names)
        with self._writing() as session:
            ask(session, "DELETE FROM key WHERE name = ANY(%s) RETURNING name", (gone,))
            ask(session, "INSERT INTO destroyed SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING RETURNING 1", (gone,))
        with _named():
            self._wipe([part for (part,) in self._pool.ask(_PARTS_OF, (gone,))])

    def destroyed(self) -> list[str]:
        """See `KeyShelf.destroyed`."""
        with _named():
            return [name for (name,) in self._pool.ask("SELECT name FROM destroyed ORDER BY name")]

    def count(self, prefix: str) -> int:
        """See `KeyShelf.count`."""
        with _named():
            return int(self._pool.ask("SELECT count(*) FROM key WHERE starts_with(name, %s)", (prefix,))[0][0])

    def names(self, prefix: str) -> list[str]:
        """See `KeyShelf.names`."""
        with _named():
            found = self._pool.ask("SELECT name FROM key WHERE starts_with(name, %s) ORDER BY name", (prefix,))
        return [name for (name,) in found]

    def everything(self) -> dict[str, bytes]:
        """See `KeyShelf.everything`."""
        with _named():
            return dict(self._pool.ask("SELECT name, wrapped FROM key ORDER BY name"))

    def rewrap(self, wrap: Callable[[str, bytes], bytes], *, old: str, new: str) -> None:
        """See `KeyShelf.rewrap`."""
        with self._writing() as session:
            _require(session, old)
            last = ""
            while rows := ask(session, _NEXT, (last, REWRAPPED_AT_ONCE)):
                again = [wrap(name, wrapped) for name, wrapped in rows]
                ask(session, _REPLACE, ([name for name, _ in rows], again))
                last = rows[-1][0]
            ask(session, "UPDATE wrapping SET kek=%s RETURNING kek", (new,))
        with _named():
            self._wipe(range(PARTS))

    def close(self) -> None:
        """See `KeyShelf.close`."""
        self._pool.close()

    def _prepare(self) -> None:
        with _named():
            self._pool.open_connection().close()  # says in one sentence what a pool would only wait for
            ((form, found),) = self._pool.ask(_FOUND)
            if not found:
                self._make()
                ((form, _),) = self._pool.ask(_FOUND)
        if form != FORM:
            raise ForeignShelf(f"the database of the keys has a table key that is no '{FORM}'")

    def _make(self) -> None:
        with self._writing() as session:
            ((_, found),) = ask(session, _FOUND)
            for statement in () if found else _SCHEMA:  # another node may have been first
                session.execute(statement.encode())

    def _wipe(self, parts: Collection[int]) -> None:
        """Write files anew without what was deleted from them; the old ones are removed."""
        with engine_errors(), self._pool.session() as session:
            for part in parts:
                session.execute(f"VACUUM FULL key_{part}".encode())

    @contextmanager
    def _writing(self) -> Generator[Connection[Any]]:
        """A transaction that no other change of the shelf comes into."""
        with _named(), engine_errors(), self._pool.session() as session, session.transaction():
            ask(session, "SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            yield session


def _kek(session: Connection[Any]) -> str:
    return str(ask(session, "SELECT kek FROM wrapping")[0][0])


def _require(session: Connection[Any], kek: str) -> None:
    if (wrapping := _kek(session)) != kek:
        raise OtherKek(f"the key database is wrapped by master key {wrapping}, not by {kek}")


@contextmanager
def _named() -> Generator[None]:
    """Errors of the engine under the port's name."""
    try:
        yield
    except LogUnavailable as error:
        raise ShelfUnavailable(str(error)) from error
    except psycopg.Error as error:
        raise ShelfUnavailable(error.diag.message_primary or type(error).__name__) from error
