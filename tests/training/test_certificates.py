"""Certificates: earned, renewed, run out, taken away; and what they let people do."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.catalogue.delegation import DelegatedItem, DelegationOrder
from domain.centre.centre import DELEGATION_STREAM
from domain.centre.commands import OrderDelegation
from domain.staff.staff import Held, Staff
from domain.training.certificates import CertificateIssued, RecordCertificate, RevokeCertificate
from store.states import STAFF
from tests.cast import CASE, HARDSHIP, HE, LEASE, LIN, SUN, ZHOU, Clock
from tests.domain.catalogue.test_delegation import BEFORE
from tests.projections.conftest import Followed
from tests.training.school import ALL_ITEMS, COURSE, KIND, NEWCOMER, SCENARIO, School

YEAR = timedelta(days=365)
TODAY = date(2026, 11, 23)


def staff(followed: Followed, who: Any) -> Staff:
    state = followed.centre.state(who.id, STAFF)
    assert isinstance(state, Staff)
    return state


def earn(school: School, who: Any) -> None:
    school.read(who)
    school.practise(who)
    school.sit(who, right=9)


def issued(followed: Followed, stream: UUID) -> CertificateIssued:
    fact = followed.centre.read(stream)[0].fact
    assert isinstance(fact, CertificateIssued)
    return fact


def revoke(school: School, stream: UUID, *, by: Any, reason: str = "冒名顶替") -> Any:
    return school.premises.do(RevokeCertificate(reason=reason), by=by, case=stream)


def refused_claim(followed: Followed, who: Any) -> dict[str, Any]:
    answer = followed.do(c.ClaimCase(), by=who)
    assert answer.code == "not-qualified"
    return dict(answer.params or {})


# Earned


def test_a_certificate_is_issued_with_the_last_of_its_conditions_whichever_that_is(
    school: School, followed: Followed
) -> None:
    steps = (school.read, school.practise, partial(school.sit, right=9))
    for who, order in ((ZHOU, (0, 1, 2)), (LIN, (2, 0, 1)), (HE, (1, 2, 0))):
        for n in order:
            assert KIND.id not in school.candidate(who).certificates
            steps[n](who)
        fact = issued(followed, school.certificate(who))
        assert (fact.holder, fact.items, fact.valid_until, fact.percent) == (who.id, (LEASE.id,), TODAY + YEAR, 90)
        assert staff(followed, who).qualified_until(LEASE.id) is not None


def test_a_failed_examination_earns_nothing(school: School) -> None:
    school.read(ZHOU)
    school.practise(ZHOU)
    school.sit(ZHOU, right=7)

    assert school.candidate(ZHOU).certificates == {}


def test_certificates_are_numbered_and_have_codes_of_their_own(school: School, followed: Followed) -> None:
    for who in (ZHOU, LIN):
        earn(school, who)
    first, second = (issued(followed, school.certificate(who)) for who in (ZHOU, LIN))

    assert (first.number[-6:], second.number[-6:]) == ("第0001号", "第0002号"), (first.number, second.number)
    assert len({first.verification_code, second.verification_code}) == 2


def test_one_examination_issues_one_certificate(school: School, followed: Followed) -> None:
    earn(school, ZHOU)
    before = followed.centre.head()

    school.practise(ZHOU)
    school.read(ZHOU)

    facts = [one.fact for _, one in followed.centre.follow(before, 1_000)]
    assert not [one for one in facts if isinstance(one, CertificateIssued)]


def test_a_certificate_for_all_items_covers_those_that_are_published_later(school: School, followed: Followed) -> None:
    school.publish(ALL_ITEMS)
    school.read(NEWCOMER)
    school.sit(NEWCOMER, right=10, kind=ALL_ITEMS)

    assert staff(followed, NEWCOMER).is_qualified("item-of-tomorrow", on=TODAY)
    assert not staff(followed, NEWCOMER).is_qualified("item-of-tomorrow", on=TODAY, by="cert-of-an-order")


def test_a_certificate_with_the_name_of_an_item_covers_only_the_items_that_it_lists() -> None:
    held = Held(kind=HARDSHIP.id, items=(LEASE.id,), valid_until=TODAY)

    assert held.answers(LEASE.id, item=LEASE.id)
    assert not held.answers(HARDSHIP.id, item=HARDSHIP.id)
    assert held.answers(HARDSHIP.id, item=LEASE.id), "an order may ask for it by its name"


# Renewed, run out, revoked


def test_a_certificate_is_renewed_within_its_window_and_lasts_from_the_end_of_the_old_one(
    school: School, followed: Followed, clock: Clock
) -> None:
    earn(school, ZHOU)
    old = school.certificate(ZHOU)
    assert school.begin(ZHOU)[1].params == {"why": "held", "from": str(TODAY + YEAR - timedelta(days=60))}

    clock.now += YEAR - timedelta(days=60)
    school.sit(ZHOU, right=8)

    assert school.certificate(ZHOU) != old
    assert school.valid_until(ZHOU) == TODAY + YEAR + YEAR
    assert issued(followed, school.certificate(ZHOU)).renews == old
    assert followed.body("certificate", old)["state"] == "renewed"
    shown = [one["kind"] for one in followed.body("colleague", ZHOU.id)["certificates"]]
    assert shown.count(KIND.id) == 1


def test_a_certificate_runs_out_at_the_midnight_after_its_last_day(
    school: School, followed: Followed, clock: Clock
) -> None:
    earn(school, NEWCOMER)
    one = school.certificate(NEWCOMER)

    while local_day(clock.now) <= school.valid_until(NEWCOMER):
        school.fire(one)
        assert followed.body("certificate", one)["state"] == "valid"
        assert staff(followed, NEWCOMER).is_qualified(LEASE.id, on=local_day(clock.now))
        clock.now += timedelta(days=73)
    school.fire(one)
    school.fire(one)

    assert followed.body("certificate", one)["state"] == "expired"
    assert not staff(followed, NEWCOMER).is_qualified(LEASE.id, on=local_day(clock.now))
    assert len(followed.centre.read(one)) == 2


def test_who_lost_a_certificate_earns_it_again_by_another_examination(
    school: School, followed: Followed, clock: Clock
) -> None:
    earn(school, NEWCOMER)
    lost = school.certificate(NEWCOMER)
    clock.advance(days=1)

    assert revoke(school, lost, by=SUN).verdict == "applied"
    assert not staff(followed, NEWCOMER).is_qualified(LEASE.id, on=local_day(clock.now))
    clock.advance(days=1)
    school.practise(NEWCOMER)
    assert school.certificate(NEWCOMER) == lost, "what was passed before does not bring it back"
    school.sit(NEWCOMER, right=9)

    assert school.certificate(NEWCOMER) != lost
    assert staff(followed, NEWCOMER).is_qualified(LEASE.id, on=local_day(clock.now))
    assert followed.body("certificate", lost)["reason"] == "冒名顶替"


def test_leads_and_trainers_revoke_with_a_reason_once_and_not_their_own(school: School) -> None:
    earn(school, ZHOU)
    earn(school, SUN)
    one = school.certificate(ZHOU)

    assert revoke(school, one, by=LIN).code == "forbidden"
    assert revoke(school, one, by=SUN, reason="  ").code == "reason-missing"
    assert revoke(school, school.certificate(SUN), by=SUN).code == "forbidden"
    assert revoke(school, uuid4(), by=SUN).code == "not-found"
    assert revoke(school, one, by=SUN).verdict == "applied"
    assert (again := revoke(school, one, by=SUN)).code == "certificate-has-ended"
    assert again.params == {"why": "revoked"}


def test_a_certificate_from_before_is_recorded_with_what_it_rests_on(school: School, followed: Followed) -> None:
    stream = uuid4()

    def record(until: date, *, by: Any = SUN, person: Any = NEWCOMER, lane: UUID = stream) -> Any:
        said = RecordCertificate(person=person.id, certificate=KIND.id, valid_until=until, reason="纸质证书第12号")
        return school.premises.do(said, by=by, case=lane)

    assert record(TODAY + YEAR + timedelta(days=1)).params == {"where": "valid_until"}
    assert record(TODAY - timedelta(days=1)).params == {"where": "valid_until"}
    assert record(TODAY, by=LIN).code == "forbidden"
    assert record(TODAY, person=SUN).code == "forbidden"
    assert record(TODAY + timedelta(days=100)).verdict == "applied"
    assert record(TODAY + timedelta(days=100)).code == "invalid", "the stream is taken"

    body = followed.body("certificate", stream)
    assert (body["percent"], body["reason"], body["valid_until"]) == (None, "纸质证书第12号", "2027-03-03")
    assert staff(followed, NEWCOMER).is_qualified(LEASE.id, on=TODAY)


# What it lets people do


def test_without_a_certificate_neither_claim_nor_command_and_the_refusal_says_the_way(
    school: School, followed: Followed
) -> None:
    school.publish(ALL_ITEMS)
    school.practise(NEWCOMER)
    followed.receive()

    claimed = followed.do(c.ClaimCase(), by=NEWCOMER)
    accepted = followed.do(c.AcceptCase(), by=NEWCOMER)

    for answer in (claimed, accepted):
        assert (answer.verdict, answer.code) == ("refused", "not-qualified")
        assert answer.params == {
            "item": LEASE.id,
            "expired_on": None,
            "ways": [
                {
                    "certificate": KIND.id,
                    "courses": [COURSE.id],
                    "scenarios": [],
                    "exam": True,
                    "exam_from": None,
                },
                {
                    "certificate": ALL_ITEMS.id,
                    "courses": [COURSE.id],
                    "scenarios": [],
                    "exam": True,
                    "exam_from": None,
                },
            ],
        }
    earn(school, NEWCOMER)
    assert followed.do(c.ClaimCase(), by=NEWCOMER).verdict == "applied"


def test_the_way_tells_from_when_an_examination_may_be_tried_again(school: School, followed: Followed) -> None:
    school.read(NEWCOMER)
    school.sit(NEWCOMER, right=1)
    followed.receive()

    way = refused_claim(followed, NEWCOMER)["ways"][0]

    assert (way["courses"], way["scenarios"], way["exam_from"]) == ([], [SCENARIO.id], "2026-11-26")


def test_who_holds_the_case_when_the_certificate_runs_out_does_no_more_on_it_and_hands_it_over(
    school: School, followed: Followed, clock: Clock
) -> None:
    earn(school, NEWCOMER)
    clock.now += YEAR - timedelta(minutes=30)
    followed.receive()
    assert followed.do(c.ClaimCase(), by=NEWCOMER).verdict == "applied"
    pressed_at = clock.now

    clock.advance(days=1)
    call = replace(followed.call(c.AcceptCase(), by=NEWCOMER), captured_at=pressed_at)
    answer = followed.centre.submit(call).result(60)

    assert (answer.verdict, answer.code) == ("refused", "not-qualified")
    assert dict(answer.params or {})["expired_on"] == "2027-11-23"
    assert followed.do(c.ReleaseCase(), by=NEWCOMER).verdict == "applied"
    assert followed.centre.case(CASE).claimed_by is None


def test_a_revoked_certificate_says_that_it_was_revoked(school: School, followed: Followed) -> None:
    earn(school, NEWCOMER)
    revoke(school, school.certificate(NEWCOMER), by=SUN)
    followed.receive()

    assert refused_claim(followed, NEWCOMER)["why"] == "revoked"


def test_an_order_may_ask_for_a_certificate_besides_that_of_the_item(school: School, followed: Followed) -> None:
    school.publish(ALL_ITEMS)
    asks = DelegationOrder(
        number="试〔2026〕1号",
        title_zh="下放",
        title_en="Handed down",
        batch=1,
        issued_on=TODAY,
        effective_on=TODAY,
        items=(DelegatedItem(item=LEASE.id, before=BEFORE, certificates=(KIND.id,)),),
    )
    ordered = followed.centre.by_itself(OrderDelegation(order=asks), lane=DELEGATION_STREAM)
    assert ordered.verdict == "applied", ordered
    followed.receive()
    refused = refused_claim(followed, ZHOU)

    assert refused["certificate"] == KIND.id, "the item's own alone is not enough"
    assert [way["certificate"] for way in refused["ways"]] == [KIND.id]
    earn(school, ZHOU)
    assert followed.do(c.ClaimCase(), by=ZHOU).verdict == "applied"


def test_a_colleague_shows_what_each_certificate_covers(school: School, followed: Followed) -> None:
    earn(school, NEWCOMER)

    (one,) = followed.body("colleague", NEWCOMER.id)["certificates"]
    assert one == {
        "kind": KIND.id,
        "name": {"zh": KIND.name_zh, "en": KIND.name_en},
        "items": [LEASE.id],
        "all_items": False,
        "valid_until": str(TODAY + YEAR),
    }
    assert not staff(followed, NEWCOMER).is_qualified(HARDSHIP.id, on=TODAY)
