"""The device's side of `doorstep.sync.1` as a state machine without sockets, timers or storage.

Events go in with the time, actions come out; whoever drives it carries the actions out in order and reports back:

    OFF -> DIAL -> HELLO -> BOOT | CATCHUP -> LIVE
            ^                                  |    holds: AUTH_HELD, WARMING, UPGRADE_HELD, BACKOFF,
            +------------- BACKOFF <-----------+           LEASE_EXPIRED, ORIGIN_CHANGED, LOG_ALTERED

In every hold but the last three work can be queued, and none is charged an attempt. Each connection has a number
(`link`); whatever an earlier connection still reports is ignored. Here the connection is made and given up; rows are in
`pulling`, the outbox in `offering`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from sync import frames as fr
from sync.device import events as ev
from sync.device.backoff import Random, full_jitter
from sync.device.events import Phase
from sync.device.lanes import Lanes
from sync.device.lease import Lease
from sync.device.line import LOCKED, Line, Patience, is_due
from sync.device.offering import Offering
from sync.device.pulling import Pulling
from sync.device.standing import Standing
from sync.device.witness import judged

__all__ = ["DeviceCore", "Patience"]

NORMAL = 1000
LONGEST_RESTART_MS = 60_000.0
UNLEASED = frozenset({Phase.OFF, Phase.DIAL, Phase.HELLO, *LOCKED})
"""A lease that is over is no matter here: nothing is held open, or it is being renewed."""


class DeviceCore:
    """One device of one person.

    Attributes:
        lanes: intents.
        standing: of the replica.
    """

    def __init__(self, seed: ev.Seed, random: Random, patience: Patience | None = None) -> None:
        """Go on from what is on disk; nothing happens before `Start`."""
        wait = patience or Patience()
        line = Line()
        self.lanes = Lanes(random)
        self.standing = Standing(seed.stand)
        self.lanes.add(seed.intents)
        self._line = line
        self._offering = Offering(
            line,
            self.lanes,
            self.standing,
            next_seq=seed.next_seq,
            patience=wait.answer,
            answered=self._has_asked,
        )
        self._pulling = Pulling(
            line, self.standing, patience=wait.answer, settle=self._offering.settle, complete=self._is_complete
        )
        self._lease = Lease(seed.lease)
        self._seed = seed
        self._random = random
        self._patience = wait
        self._failures = 0
        self._dial_at: float | None = None
        self._deadline: float | None = None
        self._steady_at: float | None = None
        self._seen_at: float | None = None
        self._wake_at: float | None = None
        self._last_seen: tuple[object, ...] | None = None
        self._found: ev.Tree | None = None

    @property
    def phase(self) -> Phase:
        """Of the connection."""
        return self._line.phase

    @property
    def link(self) -> int:
        """Number of the connection."""
        return self._line.number

    def handle(self, event: ev.AnyEvent, now: float) -> list[ev.AnyAction]:
        """Take one event at `now` (milliseconds) and return what is to be done, in order."""
        line = self._line
        line.now = max(now, line.now)
        actions: list[ev.AnyAction] = []
        line.actions = actions
        if getattr(event, "link", line.number) == line.number:
            self._dispatch(event)
        self._offering.push()
        self._wake()
        return actions

    def _dispatch(self, event: ev.AnyEvent) -> None:
        match event:
            case ev.FrameCame():
                self._received(event.frame)
            case ev.Committed():
                self._pulling.committed(event.n, event.digest)
            case ev.Submitted():
                self._offering.submitted(event.intents)
            case ev.Tick():
                self._wake_at = None  # the alarm is spent; one that rang a moment early must be set again
                self._ticked()
            case ev.Opened():
                self._opened(event.ticket)
            case ev.Closed():
                self._closed(event.code, event.reason)
            case ev.Uploaded():
                self.lanes.rush(event.lane)
            case ev.Removed():
                self._offering.removed(event.ids)
            case ev.BatchEmpty():
                self.lanes.landed(event.b)
            case _:
                self._told_by_owner(event)

    def _told_by_owner(
        self,
        event: ev.Start
        | ev.Stop
        | ev.Kick
        | ev.Reachable
        | ev.SignedIn
        | ev.TicketRefused
        | ev.Ticket
        | ev.CommitFailed
        | ev.Kept,
    ) -> None:
        match event:
            case ev.Start():
                self._failures = 0
                self._begin()
            case ev.SignedIn():
                self._failures = 0
                self._dial()
            case ev.Kick():
                self._kicked()
            case ev.Reachable():
                self._redial_if_stuck()
                if self.phase is Phase.BACKOFF:
                    self._dial()
            case ev.Stop():
                self._hang_up(Phase.OFF)
            case ev.TicketRefused():
                self._hang_up(Phase.AUTH_HELD)
            case ev.Ticket():
                self._offering.renewed(event.ticket)
            case ev.CommitFailed():
                # Pages under way would be committed over a hole, and nothing in them tells: a new connection is safe.
                self.standing.failed()
                self._failures = max(self._failures, 4)
                self._hang_up(Phase.BACKOFF)
            case ev.Kept():
                self._offering.ask(event.intents)
            case _:
                assert_never(event)

    # Connection

    def _begin(self) -> None:
        if self._lease.is_past(self._line.now) and self.phase is Phase.OFF:
            self._line.enter(Phase.LEASE_EXPIRED)
        elif self.phase not in LOCKED:
            self._dial()

    def _dial(self) -> None:
        line = self._line
        if line.is_connected or line.phase is Phase.DIAL:
            return
        line.number += 1
        self._dial_at = None
        self._deadline = line.now + self._patience.dial
        line.enter(Phase.DIAL)
        line.do(ev.Dial(line.number))

    def _opened(self, ticket: str) -> None:
        self._line.enter(Phase.HELLO)
        self._heard()
        seed = self._seed
        self._line.send(
            fr.Hello(
                v=(1, 1),
                app=seed.app,
                schema=seed.schema,
                device=seed.device,
                ticket=ticket,
                cursor=self.standing.shown,
                tree=self._seen_tree,
                outbox=self._offering.owed,
                wall=datetime.fromtimestamp(self._line.now / 1000, UTC),
                feat=seed.feat,
            )
        )

    def _redial_if_stuck(self) -> None:
        """A dial that began before the network was back may hang for long: a new one is quicker."""
        began = None if self._deadline is None else self._deadline - self._patience.dial
        if self.phase is Phase.DIAL and began is not None and self._line.now > began + self._patience.stuck:
            self._hang_up(Phase.BACKOFF)

    def _kicked(self) -> None:
        self.lanes.rush()
        self._redial_if_stuck()
        line = self._line
        if not line.is_connected:
            if line.phase is not Phase.OFF and line.phase not in LOCKED and not (line.upgrade and line.upgrade.hard):
                self._dial()
            return
        if line.phase is Phase.HELLO:
            return
        line.send(fr.Ping())
        probe = line.now + self._patience.probe
        self._deadline = probe if self._deadline is None else min(self._deadline, probe)

    def _ticked(self) -> None:
        now = self._line.now
        overdue = (self._deadline, self._offering.due, self._pulling.due, self._offering.doubt.due)
        if any(is_due(at, now) for at in overdue):
            self._hang_up(Phase.BACKOFF)
            return
        if self._lease.is_past(now) and self.phase not in UNLEASED:
            self._hang_up(Phase.LEASE_EXPIRED)
            return
        if is_due(self._dial_at, now):
            self._dial()
        if is_due(self._steady_at, now):
            self._failures, self._steady_at = 0, None
        if is_due(self._pulling.at, now):
            self._pulling.start()
        if is_due(self._pulling.compare_at, now):
            self._pulling.start()
        if is_due(self._seen_at, now):
            self._say_what_is_held()
            if self.lanes.has_applied and not self._pulling.is_open and self._pulling.at is None:
                self._pulling.start()  # what was applied outside of what this person sees shows only in a checkpoint

    def _closed(self, code: int, reason: str) -> None:
        if self.phase is Phase.OFF:
            return
        self.lanes.disconnected(malformed=code == fr.CloseCode.MALFORMED)
        if code == fr.CloseCode.UPGRADE:
            self._line.upgrade = self._line.upgrade or ev.UpgradeAsked("", hard=True)
            self._hang_up(Phase.UPGRADE_HELD, told=True)
        elif code == fr.CloseCode.BLOCKED:
            self.standing.wiped()
            self._line.actions += [ev.Forget(None), ev.Blocked()]
            self._hang_up(Phase.AUTH_HELD, told=True)
        else:
            self._hang_up(Phase.BACKOFF, told=True, after=self._redial_after(code, reason))

    def _redial_after(self, code: int = 0, reason: str = "") -> float:
        """Milliseconds until the next dial; a restarting server spreads its devices itself."""
        told = _number(reason)
        if code == fr.CloseCode.RESTARTING and told is not None:
            return min(max(told, 0.0), LONGEST_RESTART_MS)
        if code in (fr.CloseCode.REPLACED, fr.CloseCode.SLOW_DOWN):
            self._failures = max(self._failures, 5)
        after = full_jitter(self._failures, self._random) * self._patience.back_off
        self._failures += 1
        return after

    def _hang_up(self, phase: Phase, *, told: bool = False, after: float | None = None) -> None:
        """Leave the connection for a hold; `told` when the other side closed it."""
        line = self._line
        is_ours = not told and (line.is_connected or line.phase is Phase.DIAL)
        if is_ours:
            line.do(ev.CloseLink(line.number, NORMAL))
        if phase is Phase.BACKOFF and self._lease.is_past(line.now):
            phase = Phase.LEASE_EXPIRED
        line.number += 1
        self._offering.end(told=not is_ours)
        self._pulling.end()
        self._deadline = self._steady_at = self._seen_at = self._dial_at = self._last_seen = None
        if phase is Phase.BACKOFF:
            self._dial_at = line.now + (self._redial_after() if after is None else after)
        line.enter(phase)

    def _heard(self) -> None:
        self._deadline = self._line.now + self._patience.silence

    # Frames

    def _received(self, frame: fr.AnyServerFrame) -> None:
        if self.phase is not Phase.HELLO or isinstance(frame, fr.Welcome):
            self._heard()  # a ping must not keep a greeting alive whose answer was lost
        match frame:
            case fr.Welcome():
                self._welcomed(frame)
            case fr.PageFrame():
                self._pulling.paged(frame)
            case fr.Delta():
                self._pulling.moved(frame)
            case fr.Behind():
                self._pulling.fell_behind()
            case fr.Ack():
                if self._offering.acknowledged(frame):
                    self._hang_up(Phase.AUTH_HELD)
            case fr.ServerPing():
                self._line.send(fr.Pong())
            case fr.ServerPong():
                pass
            case _:
                self._told(frame)

    def _told(self, frame: fr.Reset | fr.Revoke | fr.Wait | fr.AuthRequired | fr.Upgrade | fr.Error) -> None:
        match frame:
            case fr.Reset():
                self._pulling.reset(frame)
            case fr.Revoke():
                self._pulling.revoked(frame)
            case fr.Wait():
                self._pulling.waits(frame)
            case fr.AuthRequired():
                self._offering.must_renew()
            case fr.Upgrade():
                self._line.upgrade = ev.UpgradeAsked(frame.min_app, frame.hard, frame.by)
                if frame.hard:
                    self._hang_up(Phase.UPGRADE_HELD)
                else:
                    self._line.announce()
            case fr.Error():
                if frame.fatal:
                    self._hang_up(Phase.BACKOFF)
            case _:
                assert_never(frame)

    def _welcomed(self, welcome: fr.Welcome) -> None:
        if self.phase is not Phase.HELLO:
            return
        hold = self._hold_of(welcome)
        if hold is not None:
            self._hang_up(hold)
            return
        if self._lease.named(welcome, self._line.now):
            self._tell_lease()
        self._offering.limits = welcome.limits
        self.standing.welcomed(welcome.epoch)
        booting = Phase.BOOT if self.standing.is_booting else Phase.CATCHUP
        self._line.enter(Phase.WARMING if welcome.mode == "warming" else booting)
        self._pulling.start()

    def _hold_of(self, welcome: fr.Welcome) -> Phase | None:
        """Which hold a welcome leads to, None if its log is the one that the device knows, or was restored from it.

        The new origin counts only when everything that was applied lately has been asked for, however often the
        connection or the app ends before; nothing new is pushed until then, so that each lane keeps its order.
        """
        known, restored = self.standing.origin, welcome.restored
        is_same = not known or not welcome.origin or welcome.origin == known
        if not is_same and (restored is None or known not in (restored.origin, *restored.names)):
            return Phase.ORIGIN_CHANGED
        found = judged(self.standing.tree, welcome)
        if found == "altered":
            return Phase.LOG_ALTERED
        if found == "unproven":
            return Phase.BACKOFF
        self._found = found
        if is_same:
            self._offering.follow(welcome.origin)
            self._remember()
        else:
            self.standing.reset(welcome.epoch)
            self._pulling.is_held = True
            self._offering.reoffer(welcome.origin)
        return None

    def _remember(self) -> None:
        """The log is followed: it is held against what was seen of it now."""
        if self._found is not None and self._found != self.standing.tree:
            self.standing.tree = self._found
            self._line.do(ev.RememberTree(self._found))

    @property
    def _seen_tree(self) -> fr.TreeHead | None:
        tree = self.standing.tree
        return None if tree is None else fr.TreeHead(tree.origin, tree.size, tree.root)

    def _has_asked(self) -> None:
        self._remember()
        self._pulling.is_held = False
        self._pulling.start()

    # What the server is told

    def _is_complete(self) -> None:
        self._steady_at = self._line.now + self._patience.steady
        self._say_what_is_held()

    def _say_what_is_held(self) -> None:
        self._seen_at = self._line.now + self._patience.seen
        if self._lease.heard(self._line.now):
            self._tell_lease()
        cursor, outbox = self.standing.cursor, self._offering.owed
        digest = self.standing.said_digest(self._line.now)
        seen = (cursor, outbox.n, outbox.next_seq, digest)
        if cursor is None or seen == self._last_seen:
            return
        self._last_seen = seen
        self._line.send(fr.Seen(cursor=cursor, digest=digest, outbox=outbox))

    def _tell_lease(self) -> None:
        self._line.do(ev.Lease(self._lease.until))

    def _wake(self) -> None:
        line = self._line
        lane = self.lanes.wake_at(line.now) if line.is_ready else None
        instants = (
            self._deadline,
            self._offering.due,
            self._dial_at,
            self._steady_at,
            self._pulling.at,
            self._pulling.due,
            self._offering.doubt.due,
            self._seen_at,
            self._pulling.compare_at,
            lane,
            None if line.phase in UNLEASED else self._lease.until,
        )
        at = min((at for at in instants if at is not None), default=None)
        if at != self._wake_at:
            self._wake_at = at
            line.do(ev.Wake(at))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
