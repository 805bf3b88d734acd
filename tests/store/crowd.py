"""One of many processes on one SQLite log, which fails at its first error.

`python -m tests.store.crowd SITE ROLE NAME TIMES`
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from uuid import UUID

from domain.case.commands import AddNote
from tests.cast import ZHOU
from tests.premises import Site

PAGE = 50


def note(site: Site, name: str, times: int) -> Counter[str]:
    """Open the centre, note on the one case, one by one, and close it."""
    with site.opened(name=name) as premises:
        return Counter(premises.do(AddNote(text=f"{name} {n}"), by=ZHOU).verdict for n in range(times))


def open_and_close(site: Site, name: str, times: int) -> Counter[str]:
    """Open the centre, note once and close it, again and again."""
    verdicts: Counter[str] = Counter()
    for n in range(times):
        verdicts += note(site, f"{name} {n}", 1)
    return verdicts


def read(site: Site, name: str, times: int) -> Counter[str]:
    """Follow the log from its beginning, again and again; every stream must be dense."""
    with site.opened(name=name) as premises:
        for _ in range(times):
            versions: dict[UUID, int] = {}
            reached, head = 0, premises.centre.head()
            while reached < head:
                reached, page = premises.centre.stretch(reached, PAGE)
                for _, envelope in page:
                    stream = envelope.originator_id
                    assert envelope.originator_version == versions.get(stream, 0) + 1
                    versions[stream] = envelope.originator_version
    return Counter(read=times)


def checkpoint(site: Site, _name: str, times: int) -> Counter[str]:
    """Move the write-ahead log into the file, as a backup would, again and again."""
    with closing(sqlite3.connect(site.folder / "log.db", timeout=10)) as database:
        for _ in range(times):
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return Counter(checkpoint=times)


ROLES: dict[str, Callable[[Site, str, int], Counter[str]]] = {
    "note": note,
    "open-and-close": open_and_close,
    "read": read,
    "checkpoint": checkpoint,
}

if __name__ == "__main__":
    said = ROLES[sys.argv[2]](Site.from_text(sys.argv[1]), sys.argv[3], int(sys.argv[4]))
    sys.stdout.write(json.dumps(said))
