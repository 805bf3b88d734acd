"""The Merkle tree of the transparency log: roots, proofs and their verification (RFC 6962 and RFC 9162, section 2.1).

Plain values in, plain values out. Whoever keeps the tree gives roots of complete subtrees; everything else follows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""


class Subtrees(Protocol):
    """What a tree is read through."""

    def node(self, height: int, number: int) -> bytes:
        """Root of the complete subtree over the `2 ** height` leaves that begin at leaf `number << height`."""
        ...


def parent(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(tree: Subtrees, size: int) -> bytes:
    """Root over the first `size` leaves."""
    return _span(tree, 0, size) if size else EMPTY_ROOT


class Peaks:
    """A tree that only grows: of its leaves it keeps the roots of complete subtrees, from which its own follows.

    Attributes:
        size: leaves.
    """

    def __init__(self) -> None:
        """Begin without leaves."""
        self.size = 0
        self._roots: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """The next leaf."""
        node, at = leaf, self.size
        while at & 1:
            node, at = parent(self._roots.pop(), node), at >> 1
        self._roots.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        """Root over all leaves."""
        if not self._roots:
            return EMPTY_ROOT
        *before, found = self._roots
        for one in reversed(before):
            found = parent(one, found)
        return found


def inclusion(tree: Subtrees, number: int, size: int) -> list[bytes]:
    """Proof that leaf `number` is in the tree of `size` leaves, from the leaf upwards.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= number < size:
        raise IndexError(f"leaf {number} of {size}")
    low, high, path = 0, size, list[bytes]()
    while high - low > 1:
        middle = low + _split(high - low)
        if number < middle:
            path.append(_span(tree, middle, high))
            high = middle
        else:
            path.append(_span(tree, low, middle))
            low = middle
    return path[::-1]


def consistency(tree: Subtrees, old: int, new: int) -> list[bytes]:
    """Proof that the tree of `new` leaves begins with that of `old` ones; empty where nothing needs one.

    Raises:
        IndexError: the older tree is larger.
    """
    if not 0 <= old <= new:
        raise IndexError(f"{old} leaves before {new}")
    if old in (0, new):
        return []
    low, high, path, known = 0, new, list[bytes](), True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_span(tree, middle, high))
            high = middle
        else:
            path.append(_span(tree, low, middle))
            low, known = middle, False
    if not known:
        path.append(_span(tree, low, high))
    return path[::-1]


def root_of_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to, None if the proof has not the form that it must have."""
    if not 0 <= number < size:
        return None
    at, last, found = number, size - 1, leaf
    for other in path:
        if last == 0 or len(other) != HASH_BYTES:
            return None
        if at & 1 or at == last:
            found = parent(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = parent(found, other)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `new` leaves begins with that of `old` ones."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    return bool(path) and _roots_of_consistency(old, old_root, new, path) == (old_root, new_root)


def _roots_of_consistency(old: int, old_root: bytes, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    nodes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if last == 0 or len(node) != HASH_BYTES:
            return None
        if at & 1 or at == last:
            first, second = parent(node, first), parent(node, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = parent(second, node)
        at, last = at >> 1, last >> 1
    return (first, second) if last == 0 else None


def _split(leaves: int) -> int:
    """The largest power of two below `leaves`."""
    return 1 << (leaves - 1).bit_length() - 1


def _span(tree: Subtrees, low: int, high: int) -> bytes:
    """Root over the leaves from `low` to before `high`, aligned as those of a tree are."""
    hashes: list[bytes] = []
    while low < high:
        height = (high - low).bit_length() - 1
        if low:
            height = min(height, (low & -low).bit_length() - 1)
        hashes.append(tree.node(height, low >> height))
        low += 1 << height
    found = hashes.pop()
    while hashes:
        found = parent(hashes.pop(), found)
    return found
