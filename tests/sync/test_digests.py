"""Digests: what a page says is what a replica counts, whatever happened in between."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.digests import MODULUS, Digests, digest_of, digest_of_rows, hash_of
from projections.reader import Reader
from projections.schema import SCHEMA

Step = tuple[str, str, bool]
STEPS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.booleans()), max_size=30)


def file() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.executescript(SCHEMA)
    return database


def step(database: sqlite3.Connection, scope: str, id: str, pos: int, *, there: bool) -> None:
    """A row comes or changes, or leaves."""
    key = (scope, "status", id)
    for table in ("rows", "departures"):
        database.execute(f"DELETE FROM {table} WHERE scope=? AND kind=? AND id=?", key)
    if there:
        database.execute("INSERT INTO rows VALUES (?, ?, ?, ?, '{}')", (*key, pos))
    else:
        database.execute("INSERT INTO departures VALUES (?, ?, ?, ?, 'reassigned')", (*key, pos))
    database.execute("INSERT OR REPLACE INTO progress VALUES ('all', ?)", (pos,))


def held(database: sqlite3.Connection, scope: str) -> str:
    return digest_of_rows(database.execute("SELECT kind, id, pos FROM rows WHERE scope=?", (scope,)).fetchall())


def test_a_digest_is_what_the_protocol_says() -> None:
    rows = [("status", "a", 7), ("queue", "b", 9)]

    assert digest_of_rows(rows) == digest_of_rows(reversed(rows)) == digest_of(2, sum(hash_of(*row) for row in rows))
    assert digest_of_rows([]) == "0-0"
    assert digest_of_rows(rows[:1]) == "1-765e19c0"
    assert digest_of(1, MODULUS + 5) == "1-5"


@given(STEPS, st.sets(st.integers(0, 30)))
def test_a_digest_that_is_followed_is_the_digest_that_is_counted_anew(steps: list[Step], asked: set[int]) -> None:
    database, digests = file(), Digests()
    for pos, (scope, id, there) in enumerate(steps, 1):
        step(database, scope, id, pos, there=there)
        if pos in asked:
            assert digests.of(database, ["A"], pos) == held(database, "A")
    assert digests.of(database, ["A"], len(steps)) == held(database, "A")


def test_the_scopes_of_a_person_are_summed_up() -> None:
    database = file()
    step(database, "A", "x", 1, there=True)
    step(database, "B", "y", 2, there=True)
    both = digest_of_rows(database.execute("SELECT kind, id, pos FROM rows").fetchall())

    assert Digests().of(database, ["A", "B"], 2) == both


def test_an_older_snapshot_than_the_last_has_no_digest() -> None:
    database, digests = file(), Digests()
    step(database, "A", "x", 5, there=True)
    assert digests.of(database, ["A"], 5) is not None

    assert digests.of(database, ["A"], 4) is None


def test_scopes_that_nobody_asks_for_are_forgotten_and_counted_anew() -> None:
    database, digests = file(), Digests(most_rows=3)
    for pos in range(1, 9):
        step(database, "AB"[pos % 2], f"{pos}", pos, there=True)

    for scope in "ABAB":
        assert digests.of(database, [scope], 8) == held(database, scope)


@pytest.fixture
def reader() -> Reader:
    database = file()
    step(database, "A", "x", 1, there=True)
    step(database, "A", "y", 2, there=True)
    step(database, "B", "z", 9, there=True)
    return Reader(database, digests=Digests())


def test_the_last_page_has_the_digest_and_the_position_of_the_file(reader: Reader) -> None:
    first = reader.page(["A"], (0, ""), page_bytes=1)
    last = reader.page(["A"], first.reached, page_bytes=1)

    assert (first.more, first.digest, first.head) == (True, None, 9)
    assert (last.more, last.digest, last.head) == (False, held(reader.database, "A"), 9)


@pytest.mark.parametrize(("after", "known"), [(1, False), (2, True), (9, True), (10, False)])
def test_a_digest_at_a_place_is_known_while_nothing_changed_since(reader: Reader, after: int, known: bool) -> None:
    assert (reader.digest(["A"], after) is not None) is known


def test_what_left_before_a_boot_began_is_not_told(reader: Reader) -> None:
    step(reader.database, "A", "x", 10, there=False)

    told = reader.page(["A"], (1, "x"), since=3).gone
    untold = reader.page(["A"], (1, "x"), since=10).gone

    assert [one.id for one in told] == ["x"]
    assert untold == []
