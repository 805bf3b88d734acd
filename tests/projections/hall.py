"""A real centre with a hall: plan published, people signed in, and random days of visits and ratings."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from uuid import UUID, uuid5

from domain.actors import Actor
from domain.case import commands as case
from domain.case.commands import Command, FireTimer
from domain.centre.centre import NAMESPACE
from domain.effects.notices import ClaimNotice, HandleNotice, ReportNotice
from domain.identity.identity import RegisterPerson
from domain.ratings import commands as rating
from domain.ratings.facts import Level
from domain.ratings.rating import rated_stream
from domain.visits import commands as visit
from domain.visits.facts import Matter
from domain.visits.reception import RECEPTION_STREAM, hall_stream, line_stream
from domain.visits.timers import VisitTimer
from store.answers import Answer
from store.states import LINE
from tests.cast import CASE, CENTRE, FATHER, HARDSHIP, HE, LEASE, LIN, SUN, ZHOU, Clock
from tests.domain.visits.office import GRANNY, MONDAY, MOTHER, PLAN, local
from tests.premises import Premises

CLERKS = (ZHOU, LIN, HE)
VISITORS = (FATHER, MOTHER, GRANNY)
GROUPS = ("housing", "welfare")
SECRETS = ("霁雾霭霰", "麒麟麈麓", "鹭鸶鸾鹮", "龘靐齉爩")
"""Characters that only sealed words hold: the rater's, of a call-back, of an outcome, of a reply."""


class Hall:
    """The hall of a furnished centre, on Monday at ten."""

    def __init__(self, premises: Premises, clock: Clock) -> None:
        """Publish the plan and let people sign in."""
        self.premises = premises
        self.centre = premises.centre
        self.clock = clock
        self._made = 0
        self.say(visit.PublishReception(plan=PLAN), by=CENTRE, lane=RECEPTION_STREAM)
        for person in VISITORS:
            link = uuid5(person.id, "telephone")
            self.say(RegisterPerson(phone="13800000000", link=link), by=CENTRE, lane=person.id)

    def id(self) -> UUID:
        """An id as a device makes it."""
        self._made += 1
        return UUID(int=uuid5(NAMESPACE, f"hall:{self._made}").int & ~(0xF << 76) | 7 << 76)

    def say(self, command: Command, *, by: Actor, lane: UUID) -> Answer:
        """Give a command, whatever comes of it."""
        if by is CENTRE:
            return self.centre.by_itself(command, lane=lane)
        return self.premises.do(command, by=by, case=lane)

    def do(self, command: Command, *, by: Actor, lane: UUID) -> None:
        """Give a command that is carried out."""
        answer = self.say(command, by=by, lane=lane)
        assert answer.verdict == "applied", answer

    def book(self, clock: str = "11:00", *, by: Actor = FATHER, group: str = "housing", **more: str) -> UUID:
        """Book a slot of today."""
        id = self.id()
        command = visit.BookAppointment(
            appointment=id,
            on=MONDAY,
            group=group,
            starts=local(clock),
            name=more.get("name", ""),
            phone=more.get("phone", ""),
        )
        self.do(command, by=by, lane=line_stream(MONDAY, group))
        return id

    def take(self, *, by: Actor = ZHOU, group: str = "housing", matters: tuple[Matter, ...] = ()) -> UUID:
        """Take a number."""
        id = self.id()
        command = visit.TakeTicket(ticket=id, on=MONDAY, group=group, matters=matters)
        self.do(command, by=by, lane=line_stream(MONDAY, group))
        return id

    def sit(self, counter: str = "1", *, by: Actor = ZHOU) -> None:
        """Open a counter."""
        self.do(visit.OpenCounter(on=MONDAY, counter=counter), by=by, lane=hall_stream(MONDAY))

    def call(self, *, by: Actor = ZHOU) -> None:
        """Call whoever comes next."""
        self.do(visit.CallNext(on=MONDAY), by=by, lane=hall_stream(MONDAY))

    def of(self, kind: type[visit.TicketCommand], ticket: UUID, *, by: Actor = ZHOU, group: str = "housing") -> None:
        """Do something with a ticket."""
        self.do(kind(ticket=ticket), by=by, lane=line_stream(MONDAY, group))

    def end_day(self) -> None:
        """Let the day be over."""
        self.clock.now = max(self.clock.now, local("23:59:59"))
        for group in GROUPS:
            closing = FireTimer(kind=VisitTimer.DAY.value, at=local("23:59:59"))
            self.do(closing, by=CENTRE, lane=line_stream(MONDAY, group))
        closing = FireTimer(kind=VisitTimer.HALL.value, at=local("23:59:59"), about=MONDAY.isoformat())
        self.do(closing, by=CENTRE, lane=hall_stream(MONDAY))

    def rate(self, id: UUID, level: Level = Level.DISSATISFIED, *, subject: UUID = CASE, words: str = "") -> None:
        """Let the father rate a case."""
        command = rating.GiveRating(subject_kind="case", subject=subject, level=level, reasons=("slow",), words=words)
        self.do(command, by=FATHER, lane=id)

    def declined_case(self) -> None:
        """A case of the father that the window has declined."""
        self.premises.receive()
        self.do(case.DeclineCase(reason="不归街道", remedy="去区里"), by=ZHOU, lane=CASE)


class RandomDay:
    """Anything that can be said about visits and ratings, at random; what is refused is part of it."""

    def __init__(self, hall: Hall, seed: int) -> None:
        """Begin with a case that can be rated."""
        self.hall = hall
        self.pick = Random(seed)
        self.tickets: list[tuple[UUID, UUID]] = []
        self.appointments: list[tuple[UUID, UUID]] = []
        self.rating = hall.id()
        hall.declined_case()
        if self.pick.random() < 0.5:
            hall.say(rating.InviteRating(subject_kind="case", subject=CASE), by=CENTRE, lane=rated_stream(CASE))
        hall.rate(self.rating, words=SECRETS[0])

    def walk(self, steps: int) -> None:
        """Take so many steps."""
        kinds: list[Callable[[], None]] = [self._book, self._take, self._take, self._hall, self._hall]
        kinds += [self._ticket] * 8 + [self._rating] * 3 + [self._appointment, self._office, self._tell]
        for _ in range(steps):
            self.hall.clock.advance(minutes=self.pick.randrange(4))
            self.pick.choice(kinds)()

    def _book(self) -> None:
        group, id = self.pick.choice(GROUPS), self.hall.id()
        lane = line_stream(MONDAY, group)
        starts = local(f"{self.pick.randrange(10, 17)}:{self.pick.choice(('00', '30'))}")
        command = visit.BookAppointment(appointment=id, on=MONDAY, group=group, starts=starts)
        self.hall.say(command, by=self.pick.choice(VISITORS), lane=lane)
        self.appointments.append((id, lane))

    def _appointment(self) -> None:
        if not self.appointments:
            return
        id, lane = self.pick.choice(self.appointments)
        move = visit.MoveAppointment(
            appointment=id,
            from_on=MONDAY,
            from_group=next(group for group in GROUPS if line_stream(MONDAY, group) == lane),
            on=MONDAY,
            group=(group := self.pick.choice(GROUPS)),
            starts=local(f"{self.pick.randrange(10, 17)}:30"),
        )
        if self.pick.random() < 0.5:
            self.hall.say(visit.CancelAppointment(appointment=id), by=ZHOU, lane=lane)
        elif self.hall.say(move, by=ZHOU, lane=line_stream(MONDAY, group)).verdict == "applied":
            self.appointments.append((id, line_stream(MONDAY, group)))

    def _take(self) -> None:
        group, id = self.pick.choice(GROUPS), self.hall.id()
        lane = line_stream(MONDAY, group)
        booked = [one for one, where in self.appointments if where == lane]
        command = visit.TakeTicket(
            ticket=id,
            on=MONDAY,
            group=group,
            matters=self.pick.choice(((), (Matter(LEASE.id),), (Matter(HARDSHIP.id), Matter()))),
            has_priority=self.pick.random() < 0.2,
            appointment=self.pick.choice(booked) if booked and self.pick.random() < 0.3 else None,
        )
        if self.hall.say(command, by=self.pick.choice((*VISITORS, ZHOU)), lane=lane).verdict == "applied":
            self.tickets.append((id, lane))

    def _hall(self) -> None:
        command = self.pick.choice(
            (
                visit.OpenCounter(on=MONDAY, counter=self.pick.choice("123")),
                visit.CallNext(on=MONDAY),
                visit.CallNext(on=MONDAY),
                visit.CallNext(on=MONDAY),
                visit.CloseCounter(on=MONDAY, counter=self.pick.choice("123")),
            )
        )
        self.hall.say(command, by=self.pick.choice((*CLERKS, SUN)), lane=hall_stream(MONDAY))

    def _ticket(self) -> None:
        if not self.tickets:
            return
        id, lane = self.pick.choice(self.tickets[-6:])
        command = self.pick.choice(
            (
                visit.StartService(ticket=id),
                visit.StartService(ticket=id),
                visit.FinishService(ticket=id),
                visit.CallAgain(ticket=id),
                visit.MissTicket(ticket=id),
                visit.RejoinLine(ticket=id),
                visit.PrioritiseTicket(ticket=id),
                visit.TransferTicket(ticket=id, group=self.pick.choice(GROUPS)),
                visit.AddMatter(ticket=id, matter=Matter(LEASE.id)),
                visit.LeaveLine(ticket=id),
            )
        )
        for by in (self.pick.choice(CLERKS), *CLERKS):
            if self.hall.say(command, by=by, lane=lane).verdict == "applied":
                return

    def _office(self) -> None:
        lane = line_stream(MONDAY, "housing")
        stop = visit.StopLine(on=MONDAY, group="housing", reason="full")
        self.hall.say(self.pick.choice((stop, visit.ResumeLine())), by=ZHOU, lane=lane)

    def _tell(self) -> None:
        """A notice of something on a line reaches nobody; mostly somebody calls."""
        if not self.tickets:
            return
        id, lane = self.pick.choice(self.tickets)
        person = self.hall.centre.state(lane, LINE).tickets[id].person or FATHER.id
        at = self.pick.choice(list(self.hall.centre.positions(lane).values()))
        self.hall.say(ClaimNotice(position=at, person=person, channel="sms"), by=CENTRE, lane=id)
        failed = ReportNotice(position=at, person=person, channel="sms", outcome="failed", why="unreachable")
        self.hall.say(failed, by=CENTRE, lane=id)
        if self.pick.random() < 0.7:
            self.hall.say(HandleNotice(position=at, person=person, how="by-phone", line=lane), by=ZHOU, lane=id)

    def _rating(self) -> None:
        rater, called, outcome, reply = SECRETS
        level = self.pick.choice(list(Level))
        by, command = self.pick.choice(
            (
                (FATHER, rating.AmendRating(level=level, words=rater)),
                (SUN, rating.AssignRectification(to=self.pick.choice((LIN, HE)).id)),
                (SUN, rating.CallBack(reached=True, words=called)),
                (SUN, rating.SettleRectification(outcome="fixed", words=outcome)),
                (SUN, rating.ReplyToRater(words=reply)),
                (SUN, rating.CloseRectification()),
                (ZHOU, rating.AppealRating(reason=called)),
                (SUN, rating.DecideAppeal(upheld=self.pick.random() < 0.5, reason=outcome)),
            )
        )
        self.hall.say(command, by=by, lane=self.rating)
