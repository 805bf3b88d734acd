"""The steps that a projection file takes along the log: one page of facts after the other, up to a position."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError
from msgspec import Struct

from domain.facts import Envelope, tag_of
from projections.database import Change, ProjectionFile
from projections.folding import Recorded, Unfoldable, fold_page
from projections.history import story_of
from projections.ignored import IGNORED
from store.centre import Centre
from store.log import Row

PAGE_OF_FACTS = 2_000


class Batch(Struct, frozen=True):
    """What one page of facts changed, up to and with `position`.

    Attributes:
        erased: persons whose values are gone since, from the file too.
        is_renewed: documents of another shape are served from now on; what devices hold of the old ones is of no use.
        is_last: nothing comes after it here: the next fact cannot be read or folded.
    """

    position: int
    changes: tuple[Change, ...]
    erased: tuple[UUID, ...] = ()
    is_renewed: bool = False
    is_last: bool = False


class FactStops(Exception):
    """A fact cannot be read or folded; nothing after it may be shown before that is mended.

    Attributes:
        position: of the fact.
        stream: on which it stands.
        version: its place there.
        tag: its stored tag.
        what: `unreadable` or `unfoldable`.
    """

    def __init__(self, what: str, *, position: int, stream: UUID, version: int, tag: str) -> None:
        """Name the fact; the message holds nothing personal."""
        super().__init__(f"{what} fact at position {position}: {tag} at {stream}/{version}")
        self.what = what
        self.position = position
        self.stream = stream
        self.version = version
        self.tag = tag


def advance(
    centre: Centre, target: ProjectionFile, *, limit: int = PAGE_OF_FACTS, until: int | None = None
) -> Batch | None:
    """Fold the next page of facts into `target`; None if there is none.

    Args:
        centre: the log.
        target: the file.
        limit: how many facts at most.
        until: the position that is not passed; the head of the log if None.

    Raises:
        FactStops: the very next fact cannot be read or folded; all before it are in the file.
    """
    started = target.position()
    while until is None or started < until:
        page = _Page(centre, started, limit, until)
        if page.reached == started:
            return None
        try:
            return _write(page.facts, centre, target, position=page.reached)
        except Unfoldable as fault:
            target.forget()
            if page.facts[0][0] == fault.position:
                raise _stopped("unfoldable", fault.position, fault.envelope) from fault.__cause__
            until = fault.position - 1
        except BaseException:
            target.forget()
            raise
    return None


class _Page:
    """Facts after a position, up to the first that cannot be read.

    Attributes:
        reached: the position up to which no fact is missing.
        facts: those that projections are made of.
    """

    def __init__(self, centre: Centre, after: int, limit: int, until: int | None) -> None:
        most = limit if until is None else min(limit, until - after)
        self.reached, rows = centre.event_log.rows_after(after, most)
        self.facts: list[Recorded] = []
        last = after
        for row in rows:
            if until is not None and row.position > until:
                break
            if row.tag not in IGNORED:
                try:
                    self.facts.append((row.position, centre.facts.envelope(*row[1:])))
                except MapperDeserialisationError as error:
                    self._stop_before(row, last, after, error)
                    return
            last = row.position
        if until is not None:
            self.reached = min(self.reached, until)

    def _stop_before(self, row: Row, last: int, after: int, error: MapperDeserialisationError) -> None:
        """Keep what comes before the row; if nothing does, it is the row that stops everything."""
        if last == after:
            raise FactStops(
                "unreadable", position=row.position, stream=row.stream, version=row.version, tag=row.tag
            ) from error
        self.reached = last


def _stopped(what: str, position: int, envelope: Envelope) -> FactStops:
    return FactStops(
        what,
        position=position,
        stream=envelope.originator_id,
        version=envelope.originator_version,
        tag=tag_of(envelope.fact),
    )


class LogSource:
    """Sealed values and stories of cases from the log of a centre."""

    def __init__(self, centre: Centre) -> None:
        """Read from `centre`."""
        self._centre = centre
        self.unseal: Callable[[Envelope, str], Any] = centre.unseal

    def story(self, case_id: UUID, until: int, /) -> list[Recorded]:
        """The facts that show in a case before position `until`, in order, with their positions."""
        return story_of(self._centre, case_id, until - 1)

    def stream_at(self, position: int, /) -> UUID:
        """The stream of the fact at a position."""
        _, rows = self._centre.event_log.rows_after(position - 1, 1)
        return rows[0].stream


def _write(facts: list[Recorded], centre: Centre, target: ProjectionFile, *, position: int) -> Batch:
    folded = fold_page(facts, target, LogSource(centre))
    target.write(folded, position=position)
    return Batch(position, tuple(folded.changes), tuple(folded.erased))
