"""The world: virtual time, people, devices, a server that fails, and what happens in it."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

from domain.actors import Actor, Role
from domain.decisions import Call
from projections.following import Batch
from sync import frames as fr
from sync import outputs as out
from sync.cursors import Signer
from sync.device import events as ev
from sync.hub import Hub
from sync.scopes import scopes_for
from sync.terms import Terms
from tests.simulation.gadget import Gadget, MakeCore, Tab, python_core
from tests.simulation.model import Centre
from tests.simulation.network import BROKEN_OFF, Weather
from tests.simulation.server import Exchange

BEGINNING = datetime(2026, 11, 23, 1, tzinfo=UTC)
PAGE_BYTES = 450
INTENTS = 6
RESTART_MS = 2_000


class Person:
    """Somebody with devices."""

    def __init__(self, name: str, actor: Actor) -> None:
        """Introduce them, signed in."""
        self.name = name
        self.actor = actor
        self.signed_in = True


def person(number: int, name: str, *roles: Role) -> Person:
    """A resident, or staff with these roles."""
    id = UUID(int=(0x5A << 120) + (4 << 76) + (2 << 62) + number)
    if not roles:
        return Person(name, Actor(id=id, roles=frozenset({Role.RESIDENT})))
    return Person(name, Actor(id=id, roles=frozenset(roles), office="street"))


class _Steady(dict[Any, None]):
    """A set that keeps its order, so that the same seed tells the same story in every process."""

    def add(self, one: Any) -> None:
        self[one] = None

    def discard(self, one: Any) -> None:
        self.pop(one, None)


class SteadyHub(Hub):
    """The hub with its listeners in order of arrival."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        super().__init__()
        self._by_scope = defaultdict(_Steady)  # type: ignore[arg-type]


class World:
    """Everything there is.

    Attributes:
        now: virtual time in milliseconds of Unix time.
        faults: whether anything may fail.
        story: what happened, if anybody listens.
        messages: frames that arrived.
    """

    def __init__(self, seed: int | str, *, make_core: MakeCore = python_core, listen: bool = False) -> None:
        """Create it, at rest."""
        self.chance = random.Random(seed)
        self.make_core = make_core
        self.began = self.now = BEGINNING.timestamp() * 1000
        self.faults = True
        self.is_night = False
        self.loses_frames = False
        self.weather = Weather()
        self.messages = 0
        self.counts: Counter[str] = Counter()
        self.story: list[str] | None = [] if listen else None
        self.tells_frames = False
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0
        # the centre
        self.centre = Centre()
        self.hub = SteadyHub()
        self.signer = Signer(b"key of the world")
        self.shape = 1
        self.origin = "a" * 32
        self.terms = Terms(origin=self.origin, limits=fr.Limits(intents=INTENTS, page=PAGE_BYTES))
        self.is_up = True
        self.run = 1
        self.warm_at = 0.0
        self.lag = 20.0
        self.backup: Centre | None = None
        self.log_was_restored = False
        self.crash_at_commit = ""
        self.blocked: set[UUID] = set()
        self.exchanges = _Steady()
        self._seats: dict[tuple[UUID, UUID], Exchange] = {}
        self._queue: list[tuple[Exchange, out.Judge, list[Call]]] = []
        self._is_writing = False
        # people
        self.people: dict[str, Person] = {}
        self.gadgets: dict[str, Gadget] = {}
        self.offline: dict[str, float] = {}

    # Time

    def at(self, when: float, do: Callable[..., None], *args: Any) -> None:
        """Do something at an instant."""
        self._number += 1
        heappush(self._events, (when, self._number, do, args))

    def after(self, ms: float, do: Callable[..., None], *args: Any) -> None:
        """Do something later."""
        self._number += 1
        heappush(self._events, (self.now + ms, self._number, do, args))

    def go_on(self, until: float) -> None:
        """Let time pass."""
        events = self._events
        while events and events[0][0] <= until:
            when, _, do, args = heappop(events)
            if when > self.now:
                self.now = when
            do(*args)
        self.now = max(self.now, until)

    def time(self) -> datetime:
        """The server's clock."""
        return self.instant(self.now)

    def instant(self, ms: float) -> datetime:
        """An instant as a date."""
        return BEGINNING + timedelta(milliseconds=ms - self.began)

    def tell(self, what: str) -> None:
        """Something for the story."""
        if self.story is not None:
            self.story.append(f"{(self.now - self.began) / 1000:9.2f} s  {what}")

    def count(self, what: str) -> None:
        """Count a fault."""
        self.counts[what] += 1

    # Network

    @property
    def is_lossy(self) -> bool:
        """Whether frames of a connection may be lost, repeated or overtake each other, as no socket would let them."""
        return bool(self.weather.drops or self.weather.shuffles)

    def dial(self, tab: Tab, link: int) -> None:
        """A tab wants a ticket and a connection."""
        tab.dialling = link
        self.after(20 + self.chance.random() * self.weather.delay, self._dialled, tab, link)

    def _dialled(self, tab: Tab, link: int) -> None:
        if not tab.alive or tab.dialling != link:
            return
        gadget = tab.gadget
        if not self.is_up or self.offline.get(gadget.name, 0) > self.now:
            tab.on(ev.Closed(link, BROKEN_OFF))
        elif not gadget.person.signed_in:
            tab.on(ev.TicketRefused(link))
        else:
            exchange = Exchange(self, tab, link)
            self.exchanges.add(exchange)
            tab.link = exchange.link
            tab.on(ev.Opened(link, "ticket"))

    # The server

    @property
    def epoch(self) -> str:
        """Shape of the rows and origin of the log."""
        return f"{self.shape}-{self.origin[:8]}"

    def may_hold(self, person: Person) -> frozenset[str]:
        """Scopes of which a person may hold rows now."""
        return scopes_for(person.actor)

    def seat(self, exchange: Exchange) -> None:
        """A person's device has one connection at a time."""
        seat = (exchange.person.actor.id, exchange.tab.gadget.device)
        older = self._seats.get(seat)
        self._seats[seat] = exchange
        if older is not None and older.there and older is not exchange:
            older.replaced()

    def submit(self, exchange: Exchange, judge: out.Judge, calls: list[Call]) -> None:
        """Queue calls for the writer."""
        self._queue.append((exchange, judge, calls))
        if not self._is_writing:
            self._is_writing = True
            self.after(2 + self.chance.random() * 20, self._commit, self.run)

    def _commit(self, run: int) -> None:
        """One transaction with everything that waits, and then the answers."""
        if run != self.run:
            return
        self._is_writing = False
        group, self._queue = self._queue, []
        if self.crash_at_commit == "before":
            self.crash()
            return
        actors = {one.actor.id: one.actor for one in self.people.values()}
        answers = [self.judge(calls, actors) for _, _, calls in group]
        self.after(self.chance.random() * self.lag, self.follow, run)
        if self.crash_at_commit == "after":
            self.crash()
            return
        for (exchange, judge, _), some in zip(group, answers, strict=True):
            exchange.answered(judge, some)

    def judge(self, calls: list[Call], actors: dict[UUID, Actor]) -> list[Any]:
        """Have calls judged."""
        return self.centre.judge(calls, self.time(), actors)

    def follow(self, run: int) -> None:
        """The rows follow the log."""
        if run == self.run and self.centre.behind:
            self.hub.publish(self.centre.follow())

    def crash(self, *, down_ms: float = RESTART_MS) -> None:
        """The server dies: what was not committed is lost, and so is every answer under way."""
        self.crash_at_commit = ""
        self._queue = []
        self._stop(down_ms, lambda exchange: exchange.link.cut())

    def restart(self, *, down_ms: float = RESTART_MS) -> None:
        """The server stops in good order: devices are told when to come back."""
        group, self._queue = self._queue, []
        actors = {one.actor.id: one.actor for one in self.people.values()}
        for exchange, judge, calls in group:
            exchange.answered(judge, self.judge(calls, actors))
        self._stop(down_ms, lambda exchange: self._send_away(exchange))

    def _send_away(self, exchange: Exchange) -> None:
        retry = int(self.chance.random() * 3_000)
        exchange.carry_out(exchange.session.restarting(retry))

    def _stop(self, down_ms: float, farewell: Callable[[Exchange], None]) -> None:
        self.is_up = False
        self.run += 1
        self._is_writing = False
        for exchange in sorted(self.exchanges, key=lambda one: (one.tab.gadget.name, one.link.number)):
            farewell(exchange)
        self.after(down_ms, self._start, self.run)

    def _start(self, run: int) -> None:
        if run == self.run:
            self.is_up = True
            self.after(self.chance.random() * self.lag + 1, self.follow, run)

    def rebuild(self) -> None:
        """Rows get another shape while the service goes on."""
        self.shape += 1
        self.hub.publish(Batch(position=self.centre.position, changes=(), is_renewed=True))

    def restore(self) -> None:
        """The log is restored from the backup, under a new name."""
        if self.backup is None or self.log_was_restored:
            return
        self.centre, size = self.backup.copy(), self.backup.head
        before, self.origin = self.origin, "b" * 32
        self.log_was_restored = True
        self.terms = Terms(origin=self.origin, restored=fr.Restored(origin=before, size=size), limits=self.terms.limits)
        self.crash()

    def files_arrive(self) -> None:
        """Every photograph that a case names is there now; what waits for it is told."""
        for lane, doc in self.centre.docs.items():
            if not doc.files <= self.centre.arrived:
                self.centre.arrived |= doc.files
                for gadget in self.gadgets.values():
                    gadget.tell(ev.Uploaded(lane))

    def of(self, person: Person) -> list[Exchange]:
        """The open connections of a person, in a fixed order."""
        mine = [exchange for exchange in self.exchanges if exchange.person is person]
        return sorted(mine, key=lambda one: (one.tab.gadget.name, one.link.number))


__all__ = ["Person", "World", "person"]
