"""What the log of a running centre holds, read past the service: whether something arrived, and once."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAIT_SECONDS = 60.0


class Ledger:
    """Counts and reads facts recorded since it was opened."""

    def __init__(self, data: Path) -> None:
        """Open the log in the data folder of a centre; what is there already does not count."""
        self._path = data / "centre" / "log.db"
        self._start = self._ask("SELECT COALESCE(MAX(rowid), 0) FROM stored_events")[0][0]

    def counts(self) -> Counter[str]:
        """How often each kind of fact was recorded."""
        rows = self._ask("SELECT topic FROM stored_events WHERE rowid > ?", self._start)
        return Counter(row[0] for row in rows)

    def facts(self, tag: str) -> list[dict[str, Any]]:
        """Every fact of that kind, in order; sealed values stay sealed."""
        question = "SELECT state FROM stored_events WHERE rowid > ? AND topic = ? ORDER BY rowid"
        rows = self._ask(question, self._start, tag)
        return [json.loads(row[0])["fact"] for row in rows]

    def waits_for(self, tag: str, times: int = 1, *, within: float = WAIT_SECONDS) -> None:
        """Wait until a kind of fact has been recorded so many times.

        Raises:
            AssertionError: it has not within that many seconds.
        """
        self._wait(lambda: self.counts()[tag] >= times, within, lambda: f"{tag}: {dict(self.counts())}")

    def photographs_arrived_once(self) -> None:
        """Check that every page named by a filing or a supplement is stored, unharmed, and once.

        Raises:
            AssertionError: one is missing, doubled or altered.
        """
        named = [page for fact in self.facts("case.filed") + self.facts("case.supplemented") for page in fact["pages"]]
        stored = self.facts("file.stored")
        assert sorted((f["file"], f["sha256"]) for f in stored) == sorted((p["file"], p["sha256"]) for p in named)

    def _wait(self, met: Callable[[], bool], within: float, told: Callable[[], str]) -> None:
        until = time.monotonic() + within
        while not met():
            assert time.monotonic() < until, told()
            time.sleep(0.05)

    def _ask(self, question: str, *values: object) -> list[Any]:
        database = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
        try:
            return database.execute(question, values).fetchall()
        finally:
            database.close()
