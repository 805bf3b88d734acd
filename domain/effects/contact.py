"""How a person wants to be told: the channels they chose, their language, and the devices that take web push."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from msgspec import Meta as Limits
from msgspec import Struct
from msgspec.structs import replace

from domain.case.commands import Command
from domain.case.decide import Call
from domain.facts import Fact, Sealed
from domain.rights.table import require

MOST_DEVICES = 5
"""Devices of one person that take web push; the oldest makes room for a newer one."""

Language = Literal["zh", "en"]


class ContactChosen(Fact, frozen=True, kw_only=True, tag="contact.chosen"):
    """A person said how they want to be told; in the app they always are.

    Attributes:
        sms: by text message.
        push: by web push, on devices that were set up for it.
        language: `zh` or `en`.
    """

    sms: bool
    push: bool
    language: str


class PushSubscribed(Fact, frozen=True, kw_only=True, tag="push.subscribed"):
    """A device of a person takes web push.

    Attributes:
        subscription: its id.
        device: the installation, None if unknown.
        service: host name of the push service.
        secrets: `{"endpoint", "p256dh", "auth"}`, sealed under the person's key.
    """

    subscription: UUID
    device: UUID | None
    service: str
    secrets: Sealed


class PushEnded(Fact, frozen=True, kw_only=True, tag="push.ended"):
    """A device takes web push no more.

    Attributes:
        why: `by-person`, `replaced` by a newer device, or `gone` at its service.
    """

    subscription: UUID
    why: str


class Contact(Struct, frozen=True):
    """How a person wants to be told; text messages in Chinese unless they chose.

    Attributes:
        subscriptions: devices that take web push, the oldest first.
    """

    sms: bool = True
    push: bool = True
    language: str = "zh"
    subscriptions: tuple[UUID, ...] = ()


class ChooseContact(Command, frozen=True, kw_only=True):
    """Choose how to be told; the lane is the person's own contact stream."""

    type: ClassVar[str] = "contact.choose@1"
    sms: bool
    push: bool
    language: Language


class SubscribePush(Command, frozen=True, kw_only=True):
    """Let a device take web push (RFC 8030, RFC 8291).

    Attributes:
        service: host name of `endpoint`, checked by the edge.
        p256dh: the device's public key, base64url.
        auth: the device's secret, base64url.
    """

    type: ClassVar[str] = "push.subscribe@1"
    subscription: UUID
    service: Annotated[str, Limits(max_length=253)]
    endpoint: Annotated[str, Limits(max_length=1_000)]
    p256dh: Annotated[str, Limits(max_length=100)]
    auth: Annotated[str, Limits(max_length=40)]


class EndPush(Command, frozen=True, kw_only=True):
    """Take web push from a device; by the person, or by the centre where its service no longer knows the device."""

    type: ClassVar[str] = "push.end@1"
    subscription: UUID


def contact_stream(person: UUID) -> UUID:
    """The stream of what a person chose."""
    return uuid5(person, "contact")


def evolve(fact: Fact, contact: Contact) -> Contact:
    """What holds after `fact`."""
    match fact:
        case ContactChosen():
            return replace(contact, sms=fact.sms, push=fact.push, language=fact.language)
        case PushSubscribed():
            return replace(contact, subscriptions=(*_without(contact, fact.subscription), fact.subscription))
        case PushEnded():
            return replace(contact, subscriptions=_without(contact, fact.subscription))
        case _:
            return contact


def choose(command: ChooseContact, call: Call, contact: Contact) -> list[tuple[UUID, Fact]]:
    """Record a choice that is another one than before.

    Raises:
        Forbidden: it is somebody else's.
    """
    _require_own(call)
    chosen = ContactChosen(sms=command.sms, push=command.push, language=command.language)
    return [] if evolve(chosen, contact) == contact else [(call.lane, chosen)]


def subscribe(command: SubscribePush, call: Call, contact: Contact) -> list[tuple[UUID, Fact]]:
    """Take a device on; the oldest makes room where there are too many.

    Raises:
        Forbidden: it is for somebody else.
    """
    _require_own(call)
    if command.subscription in contact.subscriptions:
        return []
    kept = {"endpoint": command.endpoint, "p256dh": command.p256dh, "auth": command.auth}
    taken = PushSubscribed(
        subscription=command.subscription,
        device=call.by.device,
        service=command.service,
        secrets=Sealed(call.by.id, value=kept),
    )
    surplus = contact.subscriptions[: max(0, len(contact.subscriptions) + 1 - MOST_DEVICES)]
    return [*((call.lane, PushEnded(subscription=old, why="replaced")) for old in surplus), (call.lane, taken)]


def end(command: EndPush, call: Call, contact: Contact) -> list[tuple[UUID, Fact]]:
    """Let a device go; one that is gone already changes nothing.

    Raises:
        Forbidden: it is somebody else's.
    """
    _require_own(call)
    if command.subscription not in contact.subscriptions:
        return []
    why = "gone" if call.by.is_centre else "by-person"
    return [(call.lane, PushEnded(subscription=command.subscription, why=why))]


def _require_own(call: Call) -> None:
    require(call.command.act, call.by, own=call.lane == contact_stream(call.by.id))


def _without(contact: Contact, subscription: UUID) -> tuple[UUID, ...]:
    return tuple(one for one in contact.subscriptions if one != subscription)
