from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actors import Actor
from domain.calendar.limits import DueRule, working_days
from domain.centre.centre import Practice
from domain.effects.notices import ClaimNotice, NoticeHandled, ReportNotice
from domain.facts import Sealed
from domain.identity.erasure import ErasePerson
from domain.ratings import commands as c
from domain.ratings import facts as f
from domain.ratings.facts import BAD, Level
from domain.refusals import (
    CallBackFirst,
    ColleagueUnfit,
    Forbidden,
    Invalid,
    NotByTheRated,
    NotFound,
    PersonIsErased,
    ReasonMissing,
    RectificationStateChanged,
    ReplyFirst,
)
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    LEASE,
    LI,
    LIN,
    MONDAY_10AM,
    PARTICULARS,
    STRANGER,
    SUN,
    WANG,
    ZHOU,
)
from tests.domain.ratings.desk import ASSIGNED, CALLED, RATING, REPLIED, SETTLED, Ratings

OTHER_ID = UUID(int=RATING.int + 1)
DUE = working_days(CALENDAR, MONDAY_10AM, 5, rule=DueRule.RECTIFICATION).due


APPEAL = c.AppealRating(reason="当天系统停机，不是我们的原因")
UPHELD = c.DecideAppeal(upheld=True, reason="停机记录属实")


@pytest.mark.parametrize("level", list(Level))
def test_the_two_worst_open_a_rectification_due_in_five_working_days_and_no_other_does(level: Level) -> None:
    desk = Ratings()

    facts = desk.rate(level)

    opened = f.RectificationOpened(unit=LEASE.department_id, due=DUE)
    assert facts[2:] == ([opened] if level in BAD else [])
    assert DUE.on == date(2026, 11, 30)


def test_the_centre_sets_the_days_for_itself() -> None:
    desk = Ratings()
    desk.particulars = replace(PARTICULARS, practice=Practice(rectification_working_days=2))

    desk.rate()

    assert desk.open_one.due.on == date(2026, 11, 25)


def test_a_bad_rating_is_called_back_put_right_answered_and_closed() -> None:
    desk = Ratings()
    desk.rate()

    assert desk.on(ASSIGNED, by=SUN) == [f.RectificationAssigned(to=LIN.id)]
    assert desk.on(CALLED) == [f.RaterCalledBack(reached=True, words=Sealed(FATHER.id, value=CALLED.words))]
    assert desk.on(SETTLED) == [f.RectificationSettled(outcome="fixed", words=Sealed(FATHER.id, value=SETTLED.words))]
    assert desk.on(REPLIED) == [f.RaterAnswered(words=Sealed(FATHER.id, value=REPLIED.words))]
    assert desk.on(c.CloseRectification(), by=SUN) == [f.RectificationClosed()]
    assert not desk.given.is_being_rectified
    with pytest.raises(RectificationStateChanged):
        desk.on(REPLIED)


def test_who_is_called_after_a_reply_that_did_not_arrive_needs_no_further_notice_of_it() -> None:
    desk = Ratings()
    desk.rate()
    desk.settle()
    desk.on(REPLIED)
    desk.on(ClaimNotice(position=7, person=FATHER.id, channel="sms"), by=CENTRE)
    desk.on(ReportNotice(position=7, person=FATHER.id, channel="sms", outcome="failed", why="unreachable"), by=CENTRE)

    assert len(desk.on(replace(CALLED, reached=False))) == 1
    assert desk.notices(RATING).unreached == ((7, FATHER.id),)
    (_, handled) = desk.on(CALLED)

    assert handled == NoticeHandled(position=7, person=FATHER.id, how="by-phone", words=None)
    assert desk.notices(RATING).unreached == ()
    assert len(desk.on(CALLED)) == 1


def test_nothing_is_settled_before_a_call_back_and_nothing_closed_before_the_reply() -> None:
    desk = Ratings()
    desk.rate()
    desk.on(ASSIGNED, by=SUN)

    with pytest.raises(CallBackFirst):
        desk.on(SETTLED)
    with pytest.raises(RectificationStateChanged):
        desk.on(REPLIED)
    desk.on(replace(CALLED, reached=False))
    desk.on(SETTLED)
    with pytest.raises(ReplyFirst):
        desk.on(c.CloseRectification(), by=SUN)
    with pytest.raises(RectificationStateChanged):
        desk.on(SETTLED)


def test_what_takes_longer_stands_in_the_ledger_with_a_new_date_and_a_reason() -> None:
    desk = Ratings()
    desk.rate()
    desk.on(ASSIGNED, by=SUN)
    later = c.DeferRectification(on=date(2026, 12, 11), reason="要等区里装新系统")

    (deferred,) = desk.on(later)

    assert isinstance(deferred, f.RectificationDeferred)
    assert deferred.words == Sealed(FATHER.id, value="要等区里装新系统")
    assert (desk.open_one.due.on, desk.open_one.deferred) == (date(2026, 12, 11), True)
    for wrong in (date(2026, 12, 11), date(2026, 12, 12), date(2026, 11, 24), date(2062, 12, 14)):
        with pytest.raises(Invalid):
            desk.on(replace(later, on=wrong))
    with pytest.raises(ReasonMissing):
        desk.on(replace(later, on=date(2026, 12, 14), reason=" "))


def test_the_date_passes_once_and_the_flag_stays() -> None:
    desk = Ratings()
    desk.rate()

    assert desk.ring_overdue() == [f.RectificationOverdue(due=DUE)]
    desk.on(ASSIGNED, by=SUN)
    desk.on(CALLED)
    desk.on(SETTLED)
    assert desk.open_one.overdue


def test_what_is_settled_in_time_is_not_overdue() -> None:
    desk = Ratings()
    desk.rate()
    desk.settle()

    with pytest.raises(ValueError, match="unpack"):
        desk.ring_overdue()


@pytest.mark.parametrize("who", [ZHOU, WANG, CHEN], ids=["accepted", "decided", "delivered"])
def test_the_rated_are_not_named_to_put_it_right_and_do_nothing_about_it(who: Actor) -> None:
    desk = Ratings()
    desk.rate()

    with pytest.raises(ColleagueUnfit):
        desk.on(c.AssignRectification(to=who.id), by=SUN)
    for command in (CALLED, SETTLED):
        with pytest.raises(NotByTheRated):
            desk.on(command, by=who)
    for leads in (c.CloseRectification(), ASSIGNED):
        with pytest.raises(Forbidden):
            desk.on(leads, by=who)
        with pytest.raises(NotByTheRated):
            desk.on(command, by=replace(who, roles=who.roles | SUN.roles))


def test_only_a_lead_names_who_puts_it_right_and_only_that_person_or_a_lead_does() -> None:
    desk = Ratings()
    desk.rate()

    with pytest.raises(Forbidden):
        desk.on(ASSIGNED, by=LI)
    with pytest.raises(NotFound):
        desk.on(c.AssignRectification(to=STRANGER.id), by=SUN)
    desk.on(ASSIGNED, by=SUN)
    assert desk.on(ASSIGNED, by=SUN) == []
    with pytest.raises(Forbidden):
        desk.on(CALLED, by=LI)
    with pytest.raises(Forbidden):
        desk.on(CALLED, by=FATHER)
    assert desk.on(CALLED, by=SUN)


def test_a_good_rating_has_nothing_to_put_right() -> None:
    desk = Ratings()
    desk.rate(Level.SATISFIED)

    with pytest.raises(NotFound):
        desk.on(ASSIGNED, by=SUN)


def test_what_an_erased_rater_said_is_closed_by_a_lead_and_an_appeal_still_decided() -> None:
    desk = Ratings()
    desk.rate()
    desk.on(APPEAL, by=ZHOU)
    erase = ErasePerson(reason="law-requires", basis="个人信息保护法第四十七条", cases=(CASE,))
    desk.give(erase, by=CENTRE, lane=FATHER.id)

    with pytest.raises(PersonIsErased):
        desk.on(CALLED, by=SUN)
    assert desk.on(UPHELD, by=SUN) == [f.AppealDecided(upheld=True, words=None)]
    assert desk.on(c.CloseRectification(), by=SUN) == [f.RectificationClosed()]
