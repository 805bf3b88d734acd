"""Printed results go to the post, each once, and what the post says of them comes back into the log.

Handing over is claimed in the log first, and a claim without an outcome (the process ended in between, or the carrier's
answer was lost) is reported as `effect.uncertain`: work for staff, never a second parcel. Ids of commands follow from
the position of the fact that asks, so a repeated command has no second effect either.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.acts import CaseStatus
from domain.case.commands import ClaimEffect, RecordPosting, ReportEffect
from domain.case.facts import (
    CaseDelivered,
    CasePosted,
    DispatchRequested,
    EffectClaimed,
    EffectUncertain,
    PostReturned,
    ResultVoided,
)
from domain.centre.centre import NAMESPACE
from domain.effects.parcels import RecordTracking
from domain.facts import Envelope, tag_of
from store.centre import Centre
from web.following import Progress, insist
from web.post import Carrier, recipient_of
from web.results.matter import recall_matter
from web.results.paper import AnswersGone

POST = "post"
PAGE_OF_FACTS = 1_000
ASK_EVERY = timedelta(minutes=10)
"""How often the carrier is asked about one parcel."""

WATCHED = frozenset(
    tag_of(kind)
    for kind in (
        DispatchRequested,
        EffectClaimed,
        EffectUncertain,
        CasePosted,
        CaseDelivered,
        PostReturned,
        ResultVoided,
    )
)

_log = logging.getLogger("doorstep.posting")


class _Parcel(Struct):
    """A parcel on its way.

    Attributes:
        position: of the fact by which it was posted.
        ask_at: when the carrier is asked about it next.
    """

    position: int
    number: str
    handed_over_at: datetime
    ask_at: datetime


class Posting:
    """Hands results over and follows them.

    Args:
        centre: the log.
        carrier: who carries printed results.
        clock: the time, UTC.
        progress: how far an earlier process had come; the log is read from its start without it.
    """

    def __init__(
        self, centre: Centre, carrier: Carrier, *, clock: Callable[[], datetime], progress: Progress | None = None
    ) -> None:
        self._centre = centre
        self._carrier = carrier
        self._clock = clock
        self._progress = progress
        self._position = progress.position if progress else 0
        self._asked: dict[UUID, int] = {}
        self._claimed: set[int] = set()
        self._on_their_way: dict[UUID, _Parcel] = {}

    def catch_up(self) -> None:
        """Read the log to its head, hand over what it asks for, and ask the carrier what became of the rest."""
        while self._read_on():
            pass
        for case, position in tuple(self._asked.items()):
            try:
                self._hand_over(case, position)
            except Exception:  # it is asked for again at the next turn; the others must not wait for it
                _log.exception("the result of case %s could not be handed over", case)
                continue
            if self._centre.writer.closed:
                break  # what could not be recorded any more is asked for again after the next start
            self._asked.pop(case, None)
        for case, parcel in tuple(self._on_their_way.items()):
            if parcel.ask_at <= self._clock():
                self._track(case, parcel)
        if self._progress:
            open_ = [*self._asked.values(), *(parcel.position for parcel in self._on_their_way.values())]
            self._progress.keep(min([self._position, *(position - 1 for position in open_)]))

    def _read_on(self) -> bool:
        """Take note of the next page of the log; False where nothing in it concerns this."""
        reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=WATCHED)
        for position, envelope in page:
            self._note(position, envelope)
        self._position = reached
        return bool(page)

    def _note(self, position: int, envelope: Envelope) -> None:
        case, fact = envelope.originator_id, envelope.fact
        match fact:
            case DispatchRequested():
                self._asked[case] = position
            case EffectClaimed(channel=channel, position=asked) if channel == POST:
                self._claimed.add(asked)
            case EffectUncertain():
                self._asked.pop(case, None)
            case CasePosted():
                self._asked.pop(case, None)
                at = envelope.meta.recorded_at
                self._on_their_way[case] = _Parcel(position, fact.tracking_number, at, at)
            case _:
                self._asked.pop(case, None)
                self._on_their_way.pop(case, None)

    # Handing over

    def _hand_over(self, case: UUID, position: int) -> None:
        claim = effect_id(position, POST)
        if position in self._claimed or not self._claim(case, position, claim):
            self._leave_to_staff(case, position, claim)
            return
        try:
            number = self._deliver(case, position, claim)
        except Exception:
            _log.exception("the post did not say whether it has the result of case %s", case)
            self._leave_to_staff(case, position, claim)
            return
        posted = RecordPosting(carrier=self._carrier.name, tracking_number=number)
        insist(self._centre, posted, lane=case, id=uuid5(claim, "outcome"))

    def _claim(self, case: UUID, position: int, claim: UUID) -> bool:
        return (
            insist(self._centre, ClaimEffect(position=position, channel=POST), lane=case, id=claim).verdict == "applied"
        )

    def _deliver(self, case: UUID, position: int, claim: UUID) -> str:
        matter = recall_matter(self._centre, case, position)
        if matter is None:
            raise AnswersGone
        return self._carrier.hand_over(
            case,
            document_number=matter.documents[-1],
            recipient=recipient_of(matter.answers),
            reference=claim,
        )

    def _leave_to_staff(self, case: UUID, position: int, claim: UUID) -> None:
        _log.warning("whether the post has the result of case %s is not known", case)
        insist(self._centre, ReportEffect(position=position, channel=POST), lane=case, id=uuid5(claim, "uncertain"))

    # On the way

    def _track(self, case: UUID, parcel: _Parcel) -> None:
        parcel.ask_at = self._clock() + ASK_EVERY
        if self._centre.case(case).status is not CaseStatus.POSTED:
            self._on_their_way.pop(case, None)
            return
        try:
            events = self._carrier.track(parcel.number, handed_over_at=parcel.handed_over_at)
        except Exception:
            _log.exception("the post does not answer about the result of case %s", case)
            return
        for one in events:
            told = RecordTracking(
                position=parcel.position,
                tracking_number=parcel.number,
                event=one.event,
                at=one.at,
                receiver=one.receiver,
                why=one.why,
            )
            insist(self._centre, told, lane=case, id=effect_id(parcel.position, f"{POST}:{one.event}"))


def effect_id(position: int, channel: str) -> UUID:
    """The id of the command that claims or records the effect of the fact at a position."""
    return uuid5(NAMESPACE, f"effect:{position}:{channel}")
