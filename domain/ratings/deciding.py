"""Decisions on ratings: who may rate, what a bad one leads to, and who decides when the rated object."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.calendar.limits import DueRule, working_days
from domain.case.acts import ENDED, CaseStatus
from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.case.deciding.guards import require_words
from domain.case.state import Case
from domain.centre.centre import DERIVED_ID
from domain.effects.notices import Notices
from domain.facts import Fact, Sealed
from domain.ratings import commands as c
from domain.ratings import facts as f
from domain.ratings.facts import BAD, Level
from domain.ratings.rating import Rated, Rating, rated_stream
from domain.refusals import (
    AlreadyAmended,
    AlreadyAppealed,
    AlreadyRated,
    Invalid,
    NotByTheRated,
    NotFound,
    NothingAsked,
    NotYetRateable,
    RatingTimeOver,
)
from domain.rights.table import require
from domain.visits.bench import VisitBench
from domain.visits.line import TicketStatus
from domain.visits.reception import line_stream

RATEABLE = ENDED | {CaseStatus.GRANTED, CaseStatus.ISSUED, CaseStatus.POSTED}
"""From the decision on; what is opened by mistake, or never was complete, is no service that one could rate."""
NO_SERVICE = frozenset({CaseStatus.VOIDED, CaseStatus.LAPSED})
HALL = "hall"
"""The unit that answers for visits."""


class RatingBench(VisitBench, Protocol):
    """The bench with ratings on it."""

    def rated(self, subject: UUID) -> Rated:
        """A case or visit, as far as ratings go."""
        ...

    def rating(self, stream: UUID) -> Rating:
        """A rating at the head; an empty one if nothing was given.

        Raises:
            NotFound: the stream is no rating.
        """
        ...

    def notices(self, case: UUID) -> Notices:
        """The notices beside a rating."""
        ...


class Service(NamedTuple):
    """What can be rated: by whom, who acted, and for which item and unit."""

    persons: tuple[UUID, ...]
    staff: tuple[UUID, ...]
    item: str
    unit: str


def service(command: c.GiveRating | c.InviteRating, bench: RatingBench) -> Service:
    """The service behind a case or a visit.

    Raises:
        NotFound: there is none.
        NotYetRateable: it has not come to its end.
    """
    if command.subject_kind == "case":
        return _of_case(command.subject, bench)
    if command.on is None or command.group is None:
        raise Invalid(where="on")
    ticket = bench.line(line_stream(command.on, command.group)).tickets.get(command.subject)
    if ticket is None:
        raise NotFound
    if ticket.status is not TicketStatus.FINISHED:
        raise NotYetRateable
    item = next((matter.item for matter in ticket.matters if matter.item), "")
    persons = () if ticket.person is None else (ticket.person,)
    return Service(persons, tuple(dict.fromkeys(ticket.served_by)), item, HALL)


def _of_case(id: UUID, bench: RatingBench) -> Service:
    case = bench.case(id)
    if case.status is None:
        raise NotFound
    if case.status not in RATEABLE or case.status in NO_SERVICE:
        raise NotYetRateable
    unit = bench.item(case.item_id, case.item_version).department_id
    persons = tuple(one for one in (case.applicant, case.agent) if one is not None)
    return Service(persons, _acted(case, bench), case.item_id, unit)


def _acted(case: Case, bench: RatingBench) -> tuple[UUID, ...]:
    """The staff who acted on a case as far as its state knows; residents and the centre itself are none."""
    acted = dict.fromkeys((case.accepted_by, case.decided_by, case.last_handler, case.doer))
    return tuple(one for one in acted if one is not None and bench.staff(one).id is not None)


@decide.register
def _(command: c.InviteRating, call: Call, bench: RatingBench) -> Decided:
    if call.lane != rated_stream(command.subject):
        raise Invalid(where="lane")
    rated = bench.rated(command.subject)
    if rated.until is not None or rated.rating is not None:
        return []
    known = service(command, bench)
    if not known.persons:
        return []
    until = bench.now + timedelta(days=bench.centre().practice.rating_calendar_days)
    invited = f.RatingInvited(
        subject_kind=command.subject_kind,
        subject=command.subject,
        item=known.item,
        persons=known.persons,
        until=until,
        on=command.on,
        group=command.group,
    )
    return [(call.lane, invited)]


@decide.register
def _(command: c.GiveRating, call: Call, bench: RatingBench) -> Decided:
    if call.lane.version == DERIVED_ID or bench.rating(call.lane).level is not None:
        raise Invalid(where="lane")
    known = _of_theirs(command, call, bench)
    rated = bench.rated(command.subject)
    if rated.rating is not None:
        raise AlreadyRated
    if rated.until is not None and bench.now > rated.until:
        raise RatingTimeOver
    given = f.RatingGiven(
        subject_kind=command.subject_kind,
        subject=command.subject,
        rater=call.by.id,
        staff=known.staff,
        item=known.item,
        unit=known.unit,
        level=command.level,
        reasons=tuple(dict.fromkeys(command.reasons)),
        words=_words(command.words, call.by.id),
        channel=command.channel,
        amend_until=bench.now + timedelta(days=bench.centre().practice.rating_amend_calendar_days),
    )
    counted = (rated_stream(command.subject), f.SubjectRated(rating=call.lane))
    return [counted, (call.lane, given), *_opened(command.level, known.unit, call.lane, bench)]


def _of_theirs(command: c.GiveRating, call: Call, bench: RatingBench) -> Service:
    """The service, if the author received it; to anybody else it does not exist."""
    if command.subject_kind == "case" and not bench.case(command.subject).belongs_to(call.by.id):
        raise NotFound
    known = service(command, bench)
    if call.by.id not in known.persons:
        raise NotFound
    return known


def _words(words: str, rater: UUID) -> Sealed | None:
    return Sealed(rater, value=words.strip()) if words.strip() else None


def _opened(level: Level, unit: str, stream: UUID, bench: RatingBench) -> list[tuple[UUID, Fact]]:
    if level not in BAD:
        return []
    days = bench.centre().practice.rectification_working_days
    due = working_days(bench.calendar(), bench.now, days, rule=DueRule.RECTIFICATION).due
    return [(stream, f.RectificationOpened(unit=unit, due=due))]


@decide.register
def _(command: c.AmendRating, call: Call, bench: RatingBench) -> Decided:
    rating = bench.rating(call.lane)
    if rating.level is None or rating.rater != call.by.id:
        raise NotFound
    if rating.amended:
        raise AlreadyAmended
    if rating.amend_until is None or bench.now > rating.amend_until:
        raise RatingTimeOver
    amended = f.RatingAmended(
        level=command.level,
        reasons=tuple(dict.fromkeys(command.reasons)),
        words=_words(command.words, call.by.id),
    )
    opened = [] if rating.rectification else _opened(command.level, rating.unit, call.lane, bench)
    return [(call.lane, amended), *opened]


# Appeals of the rated


@decide.register
def _(command: c.AppealRating, call: Call, bench: RatingBench) -> Decided:
    rating = _given(call, bench)
    if call.by.id not in rating.staff:
        raise NotFound
    if rating.appeal is not None:
        raise AlreadyAppealed
    return [(call.lane, f.RatingAppealed(words=about_rater(rating, reason=command.reason)))]


@decide.register
def _(command: c.DecideAppeal, call: Call, bench: RatingBench) -> Decided:
    rating = _given(call, bench)
    require_lead(call, rating)
    if rating.appeal is None or rating.appeal.upheld is not None:
        raise NothingAsked
    words = None if is_erased(rating, bench) else about_rater(rating, reason=command.reason)
    return [(call.lane, f.AppealDecided(upheld=command.upheld, words=words))]


def _given(call: Call, bench: RatingBench) -> Rating:
    rating = bench.rating(call.lane)
    if rating.level is None or call.by.is_resident:
        raise NotFound
    return rating


def require_lead(call: Call, rating: Rating) -> None:
    """A lead who has no part in it.

    Raises:
        NotByTheRated: one of the rated, or the appellant.
        Forbidden: no lead.
    """
    if call.by.id in rating.staff or (rating.appeal is not None and rating.appeal.by == call.by.id):
        raise NotByTheRated
    require("rectification.lead", call.by)


def is_erased(rating: Rating, bench: RatingBench) -> bool:
    """Whether the rater was erased: then nothing can be told them any more, and nothing sealed for them."""
    return rating.rater is not None and bench.person(rating.rater).erased


def about_rater(rating: Rating, **words: str) -> Sealed:
    """Words about a rating, under the rater's key; they must not be blank."""
    require_words(words)
    assert rating.rater is not None
    return Sealed(rating.rater, value=next(iter(words.values())).strip())
