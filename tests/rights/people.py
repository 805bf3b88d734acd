"""One person of each kind before the same lease case: its people, every role, the same roles of another office."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID, uuid5

from domain.actors import Actor, Role, office_of
from domain.centre.centre import NAMESPACE, staff_stream
from domain.rights.table import OFFICE, STAFF

ELSEWHERE = "elsewhere"
"""An office that has no step of any route."""
ON_THE_LEASES_ROUTE = frozenset({Role.WINDOW_CLERK, Role.REVIEWER, Role.DECIDER, Role.OUTLET_CLERK, Role.LEAD})
"""Written down apart from the catalogue, so that a changed route shows."""


class Somebody(NamedTuple):
    """A person before the case.

    Attributes:
        name: as the reference page has it.
        is_related: whether the case is theirs, or their office's and role's.
    """

    name: str
    actor: Actor
    is_related: bool

    @property
    def is_at_home(self) -> bool:
        """Whether they work in the street's own office."""
        return self.actor.office == office_of(Role.LEAD)


def colleague(role: Role, office: str | None = None) -> Actor:
    """A member of staff with one role, in its own office if no other is named."""
    office = office or office_of(role)
    return Actor(id=staff_stream(username(role, office)), roles=frozenset({role}), office=office)


def username(role: Role, office: str) -> str:
    """The user name of a colleague."""
    return f"{role.value}-{office}"


def everybody(*, applicant: UUID, stranger: UUID | None = None) -> list[Somebody]:
    """Everybody who is tried."""
    resident = frozenset({Role.RESIDENT})
    other = stranger or uuid5(NAMESPACE, "resident:another")
    people = [
        Somebody("applicant", Actor(id=applicant, roles=resident), is_related=True),
        Somebody("another resident", Actor(id=other, roles=resident), is_related=False),
    ]
    at_home = [
        Somebody(role.value, colleague(role), is_related=role in ON_THE_LEASES_ROUTE) for role in Role if role in STAFF
    ]
    elsewhere = [
        Somebody(f"{role.value}, another office", colleague(role, ELSEWHERE), is_related=False)
        for role in Role
        if role in OFFICE
    ]
    return [*people, *at_home, *elsewhere]
