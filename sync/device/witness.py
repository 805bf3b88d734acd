"""The device as a witness: it remembers what the log had become, and whether the log of today begins with that.

A log that was written anew cannot prove it, whoever holds its key. One that was restored from a backup goes on under
another name, whose key the one before has endorsed; what the device had seen and the backup holds must still be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from store import merkle, notes
from sync import frames as fr
from sync.device.events import Tree

Finding = Literal["unproven", "altered"]
"""Nothing is proven now, or what is said does not follow from what was seen."""


def judged(known: Tree | None, welcome: fr.Welcome) -> Tree | Finding | None:
    """What is to be remembered after a welcome; None if the service keeps no tree and never did.

    Args:
        known: what the device remembers, None before the first welcome with a tree: that one is believed.
        welcome: of a log with the name that the device knows, or that says it was restored from that one.
    """
    tree = welcome.tree
    if tree is None:
        return None if known is None else "unproven"
    try:
        if known is None:
            return _first(welcome.origin, tree)
        return _next(known, welcome.origin, tree, tuple(bytes.fromhex(one) for one in welcome.proof))
    except ValueError:
        return "altered"


def _first(name: str, tree: fr.Proven) -> Tree | Finding:
    found = _unopened(tree.note)
    return _remembered(found, [one.key for one in tree.keys]) if found.origin == name else "altered"


def _next(known: Tree, name: str, tree: fr.Proven, path: Sequence[bytes]) -> Tree | Finding:
    trusted = _trusted(known.keys, tree.keys)
    keys = notes.public_keys(trusted)
    found = notes.checkpoint_of(notes.opened(tree.note, keys))
    if found.origin != name:
        return "altered"
    until = found
    if name != known.origin:
        until = notes.checkpoint_of(notes.opened(tree.before, keys))
        if until.origin == known.origin and until.size < known.size:
            return _remembered(found, trusted)  # the backup does not reach as far as what was seen
    seen = bytes.fromhex(known.root)
    holds = until.origin == known.origin and merkle.is_consistent(known.size, seen, until.size, until.root, path)
    return _remembered(found, trusted) if holds else "altered"


def _trusted(known: Sequence[str], named: Sequence[fr.LogKey]) -> list[str]:
    """The keys that the device knows, and those that one of them has endorsed, directly or through another."""
    trusted = list(known)
    for one in named:
        if one.key not in trusted and _is_endorsed(one, trusted):
            trusted.append(one.key)
    return trusted


def _is_endorsed(one: fr.LogKey, trusted: Sequence[str]) -> bool:
    try:
        return notes.opened(one.endorsement, notes.public_keys(trusted)) == f"{one.key}\n"
    except notes.BadNote:
        return False


def _unopened(note: str) -> notes.Checkpoint:
    """What a note says, whoever has signed it."""
    return notes.checkpoint_of(note.rpartition("\n\n")[0] + "\n")


def _remembered(found: notes.Checkpoint, keys: Sequence[str]) -> Tree:
    return Tree(origin=found.origin, size=found.size, root=found.root.hex(), keys=tuple(keys))
