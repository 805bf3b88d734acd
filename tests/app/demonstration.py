"""The demonstration as devices and people see it: made once, followed to its end, read by its documents alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec

from domain.calendar.calendar import SHANGHAI
from domain.case.facts import CaseFiled
from domain.vault.vault import Copy, Vault, vault_stream
from domain.visits.reception import hall_stream
from projections.documents import CaseBody, QueueBody, StatusBody
from projections.history import case_at
from projections.reader import Reader
from projections.rebuilding import rebuild
from store.centre import Centre
from store.states import VAULT
from web.demo import centre as demo

Body = TypeVar("Body")
TUESDAY_AFTERNOON = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


class Demonstration:
    """A demonstration centre and its documents.

    Attributes:
        now: the end of its history, UTC.
    """

    def __init__(self, folder: Path, now: datetime = TUESDAY_AFTERNOON) -> None:
        """Make it in `folder`."""
        self.now = now
        demo.seed(folder / "centre", now=now)
        self.centre = Centre.open(folder / "centre", clock=lambda: now, new_id=uuid4)
        (folder / "views").mkdir()
        self.reader = Reader(rebuild(self.centre, folder / "views"))

    def close(self) -> None:
        """Close everything."""
        self.reader.close()
        self.centre.close()

    @cached_property
    def ids(self) -> list[UUID]:
        """Every case, in the order of filing."""
        notes = self.centre.recorder.select_notifications(None, 10_000, topics=("case.filed",))
        return [note.originator_id for note in notes if isinstance(note.originator_id, UUID)]

    @cached_property
    def cases(self) -> list[CaseBody]:
        """The full document of every case."""
        lookups = self.reader.lookups()
        found = [case_at(self.centre, case, lookups) for case in self.ids]
        return [body for one in found if one is not None for body in [one[1]]]

    @property
    def views(self) -> list[StatusBody]:
        """What staff see of every case as its applicant is told of it, with the questions to registers."""
        return [case.view for case in self.cases]

    @cached_property
    def queue(self) -> list[QueueBody]:
        """The queue of the street office."""
        return self.bodies("queue", "office:street", QueueBody)

    def bodies(self, kind: str, scope: str, kind_of: type[Body]) -> list[Body]:
        """Every document of a kind in a scope."""
        return [_body(row, kind_of) for row in self.reader.rows_of(scope, kind)]

    def all_bodies(self, kind: str, kind_of: type[Body]) -> list[Body]:
        """Every document of a kind, each once."""
        rows = self.reader.database.execute("SELECT DISTINCT row FROM rows WHERE kind=?", (kind,))
        return [_body(row, kind_of) for (row,) in rows]

    def panel(self) -> str | None:
        """Today's call panel, as it is sent."""
        on = self.now.astimezone(SHANGHAI).date()
        return self.reader.document("panel", str(hall_stream(on)))

    def copies(self) -> list[Copy]:
        """Every checked copy in anybody's materials."""
        people = {fact.applicant for fact in self.facts() if isinstance(fact, CaseFiled)}
        vaults: list[Vault] = [self.centre.state(vault_stream(person), VAULT) for person in people]
        return [copy for vault in vaults for copy in vault.copies.values()]

    def facts(self) -> Iterator[object]:
        """Every fact of the log."""
        for _, envelope in self.centre.follow(0, 1_000_000):
            yield envelope.fact


def _body(row: str, kind_of: type[Body]) -> Body:
    return msgspec.convert(msgspec.json.decode(row)["body"], kind_of, strict=False)
