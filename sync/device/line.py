"""The connection as every part of the core sees it: where it stands, what time it is, and what is to be done."""

from __future__ import annotations

from msgspec import Struct

from sync import frames as fr
from sync.device import events as ev
from sync.device.events import Phase

CONNECTED = frozenset({Phase.HELLO, Phase.BOOT, Phase.CATCHUP, Phase.LIVE, Phase.WARMING})
READY = CONNECTED - {Phase.HELLO}
LOCKED = frozenset({Phase.LEASE_EXPIRED, Phase.ORIGIN_CHANGED, Phase.LOG_ALTERED})
"""Only a sign-in leads out of these."""


class Patience(Struct, frozen=True):
    """How long the device waits for what, in milliseconds.

    Attributes:
        dial: until a connection is open.
        silence: after which a connection on which nothing was heard is given up.
        probe: for a sign of life when there is reason to doubt.
        stuck: after which a dial that began before the network was back is given up.
        answer: for the answer to a push or a pull on a connection that is otherwise alive.
        seen: between reports of what is held.
        steady: of being live, after which earlier failures are forgotten.
        back_off: factor for the times between dials.
    """

    dial: float = 30_000.0
    silence: float = 45_000.0
    probe: float = 10_000.0
    stuck: float = 2_000.0
    answer: float = 60_000.0
    seen: float = 60_000.0
    steady: float = 60_000.0
    back_off: float = 1.0


class Line:
    """Where the connection stands.

    Attributes:
        phase: of the connection.
        number: of the connection; what an earlier one still reports is ignored.
        now: time of the event that is being handled, in milliseconds.
        actions: what is to be done for it, in order.
        upgrade: the newer app that the server asks for.
    """

    def __init__(self) -> None:
        """Begin without a connection."""
        self.phase = Phase.OFF
        self.number = 0
        self.now = 0.0
        self.actions: list[ev.AnyAction] = []
        self.upgrade: ev.UpgradeAsked | None = None

    @property
    def is_connected(self) -> bool:
        """Whether frames can be sent."""
        return self.phase in CONNECTED

    @property
    def is_ready(self) -> bool:
        """Whether the server has greeted this device."""
        return self.phase in READY

    def do(self, action: ev.AnyAction) -> None:
        """Have something done."""
        self.actions.append(action)

    def send(self, frame: fr.AnyClientFrame) -> None:
        """Send a frame, if there is a connection."""
        if self.phase in CONNECTED:
            self.actions.append(ev.SendFrame(self.number, frame))

    def enter(self, phase: Phase) -> None:
        """Stand elsewhere from now on."""
        if phase is not self.phase:
            self.phase = phase
            self.announce()

    def announce(self) -> None:
        """Say where the connection stands."""
        self.actions.append(ev.EnterPhase(self.phase, self.upgrade))


def is_due(at: float | None, now: float) -> bool:
    """Whether an instant has come."""
    return at is not None and now >= at
