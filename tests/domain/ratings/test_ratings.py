from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from domain.actors import Actor
from domain.calendar.limits import DueRule, working_days
from domain.facts import Sealed
from domain.ratings import commands as c
from domain.ratings import facts as f
from domain.ratings.facts import Level
from domain.ratings.rating import rated_stream
from domain.refusals import (
    AlreadyAmended,
    AlreadyAppealed,
    AlreadyRated,
    Forbidden,
    Invalid,
    NotByTheRated,
    NotFound,
    NothingAsked,
    NotYetRateable,
    RatingTimeOver,
)
from domain.visits.commands import FinishService
from domain.visits.facts import Matter
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    GU,
    HARDSHIP,
    LEASE,
    LIN,
    MONDAY_10AM,
    STRANGER,
    SUN,
    WANG,
    ZHOU,
    Filing,
)
from tests.domain.case.desk import DECLINE
from tests.domain.ratings.desk import RATING, Ratings
from tests.domain.visits.office import MONDAY, MOTHER, Office

OTHER_ID = UUID(int=RATING.int + 1)
DUE = working_days(CALENDAR, MONDAY_10AM, 5, rule=DueRule.RECTIFICATION).due


def test_the_applicant_rates_once_and_what_was_said_is_sealed_under_their_key() -> None:
    desk = Ratings()

    facts = desk.rate(Level.BASICALLY_SATISFIED, words="快，但午间没人")

    assert facts == [
        f.SubjectRated(rating=RATING),
        f.RatingGiven(
            subject_kind="case",
            subject=CASE,
            rater=FATHER.id,
            staff=(ZHOU.id, WANG.id, CHEN.id),
            item=LEASE.id,
            unit=LEASE.department_id,
            level=Level.BASICALLY_SATISFIED,
            reasons=("slow",),
            words=Sealed(FATHER.id, value="快，但午间没人"),
            channel="app",
            amend_until=MONDAY_10AM + timedelta(days=10),
        ),
    ]
    with pytest.raises(AlreadyRated):
        desk.rate(id=OTHER_ID)


def test_there_are_five_levels_and_none_is_set_by_itself() -> None:
    given = {"subject_kind": "case", "subject": str(CASE)}

    assert [level.value for level in Level] == [
        "very-satisfied",
        "satisfied",
        "basically-satisfied",
        "dissatisfied",
        "very-dissatisfied",
    ]
    with pytest.raises(msgspec.ValidationError, match="level"):
        msgspec.convert(given, c.GiveRating)
    with pytest.raises(msgspec.ValidationError, match="level"):
        msgspec.convert({**given, "level": "perfect"}, c.GiveRating)


@pytest.mark.parametrize("who", [ZHOU, WANG, SUN, GU, CENTRE], ids=["clerk", "decider", "lead", "auditor", "centre"])
def test_neither_staff_nor_the_centre_rate(who: Actor) -> None:
    with pytest.raises(NotByTheRated):
        Ratings().rate(by=who)


def test_who_has_no_part_in_the_case_does_not_rate_it() -> None:
    with pytest.raises(NotFound):
        Ratings().rate(by=STRANGER)
    with pytest.raises(NotFound):
        Ratings().rate(subject=RATING)


def test_the_agent_rates_what_they_handed_in_for_another() -> None:
    desk = Office()
    filing = Filing(HARDSHIP, has_agent=True)
    desk.receive(filing, by=MOTHER)
    desk.do(DECLINE, by=ZHOU)
    command = c.GiveRating(subject_kind="case", subject=CASE, level=Level.SATISFIED)

    given = desk.give(command, by=MOTHER, lane=RATING)[-1]

    assert isinstance(given, f.RatingGiven)
    assert (given.rater, given.staff) == (MOTHER.id, (ZHOU.id,))


@pytest.mark.parametrize("place", ["filed", "received", "correction", "accepted", "voided", "lapsed"])
def test_what_is_not_decided_and_what_was_no_service_is_not_rated(place: str) -> None:
    with pytest.raises(NotYetRateable):
        Ratings(place).rate()


@pytest.mark.parametrize("place", ["granted", "rejected", "declined", "withdrawn", "issued", "posted", "archived"])
def test_from_the_decision_on_it_can_be_rated_whatever_it_was(place: str) -> None:
    assert Ratings(place).rate(Level.VERY_SATISFIED)


def test_a_rating_stands_on_an_id_that_follows_from_nothing_so_that_the_rated_cannot_tell_the_case() -> None:
    desk = Ratings()

    with pytest.raises(Invalid):
        desk.rate(id=rated_stream(CASE))
    desk.rate()
    with pytest.raises(Invalid):
        desk.rate()


def test_an_invitation_goes_once_to_those_who_may_rate_and_gives_thirty_days() -> None:
    desk = Ratings()

    assert desk.invite() == [
        f.RatingInvited(
            subject_kind="case",
            subject=CASE,
            item=LEASE.id,
            persons=(FATHER.id,),
            until=MONDAY_10AM + timedelta(days=30),
        )
    ]
    assert desk.invite() == []
    desk.now += timedelta(days=31)
    with pytest.raises(RatingTimeOver):
        desk.rate()


def test_nobody_is_invited_to_rate_again_and_only_the_centre_invites() -> None:
    desk = Ratings()
    desk.rate()

    assert desk.invite() == []
    with pytest.raises(Forbidden):
        desk.give(c.InviteRating(subject_kind="case", subject=CASE), by=ZHOU, lane=rated_stream(CASE))
    with pytest.raises(NotYetRateable):
        Ratings("accepted").invite()


def test_a_visit_is_rated_by_its_visitor_once_it_is_over() -> None:
    desk = Office()
    desk.sit()
    ticket = desk.take(by=FATHER, matters=(Matter(), Matter(LEASE.id)))
    visit = c.GiveRating(
        subject_kind="visit", subject=ticket, on=MONDAY, group="housing", level=Level.VERY_DISSATISFIED
    )
    desk.serve()
    with pytest.raises(NotYetRateable):
        desk.give(visit, by=FATHER, lane=RATING)
    desk.of(FinishService, ticket)

    with pytest.raises(NotFound):
        desk.give(visit, by=MOTHER, lane=RATING)
    with pytest.raises(Invalid):
        desk.give(replace(visit, on=None), by=FATHER, lane=RATING)
    _, given, opened = desk.give(visit, by=FATHER, lane=RATING)
    assert isinstance(given, f.RatingGiven)
    assert (given.staff, given.item, given.unit) == ((ZHOU.id,), LEASE.id, "hall")
    assert opened == f.RectificationOpened(unit="hall", due=DUE)


def test_a_visitor_without_a_name_is_not_invited() -> None:
    desk = Office()
    desk.sit()
    ticket = desk.take()
    desk.through()
    invite = c.InviteRating(subject_kind="visit", subject=ticket, on=MONDAY, group="housing")

    assert desk.give(invite, by=CENTRE, lane=rated_stream(ticket)) == []


# Changing one's mind


def test_a_rating_is_changed_once_within_its_time_by_whoever_gave_it() -> None:
    desk = Ratings()
    desk.rate(Level.SATISFIED)

    with pytest.raises(Forbidden):
        desk.amend(Level.VERY_SATISFIED, by=ZHOU)
    assert desk.amend(Level.VERY_SATISFIED) == [f.RatingAmended(level=Level.VERY_SATISFIED, reasons=(), words=None)]
    with pytest.raises(AlreadyAmended):
        desk.amend(Level.SATISFIED)


def test_after_ten_days_a_rating_stays_as_it_is() -> None:
    desk = Ratings()
    desk.rate()
    desk.now += timedelta(days=10, seconds=1)

    with pytest.raises(RatingTimeOver):
        desk.amend(Level.SATISFIED)


def test_a_rating_changed_to_a_bad_one_opens_a_rectification_and_one_changed_to_a_good_one_closes_none() -> None:
    worse, better = Ratings(), Ratings()
    worse.rate(Level.SATISFIED)
    better.rate(Level.VERY_DISSATISFIED)

    worse.amend(Level.DISSATISFIED)
    better.amend(Level.VERY_SATISFIED)

    assert worse.given.is_being_rectified
    assert better.given.is_being_rectified


# Appeals

APPEAL = c.AppealRating(reason="当天系统停机，不是我们的原因")
UPHELD = c.DecideAppeal(upheld=True, reason="停机记录属实")


def test_an_appeal_of_the_rated_is_decided_by_a_second_person_and_the_rating_kept_but_not_counted() -> None:
    desk = Ratings()
    desk.rate()

    assert desk.on(APPEAL, by=ZHOU) == [f.RatingAppealed(words=Sealed(FATHER.id, value=APPEAL.reason))]
    assert desk.on(UPHELD, by=SUN) == [f.AppealDecided(upheld=True, words=Sealed(FATHER.id, value=UPHELD.reason))]
    assert desk.given.excluded
    assert desk.given.level is Level.DISSATISFIED
    assert desk.given.is_being_rectified


def test_an_appeal_that_is_turned_down_changes_no_score() -> None:
    desk = Ratings()
    desk.rate()
    desk.on(APPEAL, by=ZHOU)
    desk.on(replace(UPHELD, upheld=False), by=SUN)

    assert not desk.given.excluded
    with pytest.raises(AlreadyAppealed):
        desk.on(APPEAL, by=WANG)
    with pytest.raises(NothingAsked):
        desk.on(UPHELD, by=SUN)


def test_only_the_rated_appeal_and_neither_they_nor_the_appellant_decide() -> None:
    desk = Ratings()
    desk.rate()

    with pytest.raises(NothingAsked):
        desk.on(UPHELD, by=SUN)
    for who, refusal in ((LIN, NotFound), (SUN, NotFound), (FATHER, Forbidden)):
        with pytest.raises(refusal):
            desk.on(APPEAL, by=who)
    desk.on(APPEAL, by=CHEN)
    with pytest.raises(Forbidden):
        desk.on(UPHELD, by=LIN)
    for who in (ZHOU, CHEN):
        lead = replace(who, roles=who.roles | SUN.roles)
        with pytest.raises(NotByTheRated):
            desk.on(UPHELD, by=lead)
