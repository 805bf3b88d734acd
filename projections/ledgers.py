"""What is shown beside cases: views by name and id, folded from facts, and the documents that are made of them.

A handler changes views and says which documents its fact touches; each of these is made once a page, at the position of
the last fact that touched it. So a document must be touched by every fact on which its content depends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from msgspec import Struct

from domain.facts import Fact
from projections.cases.view import At

View = TypeVar("View", bound=Struct)

Load = Callable[[str, str], "Struct | None"]
"""A view as it was before the page, by name and id; None if there is none."""


class Key(NamedTuple):
    """A document in a scope."""

    scope: str
    kind: str
    id: str


class Touched(NamedTuple):
    """Where a document was touched last, and the id of the view that it is made of."""

    position: int
    view: str


class Book:
    """The views that a page changes.

    Attributes:
        changed: views by name and id.
        touched: documents that have to be made anew.
        persons: whose sealed values a view holds: person, name and id of the view.
    """

    def __init__(self, load: Load, applicant_of: Callable[[UUID], UUID | None]) -> None:
        """Start with the views as they were before the page.

        Args:
            load: a view as it was before the page.
            applicant_of: whose a case is.
        """
        self._load = load
        self.applicant_of = applicant_of
        self.changed: dict[tuple[str, str], Struct] = {}
        self.touched: dict[Key, Touched] = {}
        self.persons: set[tuple[UUID, str, str]] = set()

    def view(self, name: str, id: str, kind: type[View]) -> View | None:
        """A view as it is now, None if there is none."""
        found = self.changed.get((name, id)) or self._load(name, id)
        assert found is None or isinstance(found, kind)
        return found

    def keep(self, name: str, id: str, view: Struct) -> None:
        """Let a view be this one from now on."""
        self.changed[name, id] = view

    def touch(self, key: Key, position: int, view: str) -> None:
        """Have a document made anew, or removed, out of the view of that id."""
        self.touched[key] = Touched(position, view)


class Ledger(NamedTuple):
    """A family of facts beside cases.

    Attributes:
        views: type of a view by its name.
        handlers: what each fact does.
        builders: by kind of document: its body as made of the views of a page, None where it is in the scope no more.
        forget: takes the values of a person out of a view and touches what showed them; at their old place where no
            position is given.
        told: what each fact does that stands beside the stream of another fact and tells of that, given the stream.
    """

    views: dict[str, type[Struct]]
    handlers: dict[type[Fact], Callable[[Any, At, Book], None]]
    builders: dict[str, Callable[[Key, str, Book], Struct | None]]
    forget: dict[str, Callable[[Book, str, UUID, int | None], bool]]
    told: Mapping[type[Fact], Callable[[Any, UUID, At, Book], None]] = MappingProxyType({})
