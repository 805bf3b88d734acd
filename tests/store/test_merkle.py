"""The Merkle tree: every size up to a bound, every proof, and every proof that was meddled with."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import merkle

EXHAUSTIVE = 70
LEAVES = [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(300)]


class Plain:
    """A tree over leaves in memory."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves

    def node(self, height: int, number: int) -> bytes:
        return straight(self.leaves[number << height : (number + 1) << height])


def straight(leaves: Sequence[bytes]) -> bytes:
    """The root, word for word as RFC 6962 section 2.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + straight(leaves[:split]) + straight(leaves[split:])).digest()


TREE = Plain(LEAVES)
ROOTS = [straight(LEAVES[:size]) for size in range(EXHAUSTIVE + 1)]


def meddled(path: list[bytes]) -> list[list[bytes]]:
    """Every path that differs from `path` in one hash, or in one hash more or fewer."""
    flipped = [bytes([one[0] ^ 1]) + one[1:] for one in path]
    changed = [[*path[:at], one, *path[at + 1 :]] for at, one in enumerate(flipped)]
    return [*changed, [*path, LEAVES[0]], *([path[:-1], path[1:]] if path else []), [*path, b"short"]]


def test_the_root_is_the_one_of_the_rfc_at_every_size() -> None:
    assert [merkle.root(TREE, size) for size in range(EXHAUSTIVE + 1)] == ROOTS


def test_a_tree_that_grows_leaf_by_leaf_has_the_same_root() -> None:
    peaks, found = merkle.Peaks(), [merkle.Peaks().root]
    for leaf in LEAVES[:EXHAUSTIVE]:
        peaks.add(leaf)
        found.append(peaks.root)

    assert found == ROOTS
    assert peaks.size == EXHAUSTIVE


def test_every_leaf_of_every_tree_is_proven_and_no_other_leaf_is() -> None:
    for size in range(1, EXHAUSTIVE + 1):
        for number in range(size):
            path = merkle.inclusion(TREE, number, size)
            found = [
                merkle.root_of_inclusion(leaf, number, size, path) for leaf in (LEAVES[number], LEAVES[number + 1])
            ]
            assert found[0] == ROOTS[size]
            assert found[1] != ROOTS[size]
            for other in meddled(path):
                assert merkle.root_of_inclusion(LEAVES[number], number, size, other) != ROOTS[size]


def test_a_proof_holds_for_its_own_number_and_size_alone() -> None:
    path = merkle.inclusion(TREE, 5, 13)

    for number in range(-1, 20):
        for size in range(20):
            proven = merkle.root_of_inclusion(LEAVES[5], number, size, path) == ROOTS[13]
            assert not proven or number == 5


def test_every_tree_is_proven_to_begin_with_every_smaller_one() -> None:
    for new in range(EXHAUSTIVE + 1):
        for old in range(new + 1):
            path = merkle.consistency(TREE, old, new)
            assert merkle.is_consistent(old, ROOTS[old], new, ROOTS[new], path)
            if 0 < old < new:
                assert not merkle.is_consistent(old, ROOTS[old - 1], new, ROOTS[new], path)
                assert not merkle.is_consistent(old, ROOTS[old], new, ROOTS[new - 1], path)
                assert not any(merkle.is_consistent(old, ROOTS[old], new, ROOTS[new], one) for one in meddled(path))


def test_a_tree_of_other_leaves_is_not_consistent() -> None:
    other = Plain([*LEAVES[:10], LEAVES[200], *LEAVES[11:]])

    for old in range(11, 40):
        path = merkle.consistency(other, old, 40)
        assert not merkle.is_consistent(old, ROOTS[old], 40, merkle.root(other, 40), path)


@given(st.integers(1, 300), st.data())
def test_larger_trees_hold_too(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    number = data.draw(st.integers(0, new - 1))
    root = merkle.root(TREE, new)

    assert root == straight(LEAVES[:new])
    assert merkle.root_of_inclusion(LEAVES[number], number, new, merkle.inclusion(TREE, number, new)) == root
    assert merkle.is_consistent(old, merkle.root(TREE, old), new, root, merkle.consistency(TREE, old, new))


@pytest.mark.parametrize(("number", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_what_is_not_in_the_tree_has_no_proof(number: int, size: int) -> None:
    with pytest.raises(IndexError):
        merkle.inclusion(TREE, number, size)
    assert merkle.root_of_inclusion(LEAVES[0], number, size, []) is None


def test_a_smaller_tree_does_not_follow_a_larger_one() -> None:
    with pytest.raises(IndexError):
        merkle.consistency(TREE, 5, 4)
    assert not merkle.is_consistent(5, ROOTS[5], 4, ROOTS[4], [])
