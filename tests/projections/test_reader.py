"""Pages of rows by scope and position: complete whatever their size, and nothing outside the scope."""

from uuid import UUID, uuid5

import pytest

from domain.case.commands import AcceptCase, ClaimCase, ReleaseCase, WithdrawCase
from projections.reader import Page, StoredRow
from tests.cast import CASE, FATHER, HARDSHIP, LIN, STRANGER, ZHOU, Filing
from tests.domain.case.desk import ACCEPT_HARDSHIP
from tests.projections.conftest import Followed

MINE = (f"mine:{ZHOU.id}", "office:street")


def cases(followed: Followed, count: int) -> list[UUID]:
    made = [uuid5(CASE, f"read {n}") for n in range(count)]
    for case in made:
        followed.receive(case=case)
    return made


def everything(followed: Followed, scopes: tuple[str, ...], *, page_bytes: int) -> list[StoredRow]:
    rows: list[StoredRow] = []
    reached = (0, "")
    while True:
        page = followed.reader.page(scopes, reached, page_bytes=page_bytes)
        rows += page.rows
        reached = page.reached
        if not page.more:
            return rows


@pytest.mark.parametrize("page_bytes", [1, 2_000, 9_000, 1_000_000])
def test_every_row_of_the_scopes_comes_once_and_in_order_of_change_whatever_the_page_holds(
    followed: Followed, page_bytes: int
) -> None:
    made = cases(followed, 6)
    for case in made[::2]:
        followed.do(ClaimCase(), by=ZHOU, case=case)
    followed.settle()

    rows = everything(followed, MINE, page_bytes=page_bytes)

    wanted = {(str(case), "queue") for case in made} | {(str(case), "case") for case in made[::2]}
    assert {(row.id, row.kind) for row in rows} == wanted
    assert len(rows) == len(wanted)
    assert [row.pos for row in rows] == sorted(row.pos for row in rows)


def test_a_page_after_the_last_position_is_empty_and_stays_where_it_is(followed: Followed) -> None:
    cases(followed, 1)
    followed.settle()
    head = followed.runner.position

    assert followed.reader.page(MINE, (head, "")) == Page([], [], (head, ""), more=False, head=head)
    assert followed.reader.page(MINE, (head + 50, "")) == Page([], [], (head + 50, ""), more=False, head=head)


def test_a_page_holds_only_rows_of_the_scopes(followed: Followed) -> None:
    followed.receive()
    followed.settle()

    assert followed.reader.page([f"person:{STRANGER.id}"], (0, "")).rows == []
    assert followed.reader.page([], (0, "")).rows == []
    assert [row.kind for row in followed.reader.page([f"person:{FATHER.id}"], (0, "")).rows] == ["status"]
    assert [row.kind for row in followed.reader.page(["office:street"], (0, "")).rows] == ["queue"]


def test_a_row_that_left_the_scope_is_told_to_those_who_had_it(followed: Followed) -> None:
    followed.receive()
    followed.do(ClaimCase(), by=ZHOU)
    followed.settle()
    claimed = followed.runner.position
    followed.do(AcceptCase(), by=ZHOU)
    followed.settle()

    page = followed.reader.page(MINE, (claimed, ""))

    assert [(gone.kind, gone.id) for gone in page.gone] == [("case", str(CASE))]
    assert [row.kind for row in page.rows] == ["queue"]


def test_a_row_that_left_and_came_back_is_a_row_and_not_gone(followed: Followed) -> None:
    followed.receive()
    followed.do(ClaimCase(), by=ZHOU)
    followed.settle()
    claimed = followed.runner.position
    followed.do(ReleaseCase(), by=ZHOU)
    followed.do(ClaimCase(), by=ZHOU)
    followed.settle()

    page = followed.reader.page(MINE, (claimed, ""))

    assert page.gone == []
    assert sorted(row.kind for row in page.rows) == ["case", "queue"]


def test_a_case_that_moves_to_another_office_is_seen_there(followed: Followed) -> None:
    filing = Filing(HARDSHIP)
    followed.receive(filing)
    followed.settle()
    assert followed.reader.page(["office:community"], (0, "")).rows == []

    followed.do(ACCEPT_HARDSHIP, by=ZHOU)
    followed.settle()

    assert [row.id for row in followed.reader.page(["office:community"], (0, "")).rows] == [str(CASE)]


@pytest.mark.parametrize(
    ("query", "found"),
    [("BQS-20261123-0001", 1), ("陈志", 1), ("房屋租赁", 1), ("%", 0), ("_", 0), ("no such thing", 0), ("", 1)],
)
def test_search_finds_by_number_name_and_item_and_takes_wildcards_as_signs(
    followed: Followed, query: str, found: int
) -> None:
    followed.receive()
    followed.settle()

    assert len(followed.reader.search(query)) == found


def test_a_claim_by_a_colleague_does_not_give_the_full_document(followed: Followed) -> None:
    followed.receive()
    followed.do(ClaimCase(), by=LIN)
    followed.settle()

    assert [row.kind for row in followed.reader.page(MINE, (0, "")).rows] == ["queue"]


def test_a_device_that_holds_nothing_is_told_of_nothing_to_give_up(followed: Followed) -> None:
    followed.receive()
    followed.do(WithdrawCase(), by=FATHER)
    followed.settle()

    cold = followed.reader.page(["office:street"], (0, ""))
    warm = followed.reader.page(["office:street"], (1, ""))

    assert (cold.rows, cold.gone) == ([], [])
    assert [(gone.kind, gone.id) for gone in warm.gone] == [("queue", str(CASE))]
