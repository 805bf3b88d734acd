"""The server's side: the real session, feed and hub over a centre, with the adapter's duties in virtual time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from domain.decisions import Call
from projections.database import Change
from projections.following import Batch
from store.answers import Answer
from sync import frames as fr
from sync import outputs as out
from sync.hub import Hub
from sync.intents import verdict_of
from sync.session import Session
from tests.simulation.invariants import hold
from tests.simulation.network import Link

if TYPE_CHECKING:
    from tests.simulation.gadget import Tab
    from tests.simulation.world import World

HEARTBEAT_MS = 20_000
SILENCE_MS = 60_000
GRACE_MS = 120_000
MOST_QUEUED = 5
"""Frames for one device beyond which live changes are left out."""
BOUND = MOST_QUEUED + 10
"""What may be queued in the end: the answers to what was taken before the queue was full come on top."""


class Exchange:
    """One connection as the server sees it."""

    def __init__(self, world: World, tab: Tab, number: int) -> None:
        """Wait for `hello`."""
        self.world = world
        self.tab = tab
        self.person = tab.gadget.person
        self.session = Session(epoch=world.epoch, signer=world.signer, terms=world.terms)
        self.link = Link(world, tab, number, self)
        self.there = True
        self.heard = world.now
        self.run = world.run
        self._scopes: frozenset[str] = frozenset()
        self._unread: deque[str] = deque()
        self._judging = 0
        world.after(HEARTBEAT_MS, self._beat)

    # Frames

    @property
    def is_full(self) -> bool:
        """Whether live changes must be left out."""
        return self.link.waiting >= MOST_QUEUED

    def receive(self, data: str) -> None:
        """A message has come; a device that takes nothing is not heard either."""
        self.heard = self.world.now
        self._unread.append(data)
        self._read()

    def _read(self) -> None:
        while self._unread and not self.is_full and self._judging < fr.Limits().inflight:
            self.carry_out(self.session.receive(self._unread.popleft()))

    def has_room(self) -> None:
        """The device has taken a frame."""
        self._read()

    def put(self, data: str | bytes) -> None:
        """Send a frame."""
        if self.there:
            self.link.down(data, self.world.may_hold(self.person))
            hold("I9", self.link.waiting <= BOUND, f"{self.link.waiting} frames wait for {self.tab.gadget.name}")

    def carry_out(self, outputs: Iterable[out.Output]) -> None:
        """Do what the session asks for, in order."""
        for output in outputs:
            match output:
                case out.Send(data):
                    self.put(data)
                case out.Close(code, reason):
                    self.link.close(code, reason)
                case out.Admit():
                    self._admit()
                case out.Fetch():
                    self.world.after(self.world.chance.random() * 20, self._fetch, output)
                case out.Compare(scopes, after, digest):
                    self.carry_out(self.session.compared(self.world.centre.digest(scopes, after[0]), digest))
                case out.Judge():
                    self._judging += 1
                    calls = [call for call in output.calls if isinstance(call, Call)]
                    self.world.submit(self, output, calls)
                case out.Recall():
                    self.world.after(self.world.chance.random() * 20, self._recall, output)

    def answered(self, judge: out.Judge, answers: list[Answer]) -> None:
        """The writer has judged a push."""
        if not self.there:
            return
        self._judging -= 1
        left = iter(answers)
        verdicts = [call if isinstance(call, fr.Verdict) else verdict_of(call.id, next(left)) for call in judge.calls]
        self.carry_out(self.session.judged(judge.b, verdicts))
        self._read()

    def _fetch(self, fetch: out.Fetch) -> None:
        if not self.there:
            return
        world = self.world
        if world.now < world.warm_at:
            self.carry_out(self.session.not_yet("warming", done=1, total=2))
            return
        page = world.centre.page(fetch.scopes, fetch.after, fetch.page_bytes, fetch.since)
        self.carry_out(self.session.page(page))

    def _recall(self, recall: out.Recall) -> None:
        if self.there:
            answers = ((id, self.world.centre.answer_to(recall.author, id)) for id in recall.ids)
            known = [verdict_of(id, answer) for id, answer in answers if answer is not None]
            self.carry_out(self.session.judged(0, known))

    # Who is there

    def _admit(self) -> None:
        if not self.person.signed_in:
            self.carry_out(self.session.turned_away())
            return
        if self.tab.gadget.device in self.world.blocked:
            self.carry_out(self.session.blocked())
            return
        world = self.world
        first = self.session.actor is None
        self.carry_out(
            self.session.admitted(
                self.person.actor, head=world.centre.position, now=world.time(), warming=world.now < world.warm_at
            )
        )
        self._listen()
        if first and self.session.actor is not None:
            world.seat(self)

    def _listen(self) -> None:
        if self._scopes != self.session.scopes:
            self.world.hub.leave(self.changed, self._scopes)
            self._scopes = self.session.scopes
            self.world.hub.join(self.changed, self._scopes)

    def changed(self, batch: Batch, changes: list[Change]) -> None:
        """Documents changed in the person's scopes."""
        if batch.is_renewed:
            self.carry_out(self.session.renewed(self.world.epoch))
        elif self.is_full:
            self.carry_out(self.session.fell_behind(batch.position))
        else:
            self.carry_out(self.session.changed(batch, changes))

    def look_again(self) -> None:
        """Something about the person's rights has changed."""
        if self.session.actor is None or not self.there:
            return
        if self.tab.gadget.device in self.world.blocked:
            self.carry_out(self.session.blocked())
        else:
            self.carry_out(self.session.acts_as(self.person.actor))
            self._listen()

    def expire(self) -> None:
        """The time of the sign-in is over."""
        if self.session.actor is not None and self.there:
            self.carry_out(self.session.expired())
            self.world.after(GRACE_MS, self._end_after_grace)

    def _end_after_grace(self) -> None:
        if self.there and self.session.is_held:
            self.carry_out(self.session.signed_out("expired"))

    def replaced(self) -> None:
        """The same device has opened another connection."""
        self.carry_out(self.session.replaced())

    def _beat(self) -> None:
        if not self.there:
            return
        if self.world.now - self.heard > SILENCE_MS:
            self.link.close(fr.CloseCode.SLOW_DOWN, "")
            return
        self.carry_out(self.session.ping())
        self.world.after(HEARTBEAT_MS, self._beat)

    def left(self) -> None:
        """The device has gone."""
        if self.there:
            self.there = False
            self.world.hub.leave(self.changed, self._scopes)
            self._scopes = frozenset()
            self.world.exchanges.discard(self)


__all__ = ["Exchange", "Hub"]
