import pytest
from msgspec.structs import replace

from domain.catalogue.items import ServiceItem
from domain.catalogue.trials import ItemTrial, TrialFailure, failures_of
from tests.cast import CALENDAR, CATALOGUE, LEASE
from tests.domain.catalogue.filled import filled_answers
from tests.domain.catalogue.shipped import shipped_orders, shipped_planned

PLANNED = shipped_planned()
TRIED = [item for item in CATALOGUE.items if PLANNED[item.id].trials]
GOOD = ItemTrial(
    name="一份普通的租赁",
    answers=filled_answers(LEASE),
    at="2026-11-23T10:00",
    materials=("property-certificate", "lease-contract", "lessor-id", "lessee-id"),
    unmet=(),
    route=("receive", "accept", "review", "decide", "deliver"),
    due_on="2026-11-23",
)


def failures(item: ServiceItem, trial: ItemTrial) -> tuple[TrialFailure, ...]:
    return failures_of(item, [trial], orders=shipped_orders(), calendar=CALENDAR)


@pytest.mark.parametrize("item", TRIED, ids=lambda item: item.id)
def test_the_shipped_items_pass_their_test_cases(item: ServiceItem) -> None:
    assert failures_of(item, PLANNED[item.id].trials, orders=shipped_orders(), calendar=CALENDAR) == ()


def test_a_test_case_passes_where_everything_comes_out_as_expected() -> None:
    assert failures(LEASE, GOOD) == ()


@pytest.mark.parametrize(
    ("changed", "aspect", "expected", "found"),
    [
        (
            {"materials": ("property-certificate",)},
            "materials",
            "property-certificate",
            "property-certificate, lease-contract, lessor-id, lessee-id",
        ),
        ({"unmet": ("e1",)}, "unmet", "e1", ""),
        ({"route": ("receive", "decide")}, "route", "receive, decide", "receive, accept, review, decide, deliver"),
        ({"due_on": "2026-11-24"}, "due_on", "2026-11-24", "2026-11-23"),
        ({"problems": ("lease_end",)}, "problems", "lease_end", ""),
        ({"at": "Monday"}, "at", "YYYY-MM-DDTHH:MM", "Monday"),
    ],
)
def test_a_test_case_names_what_came_out_otherwise(
    changed: dict[str, object], aspect: str, expected: str, found: str
) -> None:
    trial = replace(GOOD, **changed)

    assert failures(LEASE, trial) == (TrialFailure(GOOD.name, aspect, expected, found),)


def test_wrong_answers_and_unmet_conditions_are_seen() -> None:
    answers = {**GOOD.answers, "house_in_area": False, "lessee_phone": "1"}

    trial = replace(GOOD, answers=answers, problems=("lessee_phone",), unmet=("e1",), due_on=None)

    assert failures(LEASE, trial) == ()


def test_the_route_of_a_test_case_is_that_of_its_day() -> None:
    trial = replace(GOOD, at="2024-11-25T10:00", due_on=None, route=GOOD.route)

    (failure,) = failures(LEASE, trial)

    assert failure.found == "receive, accept, review, district-review, decide, deliver"


def test_an_outcome_for_which_a_test_case_does_not_ask_may_be_anything() -> None:
    silent = ItemTrial(name="不问", answers={}, at="2026-11-23T10:00", problems=None)

    assert failures(LEASE, silent) == ()
