"""A device of one person: tabs that drive the core over a disk, and what the person sees."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import msgspec
from msgspec import Raw

from domain.case.commands import FileRef
from sync import frames as fr
from sync.device import events as ev
from sync.device.core import DeviceCore
from sync.wire import read
from tests.simulation.disk import Disk, Key, Overtaken
from tests.simulation.invariants import hold

if TYPE_CHECKING:
    from tests.simulation.network import Link
    from tests.simulation.world import Person, World

_encode = msgspec.json.Encoder().encode


class Core(Protocol):
    """The device's side of the protocol, in whichever language."""

    def handle(self, event: ev.AnyEvent, now: float) -> list[ev.AnyAction]:
        """Take an event."""
        ...


MakeCore = Callable[[ev.Seed, Callable[[], float]], Core]


class Tab:
    """One running app over a disk: the core, its connection and its alarm."""

    def __init__(self, gadget: Gadget) -> None:
        """Read the disk and begin."""
        self.gadget = gadget
        self.world = gadget.world
        self.link: Link | None = None
        self.alive = True
        self.known = gadget.disk.cache.stand.cursor
        self.phase = ev.Phase.OFF
        self.dialling = 0
        seed = gadget.disk.seed(app=gadget.app, device=gadget.device)
        self.core = self.world.make_core(seed, self.world.chance.random)
        self._todo: deque[ev.AnyAction] = deque()
        self._busy = False
        self._alarm = 0

    @property
    def looks_again_at(self) -> float | None:
        """When rows that differ from the server's are booted again, None if they do not; a core elsewhere may."""
        if not isinstance(self.core, DeviceCore):
            return math.inf
        at = self.core.standing.compares_again_at
        return None if at is None else at - self.gadget.skew

    def on(self, event: ev.AnyEvent) -> None:
        """Something has happened; what it asks for is done in order, one thing after the other."""
        if self.alive:
            self._todo.extend(self.core.handle(event, self.gadget.clock()))
            self._work()

    def _work(self) -> None:
        """Carry out what waits, up to something that takes time."""
        if self._busy:
            return
        self._busy = True
        while self._todo and self.alive:
            action = self._todo.popleft()
            if self.gadget.doom(action):
                return
            if isinstance(action, ev.CommitRows) and self.gadget.slow_ms:
                self.world.after(self.gadget.slow_ms, self._commit_late, action.commit)
                return
            self._carry_out(action)
        self._busy = False

    def _carry_out(self, action: ev.AnyAction) -> None:
        gadget, disk = self.gadget, self.gadget.disk
        match action:
            case ev.SendFrame(link, frame):
                is_overtaken = isinstance(frame, fr.Hello) and disk.cache.stand.cursor != self.known
                if is_overtaken or (isinstance(frame, fr.Push) and not gadget.are_the_words(frame)):
                    self.world.after(0, gadget.reopen, self)
                elif self.link is not None and self.link.number == link:
                    self.link.up(_encode(frame).decode())
            case ev.Wake(at):
                self._wake(at)
            case ev.CommitRows(commit):
                self._commit(commit)
            case ev.JudgeIntents(changes):
                gadget.share([back for change in changes if (back := gadget.judged(change))], self)
            case ev.Settle(ids):
                if staying := gadget.settle(ids):
                    self._report(ev.Submitted(staying))
            case ev.Sent(ids):
                disk.sent(ids)
            case ev.Forget(ids):
                disk.cache.forget(ids)
                self.known = disk.cache.stand.cursor
                if ids is None:
                    gadget.reopen_others(self)
            case ev.Dial(link):
                self.world.dial(self, link)
            case ev.CloseLink(link):
                self._leave(link)
            case ev.Renew(link):
                self.world.after(60, self._renew, link)
            case ev.Reoffer():
                self._report(ev.Kept(disk.kept()))
            case ev.FollowLog(origin):
                disk.origin = origin
            case ev.RememberTree(tree):
                disk.tree = tree
            case ev.Lease(until):
                disk.lease = until
            case ev.EnterPhase(phase):
                self.phase = phase
            case ev.Blocked():
                pass

    def _report(self, event: ev.AnyEvent) -> None:
        """Say what follows from the thing just done."""
        self._todo.extend(self.core.handle(event, self.gadget.clock()))

    def _wake(self, at: float | None) -> None:
        self._alarm += 1
        if at is not None:
            left = max(at - self.gadget.clock(), 0.0)
            early = self.world.chance.random() * 20 if self.world.faults and left > 50 else 0.0
            self.world.after(left - early, self._ring, self._alarm)

    def _ring(self, alarm: int) -> None:
        if alarm == self._alarm and self.alive:
            self.on(ev.Tick())

    def _commit_late(self, commit: ev.Commit) -> None:
        if self.alive:
            self._commit(commit)
            self._busy = False
            self._work()

    def _commit(self, commit: ev.Commit) -> None:
        gadget = self.gadget
        cache = gadget.disk.cache
        if gadget.fails_to_write():
            self._todo = deque(one for one in self._todo if not isinstance(one, ev.CommitRows))
            self._report(ev.CommitFailed())
            return
        if cache.stand.cursor != self.known:
            self.world.after(0, gadget.reopen, self)
            return
        digest = gadget.write(commit)
        self.known = cache.stand.cursor
        self._report(ev.Committed(commit.n, digest))

    def _renew(self, link: int) -> None:
        self.on(ev.Ticket(link, "again") if self.gadget.person.signed_in else ev.TicketRefused(link))

    def _leave(self, link: int) -> None:
        if self.link is not None and self.link.number == link:
            self.link.hang_up()
            self.link = None

    # What the network says

    def hears(self, link: Link, data: str | bytes, allowed: frozenset[str]) -> None:
        """A message has come, which was sent when the person might hold rows of these scopes."""
        if self.link is not link or not self.alive:
            return
        frame = read(data)
        if frame is not None:
            self.gadget.check_scopes(frame, allowed)
            self.on(ev.FrameCame(link.number, frame))

    def loses(self, link: Link, code: int, reason: str) -> None:
        """The connection has ended."""
        if self.link is link:
            self.link = None
            self.on(ev.Closed(link.number, code, reason))

    def end(self) -> None:
        """The app is gone in the middle of whatever it was doing."""
        self.alive = False
        if self.link is not None:
            self.link.cut(tells_device=False)
            self.link = None


class Gadget:
    """One person's app and data on one device.

    Attributes:
        skew: of the device's clock, in milliseconds.
        slow_ms: how long it takes to write rows.
        dying: kind of action before which the app will be killed, None for none.
        acked: applied intents with the positions that this device was told.
        lost: what the browser has thrown away.
        archived: what is done for good.
    """

    def __init__(self, world: World, name: str, person: Person, device: UUID) -> None:
        """Unpack it; nobody has opened the app yet."""
        self.world = world
        self.name = name
        self.person = person
        self.device = device
        self.app = "1.0"
        self.skew = 0.0
        self.slow_ms = 0.0
        self.dying: str | None = None
        self.write_fails = 0
        self.is_damaged = False
        self.disk = Disk()
        self.tabs: list[Tab] = []
        self.made: dict[UUID, ev.Pending] = {}
        self.needs: dict[UUID, tuple[UUID, ...]] = {}
        self.acked: dict[UUID, int] = {}
        self.lost: set[UUID] = set()
        self.archived: set[UUID] = set()
        self._numbers = 0

    def clock(self) -> float:
        """The device's clock, in milliseconds."""
        return self.world.now + self.skew

    # The app

    def open(self) -> None:
        """Open the app, or another tab of it."""
        tab = Tab(self)
        self.tabs.append(tab)
        tab.on(ev.Start())

    def close(self) -> None:
        """Every tab is gone, in the middle of whatever it was doing."""
        for tab in self.tabs:
            tab.end()
        self.tabs = []

    def reopen_later(self) -> None:
        """The person opens the app again, unless it is night or somebody has."""
        if not self.tabs and not self.world.is_night:
            self.open()

    def reopen(self, tab: Tab) -> None:
        """A tab reads the disk anew."""
        if tab in self.tabs:
            tab.end()
            self.tabs.remove(tab)
            self.open()

    def reopen_others(self, tab: Tab) -> None:
        """Every row was taken away: other tabs read the disk anew."""
        for other in self.tabs:
            if other is not tab:
                self.world.after(0, self.reopen, other)

    def share(self, again: list[ev.Pending], tab: Tab) -> None:
        """Other tabs hear of what is offered again."""
        for other in self.tabs:
            if again and other is not tab:
                self.world.after(1, other.on, ev.Submitted(tuple(again)))

    def tell(self, event: ev.AnyEvent) -> None:
        """Every tab hears of it."""
        for tab in list(self.tabs):
            tab.on(event)

    def doom(self, action: ev.AnyAction) -> bool:
        """Whether the app is killed just before it does this."""
        if self.dying is None or type(action).__struct_config__.tag != self.dying:
            return False
        self.dying = None
        self.world.tell(f"{self.name} is killed before it can {type(action).__struct_config__.tag}")
        self.close()
        self.world.after(1_500, self.reopen_later)
        return True

    def fails_to_write(self) -> bool:
        """Whether the next write of rows fails."""
        self.write_fails -= 1
        return self.write_fails >= 0

    # Work of the person

    def act(
        self,
        type: str,
        lane: UUID,
        args: bytes,
        *,
        needs: tuple[UUID, ...] = (),
        files: tuple[FileRef, ...] = (),
        readable: bool = True,
    ) -> UUID:
        """Take a command; one that is not `readable` is no JSON."""
        disk, person = self.disk, self.person.actor.id
        seq = disk.next_seq
        self._numbers += 1
        id = UUID(int=(self.device.int >> 32 << 32) + (person.int % 9973 << 16) + self._numbers)
        open_here = [one for one in disk.open.values() if one.lane == lane and one.state != "applied"]
        waiting = [one.id for one in sorted(open_here, key=lambda one: one.seq)]
        base = next((row.pos for key, row in disk.cache.rows.items() if key[1] == str(lane)), None)
        body = fr.IntentBody(
            id=id,
            seq=seq,
            lane=lane,
            type=type,
            args=Raw(args),
            base=None if base is None else fr.Base(base),
            after=tuple(waiting[-1:]),
            needs=needs,
            files=files,
            at=self.world.instant(self.clock()),
            by=person,
        )
        text = _encode(body).decode() if readable else "{"
        self.take(ev.Pending(id=id, seq=seq, lane=lane, needs=needs, body=text, at=body.at))
        return id

    def take(self, intent: ev.Pending) -> None:
        """Write an intent into the outbox and tell the tabs."""
        self.disk.take(intent)
        self.made[intent.id] = intent
        self.needs[intent.id] = intent.needs
        for tab in list(self.tabs):
            tab.on(ev.Submitted((msgspec.structs.replace(intent),)))

    def are_the_words(self, push: fr.Push) -> bool:
        """Whether what is about to leave still stands so on the disk; another tab may have moved or judged it."""
        there = {(intent.body, intent.after) for intent in self.disk.open.values()}
        known = {settled.intent.body for settled in self.disk.settled.values()}
        return all(
            (signed.body, signed.links and signed.links.after) in there or signed.body in known
            for signed in push.intents
        )

    def withdraw(self, ids: tuple[UUID, ...]) -> None:
        """The person takes intents out of the tray, or cancels them."""
        self.disk.withdraw(ids)
        self.tell(ev.Removed(ids))

    def judged(self, change: ev.Judgement) -> ev.Pending | None:
        """Write down what has become of an intent; returns one that is offered again."""
        before = self.disk.open.get(change.id)
        was_applied = before is None or before.state == "applied"
        self.disk.judged(change)
        if change.state == "applied" and change.pos is not None and before is not None:
            self.acked[change.id] = change.pos
        after = self.disk.open.get(change.id)
        is_back = was_applied and after is not None and after.state == "queued"
        return msgspec.structs.replace(after) if after is not None and is_back else None

    def settle(self, ids: tuple[UUID, ...]) -> tuple[ev.Pending, ...]:
        """The core says that these acts show in the rows: no row of their case may be without them.

        Where a connection has lost rows that nobody has missed yet, this holds at the next checkpoint whose digest is
        that of the rows. Returns what another tab offers again.
        """
        if not self.world.loses_frames:
            self._see([one for id in ids if (one := self.disk.open.get(id)) is not None])
        return self.disk.settle(ids, self.clock())

    def _see(self, shown: Iterable[ev.Pending]) -> None:
        rows = self.disk.cache.rows
        for intent in shown:
            for (kind, lane), row in rows.items():
                if lane == str(intent.lane):
                    is_there = str(intent.id) in row.body["acts"]
                    hold("I6", is_there, f"{intent.id} is not in {kind} {lane} on {self.name}")

    # Rows

    def write(self, commit: ev.Commit) -> str:
        """Write rows, and look whether something that was seen has gone.

        Where connections lose and repeat frames, a boot may end with holes, and its digest tells; or with the last page
        of an earlier one, when less had happened.
        """
        before = self.disk.cache.rows if commit.finish else {}
        seen = {(row.kind, row.id): self.disk.cache.rows.get((row.kind, row.id)) for row in commit.rows}
        digest = self.disk.cache.write(commit)
        is_lossy = self.world.loses_frames
        is_older = any(row.pos > commit.to for row in before.values())
        if not (is_lossy and commit.finish and (is_older or commit.digest != digest)):
            self._compare(dict(before) if commit.finish else seen, commit)
        if is_lossy and commit.complete and commit.digest == digest:
            followed = self.world.centre.done_by(commit.to)
            self._see(one.intent for id, one in self.disk.settled.items() if id in followed)
        return digest

    def _compare(self, before: dict[Key, fr.Row] | dict[Key, fr.Row | None], commit: ev.Commit) -> None:
        for key, row in before.items():
            after = self.disk.cache.rows.get(key)
            if row is not None and after is not None and after is not row:
                lost = set(row.body["acts"]) - set(after.body["acts"])
                if lost and self.world.log_was_restored:
                    lost = {id for id in lost if UUID(id) in self.made and self._is_out_of_view(UUID(id), commit)}
                hold("I6", not lost, f"acts {sorted(lost)} went out of {key} on {self.name}")

    def _is_out_of_view(self, id: UUID, commit: ev.Commit) -> bool:
        """Whether an own act is nowhere: not laid over the rows, not in the tray, not on its way into the rows.

        A restored log may have it, and rows that have not followed so far.
        """
        disk = self.disk
        if id in disk.open or id in disk.aside or id in disk.superseded or id in self.lost:
            return False
        log = self.world.centre
        return id in log.done_by(commit.to) or id not in log.done_by(log.head)

    def check_scopes(self, frame: fr.AnyServerFrame, allowed: frozenset[str]) -> None:
        """What has come may be held by this person.

        Where a connection has lost the frame that revokes, the boot that follows it takes the rows away when it ends.
        """
        if isinstance(frame, fr.PageFrame | fr.Delta):
            for row in frame.rows:
                hold("I8", row.body["scope"] in allowed, f"{row.kind} {row.id} of {row.body['scope']} to {self.name}")
        if isinstance(frame, fr.PageFrame):
            is_booted = self.world.loses_frames and frame.phase == "boot"
            held = () if self.world.is_lossy or is_booted else self.disk.cache.rows.values()
            for row in held:
                hold("I8", row.body["scope"] in allowed, f"{self.name} still holds {row.kind} of {row.body['scope']}")

    def lose_cache(self) -> None:
        """The browser has thrown the cache away."""
        self.close()
        self.disk.cache = type(self.disk.cache)()

    def lose_everything(self) -> None:
        """The browser has thrown everything away."""
        self.close()
        self.lost |= self.made.keys() - self.disk.superseded
        superseded = self.disk.superseded
        self.disk = Disk()
        self.disk.superseded = superseded


__all__ = ["Core", "Gadget", "MakeCore", "Overtaken", "Tab", "python_core"]


def python_core(seed: ev.Seed, random: Callable[[], float]) -> Core:
    """The core of `sync.device`."""
    return DeviceCore(seed, random)
