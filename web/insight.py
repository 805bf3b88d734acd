"""Learning in numbers, counted from the log when somebody asks: what was counted before is kept in memory."""

from __future__ import annotations

import threading
from datetime import date

from projections.figure_bodies import FiguresBody
from projections.training_figures import Figures, Period
from store.centre import Centre

PAGE_OF_FACTS = 5_000


class Insight:
    """Follows the log as far as it has come whenever it is asked. Safe for several threads: they wait for one another.

    Args:
        centre: the log.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._figures = Figures()
        self._position = 0
        self._turn = threading.Lock()

    def figures(self, period: Period, *, today: date) -> FiguresBody:
        """The numbers of a period, up to the head of the log."""
        with self._turn:
            self._catch_up()
            return self._figures.body(period, today=today)

    def _catch_up(self) -> None:
        tags = Figures.tags()
        while True:
            reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=tags)
            for position, envelope in page:
                self._figures.take(position, envelope)
            self._position = reached
            if not page:  # whatever else other nodes go on writing
                return
