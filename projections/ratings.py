"""Ratings as people see them: one view a rating, one a rated case or visit, and tallies by item and by unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar.limits import local_day
from domain.effects.notices import NoticeHandled
from domain.facts import Fact
from domain.ratings import facts as f
from domain.ratings import rating as ratings
from domain.ratings.facts import Level
from domain.ratings.rating import Rating, Rectification
from projections.cases.view import At
from projections.documents import DueDate, Person, Sending
from projections.ledgers import Book, Key, Ledger
from projections.rating_bodies import (
    Answer,
    CallBackBody,
    Count,
    InvitationBody,
    LevelName,
    RatedBody,
    RatingBody,
    RectificationBody,
    TallyBody,
)
from projections.telling import SENT, Sent, has_failed, sent_on

LEADS = "lead:street"


class RatingView(Struct, frozen=True, kw_only=True):
    """Everything that documents of one rating are made from.

    Attributes:
        position: of the last fact folded, or of an erasure.
        due: with its proof.
        names: of the rated and of whoever puts it right, as first met.
        held_by: everybody who was ever named to put it right; their documents leave with the next one.
        sendings: how far the notice of the reply has come.
        reached: they were called after the notice had reached nobody.
    """

    state: Rating = Rating()
    position: int = 0
    given_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    words: str = ""
    due: DueDate | None = None
    deferred_because: str = ""
    call_backs: tuple[CallBackBody, ...] = ()
    outcome_words: str = ""
    reply: str = ""
    appeal_words: str = ""
    names: dict[UUID, str] = {}
    held_by: tuple[UUID, ...] = ()
    sendings: tuple[Sending, ...] = ()
    reached: bool = False


class Asked(Struct, frozen=True, kw_only=True):
    """A case or visit that somebody was invited to rate.

    Attributes:
        position: of the last fact folded.
    """

    position: int
    subject_kind: str
    subject: UUID
    persons: tuple[UUID, ...]
    until: datetime
    on: date | None = None
    group: str | None = None
    item: str = ""
    rated: bool = False


class Tally(Struct, frozen=True, kw_only=True):
    """How often each level was given for an item or a unit."""

    of: str
    name: str
    counted: dict[str, int] = {}
    excluded: dict[str, int] = {}


# Folding


def _on_rating(fact: Fact, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    before = book.view("rating", id, RatingView) or RatingView()
    if at.position <= before.position:
        return
    state = ratings.evolve(fact, before.state, by=at.meta.actor)
    view = _changed(fact, replace(before, state=state, position=at.position), at)
    book.keep("rating", id, view)
    assert state.rater is not None
    book.persons.add((state.rater, "rating", id))
    _count(before.state, state, at.position, book)
    _touch(book, id, view, at.position)


def _reply_sent(fact: Sent | NoticeHandled, of: UUID, at: At, book: Book) -> None:
    """The notice of a reply went on its way, or did not, or they were called; notices of other things are not shown."""
    id = str(of)
    view = book.view("rating", id, RatingView)
    if view is None or at.position <= view.position:
        return
    view = replace(view, position=at.position)
    if isinstance(fact, NoticeHandled):
        view = replace(view, reached=True)
    else:
        view = replace(view, sendings=sent_on(fact, view.sendings, at=at.when))
    book.keep("rating", id, view)
    _touch(book, id, view, at.position)


def _touch(book: Book, id: str, view: RatingView, position: int) -> None:
    state = view.state
    book.touch(Key(f"person:{state.rater}", "rating", id), position, id)
    book.touch(Key(LEADS, "rectification", id), position, id)
    for staff in state.staff:
        book.touch(Key(f"mine:{staff}", "rated", id), position, id)
    for staff in view.held_by:
        book.touch(Key(f"mine:{staff}", "rectification", id), position, id)


def _changed(fact: Fact, view: RatingView, at: At) -> RatingView:
    match fact:
        case f.RatingGiven():
            names = {staff: at.lookups.name(staff, at=at.position) for staff in fact.staff}
            return replace(view, given_at=at.when, reasons=fact.reasons, words=_words(at), names=names)
        case f.RatingAmended():
            return replace(view, reasons=fact.reasons, words=_words(at))
        case f.RectificationOpened():
            return replace(view, due=at.due(fact.due))
        case f.RectificationAssigned():
            names = {**view.names, fact.to: at.lookups.name(fact.to, at=at.position)}
            return replace(view, names=names, held_by=tuple(dict.fromkeys((*view.held_by, fact.to))))
        case f.RaterCalledBack():
            call = CallBackBody(at.when, at.by_name(), fact.reached, _words(at))
            return replace(view, call_backs=(*view.call_backs, call))
        case f.RectificationDeferred():
            return replace(view, due=at.due(fact.due), deferred_because=_words(at))
        case f.RectificationSettled():
            return replace(view, outcome_words=_words(at))
        case f.RaterAnswered():
            return replace(view, reply=_words(at))
        case f.RatingAppealed():
            return replace(view, appeal_words=_words(at))
        case _:
            return view


def _words(at: At) -> str:
    """The sealed words of the fact, empty if there are none or they are erased."""
    return str(at.open("words") or "")


def _forget(book: Book, id: str, person: UUID, position: int | None) -> bool:
    """Everything that was said by or about an erased rater is gone; what it counted stays."""
    view = book.view("rating", id, RatingView)
    if view is None or view.state.rater != person or (position is not None and position <= view.position):
        return False
    blank = replace(
        view,
        words="",
        deferred_because="",
        call_backs=tuple(CallBackBody(call.at, call.by_name, call.reached, "") for call in view.call_backs),
        outcome_words="",
        reply="",
        appeal_words="",
    )
    if position is not None:
        blank = replace(blank, position=position)
    book.keep("rating", id, blank)
    _touch(book, id, blank, blank.position)
    return replace(blank, position=view.position) != view


def _on_rated(fact: f.RatingInvited | f.SubjectRated, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    known = book.view("asked", id, Asked)
    if known is not None and at.position <= known.position:
        return
    match fact:
        case f.RatingInvited():
            asked = Asked(
                position=at.position,
                subject_kind=fact.subject_kind,
                subject=fact.subject,
                persons=fact.persons,
                until=fact.until,
                on=fact.on,
                group=fact.group,
                item=fact.item,
            )
        case f.SubjectRated():
            if known is None:
                return  # rated without having been asked
            asked = replace(known, position=at.position, rated=True)
    book.keep("asked", id, asked)
    for person in asked.persons:
        book.touch(Key(f"person:{person}", "rating-invitation", str(asked.subject)), at.position, id)


# Tallies


def _count(before: Rating, now: Rating, position: int, book: Book) -> None:
    if (before.level, before.excluded) == (now.level, now.excluded):
        return
    for of, name in (("item", now.item), ("unit", now.unit)):
        if not name:
            continue
        id = f"{of}:{name}"
        tally = book.view("tally", id, Tally) or Tally(of=of, name=name)
        if before.level is not None:
            tally = _added(tally, before.level, -1, excluded=before.excluded)
        assert now.level is not None
        tally = _added(tally, now.level, 1, excluded=now.excluded)
        book.keep("tally", id, tally)
        book.touch(Key(LEADS, "rating-tally", id), position, id)


def _added(tally: Tally, level: Level, n: int, *, excluded: bool) -> Tally:
    counts = tally.excluded if excluded else tally.counted
    changed = {**counts, level.value: counts.get(level.value, 0) + n}
    return replace(tally, excluded=changed) if excluded else replace(tally, counted=changed)


# Documents


def _view(id: str, book: Book) -> tuple[RatingView, Rating, LevelName]:
    view = book.view("rating", id, RatingView)
    assert view is not None
    assert view.state.level is not None
    return view, view.state, view.state.level.value


def _rating(_key: Key, id: str, book: Book) -> RatingBody:
    view, state, level = _view(id, book)
    assert state.subject is not None
    assert view.given_at is not None
    return RatingBody(
        subject_kind=state.subject_kind,
        subject=state.subject,
        item=state.item,
        level=level,
        reasons=view.reasons,
        words=view.words,
        given_at=view.given_at,
        amend_until=None if state.amended else state.amend_until,
        answer=_answer(view, state.rectification) if state.rectification else None,
    )


def _answer(view: RatingView, one: Rectification) -> Answer:
    state = one.outcome or ("deferred" if one.deferred else "open")
    return Answer(state, None if one.outcome else view.due, view.reply)


def _rated(key: Key, id: str, book: Book) -> RatedBody:
    view, state, level = _view(id, book)
    assert view.given_at is not None
    return RatedBody(
        item=state.item,
        level=level,
        reasons=view.reasons,
        given_on=local_day(view.given_at),
        appeal=_appeal(state, key.scope),
    )


def _appeal(state: Rating, scope: str) -> str:
    if state.appeal is None:
        return "none"
    if state.appeal.upheld is None:
        return "own" if scope == f"mine:{state.appeal.by}" else "other"
    return "upheld" if state.appeal.upheld else "turned-down"


def _rectification(key: Key, id: str, book: Book) -> RectificationBody | None:
    view, state, level = _view(id, book)
    one = state.rectification
    appeal_waits = state.appeal is not None and state.appeal.upheld is None
    if key.scope == LEADS and not (state.is_being_rectified or appeal_waits):
        return None
    if key.scope != LEADS and not (state.is_being_rectified and one and key.scope == f"mine:{one.responsible}"):
        return None
    assert state.subject is not None
    assert view.given_at is not None
    return RectificationBody(
        subject_kind=state.subject_kind,
        subject=state.subject,
        item=state.item,
        unit=state.unit,
        level=level,
        reasons=view.reasons,
        words=view.words,
        given_at=view.given_at,
        rated=tuple(_named(state.staff, view)),
        due=view.due,
        is_overdue=one is not None and one.overdue,
        is_deferred=one is not None and one.deferred,
        deferred_because=view.deferred_because,
        responsible=next(_named((one.responsible,), view), None) if one and one.responsible else None,
        call_backs=view.call_backs,
        outcome=one.outcome if one else None,
        outcome_words=view.outcome_words,
        replied=one is not None and one.replied,
        reply_unreached=has_failed(view.sendings) and not view.reached,
        appeal_waits=appeal_waits,
        appeal_words=view.appeal_words if appeal_waits else "",
        next=_next(one) if one and not one.closed else "decide-appeal",
    )


def _named(staff: Iterable[UUID], view: RatingView) -> Iterator[Person]:
    return (Person(each, view.names.get(each, "")) for each in staff)


def _next(one: Rectification) -> str:
    if one.replied:
        return "close"
    if one.responsible is None:
        return "assign"
    if one.outcome is not None:
        return "reply"
    return "settle" if one.call_backs else "call-back"


def _invitation(_key: Key, id: str, book: Book) -> InvitationBody | None:
    asked = book.view("asked", id, Asked)
    if asked is None or asked.rated:
        return None
    return InvitationBody(
        subject_kind=asked.subject_kind,
        subject=asked.subject,
        item=asked.item,
        until=asked.until,
        on=asked.on,
        group=asked.group,
    )


def _tally(_key: Key, id: str, book: Book) -> TallyBody:
    tally = book.view("tally", id, Tally)
    assert tally is not None
    counts = tuple(Count(level.value, tally.counted.get(level, 0), tally.excluded.get(level, 0)) for level in Level)
    return TallyBody(of=tally.of, name=tally.name, counts=counts)


LEDGER = Ledger(
    views={"rating": RatingView, "asked": Asked, "tally": Tally},
    handlers={**dict.fromkeys(ratings.FACTS, _on_rating), **dict.fromkeys(ratings.OF_THE_RATED, _on_rated)},
    builders={
        "rating": _rating,
        "rated": _rated,
        "rectification": _rectification,
        "rating-invitation": _invitation,
        "rating-tally": _tally,
    },
    forget={"rating": _forget},
    told=dict.fromkeys((*SENT, NoticeHandled), _reply_sent),
)
