"""Visitors whom no channel reached: staff who receive people say once how they told them."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.actors import Actor
from domain.centre.centre import views_stream
from domain.effects.notices import ClaimNotice, HandleNotice, NoticeHandled, ReportNotice, notices_stream
from domain.facts import Sealed
from domain.refusals import Forbidden, NotFound, ReasonMissing, StateChanged
from domain.rights.looks import RecordUnmasked
from domain.visits.commands import ReadContact
from domain.visits.reached import beside, lanes_of
from domain.visits.reception import line_stream
from tests.cast import CENTRE, CHEN, FATHER, GU, SUN, WANG, ZHANG, ZHOU
from tests.domain.visits.office import MONDAY, MOTHER, Office

LINE = line_stream(MONDAY, "housing")
BY_PHONE = HandleNotice(position=7, person=FATHER.id, how="by-phone", words="电话里说了", line=LINE)


def unreached(office: Office, lane: UUID, person: UUID = FATHER.id) -> None:
    """A text message that did not arrive."""
    office.give(ClaimNotice(position=7, person=person, channel="sms"), by=CENTRE, lane=lane)
    failed = ReportNotice(position=7, person=person, channel="sms", outcome="failed", why="unreachable")
    office.give(failed, by=CENTRE, lane=lane)


def left(office: Office, visit: UUID) -> int:
    return sum(len(office.notices(lane).unreached) for lane in lanes_of(visit))


@pytest.mark.parametrize("by", [ZHOU, CHEN, SUN])
def test_one_call_settles_the_confirmation_and_the_reminder_alike(by: Actor) -> None:
    office = Office()
    id = office.book()
    unreached(office, id)
    unreached(office, beside(id, "reminder"))

    facts = office.give(BY_PHONE, by=by, lane=id)

    said = Sealed(FATHER.id, value="电话里说了")
    assert facts == [NoticeHandled(position=7, person=FATHER.id, how="by-phone", words=said)] * 2
    assert [stream for stream, _ in office.facts[-2:]] == [
        notices_stream(id),
        notices_stream(beside(id, "reminder")),
    ]
    assert left(office, id) == 0
    with pytest.raises(StateChanged):
        office.give(BY_PHONE, by=by, lane=id)


def test_a_caller_without_a_sign_in_and_a_visitor_with_a_number_are_told_so_too() -> None:
    office = Office()
    called = office.book(by=ZHOU, name="刘老太", phone="027-88888888")
    ticket = office.take(by=MOTHER)
    for visit, person in ((called, office.appointment(called).person), (ticket, MOTHER.id)):
        unreached(office, visit, person)
        told = HandleNotice(position=7, person=person, how="in-person", line=LINE)

        office.give(told, by=ZHOU, lane=visit)

        assert left(office, visit) == 0


def test_that_nobody_needs_to_be_told_has_a_reason() -> None:
    office = Office()
    id = office.book()
    unreached(office, id)

    with pytest.raises(ReasonMissing):
        office.give(HandleNotice(position=7, person=FATHER.id, how="not-needed", line=LINE), by=ZHOU, lane=id)
    assert left(office, id) == 1


def test_who_receives_nobody_knows_of_no_visit_and_nobody_is_told_of_somebody_elses() -> None:
    office = Office()
    id = office.book()
    unreached(office, id)
    other = HandleNotice(position=7, person=MOTHER.id, how="by-phone", line=LINE)
    elsewhere = HandleNotice(position=7, person=FATHER.id, how="by-phone", line=line_stream(MONDAY, "welfare"))

    for who in (FATHER, GU):
        with pytest.raises(Forbidden):
            office.give(BY_PHONE, by=who, lane=id)
    for who in (WANG, ZHANG):
        with pytest.raises(NotFound):
            office.give(BY_PHONE, by=who, lane=id)
    for wrong in (other, elsewhere):
        with pytest.raises(NotFound):
            office.give(wrong, by=ZHOU, lane=id)
    assert left(office, id) == 1


def test_how_a_visitor_is_reached_is_told_to_who_receives_people_and_of_somebody_known_only() -> None:
    office = Office()
    id, machine = office.book(), office.take(by=ZHOU)

    facts = office.give(ReadContact(visit=id), by=ZHOU, lane=LINE)

    assert facts == [RecordUnmasked(record=id, what="contact", purpose="contact")]
    assert [stream for stream, _ in office.facts[-1:]] == [views_stream(id)]
    for visit in (machine, CENTRE.id):
        with pytest.raises(NotFound):
            office.give(ReadContact(visit=visit), by=ZHOU, lane=LINE)
    for who in (FATHER, GU, WANG):
        with pytest.raises(Forbidden):
            office.give(ReadContact(visit=id), by=who, lane=LINE)
