"""The arithmetic of many cities: the pages say what follows from the rows, and more nodes never bear less."""

from __future__ import annotations

import pytest

from tests.bench.curves import rows_in
from tests.bench.scale import PAGES, PLACES, ROWS, Load, Node, Price, brought_up_to_date, burst, measured, tables

KEPT = rows_in(ROWS)
IDLE = Load(filings=0, acts=0, photographs=0, looks=0, own_looks=0, openings=0, deliveries=0, sockets=0)


def node(*, judging: float, following: float) -> Node:
    return Node({"acts": Price(judging, following, (0.0, 0.0))}, 29.0)


def acts(number: float) -> Load:
    return Load(filings=0, acts=number, photographs=0, looks=0, own_looks=0, openings=0, deliveries=0, sockets=0)


@pytest.mark.parametrize("language", PAGES)
def test_the_tables_on_the_page_are_those_of_the_rows(language: str) -> None:
    page = PAGES[language].read_text(encoding="utf-8")

    assert brought_up_to_date(page, KEPT, language) == page


def test_what_is_asked_is_shared_and_what_follows_is_not() -> None:
    one = node(judging=0.004, following=0.001)

    assert [one.cores(acts(100), nodes) for nodes in (1, 2, 4)] == pytest.approx([0.5, 0.3, 0.2])


def test_the_fewest_nodes_that_have_room_are_taken_and_one_is_spare() -> None:
    one = node(judging=0.004, following=0.001)

    assert one.nodes(IDLE) == 2
    assert one.nodes(acts(100)) == 2  # one needs 0.5 of a core
    assert one.nodes(acts(200)) == 3  # 2 x 0.4 + 0.2 each would be 0.6
    assert one.cores(acts(200), 2) == pytest.approx(0.6)


def test_where_following_alone_fills_a_node_no_number_is_enough() -> None:
    one = node(judging=0.004, following=0.001)

    assert one.nodes(acts(600)) == 0
    assert one.most(acts(100), 10_000) < 6


def test_a_city_of_12_million_has_the_load_that_the_design_names() -> None:
    load = burst(PLACES["city"])

    assert load.arrivals * 1.5 == pytest.approx(100, rel=0.05)  # events: 15 for 10 commands
    assert 16_000 <= load.sockets <= 25_000


def test_the_country_and_every_place_have_a_line_in_each_table() -> None:
    for language in PAGES:
        told = tables(KEPT, language)
        assert [len(told[name].splitlines()) for name in ("the load", "the nodes")] == [2 + len(PLACES) + 1] * 2


def test_what_was_measured_costs_something() -> None:
    prices = measured(KEPT).prices

    assert [name for name, price in prices.items() if price.judging <= 0] == []
    assert prices["filings"].following > 0
    assert prices["acts"].following > 0
