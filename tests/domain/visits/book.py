"""Lines, halls, visitors and ratings in memory, folded from what was decided."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from domain.facts import Fact
from domain.ratings import rating as ratings
from domain.ratings.rating import Rated, Rating, rated_stream
from domain.visits import facts as f
from domain.visits import hall as halls
from domain.visits import line as lines
from domain.visits import reception as receptions
from domain.visits.hall import Hall, Visitor
from domain.visits.line import Line
from domain.visits.reception import Reception, hall_stream, visitor_stream


class Book:
    """What a bench knows of visits and ratings."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.reception = Reception()
        self._lines: defaultdict[UUID, Line] = defaultdict(Line)
        self._halls: defaultdict[UUID, Hall] = defaultdict(Hall)
        self._visitors: defaultdict[UUID, Visitor] = defaultdict(Visitor)
        self._rated: defaultdict[UUID, Rated] = defaultdict(Rated)
        self._ratings: defaultdict[UUID, Rating] = defaultdict(Rating)

    def record(self, stream: UUID, fact: Fact, by: UUID) -> None:
        """Fold a fact where it belongs; others change nothing."""
        self.reception = receptions.evolve(fact, self.reception)
        match fact:
            case f.CounterOpened() | f.CounterClosed():
                self._halls[stream] = halls.evolve(fact, self._halls[stream])
            case f.VisitCounted() | f.VisitSettled():
                self._visitors[stream] = halls.evolve_visitor(fact, self._visitors[stream])
            case _ if isinstance(fact, lines.FACTS):
                self._lines[stream] = lines.evolve(fact, self._lines[stream], by=by)
            case _ if isinstance(fact, ratings.FACTS):
                self._ratings[stream] = ratings.evolve(fact, self._ratings[stream], by=by)
            case _ if isinstance(fact, ratings.OF_THE_RATED):
                self._rated[stream] = ratings.evolve_rated(fact, self._rated[stream])
            case _:
                pass

    def line(self, stream: UUID) -> Line:
        """A line."""
        return self._lines[stream]

    def hall(self, on: date) -> Hall:
        """The counters of a day."""
        return self._halls[hall_stream(on)]

    def visitor(self, person: UUID) -> Visitor:
        """What a person has open."""
        return self._visitors[visitor_stream(person)]

    def rated(self, subject: UUID) -> Rated:
        """A case or visit, as far as ratings go."""
        return self._rated[rated_stream(subject)]

    def rating(self, stream: UUID) -> Rating:
        """A rating."""
        return self._ratings[stream]
