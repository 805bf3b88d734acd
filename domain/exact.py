"""Large values that never change as keys of a cache: by what they are, not by everything that is in them."""

from __future__ import annotations

from typing import Generic, TypeVar, cast

T = TypeVar("T")


class Exact(Generic[T]):
    """A value that equals itself alone; the cache that has it as a key keeps it, so that no other takes its place."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        """Take the very object `value`."""
        self.value = value

    def __eq__(self, other: object) -> bool:
        """Whether `other` holds the same object."""
        return isinstance(other, Exact) and self.value is cast("Exact[object]", other).value

    def __hash__(self) -> int:
        """Hash of the object's identity."""
        return id(self.value)
