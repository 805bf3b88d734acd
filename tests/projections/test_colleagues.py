"""What colleagues see of each other, and who holds it."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.staff.absence import BeAbsent, EndAbsence
from tests.cast import CERTIFIED_UNTIL, HARDSHIP, LEASE, LIN, SUN, ZHANG, ZHOU
from tests.projections.conftest import Followed


def colleague(followed: Followed, who: Any) -> dict[str, Any]:
    return followed.body("colleague", who.id)


def holders(followed: Followed, scope: str) -> set[str]:
    followed.settle()
    return {row.id for row in followed.reader.page([scope], (0, "")).rows if row.kind == "colleague"}


def test_a_colleague_is_shown_with_roles_and_certificates(followed: Followed) -> None:
    body = colleague(followed, ZHOU)

    assert (body["name"], body["roles"], body["office"]) == ("Zhoumin", ["window-clerk"], "street")
    assert {id: one["valid_until"] for one in body["certificates"] for id in one["items"]} == {
        LEASE.id: CERTIFIED_UNTIL.isoformat(),
        HARDSHIP.id: CERTIFIED_UNTIL.isoformat(),
    }
    assert {one["name"]["zh"] for one in body["certificates"]} == {LEASE.name_zh, HARDSHIP.name_zh}


def test_an_absence_names_who_stands_in_and_ends_with_the_return(followed: Followed) -> None:
    away = BeAbsent(first=date(2026, 11, 24), last=date(2026, 11, 27), substitute=LIN.id)
    followed.do(away, by=ZHOU, case=ZHOU.id)
    said = colleague(followed, ZHOU)["absences"]
    followed.do(EndAbsence(), by=SUN, case=ZHOU.id)

    assert said == [{"first": "2026-11-24", "last": "2026-11-27", "substitute": {"id": str(LIN.id), "name": "Linxia"}}]
    assert colleague(followed, ZHOU)["absences"] == []


def test_an_office_holds_its_own_people_and_leads_also_those_of_other_offices(followed: Followed) -> None:
    assert str(ZHOU.id) in holders(followed, "people:street")
    assert str(ZHANG.id) not in holders(followed, "people:street")
    assert holders(followed, "people:community") == {str(ZHANG.id)}
    assert str(ZHANG.id) in holders(followed, "lead:street")
    assert str(ZHOU.id) not in holders(followed, "lead:street")


def test_somebody_who_moves_to_another_office_leaves_the_old_one(followed: Followed) -> None:
    before = followed.centre.head()
    followed.centre.enrol(
        "zhoumin", name="周敏", roles=("community-worker",), office="community", password_hash="not a real hash"
    )
    followed.settle()

    gone = followed.reader.page(["people:street"], (before, "")).gone

    assert str(ZHOU.id) in {one.id for one in gone}
    assert str(ZHOU.id) in holders(followed, "people:community") & holders(followed, "lead:street")
    assert colleague(followed, ZHOU)["name"] == "周敏"
