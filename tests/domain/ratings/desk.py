"""A case that has come to its end, and what people say about it."""

from __future__ import annotations

from uuid import UUID

from domain.actors import Actor
from domain.case.commands import Command, FireTimer
from domain.facts import Fact
from domain.ratings import commands as c
from domain.ratings.facts import Level
from domain.ratings.rating import Rating, Rectification, rated_stream
from domain.ratings.rectifying import timers_of
from tests.cast import CASE, CENTRE, FATHER, LIN, SUN
from tests.domain.visits.office import Office

RATING = UUID("01939c6f-5e00-7000-8000-0000000ba71d")
"""Id of the rating that the father's device makes."""
CALLED = c.CallBack(reached=True, words="等了四十分钟，没人解释")
SETTLED = c.SettleRectification(outcome="fixed", words="已增开午间窗口")
REPLIED = c.ReplyToRater(words="让您久等了，午间窗口已开")
ASSIGNED = c.AssignRectification(to=LIN.id)


class Ratings(Office):
    """A delivered lease case of the father: Chen delivered it, Wang decided, Zhou accepted it."""

    def __init__(self, place: str = "delivered") -> None:
        """Bring the case to a place."""
        super().__init__()
        self.bring_to(place)

    def rate(
        self,
        level: Level = Level.DISSATISFIED,
        *,
        by: Actor = FATHER,
        id: UUID = RATING,
        subject: UUID = CASE,
        words: str = "",
    ) -> list[Fact]:
        """Rate the case."""
        command = c.GiveRating(subject_kind="case", subject=subject, level=level, reasons=("slow",), words=words)
        return self.give(command, by=by, lane=id)

    def on(self, command: Command, *, by: Actor = LIN) -> list[Fact]:
        """Do something about the rating."""
        return self.give(command, by=by, lane=RATING)

    def invite(self, subject: UUID = CASE) -> list[Fact]:
        """Ask for a rating."""
        command = c.InviteRating(subject_kind="case", subject=subject)
        return self.give(command, by=CENTRE, lane=rated_stream(subject))

    def amend(self, level: Level, *, by: Actor = FATHER) -> list[Fact]:
        """Change the rating."""
        return self.on(c.AmendRating(level=level), by=by)

    @property
    def given(self) -> Rating:
        """The rating as it stands."""
        return self.rating(RATING)

    @property
    def open_one(self) -> Rectification:
        """What is done about it."""
        assert self.given.rectification is not None
        return self.given.rectification

    def settle(self) -> None:
        """Assign, call back and settle."""
        self.on(ASSIGNED, by=SUN)
        self.on(CALLED)
        self.on(SETTLED)

    def ring_overdue(self) -> list[Fact]:
        """Wait until the date has passed."""
        (timer,) = timers_of(RATING, self.given)
        self.now = max(self.now, timer.at)
        return self.on(FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about), by=CENTRE)
