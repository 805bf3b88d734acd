"""States of streams at the head of the log, kept for whoever reads until something is written to them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from uuid import UUID

from store.log import Log, Mark
from store.states import Head, Kind

KEPT = 5_000
"""Streams whose states are kept."""


class Heads:
    """A bounded cache of heads; for any thread.

    Before every answer the log is asked what was written since the last one, by whatever process, so that what is
    answered stands at the head. Of an engine that cannot tell at once nothing is kept.
    """

    def __init__(self, log: Log, load: Callable[[UUID, Kind], Head], *, limit: int = KEPT) -> None:
        """Know nothing.

        Args:
            log: says what was written.
            load: folds a stream from the log.
            limit: how many streams are kept.
        """
        self._log = log
        self._load = load
        self._limit = limit
        self._heads: OrderedDict[UUID, Head] = OrderedDict()
        self._mark: Mark | None = None
        self._turn = threading.Lock()
        self._within = threading.local()

    @property
    def are_kept(self) -> bool:
        """Whether an answer takes so little time that no thread is worth its while."""
        return self._mark is not None

    @property
    def position(self) -> int | None:
        """Position of the last event when the log was looked at last; None where nothing is kept."""
        return self._mark.position if self._mark is not None else None

    @contextmanager
    def at_one_moment(self) -> Generator[None]:
        """The log is looked at once for all that this thread asks within."""
        with self._turn:
            self._look()
        before, self._within.looked = self._has_looked, True
        try:
            yield
        finally:
            self._within.looked = before

    @property
    def _has_looked(self) -> bool:
        return getattr(self._within, "looked", False)

    def head(self, stream: UUID, kind: Kind) -> Head:
        """The stream's version and state; a stream of another kind comes as what it is."""
        with self._turn:
            if not self._has_looked:
                self._look()
            mark, known = self._mark, self._heads.get(stream)
            if known is not None and (known.version > 0 or known.kind is kind):
                self._heads.move_to_end(stream)
                return known
        head = self._load(stream, kind)
        with self._turn:
            if mark is not None and mark is self._mark:  # else it may have been written to while it was read
                self._keep(stream, head)
        return head

    def _look(self) -> None:
        """Forget what was written since."""
        self._mark, written = self._log.written_since(self._mark)
        if written is None:
            self._heads.clear()
            return
        for stream in written:
            self._heads.pop(stream, None)

    def _keep(self, stream: UUID, head: Head) -> None:
        self._heads[stream] = head
        self._heads.move_to_end(stream)
        if len(self._heads) > self._limit:
            self._heads.popitem(last=False)
