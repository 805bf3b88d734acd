"""Who acts: residents, staff in their roles, and the centre itself."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from msgspec import Struct


class Role(StrEnum):
    """Roles of the catalogue's routes, and those of the centre around them."""

    RESIDENT = "resident"
    WINDOW_CLERK = "window-clerk"
    REVIEWER = "reviewer"
    DECIDER = "decider"
    COMMUNITY_WORKER = "community-worker"
    DISTRICT_OFFICER = "district-officer"
    CITY_OFFICER = "city-officer"
    ASSESSOR = "assessor"
    OUTLET_CLERK = "outlet-clerk"
    LEAD = "lead"
    AUDITOR = "auditor"
    TRAINER = "trainer"
    OPERATOR = "operator"
    CENTRE = "centre"


OFFICE_OF_ROLE = {
    Role.DISTRICT_OFFICER: "district",
    Role.CITY_OFFICER: "city",
    Role.ASSESSOR: "assessor",
    Role.COMMUNITY_WORKER: "community",
}
"""Roles that sign in as another office than the street's own."""


@lru_cache(maxsize=1_024)
def roles_of(names: tuple[str, ...]) -> frozenset[Role]:
    """The roles of these names; asked several times for every command, and there are few different ones."""
    return frozenset(map(Role, names))


def office_of(role: Role) -> str:
    """The office in which steps of `role` are worked."""
    return OFFICE_OF_ROLE.get(role, "street")


class Actor(Struct, frozen=True, kw_only=True):
    """The person behind a command, as the edge has authenticated them.

    Attributes:
        id: the person's stream.
        roles: every role held now; a resident holds exactly `resident`.
        office: where a member of staff works; empty for residents.
        device: the device's own id, once per installation.
    """

    id: UUID
    roles: frozenset[Role]
    office: str = ""
    device: UUID | None = None

    @property
    def is_resident(self) -> bool:
        """Whether the person acts for themselves rather than for the centre."""
        return Role.RESIDENT in self.roles

    @property
    def is_centre(self) -> bool:
        """Whether the system acts by itself (files checked, results rendered, timers)."""
        return Role.CENTRE in self.roles

    def role_for(self, *wanted: Role) -> Role:
        """The first of `wanted` that the actor holds, else any role held (for the record)."""
        return next((role for role in wanted if role in self.roles), min(self.roles))
