"""What people are told about ratings: that they may give one if they like, and that a bad one was answered."""

from __future__ import annotations

from datetime import time
from typing import cast

from domain.facts import Envelope, tag_of
from domain.ratings.facts import RaterAnswered, RatingInvited
from domain.ratings.rating import Rated, Rating
from domain.visits.reception import at_local
from store.centre import Centre
from store.states import RATED, RATING
from web.notices.kinds import number_of
from web.notices.telling import STALE, Telling
from web.notices.visits import moment

_NOON = time(12)
TOLD = (RatingInvited, RaterAnswered)
WATCHED = frozenset(tag_of(kind) for kind in TOLD)


def rating_telling(envelope: Envelope, centre: Centre) -> Telling | None:
    """What a fact about a rating asks for, None if nobody needs to be told."""
    fact = envelope.fact
    assert isinstance(fact, RatingInvited | RaterAnswered)
    return _invited(envelope, fact, centre) if isinstance(fact, RatingInvited) else _answered(envelope, centre)


def _invited(envelope: Envelope, fact: RatingInvited, centre: Centre) -> Telling | None:
    """Once, and not those who rated of their own accord."""
    rated = cast("Rated", centre.state(envelope.originator_id, RATED))
    particulars = centre.particulars()
    if particulars is None or not fact.persons:
        return None
    is_visit = fact.on is not None
    values = {"phone": particulars.phone}
    if fact.on is not None:
        values |= moment(at_local(fact.on, _NOON))
    else:
        values["number"] = number_of(centre.case(fact.subject))
    told_at = envelope.meta.recorded_at
    return Telling(
        kind="rating-visit" if is_visit else "rating-case",
        persons=fact.persons,
        values=values,
        lane=envelope.originator_id,
        until=told_at if rated.rating is not None else min(told_at + STALE, fact.until),
        url="/visits" if is_visit else f"/case/{fact.subject}",
        stands_alone=False,
    )


def _answered(envelope: Envelope, centre: Centre) -> Telling | None:
    rating = cast("Rating", centre.state(envelope.originator_id, RATING))
    particulars = centre.particulars()
    if particulars is None or rating.rater is None:
        return None
    return Telling(
        kind="rectified",
        persons=(rating.rater,),
        values={"phone": particulars.phone},
        lane=envelope.originator_id,
        until=envelope.meta.recorded_at + STALE,
        url="/visits" if rating.subject_kind == "visit" else f"/case/{rating.subject}",
        given_late=True,
    )
