"""A person's device: what it has confirmed, announced work that never arrived, and whether it may come at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.actors import Actor
from domain.case.commands import Command
from domain.facts import Fact
from domain.rights.table import require

"""Who may block a colleague's device; everybody may block their own."""

Why = Literal["silent", "lost"]
"""`silent`: the person came from another device, and this one was not heard again. `lost`: it came without its work."""

Reason = Annotated[str, msgspec.Meta(max_length=200)]

KeyAlgorithm = Literal["ed25519", "es256"]
"""`ed25519`: RFC 8032. `es256`: ECDSA on P-256 with SHA-256 (FIPS 186-5), where a browser has no Ed25519."""


class DeviceKey(Struct, frozen=True):
    """The public half of the key with which a device signs what a member of staff does on it.

    Attributes:
        public: 32 bytes for `ed25519`; 65 for `es256`, the point without compression.
    """

    algorithm: KeyAlgorithm
    public: bytes


class Owed(Struct, frozen=True, kw_only=True):
    """What a device said that it still owes.

    Attributes:
        n: commands without a final verdict.
        next_seq: number of the next command; a lower one than before means that the device lost its work.
        oldest_at: when the oldest was queued, by the device's clock.
    """

    n: int
    next_seq: int
    oldest_at: datetime | None = None


class DeviceConfirmed(Fact, frozen=True, kw_only=True, tag="device.confirmed"):
    """A device said what it holds and what it owes.

    Attributes:
        person: whose device it is; each person has an outbox of their own on a shared one.
        office: of a member of staff, empty for a resident.
        epoch: shape of the rows and origin of the log.
        position: up to which its rows were complete.
        app: build of the app.
        since: when the connection began in which it said so; before that it showed what it held from the last one.
        began: up to which its rows were complete when that connection began; 0 if it held none.
    """

    person: UUID
    device: UUID
    office: str
    epoch: str
    position: int
    outbox: Owed
    app: str
    since: datetime | None = None
    began: int = 0


class DeviceWorkMissing(Fact, frozen=True, kw_only=True, tag="device.work-missing"):
    """Commands that a device had announced never arrived: its storage was lost, or it was not used again.

    Attributes:
        n: how many.
        announced_at: when the service heard of them last.
    """

    person: UUID
    device: UUID
    office: str
    n: int
    announced_at: datetime
    why: Why


class DeviceWorkSettled(Fact, frozen=True, kw_only=True, tag="device.work-settled"):
    """Somebody looked after the missing work: it was done again, or is not needed."""

    person: UUID
    device: UUID


class DeviceBlocked(Fact, frozen=True, kw_only=True, tag="device.blocked"):
    """A device may not come any more: lost, stolen, or given back."""

    person: UUID
    device: UUID
    office: str
    reason: str


class DeviceUnblocked(Fact, frozen=True, kw_only=True, tag="device.unblocked"):
    """The device was found and may come again.

    Attributes:
        at: when; sign-ins on it from before count no more. None in facts from before it was noted.
    """

    person: UUID
    device: UUID
    at: datetime | None = None


class DeviceKeyRegistered(Fact, frozen=True, kw_only=True, tag="device.key-registered"):
    """From here on the device signs every command of this person that it gives; a later key takes the place of it."""

    person: UUID
    device: UUID
    office: str
    key: DeviceKey


class Device(Struct, frozen=True, kw_only=True):
    """A device of a person at the head of the log.

    Attributes:
        keys: with which it has signed; the last is the one with which it signs.
        unblocked_at: since when it may come again; whoever signed in before signs in anew.
    """

    outbox: Owed | None = None
    missing: int = 0
    lost: bool = False
    blocked: bool = False
    unblocked_at: datetime | None = None
    keys: tuple[DeviceKey, ...] = ()

    @property
    def key(self) -> DeviceKey | None:
        """With which it signs; None if it does not."""
        return self.keys[-1] if self.keys else None


class ConfirmDevice(Command, frozen=True, kw_only=True):
    """Note what a device said; the lane is the device's stream."""

    type: ClassVar[str] = "device.confirm@1"
    person: UUID
    device: UUID
    office: str
    epoch: str
    position: int
    outbox: Owed
    app: str
    since: datetime | None = None
    began: int = 0


class MissWork(Command, frozen=True, kw_only=True):
    """Note that announced commands never arrived; the lane is the device's stream."""

    type: ClassVar[str] = "device.miss-work@1"
    person: UUID
    device: UUID
    office: str
    n: int
    announced_at: datetime
    why: Why


class SettleMissing(Command, frozen=True, kw_only=True):
    """Say that missing work was looked after; the lane is the device's stream."""

    type: ClassVar[str] = "device.settle-missing@1"
    person: UUID
    device: UUID


class BlockDevice(Command, frozen=True, kw_only=True):
    """Let a device come no more; the lane is the device's stream."""

    type: ClassVar[str] = "device.block@1"
    person: UUID
    device: UUID
    office: str = ""
    reason: Reason = ""


class UnblockDevice(Command, frozen=True, kw_only=True):
    """Let a device come again; the lane is the device's stream."""

    type: ClassVar[str] = "device.unblock@1"
    person: UUID
    device: UUID


class RegisterKey(Command, frozen=True, kw_only=True):
    """Say with which key a device signs from now on; the lane is the device's stream."""

    type: ClassVar[str] = "device.register-key@1"
    person: UUID
    device: UUID
    office: str
    key: DeviceKey


FACTS = (DeviceConfirmed, DeviceWorkMissing, DeviceWorkSettled, DeviceBlocked, DeviceUnblocked, DeviceKeyRegistered)


def device_stream(person: UUID, device: UUID) -> UUID:
    """The stream of a person's device."""
    return uuid5(person, f"device {device}")


def confirm(command: ConfirmDevice, stream: UUID) -> Iterable[tuple[UUID, Fact]]:
    """Record what the device said."""
    return [(stream, DeviceConfirmed(**msgspec.structs.asdict(command)))]


def miss(command: MissWork, stream: UUID, device: Device) -> Iterable[tuple[UUID, Fact]]:
    """Record what is missing, once for the same work."""
    if device.missing == command.n:
        return []
    return [(stream, DeviceWorkMissing(**msgspec.structs.asdict(command)))]


def settle(command: SettleMissing, stream: UUID, device: Device, by: Actor) -> Iterable[tuple[UUID, Fact]]:
    """Record that the missing work was looked after; staff may do so for residents.

    Raises:
        Forbidden: it is somebody else's, and this person is no member of staff.
    """
    require(command.act, by, own=command.person == by.id)
    return [(stream, DeviceWorkSettled(person=command.person, device=command.device))] if device.missing else []


def block(command: BlockDevice, stream: UUID, device: Device, by: Actor) -> Iterable[tuple[UUID, Fact]]:
    """Block the device, once.

    Raises:
        Forbidden: it is a colleague's, and this person is neither lead nor operator.
    """
    require(command.act, by, own=command.person == by.id)
    return [] if device.blocked else [(stream, DeviceBlocked(**msgspec.structs.asdict(command)))]


def unblock(
    command: UnblockDevice, stream: UUID, device: Device, by: Actor, *, now: datetime
) -> Iterable[tuple[UUID, Fact]]:
    """Let the device come again.

    Raises:
        Forbidden: it is a colleague's, and this person is neither lead nor operator.
    """
    require(command.act, by, own=command.person == by.id)
    return [(stream, DeviceUnblocked(person=command.person, device=command.device, at=now))] if device.blocked else []


def register(command: RegisterKey, stream: UUID, device: Device, by: Actor) -> Iterable[tuple[UUID, Fact]]:
    """Record the key, once.

    Raises:
        Forbidden: it is somebody else's device, or that of a resident, who signs nothing.
    """
    require(command.act, by, own=command.person == by.id)
    if device.key == command.key:
        return []
    fact = DeviceKeyRegistered(person=command.person, device=command.device, office=command.office, key=command.key)
    return [(stream, fact)]


def evolve(fact: Fact, device: Device) -> Device:
    """The device after `fact`."""
    match fact:
        case DeviceConfirmed():
            return replace(device, outbox=fact.outbox, missing=device.missing if device.lost else 0)
        case DeviceWorkMissing():
            return replace(device, missing=fact.n, lost=fact.why == "lost")
        case DeviceWorkSettled():
            return replace(device, missing=0, lost=False)
        case DeviceBlocked():
            return replace(device, blocked=True)
        case DeviceUnblocked():
            return replace(device, blocked=False, unblocked_at=fact.at)
        case DeviceKeyRegistered():
            return replace(device, keys=(*device.keys, fact.key))
        case _:
            return device
