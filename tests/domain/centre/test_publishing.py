from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI
from domain.case import commands as cases
from domain.case.commands import Command, FireTimer
from domain.case.facts import CaseAccepted
from domain.catalogue.delegation import DelegatedItem
from domain.catalogue.items import ServiceItem
from domain.catalogue.listing import ListedItem
from domain.centre.centre import DELEGATION_STREAM, LISTING_STREAM, ItemPublished, Published, item_stream
from domain.centre.commands import (
    BY_OPERATORS,
    OrderDelegation,
    PublishCalendar,
    PublishItem,
    PublishListing,
    RevokeDelegation,
    WithdrawItem,
)
from domain.centre.offering import (
    DelegationBegan,
    DelegationEnded,
    DelegationOrdered,
    DelegationRevoked,
    ItemCameIntoForce,
    ItemEnded,
    ItemWithdrawn,
    ListingPublished,
)
from domain.centre.publishing import midnight as first_moment
from domain.centre.timers import timers_of
from domain.commands import COMMANDS
from domain.facts import Fact
from domain.refusals import (
    AskTheWindow,
    CalendarUnsound,
    Forbidden,
    ItemNotInForce,
    ItemUnsound,
    ListingUnsound,
    NotFound,
    NotQualified,
    OrderTaken,
    OrderUnsound,
    PlanWrong,
    TrialsFailed,
    UnknownItem,
    UnknownOrder,
    VersionTaken,
)
from tests.cast import CALENDAR, CENTRE, FATHER, LEASE, LI, SUN, WANG, ZHOU, Filing, staff
from tests.domain.case.desk import Desk
from tests.domain.catalogue.test_delegation import BEFORE, order
from tests.domain.catalogue.test_trials import GOOD

GAO = staff("gaoyuan", Role.OPERATOR)
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)
NEWER = replace(LEASE, version=2, materials=LEASE.materials[:3])
STREAM = item_stream(LEASE.id)
LISTED = ListedItem(
    id="listed-dog-licence",
    name_zh="养犬登记",
    department_zh="公安派出所",
    phone="027-85500011",
    hours_zh="工作日 9:00–12:00",
)
EVERY_ONE: list[Command] = [
    PublishItem(item=NEWER),
    WithdrawItem(item_id=LEASE.id, version=1, reason="换新版"),
    OrderDelegation(order=order(before=BEFORE)),
    RevokeDelegation(number="测〔2027〕1号", ends_on=FRIDAY, reason="收回"),
    PublishListing(entries=(LISTED,)),
    PublishCalendar(calendar=replace(CALENDAR, version=CALENDAR.version + 1)),
]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def state(desk: Desk, stream: UUID = STREAM) -> Published:
    return desk.published(LEASE.id) if stream == STREAM else desk.published_in(stream)


def come(desk: Desk, day: date, stream: UUID = STREAM) -> list[Fact]:
    """The day comes, and every timer that is due goes off."""
    desk.now = max(desk.now, midnight(day))
    fired: list[Fact] = []
    while due := [timer for timer in timers_of(stream, state(desk, stream)) if timer.at <= desk.now]:
        fired += desk.do(FireTimer(kind=due[0].kind.value, at=due[0].at, about=due[0].about), by=CENTRE, case=stream)
    return fired


def file_under(desk: Desk, item: ServiceItem) -> None:
    desk.file(Filing(item))


# Who


@pytest.mark.parametrize("command", EVERY_ONE, ids=lambda command: command.type)
@pytest.mark.parametrize("by", [FATHER, ZHOU, SUN, LI], ids=["resident", "clerk", "lead", "reviewer"])
def test_only_an_operator_and_the_centre_itself_publish(command: Command, by: Actor) -> None:
    with pytest.raises(Forbidden):
        Desk().do(command, by=by)


def test_every_command_about_the_offer_can_be_given_from_the_app() -> None:
    assert {type(command) for command in EVERY_ONE} == set(BY_OPERATORS)
    assert all(COMMANDS[kind.type] is kind for kind in BY_OPERATORS)


# Versions


def test_a_version_without_days_is_in_force_at_once_and_the_one_before_is_not_filed_any_more() -> None:
    desk = Desk()

    assert desk.do(PublishItem(item=NEWER), by=GAO) == [ItemPublished(item=NEWER)]
    with pytest.raises(ItemNotInForce) as refusal:
        file_under(desk, LEASE)

    assert refusal.value.params == {"item": LEASE.id, "version": 1, "in_force": 2}
    file_under(desk, NEWER)


def test_a_planned_version_comes_into_force_on_its_day_and_ends_after_its_last() -> None:
    desk = Desk()
    planned = PublishItem(item=NEWER, effective_on=TUESDAY, ends_on=FRIDAY)

    assert desk.do(planned, by=GAO) == [ItemPublished(item=NEWER, effective_on=TUESDAY, ends_on=FRIDAY)]
    assert state(desk).offered(desk.today) == 1
    assert come(desk, TUESDAY) == [ItemCameIntoForce(version=2, effective_at=midnight(TUESDAY))]
    assert state(desk).offered(desk.today) == 2
    saturday = FRIDAY + timedelta(days=1)
    assert come(desk, saturday) == [ItemEnded(version=2, effective_at=midnight(saturday))]
    assert state(desk).offered(desk.today) is None
    assert timers_of(STREAM, state(desk)) == ()


def test_filing_goes_by_the_day_even_where_the_timer_is_late() -> None:
    desk = Desk()
    desk.do(PublishItem(item=NEWER, effective_on=TUESDAY, ends_on=TUESDAY), by=GAO)
    desk.now = midnight(TUESDAY)

    with pytest.raises(ItemNotInForce):
        file_under(desk, LEASE)
    file_under(desk, NEWER)
    desk.now = midnight(FRIDAY)
    with pytest.raises(ItemNotInForce) as refusal:
        desk.file(Filing(NEWER, case=STREAM), case=STREAM)

    assert refusal.value.params["in_force"] is None


def test_a_timer_that_is_early_or_fired_before_records_nothing() -> None:
    desk = Desk()
    desk.do(PublishItem(item=NEWER, effective_on=TUESDAY), by=GAO)
    (timer,) = timers_of(STREAM, state(desk))
    fire = FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about)

    assert desk.do(fire, by=CENTRE, case=STREAM) == []
    come(desk, TUESDAY)
    assert desk.do(fire, by=CENTRE, case=STREAM) == []
    with pytest.raises(Forbidden):
        desk.do(fire, by=GAO, case=STREAM)


def test_a_case_keeps_the_version_it_was_filed_under() -> None:
    desk = Desk()
    desk.receive()
    desk.do(PublishItem(item=NEWER), by=GAO)

    accepted = desk.do(cases.AcceptCase(), by=ZHOU)[-1]

    assert isinstance(accepted, CaseAccepted)
    assert (accepted.item_version, desk.case().item_version) == (1, 1)


@pytest.mark.parametrize(
    ("command", "params"),
    [
        (PublishItem(item=NEWER, effective_on=date(2026, 11, 22)), {"why": "past"}),
        (PublishItem(item=NEWER, effective_on=FRIDAY, ends_on=TUESDAY), {"why": "order"}),
        (PublishItem(item=NEWER, ends_on=date(2026, 11, 22)), {"why": "order"}),
    ],
)
def test_days_that_do_not_fit_are_refused(command: PublishItem, params: dict[str, str]) -> None:
    with pytest.raises(PlanWrong) as refusal:
        Desk().do(command, by=GAO)

    assert refusal.value.params == params


def test_a_version_has_a_higher_number_than_those_before_and_one_content() -> None:
    desk = Desk()
    third = replace(LEASE, version=3)
    desk.do(PublishItem(item=third), by=GAO)

    assert desk.do(PublishItem(item=third), by=GAO) == []
    with pytest.raises(PlanWrong) as refusal:
        desk.do(PublishItem(item=NEWER), by=GAO)
    assert refusal.value.params == {"why": "version", "newest": 3}
    with pytest.raises(VersionTaken):
        desk.do(PublishItem(item=replace(third, plain_zh="别的")), by=GAO)


def test_the_first_version_of_an_item_has_a_number_above_nought() -> None:
    with pytest.raises(PlanWrong) as refusal:
        Desk().do(PublishItem(item=replace(LEASE, id="fresh", version=0)), by=GAO)

    assert refusal.value.params == {"why": "version", "newest": 0}


def test_a_version_whose_test_cases_fail_is_not_published_and_each_failure_is_named() -> None:
    desk = Desk()
    two = (GOOD, replace(GOOD, name="少交一样", materials=("property-certificate", "lease-contract", "lessor-id")))

    with pytest.raises(TrialsFailed) as refusal:
        desk.do(PublishItem(item=NEWER, trials=two), by=GAO)

    assert [failure["trial"] for failure in refusal.value.params["failures"]] == [GOOD.name]
    assert desk.facts == []
    assert desk.do(PublishItem(item=NEWER, trials=two[1:]), by=GAO) == [ItemPublished(item=NEWER, trials=two[1:])]


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (replace(NEWER, department_id="moon"), "department_id: there is no moon"),
        (replace(NEWER, theme="moon"), "theme: there is no moon"),
        (
            replace(NEWER, fields=LEASE.fields[1:]),
            "fields: applicant_name: show_if: there is no field applicant_kind before it",
        ),
        (replace(NEWER, materials=LEASE.materials[:1] * 2), "materials: property-certificate stands twice"),
        (
            replace(NEWER, fields=(*LEASE.fields, replace(LEASE.fields[0], id="new", label_zh=" "))),
            "fields: new: label_zh is empty",
        ),
        (
            replace(NEWER, fields=(*LEASE.fields, replace(LEASE.fields[0], id="new", options=()))),
            "fields: new: a select needs options",
        ),
        (replace(NEWER, route=(replace(LEASE.route[0], name_zh=""),)), "route: receive: name_zh is empty"),
        (replace(NEWER, route=LEASE.route[::-1]), "route: the stages are out of order"),
        (replace(NEWER, route=(*LEASE.route, LEASE.route[-1])), "route: deliver stands twice"),
    ],
)
def test_an_item_that_contradicts_itself_is_not_published(item: ServiceItem, fault: str) -> None:
    with pytest.raises(ItemUnsound) as refusal:
        Desk().do(PublishItem(item=item), by=GAO)

    assert fault in refusal.value.params["faults"]


def test_a_withdrawn_version_is_not_filed_any_more_and_its_cases_go_on() -> None:
    desk = Desk()
    desk.receive()
    withdraw = WithdrawItem(item_id=LEASE.id, version=1, reason="清单调整")

    assert desk.do(withdraw, by=GAO) == [ItemWithdrawn(version=1, reason="清单调整")]
    assert desk.do(withdraw, by=GAO) == []
    with pytest.raises(ItemNotInForce):
        desk.file(Filing(case=STREAM), case=STREAM)
    assert desk.do(cases.AcceptCase(), by=ZHOU)


def test_a_planned_version_can_be_withdrawn_before_its_day() -> None:
    desk = Desk()
    desk.do(PublishItem(item=NEWER, effective_on=FRIDAY), by=GAO)

    desk.do(WithdrawItem(item_id=LEASE.id, version=2, reason="再议"), by=GAO)

    assert come(desk, FRIDAY) == []
    assert state(desk).offered(desk.today) == 1


def test_what_was_never_published_cannot_be_withdrawn() -> None:
    with pytest.raises(UnknownItem):
        Desk().do(WithdrawItem(item_id=LEASE.id, version=7, reason="没有"), by=GAO)


# Orders


def test_an_order_begins_on_its_day_and_ends_after_its_last() -> None:
    desk = Desk()
    one = order(effective_on=TUESDAY, ends_on=TUESDAY, before=BEFORE)
    wednesday = TUESDAY + timedelta(days=1)

    assert desk.do(OrderDelegation(order=one), by=GAO) == [DelegationOrdered(order=one)]
    assert desk.do(OrderDelegation(order=one), by=GAO) == []
    assert come(desk, TUESDAY, DELEGATION_STREAM) == [
        DelegationBegan(number=one.number, effective_at=midnight(TUESDAY))
    ]
    assert come(desk, wednesday, DELEGATION_STREAM) == [
        DelegationEnded(number=one.number, effective_at=midnight(wednesday))
    ]
    assert timers_of(DELEGATION_STREAM, state(desk, DELEGATION_STREAM)) == ()


def test_an_order_of_the_past_is_recorded_as_begun() -> None:
    one = order(effective_on=date(2024, 5, 6), before=BEFORE)

    facts = Desk().do(OrderDelegation(order=one), by=GAO)

    assert facts == [
        DelegationOrdered(order=one),
        DelegationBegan(number=one.number, effective_at=midnight(date(2024, 5, 6))),
    ]


def test_a_case_is_accepted_by_the_route_of_its_day_and_finishes_by_it() -> None:
    desk = Desk()
    desk.do(OrderDelegation(order=order(effective_on=TUESDAY, before=BEFORE)), by=GAO)
    desk.receive()
    on_monday = desk.do(cases.AcceptCase(), by=ZHOU)[-1]
    desk.do(cases.ReviewCase(), by=LI)
    come(desk, TUESDAY, DELEGATION_STREAM)
    desk.receive_twin()

    with pytest.raises(NotFound):
        desk.do(cases.DecideCase(outcome="granted"), by=WANG)
    late = cases.DecideCase(outcome="granted", delay="区里次日审批")
    assert desk.do(late, by=staff("zhaoli", Role.DISTRICT_OFFICER))

    assert isinstance(on_monday, CaseAccepted)
    assert (on_monday.order, on_monday.street_role, on_monday.route) == ("", "intake", BEFORE.route)


def test_a_case_accepted_under_an_order_names_it_and_needs_no_route_of_its_own() -> None:
    desk = Desk()
    one = order(effective_on=MONDAY, before=BEFORE)
    desk.do(OrderDelegation(order=one), by=GAO)
    desk.receive()

    accepted = desk.do(cases.AcceptCase(), by=ZHOU)[-1]

    assert isinstance(accepted, CaseAccepted)
    assert (accepted.order, accepted.street_role, accepted.route) == (one.number, "", ())
    assert desk.case().order == one.number


def test_an_order_asks_for_its_training_from_its_first_day_on() -> None:
    desk = Desk()
    one = order(effective_on=TUESDAY, before=BEFORE, certificates=("delegated-housing",))
    desk.do(OrderDelegation(order=one), by=GAO)
    desk.receive()
    desk.do(cases.ClaimCase(), by=ZHOU)
    desk.now = midnight(TUESDAY) + timedelta(hours=10)

    with pytest.raises(NotQualified) as refusal:
        desk.do(cases.AcceptCase(), by=ZHOU)

    assert refusal.value.params == {
        "item": LEASE.id,
        "certificate": "delegated-housing",
        "expired_on": None,
        "ways": [],
    }


def test_an_order_can_get_an_end_and_an_earlier_one() -> None:
    desk = Desk()
    one = order(effective_on=MONDAY, before=BEFORE)
    desk.do(OrderDelegation(order=one), by=GAO)
    revoke = RevokeDelegation(number=one.number, ends_on=FRIDAY, reason="区里收回")

    assert desk.do(revoke, by=GAO) == [DelegationRevoked(number=one.number, ends_on=FRIDAY, reason="区里收回")]
    assert desk.do(revoke, by=GAO) == []
    assert desk.do(replace(revoke, ends_on=TUESDAY), by=GAO)
    for wrong, why in ((FRIDAY, "order"), (date(2026, 11, 22), "past")):
        with pytest.raises(PlanWrong) as refusal:
            desk.do(replace(revoke, ends_on=wrong), by=GAO)
        assert refusal.value.params == {"why": why}
    with pytest.raises(UnknownOrder):
        desk.do(replace(revoke, number="没有"), by=GAO)


def test_an_order_that_does_not_fit_or_whose_number_is_taken_is_refused() -> None:
    desk = Desk()
    desk.do(OrderDelegation(order=order(before=BEFORE)), by=GAO)

    with pytest.raises(OrderTaken):
        desk.do(OrderDelegation(order=order(effective_on=FRIDAY, before=BEFORE)), by=GAO)
    unknown = replace(order("测〔2027〕2号"), items=(DelegatedItem(item="moon", before=BEFORE),))
    with pytest.raises(OrderUnsound) as refusal:
        desk.do(OrderDelegation(order=unknown), by=GAO)
    assert refusal.value.params["faults"] == ["items: moon: there is no such item"]


# The list


def test_what_is_only_listed_is_asked_for_at_the_window() -> None:
    desk = Desk()
    filing = Filing()
    filing.command = replace(filing.command, item_id=LISTED.id)

    assert desk.do(PublishListing(entries=(LISTED,)), by=GAO) == [ListingPublished(version=1, entries=(LISTED,))]
    assert desk.do(PublishListing(entries=(LISTED,)), by=GAO) == []
    with pytest.raises(AskTheWindow) as refusal:
        desk.file(filing)

    assert refusal.value.params == {
        "item": LISTED.id,
        "department": "公安派出所",
        "phone": "027-85500011",
        "hours": "工作日 9:00–12:00",
    }


def test_a_list_replaces_the_one_before() -> None:
    desk = Desk()
    other = replace(LISTED, id="listed-other")
    desk.do(PublishListing(entries=(LISTED,)), by=GAO)

    facts = desk.do(PublishListing(entries=(other,)), by=GAO)

    assert facts == [ListingPublished(version=2, entries=(other,))]
    assert list(state(desk, LISTING_STREAM).listing) == ["listed-other"]


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ((LISTED, LISTED), "listed-dog-licence stands twice"),
        ((replace(LISTED, phone="12345"),), "listed-dog-licence: phone: it is no telephone number"),
        ((replace(LISTED, id=LEASE.id),), f"{LEASE.id}: there is an item of that id"),
    ],
)
def test_a_list_with_entries_that_cannot_be_shown_is_refused(entries: tuple[ListedItem, ...], fault: str) -> None:
    with pytest.raises(ListingUnsound) as refusal:
        Desk().do(PublishListing(entries=entries), by=GAO)

    assert any(said.startswith(fault) for said in refusal.value.params["faults"])


def test_a_calendar_that_contradicts_itself_is_not_published_and_each_day_is_named() -> None:
    year = CALENDAR.years[MONDAY.year]
    wrong = replace(year, days_off=year.days_off | {date(2027, 1, 1)}, make_up_workdays=frozenset({MONDAY}))
    calendar = replace(CALENDAR, version=CALENDAR.version + 1, years={**CALENDAR.years, MONDAY.year: wrong})

    with pytest.raises(CalendarUnsound) as refusal:
        Desk().do(PublishCalendar(calendar=calendar), by=GAO)

    assert refusal.value.params["faults"] == [
        f"2027-01-01 is listed under {MONDAY.year}",
        f"{MONDAY} cannot be a make-up workday",
    ]


def test_a_version_that_ends_with_the_last_day_that_can_be_written_waits_for_no_impossible_moment() -> None:
    desk = Desk()

    desk.do(PublishItem(item=NEWER, ends_on=date.max), by=GAO)

    (timer,) = timers_of(STREAM, state(desk))
    assert timer.at == midnight(date(2199, 12, 31))


def test_the_first_day_that_can_be_written_begins_with_the_years_of_the_service() -> None:
    assert first_moment(date.min) == first_moment(date(1880, 1, 1)) < first_moment(date(1880, 1, 2))
