"""The whole log read from its first event to its head, past what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from store.centre import Centre
from store.log import Leaf, LogUnavailable
from web.cli.progress import Progress
from web.cli.soundness import Finding, Soundness

PAGE = 1_000


def sound(centre: Centre) -> Soundness:
    """What looks at the log of a centre, from its beginning."""
    return Soundness(origin=centre.origin, mapper=centre.facts, vault=centre.vault)


def findings(centre: Centre, *, told: Progress | None = None, by: Soundness | None = None) -> Iterator[Finding]:
    """Everything that is wrong with a centre's log, in the order of its positions.

    Args:
        centre: whose log; others may write to it meanwhile.
        told: hears how far it has come.
        by: what looks at the events, for whoever asks it more afterwards.
    """
    soundness = by or sound(centre)
    position, head = 0, centre.head()
    while position < head:
        leaves = _leaves(centre, position, head)
        if leaves is None:
            started = position + 1
            position, leaves = _beyond(centre, position, head)
            yield Finding(f"{started}-{position}", "the file cannot be read there")
        yield from soundness.look(leaves)
        position = leaves[-1].row.position if leaves else head
        if told:
            told(position, head)
    yield from soundness.end()


def _leaves(centre: Centre, position: int, head: int) -> list[Leaf] | None:
    """The next leaves, as many at a time as can be read; None if not even the next one can."""
    for limit in (PAGE, 1):
        try:
            leaves = centre.event_log.leaves_after(position, limit)
        except LogUnavailable:
            continue
        return [leaf for leaf in leaves if leaf.row.position <= head]
    return None


def _beyond(centre: Centre, position: int, head: int) -> tuple[int, list[Leaf]]:
    """The last position that cannot be read, and the leaves after it."""
    while position < head:
        position += 1
        leaves = _leaves(centre, position, head)
        if leaves is not None:
            return position, leaves
    return position, []
