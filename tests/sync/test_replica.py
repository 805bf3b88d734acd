from sync.frames import Delta, Gone, PageFrame, Row
from sync.replica import Replica


def row(id: str, pos: int, kind: str = "queue") -> Row:
    return Row(id, kind, pos, {"of": pos})


def page(*rows: Row, to: int, more: bool = False, gone: tuple[Gone, ...] = ()) -> PageFrame:
    return PageFrame(cursor=f"c{to}{more}", to=to, rows=rows, gone=gone, more=more, phase="boot")


def delta(*rows: Row, after: int, to: int, gone: tuple[Gone, ...] = ()) -> Delta:
    return Delta(from_=after, to=to, cursor=f"c{to}", rows=rows, gone=gone)


def booted(*rows: Row, to: int) -> Replica:
    replica = Replica()
    replica.welcomed("e1")
    replica.page(page(*rows, to=to))
    return replica


def test_a_boot_shows_nothing_until_it_is_complete() -> None:
    replica = Replica()
    replica.welcomed("e1")

    replica.page(page(row("a", 1), to=1, more=True))
    halfway = (dict(replica.rows), replica.is_booting, replica.checkpoint, replica.cursor)
    replica.page(page(row("b", 2), to=3))

    assert halfway == ({}, True, 0, "c1True")
    assert set(replica.rows) == {("queue", "a"), ("queue", "b")}
    assert (replica.is_booting, replica.checkpoint, replica.position) == (False, 3, 3)


def test_bodies_are_found_by_kind_and_id() -> None:
    replica = booted(row("a", 1), row("a", 2, "case"), to=2)

    assert replica.body("case", "a") == {"of": 2}
    assert replica.body("case", "b") is None
    assert replica.bodies("queue") == {"a": {"of": 1}}


def test_a_late_or_repeated_page_changes_nothing() -> None:
    replica = booted(row("a", 5), to=5)
    replica.page(page(row("a", 7), to=7))

    replica.page(page(row("a", 5), to=5))
    replica.page(page(to=7))

    assert replica.body("queue", "a") == {"of": 7}
    assert replica.cursor == "c7False"


def test_a_delta_brings_rows_and_takes_others_away() -> None:
    replica = booted(row("a", 1), row("b", 2), to=2)

    taken = replica.delta(delta(row("c", 3), after=2, to=3, gone=(Gone("a", "queue", "reassigned"),)))

    assert taken
    assert set(replica.rows) == {("queue", "b"), ("queue", "c")}
    assert (replica.position, replica.checkpoint, replica.cursor) == (3, 3, "c3")


def test_a_delta_beyond_a_gap_is_not_taken() -> None:
    replica = booted(row("a", 1), to=1)

    taken = replica.delta(delta(row("a", 9), after=8, to=9))

    assert not taken
    assert (replica.body("queue", "a"), replica.position) == ({"of": 1}, 1)


def test_a_delta_that_is_known_is_taken_for_granted() -> None:
    replica = booted(row("a", 5), to=5)

    taken = replica.delta(delta(row("a", 3), after=2, to=3))

    assert taken
    assert replica.body("queue", "a") == {"of": 5}


def test_a_reset_keeps_showing_the_old_rows_until_the_new_ones_are_complete() -> None:
    replica = booted(row("a", 5), to=5)

    replica.start_over()
    replica.page(page(row("b", 1), to=1, more=True))
    meanwhile = set(replica.rows)
    replica.page(page(to=2))

    assert meanwhile == {("queue", "a")}
    assert set(replica.rows) == {("queue", "b")}


def test_another_epoch_means_a_boot_and_the_same_one_does_not() -> None:
    replica = booted(row("a", 5), to=5)

    replica.welcomed("e1")
    same = replica.cursor
    replica.welcomed("e2")

    assert (same, replica.cursor, replica.is_booting, replica.epoch) == ("c5False", None, True, "e2")


def test_what_is_revoked_is_gone_at_once() -> None:
    replica = booted(row("a", 1), row("a", 1, "case"), row("b", 2), to=2)

    replica.forget(["a"])
    some = set(replica.rows)
    replica.wipe()

    assert some == {("queue", "b")}
    assert (replica.rows, replica.cursor) == ({}, None)
