"""Fires every timer at its instant, on every node; the derived id of the command lets only one of them count.

The log tells which streams have changed; the state of each tells its timers. What a timer leads to is decided anew at
the head of the log (`timer.fire@1`), so that one fired late, early or twice does no harm. After a jump of the clock
nothing fires until an operator has confirmed it. A new calendar has every open date counted anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid5

from eventsourcing.persistence import MapperDeserialisationError
from msgspec import Struct

from domain.calendar.calendar import Calendar
from domain.calendar.reckoning import recounted
from domain.case.commands import Command, FireTimer, RecomputeDeadlines
from domain.case.standing import clocks
from domain.centre.centre import CALENDAR_STREAM, CalendarPublished
from domain.centre.clock import CLOCK_STREAM, ClockConfirmed, ClockJumped, ClockState, ReportJump
from domain.decisions import Call
from domain.facts import tag_of
from domain.visits.reception import (
    RECEPTION_STREAM,
    OfficeDayChanged,
    OfficeDayRestored,
    Reception,
    ReceptionPublished,
)
from store.centre import Centre
from store.itself import CENTRE_ACTOR
from store.states import CLOCK, RECEPTION
from web.following import Worker
from web.operating.roster import Roster
from web.timers.agenda import Agenda, Entry
from web.timers.families import FAMILY_OF_TAG, KIND_OF_FAMILY, Waiting, timers_of
from web.timers.watch import Watch

PAGE_OF_ROWS = 10_000
AT_ONCE = 200
"""Commands that are handed to the writer together."""
KEEP_EVERY = 20_000
"""Positions after which the copy on the disk is renewed."""
LONGEST_PAUSE = timedelta(hours=1)
"""Between two attempts at a timer that fired and led to nothing."""

_CALENDAR = tag_of(CalendarPublished)
_RECEPTION = frozenset(tag_of(kind) for kind in (ReceptionPublished, OfficeDayChanged, OfficeDayRestored))
_CLOCK = frozenset(tag_of(kind) for kind in (ClockJumped, ClockConfirmed))
WATCHED = frozenset({*FAMILY_OF_TAG, _CALENDAR, *_RECEPTION, *_CLOCK})


class TimersStanding(Struct, frozen=True, kw_only=True):
    """How the scheduler stands.

    Attributes:
        state: `building` while it reads the log, `running`, or `stopped` after a jump of the clock.
        waiting: how many streams wait for an instant.
        next_at: the earliest instant, UTC.
        jumped: by how many seconds the clock jumped, where it is stopped for that.
    """

    state: str
    waiting: int
    next_at: datetime | None
    jumped: int | None


class Timers:
    """The scheduler of one node.

    Args:
        centre: the log.
        path: where the copy of the agenda is kept; it may be thrown away.
        clock: the wall clock, UTC.
        ticks: seconds of a clock that nobody sets.
        say: told in one line when the clock has jumped.
        roster: told how each turn ended.
    """

    def __init__(
        self,
        centre: Centre,
        path: Path,
        *,
        clock: Callable[[], datetime],
        ticks: Callable[[], float],
        say: Callable[[str], None],
        roster: Roster | None = None,
    ) -> None:
        self._centre = centre
        self._say = say
        self._agenda = Agenda(path, origin=centre.origin, head=centre.head())
        self._watch = Watch(clock, ticks, since=_last_recorded(centre))
        self._roster = roster
        self._worker = Worker("timers", centre, self.turn)
        self._families = {
            stored: FAMILY_OF_TAG[tag] for tag in FAMILY_OF_TAG for stored in centre.facts.stored_tags([tag])
        }
        self._changed: dict[UUID, str] = {}
        self._recount: set[UUID] = set()
        self._fired: dict[UUID, _Fired] = {}
        self._jumped: int | None = None
        self._calendar: Calendar | None = None
        self._reception: Reception | None = None
        self._building = True
        self._turn = threading.Lock()
        self._look_at_clock()

    def start(self) -> None:
        """Follow the log and fire what is due, until stopped."""
        self._worker = Worker("timers", self._centre, self.turn, roster=self._roster)
        self._worker.start()

    def stop(self) -> None:
        """Finish what is under way, and keep what is known."""
        self._worker.stop()
        self._keep()

    def wake(self) -> None:
        """Look at the clock now."""
        self._worker.wake()

    def standing(self) -> TimersStanding:
        """How the scheduler stands."""
        first = self._agenda.first()
        state = "stopped" if self._jumped is not None else "building" if self._building else "running"
        return TimersStanding(
            state=state,
            waiting=len(self._agenda),
            next_at=None if first is None else _EPOCH + timedelta(seconds=first),
            jumped=self._jumped,
        )

    def turn(self) -> None:
        """Take in what the log says, and fire what is due; one thread at a time."""
        with self._turn:
            self._take_turn()

    def _take_turn(self) -> None:
        while self._read_on():
            pass
        self._settle()
        self._count_anew()
        self._building = False
        self._watch_clock()
        while self._jumped is None and self._fire():
            pass
        if self._agenda.unkept() >= KEEP_EVERY:
            self._keep()

    def _keep(self) -> None:
        """Renew the copy on the disk; not while there is something that it does not know."""
        if not self._changed and not self._recount:
            self._agenda.keep()

    # What timers depend on

    def calendar(self) -> Calendar:
        """The calendar in force."""
        if self._calendar is None:
            self._calendar = self._centre.calendar()
        return self._calendar

    def reception(self) -> Reception:
        """What is published about receiving people."""
        if self._reception is None:
            self._reception = cast("Reception", self._centre.state(RECEPTION_STREAM, RECEPTION))
        return self._reception

    def _read_on(self) -> bool:
        """Note what changed in the next page of the log; False where nothing in it concerns this."""
        before = self._agenda.position
        tags = self._centre.facts.stored_tags(WATCHED)
        reached, rows = self._centre.event_log.rows_after(before, PAGE_OF_ROWS, tags=tags)
        for row in rows:
            if (family := self._families.get(row.tag)) is not None:
                self._changed[row.stream] = family
            elif row.stream == CALENDAR_STREAM:
                self._new_calendar()
            elif row.stream == RECEPTION_STREAM:
                self._reception = None
                self._changed |= dict.fromkeys(self._agenda.of_family("line"), "line")
            elif row.stream == CLOCK_STREAM:
                self._look_at_clock()
        self._agenda.position = reached
        return bool(rows)

    def _new_calendar(self) -> None:
        self._calendar = None
        self._recount |= {*self._agenda.of_family("case")}
        self._recount |= {stream for stream, family in self._changed.items() if family == "case"}

    def _settle(self) -> None:
        """Look at every stream that changed, and note when it is due next."""
        while self._changed and not self._worker.stopping.is_set():
            stream, family = next(iter(self._changed.items()))
            self._look_at(stream, family)
            del self._changed[stream]

    def _look_at(self, stream: UUID, family: str) -> Iterable[Waiting]:
        """The timers of a stream; the earliest goes onto the agenda."""
        timers = self._timers(stream, family)
        self._note(stream, family, timers)
        return timers

    def _timers(self, stream: UUID, family: str) -> list[Waiting]:
        try:
            state: Any = self._centre.state(stream, KIND_OF_FAMILY[family])
        except MapperDeserialisationError:  # `doorstep check` names it; the others must not wait for it
            return []
        return list(timers_of(family, stream, state, self))

    def _note(self, stream: UUID, family: str, timers: Iterable[Waiting]) -> None:
        first = min((self._instant(timer) for timer in timers), default=None)
        self._agenda.set(stream, None if first is None else Entry(first, family))

    def _instant(self, timer: Waiting) -> float:
        """When to fire a timer: at its instant, later and later where it fired and led to nothing."""
        fired = self._fired.get(timer.id)
        return ((fired.again_at if fired else timer.at) - _EPOCH).total_seconds()

    def _count_anew(self) -> None:
        """Have the dates of the cases counted anew that a new calendar may move, some at a time."""
        while self._recount and not self._worker.stopping.is_set():
            some = list(islice(self._recount, AT_ONCE))
            cases = [case for case in some if case in self._agenda]  # any other has ended
            version, moved = self.calendar().version, [case for case in cases if self._may_move(case)]
            self._submit((case, uuid5(case, f"calendar:{version}"), RecomputeDeadlines()) for case in moved)
            for case in cases:
                self._look_at(case, "case")
            self._recount.difference_update(some)

    def _may_move(self, case: UUID) -> bool:
        """Whether a date of a case is another one with the calendar in force."""
        calendar = self.calendar()
        for due in clocks(self._centre.case(case)).values():
            counted = recounted(calendar, due)
            if due.calendar_version < calendar.version and (
                (counted.at, counted.provisional) != (due.at, due.provisional)
            ):
                return True
        return False

    # The clock

    def _look_at_clock(self) -> None:
        """Stop or go on as the log says; another node may have noticed, or the operator confirmed."""
        jumped = cast("ClockState", self._centre.state(CLOCK_STREAM, CLOCK)).jumped
        if jumped is None and self._jumped is not None:
            self._watch.trust()
        self._jumped = jumped

    def _watch_clock(self) -> None:
        if self._jumped is not None:
            return
        moved = self._watch.look()
        if moved is None:
            return
        self._jumped = moved
        self._say(
            f"The clock jumped by {moved} s: nothing is done by time alone until `doorstep timers confirm` says that "
            "the clock is right."
        )
        self._centre.by_itself(ReportJump(seconds=moved), lane=CLOCK_STREAM)

    def _fire(self) -> bool:
        """Fire what is due now; False if nothing was."""
        now = self._watch.now
        due = self._agenda.due((now - _EPOCH).total_seconds())
        self._changed |= due  # looked at again where firing is cut short
        for some in (due[at : at + AT_ONCE] for at in range(0, len(due), AT_ONCE)):
            self._fire_some(some, now)
            for stream, _ in some:
                self._changed.pop(stream, None)
        return bool(due)

    def _fire_some(self, due: list[tuple[UUID, str]], now: datetime) -> None:
        fired = [
            (stream, timer)
            for stream, family in due
            for timer in self._timers(stream, family)
            if _EPOCH + timedelta(seconds=self._instant(timer)) <= now
        ]
        self._submit((stream, self._command_id(timer), _firing(timer)) for stream, timer in fired)
        for _, timer in fired:
            self._fired[timer.id] = _after(self._fired.get(timer.id), now)
        waiting = {timer.id for stream, family in due for timer in self._look_at(stream, family)}
        for _, timer in fired:
            if timer.id not in waiting:
                self._fired.pop(timer.id, None)

    def _command_id(self, timer: Waiting) -> UUID:
        """The timer's own id, so that two nodes write one fact; another where that id led to nothing."""
        fired = self._fired.get(timer.id)
        return uuid5(timer.id, f"again {fired.tries}") if fired else timer.id

    def _submit(self, commands: Iterable[tuple[UUID, UUID, Command]]) -> None:
        calls = [Call(id=id, lane=lane, command=command, by=CENTRE_ACTOR) for lane, id, command in commands]
        while calls:
            answers = self._centre.submit_all(calls).result()
            pairs = zip(calls, answers, strict=True)
            calls = [call for call, answer in pairs if answer.verdict == "retry"]
            if calls and self._worker.stopping.wait(min((one.retry_ms or 1_000) for one in answers) / 1_000):
                return


class _Fired(Struct, frozen=True):
    """A timer that fired and still waits: how often, and when it is tried again."""

    tries: int
    again_at: datetime


def _after(fired: _Fired | None, now: datetime) -> _Fired:
    tries = fired.tries + 1 if fired else 1
    return _Fired(tries, now + min(timedelta(seconds=2 ** min(tries, 12)), LONGEST_PAUSE))


def _firing(timer: Waiting) -> FireTimer:
    return FireTimer(kind=str(timer.kind), at=timer.at, about=timer.about)


def _last_recorded(centre: Centre) -> datetime | None:
    """When the last fact was recorded; the clock has been there, wherever it stands now."""
    try:
        last = centre.follow(centre.head() - 1, 1)
    except MapperDeserialisationError:
        return None
    return last[0][1].meta.recorded_at if last else None


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
