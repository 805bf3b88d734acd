"""The window handbook and the public guides, set when they are asked for and kept until the catalogue changes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import date

from msgspec import Struct

from domain.refusals import NotFound
from domain.training.content import QuestionAndAnswer
from store.centre import Centre
from web.results.guides import GuideBook, Offer, guide, handbook
from web.results.paper import Paper
from web.results.typeset import Typesetter
from web.shelf import Shelf

HANDBOOK = ("", False)
"""Key of the handbook among the guides, which are kept by item and size of type."""


Notes = tuple[QuestionAndAnswer, ...]


def notes_of(centre: Centre) -> Notes:
    """The questions that the handbook shall print."""
    contents = (edition.content for edition in centre.learnt("qa"))
    return tuple(one for one in contents if isinstance(one, QuestionAndAnswer) and one.in_handbook)


class Printed(Struct, frozen=True):
    """A PDF and its entity tag."""

    pdf: bytes
    etag: str


class Printer:
    """Sets what people print from the catalogue. Safe for several threads: they wait for one another.

    Args:
        shelf: what the centre has published.
        notes: questions with the answer that holds, which the handbook prints under their items.
    """

    def __init__(self, shelf: Shelf, notes: Callable[[], Notes]) -> None:
        self._shelf = shelf
        self._notes = notes
        self._typesetter: Typesetter | None = None
        self._of: tuple[str, date] | None = None
        self._noted: Notes = ()
        self._kept: dict[tuple[str, bool], Printed] = {}
        self._turn = threading.Lock()

    def handbook(self) -> Printed:
        """The window handbook of everything that is offered today.

        Raises:
            NotFound: the centre offers nothing yet.
        """
        with self._turn:
            offer = self._offer()
            notes = self._notes()
            if notes != self._noted:
                self._noted = notes
                self._kept.pop(HANDBOOK, None)
            return self._kept.get(HANDBOOK) or self._set(HANDBOOK, handbook(offer, notes))

    def guide(self, item_id: str, *, large: bool = False) -> Printed:
        """The public guide of an item.

        Raises:
            NotFound: the centre does not offer it.
        """
        with self._turn:
            offer = self._offer()
            item = next((one for one in offer.items if one.id == item_id), None)
            if item is None:
                raise NotFound
            key = (item_id, large)
            return self._kept.get(key) or self._set(key, guide(item, offer, large=large))

    def certificate(self, paper: Paper) -> Printed:
        """A certificate of training."""
        with self._turn:
            self._typesetter = self._typesetter or Typesetter()
            pdf = self._typesetter.pdf(paper)
        return Printed(pdf, hashlib.sha256(pdf).hexdigest()[:20])

    def _offer(self) -> Offer:
        """What is offered now; whatever was set of another catalogue or another day is dropped."""
        offer = self._shelf.offer()
        if offer is None or not offer.items:
            raise NotFound
        of = (self._shelf.overview().etag, offer.on)
        if of != self._of:
            self._of, self._kept = of, {}
        return offer

    def _set(self, key: tuple[str, bool], book: GuideBook) -> Printed:
        self._typesetter = self._typesetter or Typesetter()
        pdf = self._typesetter.guides(book)
        printed = self._kept[key] = Printed(pdf, hashlib.sha256(pdf).hexdigest()[:20])
        return printed
