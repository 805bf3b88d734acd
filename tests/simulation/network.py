"""Connections: frames travel both ways with delay, and are lost where a wire is cut, in the middle of a frame too."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.gadget import Tab
    from tests.simulation.server import Exchange
    from tests.simulation.world import World

BROKEN_OFF = 1006


class Weather:
    """How bad the network is now.

    Attributes:
        delay: milliseconds that a frame takes at most.
        drops: share of frames that are lost although the connection goes on.
        repeats: share of frames that come twice.
        shuffles: whether frames may overtake each other.
    """

    def __init__(
        self, delay: float = 80.0, *, drops: float = 0.0, repeats: float = 0.0, shuffles: bool = False
    ) -> None:
        """Fair weather, if not told otherwise."""
        self.delay = delay
        self.drops = drops
        self.repeats = repeats
        self.shuffles = shuffles


class Link:
    """One connection between a tab and the server's exchange."""

    def __init__(self, world: World, tab: Tab, number: int, exchange: Exchange) -> None:
        """Lay the wire."""
        self.world = world
        self.tab = tab
        self.number = number
        self.exchange = exchange
        self.open = True
        self.waiting = 0
        self._up_at = 0.0
        self._down_at = 0.0
        self._stalled: deque[tuple[str | bytes, frozenset[str]]] | None = None

    # From the device

    def up(self, data: str) -> None:
        """A frame leaves the device."""
        for at in self._times(up=True):
            self.world.at(at, self._arrive_up, data)

    def _arrive_up(self, data: str) -> None:
        if self.open:
            self.world.messages += 1
            if self.world.tells_frames:
                self.world.tell(f"    {self.tab.gadget.name} {self.number} -> {data[:300]}")
            self.exchange.receive(data)

    def hang_up(self) -> None:
        """The device closes the connection: what it has sent still arrives, what it was sent does not."""
        self.tab_is_gone()
        self.world.at(self._up_at + 1, self.cut, False)

    def tab_is_gone(self) -> None:
        """Nothing reaches the device any more."""
        self._stalled = None

    # From the server

    def down(self, data: str | bytes, allowed: frozenset[str]) -> None:
        """A frame leaves the server."""
        self.waiting += 1
        if self._stalled is not None:
            self._stalled.append((data, allowed))
            return
        times = self._times(up=False)
        if not times:
            self.waiting -= 1
        for n, at in enumerate(times):
            self.world.at(at, self._arrive_down, data, allowed, n == 0)

    def _arrive_down(self, data: str | bytes, allowed: frozenset[str], counts: bool) -> None:
        if not self.open:
            return
        self.world.messages += 1
        self.waiting -= counts
        if self.world.tells_frames:
            self.world.tell(f"    {self.tab.gadget.name} {self.number} <- {data[:300]!r}")
        self.exchange.has_room()
        self.tab.hears(self, data, allowed)

    def stall(self, ms: float) -> None:
        """The device takes nothing for a while."""
        if self._stalled is None:
            self._stalled = deque()
            self.world.after(ms, self._flow)

    def _flow(self) -> None:
        stalled, self._stalled = self._stalled or deque(), None
        for data, allowed in stalled:
            self.waiting -= 1
            if self.open:
                self.down(data, allowed)

    def _times(self, *, up: bool) -> list[float]:
        """When a frame arrives: nowhen, once or twice."""
        weather, chance = self.world.weather, self.world.chance
        if weather.drops and chance.random() < weather.drops:
            self.world.count("lost frames")
            return []
        at = self.world.now + 1 + chance.random() * weather.delay
        if not weather.shuffles:
            at = max(at, (self._up_at if up else self._down_at) + 0.001)
        if up:
            self._up_at = max(at, self._up_at)
        else:
            self._down_at = max(at, self._down_at)
        if weather.repeats and chance.random() < weather.repeats:
            self.world.count("repeated frames")
            return [at, at + chance.random() * weather.delay]
        return [at]

    # The end

    def close(self, code: int, reason: str) -> None:
        """The server closes the connection: what it has sent still arrives."""
        at = self._down_at + 1 if self._stalled is None else self.world.now + 1
        self.world.at(max(at, self.world.now + 1), self._end, code, reason)

    def _end(self, code: int, reason: str) -> None:
        if self.open:
            self.open = False
            self.exchange.left()
            self.tab.loses(self, code, reason)

    def cut(self, tells_device: bool = True) -> None:
        """The wire is cut: what is under way is lost."""
        if not self.open:
            return
        self.open = False
        self.exchange.left()
        if tells_device:
            self.tab.loses(self, BROKEN_OFF, "")

    def freeze(self) -> None:
        """The wire is cut and neither side is told: the device finds out by the silence."""
        if self.open:
            self.open = False
            self.world.after(60_000, self.exchange.left)
