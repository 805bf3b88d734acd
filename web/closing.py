"""What follows the end of a case or visit: its people are asked for a rating, and later its package is closed (归档).

Asking is done once for each subject, and closing once for each case, whatever is repeated: the log's own decisions see
to it. A package is closed when the time for reconsideration has passed, and never while something is left to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid5

from domain.case import facts as f
from domain.case.acts import ENDED, CaseStatus
from domain.case.commands import ArchiveCase
from domain.centre.centre import NAMESPACE, Practice
from domain.facts import Envelope, Fact, tag_of
from domain.ratings.commands import InviteRating
from domain.ratings.rating import rated_stream
from domain.visits.facts import TicketFinished
from domain.visits.line import Line
from store.centre import Centre
from store.log import Entry, leaf_hash
from store.states import LINE
from web.following import Progress, insist

SERVED: tuple[type[Fact], ...] = (f.CaseDelivered, f.CaseDecided, f.CaseDeclined, f.CaseRedirected)
"""After these people are asked how it was; a granted case is asked about when its result has arrived."""

ENDS: tuple[type[Fact], ...] = (
    *SERVED,
    f.CaseWithdrawn,
    f.CaseTerminated,
    f.CaseReturned,
    f.CaseLapsed,
    f.CaseRevoked,
    f.CaseVoided,
)
WATCHED = frozenset([tag_of(TicketFinished), *(tag_of(kind) for kind in ENDS)])
PAGE_OF_FACTS = 1_000
AGAIN = timedelta(days=1)
"""When a case is looked at again of which something is left to do."""


class Closing:
    """Follows the ends of cases and visits.

    Args:
        centre: the log.
        clock: the time, UTC.
        trusted: whether the clock can be trusted; without that no package is closed.
        progress: how far an earlier process had come; the log is read from its start without it.
    """

    def __init__(
        self,
        centre: Centre,
        *,
        clock: Callable[[], datetime],
        trusted: Callable[[], bool] = lambda: True,
        progress: Progress | None = None,
    ) -> None:
        self._centre = centre
        self._clock = clock
        self._trusted = trusted
        self._progress = progress
        self._position = progress.position if progress else 0
        self._ended: dict[UUID, tuple[int, datetime]] = {}

    def catch_up(self) -> None:
        """Read the log to its head, ask whoever is to be asked, and close what is to be closed."""
        while self._read_on():
            pass
        now, wait = self._clock(), timedelta(days=self._practice().archive_calendar_days)
        for case, (_, ended_at) in tuple(self._ended.items()):
            if now >= ended_at + wait and self._trusted():
                self._close(case, now - wait)
        if self._progress:
            self._progress.keep(min([self._position, *(position - 1 for position, _ in self._ended.values())]))

    def _read_on(self) -> bool:
        reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=WATCHED)
        for position, envelope in page:
            if isinstance(envelope.fact, TicketFinished):
                self._ask_visitor(envelope, envelope.fact)
            else:
                self._ended[envelope.originator_id] = position, envelope.meta.recorded_at
                self._ask(envelope)
        self._position = reached
        return bool(page)

    def _practice(self) -> Practice:
        particulars = self._centre.particulars()
        return particulars.practice if particulars else Practice()

    # Ratings

    def _ask(self, envelope: Envelope) -> None:
        if isinstance(envelope.fact, SERVED) and getattr(envelope.fact, "outcome", "") != "granted":
            self._invite(InviteRating(subject_kind="case", subject=envelope.originator_id))

    def _ask_visitor(self, envelope: Envelope, fact: TicketFinished) -> None:
        line = cast("Line", self._centre.state(envelope.originator_id, LINE))
        if line.on is not None:
            self._invite(InviteRating(subject_kind="visit", subject=fact.ticket, on=line.on, group=line.group))

    def _invite(self, command: InviteRating) -> None:
        id = uuid5(NAMESPACE, f"rating:{command.subject}")
        insist(self._centre, command, lane=rated_stream(command.subject), id=id)

    # The archive

    def _close(self, case: UUID, looked_at: datetime) -> None:
        state = self._centre.case(case)
        if state.status in ENDED and state.status is not CaseStatus.ARCHIVED:
            package = package_of(self._centre, case)
            id = uuid5(case, f"archive:{package.digest}")
            if insist(self._centre, package, lane=case, id=id).verdict not in ("applied", "duplicate"):
                position, _ = self._ended[case]
                self._ended[case] = position, looked_at + AGAIN
                return
        del self._ended[case]


def package_of(centre: Centre, case: UUID) -> ArchiveCase:
    """The command that closes a case's package, with the digest of what it holds now."""
    rows = centre.event_log.rows(case)
    digest = hashlib.sha256(b"".join(leaf_hash(centre.origin, Entry(*row[1:])) for row in rows))
    return ArchiveCase(digest=digest.hexdigest(), leaves=len(rows))
