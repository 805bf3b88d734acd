from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from domain.actors import Actor
from domain.case.commands import Command
from domain.centre.centre import (
    CALENDAR_STREAM,
    CENTRE_STREAM,
    CalendarPublished,
    CentreOpened,
    ItemPublished,
    Published,
    evolve,
    item_stream,
)
from domain.centre.commands import CertifyStaff, EnrolStaff, OpenCentre, PublishCalendar, PublishItem
from domain.facts import Sealed
from domain.identity.identity import (
    CloseSession,
    OpenSession,
    PersonRegistered,
    PhoneLinked,
    RegisterPerson,
    Session,
    SessionClosed,
    SessionOpened,
    phone_stream,
    session_stream,
)
from domain.refusals import Forbidden, VersionTaken
from domain.staff.staff import CertificateHeld, StaffEnrolled, recorded_certificate
from tests.cast import CALENDAR, CASE, CENTRE, CERTIFIED_UNTIL, FATHER, LEASE, MONDAY_10AM, PARTICULARS, SUN, ZHOU
from tests.domain.case.desk import Desk

LINK = phone_stream("hash of a number")
PERSON = uuid5(CASE, "person")
SESSION = session_stream("hash of a token")
OPEN = OpenSession(
    person=FATHER.id, kind="resident", method="sms-code", device=None, expires_at=MONDAY_10AM + timedelta(hours=1)
)

OF_THE_CENTRE: list[Command] = [
    OpenCentre(particulars=PARTICULARS),
    PublishItem(item=LEASE),
    PublishCalendar(calendar=CALENDAR),
    EnrolStaff(username="new", name="新人", roles=("lead",), office="street", password_hash="x"),
    CertifyStaff(item_id=LEASE.id, valid_until=CERTIFIED_UNTIL, staff=ZHOU.id),
    RegisterPerson(phone="13800000001", link=LINK),
    OPEN,
]


@pytest.mark.parametrize("command", OF_THE_CENTRE, ids=lambda command: command.type)
@pytest.mark.parametrize("by", [FATHER, ZHOU, SUN], ids=["resident", "clerk", "lead"])
def test_only_the_centre_itself_publishes_enrols_and_opens_sessions(command: Command, by: Actor) -> None:
    with pytest.raises(Forbidden):
        Desk().do(command, by=by)


def test_opening_publishing_and_enrolling_are_recorded_on_streams_of_their_own() -> None:
    desk = Desk()
    desk.items.clear()
    newcomer = uuid5(CASE, "newcomer")

    for command in OF_THE_CENTRE[:5]:
        desk.do(command, by=CENTRE, case=newcomer)

    certificate = recorded_certificate(ZHOU.id, LEASE.id)
    held = CertificateHeld(certificate=certificate, kind="", items=(LEASE.id,), valid_until=CERTIFIED_UNTIL)
    enrolled = StaffEnrolled(
        username="new", name="新人", roles=("lead",), office="street", password=Sealed(newcomer, value="x")
    )
    assert desk.facts == [
        (CENTRE_STREAM, CentreOpened(particulars=PARTICULARS)),
        (item_stream(LEASE.id), ItemPublished(item=LEASE)),
        (CALENDAR_STREAM, CalendarPublished(calendar=CALENDAR)),
        (newcomer, enrolled),
        (ZHOU.id, held),
    ]


def test_every_published_version_of_an_item_stays_at_hand() -> None:
    newer = replace(LEASE, version=2)
    published = Published()
    for fact in (ItemPublished(item=LEASE), ItemPublished(item=newer), CentreOpened(particulars=PARTICULARS)):
        published = evolve(fact, published)

    assert published == Published(items={1: LEASE, 2: newer}, in_force=2, particulars=PARTICULARS)


def test_a_published_version_never_changes_what_it_says() -> None:
    desk = Desk()

    assert desk.do(PublishItem(item=LEASE), by=CENTRE) == []
    with pytest.raises(VersionTaken):
        desk.do(PublishItem(item=replace(LEASE, materials=())), by=CENTRE)
    assert desk.do(PublishItem(item=replace(LEASE, version=2, materials=())), by=CENTRE)


def test_a_telephone_belongs_to_whoever_registered_it_first() -> None:
    desk = Desk()
    register = RegisterPerson(phone="13800000001", link=LINK)

    facts = desk.do(register, by=CENTRE, case=PERSON)

    assert facts == [
        PhoneLinked(person=PERSON),
        PersonRegistered(phone=Sealed(PERSON, value="13800000001"), link=LINK),
    ]
    assert desk.do(register, by=CENTRE, case=uuid5(CASE, "second")) == []
    assert desk.phone_owner(LINK) == PERSON


def test_a_session_counts_until_it_expires_or_is_closed() -> None:
    desk = Desk()

    opened = desk.do(OPEN, by=CENTRE, case=SESSION)

    assert opened == [
        SessionOpened(person=FATHER.id, kind="resident", method="sms-code", device=None, expires_at=OPEN.expires_at)
    ]
    session = desk.session(SESSION)
    assert session is not None
    assert session == Session(
        id=SESSION,
        person=FATHER.id,
        kind="resident",
        device=None,
        expires_at=OPEN.expires_at,
        method="sms-code",
    )
    assert session.is_open(MONDAY_10AM)
    assert not session.is_open(OPEN.expires_at)
    assert desk.do(CloseSession(), by=CENTRE, case=SESSION) == [SessionClosed()]
    assert desk.do(CloseSession(), by=CENTRE, case=SESSION) == []
    closed = desk.session(SESSION)
    assert closed is not None
    assert not closed.is_open(datetime(2026, 11, 23, tzinfo=UTC))


def test_streams_that_are_derived_from_names_differ() -> None:
    streams = [CENTRE_STREAM, CALENDAR_STREAM, item_stream(LEASE.id), LINK, SESSION, ZHOU.id]

    assert len(set(streams)) == len(streams)
    assert all(isinstance(stream, UUID) for stream in streams)
