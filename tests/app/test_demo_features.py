"""Each thing that a case, a counter or a rating can go through is there to be looked at in the demonstration."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import get_args

import msgspec
import pytest

from domain.actors import Role
from domain.calendar.calendar import SHANGHAI
from domain.calendar.limits import local_day
from domain.case.facts import (
    CaseClaimed,
    CaseFiled,
    CaseHandedBack,
    CasePosted,
    ClaimBroken,
    CopyReused,
    RegisterAsked,
    UploadLinkMade,
)
from domain.centre.centre import staff_stream
from domain.visits import facts as visit
from projections.documents import Status
from projections.rating_bodies import RatingBody, RectificationBody, TallyBody
from projections.visit_bodies import AppointmentBody, CounterBody, LineBody, OwnTicketBody, PanelBody, TicketBody
from store.receipts import CommandRefused
from tests.app.demonstration import Demonstration
from web.demo.cases import COMPANY
from web.demo.people import UNREACHABLE

HIGHEST_SHARE_LATE = 0.2
OFFICE = (time(9), time(17))


@pytest.fixture
def today(demonstration: Demonstration) -> date:
    return local_day(demonstration.now)


# Cases


def test_there_is_a_case_in_every_status(demonstration: Demonstration) -> None:
    found = Counter(view.status for view in demonstration.views)

    assert set(found) == set(get_args(Status))
    assert found["archived"] >= 2
    assert found["accepted"] > found["delivered"] / 2


def test_names_are_those_that_systems_stumble_over(demonstration: Demonstration) -> None:
    names = {view.applicant_name for view in demonstration.views}

    assert {"王䶮", "孙𬭳", "买买提·吐尔逊", "麦", "Elena Petrova", "阿依古丽·买买提"} <= names
    (by_passport, *_) = [view for view in demonstration.views if view.applicant_name == "Elena Petrova"]
    assert by_passport.answers["applicant_id_type"] == "passport"


def test_time_limits_show_all_that_can_happen_to_them(demonstration: Demonstration, today: date) -> None:
    views = demonstration.views
    procedures = [one for view in views for one in view.procedures]
    extensions = Counter(one.state for case in demonstration.cases for one in case.extensions)

    assert [view for view in views if view.deemed and view.status == "accepted"]
    assert [one for one in procedures if one.ended_on is None and not one.overran and one.ends_on >= today]
    assert [one for one in procedures if one.ended_on is not None]
    assert extensions["asked"] == extensions["approved"] == extensions["refused"] == 1
    assert any(clock.state == "suspended" for view in views for clock in view.clocks)


def test_some_are_late_one_is_due_today_and_most_have_time(demonstration: Demonstration, today: date) -> None:
    open_ones = [one for one in demonstration.queue if one.due is not None and one.status == "accepted"]
    due = [one.due.astimezone(SHANGHAI).date() for one in open_ones if one.due]
    late = [one for one in open_ones if "promised" in one.overdue]

    assert all(one.due is not None and one.due < demonstration.now for one in late)
    assert 0 < len(late) <= HIGHEST_SHARE_LATE * len(open_ones)
    assert today in due
    assert max(due) > today + timedelta(days=10)


def test_papers_show_promises_registers_copies_and_commitments(demonstration: Demonstration) -> None:
    views = demonstration.views

    assert {gap.state for view in views for gap in view.gaps} == {"open", "closed"}
    assert {one.outcome for view in views for one in view.look_ups} == {"asked", "found", "not-found", "unavailable"}
    assert any(isinstance(fact, RegisterAsked) for fact in demonstration.facts())
    assert [view for view in views if view.copies]
    assert any(page.origin == "copy" for view in views for page in view.pages)
    assert any(defect.code == "missing" for view in views for notice in view.notices for defect in notice.defects)
    assert any(True in case.commitments.values() for case in demonstration.cases)


def test_a_copy_that_ran_out_was_refused_and_is_still_shown(demonstration: Demonstration, today: date) -> None:
    copies = demonstration.copies()
    refused = [fact for fact in demonstration.facts() if isinstance(fact, CommandRefused)]

    assert [copy for copy in copies if copy.expires_on is not None and copy.expires_on < today]
    assert [one.code for one in refused] == ["copy-expired"]


def test_people_act_for_others_are_helped_and_file_twice(demonstration: Demonstration) -> None:
    views = demonstration.views
    by_phone = [view for view in views if view.channel == "phone"]
    links = [link for view in by_phone for link in view.links]

    assert [view for view in views if view.agent_name and view.agency and view.agency.relation == "child"]
    assert [view for view in by_phone if view.opened_by_name == "周敏"]
    assert [link for link in links if link.used_at is None and link.expires_at > demonstration.now]
    assert {one.state for case in demonstration.cases for one in case.duplicates} == {"suspected", "cleared"}


def test_linked_filings_come_from_the_app_and_from_the_window(demonstration: Demonstration) -> None:
    linked = [view for view in demonstration.views if view.bundle]
    at_the_window = [view for view in linked if view.channel == "window"]

    assert sorted(Counter(view.bundle for view in linked).values()) == [2, 2]
    assert {view.channel for view in linked} == {"app", "window"}
    assert {view.opened_by_name for view in at_the_window} == {"周敏"}
    assert {view.status for view in at_the_window} == {"accepted"}
    assert all(page.state == "stored" for view in linked for page in view.pages)


def test_a_clerk_has_let_a_checked_copy_take_the_place_of_a_bad_page(demonstration: Demonstration) -> None:
    (attached,) = [fact for fact in demonstration.facts() if isinstance(fact, CopyReused) and fact.agreement]
    (view,) = [view for view in demonstration.views for page in view.pages if page.file == attached.pages[0].file]

    assert (attached.material, attached.agreement, view.status) == ("bank-account-proof", "by-phone", "accepted")
    assert attached.replaces
    assert [page.state for page in view.pages if page.origin == "copy"] == ["stored"]


def test_colleagues_hand_over_stand_in_and_take_claims_away(demonstration: Demonstration, today: date) -> None:
    queue = demonstration.queue
    (away,) = [one for person in demonstration.centre.everyone() for one in person.absences]
    facts = list(demonstration.facts())

    assert [
        one for one in queue if one.handed_over and not one.handed_over.opened and one.handed_over.to.name == "何欣"
    ]
    assert away.first <= today <= away.last
    assert away.substitute == staff_stream("zhoumin")
    assert any(isinstance(fact, CaseClaimed) and fact.why == "returned" for fact in facts)
    assert any(one.returned and one.claimed_by and one.claimed_by.name == "周敏" for one in queue)
    assert {ClaimBroken, CaseHandedBack} <= {type(fact) for fact in facts}
    assert any(one.second_notice == "asked" for one in queue)


def test_messages_go_both_ways_and_say_who_reads_them(demonstration: Demonstration) -> None:
    messages = [message for view in demonstration.views for message in view.messages]

    assert {message.who for message in messages} == {"applicant", "staff"}
    assert all(message.readers for message in messages)
    assert any(one.unanswered for one in demonstration.queue)


def test_a_message_that_reached_nobody_is_work_for_staff(demonstration: Demonstration) -> None:
    notifications = [one for view in demonstration.views for one in view.notifications]
    states = {sending.state for one in notifications for sending in one.sendings}
    unreached = [view for view in demonstration.views if any(one.is_unreached for one in view.notifications)]

    assert states == {"delivered", "failed"}
    assert {view.applicant_name for view in unreached} == {UNREACHABLE.name}
    assert [one for one in demonstration.queue if one.unreached and one.status == "correction"]


def test_companies_file_too(demonstration: Demonstration) -> None:
    companies = [view for view in demonstration.views if view.answers.get("applicant_kind") == "legal-person"]

    assert [view.answers["org_name"] for view in companies] == [COMPANY]


def test_results_come_back_are_void_printed_again_and_doubted(demonstration: Demonstration) -> None:
    views = demonstration.views

    assert [view for view in views if view.delivery.state == "came-back" and view.delivery.returned_why == "address"]
    assert [view for view in views if view.result_void and view.result]
    by_case: dict[object, list[str]] = {}
    for _, envelope in demonstration.centre.follow(0, 1_000_000):
        if isinstance(envelope.fact, CasePosted):
            by_case.setdefault(envelope.originator_id, []).append(envelope.fact.tracking_number)
    assert [numbers for numbers in by_case.values() if len(set(numbers)) == len(numbers) == 2], "sent again"
    assert [view for view in views if view.result and view.result.prints > 1]
    assert [view for view in views if any(one.after_decision and one.outcome == "waiting" for one in view.evidence)]
    assert [view for view in views if view.delivery.receiver == "other" and view.delivery.receiver_name]
    assert {view.delivery.method for view in views if view.delivery.delivered_at} >= {"mail", "pickup", "electronic"}
    assert all(view.result.rendered for view in views if view.result)


def test_an_immediate_case_by_one_person_waits_for_its_sample_and_another_was_looked_at(
    demonstration: Demonstration,
) -> None:
    by_one = [case for case in demonstration.cases if case.one_person and case.accepted_by == case.decided_by]

    assert {case.sampling for case in by_one} == {True, False}
    assert any(finding.about == "sample" for case in by_one for finding in case.findings)


# The hall


def test_people_wait_and_are_served_at_three_counters(demonstration: Demonstration, today: date) -> None:
    counters = demonstration.all_bodies("counter", CounterBody)
    tickets = demonstration.all_bodies("ticket", TicketBody)
    panel = demonstration.panel()
    assert panel is not None
    calls = msgspec.convert(msgspec.json.decode(panel)["body"], PanelBody, strict=False).calls

    assert {one.staff.name for one in counters if one.on == today} == {"周敏", "何欣", "唐莉"}
    assert Counter(one.status for one in tickets) == {"waiting": 4, "serving": 2, "called": 1}
    assert any(one.has_priority for one in tickets)
    assert (calls[0].is_serving, calls[0].call) == (False, 2)
    assert len(calls) == 3


def test_who_waits_is_told_that_it_is_nearly_their_turn_and_when_they_are_called(demonstration: Demonstration) -> None:
    tickets = demonstration.all_bodies("own-ticket", OwnTicketBody)

    assert {notice.kind for one in tickets for notice in one.told} == {"ticket-soon", "ticket-called"}


def test_every_line_says_how_long_it_takes(demonstration: Demonstration, today: date) -> None:
    lines = [one for one in demonstration.all_bodies("line", LineBody) if one.on == today]

    assert sum(len(one.waiting) for one in lines) == 4
    assert all(one.wait_minutes is not None and one.wait_minutes < 120 for one in lines)
    assert all(one.group_name.zh and one.group_name.en for one in lines)


def test_appointments_stand_today_and_tomorrow(demonstration: Demonstration, today: date) -> None:
    booked = demonstration.all_bodies("appointment", AppointmentBody)

    assert {one.on for one in booked if one.status != "cancelled"} == {today, today + timedelta(days=1)}
    assert {one.why for one in booked if one.status == "cancelled"} == {"by-staff", "office-closed"}
    told = [notice for one in booked for notice in one.told]
    assert {one.kind for one in told} == {
        f"appointment-{what}" for what in ("booked", "moved", "cancelled", "closed", "reminder")
    }
    assert {one.is_unreached for one in told} == {True, False}
    assert Counter(one.status for one in booked if one.on == today) == {"booked": 2, "missed": 1}
    assert any(one.has_contact and one.channel == "phone" for one in booked)


# What people thought


def test_a_bad_rating_is_being_put_right_one_is_closed_and_one_disputed(demonstration: Demonstration) -> None:
    open_ones = demonstration.all_bodies("rectification", RectificationBody)
    ratings = demonstration.all_bodies("rating", RatingBody)

    assert [one for one in open_ones if one.responsible and one.call_backs and not one.call_backs[0].reached]
    assert [one for one in open_ones if one.appeal_waits and one.appeal_words]
    assert all(one.due is not None and one.due.at > demonstration.now for one in open_ones)
    assert [one for one in ratings if one.answer and one.answer.state == "fixed" and one.answer.reply]
    assert {one.level for one in ratings} == {
        "very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied",
    }  # fmt: skip
    assert {one.subject_kind for one in ratings} == {"case", "visit"}
    assert demonstration.bodies("rating-tally", "lead:street", TallyBody)


# The centre


def test_certificates_are_valid_about_to_end_and_over(demonstration: Demonstration, today: date) -> None:
    ends = [one.valid_until for person in demonstration.centre.everyone() for one in person.held.values()]

    assert min(ends) < today
    assert any(today <= end <= today + timedelta(days=30) for end in ends)
    assert max(ends) > today + timedelta(days=200)


def test_delegation_came_in_three_batches_for_fifteen_items(demonstration: Demonstration, today: date) -> None:
    orders = demonstration.reader.lookups().orders.values()

    assert {order.batch for order in orders} == {1, 2, 3}
    assert sum(len(order.items) for order in orders) == 15
    assert all(order.covers(today) and order.title_zh and order.title_en for order in orders)
    assert {view.order for view in demonstration.views} - {""} <= {order.number for order in orders}


def test_whatever_has_a_name_has_it_in_both_languages(demonstration: Demonstration) -> None:
    plan = demonstration.reader.lookups().reception.plans[0]
    particulars = demonstration.centre.particulars()
    assert particulars is not None

    assert all(view.item_name.zh and view.item_name.en for view in demonstration.views)
    assert all(one.name_zh and one.name_en for one in plan.groups)
    assert all(one.name_zh and one.name_en for one in plan.counters)
    assert all((particulars.name_zh, particulars.name_en, particulars.hours_zh, particulars.hours_en))


# Believable


def test_dates_of_a_case_are_in_order(demonstration: Demonstration) -> None:
    for view in demonstration.views:
        accepted_at = None if view.deemed else view.accepted_at  # deemed acceptance counts from the receipt
        decided_at = view.decision.at if view.decision else None
        days = (view.filed_at, accepted_at, decided_at, view.delivery.delivered_at)
        known = [at for at in days if at is not None]
        assert known == sorted(known)
        assert all(earlier.at <= later.at for earlier, later in pairwise(view.timeline))
        assert view.timeline[-1].at <= demonstration.now


def test_staff_work_in_office_hours_but_for_the_evening_line(demonstration: Demonstration) -> None:
    after_hours = (CaseFiled, UploadLinkMade)
    calendar = demonstration.centre.calendar()
    residents_and_centre = {Role.RESIDENT.value, Role.CENTRE.value}
    wrong: list[tuple[str, datetime]] = []
    for _, envelope in demonstration.centre.follow(0, 1_000_000):
        meta, fact = envelope.meta, envelope.fact
        if meta.role in residents_and_centre or meta.captured_at is None or isinstance(fact, after_hours):
            continue
        if type(fact).__module__ in (visit.__name__, "store.receipts", "domain.centre.centre"):
            continue
        at = meta.recorded_at.astimezone(SHANGHAI)
        if not (calendar.is_workday(at.date()) and OFFICE[0] <= at.time() <= OFFICE[1]):
            wrong.append((type(fact).__name__, at))
    assert wrong == []


def test_residents_do_not_file_in_the_middle_of_the_night(demonstration: Demonstration) -> None:
    hours = [view.filed_at.astimezone(SHANGHAI).hour for view in demonstration.views]

    assert all(6 <= hour <= 23 for hour in hours)
    assert sum(hour >= 17 for hour in hours) >= len(hours) / 4
