"""The tree of a log: it follows, survives, and refuses a log that was altered."""

import hashlib
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid5

import pytest

from store import merkle
from store.log import Entry, Leaf, Log, Row, leaf_hash
from store.tree import Beginning, LogAltered, Tree, discard
from tests.premises import Premises

ORIGIN = "origin"
SPACE = UUID(int=7)


def leaf(number: int, *, state: bytes = b"state") -> Leaf:
    """A leaf of a log on paper; positions have gaps."""
    row = Row(2 * number + 1, uuid5(SPACE, str(number)), 1, "case.noted", state)
    return Leaf(row, number, leaf_hash(ORIGIN, Entry(*row[1:])))


class Paper:
    """A log on paper: what a tree reads of it, to be altered at will."""

    def __init__(self, size: int) -> None:
        self.leaves = [leaf(number) for number in range(size)]

    def leaves_after(self, position: int, limit: int) -> list[Leaf]:
        return [one for one in self.leaves if one.row.position > position][:limit]

    def grow(self, more: int) -> None:
        self.leaves += [leaf(len(self.leaves) + one) for one in range(more)]


class Straight:
    """The subtrees of leaves in memory."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.row = [cast("bytes", one.hash) for one in leaves]

    def node(self, height: int, number: int) -> bytes:
        row = self.row[number << height : (number + 1) << height]
        while len(row) > 1:
            row = [merkle.parent(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]


@contextmanager
def tree_of(path: Path, log: Any, origin: str = ORIGIN) -> Generator[Tree]:
    with closing(Tree(path, cast("Log", log), Beginning(origin, f"doorstep/{origin}"))) as tree:
        yield tree


@pytest.mark.parametrize("sizes", [[0], [1], [255, 1], [256], [257, 300], [1, 1, 1], [70_000]])
def test_it_is_the_tree_of_the_leaves_however_they_come(tmp_path: Path, sizes: list[int]) -> None:
    log = Paper(0)
    for more in sizes:
        log.grow(more)
        with tree_of(tmp_path / "tree.db", log) as tree:
            assert tree.catch_up() == len(log.leaves)

    straight = Straight(log.leaves)
    with tree_of(tmp_path / "tree.db", log) as tree:
        some = sorted(
            {size for size in (0, 1, 2, 255, 256, 257, 511, 512, 513, 65_536, 66_000, tree.size) if size <= tree.size}
        )
        for size in some:
            assert tree.root(size) == merkle.root(straight, size)
            assert [tree.consistency(size, later) for later in some if later >= size] == [
                merkle.consistency(straight, size, later) for later in some if later >= size
            ]
            for number in {0, size // 2, size - 1} if size else ():
                assert tree.inclusion(number, size) == merkle.inclusion(straight, number, size)


def test_it_comes_to_an_end_while_others_never_stop_writing(tmp_path: Path) -> None:
    class Busy(Paper):
        def leaves_after(self, position: int, limit: int) -> list[Leaf]:
            self.grow(1)
            return super().leaves_after(position, limit)

    with tree_of(tmp_path / "tree.db", Busy(4)) as tree:
        sizes = [tree.catch_up(), tree.catch_up()]

    assert sizes == [5, 6]


def test_tiles_are_what_the_leaves_are_and_their_roots(tmp_path: Path) -> None:
    log = Paper(600)
    with tree_of(tmp_path / "tree.db", log) as tree:
        tree.catch_up()
        hashes = [cast("bytes", one.hash) for one in log.leaves]

        assert tree.tile(0, 1) == b"".join(hashes[256:512])
        assert tree.tile(0, 2) is None
        assert tree.tile(0, 2, 88) == b"".join(hashes[512:600])
        assert tree.tile(0, 2, 89) is None
        assert tree.tile(1, 0, 2) == Straight(log.leaves).node(8, 0) + Straight(log.leaves).node(8, 1)


def _edited(log: Paper) -> None:
    row = log.leaves[310].row._replace(state=b"other")
    log.leaves[310] = log.leaves[310]._replace(row=row)


def _rewritten(log: Paper) -> None:
    log.leaves[-1] = leaf(len(log.leaves) - 1, state=b"other")


def _doubled(log: Paper) -> None:
    log.leaves[310] = log.leaves[310]._replace(number=309)


def _deleted(log: Paper) -> None:
    del log.leaves[310]


def _without_leaf(log: Paper) -> None:
    log.leaves[310] = log.leaves[310]._replace(number=None, hash=None)


@pytest.mark.parametrize("alter", [_edited, _doubled, _deleted, _without_leaf])
def test_new_events_that_are_not_what_their_leaves_say_are_refused(
    tmp_path: Path, alter: Callable[[Paper], None]
) -> None:
    log = Paper(300)
    with tree_of(tmp_path / "tree.db", log) as tree:
        tree.catch_up()
        log.grow(20)
        alter(log)

        with pytest.raises(LogAltered):
            tree.catch_up()
        assert tree.size == 300


def _cut(log: Paper) -> None:
    log.leaves.pop()


def _emptied(log: Paper) -> None:
    log.leaves.clear()


@pytest.mark.parametrize("alter", [_rewritten, _cut, _emptied])
def test_a_log_that_lost_or_changed_its_end_is_refused_at_the_next_start(
    tmp_path: Path, alter: Callable[[Paper], None]
) -> None:
    log = Paper(300)
    with tree_of(tmp_path / "tree.db", log) as tree:
        tree.catch_up()
    alter(log)

    with pytest.raises(LogAltered), tree_of(tmp_path / "tree.db", log):
        pass


def test_tiles_of_another_log_are_made_anew(tmp_path: Path) -> None:
    with tree_of(tmp_path / "tree.db", Paper(300)) as tree:
        tree.catch_up()
    with tree_of(tmp_path / "tree.db", Paper(0), "another") as tree:
        assert tree.catch_up() == 0


def test_tiles_can_be_thrown_away(tmp_path: Path) -> None:
    log, roots = Paper(600), list[bytes]()
    for _ in range(2):
        with tree_of(tmp_path / "tree.db", log) as tree:
            tree.catch_up()
            roots.append(tree.root())
        discard(tmp_path / "tree.db")

    assert roots[0] == roots[1] != hashlib.sha256(b"").digest()
    assert list(tmp_path.iterdir()) == []


def test_the_log_of_a_centre_is_followed_on_either_engine(premises: Premises, tmp_path: Path) -> None:
    premises.receive()
    log = premises.centre.event_log
    with tree_of(tmp_path / "tree.db", log, premises.centre.origin) as tree:
        size = tree.catch_up()
        before = tree.root()
        leaves = log.leaves_after(0, 10_000)
        assert before == merkle.root(Straight(leaves), len(leaves))

        premises.receive(case=UUID(int=99))
        later = tree.catch_up()

        assert later > size
        assert merkle.is_consistent(size, before, later, tree.root(), tree.consistency(size, later))


# Looking at it again


def looked_over(tree: Tree) -> list[int]:
    return list(tree.looked_over())


def test_a_log_that_is_as_it_was_is_looked_over_to_its_end(tmp_path: Path) -> None:
    log = Paper(1_200)
    with tree_of(tmp_path / "tree.db", log) as tree:
        assert looked_over(tree) == []
        tree.catch_up()
        log.grow(10)

        assert looked_over(tree) == [500, 1_000, 1_200]
        assert tree.catch_up() == 1_210


def _rewritten_inside(log: Paper) -> None:
    log.leaves[3] = leaf(3, state=b"another")


def _edited_inside(log: Paper) -> None:
    log.leaves[3] = log.leaves[3]._replace(row=log.leaves[3].row._replace(state=b"another"))


def _deleted_inside(log: Paper) -> None:
    del log.leaves[3]


def _inserted_inside(log: Paper) -> None:
    third = log.leaves[3]
    log.leaves.insert(4, third._replace(row=third.row._replace(position=third.row.position + 1)))


@pytest.mark.parametrize("alter", [_rewritten_inside, _edited_inside, _deleted_inside, _inserted_inside, _cut])
def test_an_event_that_changed_after_it_was_taken_in_is_found_and_nothing_is_proven_any_more(
    tmp_path: Path, alter: Callable[[Paper], None]
) -> None:
    log = Paper(600)
    with tree_of(tmp_path / "tree.db", log) as tree:
        tree.catch_up()
        alter(log)
        assert tree.catch_up() == 600

        with pytest.raises(LogAltered):
            looked_over(tree)
        with pytest.raises(LogAltered):
            tree.catch_up()
        with pytest.raises(LogAltered):
            tree.require_whole()


@pytest.mark.parametrize("level", [0, 1])
def test_a_tile_that_changed_is_found(tmp_path: Path, level: int) -> None:
    log = Paper(600)
    with tree_of(tmp_path / "tree.db", log) as tree:
        tree.catch_up()
    with closing(sqlite3.connect(tmp_path / "tree.db", isolation_level=None)) as database:
        (tile,) = database.execute("SELECT hashes FROM tiles WHERE level=? AND number=0", (level,)).fetchone()
        spoilt = tile[:40] + bytes([tile[40] ^ 1]) + tile[41:]
        database.execute("UPDATE tiles SET hashes=? WHERE level=? AND number=0", (spoilt, level))

    with tree_of(tmp_path / "tree.db", log) as tree, pytest.raises(LogAltered):
        looked_over(tree)
