"""The decisions about devices and set-aside work, under the name by which every command is decided."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.devices import devices, set_aside
from domain.identity.identity import People
from domain.staff.staff import Staff


class DeviceBench(People, Protocol):
    """What these decisions look at."""

    @property
    def now(self) -> datetime:
        """The instant of the decision, UTC."""
        ...

    def device(self, stream: UUID) -> devices.Device:
        """A device at the head."""
        ...

    def staff(self, person: UUID) -> Staff:
        """A member of staff at the head; an empty record if there is none."""
        ...

    def set_aside(self, stream: UUID) -> set_aside.SetAside:
        """What became of a command that was not done."""
        ...


@decide.register
def _(command: devices.ConfirmDevice, call: Call, bench: DeviceBench) -> Decided:
    return [] if bench.person(command.person).erased else devices.confirm(command, call.lane)


@decide.register
def _(command: devices.MissWork, call: Call, bench: DeviceBench) -> Decided:
    return devices.miss(command, call.lane, bench.device(call.lane))


@decide.register
def _(command: devices.SettleMissing, call: Call, bench: DeviceBench) -> Decided:
    return devices.settle(command, call.lane, bench.device(call.lane), call.by)


@decide.register
def _(command: devices.BlockDevice, call: Call, bench: DeviceBench) -> Decided:
    return devices.block(command, call.lane, bench.device(call.lane), call.by)


@decide.register
def _(command: devices.UnblockDevice, call: Call, bench: DeviceBench) -> Decided:
    return devices.unblock(command, call.lane, bench.device(call.lane), call.by, now=bench.now)


@decide.register
def _(command: devices.RegisterKey, call: Call, bench: DeviceBench) -> Decided:
    return devices.register(command, call.lane, bench.device(call.lane), call.by)


@decide.register
def _(command: set_aside.SettleSetAside, call: Call, bench: DeviceBench) -> Decided:
    author = bench.staff(command.author)
    return set_aside.settle(command, call.lane, bench.set_aside(call.lane), call.by, author=author)
