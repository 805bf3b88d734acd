from datetime import date

import pytest
from msgspec.structs import replace

from domain.facts import Sealed
from domain.refusals import NotQualified
from domain.staff.staff import Staff, StaffCertified, StaffEnrolled, evolve
from tests.cast import LEASE, ZHOU

LAST_DAY = date(2026, 11, 23)
ENROLLED = StaffEnrolled(
    username="zhoumin", name="周敏", roles=("window-clerk",), office="street", password=Sealed(ZHOU.id, value="hash")
)


def zhou(*certificates: StaffCertified) -> Staff:
    staff = evolve(ENROLLED, Staff(), stream=ZHOU.id)
    for fact in certificates:
        staff = evolve(fact, staff, stream=ZHOU.id)
    return staff


def test_an_enrolled_person_has_a_name_roles_and_an_office_and_no_password_in_the_state() -> None:
    assert zhou() == Staff(id=ZHOU.id, username="zhoumin", name="周敏", roles=("window-clerk",), office="street")


def test_enrolling_again_changes_the_roles_and_keeps_the_certificates() -> None:
    certified = zhou(StaffCertified(item_id=LEASE.id, valid_until=LAST_DAY))

    moved = evolve(replace(ENROLLED, roles=("lead",)), certified, stream=ZHOU.id)

    assert moved.roles == ("lead",)
    assert moved.is_qualified(LEASE.id, on=LAST_DAY)


def test_a_certificate_counts_through_its_last_day() -> None:
    staff = zhou(StaffCertified(item_id=LEASE.id, valid_until=LAST_DAY))

    staff.require_qualification(LEASE.id, on=LAST_DAY)
    with pytest.raises(NotQualified) as refusal:
        staff.require_qualification(LEASE.id, on=date(2026, 11, 24))

    assert refusal.value.params == {"item": LEASE.id, "expired_on": "2026-11-23"}


def test_a_certificate_for_one_item_says_nothing_about_another() -> None:
    staff = zhou(StaffCertified(item_id=LEASE.id, valid_until=LAST_DAY))

    with pytest.raises(NotQualified):
        staff.require_qualification("house-lease-change", on=LAST_DAY)


def test_a_renewed_certificate_counts_with_its_new_day() -> None:
    staff = zhou(
        StaffCertified(item_id=LEASE.id, valid_until=LAST_DAY),
        StaffCertified(item_id=LEASE.id, valid_until=date(2027, 11, 23)),
    )

    staff.require_qualification(LEASE.id, on=date(2027, 11, 23))
