"""The campaign `trees`: every proof of every tree up to a size holds, and none that was meddled with does.

Proofs are made by the service and checked by it; those of a leaf by the independent verifier too, which shares no code
with it and is given no others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from store import merkle
from tests.campaigns.campaign import Broken, Run, cores, summed
from tests.test_verifier import verify

LARGEST = 2_000
"""Leaves of the largest tree of a full run."""
LOT = 10


class Done(NamedTuple):
    """What was tried."""

    inclusions: int = 0
    consistencies: int = 0
    refused: int = 0


class Leaves:
    """A tree over leaves in memory."""

    def __init__(self, count: int) -> None:
        self.row = [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(count)]
        self._rows = [self.row]
        while len(self._rows[-1]) > 1:
            pairs = zip(self._rows[-1][::2], self._rows[-1][1::2], strict=False)
            self._rows.append([merkle.parent(left, right) for left, right in pairs])

    @property
    def root(self) -> bytes:
        """Root over all leaves, by the verifier's own reckoning."""
        return bytes(verify.root_of(self.row))

    def node(self, height: int, number: int) -> bytes:
        """See `merkle.Subtrees`."""
        return self._rows[height][number]


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    largest = max(LOT, run.count(LARGEST))
    done = Done()
    with (
        ProcessPoolExecutor(cores()) as pool,
        run.progress(f"trees of 1 to {largest:,} leaves") as told,
    ):
        lots = [(largest, sizes) for sizes in _lots(largest)]
        for number, some in enumerate(pool.map(tried, *zip(*lots, strict=True)), 1):
            done = summed(done, some)
            told(number, len(lots))
    return (
        f"every tree of 1 to {largest:,} leaves: {done.inclusions:,} proofs of a leaf and {done.consistencies:,} of a "
        f"smaller tree hold, {done.refused:,} that were meddled with do not"
    )


def _lots(largest: int) -> list[range]:
    """Sizes, a lot at a time; the large ones first, which take longest."""
    edges = [*range(1, largest + 1, LOT), largest + 1]
    return [range(low, high) for low, high in pairwise(edges)][::-1]


def tried(largest: int, sizes: Sequence[int]) -> Done:
    """Try every proof of trees of these sizes.

    Raises:
        Broken: a proof does not hold, or one that was meddled with does.
    """
    tree, roots = _grown(largest)
    inclusions = consistencies = refused = 0
    for size in sizes:
        for number in range(size):
            refused += _inclusion(tree, roots[size], number, size)
            inclusions += 1
        for old in range(1, size):
            refused += _consistency(tree, (old, roots[old]), (size, roots[size]))
            consistencies += 1
    return Done(inclusions, consistencies, refused)


@cache
def _grown(largest: int) -> tuple[Leaves, list[bytes]]:
    """A tree, and the root of each size by the verifier's own reckoning."""
    tree = Leaves(largest)
    return tree, [verify.root_of(tree.row[:size]) for size in range(largest + 1)]


def _inclusion(tree: Leaves, root: bytes, number: int, size: int) -> int:
    leaf, path = tree.row[number], merkle.inclusion(tree, number, size)
    if merkle.root_of_inclusion(leaf, number, size, path) != root:
        raise Broken(f"leaf {number} of {size} is not proven to the service")
    if verify.root_of_path(leaf, number, size, path) != root:
        raise Broken(f"leaf {number} of {size} is not proven to the verifier")
    refused = 0
    for other in _meddled(path):
        if merkle.root_of_inclusion(leaf, number, size, other) == root or _verifies(leaf, number, size, other, root):
            raise Broken(f"leaf {number} of {size} is proven by a path that was meddled with")
        refused += 1
    for place in {number ^ 1, number + 1, (number + size // 2) % size} - {number}:
        if merkle.root_of_inclusion(leaf, place, size, path) == root or _verifies(leaf, place, size, path, root):
            raise Broken(f"leaf {number} of {size} is proven in place {place}")
        refused += 1
    return refused


def _verifies(leaf: bytes, number: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Whether the independent verifier takes a path for a proof; it is given only numbers below the size."""
    try:
        return number < size and verify.root_of_path(leaf, number, size, path) == root
    except verify.Wrong:
        return False


def _consistency(tree: Leaves, old: tuple[int, bytes], new: tuple[int, bytes]) -> int:
    path = merkle.consistency(tree, old[0], new[0])
    if not merkle.is_consistent(*old, *new, path):
        raise Broken(f"{new[0]} leaves are not proven to begin with {old[0]}")
    refused = 0
    forged = ((old[0], _flipped(old[1])), new, path), (old, (new[0], _flipped(new[1])), path)
    for before, after, other in (*forged, *((old, new, one) for one in _meddled(path))):
        if merkle.is_consistent(*before, *after, other):
            raise Broken(f"{new[0]} leaves are proven to begin with {old[0]} by what was meddled with")
        refused += 1
    return refused


def _meddled(path: list[bytes]) -> Iterator[list[bytes]]:
    """Every path with one hash altered, left out at an end, added, cut short or in another order."""
    for at, one in enumerate(path):
        yield [*path[:at], _flipped(one), *path[at + 1 :]]
    yield [*path, path[-1] if path else b"\x01" * merkle.HASH_BYTES]
    yield [*path, b"short"]
    if path:
        yield path[:-1]
        yield path[1:]
    if path[::-1] != path:
        yield path[::-1]


def _flipped(one: bytes) -> bytes:
    return bytes([one[0] ^ 1]) + one[1:]
