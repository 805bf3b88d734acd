"""How people are reached: their number, their choices, their devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from msgspec import Struct

from domain.effects.contact import Contact, PushSubscribed, contact_stream
from domain.identity.checks import mobile
from store.centre import Centre
from store.states import CONTACT
from web.notices.push import Device


class Reached(Struct, frozen=True, kw_only=True):
    """How one person can be told.

    Attributes:
        phone: a mobile number; empty if none is known.
        devices: those that take web push, by subscription.
    """

    contact: Contact
    phone: str
    devices: dict[UUID, Device]


def reached(centre: Centre, person: UUID, *, phone_of: Callable[[UUID], str | None]) -> Reached:
    """How `person` can be told; somebody who was erased by nothing.

    Args:
        centre: the log.
        person: who is told.
        phone_of: the telephone of somebody who never signed in.
    """
    contact = cast("Contact", centre.state(contact_stream(person), CONTACT))
    return Reached(contact=contact, phone=_phone(centre, person, phone_of), devices=_devices(centre, person, contact))


def _phone(centre: Centre, person: UUID, phone_of: Callable[[UUID], str | None]) -> str:
    """The number that the person signs in with, and for one who never did the number that was written down."""
    known = centre.phone_of(person)
    if known is None and not centre.person(person).registered:
        known = phone_of(person)
    return known if known is not None and mobile(known) else ""


def _devices(centre: Centre, person: UUID, contact: Contact) -> dict[UUID, Device]:
    found: dict[UUID, Device] = {}
    for envelope in centre.read(contact_stream(person)) if contact.subscriptions else ():
        fact = envelope.fact
        if isinstance(fact, PushSubscribed) and fact.subscription in contact.subscriptions:
            secrets = centre.unseal(envelope, "secrets")
            if secrets is not None:
                found[fact.subscription] = Device(secrets["endpoint"], secrets["p256dh"], secrets["auth"])
    return found
