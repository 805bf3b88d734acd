"""Old forms of facts: how a fact that was stored under an old tag is read as the program knows it now.

A stored fact is never rewritten. When a fact's meaning or shape changes, the changed class gets a new tag
(`case.accepted` becomes `case.accepted@2`), and a step from the old tag to the new one is written down in `UPCASTS`;
steps are chained. A field with a default may be added without a new tag: old facts are read with the default.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

Fields = dict[str, Any]
"""The fields of a stored fact as plain JSON values, without its tag."""


class Upcast(NamedTuple):
    """One step from an old form of a fact to the next.

    Attributes:
        to: tag of the next form.
        change: fields of the old form to fields of the next. A sealed value is passed on as it is, its box closed.
        sealed_as: next name to old name, for sealed fields whose name changes; a box is bound to the name under which
            it was sealed.
    """

    to: str
    change: Callable[[Fields], Fields]
    sealed_as: Mapping[str, str] = {}


UPCASTS: Mapping[str, Upcast] = {}
"""Old tag to the step that leads on from it."""


class UnknownTag(Exception):
    """No fact of this program has the tag, now or in former times: a newer program wrote it, or it was damaged."""


class Upcasts:
    """Steps from all old tags to the facts of today."""

    def __init__(self, steps: Mapping[str, Upcast], current: Collection[str]) -> None:
        """Check that every chain of steps ends.

        Args:
            steps: as `UPCASTS`.
            current: tags of the facts of today.

        Raises:
            ValueError: a chain does not end at a fact of today, or begins at one.
        """
        self._steps = steps
        self._chains = {tag: self._chain(tag, current) for tag in steps}
        self._current = {tag: chain[-1].to for tag, chain in self._chains.items()}

    def current(self, tag: str) -> str:
        """The tag of today of a fact that is stored under `tag`."""
        return self._current.get(tag, tag)

    def stored(self, tags: Collection[str]) -> set[str]:
        """All tags under which facts of the given tags of today may be stored."""
        return {*tags, *(old for old, now in self._current.items() if now in tags)}

    def change(self, tag: str, fields: Fields) -> Fields:
        """The fields of a fact stored under an old tag, as the fact of today has them.

        Raises:
            UnknownTag: there is no step from it.
        """
        if tag not in self._chains:
            raise UnknownTag("no such tag")
        for step in self._chains[tag]:
            fields = step.change(fields)
        return fields

    def sealed_as(self, tag: str, field: str) -> str:
        """The name that a sealed field of today had when it was stored under `tag`."""
        for step in reversed(self._chains.get(tag, [])):
            field = step.sealed_as.get(field, field)
        return field

    def _chain(self, tag: str, current: Collection[str]) -> list[Upcast]:
        if tag in current:
            raise ValueError(f"{tag} is a fact of today and needs no upcast")
        chain = [self._steps[tag]]
        while chain[-1].to not in current:
            if chain[-1].to not in self._steps or len(chain) > len(self._steps):
                raise ValueError(f"the upcasts of {tag} do not end at a fact of today")
            chain.append(self._steps[chain[-1].to])
        return chain
