"""The residents of the demonstration by what they have under way, read from the service's own read models."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.2

Body = dict[str, Any]


class Found(NamedTuple):
    """A document of a resident, and the telephone that they sign in with."""

    phone: str
    id: str
    body: Body


class Households:
    """Who has what in the centre that keeps its data in a folder."""

    def __init__(self, data: Path) -> None:
        """Look into the read models of `data`."""
        self._views = data / "views"

    def case(self, fits: Callable[[Body], bool]) -> Found:
        """The first case, filed by the applicant alone, that fits."""
        return self._first(lambda: (f for f in self._cases() if fits(f.body)))

    def any_case(self, fits: Callable[[Body], bool]) -> Found:
        """The first case that fits, whoever filed it."""
        return self._first(lambda: (Found("", id, body) for _, id, body in self._rows("status") if fits(body)))

    def case_opened_for(self, fits: Callable[[Body], bool]) -> Found:
        """The first that fits of the cases that staff opened for somebody, who need never have signed in."""

        def opened() -> Iterator[Found]:
            for _, id, body in self._rows("status"):
                if body["opened_by_name"] and fits(body):
                    yield Found("", id, body)

        return self._first(opened)

    def with_row(self, kind: str, fits: Callable[[Body], bool]) -> Found:
        """The first resident who has a document of that kind that fits."""
        return self._first(lambda: self._theirs(kind, fits))

    def _theirs(self, kind: str, fits: Callable[[Body], bool]) -> Iterator[Found]:
        phones = {scope: found.phone for scope, found in self._scoped()}
        for scope, id, body in self._rows(kind):
            if scope in phones and fits(body):
                yield Found(phones[scope], id, body)

    def _cases(self) -> Iterator[Found]:
        return (found for _, found in self._scoped())

    def _scoped(self) -> Iterator[tuple[str, Found]]:
        for scope, id, body in self._rows("status"):
            phone = body["answers"].get("applicant_phone")
            if phone and not body["agency"] and body["channel"] == "app":
                yield scope, Found(phone, id, body)

    def _rows(self, kind: str) -> Iterator[tuple[str, str, Body]]:
        newest = max(self._views.glob("projections-*.db"))
        database = sqlite3.connect(f"file:{newest}?mode=ro", uri=True)
        try:
            found = database.execute(
                "SELECT scope, id, row FROM rows WHERE kind=? AND scope LIKE 'person:%' ORDER BY id", (kind,)
            ).fetchall()
        finally:
            database.close()
        return ((scope, id, json.loads(row)["body"]) for scope, id, row in found)

    def _first(self, found: Callable[[], Iterator[Found]]) -> Found:
        """Wait for the read models, which follow the log a moment after the service has started."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (one := next(found(), None)) is None:
            assert time.monotonic() < until, "nobody in the demonstration has one"
            time.sleep(POLL_SECONDS)
        return one


def waits_for_decision(body: Body) -> bool:
    """Whether a case has been reviewed and the decider is next."""
    step = body["office_step"]
    return body["status"] == "accepted" and step is not None and step["zh"] in ("办结", "决定")


def free_at_window(body: Body) -> bool:
    """Whether a lease waits for acceptance at the window, where everybody is certified for it."""
    is_lease = body["status"] == "received" and body["item_id"] == "house-lease-filing"
    return is_lease and all(moment["tag"] not in ("case.claimed", "case.supplemented") for moment in body["timeline"])
