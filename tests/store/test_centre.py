"""The centre as the edge uses it: people, sign-ins, published things, and reads of the log."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid5

import pytest
from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.case.commands import ClaimCase
from domain.case.facts import CaseFiled
from domain.case.state import Case
from domain.centre.centre import item_stream
from domain.centre.commands import PublishItem
from domain.refusals import NotFound
from domain.staff.staff import Staff, StaffEnrolled
from store.centre import Centre
from tests.cast import CALENDAR, CASE, CERTIFIED_UNTIL, FATHER, HARDSHIP, LEASE, PARTICULARS, STAFF, ZHOU, Clock, ids
from tests.premises import Premises, Site, opened

PHONE = "13800000001"


def test_a_telephone_always_leads_to_the_same_person(premises: Premises) -> None:
    with ThreadPoolExecutor(8) as threads:
        people = set(threads.map(premises.centre.person_for_phone, [PHONE] * 16))

    assert len(people) == 1
    assert premises.centre.phone_of(people.pop()) == PHONE
    assert premises.centre.person_for_phone("13800000002") not in people


def test_a_telephone_number_is_nowhere_in_the_log_in_clear(premises: Premises) -> None:
    premises.centre.person_for_phone(PHONE)

    _, rows = premises.centre.event_log.rows_after(0, 10_000)
    assert [row.tag for row in rows if PHONE.encode() in row.state] == []


def test_a_session_is_found_by_its_token_until_it_expires(premises: Premises, clock: Clock) -> None:
    token = premises.centre.open_session(FATHER.id, kind="resident", method="sms-code", device=CASE, hours=1)

    session = premises.centre.session(token)
    assert session is not None
    assert (session.person, session.kind, session.device) == (FATHER.id, "resident", CASE)
    assert premises.centre.session("another token") is None
    assert [row.tag for row in premises.centre.event_log.rows_after(0, 10_000)[1] if token.encode() in row.state] == []

    clock.advance(hours=1)
    assert premises.centre.session(token) is None
    assert not premises.centre.is_open(session)


def test_a_session_that_was_closed_is_over_at_once_and_for_everybody(premises: Premises) -> None:
    token = premises.centre.open_session(FATHER.id, kind="resident", method="sms-code", device=None, hours=1)
    session = premises.centre.session(token)
    assert session is not None
    assert premises.centre.is_open(session)

    premises.centre.close_session(token)
    premises.centre.close_session(token)

    assert premises.centre.session(token) is None
    assert not premises.centre.is_open(session)


def test_who_acts_in_a_session_has_the_roles_held_now(premises: Premises) -> None:
    token = premises.centre.open_session(ZHOU.id, kind="staff", method="password", device=CASE, hours=1)
    session = premises.centre.session(token)
    assert session is not None
    before = premises.centre.actor(session)

    premises.centre.enrol("zhoumin", name="周敏", roles=("lead",), office="street", password_hash="x")

    clerk = Actor(id=ZHOU.id, roles=frozenset({Role.WINDOW_CLERK}), office="street", device=CASE)
    assert before == clerk
    assert premises.centre.actor(session) == replace(clerk, roles=frozenset({Role.LEAD}))


def test_a_member_of_staff_is_found_by_user_name_with_the_hash_of_the_newest_password(premises: Premises) -> None:
    premises.centre.enrol("zhoumin", name="周敏", roles=("window-clerk",), office="street", password_hash="newest")

    record = premises.centre.staff("zhoumin")

    assert record is not None
    assert record.password_hash == "newest"
    assert (record.staff.id, record.staff.name) == (ZHOU.id, "周敏")
    assert {record.staff.qualified_until(item.id) for item in (LEASE, HARDSHIP)} == {CERTIFIED_UNTIL}
    assert premises.centre.staff("nobody") is None


def test_a_stream_of_another_kind_counts_as_an_empty_one(premises: Premises) -> None:
    resident = premises.centre.person_for_phone(PHONE)

    assert premises.centre.staff_by_id(resident) == Staff()
    assert premises.centre.case(ZHOU.id) == Case()


def test_everybody_is_listed_once_in_order_of_enrolment(premises: Premises) -> None:
    premises.centre.enrol("zhoumin", name="周敏", roles=("lead",), office="street", password_hash="x")

    assert [staff.username for staff in premises.centre.everyone()] == list(STAFF)


def test_published_things_are_at_hand_in_the_version_that_is_asked_for(premises: Premises) -> None:
    newer = replace(LEASE, version=2, plain_zh="新的说明")
    premises.centre.by_itself(PublishItem(item=newer), lane=item_stream(LEASE.id))

    assert premises.centre.item(LEASE.id) == newer
    assert premises.centre.item(LEASE.id, 1) == LEASE
    assert premises.centre.calendar() == CALENDAR
    assert premises.centre.particulars() == PARTICULARS
    for missing in ((LEASE.id, 3), ("no-such-item", None)):
        with pytest.raises(NotFound):
            premises.centre.item(*missing)


def test_an_empty_centre_has_no_particulars_and_no_calendar(site: Site) -> None:
    source = ids("empty")
    centre = Centre.open(site.folder, clock=Clock(), new_id=lambda: next(source), env=site.env)

    assert (centre.head(), centre.particulars()) == (0, None)
    with pytest.raises(NotFound):
        centre.calendar()
    centre.close()


def test_the_log_is_read_as_of_a_position(premises: Premises) -> None:
    filed = premises.file().pos
    premises.store()
    premises.receive(case=uuid5(CASE, "another"))

    assert [type(e.fact) for e in premises.centre.read(CASE, until=filed)] == [CaseFiled]
    assert premises.centre.read(CASE, until=1) == []
    assert premises.centre.positions(CASE) == {1: filed}


def test_the_log_is_followed_from_a_position_in_pages(premises: Premises) -> None:
    premises.receive()
    everything = premises.centre.follow(0, 10_000)

    pages: list[int] = []
    while page := premises.centre.follow(pages[-1] if pages else 0, 7):
        pages += [position for position, _ in page]

    assert pages == [position for position, _ in everything]
    assert pages[-1] == premises.centre.head()
    assert premises.centre.follow(premises.centre.head(), 7) == []


def test_a_stretch_of_wanted_facts_says_how_far_it_reaches(premises: Premises) -> None:
    premises.receive()

    reached, found = premises.centre.stretch(0, 10_000, tags=["staff.enrolled"])

    assert {type(envelope.fact) for _, envelope in found} == {StaffEnrolled}
    assert len(found) == len(STAFF)
    assert reached == premises.centre.head()


def test_the_same_log_has_the_same_origin_and_keys_after_a_restart(site: Site, tmp_path: Path) -> None:
    with site.opened() as premises:
        before = premises.centre.origin, premises.centre.key_for("files")
    with site.opened(name="again") as premises:
        assert (premises.centre.origin, premises.centre.key_for("files")) == before
    with opened(tmp_path / "other", name="other") as premises:
        assert premises.centre.origin != before[0]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_its_owner_may_read_the_log(premises: Premises) -> None:
    assert stat.S_IMODE((premises.centre.folder / "log.db").stat().st_mode) == 0o600


def test_a_case_at_the_head_is_what_its_facts_make_it(premises: Premises) -> None:
    premises.receive()
    premises.do(ClaimCase(), by=ZHOU)

    case = premises.centre.case(CASE)

    assert (str(case.status), case.claimed_by, case.waiting) == ("received", ZHOU.id, ())
