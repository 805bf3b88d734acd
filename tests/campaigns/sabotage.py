"""Ways to break the service that a campaign must catch: if it did not, its good result would mean nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from store.log import Desk, Entry, Row
from store.postgres import LogRecorder as PostgresLog
from store.sqlite import LogRecorder as SQLiteLog

LEAKED_BYTES = 16 << 20
LEAKS_EVERY_SECONDS = 0.5
_LEAKED: list[bytes] = []
ENGINES: tuple[Any, ...] = (SQLiteLog, PostgresLog)


class _Desk:
    """A desk that hands to another whatever it does not spoil."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._groups = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)


class _AnswersTooEarly(_Desk):
    """Commits every third time, so that two groups of three are answered while they are not on disk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._held = ExitStack()

    @contextmanager
    def transaction(self) -> Generator[None]:
        if self._groups % 3 == 0:
            self._held.close()
            self._held.enter_context(self._desk.transaction())
        self._groups += 1
        yield


class _LosesReceipts(_Desk):
    """Leaves the receipts of every fourth group out, so that a command sent again is carried out again."""

    def append(self, entries: Sequence[Entry]) -> int:
        self._groups += 1
        kept = [entry for entry in entries if self._groups % 4 or entry.tag != "command.applied"]
        return self._desk.append(kept)


class _Leaks(_Desk):
    """Keeps sixteen megabytes of a group of commands, twice a second at most.

    That is seen where devices fall into step and make one group a second, and is what a machine has where they do not.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._leaks_at = 0.0

    def append(self, entries: Sequence[Entry]) -> int:
        if (now := time.monotonic()) >= self._leaks_at:
            _LEAKED.append(b"x" * LEAKED_BYTES)
            self._leaks_at = now + LEAKS_EVERY_SECONDS
        return self._desk.append(entries)


def _spoil_desks(kind: Callable[[Desk], Any]) -> None:
    for engine in ENGINES:
        _spoil(engine, "desk", _spoilt_desk(engine.desk, kind))


def _spoilt_desk(whole: Callable[[Any], Desk], kind: Callable[[Desk], Any]) -> Callable[[Any], Any]:
    return lambda log: kind(whole(log))


def _skip_pages() -> None:
    """Let whoever follows the log miss every other page, and believe that nothing stood there."""
    for engine in ENGINES:
        _spoil(engine, "rows_after", _some_pages(engine.rows_after))


def _some_pages(whole: Callable[..., Any]) -> Callable[..., Any]:
    pages = 0

    def rows_after(log: Any, position: int, limit: int, *, tags: Collection[str] = ()) -> tuple[int, list[Row]]:
        nonlocal pages
        reached, rows = whole(log, position, limit, tags=tags)
        pages += bool(rows)
        return reached, [] if rows and pages % 2 == 0 else rows

    return rows_after


def _spoil(engine: Any, name: str, method: Callable[..., Any]) -> None:
    setattr(engine, name, method)


SABOTAGES: dict[str, Callable[[], None]] = {
    "answers-too-early": lambda: _spoil_desks(_AnswersTooEarly),
    "leaks": lambda: _spoil_desks(_Leaks),
    "loses-receipts": lambda: _spoil_desks(_LosesReceipts),
    "skips-pages": _skip_pages,
}
"""By name; each spoils the service of the process in which it is called."""
