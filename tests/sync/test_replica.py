from typing import Any

from sync.device.events import Commit
from sync.frames import Gone, Row
from sync.replica import Digest, Replica


def row(id: str, pos: int, kind: str = "queue") -> Row:
    return Row(id, kind, pos, {"of": pos})


def commit(*rows: Row, to: int, gone: tuple[Gone, ...] = (), **how: Any) -> Commit:
    said: dict[str, Any] = {"complete": True, "start": False, "finish": False, **how}
    return Commit(n=1, epoch="e1", cursor=f"c{to}", rows=rows, gone=gone, to=to, **said)


def booted(*rows: Row, to: int) -> Replica:
    replica = Replica()
    replica.commit(commit(*rows, to=to, start=True, finish=True))
    return replica


def test_a_boot_shows_nothing_until_it_is_complete() -> None:
    replica = Replica()

    replica.commit(commit(row("a", 1), to=1, start=True, complete=False))
    halfway = (dict(replica.rows), replica.is_booting, replica.checkpoint, replica.cursor)
    replica.commit(commit(row("b", 2), to=3, finish=True))

    assert halfway == ({}, True, 0, "c1")
    assert set(replica.rows) == {("queue", "a"), ("queue", "b")}
    assert (replica.is_booting, replica.checkpoint, replica.position) == (False, 3, 3)


def test_bodies_are_found_by_kind_and_id() -> None:
    replica = booted(row("a", 1), row("a", 2, "case"), to=2)

    assert replica.body("case", "a") == {"of": 2}
    assert replica.body("case", "b") is None
    assert replica.bodies("queue") == {"a": {"of": 1}}


def test_a_commit_brings_rows_and_takes_others_away() -> None:
    replica = booted(row("a", 1), row("b", 2), to=2)

    replica.commit(commit(row("c", 3), to=3, gone=(Gone("a", "queue", "reassigned"),)))

    assert set(replica.rows) == {("queue", "b"), ("queue", "c")}
    assert (replica.position, replica.checkpoint, replica.cursor) == (3, 3, "c3")


def test_another_boot_keeps_showing_the_old_rows_until_the_new_ones_are_complete() -> None:
    replica = booted(row("a", 5), to=5)

    replica.commit(commit(row("b", 1), to=1, start=True, complete=False))
    meanwhile = set(replica.rows)
    replica.commit(commit(to=2, finish=True))

    assert meanwhile == {("queue", "a")}
    assert set(replica.rows) == {("queue", "b")}


def test_what_is_revoked_is_gone_at_once() -> None:
    replica = booted(row("a", 1), row("a", 1, "case"), row("b", 2), to=2)

    replica.forget(["a"])
    some = set(replica.rows)
    replica.forget(None)

    assert some == {("queue", "b")}
    assert (replica.rows, replica.cursor) == ({}, None)


def test_the_digest_counts_rows_and_their_positions_in_any_order() -> None:
    replica = booted(row("a", 1), row("b", 2), to=2)
    replica.commit(commit(row("b", 5), row("c", 4), to=5, gone=(Gone("a", "queue", "purged"),)))

    assert replica.digest == str(Digest([("queue", "c", 4), ("queue", "b", 5)]))
    assert str(Digest()) == "0-0"
    assert str(Digest([("queue", "a", 1)])) == "1-1baf7170"


def test_while_booting_the_digest_is_that_of_what_has_come() -> None:
    replica = booted(row("a", 1), to=1)

    replica.commit(commit(row("b", 2), to=2, start=True, complete=False))

    assert replica.digest == str(Digest([("queue", "b", 2)]))
