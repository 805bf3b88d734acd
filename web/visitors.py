"""How a visitor is reached who never signed in: by what staff wrote down when they booked for them."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import Struct

from domain.visits.facts import AppointmentBooked
from store.centre import Centre


class Contact(Struct, frozen=True, kw_only=True):
    """How a visitor is reached.

    Attributes:
        name: where staff booked for somebody who never signed in.
        phone: None once it has been erased.
    """

    name: str | None
    phone: str | None


def contact_of(centre: Centre, stream: UUID, appointment: UUID | None) -> Contact | None:
    """What staff wrote down with an appointment; it stands with the first booking, wherever it was moved to since.

    Args:
        centre: the log.
        stream: the line on which the appointment stands, or its ticket.
        appointment: None for a ticket without one.

    Returns:
        None where nothing was written down, or it has been erased.
    """
    line: UUID | None = stream if appointment else None
    while line is not None:
        before: UUID | None = None
        for envelope in centre.read(line):
            fact = envelope.fact
            if isinstance(fact, AppointmentBooked) and fact.appointment == appointment:
                if fact.contact is not None:
                    said = centre.unseal(envelope, "contact")
                    return msgspec.convert(said, Contact) if said else None
                before = before or fact.moved_from
        line = before if before != line else None
    return None
