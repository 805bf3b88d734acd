from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from domain.catalogue.delegation import (
    DelegatedItem,
    DelegationOrder,
    Handled,
    as_accepted,
    order_faults,
    route_of,
)
from domain.catalogue.items import ServiceItem
from tests.cast import CATALOGUE, HARDSHIP, LEASE
from tests.domain.catalogue.shipped import shipped_orders

ORDERS = shipped_orders()
TODAY = date(2026, 11, 23)
LONG_AGO = date(2020, 1, 2)
DELEGATED = [item for item in CATALOGUE.items if item.delegated]

BEFORE = Handled(
    street_role="intake",
    route=tuple(replace(s, role="district-officer") if s.stage == "decide" else s for s in LEASE.route),
)


def order(
    number: str = "测〔2027〕1号",
    *,
    effective_on: date = date(2027, 3, 1),
    ends_on: date | None = None,
    **entry: object,
) -> DelegationOrder:
    """An order about the lease item alone."""
    return DelegationOrder(
        number=number,
        title_zh="下放",
        title_en="Delegation",
        batch=4,
        issued_on=date(2027, 1, 15),
        effective_on=effective_on,
        ends_on=ends_on,
        items=(msgspec.convert({"item": LEASE.id, **msgspec.to_builtins(entry)}, DelegatedItem),),
    )


def district_steps(item: ServiceItem, on: date) -> list[str]:
    return [step.step for step in route_of(item, ORDERS, on=on).route if step.role == "district-officer"]


def test_the_sample_delegates_15_items_in_three_batches() -> None:
    named = [entry.item for one in ORDERS for entry in one.items]

    assert sorted(named) == sorted(item.id for item in DELEGATED)
    assert (len(named), [one.batch for one in ORDERS]) == (15, [1, 2, 3])
    assert all(order_faults(one, CATALOGUE.items) == () for one in ORDERS)


def test_no_district_step_where_a_delegated_item_is_decided_at_street_level_and_one_on_the_other_four() -> None:
    without = [item.id for item in DELEGATED if not district_steps(item, TODAY)]
    with_one = [item.id for item in DELEGATED if district_steps(item, TODAY)]

    assert without == [item.id for item in DELEGATED if item.street_role == "decide"]
    assert (len(without), len(with_one), len(DELEGATED)) == (11, 4, 15)
    assert all(route_of(item, ORDERS, on=TODAY).delegated for item in DELEGATED)


@pytest.mark.parametrize("item", DELEGATED, ids=lambda item: item.id)
def test_before_its_order_the_district_decided_every_delegated_item(item: ServiceItem) -> None:
    handling = route_of(item, ORDERS, on=LONG_AGO)

    assert not handling.delegated
    assert not handling.own
    assert [step.role for step in handling.route if step.stage == "decide"] == ["district-officer"]
    assert handling.street_role != "decide"


@pytest.mark.parametrize("item", DELEGATED, ids=lambda item: item.id)
def test_the_steps_before_delegation_fit_the_promise_too(item: ServiceItem) -> None:
    counted = sum(step.working_hours for step in route_of(item, ORDERS, on=LONG_AGO).route if step.clock == "counted")

    assert counted <= max(item.promised_working_days, 1) * CATALOGUE.meta.hours_per_working_day


def test_an_item_without_an_order_is_handled_as_the_catalogue_has_it() -> None:
    handling = route_of(LEASE, (), on=TODAY)

    assert (handling.route, handling.street_role, handling.own) == (LEASE.route, LEASE.street_role, True)
    assert (handling.order, handling.batch, handling.certificates) == ("", 0, (LEASE.id,))


def test_an_order_holds_from_its_first_day_to_its_last() -> None:
    one = order(ends_on=date(2028, 2, 29), before=BEFORE)

    decided_by = {
        str(on): route_of(LEASE, [one], on=on).steps_at("district-officer") == ()
        for on in (date(2027, 2, 28), date(2027, 3, 1), date(2028, 2, 29), date(2028, 3, 1))
    }

    assert list(decided_by.values()) == [False, True, True, False]


def test_an_order_that_brings_the_route_itself_leaves_the_catalogue_as_it_was_until_then() -> None:
    one = order(after=BEFORE)

    assert route_of(LEASE, [one], on=TODAY).own
    assert route_of(LEASE, [one], on=date(2027, 3, 1)).route == BEFORE.route


def test_of_two_orders_the_later_is_followed_and_what_the_earlier_gave_holds_until_then() -> None:
    first, second = order(after=BEFORE), order("测〔2028〕1号", effective_on=date(2028, 1, 1), before=BEFORE)

    assert route_of(LEASE, [second, first], on=date(2027, 6, 1)).order == first.number
    assert route_of(LEASE, [second, first], on=date(2028, 1, 1)).own
    assert route_of(LEASE, [second, first], on=date(2028, 1, 1)).order == second.number


def test_an_order_may_ask_for_more_certificates_while_it_holds() -> None:
    one = order(before=BEFORE, certificates=("delegated-housing",))

    assert route_of(LEASE, [one], on=TODAY).certificates == (LEASE.id,)
    assert route_of(LEASE, [one], on=date(2027, 3, 1)).certificates == (LEASE.id, "delegated-housing")


def test_the_item_of_a_case_has_the_route_under_which_the_case_was_accepted() -> None:
    accepted = as_accepted(LEASE, BEFORE.street_role, BEFORE.route)

    assert (accepted.route, accepted.street_role) == (BEFORE.route, "intake")
    assert as_accepted(LEASE, "", ()) is LEASE


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (order(ends_on=date(2027, 2, 1), before=BEFORE), "ends_on: it lies before effective_on"),
        (replace(order(), items=()), "items: there are none"),
        (order(), f"items: {LEASE.id}: one of before and after is the catalogue's own and the other stands here"),
        (
            replace(order(), items=(DelegatedItem(item=HARDSHIP.id, before=BEFORE),)),
            f"items: {HARDSHIP.id}: there is no such item",
        ),
        (
            replace(order(), items=(DelegatedItem(item=LEASE.id, before=BEFORE),) * 2),
            f"items: {LEASE.id} stands twice",
        ),
        (
            order(before=replace(BEFORE, route=BEFORE.route[:-1])),
            f"items: {LEASE.id}: route: there is no step of the stage deliver",
        ),
        (
            order(before=replace(BEFORE, route=(replace(BEFORE.route[0], role="emperor"), *BEFORE.route[1:]))),
            f"items: {LEASE.id}: route: receive: role: there is no emperor",
        ),
    ],
)
def test_an_order_that_contradicts_itself_or_the_catalogue_is_named_by_place(wrong: DelegationOrder, said: str) -> None:
    assert said in order_faults(wrong, [LEASE])
