"""The content of projection files, and ways to make them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from projections.cases.view import CaseView
from projections.database import ProjectionFile
from projections.following import advance
from projections.generations import file_in
from projections.lookups import Lookups
from projections.schema import CONTENT
from store.centre import Centre

Content = dict[str, list[tuple[Any, ...]]]


def content(path: Path) -> Content:
    """What a file holds, its search index checked against it."""
    with closing(sqlite3.connect(path)) as database:
        return content_of(database)


def content_of(database: sqlite3.Connection) -> Content:
    """Every row of every table, in order; what is stored in one piece as values, because sets have no order."""
    tables = {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in CONTENT}
    database.execute("INSERT INTO case_search (case_search, rank) VALUES ('integrity-check', 1)")
    tables["views"] = [(id, msgspec.msgpack.decode(view, type=CaseView), held) for id, view, held in tables["views"]]
    tables["lookups"] = [(id, at, msgspec.msgpack.decode(body, type=Lookups)) for id, at, body in tables["lookups"]]
    return tables


def followed(
    centre: Centre, folder: Path, *, page: int = 1_000, until: int | None = None, gone: Iterable[UUID] = ()
) -> Path:
    """A file made by following the log from where it stands in `folder`, so many facts at a time."""
    folder.mkdir(exist_ok=True)
    path = file_in(folder)
    with closing(ProjectionFile(path, gone=gone)) as target:
        while advance(centre, target, limit=page, until=until) is not None:
            pass
    return path
